//! The photos of shares: what is known of them. Their bytes live in the stores of [`crate::photos`].

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use super::access::Member;
use super::ids::{PhotoId, ShareId, SpaceId};
use super::page::{Listing, Order, Page};
use super::users::User;
use super::{jobs, tombstones};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::photos::name::PhotoName;

/// A photo whose bytes lie in the temporary store.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    pub id: PhotoId,
    pub name: PhotoName,
    /// In pixels, as shown, after the orientation is applied.
    pub width: u32,
    pub height: u32,
    /// Whether the picture moves.
    pub animated: bool,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
}

/// A photo, as the members of its space see it.
#[derive(Clone, Debug)]
pub struct Photo {
    pub name: PhotoName,
    /// In pixels, as shown.
    pub width: u32,
    pub height: u32,
    /// Whether the picture moves.
    pub animated: bool,
    /// A thumbhash, once it is known.
    pub placeholder: Option<Vec<u8>>,
}

impl Photo {
    /// Reads the columns `name, width, height, animated, placeholder`, the first of them at `index`.
    pub fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(index)?,
            width: row.get(index + 1)?,
            height: row.get(index + 2)?,
            animated: row.get(index + 3)?,
            placeholder: row.get(index + 4)?,
        })
    }

    /// As [`Self::from_row`], where a photo may have been joined or not.
    pub fn from_joined(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Self>> {
        match row.get_ref(index)? {
            ValueRef::Null => Ok(None),
            _ => Self::from_row(row, index).map(Some),
        }
    }
}

/// A photo in the list of a space's, and the share that it belongs to.
#[derive(Debug)]
pub struct SharedPhoto {
    pub photo: Photo,
    pub share: ShareId,
    position: i64,
    /// Who shared it.
    pub user: User,
    /// When it was shared.
    pub shared_at: Timestamp,
}

/// The last id that a photo has ever had, also if it is deleted; 0 before the first.
pub fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row(
        "select coalesce(max(seq), 0) from sqlite_sequence where name = 'photos'",
        [],
        |row| row.get(0),
    )
}

/// Whether there is any photo.
pub fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("select exists (select 1 from photos)", [], |row| row.get(0))
}

/// Adds the photo of a share.
pub(super) fn add(
    conn: &Connection,
    share: ShareId,
    space: SpaceId,
    photo: &NewPhoto,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into photos
         (id, share_id, space_id, position, name, width, height, animated, bytes, sha256, created_at, previews_due_at)
         values (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
    )?
    .execute((
        photo.id,
        share,
        space,
        &photo.name,
        photo.width,
        photo.height,
        photo.animated,
        i64::try_from(photo.bytes).unwrap_or(i64::MAX),
        photo.sha256,
        now.0,
    ))?;
    Ok(())
}

/// The photos of a space, in the order of their shares.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    member: &Member,
    order: Order,
    page: &Page,
) -> Result<Listing<SharedPhoto>> {
    let (sql, start) = match order {
        Order::Oldest => (OLDEST_FIRST, 0_i64),
        Order::Newest => (NEWEST_FIRST, i64::MAX),
    };
    let (share, position) = page.after((start, start))?;
    let rows = conn
        .prepare_cached(sql)?
        .query_map((member.space(), share, position, page.fetch()), |row| {
            Ok(SharedPhoto {
                photo: Photo::from_row(row, 0)?,
                share: row.get(5)?,
                position: row.get(6)?,
                user: User::from_row(row, 7)?,
                shared_at: Timestamp(row.get(9)?),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    page.listing(rows, |row| (row.share, row.position))
}

const OLDEST_FIRST: &str = "select p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, u.id, u.login, s.created_at
    from photos p join shares s on s.id = p.share_id join users u on u.id = s.user_id
    where p.space_id = ? and (p.share_id, p.position) > (?, ?) order by p.share_id, p.position limit ?";

const NEWEST_FIRST: &str = "select p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, u.id, u.login, s.created_at
    from photos p join shares s on s.id = p.share_id join users u on u.id = s.user_id
    where p.space_id = ? and (p.share_id, p.position) < (?, ?) order by p.share_id desc, p.position desc limit ?";

/// The SHA-256 of the photo with this name, as long as a share has it.
pub fn find_sha256(conn: &Connection, name: &PhotoName) -> rusqlite::Result<Option<[u8; 32]>> {
    conn.prepare_cached("select sha256 from photos where name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Whether a share has the photo with this name. Also asked of databases with an earlier schema.
pub fn exists(conn: &Connection, name: &PhotoName) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from photos where name = ?")?
        .exists([name])
}

/// A photo as the database knows it.
#[derive(Clone, Debug)]
pub struct KnownPhoto {
    pub id: i64,
    pub name: PhotoName,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
}

/// The photos behind the one with the id `after`, in the order of their ids. Also asked of databases with an earlier
/// schema.
pub fn list_known(conn: &Connection, after: i64, max: u32) -> rusqlite::Result<Vec<KnownPhoto>> {
    conn.prepare_cached(
        "select id, name, bytes, sha256 from photos where id > ? order by id limit ?",
    )?
    .query_map((after, max), |row| {
        Ok(KnownPhoto {
            id: row.get(0)?,
            name: row.get(1)?,
            bytes: row.get::<_, i64>(2)?.try_into().unwrap_or(0),
            sha256: row.get(3)?,
        })
    })?
    .collect()
}

/// How many bytes all photos have together.
pub fn total_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let bytes: i64 = conn.query_row("select coalesce(sum(bytes), 0) from photos", [], |row| {
        row.get(0)
    })?;
    Ok(bytes.try_into().unwrap_or(0))
}

/// The photos whose names no queue has accepted yet, the oldest first.
pub fn list_unsent(conn: &Connection, max: u32) -> rusqlite::Result<Vec<PhotoName>> {
    conn.prepare_cached(UNSENT)?
        .query_map([max], |row| row.get(0))?
        .collect()
}

const UNSENT: &str = "select name from photos where queued_at is null order by id limit ?";

/// Writes down that a queue has accepted these names.
pub fn mark_queued(conn: &Connection, names: &[PhotoName], now: Timestamp) -> rusqlite::Result<()> {
    let mut mark = conn.prepare_cached("update photos set queued_at = ? where name = ?")?;
    names
        .iter()
        .try_for_each(|name| mark.execute((now.0, name)).map(drop))
}

/// Lets no queue have accepted any name and nobody have seen any preview, so that all are sent again.
pub(super) fn begin_again(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute(
        "update photos set queued_at = null, previews_due_at = created_at",
        [],
    )?;
    Ok(())
}

/// Takes a photo out whose bytes are gone; its share stays.
pub(super) fn forget(conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from photos where name = ?")?
        .execute([name])?;
    Ok(())
}

/// Of these names, those that no share has.
pub fn orphans(conn: &Connection, names: Vec<PhotoName>) -> rusqlite::Result<Vec<PhotoName>> {
    let mut orphans = Vec::new();
    for name in names {
        if find_sha256(conn, &name)?.is_none() {
            orphans.push(name);
        }
    }
    Ok(orphans)
}

/// Takes the photos of a share out of the database and the queue. Gives the names whose bytes are to be deleted.
pub(super) fn remove_of_share(
    conn: &Connection,
    share: ShareId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let names = conn
        .prepare_cached("delete from photos where share_id = ? returning name")?
        .query_map([share], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    bury(conn, names, now)
}

/// Takes the photos of a space out of the database and the queue. Gives the names whose bytes are to be deleted.
pub(super) fn remove_of_space(
    conn: &Connection,
    space: SpaceId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let names = conn
        .prepare_cached("delete from photos where space_id = ? returning name")?
        .query_map([space], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    bury(conn, names, now)
}

fn bury(
    conn: &Connection,
    names: Vec<PhotoName>,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    for name in &names {
        jobs::remove(conn, name)?;
        tombstones::add(conn, name, now)?;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plans::plan;

    #[test]
    fn the_outbox_is_found_by_its_index() {
        let plan = plan(UNSENT);
        assert!(plan.contains("INDEX photos_unsent"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn the_photos_of_a_space_are_one_walk_along_one_index_in_either_order() {
        for (sql, sign) in [(OLDEST_FIRST, '>'), (NEWEST_FIRST, '<')] {
            let plan = plan(sql);
            let walk = format!(
                "SEARCH p USING INDEX photos_by_space (space_id=? AND (share_id,position){sign}"
            );
            assert!(plan.starts_with(&walk), "{plan}");
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
                "{plan}"
            );
        }
    }
}
