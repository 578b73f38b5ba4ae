//! Uploads that a share takes: each once, whole, and none that is another's.

use std::time::Duration;

use picture::PreviewSize;

use super::finish::finish;
use super::lock;
use crate::api::extract::current_user::CurrentUser;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::domain::access;
use crate::domain::ids::{RawId, UploadId};
use crate::domain::photos::{Listed, MediaChange};
use crate::domain::sessions::Session;
use crate::domain::uploads;
use crate::error::{Conflict, Error, Invalid, Result};
use crate::uploads::ingest::ReadyUpload;
use crate::uploads::locks::UploadLock;
use crate::uploads::several::{Brought, NewUpload, Source};

/// How long a share waits for a request that holds one of its uploads.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// The uploads of a share, locked until it is written.
#[derive(Default)]
pub struct Taking(Vec<TakenUpload>);

struct TakenUpload {
    id: RawId<UploadId>,
    ready: ReadyUpload,
    file: String,
    _lock: UploadLock,
}

/// The uploads that a change names.
///
/// # Errors
/// One is named twice.
pub fn named(change: &MediaChange<NewUpload<Brought>>) -> Result<Vec<RawId<UploadId>>> {
    let mut named = Vec::new();
    let mut add = |new: &NewUpload<Brought>| {
        for brought in [Some(&new.source), new.poster.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Brought::Upload(id) = brought {
                named.push(id.clone());
            }
        }
    };
    match change {
        MediaChange::Replace(new) => new.iter().for_each(add),
        MediaChange::List(listed) => {
            for listed in listed {
                if let Listed::New(new) = listed {
                    add(new);
                }
            }
        }
    }
    let mut numbers: Vec<_> = named.iter().filter_map(|id| id.parse().ok()).collect();
    numbers.sort_unstable();
    if let Some(pair) = numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        let id = pair[0].to_string();
        return Err(Invalid::UploadTwice { id }.into());
    }
    Ok(named)
}

impl Taking {
    /// Locks uploads, and cleans each that wasn't cleaned yet.
    ///
    /// # Errors
    /// One isn't there, is another user's, hasn't arrived completely, is refused, or stays in use.
    pub async fn begin(
        app: &App,
        user: &CurrentUser<'_>,
        mut named: Vec<RawId<UploadId>>,
    ) -> Result<Self> {
        // In one order for all, so that two shares don't wait for each other.
        named.sort_by_key(|id| id.parse().ok());
        let mut taken = Vec::with_capacity(named.len());
        for id in named {
            let (lock, upload) = lock(app, user, &id, LOCK_TIMEOUT).await?;
            let upload = finish(app, user, &lock, upload).await?;
            let Some(medium) = upload.medium else {
                return Err(Conflict::UploadIncomplete { id: id.to_string() }.into());
            };
            let preview = |size| (size, app.uploads.preview(&upload.file, size));
            taken.push(TakenUpload {
                ready: ReadyUpload {
                    medium,
                    path: app.uploads.path(&upload.file),
                    previews: [PreviewSize::Large, PreviewSize::Small].map(preview),
                },
                id,
                file: upload.file,
                _lock: lock,
            });
        }
        Ok(Self(taken))
    }

    /// A new photo, with where its bytes are.
    ///
    /// # Errors
    /// It names an upload that isn't locked.
    pub fn resolve(&self, photo: NewUpload<Brought>) -> Result<NewUpload> {
        photo.resolve(|brought| match brought {
            Brought::File(upload) => Ok(Source::Sent(upload)),
            Brought::Upload(id) => {
                let is_it = |taken: &&TakenUpload| taken.id.to_string() == id.to_string();
                let taken = self.0.iter().find(is_it).ok_or_else(|| id.not_found())?;
                Ok(Source::Ready(taken.ready.clone()))
            }
        })
    }

    /// What takes the rows of these, in the transaction that writes their share.
    pub fn in_transaction(
        &self,
        now: Timestamp,
    ) -> impl Fn(&Connection, &Session) -> Result<()> + Send + use<> {
        let ids: Vec<_> = self.0.iter().map(|taken| taken.id.clone()).collect();
        move |conn, session| {
            for id in &ids {
                let own = access::upload(conn, session, id, now)?;
                uploads::take(conn, &own)?;
            }
            Ok::<(), Error>(())
        }
    }

    /// Deletes the files of uploads whose share was written.
    pub async fn end(self, app: &App) {
        for taken in self.0 {
            app.delete_uploads(vec![taken.file]).await;
        }
    }
}
