//! Forgotten passwords. A request is only written down, whoever it names, so that neither the answer nor its time says whether there
//! is such an account; a job finds out whom it means, and sends them mail.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::ids::UserId;
use super::mails::{self, Kind};
use super::text::{EmailAddress, GivenLogin};
use super::users;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// The most characters that are kept of what was typed: more than a login or an address has.
const MAX_LENGTH: usize = 1024;
/// How many requests wait at most: more can't be meant seriously, and are dropped.
const MAX_WAITING: i64 = 1000;
/// The most mails about it that a user gets in an hour.
const MAX_MAILS: i64 = 3;
/// The time in which these are counted.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// How many people may share an address.
const MAX_SHARERS: i64 = 5;
/// How many requests are looked at in one transaction.
const AT_ONCE: i64 = 50;

/// Writes down that somebody has forgotten a password.
pub fn add(conn: &Connection, login: &str, now: Timestamp) -> rusqlite::Result<()> {
    let login: String = login.chars().take(MAX_LENGTH).collect();
    conn.prepare_cached(
        "insert into password_requests (login, created_at) select ?1, ?2
         where (select count(*) from password_requests) < ?3",
    )?
    .execute((login, now.0, MAX_WAITING))?;
    Ok(())
}

/// Whether any wait.
pub fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from password_requests limit 1")?
        .exists([])
}

/// Turns requests into mails to those whom they mean; whether there may be more.
///
/// # Errors
/// The database can't be written.
pub fn resolve(conn: &Connection, now: Timestamp) -> Result<bool> {
    let waiting: Vec<(String, Timestamp)> = conn
        .prepare_cached(TAKE)?
        .query_map([AT_ONCE], |row| Ok((row.get(0)?, Timestamp(row.get(1)?))))?
        .collect::<rusqlite::Result<_>>()?;
    for (login, at) in &waiting {
        // Nobody waits for it any more.
        if now.since(*at) >= HOUR {
            continue;
        }
        for (user, address) in find(conn, login)? {
            let sent = mails::oldest_of(conn, user, Kind::Password, now.minus(HOUR), MAX_MAILS)?;
            if sent.is_none() {
                mails::add(conn, user, Kind::Password, &address, now)?;
            }
        }
    }
    Ok(i64::try_from(waiting.len()).unwrap_or(AT_ONCE) == AT_ONCE)
}

const TAKE: &str = "delete from password_requests where id in
    (select id from password_requests order by id limit ?) returning login, created_at";

/// Whom a login or an address means, each with the address that they have confirmed.
fn find(conn: &Connection, typed: &str) -> Result<Vec<(UserId, String)>> {
    if let Ok(address) = EmailAddress::parse(typed) {
        let found: Vec<_> = conn
            .prepare_cached(
                "select user_id, address from email_addresses where address_key = ? order by user_id limit ?",
            )?
            .query_map((address.key(), MAX_SHARERS), row)?
            .collect::<rusqlite::Result<_>>()?;
        // A login may look like an address.
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let user = match users::get_by_login(conn, &GivenLogin::new(typed.to_owned())) {
        Ok(user) => user.id,
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let found = conn
        .prepare_cached(
            "select user_id, address from email_addresses where user_id = ? and address is not null",
        )?
        .query_row([user], row)
        .optional()?;
    Ok(found.into_iter().collect())
}

fn row(row: &Row<'_>) -> rusqlite::Result<(UserId, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Forgets them; for a restore.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from password_requests", [])?;
    Ok(())
}
