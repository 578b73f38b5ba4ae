//! What users say of themselves: the name that people are shown, the language that they are written to in, and their time zone.

use rusqlite::Connection;

use super::avatars;
use super::language::Language;
use super::quiet_hours;
use super::sessions::Session;
use super::text::UserName;
use super::users;
use crate::error::{Malformed, Result};

/// What a user has chosen besides their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// `None`: that of each device.
    pub language: Option<Language>,
    /// The IANA name of a time zone; `None`: that of each device.
    pub time_zone: Option<String>,
}

/// What changes of a profile. What is left out stays; what is `Some(None)` is no longer chosen.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub name: Option<Option<UserName>>,
    pub language: Option<Option<Language>>,
    pub time_zone: Option<Option<String>>,
}

/// Checks the name of a time zone.
///
/// # Errors
/// [`Malformed::TimeZone`] if the database of time zones doesn't have it.
pub fn parse_time_zone(name: &str) -> Result<String> {
    quiet_hours::zone(name).ok_or_else(|| Malformed::TimeZone.into())
}

/// The profile of the caller.
pub fn get(conn: &Connection, caller: &Session) -> rusqlite::Result<Profile> {
    conn.prepare_cached("select language, time_zone from users where id = ?")?
        .query_row([caller.user().id], |row| {
            let language: Option<String> = row.get(0)?;
            Ok(Profile {
                language: language.as_deref().map(Language::of),
                time_zone: row.get(1)?,
            })
        })
}

/// Changes the profile of the caller. Another name is reported in all their spaces.
pub fn change(conn: &Connection, caller: &Session, change: &ProfileChange) -> rusqlite::Result<()> {
    let user = caller.user();
    if let Some(name) = &change.name {
        // Their login is what they are called anyway.
        let chosen = name.as_ref().map(UserName::as_str);
        let chosen = chosen.filter(|name| *name != user.login);
        if users::set_name(conn, user.id, chosen)? {
            avatars::report_user(conn, user.id)?;
        }
    }
    if let Some(language) = change.language {
        users::set_language(conn, user.id, language)?;
    }
    if let Some(time_zone) = &change.time_zone {
        users::set_time_zone(conn, user.id, time_zone.as_deref())?;
    }
    Ok(())
}
