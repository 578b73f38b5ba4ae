//! How the members of a space see its photos.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::clock::Timestamp;
use crate::domain::access::Member;
use crate::domain::ids::{Id, PhotoId, ShareId, SpaceId};
use crate::domain::page::{Listed, Order, Page};
use crate::domain::photo_name::PhotoName;
use crate::domain::users::{Authors, User};
use crate::error::Result;

/// A photo, as the members of its space see it.
#[derive(Clone, Debug)]
pub struct Photo {
    pub id: PhotoId,
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
    /// Reads the columns `id, name, width, height, animated, placeholder`, the first of them at `index`.
    pub fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(index)?,
            name: row.get(index + 1)?,
            width: row.get(index + 2)?,
            height: row.get(index + 3)?,
            animated: row.get(index + 4)?,
            placeholder: row.get(index + 5)?,
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

/// The first photo of each share of a space from `oldest` to `newest` that has any, the newest share first.
pub(in crate::domain) fn for_each_first(
    conn: &Connection,
    space: SpaceId,
    oldest: ShareId,
    newest: ShareId,
    mut each: impl FnMut(ShareId, Photo),
) -> rusqlite::Result<()> {
    let mut walk = conn.prepare_cached(BESIDE_SHARES)?;
    let mut rows = walk.query((space, oldest, newest))?;
    while let Some(row) = rows.next()? {
        each(row.get(6)?, Photo::from_row(row, 0)?);
    }
    Ok(())
}

const BESIDE_SHARES: &str =
    "select id, name, width, height, animated, placeholder, share_id from photos
    where space_id = ? and share_id between ? and ? and position = 0 order by share_id desc";

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

/// The photos of a space, in the order of their shares.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    member: &Member,
    order: Order,
    page: &Page,
) -> Result<Listed<SharedPhoto>> {
    let (sql, start) = match order {
        Order::Oldest => (OLDEST_FIRST, 0_i64),
        Order::Newest => (NEWEST_FIRST, i64::MAX),
    };
    let (share, position) = page.after((start, start))?;
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(sql)?;
    let rows = list.query_map(
        (member.space(), share, position, page.limit_plus_one()),
        |row| {
            Ok(SharedPhoto {
                photo: Photo::from_row(row, 0)?,
                share: row.get(6)?,
                position: row.get(7)?,
                user: authors.get(row.get(8)?)?,
                shared_at: Timestamp(row.get(9)?),
            })
        },
    )?;
    page.take(rows, |row| (row.share.number(), row.position))
}

const OLDEST_FIRST: &str = "select p.id, p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, s.user_id, s.created_at
    from photos p join shares s indexed by sqlite_autoindex_shares_1 on s.space_id = p.space_id and s.id = p.share_id
    where p.space_id = ? and (p.share_id, p.position) > (?, ?) order by p.share_id, p.position limit ?";

const NEWEST_FIRST: &str = "select p.id, p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, s.user_id, s.created_at
    from photos p join shares s indexed by sqlite_autoindex_shares_1 on s.space_id = p.space_id and s.id = p.share_id
    where p.space_id = ? and (p.share_id, p.position) < (?, ?) order by p.share_id desc, p.position desc limit ?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_photos_of_a_page_of_shares_are_one_walk() {
        assert_eq!(
            plan(BESIDE_SHARES),
            "SEARCH photos USING PRIMARY KEY (space_id=? AND share_id>? AND share_id<?)"
        );
    }

    #[test]
    fn the_photos_of_a_space_are_one_walk_along_one_index_in_either_order() {
        for (sql, sign) in [(OLDEST_FIRST, '>'), (NEWEST_FIRST, '<')] {
            let plan = plan(sql);
            let walk =
                format!("SEARCH p USING PRIMARY KEY (space_id=? AND (share_id,position){sign}");
            assert!(plan.starts_with(&walk), "{plan}");
            let beside = "SEARCH s USING PRIMARY KEY (space_id=? AND id=?)";
            assert!(plan.contains(beside), "{plan}");
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
                "{plan}"
            );
        }
    }
}
