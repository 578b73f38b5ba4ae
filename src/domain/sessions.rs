//! Who is signed in where. A session is proved by a random token; only its SHA-256 is stored.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row};

use super::events::{self, Kind};
use super::ids::{Id, RawId, SessionId, UserId};
use super::page::{Listed, Page};
use super::tokens::Token;
use super::users::{self, PasswordVersion, User};
use crate::clock::Timestamp;
use crate::error::{Denied, Result};

/// The use of a session is recorded at most this often, so that reading stays reading.
const TOUCH_EVERY: Duration = Duration::from_secs(60 * 60);

/// The most sessions of a user.
const MAX_SESSIONS: i64 = 100;

/// How many characters of a `User-Agent` header are kept.
const DEVICE_MAX: usize = 200;

/// The device that a user signs in with, as its browser or app describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device(String);

impl Device {
    /// What a `User-Agent` header says, cut after 200 characters; `None` where it says nothing.
    pub fn of(user_agent: &str) -> Option<Self> {
        let printable = user_agent.trim().chars().filter(|c| !c.is_control());
        let text: String = printable.take(DEVICE_MAX).collect();
        (!text.is_empty()).then_some(Self(text))
    }
}

/// Proof that a user is signed in. It is made only here, from the database, inside the transaction that acts for them.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    user: User,
    last_used_at: Timestamp,
}

impl Session {
    pub fn id(&self) -> SessionId {
        self.id
    }

    pub fn user(&self) -> &User {
        &self.user
    }

    /// Whether its use should be recorded again, with [`touch`].
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now >= self.last_used_at.plus(TOUCH_EVERY)
    }
}

/// Signs a user in, if the password that was checked is still theirs. Expired sessions of all users are
/// deleted at the same time, and of this user's those beyond the 100 that were used last.
///
/// # Errors
/// [`Denied::WrongLogin`] if the account or the password changed since the check.
pub fn create(
    conn: &Connection,
    user: UserId,
    checked: PasswordVersion,
    token: &Token,
    device: Option<&Device>,
    now: Timestamp,
    lifetime: Duration,
) -> Result<()> {
    delete_expired(conn, now, lifetime)?;
    if !users::has_password(conn, user, checked)? {
        return Err(Denied::WrongLogin.into());
    }
    conn.prepare_cached(
        "insert into sessions (token_hash, user_id, created_at, last_used_at, device) values (?1, ?3, ?2, ?2, ?4)",
    )?
    .execute((token.hash(), now.0, user, device.map(|device| &device.0)))?;
    let ended = conn
        .prepare_cached(END_SURPLUS)?
        .execute((user, MAX_SESSIONS))?;
    report_ended(conn, user, ended)?;
    Ok(())
}

/// Deletes the sessions of all users that have expired, and with them what was made in them.
pub fn delete_expired(
    conn: &Connection,
    now: Timestamp,
    lifetime: Duration,
) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from sessions where last_used_at < ?")?
        .execute([now.minus(lifetime).0])?;
    Ok(())
}

/// Reports that this many sessions of a user have ended, if there are any.
fn report_ended(conn: &Connection, user: UserId, ended: usize) -> rusqlite::Result<()> {
    match ended {
        0 => Ok(()),
        _ => events::record_for(conn, user, None, Kind::SessionEnded, user),
    }
}

const END_SURPLUS: &str = "delete from sessions where id in
    (select id from sessions where user_id = ? order by last_used_at desc, id desc limit -1 offset ?)";

/// The session that a token proves, unless it has ended.
fn find(
    conn: &Connection,
    token: &Token,
    now: Timestamp,
    lifetime: Duration,
) -> rusqlite::Result<Option<Session>> {
    conn.prepare_cached(
        "select s.id, s.last_used_at, u.id, u.login, u.name, u.avatar from sessions s join users u on u.id = s.user_id
         where s.token_hash = ? and s.last_used_at >= ?",
    )?
    .query_row((token.hash(), now.minus(lifetime).0), from_row)
    .optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get(0)?,
        last_used_at: Timestamp(row.get(1)?),
        user: User::from_row(row, 2)?,
    })
}

/// The session that one of these tokens proves, with the token. Where they prove sessions of several people, none does: one may
/// have been planted, and one user must not act as another.
pub fn find_among<'t>(
    conn: &Connection,
    tokens: &'t [Token],
    now: Timestamp,
    lifetime: Duration,
) -> rusqlite::Result<Option<(Session, &'t Token)>> {
    let mut found: Option<(Session, &Token)> = None;
    for token in tokens {
        let Some(session) = find(conn, token, now, lifetime)? else {
            continue;
        };
        match &found {
            None => found = Some((session, token)),
            Some((first, _)) if first.user.id == session.user.id => {}
            Some(_) => return Ok(None),
        }
    }
    Ok(found)
}

/// A session that was found before, in the transaction that acts now.
///
/// # Errors
/// It has ended since.
pub fn confirm(
    conn: &Connection,
    session: SessionId,
    now: Timestamp,
    lifetime: Duration,
) -> Result<Session> {
    conn.prepare_cached(
        "select s.id, s.last_used_at, u.id, u.login, u.name, u.avatar from sessions s join users u on u.id = s.user_id
         where s.id = ? and s.last_used_at >= ?",
    )?
    .query_row((session, now.minus(lifetime).0), from_row)
    .optional()?
    .ok_or_else(|| Denied::Unauthorized { token: true }.into())
}

/// A session, as its user sees it among theirs.
#[derive(Debug)]
pub struct SessionInfo {
    pub id: SessionId,
    pub created_at: Timestamp,
    /// As it was last recorded, which is at most an hour late.
    pub last_used_at: Timestamp,
    pub device: Option<String>,
    /// Whether it is the current session.
    pub is_current: bool,
}

/// The sessions of a user that haven't ended, the last used first.
///
/// # Errors
/// A cursor that another list made.
pub fn list(
    conn: &Connection,
    current: &Session,
    page: &Page,
    now: Timestamp,
    lifetime: Duration,
) -> Result<Listed<SessionInfo>> {
    list_page(
        conn,
        current.user.id,
        Some(current.id),
        page,
        now.minus(lifetime),
    )
}

/// The sessions of a user since then, of which `current` may be one.
///
/// # Errors
/// A cursor that another list made.
pub(super) fn list_page(
    conn: &Connection,
    user: UserId,
    current: Option<SessionId>,
    page: &Page,
    since: Timestamp,
) -> Result<Listed<SessionInfo>> {
    let (before, id) = page.after((i64::MAX, i64::MAX))?;
    let mut list = conn.prepare_cached(LIST)?;
    let rows = list.query_map((user, since.0, before, id, page.limit_plus_one()), |row| {
        let id = row.get(0)?;
        Ok(SessionInfo {
            id,
            created_at: Timestamp(row.get(1)?),
            last_used_at: Timestamp(row.get(2)?),
            device: row.get(3)?,
            is_current: Some(id) == current,
        })
    })?;
    page.take(rows, |row| (row.last_used_at.0, row.id.number()))
}

/// The sessions of a user that haven't ended, for the operator, the last used first.
pub fn list_of(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
    lifetime: Duration,
) -> rusqlite::Result<Vec<SessionInfo>> {
    let since = now.minus(lifetime).0;
    conn.prepare_cached(LIST)?
        .query_map((user, since, i64::MAX, i64::MAX, MAX_SESSIONS), |row| {
            Ok(SessionInfo {
                id: row.get(0)?,
                created_at: Timestamp(row.get(1)?),
                last_used_at: Timestamp(row.get(2)?),
                device: row.get(3)?,
                is_current: false,
            })
        })?
        .collect()
}

const LIST: &str = "select id, created_at, last_used_at, device from sessions
    where user_id = ? and last_used_at >= ? and (last_used_at, id) < (?, ?)
    order by last_used_at desc, id desc limit ?";

/// Records that a session was used, which moves its end.
pub fn touch(conn: &Connection, session: SessionId, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("update sessions set last_used_at = ? where id = ?")?
        .execute((now.0, session))?;
    Ok(())
}

/// Takes sessions that were last used in the future for used just now: the clock was set back, and they would last longer
/// than they should.
pub fn clamp_last_used(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached("update sessions set last_used_at = ?1 where last_used_at > ?1")?
        .execute([now.0])?;
    Ok(())
}

/// Ends one session.
pub fn revoke(conn: &Connection, session: SessionId) -> rusqlite::Result<()> {
    let user: Option<UserId> = conn
        .prepare_cached("delete from sessions where id = ? returning user_id")?
        .query_row([session], |row| row.get(0))
        .optional()?;
    match user {
        Some(user) => events::record_for(conn, user, None, Kind::SessionEnded, session),
        None => Ok(()),
    }
}

/// Ends a session of a user's own; returns which it was.
///
/// # Errors
/// The session doesn't exist, or is another's.
pub fn revoke_own(
    conn: &Connection,
    caller: &Session,
    session: &RawId<SessionId>,
) -> Result<SessionId> {
    revoke_of(conn, caller.user.id, session)
}

/// Ends a session of a user, for the operator; returns which it was.
///
/// # Errors
/// The session doesn't exist, or is another's.
pub fn revoke_of(conn: &Connection, user: UserId, session: &RawId<SessionId>) -> Result<SessionId> {
    let ended = conn
        .prepare_cached("delete from sessions where id = ? and user_id = ? returning id")?
        .query_row((session.parse()?, user), |row| row.get(0))
        .optional()?
        .ok_or_else(|| session.not_found())?;
    events::record_for(conn, user, None, Kind::SessionEnded, ended)?;
    Ok(ended)
}

/// Ends the sessions of a user, all but `keep`.
pub fn revoke_all(
    conn: &Connection,
    user: UserId,
    keep: Option<SessionId>,
) -> rusqlite::Result<()> {
    let ended = conn
        .prepare_cached("delete from sessions where user_id = ? and id is not ?")?
        .execute((user, keep))?;
    report_ended(conn, user, ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::explain::plan;

    #[test]
    fn the_sessions_of_a_user_are_one_walk_along_one_index() {
        let plan = plan(LIST);
        assert!(
            plan.contains("SEARCH sessions USING INDEX sessions_by_user (user_id=? AND"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        let plan = crate::db::explain::plan(END_SURPLUS);
        assert!(
            plan.contains("SEARCH sessions USING COVERING INDEX sessions_by_user (user_id=?)"),
            "{plan}"
        );
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn of_a_device_the_beginning_is_kept_and_what_can_be_read() {
        let of = |text: &str| Device::of(text).map(|device| device.0);
        assert_eq!(of(" Firefox/140 "), Some(String::from("Firefox/140")));
        assert_eq!(of(&"ü".repeat(201)), Some("ü".repeat(200)));
        assert_eq!(of("a\tb\u{1b}[31m"), Some(String::from("ab[31m")));
        assert_eq!(of("  "), None);
    }
}
