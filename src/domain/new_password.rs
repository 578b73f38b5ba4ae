//! What ends with a password: all that somebody who knew the old one, or had a session, may have left behind.

use rusqlite::Connection;

use super::ids::{FeedId, SessionId, UserId};
use super::mails::{self, Kind};
use super::tokens::Token;
use super::{email, feeds, password_resets, sessions, users};
use crate::clock::Timestamp;
use crate::error::Result;

/// Ends what somebody who knew the old password may still use after it was changed: the sessions of the user, all but `keep`,
/// links for a new password, an address that isn't confirmed, and their feeds. Returns these.
///
/// # Errors
/// The database can't be written.
pub fn end_access(conn: &Connection, user: UserId, keep: Option<SessionId>) -> Result<Vec<FeedId>> {
    password_resets::delete_of_user(conn, user)?;
    mails::cancel(conn, user, Kind::Password)?;
    email::withdraw_unconfirmed(conn, user)?;
    sessions::revoke_all(conn, user, keep)?;
    Ok(feeds::revoke_all(conn, user)?)
}

/// Uses a link: sets the password, and signs its owner out everywhere. Returns the feeds that have ended.
///
/// # Errors
/// As [`password_resets::find_user`].
pub fn redeem(
    conn: &Connection,
    token: &Token,
    new_hash: &str,
    now: Timestamp,
) -> Result<Vec<FeedId>> {
    let user = password_resets::find_user(conn, token, now)?.id;
    users::set_password(conn, user, new_hash)?;
    end_access(conn, user, None)
}
