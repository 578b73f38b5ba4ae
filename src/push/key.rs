//! The key of this installation, in its database.

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::OnceCell;

use super::vapid::VapidKey;
use crate::db::{Connection, Db};
use crate::domain::push_subscriptions;

/// The key of push messages, made when it is first needed; clones share it.
#[derive(Clone)]
pub struct PushKey {
    db: Db,
    contact: Option<Arc<str>>,
    key: Arc<OnceCell<VapidKey>>,
}

impl PushKey {
    /// That of this installation. `contact` is what services can complain to.
    pub fn new(db: Db, contact: Option<String>) -> Self {
        Self {
            db,
            contact: contact.map(Into::into),
            key: Arc::default(),
        }
    }

    /// The key.
    ///
    /// # Errors
    /// It can't be read, made or kept.
    pub async fn get(&self) -> Result<&VapidKey> {
        self.key.get_or_try_init(|| self.load()).await
    }

    async fn load(&self) -> Result<VapidKey> {
        let kept = self
            .db
            .read(|conn| Ok(push_subscriptions::find_key(conn)?))
            .await?;
        let kept = match kept {
            Some(kept) => kept,
            None => {
                let made = VapidKey::generate()?;
                let keep = move |conn: &Connection| Ok(push_subscriptions::keep_key(conn, &made)?);
                let kept = self.db.write(keep).await?;
                kept.context("The key for push messages wasn't kept")?
            }
        };
        VapidKey::read(&kept, self.contact.as_deref())
    }
}
