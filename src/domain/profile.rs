//! What users say of themselves: the name that people are shown, the language that they are written to in, their time zone, and when
//! nothing is sent to them.

use rusqlite::Connection;

use super::avatars;
use super::email;
use super::events;
use super::ids::UserId;
use super::language::Language;
use super::pushes;
use super::quiet_hours::{self, QuietHours};
use super::sessions::Session;
use super::text::UserName;
use super::users;
use crate::clock::Timestamp;
use crate::error::{Malformed, Result};

/// What a user has chosen besides their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// `None`: that of each device.
    pub language: Option<Language>,
    /// The IANA name of a time zone; `None`: that of each device.
    pub time_zone: Option<String>,
    /// `None`: they want none.
    pub quiet_hours: Option<QuietHours>,
}

/// What changes of a profile. What is left out stays; what is `Some(None)` is no longer chosen.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub name: Option<Option<UserName>>,
    pub language: Option<Option<Language>>,
    pub time_zone: Option<Option<String>>,
    pub quiet_hours: Option<Option<QuietHours>>,
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
    conn.prepare_cached(
        "select language, time_zone, quiet_from, quiet_until from users where id = ?",
    )?
    .query_row([caller.user().id], |row| {
        let language: Option<String> = row.get(0)?;
        Ok(Profile {
            language: language.as_deref().map(Language::of),
            time_zone: row.get(1)?,
            quiet_hours: QuietHours::of_minutes(row.get(2)?, row.get(3)?),
        })
    })
}

/// Lets the end of a user's quiet hours and the time of their next digest be worked out again: a device of theirs is in another time zone.
pub fn reschedule(conn: &Connection, user: UserId, now: Timestamp) -> rusqlite::Result<()> {
    pushes::look_again(conn, user, now)?;
    email::reschedule_digest(conn, user, now)
}

/// Changes the profile of the caller, and reports it to their devices. Another name is reported in all their spaces, and what waits for the end of their quiet hours
/// is sent as soon as these allow it.
pub fn change(
    conn: &Connection,
    caller: &Session,
    change: &ProfileChange,
    now: Timestamp,
) -> rusqlite::Result<()> {
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
    if let Some(hours) = change.quiet_hours {
        users::set_quiet_hours(conn, user.id, hours)?;
    }
    let has_other_hours = change.time_zone.is_some() || change.quiet_hours.is_some();
    if has_other_hours {
        pushes::look_again(conn, user.id, now)?;
    }
    if change.time_zone.is_some() {
        email::reschedule_digest(conn, user.id, now)?;
    }
    if change.name.is_some() || change.language.is_some() || has_other_hours {
        events::record_me(conn, user.id)?;
    }
    Ok(())
}
