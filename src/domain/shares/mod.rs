//! Thoughts, with or without photos, and photos without a word.

// What belongs to the shares of a page.
mod complete;

use std::slice;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::clock::Timestamp;
use crate::domain::access::{DescribableMedium, Editable, Member, Readable};
use crate::domain::activity;
use crate::domain::client_key::ClientKey;
use crate::domain::comments::{self, Conversation};
use crate::domain::events::{self, Kind as EventKind};
use crate::domain::ids::{Id, ShareId, SpaceId, UserId};
use crate::domain::last_ids::{self, Kind};
use crate::domain::notice_work::{self, Kind as WorkKind};
use crate::domain::page::{Listed, Page};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{self, Description, MediaChange, NewPhoto, Photo};
use crate::domain::reactions::{self, ReactionCount};
use crate::domain::read_marks;
use crate::domain::share_version;
use crate::domain::spaces::Space;
use crate::domain::text::ShareText;
use crate::domain::users::{Authors, User};
use crate::error::{Conflict, Error, FieldName, Invalid, Result};

/// What a member has shared.
#[derive(Clone, Debug)]
pub struct Share {
    pub id: ShareId,
    /// `None` in a list of a space's shares, where it goes without saying.
    pub space: Option<Space>,
    pub user: User,
    pub text: String,
    pub created_at: Timestamp,
    /// When its text or its photos were changed last.
    pub edited_at: Option<Timestamp>,
    /// Counted up by each edit.
    pub version: i64,
    /// In their order.
    pub photos: Vec<Photo>,
    pub comments: Conversation,
    pub reactions: Vec<ReactionCount>,
    /// The users whom the text mentions.
    pub mentions: Vec<User>,
}

impl Share {
    /// Reads the columns `id, text, created_at`, the user's `id, login, name, avatar`, the space's `id, name, avatar`, `edited_at` and `version`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            text: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            user: User::from_row(row, 3)?,
            photos: Vec::new(),
            space: Some(Space::from_row(row, 7)?),
            edited_at: edited_at(row, 10)?,
            comments: Conversation::default(),
            version: row.get(11)?,
            reactions: Vec::new(),
            mentions: Vec::new(),
        })
    }
}

fn edited_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(index)?.map(Timestamp))
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

/// Shares a text, and photos whose bytes are already in the staging store. `id` was reserved for it.
///
/// # Errors
/// As [`find_made`]; there is neither a text nor a photo.
pub fn create(
    conn: &Connection,
    member: &Member,
    id: ShareId,
    text: &ShareText,
    photos: &[NewPhoto],
    key: Option<&ClientKey>,
    now: Timestamp,
) -> Result<Created> {
    says_something(text.is_empty(), !photos.is_empty())?;
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
            key.map(ClientKey::as_str),
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
    for (position, photo) in (0..).zip(photos) {
        photos::add(conn, (member.space(), id, position), photo, now)?;
    }
    activity::add_share(conn, (member.space(), id), member.user(), now)?;
    read_marks::skip_own(conn, member.space(), member.user())?;
    let (space, author) = (member.space(), member.user());
    notice_work::add(conn, WorkKind::Share, space, id, author, now)?;
    get_in(conn, member.space(), id, member.user()).map(Created::Now)
}

/// Takes a key from what this user has made under it in a deleted space that still has rows.
fn release_key(
    conn: &Connection,
    member: &Member,
    key: Option<&ClientKey>,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update shares set client_key = null where user_id = ? and client_key = ?
         and space_id in (select id from spaces where deleted_at is not null)",
    )?
    .execute((member.user(), key.map(ClientKey::as_str)))?;
    Ok(())
}

/// The share that this member has made under this key, if it is still there.
///
/// # Errors
/// [`Conflict::KeyOfAnotherSpace`]: the sender of a share must not be told that it is in a space where it isn't.
pub fn find_made(
    conn: &Connection,
    member: &Member,
    key: Option<&ClientKey>,
) -> Result<Option<Share>> {
    let Some(key) = key.map(ClientKey::as_str) else {
        return Ok(None);
    };
    let made: Option<(ShareId, SpaceId)> = conn
        .prepare_cached(MADE)?
        .query_row((member.user(), key), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match made {
        None => Ok(None),
        Some((id, space)) if space == member.space() => {
            get_in(conn, space, id, member.user()).map(Some)
        }
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
            version: row.get(5)?,
            photos: Vec::new(),
            space: None,
            edited_at: edited_at(row, 4)?,
            comments: Conversation::default(),
            reactions: Vec::new(),
            mentions: Vec::new(),
        })
    })?;
    let mut listed = page.take(rows, |row| row.id.number())?;
    let to = (member.space(), member.user());
    complete::all(conn, to, &mut listed.rows, &mut authors)?;
    Ok(listed)
}

const LIST: &str = "select id, text, created_at, user_id, edited_at, version from shares
    where space_id = ? and id < ? order by id desc limit ?";

/// One share.
pub fn get(conn: &Connection, readable: &Readable) -> Result<Share> {
    get_in(conn, readable.space(), readable.share(), readable.reader())
}

/// A share of a member's space, by an id that is there.
pub(super) fn get_for_member(conn: &Connection, member: &Member, id: ShareId) -> Result<Share> {
    get_in(conn, member.space(), id, member.user())
}

fn get_in(conn: &Connection, space: SpaceId, id: ShareId, reader: UserId) -> Result<Share> {
    let mut share = conn
        .prepare_cached(ONE)?
        .query_row((space, id), Share::from_row)?;
    let mut authors = Authors::new(conn)?;
    let one = slice::from_mut(&mut share);
    complete::all(conn, (space, reader), one, &mut authors)?;
    Ok(share)
}

// By its key, where the space is known: SQLite would rather take the index of ids, one more lookup, to a page that all spaces
// share.
const ONE: &str = "select s.id, s.text, s.created_at, u.id, u.login, u.name, u.avatar, p.id, p.name, p.avatar, s.edited_at, s.version
    from shares s indexed by sqlite_autoindex_shares_1 join users u on u.id = s.user_id join spaces p on p.id = s.space_id
    where s.space_id = ? and s.id = ?";

/// A share is a text, photos, or both.
fn says_something(is_silent: bool, has_photo: bool) -> Result<()> {
    if is_silent && !has_photo {
        return Err(Invalid::Blank {
            field: FieldName::Text,
        }
        .into());
    }
    Ok(())
}

/// What came of an edit.
#[derive(Debug)]
pub struct Edited {
    /// The photos whose bytes are to be deleted.
    pub removed: Vec<PhotoName>,
    /// The version that the share has now.
    pub version: i64,
}

/// Replaces the text of a share, if there is a new one, and changes its photos, at most `max`.
///
/// # Errors
/// There would be neither a text nor a photo; as [`photos::check`].
pub fn edit(
    conn: &Connection,
    editable: &Editable,
    text: Option<&ShareText>,
    (change, max): (MediaChange, usize),
    now: Timestamp,
) -> Result<Edited> {
    let photos = photos::count_after(conn, editable, &change, max)?;
    let is_silent = match text {
        Some(text) => text.is_empty(),
        None => conn
            .prepare_cached(IS_SILENT)?
            .query_row((editable.space(), editable.share()), |row| row.get(0))?,
    };
    says_something(is_silent, photos > 0)?;
    let (space, share) = (editable.space(), editable.share());
    let text = text.map(ShareText::as_str);
    let keeps_photos = photos::keeps_all(conn, editable, &change)?;
    let edited: Option<i64> = conn
        .prepare_cached(EDIT)?
        .query_row((text, keeps_photos, now.0, space, share), |row| row.get(0))
        .optional()?;
    let Some(version) = edited else {
        return Ok(Edited {
            removed: Vec::new(),
            version: share_version::get(conn, space, share)?,
        });
    };
    events::record(conn, space, EventKind::ShareEdited, share)?;
    if text.is_some_and(|text| text.contains('@')) {
        notice_work::add_share_edit(conn, (space, share), now)?;
    }
    let removed = photos::apply(conn, editable, change, max, now)?;
    Ok(Edited { removed, version })
}

// The same text again, with photos that stay, is no edit.
const EDIT: &str = "update shares indexed by sqlite_autoindex_shares_1
    set edited_at = ?3, version = version + 1, text = coalesce(?1, text)
    where space_id = ?4 and id = ?5 and not (?2 and text = coalesce(?1, text)) returning version";

const IS_SILENT: &str = "select text = '' from shares indexed by sqlite_autoindex_shares_1 where space_id = ? and id = ?";

/// Records the description of a photo of a share. Returns the photo, and the version that the share has now.
pub fn describe(
    conn: &Connection,
    medium: &DescribableMedium,
    description: &Description,
) -> Result<(Photo, i64)> {
    let share = medium.share();
    let (space, share) = (share.space(), share.share());
    // The same again is no edit.
    if photos::is_described(conn, medium.photo(), description)? {
        let version = share_version::get(conn, space, share)?;
        return Ok((photos::get(conn, medium)?, version));
    }
    photos::describe(conn, medium.photo(), description)?;
    let version = conn
        .prepare_cached(DESCRIBED)?
        .query_row((space, share), |row| row.get(0))?;
    events::record(conn, space, EventKind::ShareEdited, share)?;
    Ok((photos::get(conn, medium)?, version))
}

const DESCRIBED: &str =
    "update shares indexed by sqlite_autoindex_shares_1 set version = version + 1
    where space_id = ? and id = ? returning version";

/// A share of a user, if they have any.
pub(super) fn first_of_user(
    conn: &Connection,
    user: UserId,
) -> rusqlite::Result<Option<(SpaceId, ShareId)>> {
    conn.prepare_cached("select space_id, id from shares where user_id = ? limit 1")?
        .query_row([user], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Deletes a share with all that belongs to it. Returns the photos whose bytes are to be deleted.
pub(super) fn remove(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
    now: Timestamp,
) -> rusqlite::Result<Vec<PhotoName>> {
    let deleted = photos::remove_of_share(conn, space, share, now)?;
    reactions::remove_of_share(conn, space, share)?;
    comments::remove_of_share(conn, space, share)?;
    last_ids::note(conn, Kind::Share)?;
    let removed = conn
        .prepare_cached(
            "delete from shares indexed by sqlite_autoindex_shares_1 where space_id = ? and id = ?",
        )?
        .execute((space, share))?;
    if removed > 0 {
        events::record(conn, space, EventKind::ShareDeleted, share)?;
    }
    Ok(deleted)
}

/// Deletes the oldest shares of a space, at most `max`, which have neither photos, comments nor reactions; how many there were.
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
        let step = "SEARCH s USING PRIMARY KEY (space_id=? AND id=?)";
        assert!(plan.contains(step), "{step} is not in\n{plan}");
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
}
