//! How much photos and films take, by space, by user and on the whole server, and how much they may: with their posters, previews
//! and renditions, and with uploads that wait for a share. Triggers of the database count it, in the transactions that change it.

use std::fmt;

use rusqlite::{Connection, OptionalExtension};

use super::access::Operated;
use super::ids::{RawId, SpaceId, UploadId, UserId};
use crate::config::Quotas;
use crate::error::{OverQuota, Result};

/// How much something takes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    /// How much it may; `None` without a quota.
    pub max: Option<u64>,
    /// Whether that was set for it alone.
    pub is_own: bool,
}

impl Usage {
    /// By what is counted, and by the quota that the operator has set for it alone, or else by the setting.
    pub(super) fn new(bytes: Option<i64>, quota: Option<i64>, setting: u64) -> Self {
        let unsigned = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
        let max = quota.map_or(setting, unsigned);
        Self {
            used: bytes.map_or(0, unsigned),
            max: (max > 0).then_some(max),
            is_own: quota.is_some(),
        }
    }

    /// The quota, if this many more bytes are too much for it.
    fn exceeded_by(self, more: u64) -> Option<u64> {
        self.max.filter(|max| self.used.saturating_add(more) > *max)
    }
}

/// How much a space takes.
pub fn of_space(conn: &Connection, space: SpaceId, quotas: &Quotas) -> rusqlite::Result<Usage> {
    let found = conn
        .prepare_cached("select bytes, quota from space_usage where space_id = ?")?
        .query_row([space], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (bytes, quota) = found.unwrap_or_default();
    Ok(Usage::new(bytes, quota, quotas.space))
}

/// How much a user takes: what they have shared, in whatever space, and their uploads.
pub fn of_user(conn: &Connection, user: UserId, quotas: &Quotas) -> rusqlite::Result<Usage> {
    let found = conn
        .prepare_cached("select bytes, quota from user_usage where user_id = ?")?
        .query_row([user], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (bytes, quota) = found.unwrap_or_default();
    Ok(Usage::new(bytes, quota, quotas.user))
}

/// How much all take together.
pub fn of_server(conn: &Connection, quotas: &Quotas) -> rusqlite::Result<Usage> {
    let bytes = conn
        .prepare_cached("select bytes from server_usage")?
        .query_row([], |row| row.get(0))?;
    Ok(Usage::new(Some(bytes), None, quotas.server))
}

/// The quota of one space or user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// That of the setting.
    Default,
    /// None, whatever the setting says.
    None,
    /// This many bytes.
    Bytes(u64),
}

impl Quota {
    fn to_column(self) -> Option<i64> {
        match self {
            Self::Default => None,
            Self::None => Some(0),
            Self::Bytes(bytes) => Some(i64::try_from(bytes).unwrap_or(i64::MAX)),
        }
    }
}

impl fmt::Display for Quota {
    /// The word for it in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::None => f.write_str("none"),
            Self::Bytes(bytes) => bytes.fmt(f),
        }
    }
}

/// Sets the quota of a space.
pub fn set_of_space(conn: &Connection, space: &Operated, quota: Quota) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into space_usage (space_id, quota) values (?, ?)
         on conflict (space_id) do update set quota = excluded.quota",
    )?
    .execute((space.space(), quota.to_column()))?;
    Ok(())
}

/// Sets the quota of a user.
pub fn set_of_user(conn: &Connection, user: UserId, quota: Quota) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "insert into user_usage (user_id, quota) values (?, ?)
         on conflict (user_id) do update set quota = excluded.quota",
    )?
    .execute((user, quota.to_column()))?;
    Ok(())
}

/// What nears its quota, or has reached it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NearQuota {
    /// How many spaces.
    pub spaces: i64,
    /// How many users.
    pub users: i64,
    /// The usage of the server, if that does.
    pub server: Option<Usage>,
}

/// Looks for what has used nine tenths of its quota.
pub fn near_quota(conn: &Connection, quotas: &Quotas) -> rusqlite::Result<NearQuota> {
    let count = |sql: &str, setting: u64| {
        conn.prepare_cached(sql)?
            .query_row([i64::try_from(setting).unwrap_or(i64::MAX)], |row| {
                row.get(0)
            })
    };
    let is_near = |usage: &Usage| usage.max.is_some_and(|max| usage.used / 9 >= max / 10);
    Ok(NearQuota {
        spaces: count(
            "select count(*) from space_usage where coalesce(quota, ?1) > 0 and bytes / 9 >= coalesce(quota, ?1) / 10",
            quotas.space,
        )?,
        users: count(
            "select count(*) from user_usage where coalesce(quota, ?1) > 0 and bytes / 9 >= coalesce(quota, ?1) / 10",
            quotas.user,
        )?,
        server: Some(of_server(conn, quotas)?).filter(is_near),
    })
}

/// Whether a user may begin an upload of this many bytes.
///
/// # Errors
/// It is too much for the quota of the user or the server.
pub fn check_upload(conn: &Connection, user: UserId, bytes: u64, quotas: &Quotas) -> Result<()> {
    // Of one that doesn't say how long it is, at least something comes.
    let bytes = bytes.max(1);
    let of_user = of_user(conn, user, quotas)?;
    refuse_beyond(of_user, bytes, |used, max| OverQuota::User { used, max })?;
    let of_server = of_server(conn, quotas)?;
    refuse_beyond(of_server, bytes, |used, max| OverQuota::Server {
        used,
        max,
    })
}

/// The bytes that a share is to have more than before, as far as that is known before they are cleaned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// Those that come with the request.
    pub sent: u64,
    /// Those of uploads, which count as the user's already.
    pub waiting: u64,
    /// Those of photos that the share has no longer.
    pub freed: u64,
}

/// Whether a user may change what is in a space so, as [`within_quotas`] asks it again of what is written.
///
/// # Errors
/// It is too much for the quota of the space, the user or the server.
pub fn check_share(
    conn: &Connection,
    (space, user): (SpaceId, UserId),
    change: Change,
    quotas: &Quotas,
) -> Result<()> {
    let Change {
        sent,
        waiting,
        freed,
    } = change;
    let of_space = of_space(conn, space, quotas)?;
    let more = sent.saturating_add(waiting).saturating_sub(freed);
    if more > 0 {
        refuse_beyond(of_space, more, |used, max| OverQuota::Space { used, max })?;
    }
    match sent.saturating_sub(freed) {
        0 => Ok(()),
        more => check_upload(conn, user, more, quotas),
    }
}

/// How many bytes these uploads of a user take together.
pub fn of_uploads(
    conn: &Connection,
    user: UserId,
    uploads: &[RawId<UploadId>],
) -> rusqlite::Result<u64> {
    let mut find = conn.prepare_cached(
        "select coalesce(bytes, length) from uploads where id = ? and user_id = ?",
    )?;
    let mut bytes: u64 = 0;
    for id in uploads.iter().filter_map(|id| id.parse().ok()) {
        let found: Option<i64> = find.query_row((id, user), |row| row.get(0)).optional()?;
        let found = found.and_then(|bytes| u64::try_from(bytes).ok());
        bytes = bytes.saturating_add(found.unwrap_or(0));
    }
    Ok(bytes)
}

fn refuse_beyond(
    usage: Usage,
    more: u64,
    refusal: impl FnOnce(u64, u64) -> OverQuota,
) -> Result<()> {
    match usage.exceeded_by(more) {
        Some(max) => Err(refusal(usage.used, max).into()),
        None => Ok(()),
    }
}

/// Makes a change by which a user may add photos to a space. It is refused, so that its transaction is undone, where it takes more than
/// there was before and more than a quota allows. What has become too much without it, because a quota is a smaller one now, doesn't
/// keep anybody from making it less.
///
/// # Errors
/// As [`check_share`]; those of the change.
pub fn within_quotas<T>(
    conn: &Connection,
    of: (SpaceId, UserId),
    quotas: &Quotas,
    change: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let before = of_all(conn, of, quotas)?;
    let changed = change()?;
    let after = of_all(conn, of, quotas)?;
    for ((before, after), refusal) in before.into_iter().zip(after).zip(REFUSALS) {
        if after.used > before.used {
            refuse_beyond(before, after.used - before.used, refusal)?;
        }
    }
    Ok(changed)
}

/// In the order of [`of_all`].
const REFUSALS: [fn(u64, u64) -> OverQuota; 3] = [
    |used, max| OverQuota::Space { used, max },
    |used, max| OverQuota::User { used, max },
    |used, max| OverQuota::Server { used, max },
];

fn of_all(
    conn: &Connection,
    (space, user): (SpaceId, UserId),
    quotas: &Quotas,
) -> rusqlite::Result<[Usage; 3]> {
    Ok([
        of_space(conn, space, quotas)?,
        of_user(conn, user, quotas)?,
        of_server(conn, quotas)?,
    ])
}
