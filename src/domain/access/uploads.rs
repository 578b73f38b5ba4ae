//! Who may use an upload.

use rusqlite::{Connection, OptionalExtension};

use crate::clock::Timestamp;
use crate::domain::ids::{RawId, UploadId};
use crate::domain::sessions::Session;
use crate::error::Result;

/// Proof that an upload is the asker's own.
#[derive(Debug)]
pub struct OwnUpload {
    upload: UploadId,
}

impl OwnUpload {
    pub fn upload(&self) -> UploadId {
        self.upload
    }
}

/// The right to an upload, which is its maker's alone until its time is over.
///
/// # Errors
/// No upload has this id, or it belongs to another user; the caller can't distinguish the two.
pub fn upload(
    conn: &Connection,
    caller: &Session,
    upload: &RawId<UploadId>,
    now: Timestamp,
) -> Result<OwnUpload> {
    let found = conn
        .prepare_cached("select id from uploads where id = ? and user_id = ? and expires_at > ?")?
        .query_row((upload.parse()?, caller.user().id, now.0), |row| row.get(0))
        .optional()?;
    let found = found.ok_or_else(|| upload.not_found())?;
    Ok(OwnUpload { upload: found })
}
