//! Photos by their names and ids: what those need who have the bytes, and not the shares.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::ids::{PhotoId, ShareId, SpaceId};
use crate::domain::photo_name::PhotoName;

/// Whether there is any photo.
pub fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("select exists (select 1 from photos)", [], |row| row.get(0))
}

/// A photo whose previews are pending.
pub(super) struct Pending {
    pub(super) space: SpaceId,
    pub(super) share: ShareId,
    pub(super) photo: PhotoId,
    look: Look,
    is_recent: bool,
}

/// What previews tell about how a photo looks.
#[derive(PartialEq, Eq)]
pub(super) struct Look {
    width: u32,
    height: u32,
    animated: bool,
    placeholder: Option<Vec<u8>>,
}

impl Look {
    /// Reads the columns `width, height, animated, placeholder`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            width: row.get(0)?,
            height: row.get(1)?,
            animated: row.get(2)?,
            placeholder: row.get(3)?,
        })
    }
}

impl Pending {
    /// Whether what is known `now` is news to those who see the photo: it looks different, or it is a new one that has no previews,
    /// for which somebody may wait.
    pub(super) fn is_news(&self, now: Option<&Look>) -> bool {
        now.is_some_and(|now| *now != self.look || (now.placeholder.is_none() && self.is_recent))
    }
}

/// The photo with this name, if its previews are pending.
pub(super) fn find_pending(
    conn: &Connection,
    name: &PhotoName,
) -> rusqlite::Result<Option<Pending>> {
    conn.prepare_cached(
        "select width, height, animated, placeholder, space_id, share_id, id,
         created_at > cast(unixepoch('subsec') * 1000 as integer) - ? from photos
         where name = ? and previews_due_at is not null",
    )?
    .query_row((RECENT, name), |row| {
        Ok(Pending {
            look: Look::from_row(row)?,
            space: row.get(4)?,
            share: row.get(5)?,
            photo: row.get(6)?,
            is_recent: row.get(7)?,
        })
    })
    .optional()
}

/// For how many milliseconds somebody may wait for the previews of a new photo: as long as events are kept.
const RECENT: i64 = 2 * 60 * 60 * 1000;

/// How a photo looks.
pub(super) fn find_look(conn: &Connection, photo: PhotoId) -> rusqlite::Result<Option<Look>> {
    conn.prepare_cached("select width, height, animated, placeholder from photos where id = ?")?
        .query_row([photo], Look::from_row)
        .optional()
}

/// What is recorded about a photo whose bytes are requested.
#[derive(Clone, Debug)]
pub struct FoundPhoto {
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
    /// Whether the picture moves.
    pub animated: bool,
    /// Whether it has previews; `None` while they are still pending.
    pub has_previews: Option<bool>,
}

/// The photo with this name, or the film whose poster has it, while it is in a share whose space isn't deleted.
pub fn find(conn: &Connection, name: &PhotoName) -> rusqlite::Result<Option<FoundPhoto>> {
    let film = name.film_of_poster();
    let name = film.as_ref().unwrap_or(name);
    conn.prepare_cached(
        "select f.sha256, f.animated, f.previews_due_at is null, f.placeholder is not null, f.bytes
         from photos f join spaces p on p.id = f.space_id and p.deleted_at is null where f.name = ?",
    )?
    .query_row([name], |row| {
        let (is_settled, is_seen) = (row.get::<_, bool>(2)?, row.get::<_, bool>(3)?);
        Ok(FoundPhoto {
            bytes: row.get::<_, i64>(4)?.try_into().unwrap_or(0),
            sha256: row.get(0)?,
            animated: row.get(1)?,
            has_previews: (is_settled || is_seen).then_some(is_seen),
        })
    })
    .optional()
}

/// Whether a share has the photo with this name, or a poster with it. Also queried in databases with an earlier schema.
pub fn exists(conn: &Connection, name: &PhotoName) -> rusqlite::Result<bool> {
    match name.film_of_poster() {
        Some(film) => conn
            .prepare_cached("select 1 from photos where name = ? and poster_bytes is not null")?
            .exists([film]),
        None => conn
            .prepare_cached("select 1 from photos where name = ?")?
            .exists([name]),
    }
}

/// A photo as recorded in the database, or, by its name, the poster of a film that came with it.
#[derive(Clone, Debug)]
pub struct KnownPhoto {
    pub id: i64,
    pub name: PhotoName,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
}

/// The photos after the one with the id `after`, in the order of their ids, each film with its poster after it; `max` rows of
/// them. Also queried in databases with an earlier schema.
pub fn list_known(conn: &Connection, after: i64, max: u32) -> rusqlite::Result<Vec<KnownPhoto>> {
    let mut list = conn.prepare_cached(if has_posters(conn)? {
        "select id, name, bytes, sha256, poster_bytes, poster_sha256 from photos where id > ? order by id limit ?"
    } else {
        "select id, name, bytes, sha256, null, null from photos where id > ? order by id limit ?"
    })?;
    let mut rows = list.query((after, max))?;
    let mut known = Vec::new();
    while let Some(row) = rows.next()? {
        let photo = KnownPhoto {
            id: row.get(0)?,
            name: row.get(1)?,
            bytes: row.get::<_, i64>(2)?.try_into().unwrap_or(0),
            sha256: row.get(3)?,
        };
        let poster: Option<(i64, [u8; 32])> = match row.get(4)? {
            Some(bytes) => Some((bytes, row.get(5)?)),
            None => None,
        };
        let poster = poster.map(|(bytes, sha256)| KnownPhoto {
            id: photo.id,
            name: photo.name.poster(),
            bytes: bytes.try_into().unwrap_or(0),
            sha256,
        });
        known.push(photo);
        known.extend(poster);
    }
    Ok(known)
}

/// Whether the schema has posters.
fn has_posters(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from pragma_table_info('photos') where name = 'poster_bytes'")?
        .exists([])
}

/// How many bytes all photos have together.
pub fn total_bytes(conn: &Connection) -> rusqlite::Result<u64> {
    let sum = if has_posters(conn)? {
        "select coalesce(sum(bytes + coalesce(poster_bytes, 0)), 0) from photos"
    } else {
        "select coalesce(sum(bytes), 0) from photos"
    };
    let bytes: i64 = conn.query_row(sum, [], |row| row.get(0))?;
    Ok(bytes.try_into().unwrap_or(0))
}

/// Of these names, those that no photo has, and that no tombstone says are to be deleted.
pub fn unknown(conn: &Connection, names: Vec<PhotoName>) -> rusqlite::Result<Vec<PhotoName>> {
    let mut find = conn.prepare_cached(
        "select 1 from photos where name = ?1 union all select 1 from tombstones where name = ?1",
    )?;
    let mut unknown = Vec::new();
    for name in names {
        if !find.exists([&name])? {
            unknown.push(name);
        }
    }
    Ok(unknown)
}

/// Of these names, those that no share has.
pub fn orphans(conn: &Connection, names: Vec<PhotoName>) -> rusqlite::Result<Vec<PhotoName>> {
    let mut orphans = Vec::new();
    for name in names {
        if find(conn, &name)?.is_none() {
            orphans.push(name);
        }
    }
    Ok(orphans)
}
