//! Up to where members have read their spaces: a mark on the line of what there is, and the shares that they have opened behind it.
//! Nothing is counted up as it comes: what is unread is counted when it is asked for, from the mark on and only so far.

use rusqlite::{Connection, Row};

use super::access::Member;
use super::activity;
use super::events::{self, Kind};
use super::ids::{ShareId, SpaceId, UserId};
use super::members;
use crate::error::{NotFound, Result};

/// So much that is unread is counted: this number means that many or more.
pub const MAX_UNREAD: i64 = 100;
/// The opened shares that are remembered of a member. Beyond, the mark moves up to the one that was opened first.
const MAX_OPENED: i64 = 500;
/// How much of one's own may lie behind the mark before the mark passes it.
const OWN_BEHIND: i64 = 100;

/// What a member may not have read: the first rows behind a mark, with whether each is unread. No more than these are looked at,
/// however many there are; what is read among the first of them, [`skip_own`] and [`move_on`] take away.
macro_rules! behind {
    ($columns:literal, $space:literal, $mark:literal) => {
        concat!(
            "select ",
            $columns,
            " from activity where space_id = ",
            $space,
            " and seq > ",
            $mark,
            " order by seq limit 1000"
        )
    };
}

/// Whether the row `a` is another member's, or a former one's, and not on a share that was opened after it.
macro_rules! is_unread {
    ($member:literal, $user:literal) => {
        concat!(
            "coalesce(a.author_id, ",
            $user,
            ") <> ",
            $user,
            " and not exists (select 1 from opened_shares o where o.member_id = ",
            $member,
            " and o.share_id = a.share_id and o.seq >= a.seq)"
        )
    };
}

/// Counts what is unread by the member `m`, up to 100.
macro_rules! unread {
    () => {
        concat!(
            "(select count(*) from (select 1 from (",
            $crate::domain::read_marks::behind!(
                "seq, share_id, author_id",
                "m.space_id",
                "m.read_seq"
            ),
            ") a where ",
            $crate::domain::read_marks::is_unread!("m.id", "m.user_id"),
            " limit 100))"
        )
    };
}

pub(super) use {behind, is_unread, unread};

/// How much is unread in all spaces of a user, counted in each up to [`MAX_UNREAD`].
pub fn count_unread(conn: &Connection, user: UserId) -> rusqlite::Result<i64> {
    conn.prepare_cached(UNREAD)?
        .query_row([user], |row| row.get(0))
}

const UNREAD: &str = concat!(
    "select coalesce(sum(unread), 0) from (select ",
    unread!(),
    " as unread from members m where m.user_id = ?)"
);

/// Up to where a member has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    seq: i64,
    share: ShareId,
}

/// The mark of a member, and the id of their row.
struct MemberMark {
    member: i64,
    mark: Mark,
}

impl MemberMark {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            member: row.get(0)?,
            mark: Mark {
                seq: row.get(1)?,
                share: row.get(2)?,
            },
        })
    }
}

fn mark_of(conn: &Connection, space: SpaceId, user: UserId) -> rusqlite::Result<MemberMark> {
    conn.prepare_cached(
        "select id, read_seq, read_share_id from members where space_id = ? and user_id = ?",
    )?
    .query_row((space, user), MemberMark::from_row)
}

/// Records that a member has read everything up to a share, and what was said to that share until now. A mark never goes back.
///
/// # Errors
/// The space has no such share.
pub fn read(conn: &Connection, member: &Member, share: ShareId) -> Result<()> {
    let (space, user) = (member.space(), member.user());
    let at = activity::seq_of_share(conn, space, share)?.ok_or(NotFound::Share)?;
    let MemberMark {
        member: id,
        mark: before,
    } = mark_of(conn, space, user)?;
    let mark = Mark {
        seq: before.seq.max(at),
        share: before.share.max(share),
    };
    let is_opened = open(conn, space, user, (id, share), mark.seq)?
        | pass_late(conn, (space, user), (id, share), mark.seq)?;
    let mark = move_on(conn, (space, user), id, mark)?;
    if mark != before {
        members::set_read_mark(conn, id, mark.seq, mark.share)?;
    }
    if mark != before || is_opened {
        events::record_for(conn, user, Some(space), Kind::ReadChanged, space)?;
    }
    Ok(())
}

/// Remembers that a share was opened, if anything on it is unread behind the mark; whether it was.
fn open(
    conn: &Connection,
    space: SpaceId,
    user: UserId,
    (member, share): (i64, ShareId),
    mark: i64,
) -> rusqlite::Result<bool> {
    let has_unread: bool = conn
        .prepare_cached(HAS_UNREAD)?
        .query_row((space, mark, member, user, share), |row| row.get(0))?;
    if has_unread {
        conn.prepare_cached(
            "insert into opened_shares (member_id, share_id, seq) values (?, ?, ?)
             on conflict (member_id, share_id) do update set seq = excluded.seq",
        )?
        .execute((member, share, activity::newest(conn, space)?))?;
    }
    Ok(has_unread)
}

const HAS_UNREAD: &str = concat!(
    "select exists (select 1 from (",
    behind!("seq, share_id, author_id", "?1", "?2"),
    ") a where a.share_id = ?5 and ",
    is_unread!("?3", "?4"),
    ")"
);

/// Remembers that shares were seen which are behind the mark and yet older: they got their number before this share, and were done after
/// it. Whether there are any.
fn pass_late(
    conn: &Connection,
    (space, user): (SpaceId, UserId),
    (member, share): (i64, ShareId),
    mark: i64,
) -> rusqlite::Result<bool> {
    let passed = conn
        .prepare_cached(PASS_LATE)?
        .execute((space, mark, member, user, share))?;
    Ok(passed > 0)
}

// What was said to them meanwhile isn't read.
const PASS_LATE: &str = concat!(
    "insert into opened_shares (member_id, share_id, seq) select ?3, a.share_id, a.seq from (",
    behind!("seq, kind, share_id, author_id", "?1", "?2"),
    ") a where a.kind = 'share' and a.share_id < ?5 and ",
    is_unread!("?3", "?4"),
    " on conflict (member_id, share_id) do update set seq = max(seq, excluded.seq)"
);

/// The mark behind what is read next to it, one's own and what was opened; and without more opened shares than are remembered.
fn move_on(
    conn: &Connection,
    (space, user): (SpaceId, UserId),
    member: i64,
    mark: Mark,
) -> rusqlite::Result<Mark> {
    let mut seq = read_from(conn, (space, user), member, mark.seq)?;
    let forgotten: Option<i64> = conn
        .prepare_cached(TOO_MANY)?
        .query_row((member, MAX_OPENED), |row| row.get(0))?;
    if let Some(forgotten) = forgotten.filter(|forgotten| *forgotten > seq) {
        seq = read_from(conn, (space, user), member, forgotten)?;
    }
    conn.prepare_cached("delete from opened_shares where member_id = ? and seq <= ?")?
        .execute((member, seq))?;
    Ok(Mark { seq, ..mark })
}

const TOO_MANY: &str = "select max(seq) from (select seq from opened_shares where member_id = ?1
    order by seq desc limit -1 offset ?2)";

/// The last row from `mark` on before one that is unread, among those that are looked at.
fn read_from(
    conn: &Connection,
    (space, user): (SpaceId, UserId),
    member: i64,
    mark: i64,
) -> rusqlite::Result<i64> {
    let mut behind = conn.prepare_cached(BEHIND)?;
    let mut rows = behind.query((space, mark, member, user))?;
    let mut last = mark;
    while let Some(row) = rows.next()? {
        let is_unread: bool = row.get(1)?;
        if is_unread {
            break;
        }
        last = row.get(0)?;
    }
    Ok(last)
}

const BEHIND: &str = concat!(
    "select a.seq, ",
    is_unread!("?3", "?4"),
    " from (",
    behind!("seq, share_id, author_id", "?1", "?2"),
    ") a"
);

/// Has the mark of a member who has made something pass what is their own, if that is much: it doesn't count, and would be looked
/// at each time. A share of a former member is nobody's here.
pub(super) fn skip_own(conn: &Connection, space: SpaceId, user: UserId) -> rusqlite::Result<()> {
    let is_much = conn
        .prepare_cached(IS_MUCH)?
        .exists((space, user, OWN_BEHIND))?;
    if !is_much {
        return Ok(());
    }
    let MemberMark {
        member,
        mark: before,
    } = mark_of(conn, space, user)?;
    let mark = move_on(conn, (space, user), member, before)?;
    if mark != before {
        members::set_read_mark(conn, member, mark.seq, mark.share)?;
    }
    Ok(())
}

const IS_MUCH: &str = "select 1 from activity where space_id = ?1
    and seq > (select read_seq from members where space_id = ?1 and user_id = ?2) limit 1 offset ?3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn what_may_be_unread_is_a_range_behind_the_mark() {
        for sql in [HAS_UNREAD, BEHIND, UNREAD] {
            let plan = plan(sql);
            for step in [
                "SEARCH activity USING PRIMARY KEY (space_id=? AND seq>?)",
                "SEARCH o USING PRIMARY KEY (member_id=? AND share_id=?)",
            ] {
                assert!(plan.contains(step), "{step} is not in\n{plan}");
            }
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        let plan = plan(IS_MUCH);
        assert!(
            plan.contains("SEARCH activity USING PRIMARY KEY (space_id=? AND seq>?)"),
            "{plan}"
        );
    }

    #[test]
    fn the_number_that_means_more_is_that_of_the_statement() {
        assert!(unread!().contains(&format!("limit {MAX_UNREAD})")));
    }
}
