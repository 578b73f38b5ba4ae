//! Shares that the admins of a space keep at its top.

use rusqlite::Connection;

use super::access::{Member, Pinnable};
use super::events::{self, Kind};
use super::ids::ShareId;
use super::shares::{self, Share};
use crate::clock::Timestamp;
use crate::error::{Conflict, Result};

/// The most pinned shares of a space: all of them are shown.
pub const MAX: i64 = 10;

/// Pins a share. One that is pinned stays where it is.
///
/// # Errors
/// [`Conflict::TooManyPins`].
pub fn add(conn: &Connection, share: &Pinnable, now: Timestamp) -> Result<()> {
    let key = (share.space(), share.share());
    let others: i64 = conn
        .prepare_cached(OTHERS)?
        .query_row(key, |row| row.get(0))?;
    if others >= MAX {
        return Err(Conflict::TooManyPins { max: MAX }.into());
    }
    let pinned = conn
        .prepare_cached(
            "insert into pins (space_id, share_id, pinned_at) values (?, ?, ?)
         on conflict (space_id, share_id) do nothing",
        )?
        .execute((share.space(), share.share(), now.0))?;
    report(conn, share, pinned)?;
    Ok(())
}

const OTHERS: &str = "select count(*) from pins where space_id = ? and share_id <> ?";

/// Takes a share from the top of its space. One that isn't pinned stays as it is.
pub fn remove(conn: &Connection, share: &Pinnable) -> Result<()> {
    let unpinned = conn
        .prepare_cached("delete from pins where space_id = ? and share_id = ?")?
        .execute((share.space(), share.share()))?;
    Ok(report(conn, share, unpinned)?)
}

/// Reports a change of the space, if any row has changed.
fn report(conn: &Connection, share: &Pinnable, rows: usize) -> rusqlite::Result<()> {
    match rows {
        0 => Ok(()),
        _ => events::record(conn, share.space(), Kind::SpaceChanged, share.space()),
    }
}

/// The pinned shares of a space, the last pinned first.
pub fn list(conn: &Connection, member: &Member) -> Result<Vec<Share>> {
    let pinned: Vec<ShareId> = conn
        .prepare_cached(LIST)?
        .query_map([member.space()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let pinned = pinned.into_iter();
    pinned
        .map(|share| shares::get_for_member(conn, member, share))
        .collect()
}

const LIST: &str =
    "select share_id from pins where space_id = ? order by pinned_at desc, share_id desc";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn only_the_pins_of_the_space_are_read() {
        for sql in [LIST, OTHERS] {
            let plan = plan(sql);
            assert!(
                plan.starts_with("SEARCH pins USING PRIMARY KEY (space_id=?"),
                "{plan}"
            );
        }
    }
}
