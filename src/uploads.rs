//! How many forms that may have photos are under way at once, in all and of each user.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Connections;
use crate::domain::ids::UserId;
use crate::error::{Error, Result};
use crate::places::{Place, Places};

/// Everybody's uploads; clones share them.
#[derive(Clone)]
pub struct Uploads {
    of_all: Arc<Semaphore>,
    of_each: Places<UserId>,
}

/// An upload under way, until it is dropped.
pub struct UnderWay {
    _of_all: OwnedSemaphorePermit,
    _of_each: Place<UserId>,
}

impl Uploads {
    /// As many at once as the settings say.
    pub fn new(settings: &Connections) -> Self {
        Self {
            of_all: Arc::new(Semaphore::new(settings.uploads)),
            of_each: Places::new(settings.uploads_per_user),
        }
    }

    /// One more of this user.
    ///
    /// # Errors
    /// [`Error::TooManyUploads`] if these are too many of one user, [`Error::Busy`] if they are too many of all.
    pub fn begin(&self, user: UserId) -> Result<UnderWay> {
        let of_each = self.of_each.take(user).ok_or(Error::TooManyUploads)?;
        let of_all = self.of_all.clone().try_acquire_owned();
        Ok(UnderWay {
            _of_all: of_all.map_err(|_| Error::Busy)?,
            _of_each: of_each,
        })
    }
}
