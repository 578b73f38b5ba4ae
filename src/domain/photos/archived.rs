//! The photos that a member takes home as a ZIP: what must be known of all of them before the first is sent.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::clock::Timestamp;
use crate::domain::access::Member;
use crate::domain::ids::{PhotoId, RawId};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::KindFilter;
use crate::domain::sessions::Session;
use crate::domain::taken_at::TakenAt;
use crate::domain::users::{Authors, User};
use crate::error::{NotFound, Result};

/// A photo as the plan of a ZIP needs it.
#[derive(Clone, Debug)]
pub struct ArchivedPhoto {
    pub id: PhotoId,
    pub name: PhotoName,
    /// The size of the stored file.
    pub bytes: u64,
    /// The CRC-32 of the stored file, if it is known already.
    pub crc32: Option<u32>,
    /// When it was taken, where that is known.
    pub taken_at: Option<TakenAt>,
    /// When it was shared.
    pub shared_at: Timestamp,
    /// Who shared it.
    pub user: User,
}

/// Where the bytes of a photo are, and what they must be.
#[derive(Clone, Debug)]
pub struct ArchiveSource {
    pub name: PhotoName,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
    /// The CRC-32 of the stored file, if it is known already.
    pub crc32: Option<u32>,
}

impl ArchiveSource {
    /// Reads the columns `name, bytes, sha256, crc32`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            bytes: row.get::<_, i64>(1)?.try_into().unwrap_or(0),
            sha256: row.get(2)?,
            crc32: row.get(3)?,
        })
    }
}

/// Reads photos for a ZIP.
macro_rules! archived {
    ($which:literal) => {
        concat!(
            "select p.id, p.name, p.bytes, p.crc32, p.taken_at, p.taken_offset, s.created_at, s.user_id,
                p.dated_at, p.share_id, p.position
            from photos p join shares s indexed by sqlite_autoindex_shares_1
            on s.space_id = p.space_id and s.id = p.share_id where ",
            $which
        )
    };
}

const ALL: &str = archived!(
    "p.space_id = ?1 and (?2 is null or p.kind = ?2) order by p.dated_at, p.share_id, p.position"
);
const ONE: &str = archived!("p.id = ? and p.space_id = ?");

fn from_row(row: &Row<'_>, authors: &mut Authors<'_>) -> rusqlite::Result<ArchivedPhoto> {
    Ok(ArchivedPhoto {
        id: row.get(0)?,
        name: row.get(1)?,
        bytes: row.get::<_, i64>(2)?.try_into().unwrap_or(0),
        crc32: row.get(3)?,
        taken_at: TakenAt::from_row(row, 4)?,
        shared_at: Timestamp(row.get(6)?),
        user: authors.get(row.get(7)?)?,
    })
}

/// How many photos of these kinds a space has.
pub fn count_in_space(
    conn: &Connection,
    member: &Member,
    kinds: KindFilter,
) -> rusqlite::Result<u64> {
    let count: i64 = conn
        .prepare_cached(COUNT)?
        .query_row((member.space(), kinds.as_str()), |row| row.get(0))?;
    Ok(count.try_into().unwrap_or(0))
}

const COUNT: &str = "select count(*) from photos where space_id = ?1 and (?2 is null or kind = ?2)";

/// Each photo of these kinds in a space, in the order of the days when they were taken.
///
/// # Errors
/// The first that `each` returns.
pub fn for_each_archived(
    conn: &Connection,
    member: &Member,
    kinds: KindFilter,
    mut each: impl FnMut(ArchivedPhoto) -> Result<()>,
) -> Result<()> {
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(ALL)?;
    let mut rows = list.query((member.space(), kinds.as_str()))?;
    while let Some(row) = rows.next()? {
        each(from_row(row, &mut authors)?)?;
    }
    Ok(())
}

/// These photos of a space, in the order of the days when they were taken; one that is named twice, once.
///
/// # Errors
/// The space has no such photo.
pub fn find_archived(
    conn: &Connection,
    member: &Member,
    ids: &[RawId<PhotoId>],
) -> Result<Vec<ArchivedPhoto>> {
    let mut authors = Authors::new(conn)?;
    let mut find = conn.prepare_cached(ONE)?;
    let (mut named, mut found) = (HashSet::new(), Vec::with_capacity(ids.len()));
    for id in ids {
        let missing = || NotFound::PhotoOfSpace { id: id.to_string() };
        let known = id.parse().map_err(|_| missing())?;
        if !named.insert(known) {
            continue;
        }
        let row = find.query_row((known, member.space()), |row| {
            let place: (i64, i64, i64) = (row.get(8)?, row.get(9)?, row.get(10)?);
            Ok((place, from_row(row, &mut authors)?))
        });
        found.push(row.optional()?.ok_or_else(missing)?);
    }
    found.sort_unstable_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, photo)| photo).collect())
}

/// Where the bytes of a photo are that was in the space before; `None` if it isn't any more.
pub fn find_source(
    conn: &Connection,
    member: &Member,
    photo: PhotoId,
) -> rusqlite::Result<Option<ArchiveSource>> {
    conn.prepare_cached(SOURCE)?
        .query_row((photo, member.space()), ArchiveSource::from_row)
        .optional()
}

/// Where the bytes of a photo are that the caller has shared; `None` if they haven't, or it is gone.
pub fn find_own_source(
    conn: &Connection,
    caller: &Session,
    photo: PhotoId,
) -> rusqlite::Result<Option<ArchiveSource>> {
    conn.prepare_cached(OWN_SOURCE)?
        .query_row((photo, caller.user().id), ArchiveSource::from_row)
        .optional()
}

const OWN_SOURCE: &str = "select p.name, p.bytes, p.sha256, p.crc32 from photos p
    join shares s indexed by sqlite_autoindex_shares_1 on s.space_id = p.space_id and s.id = p.share_id
    join spaces o on o.id = p.space_id and o.deleted_at is null where p.id = ? and s.user_id = ?";

const SOURCE: &str = "select name, bytes, sha256, crc32 from photos where id = ? and space_id = ?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_photos_of_a_zip_are_one_walk_along_their_days_and_are_found_by_their_ids() {
        let walk = plan(ALL);
        assert!(
            walk.contains("SEARCH p USING INDEX photos_by_date (space_id=?)"),
            "{walk}"
        );
        assert!(
            !walk.contains("TEMP B-TREE") && !walk.contains("SCAN"),
            "{walk}"
        );
        let count = plan(COUNT);
        assert!(count.contains("SEARCH photos USING"), "{count}");
        for sql in [ONE, SOURCE, OWN_SOURCE] {
            let plan = plan(sql);
            assert!(plan.contains("INDEX photos_by_id (id=?"), "{plan}");
        }
    }
}
