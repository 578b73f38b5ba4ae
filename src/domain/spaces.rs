//! The spaces that people share.

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::{Admin, Member};
use super::activity;
use super::avatar_name::AvatarName;
use super::events::{self, Kind};
use super::ids::{Id, ShareId, SpaceId, number};
use super::members;
use super::page::{Listed, Page};
use super::read_marks::unread;
use super::sessions::Session;
use super::text::SpaceName;
use super::users::User;
use crate::clock::Timestamp;
use crate::error::{Conflict, FieldName, Malformed, Result};

/// The most spaces that a user has made and that are still there.
pub const MAX_FOUNDED: i64 = 1000;

/// A space, as its members see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub id: SpaceId,
    pub name: String,
    pub avatar: Option<AvatarName>,
}

impl Space {
    /// Reads the columns `id, name, avatar`, the first of them at `index`.
    pub fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(index)?,
            name: row.get(index + 1)?,
            avatar: row.get(index + 2)?,
        })
    }
}

/// A space of a user, as their list of spaces shows it.
#[derive(Debug)]
pub struct SpaceSummary {
    pub space: Space,
    /// Whether they run it.
    pub is_admin: bool,
    pub member_count: i64,
    pub latest_share: Option<LatestShare>,
    /// What others have shared or said there since the user has read it: at most [`read_marks::MAX_UNREAD`](super::read_marks::MAX_UNREAD),
    /// which means that many or more.
    pub unread: i64,
    /// When somebody shared or said something there last; before that, when it was made.
    pub last_activity_at: Timestamp,
    /// The newest share that the user has read.
    pub last_read_share: Option<ShareId>,
    name_key: String,
    last_activity: i64,
}

impl SpaceSummary {
    /// Reads a row of `summary!`.
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let read: i64 = row.get(17)?;
        Ok(Self {
            space: Space::from_row(row, 0)?,
            name_key: row.get(3)?,
            is_admin: row.get(4)?,
            member_count: row.get(5)?,
            latest_share: LatestShare::from_row(row, 6)?,
            last_activity: row.get(14)?,
            last_activity_at: Timestamp(row.get(15)?),
            unread: row.get(16)?,
            last_read_share: (read > 0).then(|| ShareId::from_number(read)),
        })
    }
}

/// The order of a user's spaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpaceOrder {
    /// By name, without regard to case.
    #[default]
    Name,
    /// Where something was shared or said last, first.
    Activity,
}

impl SpaceOrder {
    /// Checks the requested order; without one, it is by name.
    ///
    /// # Errors
    /// Another word than `name` and `activity`.
    pub fn parse(text: Option<&str>) -> Result<Self> {
        match text {
            None | Some("name") => Ok(Self::Name),
            Some("activity") => Ok(Self::Activity),
            Some(_) => Err(Malformed::NotOneOf {
                field: FieldName::Order,
                values: &["name", "activity"],
            }
            .into()),
        }
    }
}

/// The newest share of a space, as far as a list of spaces shows it.
#[derive(Debug)]
pub struct LatestShare {
    pub id: ShareId,
    pub user: User,
    pub text: String,
    pub created_at: Timestamp,
    pub has_photo: bool,
}

impl LatestShare {
    /// Reads the columns `id, text, created_at`, the user's `id, login, name, avatar`, and whether there is a photo, the first of
    /// them at `index`. `None` without an id.
    pub fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Self>> {
        let id: Option<ShareId> = row.get(index)?;
        let read = |id| {
            Ok(Self {
                id,
                text: row.get(index + 1)?,
                created_at: Timestamp(row.get(index + 2)?),
                user: User::from_row(row, index + 3)?,
                has_photo: row.get(index + 7)?,
            })
        };
        id.map(read).transpose()
    }
}

/// A space, as its page shows it.
#[derive(Debug)]
pub struct SpaceDetail {
    pub space: Space,
    /// Whether they run it.
    pub is_admin: bool,
    pub member_count: i64,
}

/// The last id that a space has ever had, also if it is deleted; 0 before the first.
pub fn last_id(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row(
        "select coalesce(max(seq), 0) from sqlite_sequence where name = 'spaces'",
        [],
        |row| row.get(0),
    )
}

/// Makes a space, with its founder as the first admin. It counts as theirs even after they have left it: otherwise
/// they could found any number of spaces.
///
/// # Errors
/// [`Conflict::TooManySpaces`] if they have made as many as a user may.
pub fn create(
    conn: &Connection,
    caller: &Session,
    name: &SpaceName,
    now: Timestamp,
) -> Result<Space> {
    let founder = caller.user().id;
    let made: i64 = conn
        .prepare_cached("select count(*) from spaces where founder_id = ?")?
        .query_row([founder], |row| row.get(0))?;
    if made >= MAX_FOUNDED {
        return Err(Conflict::TooManySpaces { max: MAX_FOUNDED }.into());
    }
    let space = conn
        .prepare_cached(
            "insert into spaces (name, name_key, created_at, founder_id) values (?, ?, ?, ?) returning id, name, avatar",
        )?
        .query_row((name.as_str(), name.key(), now.0, founder), |row| {
            Space::from_row(row, 0)
        })?;
    members::add_founder(conn, space.id, founder, now)?;
    activity::begin(conn, space.id, now)?;
    Ok(space)
}

/// The spaces of the caller.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    caller: &Session,
    order: SpaceOrder,
    page: &Page,
) -> Result<Listed<SpaceSummary>> {
    let (user, limit) = (caller.user().id, page.limit_plus_one());
    match order {
        SpaceOrder::Name => {
            let (name_key, id) = page.after((String::new(), 0_i64))?;
            let mut list = conn.prepare_cached(BY_NAME)?;
            let rows = list.query_map((user, name_key, id, limit), SpaceSummary::from_row)?;
            page.take(rows, |row| (row.name_key.clone(), row.space.id.number()))
        }
        SpaceOrder::Activity => {
            // In the order of the moment of the first page: what happens since would move spaces across the pages.
            let start = (events::newest(conn)?, i64::MAX, i64::MAX);
            let (until, last, id) = page.after(start)?;
            let mut list = conn.prepare_cached(BY_ACTIVITY)?;
            let rows = list.query_map((user, until, last, id, limit), SpaceSummary::from_row)?;
            page.take(rows, |row| {
                (until, row.last_activity, row.space.id.number())
            })
        }
    }
}

/// A space as the list of its member's spaces has it.
pub fn summary(conn: &Connection, member: &Member) -> Result<SpaceSummary> {
    Ok(conn
        .prepare_cached(SUMMARY)?
        .query_row((member.user(), member.space()), SpaceSummary::from_row)?)
}

// The details of a space are looked up only for the spaces of the page, and not for all that are sorted.
macro_rules! summary {
    ($last:literal, $which:literal, $order:literal) => {
        concat!(
            "select m.space_id, m.name, m.avatar, m.name_key, m.is_admin,
    (select count(*) from members where space_id = m.space_id),
    l.id, l.text, l.created_at, u.id, u.login, u.name, u.avatar, exists (select 1 from photos where space_id = m.space_id and share_id = l.id),
    m.last, (select created_at from activity where space_id = m.space_id order by seq desc limit 1), ",
            unread!(),
            ", m.read_share_id
    from (select m.id, s.id as space_id, m.user_id, s.name, s.avatar, s.name_key, m.is_admin, m.read_seq, m.read_share_id, ",
            $last,
            " as last from members m join spaces s on s.id = m.space_id where m.user_id = ?1 ",
            $which,
            ") m
    left join shares l indexed by sqlite_autoindex_shares_1
        on l.space_id = m.space_id and l.id = (select max(id) from shares where space_id = m.space_id)
    left join users u on u.id = l.user_id",
            $order
        )
    };
}

const BY_NAME: &str = summary!(
    "0",
    "and (s.name_key, s.id) > (?2, ?3) order by s.name_key, s.id limit ?4",
    " order by m.name_key, m.space_id"
);

const BY_ACTIVITY: &str = summary!(
    "(select max(seq) from activity where space_id = m.space_id and seq <= ?2)",
    "and (last, s.id) < (?3, ?4) order by last desc, s.id desc limit ?5",
    " order by m.last desc, m.space_id desc"
);

const SUMMARY: &str = summary!("0", "and m.space_id = ?2", "");

/// The space of a member.
pub fn get(conn: &Connection, member: &Member) -> Result<SpaceDetail> {
    let space = conn
        .prepare_cached("select id, name, avatar from spaces where id = ?")?
        .query_row([member.space()], |row| Space::from_row(row, 0))?;
    Ok(SpaceDetail {
        space,
        is_admin: member.is_admin(),
        member_count: members::count(conn, member.space())?,
    })
}

/// A space, and when it was made.
pub(super) fn with_age(conn: &Connection, member: &Member) -> rusqlite::Result<(Space, Timestamp)> {
    conn.prepare_cached("select id, name, avatar, created_at from spaces where id = ?")?
        .query_row([member.space()], |row| {
            Ok((Space::from_row(row, 0)?, Timestamp(row.get(3)?)))
        })
}

/// Renames a space.
pub fn rename(conn: &Connection, admin: &Admin, name: &SpaceName) -> Result<()> {
    let renamed = conn
        .prepare_cached("update spaces set name = ?1, name_key = ?2 where id = ?3 and name <> ?1")?
        .execute((name.as_str(), name.key(), admin.space()))?;
    if renamed > 0 {
        events::record(conn, admin.space(), Kind::SpaceChanged, admin.space())?;
    }
    Ok(())
}

/// Sets what the picture of a space is called, or that it has none.
pub(super) fn set_avatar(
    conn: &Connection,
    space: SpaceId,
    avatar: Option<&AvatarName>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update spaces set avatar = ? where id = ?")?
        .execute((avatar, space))?;
    Ok(())
}

/// Marks a space as gone for everybody while it still has rows. Its name is erased at once, and its founder may make another.
pub(super) fn mark_deleted(
    conn: &Connection,
    space: SpaceId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update spaces set deleted_at = ?, name = '', name_key = '', founder_id = null, avatar = null where id = ?",
    )?
    .execute((now.0, space))?;
    Ok(())
}

/// The space that was deleted first among those that still have rows.
pub(super) fn first_deleted(conn: &Connection) -> rusqlite::Result<Option<SpaceId>> {
    conn.prepare_cached(FIRST_DELETED)?
        .query_row([], |row| row.get(0))
        .optional()
}

const FIRST_DELETED: &str =
    "select id from spaces where deleted_at is not null order by deleted_at limit 1";

/// Deletes the row of a space that was marked as deleted and has nothing else left.
pub(super) fn delete_row(conn: &Connection, space: SpaceId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from spaces where id = ? and deleted_at is not null")?
        .execute([space])?;
    Ok(())
}

/// A space, as the operator sees it.
#[derive(Debug)]
pub struct Overview {
    pub id: SpaceId,
    pub name: String,
    /// How many are in it.
    pub members: i64,
    /// How many shares it has.
    pub shares: i64,
}

/// Every space, for the command line.
pub fn list_all(conn: &Connection) -> rusqlite::Result<Vec<Overview>> {
    conn.prepare_cached(
        "select s.id, s.name, (select count(*) from members m where m.space_id = s.id),
         (select count(*) from shares h where h.space_id = s.id) from spaces s
         where s.deleted_at is null order by s.id",
    )?
    .query_map([], |row| {
        Ok(Overview {
            id: row.get(0)?,
            name: row.get(1)?,
            members: row.get(2)?,
            shares: row.get(3)?,
        })
    })?
    .collect()
}

/// Those of these spaces that don't exist, by the digits of their ids.
pub fn missing_ids(conn: &Connection, spaces: Vec<String>) -> rusqlite::Result<Vec<String>> {
    let mut find = conn.prepare_cached("select 1 from spaces where id = ?")?;
    let mut missing = Vec::new();
    for space in spaces {
        if !find.exists([number(&space)])? {
            missing.push(space);
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_list_of_a_users_spaces_reads_only_those() {
        let plan = plan(BY_NAME);
        assert!(
            plan.contains("SEARCH m USING INDEX members_by_user"),
            "{plan}"
        );
        assert!(
            plan.contains("SEARCH s USING INTEGER PRIMARY KEY"),
            "{plan}"
        );
    }

    #[test]
    fn what_is_left_of_deleted_spaces_is_found_by_its_index() {
        let plan = plan(FIRST_DELETED);
        assert!(plan.contains("INDEX spaces_deleted"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn what_is_unread_is_counted_from_the_mark_on() {
        for sql in [BY_NAME, BY_ACTIVITY, SUMMARY] {
            let plan = plan(sql);
            for step in [
                "SEARCH activity USING PRIMARY KEY (space_id=? AND seq>?)",
                "SEARCH o USING PRIMARY KEY (member_id=? AND share_id=?)",
            ] {
                assert!(plan.contains(step), "{step} is not in\n{plan}");
            }
        }
        let plan = plan(BY_ACTIVITY);
        assert!(
            plan.contains("SEARCH activity USING PRIMARY KEY (space_id=? AND seq<?)"),
            "{plan}"
        );
    }

    #[test]
    fn the_latest_share_of_each_is_one_look_up() {
        let plan = plan(BY_NAME);
        for step in [
            "SEARCH shares USING PRIMARY KEY (space_id=?)",
            "SEARCH l USING PRIMARY KEY (space_id=? AND id=?)",
            "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)",
            "SEARCH members USING COVERING INDEX members_in_order (space_id=?)",
            "SEARCH photos USING PRIMARY KEY (space_id=? AND share_id=?)",
        ] {
            assert!(plan.contains(step), "{step} is not in\n{plan}");
        }
        // Only the page is read from its beginning to its end, and only its spaces are sorted by name.
        let scanned: Vec<_> = plan
            .lines()
            .filter(|line| line.starts_with("SCAN") && !line.starts_with("SCAN (subquery"))
            .collect();
        assert_eq!(scanned, ["SCAN m", "SCAN a"], "{plan}");
        assert_eq!(plan.matches("TEMP B-TREE").count(), 1, "{plan}");
    }
}
