//! Whom what has happened concerns, and why: each member at most once for each thing, for the reason that comes first.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::ids::{CommentId, Id, ShareId, SpaceId, UserId};
use super::mentions::Mentions;
use super::notice_work::{self, Kind as WorkKind, Work};
use super::notices::{self, Cause, Kind};
use super::pushes;
use crate::clock::Timestamp;

/// How much of what has happened one transaction looks at, so that others get their turn.
const AT_ONCE: usize = 50;
/// Of the comments before one, its author replies to those who have written the last of this number.
const MAX_REPLIED_TO: i64 = 1000;

/// Whom something may concern, why, and what it is; the first reason of a member counts.
type Concerned = Vec<(UserId, Kind, Cause)>;

/// Makes notices of what has waited longest; whether there may be more.
pub fn notify(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let work = notice_work::take(conn, AT_ONCE)?;
    for one in &work {
        let concerned = match one.kind {
            WorkKind::Share | WorkKind::ShareEdit => of_share(conn, one)?,
            WorkKind::Comment | WorkKind::CommentEdit => of_comment(conn, one)?,
            WorkKind::Join => of_join(conn, one)?,
        };
        let mut reasons = HashMap::new();
        // Nobody is told of what they have done themselves.
        for (reader, kind, cause) in concerned
            .into_iter()
            .filter(|(reader, ..)| *reader != one.author)
        {
            if notices::add(conn, one.space, reader, (kind, cause), one.at)? {
                reasons.insert(reader, kind);
            }
        }
        pushes::add(conn, one, &reasons, now)?;
    }
    notice_work::is_any(conn)
}

fn of_share(conn: &Connection, work: &Work) -> rusqlite::Result<Concerned> {
    let share = ShareId::from_number(work.object);
    let text: Option<String> = conn
        .prepare_cached("select text from shares where space_id = ? and id = ?")?
        .query_row((work.space, share), |row| row.get(0))
        .optional()?;
    // It may be deleted by now.
    let Some(text) = text else {
        return Ok(Concerned::new());
    };
    let mentioned = mentioned(conn, work, &text)?.into_iter();
    Ok(mentioned
        .map(|reader| (reader, Kind::Mention, Cause::Share(share)))
        .collect())
}

fn of_comment(conn: &Connection, work: &Work) -> rusqlite::Result<Concerned> {
    let id = CommentId::from_number(work.object);
    let comment: Option<(ShareId, UserId, String)> = conn
        .prepare_cached(
            "select c.share_id, s.user_id, c.text from comments c
             join shares s on s.space_id = c.space_id and s.id = c.share_id where c.id = ?",
        )?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((share, owner, text)) = comment else {
        return Ok(Concerned::new());
    };
    let because = |kind| move |reader| (reader, kind, Cause::Comment(id));
    let mentioned = mentioned(conn, work, &text)?.into_iter();
    let mut concerned: Concerned = mentioned.map(because(Kind::Mention)).collect();
    if work.kind == WorkKind::Comment {
        concerned.push(because(Kind::Comment)(owner));
        let replied_to = replied_to(conn, (work.space, share), id)?.into_iter();
        concerned.extend(replied_to.map(because(Kind::Reply)));
    }
    Ok(concerned)
}

fn of_join(conn: &Connection, work: &Work) -> rusqlite::Result<Concerned> {
    let joined = UserId::from_number(work.object);
    let is_member = conn
        .prepare_cached("select 1 from members where space_id = ? and user_id = ?")?
        .exists((work.space, joined))?;
    if !is_member {
        return Ok(Concerned::new());
    }
    let mut admins = conn.prepare_cached(
        "select user_id from members where space_id = ? and is_admin = 1 and user_id <> ?",
    )?;
    admins
        .query_map((work.space, joined), |row| {
            Ok((row.get(0)?, Kind::Join, Cause::Join(joined)))
        })?
        .collect()
}

fn mentioned(conn: &Connection, work: &Work, text: &str) -> rusqlite::Result<Vec<UserId>> {
    let users = Mentions::new(conn, work.space).of(text)?;
    Ok(users.into_iter().map(|user| user.id).collect())
}

/// Who has written the comments before one.
fn replied_to(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    comment: CommentId,
) -> rusqlite::Result<Vec<UserId>> {
    conn.prepare_cached(REPLIED_TO)?
        .query_map((space, share, comment, MAX_REPLIED_TO), |row| row.get(0))?
        .collect()
}

const REPLIED_TO: &str = "select distinct user_id from (select user_id from comments
    where space_id = ? and share_id = ? and id < ? order by id desc limit ?)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn who_is_replied_to_is_one_walk_along_the_comments() {
        let plan = plan(REPLIED_TO);
        assert!(
            plan.contains("SEARCH comments USING PRIMARY KEY (space_id=? AND share_id=? AND id<?)"),
            "{plan}"
        );
    }
}
