//! What belongs to shares, added to those of a page: one walk along each kind, next to that along the shares.

use rusqlite::Connection;

use super::Share;
use crate::domain::ids::{ShareId, SpaceId, UserId};
use crate::domain::mentions::Mentions;
use crate::domain::users::Authors;
use crate::domain::{comments, photos, reactions};

/// Adds all of it to shares of one space, newest first, as the reader sees it.
pub(super) fn all(
    conn: &Connection,
    (space, reader): (SpaceId, UserId),
    shares: &mut [Share],
    authors: &mut Authors<'_>,
) -> rusqlite::Result<()> {
    add_photos(conn, space, shares)?;
    add_comments(conn, space, shares, authors)?;
    add_reactions(conn, space, reader, shares)?;
    add_mentions(conn, space, shares)
}

fn add_photos(conn: &Connection, space: SpaceId, shares: &mut [Share]) -> rusqlite::Result<()> {
    let (Some(newest), Some(oldest)) = (shares.first(), shares.last()) else {
        return Ok(());
    };
    let (newest, oldest) = (newest.id, oldest.id);
    let mut at = 0;
    photos::for_each(conn, space, oldest, newest, |share, photo| {
        if let Some(one) = walk_to(shares, &mut at, share) {
            one.photos.push(photo);
        }
    })?;
    for share in shares {
        share.photos.reverse();
    }
    Ok(())
}

fn add_comments(
    conn: &Connection,
    space: SpaceId,
    shares: &mut [Share],
    authors: &mut Authors<'_>,
) -> rusqlite::Result<()> {
    let (Some(newest), Some(oldest)) = (shares.first(), shares.last()) else {
        return Ok(());
    };
    let range = (oldest.id, newest.id);
    let mut at = 0;
    comments::for_each_latest(conn, space, range, authors, |share, count, comment| {
        if let Some(one) = walk_to(shares, &mut at, share) {
            one.comments.count = count;
            one.comments.latest.insert(0, comment);
        }
    })
}

/// The reactions to shares, and to the comments that they show.
fn add_reactions(
    conn: &Connection,
    space: SpaceId,
    reader: UserId,
    shares: &mut [Share],
) -> rusqlite::Result<()> {
    let (Some(newest), Some(oldest)) = (shares.first(), shares.last()) else {
        return Ok(());
    };
    let range = (oldest.id, newest.id);
    let mut at = 0;
    reactions::for_each(conn, space, range, reader, |share, comment, count| {
        let Some(one) = walk_to(shares, &mut at, share) else {
            return;
        };
        let Some(id) = comment else {
            return count.put_among(&mut one.reactions);
        };
        let mut latest = one.comments.latest.iter_mut();
        if let Some(comment) = latest.find(|comment| comment.id == id) {
            count.put_among(&mut comment.reactions);
        }
    })
}

/// Who is named in shares, and in the comments that they show.
fn add_mentions(conn: &Connection, space: SpaceId, shares: &mut [Share]) -> rusqlite::Result<()> {
    let mut mentions = Mentions::new(conn, space);
    for share in shares {
        share.mentions = mentions.of(&share.text)?;
        for comment in &mut share.comments.latest {
            comment.mentions = mentions.of(&comment.text)?;
        }
    }
    Ok(())
}

/// The share with this id, if it is at `at` or behind, where the newest come first; `at` moves there.
fn walk_to<'s>(shares: &'s mut [Share], at: &mut usize, id: ShareId) -> Option<&'s mut Share> {
    while shares.get(*at).is_some_and(|one| one.id > id) {
        *at += 1;
    }
    shares.get_mut(*at).filter(|one| one.id == id)
}
