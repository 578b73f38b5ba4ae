//! Whether an account may be used. A disabled one keeps all that it has shared, and its memberships.

use rusqlite::{Connection, OptionalExtension};

use super::ids::UserId;
use super::sessions;
use super::users::{self, User};
use crate::clock::Timestamp;

/// An account, as the operator sees it.
#[derive(Debug)]
pub struct Account {
    pub user: User,
    /// Since when it can't be used.
    pub disabled_at: Option<Timestamp>,
}

/// Everybody with an account, by login.
pub fn list(conn: &Connection) -> rusqlite::Result<Vec<Account>> {
    conn.prepare_cached("select id, login, name, avatar, disabled_at from users where deleted_at is null order by login_key")?
        .query_map([], |row| {
            Ok(Account {
                user: User::from_row(row, 0)?,
                disabled_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
            })
        })?
        .collect()
}

/// Whether an account is disabled; one that is gone isn't.
pub fn is_disabled(conn: &Connection, user: UserId) -> rusqlite::Result<bool> {
    let disabled: Option<bool> = conn
        .prepare_cached("select disabled_at is not null from users where id = ?")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    Ok(disabled.unwrap_or(false))
}

/// Disables an account and ends all its sessions; whether it could be used before.
pub fn disable(conn: &Connection, user: UserId, now: Timestamp) -> rusqlite::Result<bool> {
    let is_changed = users::set_disabled(conn, user, Some(now))?;
    sessions::revoke_all(conn, user, None)?;
    Ok(is_changed)
}

/// Lets an account be used again; whether it was disabled.
pub fn enable(conn: &Connection, user: UserId) -> rusqlite::Result<bool> {
    users::set_disabled(conn, user, None)
}
