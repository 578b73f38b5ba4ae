//! People with an account.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::avatar_name::AvatarName;
use super::ids::UserId;
use super::language::Language;
use super::quiet_hours::QuietHours;
use super::text::{GivenLogin, Login, LoginKey};
use crate::clock::Timestamp;
use crate::error::{Conflict, Error, NotFound, Result, is_unique_violation};

/// A user, as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub login: String,
    /// The name that people are shown: one that they have chosen, or else their login.
    pub name: String,
    pub avatar: Option<AvatarName>,
}

impl User {
    /// Reads the columns `id, login, name, avatar`, the first of them at `index`.
    pub fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        let login: String = row.get(index + 1)?;
        let chosen: Option<String> = row.get(index + 2)?;
        Ok(Self {
            id: row.get(index)?,
            name: chosen.unwrap_or_else(|| login.clone()),
            avatar: row.get(index + 3)?,
            login,
        })
    }
}

/// The authors of the rows of a page: a few people, each looked up once.
pub(super) struct Authors<'c> {
    find: CachedStatement<'c>,
    known: HashMap<UserId, User>,
}

impl<'c> Authors<'c> {
    /// No authors yet.
    pub(super) fn new(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find: conn.prepare_cached(BY_ID)?,
            known: HashMap::new(),
        })
    }

    /// The user with this id, who is there: what they have made points at them.
    pub(super) fn get(&mut self, id: UserId) -> rusqlite::Result<User> {
        Ok(match self.known.entry(id) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => {
                let found = self.find.query_row([id], |row| User::from_row(row, 0))?;
                unknown.insert(found).clone()
            }
        })
    }
}

/// Makes an account. `password_hash` is a PHC string. The first account of an installation is an operator's.
///
/// # Errors
/// [`Conflict::UserExists`], decided by the unique index; and if another login looks like this one.
pub fn create(
    conn: &Connection,
    login: &Login,
    password_hash: &str,
    now: Timestamp,
) -> Result<User> {
    conn.prepare_cached(
        "insert into users (login, login_key, look, password_hash, created_at, is_operator)
         select ?1, ?2, ?3, ?4, ?5, not exists (select 1 from users)
         where not exists (select 1 from users where look = ?3) returning id, login, name, avatar",
    )?
    .query_row(
        (
            login.as_str(),
            login.key().as_str(),
            login.look(),
            password_hash,
            now.0,
        ),
        |row| User::from_row(row, 0),
    )
    .optional()
    .map_err(|error| {
        if is_unique_violation(&error) {
            Error::from(Conflict::UserExists)
        } else {
            error.into()
        }
    })?
    .ok_or_else(|| Conflict::UserExists.into())
}

/// Makes the looks of all logins.
pub(super) fn make_looks(conn: &Connection) -> rusqlite::Result<()> {
    for (id, login) in list_logins(conn)? {
        conn.prepare_cached("update users set look = ? where id = ?")?
            .execute((Login::look_of(&login), id))?;
    }
    Ok(())
}

/// Why a login would be refused today.
#[derive(Debug, thiserror::Error)]
pub enum Doubt {
    /// As a new one is.
    #[error("{0}")]
    Refused(Error),
    /// It can be taken for an older one.
    #[error("Login looks like {0:?}")]
    LooksLike(String),
}

/// The logins that would be refused today, each with the reason: those that pass for nothing, and those that can be taken
/// for an older one. Also for a database from before looks were stored.
pub fn list_doubtful(conn: &Connection) -> rusqlite::Result<Vec<(String, Doubt)>> {
    let mut looks = HashMap::new();
    let mut doubtful = Vec::new();
    for (_, login) in list_logins(conn)? {
        let alike = looks
            .entry(Login::look_of(&login))
            .or_insert_with(|| login.clone());
        let reason = match Login::doubt(&login) {
            Some(refusal) => Doubt::Refused(refusal),
            None if *alike != login => Doubt::LooksLike(alike.clone()),
            None => continue,
        };
        doubtful.push((login, reason));
    }
    Ok(doubtful)
}

/// All logins, the oldest account first. Reads what every schema has.
fn list_logins(conn: &Connection) -> rusqlite::Result<Vec<(UserId, String)>> {
    conn.prepare_cached("select id, login from users order by id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The user with this id.
pub fn find(conn: &Connection, id: UserId) -> rusqlite::Result<Option<User>> {
    conn.prepare_cached(BY_ID)?
        .query_row([id], |row| User::from_row(row, 0))
        .optional()
}

const BY_ID: &str = "select id, login, name, avatar from users where id = ?";

/// The user with this login, however it is written.
///
/// # Errors
/// [`NotFound::Login`], with the login as it was given.
pub fn get_by_login(conn: &Connection, login: &GivenLogin) -> Result<User> {
    conn.prepare_cached(BY_LOGIN)?
        .query_row(keys(login), |row| User::from_row(row, 0))
        .optional()?
        .ok_or_else(|| {
            let login = login.as_str().to_owned();
            NotFound::Login { login }.into()
        })
}

// An account from before the spaces around a login were left out is found by its exact spaces; for all others, they don't count.
const BY_LOGIN: &str = "select id, login, name, avatar, password_hash, password_version from users
    where login_key in (?1, ?2) and deleted_at is null order by login_key = ?1 desc limit 1";

fn keys(login: &GivenLogin) -> [&str; 2] {
    [login.exact(), login.key()].map(LoginKey::as_str)
}

/// Which of the passwords that a user has had: another hash of the same one doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordVersion(i64);

/// What a password is checked against.
#[derive(Clone, Debug)]
pub struct StoredPassword {
    /// A PHC string.
    pub hash: String,
    pub version: PasswordVersion,
}

impl StoredPassword {
    fn from_row(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            hash: row.get(index)?,
            version: PasswordVersion(row.get(index + 1)?),
        })
    }
}

/// The user with this login, and what their password is checked against.
pub fn find_credentials(
    conn: &Connection,
    login: &GivenLogin,
) -> rusqlite::Result<Option<(UserId, StoredPassword)>> {
    conn.prepare_cached(BY_LOGIN)?
        .query_row(keys(login), |row| {
            Ok((row.get(0)?, StoredPassword::from_row(row, 4)?))
        })
        .optional()
}

/// What this user's password is checked against; `None` if the account is gone.
pub fn find_password(conn: &Connection, id: UserId) -> rusqlite::Result<Option<StoredPassword>> {
    conn.prepare_cached("select password_hash, password_version from users where id = ?")?
        .query_row([id], |row| StoredPassword::from_row(row, 0))
        .optional()
}

/// Whether a password that was checked is still the one of this user who can sign in.
pub fn has_password(
    conn: &Connection,
    id: UserId,
    checked: PasswordVersion,
) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "select 1 from users where id = ? and password_version = ? and disabled_at is null",
    )?
    .exists((id, checked.0))
}

/// Replaces the hash of a password by another hash of the same one, unless that was done meanwhile, or the password changed.
pub fn replace_password_hash(
    conn: &Connection,
    id: UserId,
    old: &str,
    new: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update users set password_hash = ? where id = ? and password_hash = ?")?
        .execute((new, id, old))?;
    Ok(())
}

/// Sets another password, by its hash.
pub fn set_password(conn: &Connection, id: UserId, hash: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update users set password_hash = ?, password_version = password_version + 1 where id = ?",
    )?
    .execute((hash, id))?;
    Ok(())
}

/// Sets since when an account is disabled, or that it isn't; whether that has changed whether it is.
pub(super) fn set_disabled(
    conn: &Connection,
    id: UserId,
    since: Option<Timestamp>,
) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached(
            "update users set disabled_at = ?1 where id = ?2 and (disabled_at is null) = (?1 is not null)",
        )?
        .execute((since.map(|since| since.0), id))?;
    Ok(changed == 1)
}

/// Sets the name that a user has chosen, or that they have chosen none; whether it was another.
pub(super) fn set_name(
    conn: &Connection,
    id: UserId,
    name: Option<&str>,
) -> rusqlite::Result<bool> {
    let renamed = conn
        .prepare_cached("update users set name = ?1 where id = ?2 and name is not ?1")?
        .execute((name, id))?;
    Ok(renamed == 1)
}

/// Sets the language that a user has chosen, or that they have chosen none.
pub(super) fn set_language(
    conn: &Connection,
    id: UserId,
    language: Option<Language>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update users set language = ? where id = ?")?
        .execute((language.map(Language::tag), id))?;
    Ok(())
}

/// Sets the time zone that a user has chosen, or that they have chosen none.
pub(super) fn set_time_zone(
    conn: &Connection,
    id: UserId,
    zone: Option<&str>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update users set time_zone = ? where id = ?")?
        .execute((zone, id))?;
    Ok(())
}

/// Sets when a user isn't sent anything; `None` for never.
pub(super) fn set_quiet_hours(
    conn: &Connection,
    id: UserId,
    hours: Option<QuietHours>,
) -> rusqlite::Result<()> {
    // Equal times mean that there are none.
    let (from, until) = hours.map_or((0, 0), QuietHours::minutes);
    conn.prepare_cached("update users set quiet_from = ?, quiet_until = ? where id = ?")?
        .execute((from, until, id))?;
    Ok(())
}

/// Sets what the picture of a user is called, or that they have none.
pub(super) fn set_avatar(
    conn: &Connection,
    id: UserId,
    avatar: Option<&AvatarName>,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update users set avatar = ? where id = ?")?
        .execute((avatar, id))?;
    Ok(())
}

/// Whether a user is an operator.
pub fn is_operator(conn: &Connection, id: UserId) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from users where id = ? and is_operator = 1")?
        .exists([id])
}

/// Sets whether a user is an operator; whether that has changed.
pub(super) fn set_operator(
    conn: &Connection,
    id: UserId,
    is_operator: bool,
) -> rusqlite::Result<bool> {
    let changed = conn
        .prepare_cached("update users set is_operator = ?1 where id = ?2 and is_operator <> ?1")?
        .execute((is_operator, id))?;
    Ok(changed == 1)
}

/// Whether a user is the only operator who can sign in.
pub(super) fn is_last_operator(conn: &Connection, id: UserId) -> rusqlite::Result<bool> {
    Ok(is_operator(conn, id)? && !conn.prepare_cached(OTHER_OPERATOR)?.exists([id])?)
}

const OTHER_OPERATOR: &str =
    "select 1 from users where is_operator = 1 and id <> ? and disabled_at is null";

/// Whether there are any accounts.
pub fn is_anybody(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("select 1 from users limit 1")?
        .exists([])
}

/// Everybody with an account, by login.
pub fn list(conn: &Connection) -> rusqlite::Result<Vec<User>> {
    conn.prepare_cached(
        "select id, login, name, avatar from users where deleted_at is null order by login_key",
    )?
    .query_map([], |row| User::from_row(row, 0))?
    .collect()
}

/// Marks an account as gone for everybody while its user has rows. Its login is free from then on.
pub(super) fn mark_deleted(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    // No login has a control character, and no password has the empty hash.
    conn.prepare_cached(
        "update users set deleted_at = ?1, disabled_at = coalesce(disabled_at, ?1), login_key = char(1) || id, look = null,
         password_hash = '', password_version = password_version + 1, language = null, time_zone = null, quiet_from = 0, quiet_until = 0, is_operator = 0 where id = ?2",
    )?
    .execute((now.0, user))?;
    Ok(())
}

/// Deletes the row of a user who has nothing else left.
pub(super) fn delete_row(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from users where id = ?")?
        .execute([user])?;
    Ok(())
}
