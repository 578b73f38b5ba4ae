//! Thoughts, with or without a photo, and photos without a word.

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::{Deletable, Editable, Member, Readable};
use super::ids::{Id, ShareId, SpaceId, UserId};
use super::last_ids::{self, Kind};
use super::page::{Listed, Page};
use super::photos::{self, NewPhoto, Photo};
use super::spaces::Space;
use super::text::ShareText;
use super::users::{Authors, User};
use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;
use crate::error::{Conflict, Error, FieldName, Invalid, Malformed, Result};

/// What somebody shared.
#[derive(Clone, Debug)]
pub struct Share {
    pub id: ShareId,
    /// `None` in a list of a space's shares, where it goes without saying.
    pub space: Option<Space>,
    pub user: User,
    pub text: String,
    pub created_at: Timestamp,
    pub photo: Option<Photo>,
}

impl Share {
    /// Reads the columns `id, text, created_at`, the user's `id, login`, those of the photo, and the space's `id, name`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            text: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            user: User::from_row(row, 3)?,
            photo: Photo::from_joined(row, 5)?,
            space: Some(Space::from_row(row, 11)?),
        })
    }
}

/// What a client calls a share that it makes, so that it can send it again and makes no second one.
#[derive(Clone, Debug)]
pub struct ClientKey(String);

impl ClientKey {
    /// Checks what a client has chosen.
    ///
    /// # Errors
    /// Anything but 1 to 64 letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Result<Self> {
        const MOST: usize = 64;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=MOST).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::idempotency_key(MOST).into())
    }
}

/// What came of a share that was sent.
#[derive(Debug)]
pub enum Created {
    /// It was made.
    Now(Share),
    /// It had been made before, under the same key. Nothing was changed.
    Before(Share),
}

impl Created {
    /// The share, whenever it was made.
    pub fn share(self) -> Share {
        match self {
            Self::Now(share) | Self::Before(share) => share,
        }
    }
}

/// The last id that a share has ever had, also if it is deleted; 0 before the first.
pub fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    last_ids::last(conn, Kind::Share)
}

/// Shares a text, and a photo whose bytes are already in the staging store. `id` was reserved for it.
///
/// # Errors
/// As [`find_made`]; there is neither a text nor a photo.
pub fn create(
    conn: &Connection,
    member: &Member,
    id: ShareId,
    text: &ShareText,
    photo: Option<&NewPhoto>,
    key: Option<&ClientKey>,
    now: Timestamp,
) -> Result<Created> {
    says_something(text, photo.is_some())?;
    let insert = || {
        conn.prepare_cached(
            "insert into shares (space_id, id, user_id, text, created_at, client_key)
             values (?, ?, ?, ?, ?, ?) on conflict (user_id, client_key) do nothing",
        )?
        .execute((
            member.space(),
            id,
            member.user(),
            text.as_str(),
            now.0,
            key.map(|key| &key.0),
        ))
    };
    if insert()? == 0 {
        if let Some(before) = find_made(conn, member, key)? {
            return Ok(Created::Before(before));
        }
        release_key(conn, member, key)?;
        if insert()? == 0 {
            return Err(Error::internal(anyhow::anyhow!(
                "a share was refused for a key that nobody has used"
            )));
        }
    }
    if let Some(photo) = photo {
        photos::add(conn, id, member.space(), photo, now)?;
    }
    get_in(conn, member.space(), id).map(Created::Now)
}

/// Takes a key from what this user has made under it in a space that was deleted, of which there are still rows.
fn release_key(
    conn: &Connection,
    member: &Member,
    key: Option<&ClientKey>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update shares set client_key = null where user_id = ? and client_key = ?
         and space_id in (select id from spaces where deleted_at is not null)",
    )?
    .execute((member.user(), key.map(|key| &key.0)))?;
    Ok(())
}

/// The share that this member has made under this key, as long as it is there.
///
/// # Errors
/// [`Conflict::KeyOfAnotherSpace`]: the sender of a share must not be told that it is in a space where it isn't.
pub fn find_made(
    conn: &Connection,
    member: &Member,
    key: Option<&ClientKey>,
) -> Result<Option<Share>> {
    let Some(ClientKey(key)) = key else {
        return Ok(None);
    };
    let made: Option<(ShareId, SpaceId)> = conn
        .prepare_cached(MADE)?
        .query_row((member.user(), key), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match made {
        None => Ok(None),
        Some((id, space)) if space == member.space() => get_in(conn, space, id).map(Some),
        Some(_) => Err(Conflict::KeyOfAnotherSpace.into()),
    }
}

const MADE: &str = "select s.id, s.space_id from shares s join spaces p on p.id = s.space_id and p.deleted_at is null
    where s.user_id = ? and s.client_key = ?";

/// The shares of a space, newest first.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, member: &Member, page: &Page) -> Result<Listed<Share>> {
    let before: i64 = page.after(i64::MAX)?;
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map((member.space(), before, page.limit_plus_one()), |row| {
        Ok(Share {
            id: row.get(0)?,
            text: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            user: authors.get(row.get(3)?)?,
            photo: None,
            space: None,
        })
    })?;
    let mut listed = page.take(rows, |row| row.id.number())?;
    add_photos(conn, member.space(), &mut listed.rows)?;
    Ok(listed)
}

const LIST: &str = "select id, text, created_at, user_id from shares
    where space_id = ? and id < ? order by id desc limit ?";

/// Gives shares of one space, newest first, their photos: one walk beside that along the shares.
fn add_photos(conn: &Connection, space: SpaceId, shares: &mut [Share]) -> rusqlite::Result<()> {
    let (Some(newest), Some(oldest)) = (shares.first(), shares.last()) else {
        return Ok(());
    };
    let (newest, oldest) = (newest.id, oldest.id);
    let mut rest = shares.iter_mut();
    photos::for_each_first(conn, space, oldest, newest, |share, photo| {
        if let Some(share) = rest.find(|one| one.id == share) {
            share.photo = Some(photo);
        }
    })
}

/// One share.
pub fn get(conn: &Connection, readable: &Readable) -> Result<Share> {
    get_in(conn, readable.space(), readable.share())
}

fn get_in(conn: &Connection, space: SpaceId, id: ShareId) -> Result<Share> {
    Ok(conn
        .prepare_cached(ONE)?
        .query_row((space, id), Share::from_row)?)
}

// By its key, where the space is known: SQLite would rather take the index of ids, which is one more way, to a page that all spaces
// share.
const ONE: &str = "select s.id, s.text, s.created_at, u.id, u.login,
        f.id, f.name, f.width, f.height, f.animated, f.placeholder, p.id, p.name
    from shares s indexed by sqlite_autoindex_shares_1 join users u on u.id = s.user_id join spaces p on p.id = s.space_id
    left join photos f on f.space_id = s.space_id and f.share_id = s.id and f.position = 0
    where s.space_id = ? and s.id = ?";

/// Whether a share has a photo.
pub fn has_photo(conn: &Connection, editable: &Editable) -> rusqlite::Result<bool> {
    conn.prepare_cached("select exists (select 1 from photos where space_id = ? and share_id = ?)")?
        .query_row((editable.space(), editable.share()), |row| row.get(0))
}

/// A share is a text, a photo, or both.
fn says_something(text: &ShareText, has_photo: bool) -> Result<()> {
    if text.is_empty() && !has_photo {
        return Err(Invalid::Blank {
            field: FieldName::Text,
        }
        .into());
    }
    Ok(())
}

/// Replaces the text of a share and its photo, each if there is a new one. Returns the photos whose bytes are to be
/// deleted.
///
/// # Errors
/// The new text is empty, and there is no photo.
pub fn edit(
    conn: &Connection,
    editable: &Editable,
    text: Option<&ShareText>,
    photo: Option<&NewPhoto>,
    now: Timestamp,
) -> Result<Vec<PhotoName>> {
    if let Some(text) = text {
        says_something(text, photo.is_some() || has_photo(conn, editable)?)?;
        conn.prepare_cached(
            "update shares indexed by sqlite_autoindex_shares_1 set text = ? where space_id = ? and id = ?",
        )?
        .execute((text.as_str(), editable.space(), editable.share()))?;
    }
    let Some(photo) = photo else {
        return Ok(Vec::new());
    };
    let replaced = photos::remove_of_share(conn, editable.space(), editable.share(), now)?;
    photos::add(conn, editable.share(), editable.space(), photo, now)?;
    Ok(replaced)
}

/// Deletes a share. Returns the photos whose bytes are to be deleted.
pub fn delete(conn: &Connection, deletable: &Deletable, now: Timestamp) -> Result<Vec<PhotoName>> {
    Ok(remove(conn, deletable.space(), deletable.share(), now)?)
}

/// Deletes all that a user has shared; for the removal of their account.
pub(super) fn delete_of_user(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let shares: Vec<(SpaceId, ShareId)> = conn
        .prepare_cached("select space_id, id from shares where user_id = ?")?
        .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut deleted = Vec::new();
    for (space, share) in shares {
        deleted.extend(remove(conn, space, share, now)?);
    }
    Ok(deleted)
}

fn remove(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let deleted = photos::remove_of_share(conn, space, share, now)?;
    last_ids::note(conn, Kind::Share)?;
    conn.prepare_cached(
        "delete from shares indexed by sqlite_autoindex_shares_1 where space_id = ? and id = ?",
    )?
    .execute((space, share))?;
    Ok(deleted)
}

/// Deletes the oldest shares of a space, at most `max`, which have no photos; how many there were.
pub(super) fn remove_some(
    conn: &Connection,
    space: SpaceId,
    max: usize,
) -> rusqlite::Result<usize> {
    last_ids::note(conn, Kind::Share)?;
    conn.prepare_cached(OLDEST_OF_SPACE)?
        .execute((space, i64::try_from(max).unwrap_or(i64::MAX)))
}

const OLDEST_OF_SPACE: &str = "delete from shares where space_id = ?1 and id <=
    (select max(id) from (select id from shares where space_id = ?1 order by id limit ?2))";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_feed_of_a_space_is_one_walk_along_its_rows() {
        assert_eq!(
            plan(LIST),
            "SEARCH shares USING PRIMARY KEY (space_id=? AND id<?)"
        );
    }

    #[test]
    fn one_share_is_read_where_its_space_lies() {
        let plan = plan(ONE);
        for step in [
            "SEARCH s USING PRIMARY KEY (space_id=? AND id=?)",
            "SEARCH f USING PRIMARY KEY (space_id=? AND share_id=? AND position=?)",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
        assert!(!plan.contains("SCAN"), "{plan}");
    }

    #[test]
    fn the_shares_of_a_space_that_goes_are_a_range() {
        let plan = plan(OLDEST_OF_SPACE);
        assert!(
            plan.starts_with("SEARCH shares USING PRIMARY KEY (space_id=? AND id<?)"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn what_was_made_under_a_key_is_found_by_the_index_that_keeps_it_single() {
        let plan = plan(MADE);
        assert!(
            plan.contains("shares_by_user (user_id=? AND client_key=?)"),
            "{plan}"
        );
    }

    #[test]
    fn a_key_is_plain_and_short() {
        for key in ["a", "0c4d-7_B", &"x".repeat(64)] {
            assert!(ClientKey::parse(key).is_ok(), "{key}");
        }
        for key in ["", " ", "a b", "a.b", "\"a\"", "ä", &"x".repeat(65)] {
            assert!(ClientKey::parse(key).is_err(), "{key}");
        }
    }
}
