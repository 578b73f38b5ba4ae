//! Links for setting a new password once, without the old one. They are made on the command line.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::ids::UserId;
use super::tokens::Token;
use super::users::User;
use super::{sessions, users};
use crate::clock::Timestamp;
use crate::error::{NotFound, Result};

/// Makes a link for a user that holds for some time; an earlier one ends.
pub fn create(
    conn: &Connection,
    user: UserId,
    token: &Token,
    now: Timestamp,
    holds: Duration,
) -> rusqlite::Result<Timestamp> {
    conn.prepare_cached("delete from password_resets where expires_at <= ? or user_id = ?")?
        .execute((now.0, user))?;
    let expires_at = now.plus(holds);
    conn.prepare_cached(
        "insert into password_resets (token_hash, user_id, created_at, expires_at) values (?, ?, ?, ?)",
    )?
    .execute((token.hash(), user, now.0, expires_at.0))?;
    Ok(expires_at)
}

/// Whose password a link sets.
///
/// # Errors
/// [`NotFound::Reset`] if it was never made, was used, or has expired.
pub fn find_user(conn: &Connection, token: &Token, now: Timestamp) -> Result<User> {
    conn.prepare_cached(
        "select u.id, u.login from password_resets r join users u on u.id = r.user_id
         where r.token_hash = ? and r.expires_at > ?",
    )?
    .query_row((token.hash(), now.0), |row| User::from_row(row, 0))
    .optional()?
    .ok_or_else(|| NotFound::Reset.into())
}

/// Uses a link: sets the password, and signs its owner out everywhere.
///
/// # Errors
/// As [`find_user`].
pub fn redeem(conn: &Connection, token: &Token, new_hash: &str, now: Timestamp) -> Result<()> {
    let user = find_user(conn, token, now)?.id;
    conn.prepare_cached("delete from password_resets where user_id = ?")?
        .execute([user])?;
    users::set_password_hash(conn, user, new_hash)?;
    Ok(sessions::revoke_all(conn, user, None)?)
}
