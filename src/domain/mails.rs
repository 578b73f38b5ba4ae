//! Mail on its way: a queue that survives the process. It has no texts and no secrets: what a mail says is found out when it is sent.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr};

use super::ids::UserId;
use crate::clock::Timestamp;

/// While a mail is being sent, nobody else sends it: longer than a server may take.
const LEASE: Duration = Duration::from_secs(3 * 60);
/// The pause after a server couldn't take a mail; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// For how long what is over is remembered, because mails are counted.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest that a mail waits for anything.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A link by which an address is confirmed.
    Confirmation,
    /// A link by which a new password is set.
    Password,
    /// What is new in the spaces of its reader.
    Digest,
}

impl Kind {
    /// How late a mail may be; and for how long a link in it is valid.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Confirmation => Duration::from_secs(24 * 60 * 60),
            Self::Password => Duration::from_secs(60 * 60),
            // It is over before the next one is due.
            Self::Digest => Duration::from_secs(20 * 60 * 60),
        }
    }
}

/// Has a mail sent to a user.
pub(super) fn add(
    conn: &Connection,
    user: UserId,
    kind: Kind,
    address: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let word: &str = kind.into();
    conn.prepare_cached(
        "insert into mails (user_id, kind, address, created_at, due_at, expires_at) values (?1, ?2, ?3, ?4, ?4, ?5)",
    )?
    .execute((user, word, address, now.0, now.plus(kind.lifetime()).0))?;
    Ok(())
}

/// When the first of the last `max` mails of a kind to a user was asked for, if there were that many since then.
pub(super) fn oldest_of(
    conn: &Connection,
    user: UserId,
    kind: Kind,
    since: Timestamp,
    max: i64,
) -> rusqlite::Result<Option<Timestamp>> {
    let word: &str = kind.into();
    conn.prepare_cached(OLDEST_OF_USER)?
        .query_row((user, word, since.0, max - 1), |row| {
            row.get(0).map(Timestamp)
        })
        .optional()
}

const OLDEST_OF_USER: &str =
    "select created_at from mails where user_id = ? and kind = ? and created_at > ?
    order by created_at desc limit 1 offset ?";

/// The same for mails to confirm an address, whichever users they are for, also those whose accounts are gone.
pub(super) fn oldest_confirmation_to(
    conn: &Connection,
    address: &str,
    since: Timestamp,
    max: i64,
) -> rusqlite::Result<Option<Timestamp>> {
    let word: &str = Kind::Confirmation.into();
    conn.prepare_cached(OLDEST_TO_ADDRESS)?
        .query_row((address, word, since.0, hash(address), max - 1), |row| {
            row.get(0).map(Timestamp)
        })
        .optional()
}

const OLDEST_TO_ADDRESS: &str =
    "select created_at from mails where address = ?1 collate nocase and kind = ?2 and created_at > ?3
    union all select created_at from counted_confirmations where address_hash = ?4 and created_at > ?3
    order by created_at desc limit 1 offset ?5";

/// By what an address is known whose account is gone, however it is written.
fn hash(address: &str) -> [u8; 32] {
    Sha256::digest(address.to_ascii_lowercase()).into()
}

/// Sends no mail of a kind any more that waits. It is counted all the same.
pub(super) fn cancel(conn: &Connection, user: UserId, kind: Kind) -> rusqlite::Result<()> {
    let word: &str = kind.into();
    conn.prepare_cached("update mails set due_at = null where user_id = ? and kind = ?")?
        .execute((user, word))?;
    Ok(())
}

/// When there is something to do next.
pub fn next_due(conn: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let due: Option<i64> = conn
        .prepare_cached("select min(due_at) from mails where due_at is not null")?
        .query_row([], |row| row.get(0))?;
    Ok(due.map(Timestamp))
}

/// Forgets what is over for long, and makes due what nothing here waits so long for: the clock was set back.
pub fn tidy_up(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let (before, after) = (now.minus(REMEMBERED), now.plus(REMEMBERED));
    conn.prepare_cached(
        "delete from mails where (created_at < ? or created_at > ?) and due_at is null",
    )?
    .execute((before.0, after.0))?;
    conn.prepare_cached(
        "delete from counted_confirmations where created_at < ? or created_at > ?",
    )?
    .execute((before.0, after.0))?;
    conn.prepare_cached("update mails set due_at = ? where due_at > ?")?
        .execute((now.0, now.plus(LONGEST_WAIT).0))?;
    Ok(())
}

/// A mail that is to be sent now.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub id: i64,
    pub user: UserId,
    /// `None` for one that this version doesn't know.
    pub kind: Option<Kind>,
    pub address: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// With this one.
    pub attempts: u32,
}

impl Due {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            user: row.get(1)?,
            kind: kind.parse().ok(),
            address: row.get(3)?,
            created_at: Timestamp(row.get(4)?),
            expires_at: Timestamp(row.get(5)?),
            attempts: row.get(6)?,
        })
    }
}

/// Takes the mail that is due next, and hides it from others for a while.
pub(super) fn claim(conn: &Connection, now: Timestamp) -> rusqlite::Result<Option<Due>> {
    conn.prepare_cached(CLAIM)?
        .query_row((now.plus(LEASE).0, now.0), Due::from_row)
        .optional()
}

const CLAIM: &str = "update mails set due_at = ?, attempts = attempts + 1 where id =
    (select id from mails where due_at <= ? order by due_at, id limit 1)
    returning id, user_id, kind, address, created_at, expires_at, attempts";

/// Whether a mail is still to be sent: neither cancelled nor forgotten.
pub(super) fn is_waiting(conn: &Connection, id: i64) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from mails where id = ? and due_at is not null")?
        .exists([id])
}

/// Sends a mail again after a pause, unless it was cancelled meanwhile.
pub(super) fn retry(
    conn: &Connection,
    id: i64,
    attempts: u32,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let doublings = attempts.saturating_sub(1).min(16);
    let pause = FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE);
    conn.prepare_cached("update mails set due_at = ? where id = ? and due_at is not null")?
        .execute((now.plus(pause).0, id))?;
    Ok(())
}

/// Sends a mail no more.
pub(super) fn end(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached("update mails set due_at = null where id = ?")?
        .execute([id])?;
    Ok(())
}

/// Forgets those to a user whose account goes. Those that confirm an address stay counted for it: otherwise, with an account after
/// another, as many could be sent there as one likes.
pub(super) fn delete_of_user(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    let word: &str = Kind::Confirmation.into();
    let mut sent = conn
        .prepare_cached("select address, created_at from mails where user_id = ? and kind = ?")?;
    let mut sent = sent.query((user, word))?;
    while let Some(row) = sent.next()? {
        let (address, created_at): (String, i64) = (row.get(0)?, row.get(1)?);
        conn.prepare_cached(
            "insert into counted_confirmations (address_hash, created_at) values (?, ?)",
        )?
        .execute((hash(&address), created_at))?;
    }
    conn.prepare_cached("delete from mails where user_id = ?")?
        .execute([user])?;
    Ok(())
}

/// Forgets what waits; for a restore.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from mails", [])?;
    conn.execute("delete from counted_confirmations", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn what_is_due_and_what_is_counted_is_found_by_an_index() {
        for (sql, index) in [
            (CLAIM, "mails_due"),
            (OLDEST_OF_USER, "mails_by_user"),
            (OLDEST_TO_ADDRESS, "mails_by_address"),
            (OLDEST_TO_ADDRESS, "counted_confirmations_by_address"),
        ] {
            let plan = plan(sql);
            assert!(plan.contains(index), "{plan}");
        }
    }
}
