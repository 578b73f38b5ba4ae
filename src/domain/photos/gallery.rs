//! How the members of a space see its photos.

use std::time::Duration;

use rusqlite::{Connection, Row};

use crate::clock::Timestamp;
use crate::domain::access::{DescribableMedium, Member};
use crate::domain::ids::{Id, PhotoId, ShareId, SpaceId};
use crate::domain::page::{Listed, Order, Page};
use crate::domain::photo_name::PhotoName;
use crate::domain::taken_at::TakenAt;
use crate::domain::users::{Authors, User};
use crate::error::{FieldName, Malformed, Result};

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
    /// How long a film is played, as far as it says.
    pub duration: Option<Duration>,
    /// Whether there is a picture to show: a photo is one, and a film may have a poster.
    pub has_picture: bool,
    /// A thumbhash, once it is known.
    pub placeholder: Option<Vec<u8>>,
    /// Whether a film that not every browser plays has a rendition that does.
    pub has_rendition: bool,
    /// What stands under it.
    pub caption: Option<String>,
    /// When it was taken, where that is known.
    pub taken_at: Option<TakenAt>,
}

/// A photo of a share, with what a ZIP must know of its file.
#[derive(Clone, Debug)]
pub struct PhotoWithFile {
    pub photo: Photo,
    /// The size of the stored file.
    pub bytes: u64,
    /// The CRC-32 of the stored file, if it is known already.
    pub crc32: Option<u32>,
}

/// How many columns a photo is read from.
const COLUMNS: usize = 12;

/// Reads photos, as [`Photo::from_row`] takes them.
macro_rules! photo {
    ($rest:literal) => {
        concat!(
            "select p.id, p.name, p.width, p.height, p.animated, p.placeholder, p.caption, p.taken_at, p.taken_offset, \
            p.duration_ms, p.poster_bytes is not null, p.rendition_bytes is not null",
            $rest
        )
    };
}

impl Photo {
    /// Reads the first columns of what [`photo!`] makes.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let name: PhotoName = row.get(1)?;
        let placeholder: Option<Vec<u8>> = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            width: row.get(2)?,
            height: row.get(3)?,
            animated: row.get(4)?,
            caption: row.get(6)?,
            taken_at: TakenAt::from_row(row, 7)?,
            duration: row
                .get::<_, Option<i64>>(9)?
                .and_then(|millis| millis.try_into().ok())
                .map(Duration::from_millis),
            // If it has previews, it has a poster, whatever made that.
            has_picture: !name.is_video() || row.get::<_, bool>(10)? || placeholder.is_some(),
            has_rendition: row.get(11)?,
            name,
            placeholder,
        })
    }
}

/// The photos of each share of a space from `oldest` to `newest`, the newest share first, and of each the last photo first.
pub(in crate::domain) fn for_each(
    conn: &Connection,
    space: SpaceId,
    oldest: ShareId,
    newest: ShareId,
    mut each: impl FnMut(ShareId, Photo),
) -> rusqlite::Result<()> {
    let mut walk = conn.prepare_cached(BESIDE_SHARES)?;
    let mut rows = walk.query((space, oldest, newest))?;
    while let Some(row) = rows.next()? {
        each(row.get(COLUMNS)?, Photo::from_row(row)?);
    }
    Ok(())
}

// Backwards all the way: the other order of the photos of a share would have each page sorted.
const BESIDE_SHARES: &str = photo!(
    ", p.share_id from photos p where p.space_id = ? and p.share_id between ? and ?
    order by p.share_id desc, p.position desc"
);

/// The photos of a share with what a ZIP must know of them, in their order.
pub(in crate::domain) fn with_files_of_share(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
) -> rusqlite::Result<Vec<PhotoWithFile>> {
    conn.prepare_cached(WITH_FILES)?
        .query_map((space, share), |row| {
            Ok(PhotoWithFile {
                photo: Photo::from_row(row)?,
                bytes: row.get::<_, i64>(COLUMNS)?.try_into().unwrap_or(0),
                crc32: row.get(COLUMNS + 1)?,
            })
        })?
        .collect()
}

const WITH_FILES: &str = photo!(
    ", p.bytes, p.crc32 from photos p where p.space_id = ? and p.share_id = ? order by p.position"
);

/// One photo.
pub fn get(conn: &Connection, medium: &DescribableMedium) -> Result<Photo> {
    Ok(conn
        .prepare_cached(photo!(" from photos p where p.id = ?"))?
        .query_row([medium.photo()], Photo::from_row)?)
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
    /// What it stands under in a list by date.
    dated_at: i64,
}

/// By which date the photos of a space are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatedBy {
    /// When their shares were made.
    #[default]
    Shared,
    /// When they were taken, or, where that is unknown, when they were shared.
    Taken,
}

impl DatedBy {
    /// Checks what a query says; without a word, it is when they were shared.
    ///
    /// # Errors
    /// Another word than `shared` and `taken`.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        match text {
            None | Some("shared") => Ok(Self::Shared),
            Some("taken") => Ok(Self::Taken),
            Some(_) => Err(Malformed::NotOneOf {
                field: FieldName::By,
                values: &["shared", "taken"],
            }
            .into()),
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Taken => "taken",
        }
    }
}

/// Which of the photos of a space are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KindFilter {
    #[default]
    All,
    Photos,
    Videos,
}

impl KindFilter {
    /// Checks what a query says; without a word, it is all.
    ///
    /// # Errors
    /// Another word than `photo` and `video`.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        match text {
            None => Ok(Self::All),
            Some("photo") => Ok(Self::Photos),
            Some("video") => Ok(Self::Videos),
            Some(_) => Err(Malformed::NotOneOf {
                field: FieldName::Kind,
                values: &["photo", "video"],
            }
            .into()),
        }
    }

    /// The word for it; `None` for all.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Photos => Some("photo"),
            Self::Videos => Some("video"),
        }
    }

    fn lists(self) -> &'static Lists {
        match self {
            Self::All => &ALL,
            Self::Photos => &PHOTOS,
            Self::Videos => &VIDEOS,
        }
    }
}

/// The photos of a space, in the order of their shares or of the days when they were taken.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    member: &Member,
    (kinds, by, order): (KindFilter, DatedBy, Order),
    page: &Page,
) -> Result<Listed<SharedPhoto>> {
    let start = match order {
        Order::Oldest => i64::MIN,
        Order::Newest => i64::MAX,
    };
    let mut authors = Authors::new(conn)?;
    let mut read = |row: &Row<'_>| {
        Ok(SharedPhoto {
            photo: Photo::from_row(row)?,
            share: row.get(COLUMNS)?,
            position: row.get(COLUMNS + 1)?,
            user: authors.get(row.get(COLUMNS + 2)?)?,
            shared_at: Timestamp(row.get(COLUMNS + 3)?),
            dated_at: row.get(COLUMNS + 4)?,
        })
    };
    let (space, limit, lists) = (member.space(), page.limit_plus_one(), kinds.lists());
    match by {
        DatedBy::Shared => {
            let (share, position) = page.after((start, start))?;
            let mut list = conn.prepare_cached(match order {
                Order::Oldest => lists.oldest,
                Order::Newest => lists.newest,
            })?;
            let rows = list.query_map((space, share, position, limit), &mut read)?;
            page.take(rows, |row| (row.share.number(), row.position))
        }
        DatedBy::Taken => {
            let (date, share, position) = page.after((start, start, start))?;
            let mut list = conn.prepare_cached(match order {
                Order::Oldest => lists.first_taken,
                Order::Newest => lists.last_taken,
            })?;
            let rows = list.query_map((space, date, share, position, limit), &mut read)?;
            page.take(rows, |row| (row.dated_at, row.share.number(), row.position))
        }
    }
}

/// How photos are listed, in each of the orders.
struct Lists {
    oldest: &'static str,
    newest: &'static str,
    first_taken: &'static str,
    last_taken: &'static str,
}

/// Lists photos of a kind, along an index if one is named, with their shares.
macro_rules! shared {
    ($index:literal, $kind:literal, $after:literal) => {
        concat!(
            photo!(
                ", p.share_id, p.position, s.user_id, s.created_at, p.dated_at
            from photos p "
            ),
            $index,
            " join shares s indexed by sqlite_autoindex_shares_1
            on s.space_id = p.space_id and s.id = p.share_id where p.space_id = ? and ",
            $kind,
            $after
        )
    };
}

macro_rules! lists {
    ($in_order:literal, $by_date:literal, $kind:literal) => {
        Lists {
            oldest: shared!(
                $in_order,
                $kind,
                "(p.share_id, p.position) > (?, ?) order by p.share_id, p.position limit ?"
            ),
            newest: shared!(
                $in_order,
                $kind,
                "(p.share_id, p.position) < (?, ?) order by p.share_id desc, p.position desc limit ?"
            ),
            first_taken: shared!(
                $by_date,
                $kind,
                "(p.dated_at, p.share_id, p.position) > (?, ?, ?)
                order by p.dated_at, p.share_id, p.position limit ?"
            ),
            last_taken: shared!(
                $by_date,
                $kind,
                "(p.dated_at, p.share_id, p.position) < (?, ?, ?)
                order by p.dated_at desc, p.share_id desc, p.position desc limit ?"
            ),
        }
    };
}

static ALL: Lists = lists!("", "", "");
// Along the same indexes as all: videos among them are few.
static PHOTOS: Lists = lists!("", "", "p.kind = 'photo' and ");
// SQLite would rather walk along all.
static VIDEOS: Lists = lists!(
    "indexed by videos_in_order",
    "indexed by videos_by_date",
    "p.kind = 'video' and "
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_photos_of_a_page_of_shares_are_one_walk() {
        assert_eq!(
            plan(BESIDE_SHARES),
            "SEARCH p USING PRIMARY KEY (space_id=? AND share_id>? AND share_id<?)"
        );
    }

    #[test]
    fn the_photos_of_a_space_by_the_days_when_they_were_taken_are_one_walk_too() {
        for (sql, sign, index) in [
            (ALL.first_taken, '>', "photos_by_date"),
            (ALL.last_taken, '<', "photos_by_date"),
            (PHOTOS.first_taken, '>', "photos_by_date"),
            (PHOTOS.last_taken, '<', "photos_by_date"),
            (VIDEOS.first_taken, '>', "videos_by_date"),
            (VIDEOS.last_taken, '<', "videos_by_date"),
        ] {
            let plan = plan(sql);
            assert!(
                plan.contains(&format!(
                    "SEARCH p USING INDEX {index} (space_id=? AND (dated_at,"
                )) && plan.contains(&format!("){sign}(")),
                "{plan}"
            );
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
                "{plan}"
            );
        }
    }

    #[test]
    fn the_photos_of_a_space_are_one_walk_along_one_index_in_either_order() {
        for (sql, sign, index) in [
            (ALL.oldest, '>', "PRIMARY KEY"),
            (ALL.newest, '<', "PRIMARY KEY"),
            (PHOTOS.oldest, '>', "PRIMARY KEY"),
            (PHOTOS.newest, '<', "PRIMARY KEY"),
            (VIDEOS.oldest, '>', "INDEX videos_in_order"),
            (VIDEOS.newest, '<', "INDEX videos_in_order"),
        ] {
            let plan = plan(sql);
            let walk = format!("SEARCH p USING {index} (space_id=? AND (share_id,position){sign}");
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
