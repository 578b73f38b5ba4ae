//! How the members of a space see its photos.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::clock::Timestamp;
use crate::domain::access::Member;
use crate::domain::ids::{Id, PhotoId, ShareId};
use crate::domain::page::{Listed, Order, Page};
use crate::domain::photo_name::PhotoName;
use crate::domain::users::User;
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
    let mut list = conn.prepare_cached(sql)?;
    let rows = list.query_map(
        (member.space(), share, position, page.limit_plus_one()),
        |row| {
            Ok(SharedPhoto {
                photo: Photo::from_row(row, 0)?,
                share: row.get(6)?,
                position: row.get(7)?,
                user: User::from_row(row, 8)?,
                shared_at: Timestamp(row.get(10)?),
            })
        },
    )?;
    page.take(rows, |row| (row.share.number(), row.position))
}

const OLDEST_FIRST: &str = "select p.id, p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, u.id, u.login, s.created_at
    from photos p join shares s on s.id = p.share_id join users u on u.id = s.user_id
    where p.space_id = ? and (p.share_id, p.position) > (?, ?) order by p.share_id, p.position limit ?";

const NEWEST_FIRST: &str = "select p.id, p.name, p.width, p.height, p.animated, p.placeholder,
        p.share_id, p.position, u.id, u.login, s.created_at
    from photos p join shares s on s.id = p.share_id join users u on u.id = s.user_id
    where p.space_id = ? and (p.share_id, p.position) < (?, ?) order by p.share_id desc, p.position desc limit ?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plans::plan;

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
