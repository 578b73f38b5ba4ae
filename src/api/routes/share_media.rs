//! The photos of shares that are made or edited: whether there is room for them, and how they are stored, all or none.

use crate::api::extract::current_user::CurrentUser;
use crate::app::App;
use crate::config::Quotas;
use crate::db::Connection;
use crate::domain::client_key::ClientKey;
use crate::domain::ids::{RawId, ShareId, SpaceId, UploadId, UserId};
use crate::domain::photos::{Listed, MediaChange, NewPhoto};
use crate::domain::shares::{self, Share};
use crate::domain::usage::Change;
use crate::domain::{access, usage};
use crate::error::{Error, Failure, NotFound, Result};
use crate::queue::PhotoQueue;
use crate::uploads::ingest::PhotoTarget;
use crate::uploads::several::{Brought, NewUpload, store_all};

/// What is known of a share before its photos are cleaned.
pub struct Before {
    pub space: SpaceId,
    /// The share, if it was made before, under the same key.
    pub made: Option<Share>,
    /// Whether its photos fit into the quotas.
    pub fits: Result<()>,
}

/// Looks into the space of a member whether they have made a share there under this key, and whether there is room for its photos.
///
/// # Errors
/// There is no such space, they aren't its member, or the key was used in another one.
pub async fn find_before(
    app: &App,
    user: &CurrentUser<'_>,
    space: &RawId<SpaceId>,
    key: Option<&ClientKey>,
    brought: &BroughtBytes,
) -> Result<Before> {
    let (space, key, brought) = (space.clone(), key.cloned(), brought.clone());
    let quotas = app.config.quotas;
    user.read(move |conn, session| {
        let member = access::space(conn, session, &space)?.member()?;
        let of = (member.space(), session.user().id);
        Ok(Before {
            space: member.space(),
            made: shares::find_made(conn, &member, key.as_ref())?,
            fits: brought.check(conn, of, 0, &quotas),
        })
    })
    .await
}

/// What photos and films come with a share, before they are cleaned.
#[derive(Clone, Default)]
pub struct BroughtBytes {
    /// The bytes of those that came with the request.
    pub sent: u64,
    /// Those that came before.
    pub uploads: Vec<RawId<UploadId>>,
}

impl BroughtBytes {
    /// Those of a change that names these uploads.
    pub fn of(change: &MediaChange<NewUpload<Brought>>, uploads: &[RawId<UploadId>]) -> Self {
        let new: Vec<&NewUpload<Brought>> = match change {
            MediaChange::Replace(new) => new.iter().collect(),
            MediaChange::List(listed) => listed
                .iter()
                .filter_map(|listed| match listed {
                    Listed::New(new) => Some(new),
                    Listed::Kept(..) => None,
                })
                .collect(),
        };
        let brought = new
            .into_iter()
            .flat_map(|new| [Some(&new.source), new.poster.as_ref()]);
        let sent = brought.flatten().map(|brought| match brought {
            Brought::File(upload) => upload.bytes,
            Brought::Upload(_) => 0,
        });
        Self {
            sent: sent.fold(0, u64::saturating_add),
            uploads: uploads.to_vec(),
        }
    }

    /// Whether they fit into the quotas, where a share loses photos that take `freed` bytes.
    ///
    /// # Errors
    /// As [`usage::check_share`].
    pub fn check(
        &self,
        conn: &Connection,
        of: (SpaceId, UserId),
        freed: u64,
        quotas: &Quotas,
    ) -> Result<()> {
        let change = Change {
            sent: self.sent,
            waiting: usage::of_uploads(conn, of.1, &self.uploads)?,
            freed,
        };
        usage::check_share(conn, of, change, quotas)
    }
}

/// The photos of a new share, which has none that it could keep.
pub fn new_photos(change: MediaChange<NewUpload<Brought>>) -> Result<Vec<NewUpload<Brought>>> {
    let listed = match change {
        MediaChange::Replace(photos) => return Ok(photos),
        MediaChange::List(listed) => listed,
    };
    let new = |listed| match listed {
        Listed::New(photo) => Ok(photo),
        Listed::Kept(id, _) => Err(NotFound::PhotoOfShare { id: id.to_string() }.into()),
    };
    listed.into_iter().map(new).collect()
}

/// The new photos of a change, and where they go.
pub fn split(
    change: MediaChange<NewUpload<Brought>>,
) -> (Vec<NewUpload<Brought>>, MediaChange<()>) {
    let mut new = Vec::new();
    let outline = change.with(|photo| {
        new.push(photo);
        Some(())
    });
    (new, outline)
}

/// Cleans and stores new photos of a share, which was there `before` or is new.
pub async fn keep(
    app: &App,
    photos: Vec<NewUpload>,
    space: SpaceId,
    share: ShareId,
    before: bool,
) -> Result<Vec<NewPhoto>> {
    let mut targets = Vec::with_capacity(photos.len());
    for (position, photo) in photos.into_iter().enumerate() {
        let target = PhotoTarget {
            space,
            share,
            photo: app.reserve_photo().await?,
            revision: before || position > 0,
        };
        targets.push((photo, target));
    }
    store_all(&app.ingest, targets).await
}

/// Makes a change in the transaction that writes it, which fails if its new photos are too much for a quota.
pub fn within_quotas<T>(
    conn: &Connection,
    of: (SpaceId, UserId),
    quotas: &Quotas,
    photos: &[NewPhoto],
    change: impl FnOnce() -> Result<T>,
) -> Result<T> {
    if photos.is_empty() {
        return change();
    }
    usage::within_quotas(conn, of, quotas, change)
}

/// Queues new photos, in the transaction that writes them.
pub fn enqueue(queue: &PhotoQueue, conn: &Connection, photos: &[NewPhoto]) -> Result<()> {
    let mut photos = photos.iter();
    Ok(photos.try_for_each(|photo| queue.enqueue(conn, &photo.name))?)
}

/// What became of the row of a photo.
#[derive(Clone, Copy)]
pub enum Fate {
    Written,
    NotWritten,
    Unknown,
}

impl Fate {
    /// What a disk or a folder that fails during the commit has kept is known only when the database is read again.
    pub fn after(error: &Error) -> Self {
        match error {
            Error::Failure(Failure::Internal(_) | Failure::DataGone) => Self::Unknown,
            _ => Self::NotWritten,
        }
    }
}

/// After the transaction: wakes the worker for the photos, or deletes them if the share was refused. If that isn't known, their
/// bytes stay until the cleanup has looked whether a share has them.
pub async fn settle(app: &App, photos: &[NewPhoto], fate: Fate) {
    match fate {
        _ if photos.is_empty() => {}
        Fate::Written => app.queue.notify(),
        Fate::NotWritten => {
            for photo in photos {
                app.ingest.rollback(photo).await;
            }
        }
        Fate::Unknown => {}
    }
}
