//! The log of what operators have done, in the app or on the command line: who, what and about whom. Each line is written in the
//! transaction that does it.

use rusqlite::Connection;
use strum::{IntoStaticStr, VariantNames};

use super::access::OperatorRight;
use super::ids::{Id, SpaceId};
use super::page::{Listed, Page};
use super::users::User;
use crate::clock::Timestamp;
use crate::error::Result;

/// How many lines are kept; the oldest ones go.
pub const MAX_LINES: i64 = 10_000;

/// What an operator has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    AccountMade,
    AccountDisabled,
    AccountEnabled,
    AccountRemoved,
    OperatorGranted,
    OperatorRevoked,
    PasswordReset,
    ResetLinkMade,
    SessionsEnded,
    UserQuotaChanged,
    InvitationMade,
    InvitationRevoked,
    SpaceTransferred,
    SpaceQuotaChanged,
    SpaceRemoved,
    PhotosRetried,
    BackupStarted,
    VerificationStarted,
    BackupMade,
    KeysRotated,
    OrphansDeleted,
    PhotosMoved,
}

impl Action {
    /// The words for all of them.
    pub const NAMES: &[&str] = Self::VARIANTS;
}

/// What an action is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// The installation as a whole.
    Installation,
    User(&'a User),
    Space(SpaceId),
}

/// A line of the log.
#[derive(Debug)]
pub struct Line {
    pub id: i64,
    pub at: Timestamp,
    /// The login of the operator; `None` on the command line.
    pub who: Option<String>,
    pub action: String,
    /// The login of the user or the name of the space, as it was then.
    pub about: Option<String>,
    pub about_id: Option<i64>,
    /// What was chosen.
    pub detail: Option<String>,
}

/// Writes a line, and deletes the oldest ones if there are too many.
pub(super) fn write(
    conn: &Connection,
    by: &OperatorRight,
    action: Action,
    about: About<'_>,
    detail: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let (name, id) = match about {
        About::Installation => (None, None),
        About::User(user) => (Some(user.login.clone()), Some(user.id.number())),
        About::Space(space) => {
            let name = conn
                .prepare_cached("select name from spaces where id = ?")?
                .query_row([space], |row| row.get(0))?;
            (Some(name), Some(space.number()))
        }
    };
    let action: &'static str = action.into();
    let line: i64 = conn
        .prepare_cached(
            "insert into operator_log (at, who, action, about, about_id, detail) values (?, ?, ?, ?, ?, ?) returning id",
        )?
        .query_row(
            (
                now.0,
                by.user().map(|user| &user.login),
                action,
                name,
                id,
                detail,
            ),
            |row| row.get(0),
        )?;
    conn.prepare_cached("delete from operator_log where id <= ?")?
        .execute([line - MAX_LINES])?;
    Ok(())
}

/// The log, the newest line first.
///
/// # Errors
/// A cursor that another list made.
pub fn list(conn: &Connection, _by: &OperatorRight, page: &Page) -> Result<Listed<Line>> {
    let before = page.after(i64::MAX)?;
    let mut lines = conn.prepare_cached(
        "select id, at, who, action, about, about_id, detail from operator_log where id < ? order by id desc limit ?",
    )?;
    let rows = lines.query_map((before, page.limit_plus_one()), |row| {
        Ok(Line {
            id: row.get(0)?,
            at: Timestamp(row.get(1)?),
            who: row.get(2)?,
            action: row.get(3)?,
            about: row.get(4)?,
            about_id: row.get(5)?,
            detail: row.get(6)?,
        })
    })?;
    page.take(rows, |line| line.id)
}
