//! Files that are sent before the share that they are for: what is recorded about them. The bytes are in [`crate::uploads`].
//!
//! An upload has a row while it may be requested. Its file is on disk before the row names it, and is deleted after
//! the row is gone or names another: so a row never lacks its bytes, and a file that no row names is unused.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::access::OwnUpload;
use super::client_key::ClientKey;
use super::ids::{Id, UploadId, UserId};
use super::sessions::Session;
use super::usage;
use crate::clock::Timestamp;
use crate::config::Quotas;
use crate::domain::media_kind::MediaKind;
use crate::domain::taken_at::TakenAt;
use crate::error::{Conflict, FieldName, Invalid, Most, Result};

/// How long an upload stays after its last byte, unless a share takes it.
pub const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What is recorded about an upload.
#[derive(Clone, Debug)]
pub struct Upload {
    pub id: UploadId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// How many bytes it has, as its owner has stated.
    pub length: u64,
    /// How many of them have arrived and are on disk.
    pub received: u64,
    /// The name of its file.
    pub file: String,
    /// What it became; `None` while it is only received bytes.
    pub medium: Option<Medium>,
}

/// What is known of a clean medium.
#[derive(Clone, Debug)]
pub struct Medium {
    pub kind: MediaKind,
    /// In pixels, as shown.
    pub width: u32,
    pub height: u32,
    pub animated: bool,
    /// How long a film is played, as far as it says.
    pub duration: Option<Duration>,
    /// Of the clean file.
    pub bytes: u64,
    /// Of the clean file.
    pub sha256: [u8; 32],
    /// Of the clean file.
    pub crc32: u32,
    pub taken_at: Option<TakenAt>,
    /// Whether it is a motion photo, whose film was dropped.
    pub film_dropped: bool,
}

/// An upload that begins.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// What its client calls it.
    pub key: Option<ClientKey>,
    pub length: u64,
    pub received: u64,
    pub file: String,
    pub medium: Option<Medium>,
}

/// An upload that was begun.
#[derive(Clone, Debug)]
pub enum Created {
    Now(Upload),
    /// Before, by a request with the same key.
    Before(Upload),
}

/// What the uploads of a user may be together while no share has taken them.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub number: usize,
    pub bytes: u64,
    /// What they may take with all that the user has shared.
    pub quotas: Quotas,
}

impl Upload {
    /// Whether all its bytes have come.
    pub fn is_complete(&self) -> bool {
        self.received == self.length
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: Option<String> = row.get(6)?;
        let kind = kind.as_deref().and_then(MediaKind::from_extension);
        let medium = match kind {
            None => None,
            Some(kind) => Some(Medium {
                kind,
                width: row.get(7)?,
                height: row.get(8)?,
                animated: row.get(9)?,
                bytes: unsigned(row, 10)?,
                sha256: row.get(11)?,
                crc32: row.get(12)?,
                taken_at: TakenAt::from_row(row, 13)?,
                duration: row
                    .get::<_, Option<i64>>(15)?
                    .and_then(|millis| u64::try_from(millis).ok())
                    .map(Duration::from_millis),
                film_dropped: row.get(16)?,
            }),
        };
        Ok(Self {
            id: row.get(0)?,
            created_at: Timestamp(row.get(1)?),
            expires_at: Timestamp(row.get(2)?),
            length: unsigned(row, 3)?,
            received: unsigned(row, 4)?,
            file: row.get(5)?,
            medium,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "select id, created_at, expires_at, length, received, file, extension, width, height, animated, bytes, sha256,
             crc32, taken_at, taken_offset, duration_ms, film_dropped from uploads ",
            $rest
        )
    };
}

/// Begins an upload, unless this user has begun one under its key.
///
/// # Errors
/// There are too many of this user already, or they have too many bytes with this one; it is too much for a quota; or as
/// [`find_made`].
pub fn create(
    conn: &Connection,
    session: &Session,
    upload: &NewUpload,
    bounds: Bounds,
    now: Timestamp,
) -> Result<Created> {
    let key = upload.key.as_ref();
    if let Some(before) = find_made(conn, session, key, Some(upload.length), now)? {
        return Ok(Created::Before(before));
    }
    check_waiting(conn, session, upload.length, bounds)?;
    let takes = upload.medium.as_ref().map_or(upload.length, |it| it.bytes);
    usage::check_upload(conn, session.user().id, takes, &bounds.quotas)?;
    let (user, key) = (session.user().id, key.map(ClientKey::as_str));
    // Of one whose time is over.
    conn.prepare_cached(
        "update uploads set client_key = null where user_id = ? and client_key = ?",
    )?
    .execute((user, key))?;
    conn.prepare_cached(
        "insert into uploads (user_id, client_key, created_at, expires_at, length, received, file)
         values (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        user,
        key,
        now.0,
        now.plus(LIFETIME).0,
        signed(upload.length),
        signed(upload.received),
        &upload.file,
    ))?;
    let id = UploadId::from_number(conn.last_insert_rowid());
    if let Some(medium) = &upload.medium {
        set_medium(conn, id, &upload.file, medium)?;
    }
    let created = conn
        .prepare_cached(columns!("where id = ?"))?
        .query_row([id], Upload::from_row)?;
    Ok(Created::Now(created))
}

/// The upload that this user has begun under this key, until its time is over or a share has taken it.
///
/// # Errors
/// [`Conflict::KeyOfAnotherUpload`]: it isn't `length` bytes long, so it is another file.
pub fn find_made(
    conn: &Connection,
    session: &Session,
    key: Option<&ClientKey>,
    length: Option<u64>,
    now: Timestamp,
) -> Result<Option<Upload>> {
    let Some(key) = key.map(ClientKey::as_str) else {
        return Ok(None);
    };
    let made = conn
        .prepare_cached(columns!(
            "where user_id = ? and client_key = ? and expires_at > ?"
        ))?
        .query_row((session.user().id, key, now.0), Upload::from_row)
        .optional()?;
    match made {
        Some(made) if length.is_some_and(|length| length != made.length) => {
            Err(Conflict::KeyOfAnotherUpload.into())
        }
        made => Ok(made),
    }
}

/// Whether this user may begin one more upload, of `length` bytes.
///
/// # Errors
/// As [`create`].
pub fn check(conn: &Connection, session: &Session, length: u64, bounds: Bounds) -> Result<()> {
    check_waiting(conn, session, length, bounds)?;
    usage::check_upload(conn, session.user().id, length, &bounds.quotas)
}

fn check_waiting(conn: &Connection, session: &Session, length: u64, bounds: Bounds) -> Result<()> {
    // Those that are over count until their bytes are gone.
    let (number, bytes): (i64, i64) = conn
        .prepare_cached(WAITING)?
        .query_row([session.user().id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if usize::try_from(number).unwrap_or(usize::MAX) >= bounds.number {
        return Err(Conflict::TooManyWaiting { max: bounds.number }.into());
    }
    if u64::try_from(bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(length)
        > bounds.bytes
    {
        return Err(Invalid::TooLarge {
            field: FieldName::Uploads,
            max: Most::Bytes(bounds.bytes),
        }
        .into());
    }
    Ok(())
}

// Of one that has arrived, what is left of it is on the disk.
const WAITING: &str =
    "select count(*), coalesce(sum(coalesce(bytes, length)), 0) from uploads where user_id = ?";

/// An upload, as its maker sees it.
pub fn get(conn: &Connection, own: &OwnUpload) -> Result<Upload> {
    Ok(conn
        .prepare_cached(columns!("where id = ?"))?
        .query_row([own.upload()], Upload::from_row)?)
}

/// Records that more of an upload is on the disk.
pub fn advance(
    conn: &Connection,
    own: &OwnUpload,
    received: u64,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update uploads set received = ?, expires_at = ? where id = ?")?
        .execute((signed(received), now.plus(LIFETIME).0, own.upload()))?;
    Ok(())
}

/// Records what was made of an upload, and that this is in another file.
///
/// # Errors
/// It is more than what came, and too much for a quota.
pub fn finish(
    conn: &Connection,
    (session, own): (&Session, &OwnUpload),
    (file, medium): (&str, &Medium),
    quotas: &Quotas,
) -> Result<()> {
    let more = medium.bytes.saturating_sub(get(conn, own)?.length);
    if more > 0 {
        usage::check_upload(conn, session.user().id, more, quotas)?;
    }
    Ok(set_medium(conn, own.upload(), file, medium)?)
}

fn set_medium(
    conn: &Connection,
    id: UploadId,
    file: &str,
    medium: &Medium,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update uploads set file = ?, extension = ?, width = ?, height = ?, animated = ?, bytes = ?, sha256 = ?,
         crc32 = ?, taken_at = ?, taken_offset = ?, duration_ms = ?, film_dropped = ? where id = ?",
    )?
    .execute(params![
        file,
        medium.kind.extension(),
        medium.width,
        medium.height,
        medium.animated,
        signed(medium.bytes),
        medium.sha256,
        medium.crc32,
        medium.taken_at.map(TakenAt::millis),
        medium.taken_at.and_then(TakenAt::offset),
        medium
            .duration
            .map(|duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        medium.film_dropped,
        id,
    ])?;
    Ok(())
}

/// Takes an upload for a share, which can be done once. Its file is then for the caller to delete.
///
/// # Errors
/// Not all of it has come, or nothing was made of it yet.
pub fn take(conn: &Connection, own: &OwnUpload) -> Result<Upload> {
    let upload = get(conn, own)?;
    if upload.medium.is_none() {
        return Err(Conflict::UploadIncomplete {
            id: upload.id.to_string(),
        }
        .into());
    }
    delete(conn, own)?;
    Ok(upload)
}

/// Deletes an upload. Its file is then for the caller to delete.
pub fn delete(conn: &Connection, own: &OwnUpload) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from uploads where id = ?")?
        .execute([own.upload()])?;
    Ok(())
}

/// Deletes all uploads of a user, for the removal of their account. Returns their files.
pub(super) fn delete_of_user(conn: &Connection, user: UserId) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached("delete from uploads where user_id = ? returning file")?
        .query_map([user], |row| row.get(0))?
        .collect()
}

/// Deletes all uploads: their bytes are not in a backup.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from uploads", [])?;
    Ok(())
}

/// Deletes the uploads whose time is over, at most `max`. Returns their files.
pub fn delete_expired(
    conn: &Connection,
    now: Timestamp,
    max: usize,
) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached(EXPIRED)?
        .query_map((now.0, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
            row.get(0)
        })?
        .collect()
}

const EXPIRED: &str = "delete from uploads where id in
    (select id from uploads where expires_at <= ? order by expires_at limit ?) returning file";

/// After the clock was set back, lets no upload stay for longer than its time from now.
pub fn clamp_expiry(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let latest = now.plus(LIFETIME).0;
    conn.prepare_cached("update uploads set expires_at = ?1 where expires_at > ?1")?
        .execute([latest])?;
    Ok(())
}

/// Those of these files that some upload has.
pub fn known_files(conn: &Connection, files: Vec<String>) -> rusqlite::Result<Vec<String>> {
    let mut known = Vec::new();
    let mut find = conn.prepare_cached("select 1 from uploads where file = ?")?;
    for file in files {
        if find.exists([&file])? {
            known.push(file);
        }
    }
    Ok(known)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(index)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_uploads_of_a_user_and_those_that_are_over_are_found_by_their_indexes() {
        let waiting = plan(WAITING);
        assert!(waiting.contains("uploads_by_user (user_id=?)"), "{waiting}");
        let expired = plan(EXPIRED);
        assert!(
            expired.contains("uploads_by_expiry (expires_at<?)"),
            "{expired}"
        );
        assert!(!expired.contains("TEMP B-TREE FOR ORDER BY"), "{expired}");
    }
}
