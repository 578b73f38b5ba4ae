//! Links for setting a new password once, without the old one. They are made on the command line, or sent by mail.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::ids::UserId;
use super::mails::Kind;
use super::tokens::Token;
use super::users::User;
use crate::clock::Timestamp;
use crate::error::{NotFound, Result};

/// Makes a link for a user who has confirmed this address; whether they have. Earlier links stay: of a mail that is sent again, nobody
/// knows which arrives.
pub(super) fn create_mailed(
    conn: &Connection,
    (user, address): (UserId, &str),
    token: &Token,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    conn.prepare_cached("delete from password_resets where expires_at <= ?")?
        .execute([now.0])?;
    let made = conn
        .prepare_cached(
            "insert into password_resets (token_hash, user_id, created_at, expires_at)
             select ?1, user_id, ?4, ?5 from email_addresses where user_id = ?2 and address = ?3",
        )?
        .execute((
            token.hash(),
            user,
            address,
            now.0,
            now.plus(Kind::Password.lifetime()).0,
        ))?;
    Ok(made == 1)
}

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
/// [`NotFound::Reset`] if it was never made, was used, or has expired, or if the account is disabled.
pub fn find_user(conn: &Connection, token: &Token, now: Timestamp) -> Result<User> {
    conn.prepare_cached(
        "select u.id, u.login, u.name, u.avatar from password_resets r join users u on u.id = r.user_id
         where r.token_hash = ? and r.expires_at > ? and u.disabled_at is null",
    )?
    .query_row((token.hash(), now.0), |row| User::from_row(row, 0))
    .optional()?
    .ok_or_else(|| NotFound::Reset.into())
}

/// Ends all links; for a restore.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from password_resets", [])?;
    Ok(())
}

/// Ends the links of a user, if they have any.
pub(super) fn delete_of_user(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from password_resets where user_id = ?")?
        .execute([user])?;
    Ok(())
}
