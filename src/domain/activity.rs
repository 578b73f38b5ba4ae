//! What there is in a space, in the order in which it came: shares and comments on one line. They leave it by triggers, when they are
//! deleted.

use rusqlite::{Connection, OptionalExtension};

use super::events::{self, Kind};
use super::ids::{CommentId, Id, ShareId, SpaceId, UserId};
use crate::clock::Timestamp;

/// Begins the line of a new space, whose founder is a member by now.
pub(super) fn begin(conn: &Connection, space: SpaceId, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(ADD)?.execute((
        space,
        events::newest(conn)?,
        "space",
        space.number(),
        None::<ShareId>,
        None::<UserId>,
        now.0,
    ))?;
    Ok(())
}

/// Adds a share that was just made, and reports it.
pub(super) fn add_share(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    author: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let seq = events::record_new(conn, (space, None), Kind::ShareCreated, share)?;
    conn.prepare_cached(ADD)?.execute((
        space,
        seq,
        "share",
        share.number(),
        share,
        author,
        now.0,
    ))?;
    Ok(())
}

/// Adds a comment that was just made, and reports it.
pub(super) fn add_comment(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    comment: CommentId,
    author: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let seq = events::record_new(conn, (space, Some(share)), Kind::CommentCreated, comment)?;
    conn.prepare_cached(ADD)?.execute((
        space,
        seq,
        "comment",
        comment.number(),
        share,
        author,
        now.0,
    ))?;
    Ok(())
}

const ADD: &str =
    "insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
    values (?, ?, ?, ?, ?, ?, ?)";

/// Where a share is on the line of its space; `None` if the space has no such share.
pub(super) fn seq_of_share(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(SEQ_OF_SHARE)?
        .query_row((share, space), |row| row.get(0))
        .optional()
}

const SEQ_OF_SHARE: &str =
    "select seq from activity where object_id = ? and kind = 'share' and space_id = ?";

/// The end of the line of a space; 0 where there is none.
pub(super) fn newest(conn: &Connection, space: SpaceId) -> rusqlite::Result<i64> {
    conn.prepare_cached(NEWEST)?
        .query_row([space], |row| row.get(0))
}

const NEWEST: &str = "select coalesce(max(seq), 0) from activity where space_id = ?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn a_share_is_found_by_the_index_of_objects() {
        let plan = plan(SEQ_OF_SHARE);
        assert!(
            plan.contains("INDEX activity_by_object (object_id=? AND kind=?"),
            "{plan}"
        );
    }

    #[test]
    fn the_end_of_a_line_is_one_look_up() {
        assert_eq!(
            plan(NEWEST),
            "SEARCH activity USING PRIMARY KEY (space_id=?)"
        );
    }

    #[test]
    fn what_is_deleted_leaves_the_line_without_a_scan() {
        let plan = plan("delete from activity where object_id = ?1 and kind = 'comment'");
        assert!(plan.contains("INDEX activity_by_object"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
