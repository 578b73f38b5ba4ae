//! The account of the caller, as only they are shown it.

use rusqlite::Connection;

use super::email::{self, Email};
use super::notices;
use super::profile::{self, Profile};
use super::sessions::Session;
use super::usage::{self, Usage};
use super::users::{self, User};
use crate::config::Quotas;
use crate::error::{Denied, Result};

/// A user, with what is only theirs to see.
pub struct OwnAccount {
    pub user: User,
    pub profile: Profile,
    pub email: Email,
    pub unread_notices: i64,
    pub usage: Usage,
    pub is_operator: bool,
}

/// The account of the caller, whose session was read in the same snapshot.
///
/// # Errors
/// The database can't be read.
pub fn get(conn: &Connection, caller: &Session, quotas: &Quotas) -> Result<OwnAccount> {
    of(conn, caller, caller.user().clone(), quotas)
}

/// The account of the caller, read again because the same transaction has changed it.
///
/// # Errors
/// As [`get`]; [`Denied::Unauthorized`] if it is gone.
pub fn get_changed(conn: &Connection, caller: &Session, quotas: &Quotas) -> Result<OwnAccount> {
    let user = users::find(conn, caller.user().id)?;
    let user = user.ok_or(Denied::Unauthorized { token: true })?;
    of(conn, caller, user, quotas)
}

fn of(conn: &Connection, caller: &Session, user: User, quotas: &Quotas) -> Result<OwnAccount> {
    Ok(OwnAccount {
        profile: profile::get(conn, caller)?,
        email: email::get(conn, user.id)?,
        unread_notices: notices::count_unread(conn, user.id)?,
        usage: usage::of_user(conn, user.id, quotas)?,
        is_operator: users::is_operator(conn, user.id)?,
        user,
    })
}
