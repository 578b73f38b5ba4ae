//! How much of a space its members are told, each as they like.

use rusqlite::{Connection, OptionalExtension};
use strum::{EnumString, IntoStaticStr};

use super::access::Member;
use super::events::{self, Kind};
use super::ids::{SpaceId, UserId};
use crate::error::{FieldName, Malformed, Result};

/// How much a member is told of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Level {
    /// Everything that others share and say there.
    All,
    /// What concerns them: mentions, comments on what is theirs, replies, and, as admins, who joins.
    Mentions,
    None,
}

impl Level {
    /// Checks a level as it was sent.
    ///
    /// # Errors
    /// Another word than `all`, `mentions` and `none`.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse().map_err(|_| {
            Malformed::NotOneOf {
                field: FieldName::Level,
                values: &["all", "mentions", "none"],
            }
            .into()
        })
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How a member is told of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeSettings {
    pub level: Level,
    /// On their devices.
    pub push: bool,
    /// By mail.
    pub email: bool,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self {
            level: Level::All,
            push: true,
            email: false,
        }
    }
}

/// What changes of these settings. What is left out stays.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub level: Level,
    pub push: Option<bool>,
    pub email: Option<bool>,
}

/// The settings of a member.
pub fn get(conn: &Connection, member: &Member) -> Result<NoticeSettings> {
    let chosen = conn
        .prepare_cached(
            "select n.level, n.push, n.email from members m join notice_settings n on n.member_id = m.id
             where m.space_id = ? and m.user_id = ?",
        )?
        .query_row((member.space(), member.user()), |row| {
            let level: String = row.get(0)?;
            Ok(NoticeSettings {
                level: level.parse().unwrap_or(Level::All),
                push: row.get(1)?,
                email: row.get(2)?,
            })
        })
        .optional()?;
    Ok(chosen.unwrap_or_default())
}

/// Changes the settings of a member, which the member's devices are told. Returns what they are then.
pub fn set(conn: &Connection, member: &Member, change: Change) -> Result<NoticeSettings> {
    let before = get(conn, member)?;
    let new = NoticeSettings {
        level: change.level,
        push: change.push.unwrap_or(before.push),
        email: change.email.unwrap_or(before.email),
    };
    if new == before {
        return Ok(new);
    }
    conn.prepare_cached(
        "insert into notice_settings (member_id, level, push, email)
         select id, ?, ?, ? from members where space_id = ? and user_id = ?
         on conflict (member_id) do update set level = excluded.level, push = excluded.push, email = excluded.email",
    )?
    .execute((new.level.as_str(), new.push, new.email, member.space(), member.user()))?;
    record(conn, member.user(), member.space())?;
    Ok(new)
}

/// Ends the mail about all spaces of a user, which the user's devices are told. Returns of how many there was any.
pub(super) fn end_mail(conn: &Connection, user: UserId) -> rusqlite::Result<usize> {
    let spaces: Vec<SpaceId> = conn
        .prepare_cached(
            "select m.space_id from members m join notice_settings n on n.member_id = m.id
             where m.user_id = ? and n.email = 1",
        )?
        .query_map([user], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    conn.prepare_cached(
        "update notice_settings set email = 0
         where email = 1 and member_id in (select id from members where user_id = ?)",
    )?
    .execute([user])?;
    for space in &spaces {
        record(conn, user, *space)?;
    }
    Ok(spaces.len())
}

fn record(conn: &Connection, user: UserId, space: SpaceId) -> rusqlite::Result<()> {
    events::record_for(conn, user, Some(space), Kind::NoticesChanged, space)
}
