//! Whether an account may be used. A disabled one keeps all that it has shared, and its memberships.

use rusqlite::{Connection, OptionalExtension, Row};

use super::access::OperatorRight;
use super::email;
use super::ids::{Id, RawId, UserId};
use super::page::{Listed, Page};
use super::sessions;
use super::usage::Usage;
use super::users::{self, User};
use crate::clock::Timestamp;
use crate::config::Quotas;
use crate::error::Result;

/// An account, as the operator sees it.
#[derive(Debug)]
pub struct Account {
    pub user: User,
    /// Since when it can't be used.
    pub disabled_at: Option<Timestamp>,
    pub is_operator: bool,
}

/// An account with how much its user has, for operators.
#[derive(Debug)]
pub struct AccountReport {
    pub account: Account,
    /// How many spaces they are in.
    pub spaces: i64,
    pub usage: Usage,
}

/// What follows is an account of those that aren't gone: by login, and how much its user has.
const REPORT: &str = "select u.id, u.login, u.name, u.avatar, u.disabled_at, u.is_operator,
    (select count(*) from members m where m.user_id = u.id), s.bytes, s.quota, u.login_key
    from users u left join user_usage s on s.user_id = u.id where u.deleted_at is null";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        user: User::from_row(row, 0)?,
        disabled_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        is_operator: row.get(5)?,
    })
}

fn account_report(row: &Row<'_>, quotas: &Quotas) -> rusqlite::Result<AccountReport> {
    Ok(AccountReport {
        account: account(row)?,
        spaces: row.get(6)?,
        usage: Usage::new(row.get(7)?, row.get(8)?, quotas.user),
    })
}

/// The accounts in pages, by login.
///
/// # Errors
/// A cursor that another list made.
pub fn list_reports(
    conn: &Connection,
    _by: &OperatorRight,
    page: &Page,
    quotas: &Quotas,
) -> Result<Listed<AccountReport>> {
    let (after, _): (String, i64) = page.after((String::new(), 0))?;
    let mut list = conn.prepare_cached(&format!(
        "{REPORT} and u.login_key > ? order by u.login_key limit ?"
    ))?;
    let rows = list.query_map((after, page.limit_plus_one()), |row| {
        let key: String = row.get(9)?;
        Ok((key, account_report(row, quotas)?))
    })?;
    let listed = page.take(rows, |(key, report)| {
        (key.clone(), report.account.user.id.number())
    })?;
    Ok(Listed {
        rows: listed.rows.into_iter().map(|(_, report)| report).collect(),
        next: listed.next,
    })
}

/// One account.
///
/// # Errors
/// There is none with this id.
pub fn get_report(
    conn: &Connection,
    _by: &OperatorRight,
    id: &RawId<UserId>,
    quotas: &Quotas,
) -> Result<AccountReport> {
    conn.prepare_cached(&format!("{REPORT} and u.id = ?"))?
        .query_row([id.parse()?], |row| account_report(row, quotas))
        .optional()?
        .ok_or_else(|| id.not_found())
}

/// Everybody with an account, by login.
pub fn list(conn: &Connection) -> rusqlite::Result<Vec<Account>> {
    conn.prepare_cached(
        "select id, login, name, avatar, disabled_at, is_operator from users where deleted_at is null order by login_key",
    )?
    .query_map([], account)?
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

/// Disables an account, and ends all its sessions and links for a new password; whether it could be used before.
pub fn disable(conn: &Connection, user: UserId, now: Timestamp) -> rusqlite::Result<bool> {
    let is_changed = users::set_disabled(conn, user, Some(now))?;
    sessions::revoke_all(conn, user, None)?;
    email::end_links(conn, user)?;
    email::withdraw_unconfirmed(conn, user)?;
    Ok(is_changed)
}

/// Lets an account be used again; whether it was disabled.
pub fn enable(conn: &Connection, user: UserId) -> rusqlite::Result<bool> {
    users::set_disabled(conn, user, None)
}
