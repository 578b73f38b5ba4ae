//! With which emoji members react to shares and comments.

use rusqlite::{Connection, Row};

use super::access::{Reactable, Retractable, Target};
use super::events::{self, Kind};
use super::ids::{CommentId, Id, ShareId, SpaceId, UserId};
use super::page::{Listed, Page};
use super::text::Emoji;
use super::users::{Authors, User};
use crate::clock::Timestamp;
use crate::error::{Conflict, Denied, Result};

/// The most different emoji of a share or a comment.
pub const MAX_DIFFERENT: i64 = 20;
/// The most of these that are one person's, so that nobody uses up all.
pub const MAX_OWN: i64 = 10;

/// An emoji under a share or a comment.
#[derive(Clone, Debug)]
pub struct ReactionCount {
    /// Without a skin tone.
    pub emoji: String,
    /// How many people have reacted with it, in whatever skin tone.
    pub count: u32,
    /// Whether the reader is one of them.
    pub is_mine: bool,
    place: i64,
}

impl ReactionCount {
    /// Puts it among others, which are in the order of their first use.
    pub(super) fn put_among(self, others: &mut Vec<Self>) {
        let at = others.partition_point(|other| other.place < self.place);
        others.insert(at, self);
    }
}

/// The columns of a count, as [`count_from`] takes them; `?1` is the reader.
macro_rules! count {
    () => {
        "r.comment_id, r.base, r.count, r.place, exists (select 1 from reactions m where m.space_id = r.space_id and \
        m.share_id = r.share_id and m.comment_id = r.comment_id and m.base = r.base and m.user_id = ?1)"
    };
}

fn count_from(row: &Row<'_>) -> rusqlite::Result<(Option<CommentId>, ReactionCount)> {
    let count = ReactionCount {
        emoji: row.get(1)?,
        count: row.get(2)?,
        place: row.get(3)?,
        is_mine: row.get(4)?,
    };
    Ok((comment_of(row.get(0)?), count))
}

/// What stands in the place of a comment's id where the share itself is reacted to.
const SHARE_ITSELF: i64 = i64::MAX;

fn number(comment: Option<CommentId>) -> i64 {
    comment.map_or(SHARE_ITSELF, Id::number)
}

fn comment_of(number: i64) -> Option<CommentId> {
    (number != SHARE_ITSELF).then(|| CommentId::from_number(number))
}

/// Reacts with an emoji. Reacting with it again, in whatever skin tone, changes the skin tone and nothing else.
///
/// # Errors
/// There are too many different ones already.
pub fn add(conn: &Connection, to: &Reactable, emoji: &Emoji, now: Timestamp) -> Result<()> {
    let (
        Target {
            space,
            share,
            comment,
        },
        base,
    ) = (to.target(), emoji.base());
    let (comment, user) = (number(comment), to.user());
    let different: i64 = conn
        .prepare_cached(OTHERS)?
        .query_row((space, share, comment, base), |row| row.get(0))?;
    if different >= MAX_DIFFERENT {
        return Err(Conflict::TooManyReactions { max: MAX_DIFFERENT }.into());
    }
    let own: i64 = conn
        .prepare_cached(OWN_OTHERS)?
        .query_row((space, share, comment, base, user), |row| row.get(0))?;
    if own >= MAX_OWN {
        return Err(Conflict::TooManyOwnReactions { max: MAX_OWN }.into());
    }
    let changed = conn.prepare_cached(
        "insert into reactions (space_id, share_id, comment_id, base, user_id, emoji, created_at)
         values (?, ?, ?, ?, ?, ?, ?)
         on conflict (space_id, share_id, comment_id, base, user_id) do update set emoji = excluded.emoji
         where emoji <> excluded.emoji",
    )?
    .execute((space, share, comment, base, user, emoji.as_str(), now.0))?;
    if changed > 0 {
        report(conn, to.target())?;
    }
    Ok(())
}

const OTHERS: &str = "select count(*) from reaction_counts
    where space_id = ?1 and share_id = ?2 and comment_id = ?3 and base <> ?4";

const OWN_OTHERS: &str = "select count(*) from reactions
    where space_id = ?1 and share_id = ?2 and comment_id = ?3 and base <> ?4 and user_id = ?5";

/// Takes a reaction back, in whatever skin tone it was sent. What isn't there is taken back already.
///
/// # Errors
/// They have left the space, and have no such reaction there.
pub fn remove(conn: &Connection, from: &Retractable, emoji: &Emoji) -> Result<()> {
    let Target {
        space,
        share,
        comment,
    } = from.target();
    let removed = conn
        .prepare_cached(
            "delete from reactions
             where space_id = ? and share_id = ? and comment_id = ? and base = ? and user_id = ?",
        )?
        .execute((space, share, number(comment), emoji.base(), from.user()))?;
    if removed == 0 && !from.is_member() {
        return Err(Denied::NotMember.into());
    }
    if removed > 0 {
        report(conn, from.target())?;
    }
    Ok(())
}

/// Reports that the reactions to something have changed.
fn report(conn: &Connection, target: Target) -> rusqlite::Result<()> {
    let Target {
        space,
        share,
        comment,
    } = target;
    match comment {
        None => events::record(conn, space, Kind::ReactionChanged, share),
        Some(comment) => events::record_in(conn, (space, share), Kind::ReactionChanged, comment),
    }
}

/// A reaction, with whose it is.
#[derive(Debug)]
pub struct Reaction {
    /// As it was sent.
    pub emoji: String,
    pub user: User,
    pub created_at: Timestamp,
    base: String,
}

/// Who has reacted to a share or a comment, emoji by emoji.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, to: &Reactable, page: &Page) -> Result<Listed<Reaction>> {
    let Target {
        space,
        share,
        comment,
    } = to.target();
    let (base, user): (String, i64) = page.after((String::new(), 0))?;
    let mut authors = Authors::new(conn)?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map(
        (
            space,
            share,
            number(comment),
            base,
            user,
            page.limit_plus_one(),
        ),
        |row| {
            Ok(Reaction {
                base: row.get(0)?,
                user: authors.get(row.get(1)?)?,
                emoji: row.get(2)?,
                created_at: Timestamp(row.get(3)?),
            })
        },
    )?;
    page.take(rows, |row| (row.base.clone(), row.user.id.number()))
}

const LIST: &str = "select base, user_id, emoji, created_at from reactions
    where space_id = ? and share_id = ? and comment_id = ? and (base, user_id) > (?, ?) order by base, user_id limit ?";

/// The reactions to a share or a comment, in the order of their first use.
pub fn counts(conn: &Connection, to: &Reactable) -> Result<Vec<ReactionCount>> {
    let Target {
        space,
        share,
        comment,
    } = to.target();
    let mut counts = Vec::new();
    let mut walk = conn.prepare_cached(OF_ONE)?;
    let mut rows = walk.query((to.user(), space, share, number(comment)))?;
    while let Some(row) = rows.next()? {
        count_from(row)?.1.put_among(&mut counts);
    }
    Ok(counts)
}

const OF_ONE: &str = concat!(
    "select ",
    count!(),
    " from reaction_counts r where r.space_id = ?2 and r.share_id = ?3 and r.comment_id = ?4"
);

/// The reactions to each share of a space from `oldest` to `newest`, and to the last two comments on each: the newest share first.
pub(super) fn for_each(
    conn: &Connection,
    space: SpaceId,
    (oldest, newest): (ShareId, ShareId),
    reader: UserId,
    mut each: impl FnMut(ShareId, Option<CommentId>, ReactionCount),
) -> rusqlite::Result<()> {
    let mut walk = conn.prepare_cached(NEXT_TO_SHARES)?;
    let mut rows = walk.query((reader, space, oldest, newest))?;
    while let Some(row) = rows.next()? {
        let (comment, count) = count_from(row)?;
        each(row.get(5)?, comment, count);
    }
    Ok(())
}

// The plus keeps SQLite from walking along the reactions to all comments instead.
const NEXT_TO_SHARES: &str = concat!(
    "select ",
    count!(),
    ", s.id from shares s left join comment_counts n on n.space_id = s.space_id and n.share_id = s.id
    cross join reaction_counts r on r.space_id = s.space_id and r.share_id = +s.id
    and r.comment_id >= coalesce(n.latest_from, 9223372036854775807)
    where s.space_id = ?2 and s.id between ?3 and ?4 order by s.id desc"
);

/// The reactions to the comments on a share from `first` to `last`.
pub(super) fn for_each_comment(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    (first, last): (CommentId, CommentId),
    reader: UserId,
    mut each: impl FnMut(CommentId, ReactionCount),
) -> rusqlite::Result<()> {
    let mut walk = conn.prepare_cached(NEXT_TO_COMMENTS)?;
    let mut rows = walk.query((reader, space, share, first, last))?;
    while let Some(row) = rows.next()? {
        if let (Some(comment), count) = count_from(row)? {
            each(comment, count);
        }
    }
    Ok(())
}

const NEXT_TO_COMMENTS: &str = concat!(
    "select ",
    count!(),
    " from reaction_counts r where r.space_id = ?2 and r.share_id = ?3 and r.comment_id between ?4 and ?5"
);

/// Deletes reactions of a user whose account is removed, at most `max`; how many there were.
pub(super) fn remove_some_of_user(
    conn: &Connection,
    user: UserId,
    max: usize,
) -> rusqlite::Result<usize> {
    let mut targets: Vec<Target> = conn
        .prepare_cached(SOME_OF_USER)?
        .query_map((user, i64::try_from(max).unwrap_or(i64::MAX)), |row| {
            Ok(Target {
                space: row.get(0)?,
                share: row.get(1)?,
                comment: comment_of(row.get(2)?),
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let removed = targets.len();
    // With several emoji, by one row each.
    targets.sort_unstable();
    targets.dedup();
    targets
        .into_iter()
        .try_for_each(|target| report(conn, target))?;
    Ok(removed)
}

const SOME_OF_USER: &str =
    "delete from reactions where (space_id, share_id, comment_id, base, user_id) in
    (select space_id, share_id, comment_id, base, user_id from reactions where user_id = ? limit ?)
    returning space_id, share_id, comment_id";

/// Deletes the reactions to a share that goes, and to its comments.
pub(super) fn remove_of_share(
    conn: &Connection,
    space: SpaceId,
    share: ShareId,
) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from reactions where space_id = ? and share_id = ?")?
        .execute((space, share))?;
    Ok(())
}

/// Deletes reactions to a share that goes, and to its comments, at most `max`; how many there were.
pub(super) fn remove_some_of_share(
    conn: &Connection,
    (space, share): (SpaceId, ShareId),
    max: usize,
) -> rusqlite::Result<usize> {
    conn.prepare_cached(SOME_OF_SHARE)?.execute((
        space,
        share,
        i64::try_from(max).unwrap_or(i64::MAX),
    ))
}

const SOME_OF_SHARE: &str = "delete from reactions indexed by sqlite_autoindex_reactions_1
    where space_id = ?1 and share_id = ?2 and (comment_id, base, user_id) in
    (select comment_id, base, user_id from reactions where space_id = ?1 and share_id = ?2
     order by comment_id, base, user_id limit ?3)";

/// Deletes reactions of a space that goes, at most `max`; how many there were.
pub(super) fn remove_some(
    conn: &Connection,
    space: SpaceId,
    max: usize,
) -> rusqlite::Result<usize> {
    conn.prepare_cached(SOME_OF_SPACE)?
        .execute((space, i64::try_from(max).unwrap_or(i64::MAX)))
}

const SOME_OF_SPACE: &str = "delete from reactions indexed by sqlite_autoindex_reactions_1
    where space_id = ?1 and (share_id, comment_id, base, user_id) in
    (select share_id, comment_id, base, user_id from reactions where space_id = ?1
     order by share_id, comment_id, base, user_id limit ?2)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    const MINE: &str = "CORRELATED SCALAR SUBQUERY 1\n\
        SEARCH m USING COVERING INDEX reactions_by_user (user_id=? AND space_id=? AND share_id=? AND comment_id=? AND base=?)";

    #[test]
    fn what_a_page_of_shares_shows_of_reactions_is_one_walk_to_the_ends_of_their_comments() {
        assert_eq!(
            plan(NEXT_TO_SHARES),
            format!(
                "SEARCH s USING PRIMARY KEY (space_id=? AND id>? AND id<?)\n\
                 SEARCH n USING PRIMARY KEY (space_id=? AND share_id=?) LEFT-JOIN\n\
                 SEARCH r USING PRIMARY KEY (space_id=? AND share_id=? AND comment_id>?)\n{MINE}"
            )
        );
    }

    #[test]
    fn what_a_page_of_comments_shows_of_reactions_is_one_walk() {
        assert_eq!(
            plan(NEXT_TO_COMMENTS),
            format!(
                "SEARCH r USING PRIMARY KEY (space_id=? AND share_id=? AND comment_id>? AND comment_id<?)\n{MINE}"
            )
        );
    }

    #[test]
    fn the_list_of_reactions_is_one_walk() {
        assert_eq!(
            plan(LIST),
            "SEARCH reactions USING PRIMARY KEY (space_id=? AND share_id=? AND comment_id=? AND (base,user_id)>(?,?))"
        );
    }

    #[test]
    fn reacting_reads_only_what_it_is_bounded_by() {
        for sql in [OTHERS, OWN_OTHERS] {
            let plan = plan(sql);
            assert!(
                plan.contains("space_id=? AND share_id=? AND comment_id=?"),
                "{plan}"
            );
        }
    }

    #[test]
    fn the_reactions_of_a_space_or_a_share_that_goes_are_a_range() {
        for (sql, range) in [
            (SOME_OF_SPACE, "(space_id=?)"),
            (SOME_OF_SHARE, "(space_id=? AND share_id=?)"),
        ] {
            let plan = plan(sql);
            assert!(
                plan.contains(&format!("SEARCH reactions USING PRIMARY KEY {range}")),
                "{plan}"
            );
            assert!(
                !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
                "{plan}"
            );
        }
    }
}
