//! Who is signed in where. A session is proved by a random token, of which only the SHA-256 is stored.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::ids::{SessionId, UserId};
use super::users::User;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// The use of a session is written down at most this often, so that reading stays reading.
const TOUCH_EVERY: Duration = Duration::from_secs(60 * 60);

/// What proves a session: 256 random bits, opaque to whoever holds it.
pub struct Token(String);

impl Token {
    /// A new one that nobody can guess.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.into()))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The token's text, for the one whom it belongs to.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub user: User,
    last_used_at: Timestamp,
}

impl Session {
    /// Whether its use should be written down again, with [`touch`].
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now >= self.last_used_at.plus(TOUCH_EVERY)
    }
}

/// Signs a user in, if the password hash that was checked is still theirs. The sessions of everybody that have
/// ended meanwhile go at the same time.
///
/// # Errors
/// [`Error::WrongLogin`] if the account or the password changed since the check.
pub fn create(
    conn: &Connection,
    user: UserId,
    checked_hash: &str,
    token: &Token,
    now: Timestamp,
    lifetime: Duration,
) -> Result<()> {
    conn.prepare_cached("delete from sessions where last_used_at < ?")?
        .execute([now.minus(lifetime).0])?;
    let created = conn
        .prepare_cached(
            "insert into sessions (token_hash, user_id, created_at, last_used_at)
             select ?1, id, ?2, ?2 from users where id = ?3 and password_hash = ?4",
        )?
        .execute((hash(token.as_str()), now.0, user, checked_hash))?;
    if created == 1 {
        Ok(())
    } else {
        Err(Error::WrongLogin)
    }
}

/// The session that a token proves, unless it has ended.
pub fn find(
    conn: &Connection,
    token: &str,
    now: Timestamp,
    lifetime: Duration,
) -> rusqlite::Result<Option<Session>> {
    conn.prepare_cached(
        "select s.id, s.last_used_at, u.id, u.login from sessions s join users u on u.id = s.user_id
         where s.token_hash = ? and s.last_used_at >= ?",
    )?
    .query_row((hash(token), now.minus(lifetime).0), |row| {
        Ok(Session { id: row.get(0)?, last_used_at: Timestamp(row.get(1)?), user: User::from_row(row, 2)? })
    })
    .optional()
}

/// Writes down that a session was used, which moves its end.
pub fn touch(conn: &Connection, session: SessionId, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("update sessions set last_used_at = ? where id = ?")?
        .execute((now.0, session))?;
    Ok(())
}

/// Ends one session.
pub fn revoke(conn: &Connection, session: SessionId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from sessions where id = ?")?
        .execute([session])?;
    Ok(())
}

/// Ends the sessions of a user, all but `keep`.
pub fn revoke_all(
    conn: &Connection,
    user: UserId,
    keep: Option<SessionId>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from sessions where user_id = ? and id is not ?")?
        .execute((user, keep))?;
    Ok(())
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
