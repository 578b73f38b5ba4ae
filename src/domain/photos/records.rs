//! The photos that the store should have, for comparing the two.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::domain::ids::{ShareId, SpaceId};
use crate::domain::photo_name::PhotoName;

/// A photo that the store should have, and how it was stored.
#[derive(Clone, Debug)]
pub struct PhotoRecord {
    pub id: i64,
    pub name: PhotoName,
    pub share: ShareId,
    pub space: SpaceId,
    /// The size of the stored file.
    pub bytes: u64,
    /// The SHA-256 of the stored file.
    pub sha256: [u8; 32],
    /// Whether the picture moves.
    pub animated: bool,
    /// Whether it has previews that were seen.
    pub has_previews: bool,
    /// Whether it is a film whose previews were made of a poster that came without a record: it was made too.
    pub has_made_poster: bool,
    /// The size in bytes of the rendition that a film has.
    pub rendition: Option<u64>,
}

impl PhotoRecord {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            share: row.get(2)?,
            space: row.get(3)?,
            bytes: row.get::<_, i64>(4)?.try_into().unwrap_or(0),
            sha256: row.get(5)?,
            animated: row.get(6)?,
            has_previews: row.get(7)?,
            has_made_poster: row.get(10)?,
            rendition: row
                .get::<_, Option<i64>>(11)?
                .and_then(|bytes| bytes.try_into().ok()),
        })
    }

    /// A film with its poster after it, if it came with one.
    fn with_poster(row: &Row<'_>) -> rusqlite::Result<impl Iterator<Item = Self>> {
        let film = Self::from_row(row)?;
        let poster = match row.get::<_, Option<i64>>(8)? {
            Some(bytes) => Some(Self {
                name: film.name.poster(),
                bytes: bytes.try_into().unwrap_or(0),
                sha256: row.get(9)?,
                has_previews: false,
                has_made_poster: false,
                rendition: None,
                ..film
            }),
            None => None,
        };
        Ok(std::iter::once(film).chain(poster))
    }
}

/// How many photos there are.
pub fn count(conn: &Connection) -> rusqlite::Result<u64> {
    let count: i64 = conn.query_row("select count(*) from photos", [], |row| row.get(0))?;
    Ok(count.try_into().unwrap_or(0))
}

/// The photos after the one with the id `after`, in the order of their ids, each film with its poster after it.
pub fn list_records(
    conn: &Connection,
    after: i64,
    max: usize,
) -> rusqlite::Result<Vec<PhotoRecord>> {
    let mut list = conn.prepare_cached(ALL)?;
    let mut rows = list.query((after, i64::try_from(max).unwrap_or(i64::MAX)))?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.extend(PhotoRecord::with_poster(row)?);
    }
    Ok(records)
}

/// Reads kept photos, as [`PhotoRecord::from_row`] takes them.
macro_rules! records {
    ($which:literal) => {
        concat!(
            "select id, name, share_id, space_id, bytes, sha256, animated,
                placeholder is not null and previews_due_at is null, poster_bytes, poster_sha256,
                kind = 'video' and poster_bytes is null,
                case when rendition_due_at is null then rendition_bytes end
            from photos where ",
            $which
        )
    };
}

const ALL: &str = records!("id > ? order by id limit ?");

/// The ids of at most `max` photos by chance, in their order.
pub fn draw(conn: &Connection, max: usize) -> rusqlite::Result<Vec<i64>> {
    let mut drawn = conn
        .prepare_cached("select id from photos order by random() limit ?")?
        .query_map([i64::try_from(max).unwrap_or(i64::MAX)], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    drawn.sort_unstable();
    Ok(drawn)
}

/// Those of these photos that a share still has.
pub fn find_records(conn: &Connection, ids: &[i64]) -> rusqlite::Result<Vec<PhotoRecord>> {
    let mut find = conn.prepare_cached(ONE)?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let records = find.query_row([id], |row| {
            Ok(PhotoRecord::with_poster(row)?.collect::<Vec<_>>())
        });
        found.extend(records.optional()?.unwrap_or_default());
    }
    Ok(found)
}

const ONE: &str = records!("id = ?");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn photos_are_found_by_their_ids() {
        for (sql, sign) in [(ALL, '>'), (ONE, '=')] {
            let plan = plan(sql);
            let walk = format!("SEARCH photos USING INDEX photos_by_id (id{sign}?)");
            assert!(plan.starts_with(&walk), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
