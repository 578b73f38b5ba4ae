//! Browsers that want push messages, each by its address at its push service. They end with the session in which they were made.

use rusqlite::{Connection, OptionalExtension};

use super::ids::{PushSubscriptionId, RawId};
use super::installation;
use super::sessions::Session;
use crate::clock::Timestamp;
use crate::error::Result;

/// The most browsers of one user. The one that was used longest ago goes for another.
pub const MAX_SUBSCRIPTIONS: i64 = 20;

/// Where a browser gets messages, and what they are encrypted with.
#[derive(Clone, Debug)]
pub struct BrowserAddress {
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
}

/// The app that is open in a browser.
#[derive(Clone, Debug)]
pub struct AppInBrowser {
    /// Where it is, which is where links in messages lead.
    pub origin: String,
    /// The tag of the language that it is in.
    pub language: String,
    /// The name of the time zone that it is in, if that is known.
    pub time_zone: Option<String>,
}

/// A browser that gets messages.
#[derive(Clone, Copy, Debug)]
pub struct PushSubscription {
    pub id: PushSubscriptionId,
    pub created_at: Timestamp,
}

/// A browser that was subscribed, or renewed.
#[derive(Clone, Copy, Debug)]
pub struct Subscribed {
    pub subscription: PushSubscription,
    /// Whether the browser was in another time zone before.
    pub has_moved: bool,
}

/// Subscribes a browser, for the session of the caller. One that is subscribed already is renewed; one of another user, who was
/// signed in there before, is theirs no longer.
pub fn create(
    conn: &Connection,
    caller: &Session,
    address: &BrowserAddress,
    app: &AppInBrowser,
    now: Timestamp,
) -> Result<Subscribed> {
    let user = caller.user().id;
    conn.prepare_cached("delete from push_subscriptions where endpoint = ? and user_id <> ?")?
        .execute((&address.endpoint, user))?;
    let zone_before: Option<Option<String>> = conn
        .prepare_cached("select time_zone from push_subscriptions where endpoint = ?")?
        .query_row([&address.endpoint], |row| row.get(0))
        .optional()?;
    let subscription = conn
        .prepare_cached(
            "insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth, origin, language, time_zone, created_at, used_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             on conflict (endpoint) do update set session_id = excluded.session_id, p256dh = excluded.p256dh,
             auth = excluded.auth, origin = excluded.origin, language = excluded.language,
             time_zone = excluded.time_zone, used_at = excluded.used_at returning id, created_at",
        )?
        .query_row(
            (
                user,
                caller.id(),
                &address.endpoint,
                &address.p256dh,
                &address.auth,
                &app.origin,
                &app.language,
                &app.time_zone,
                now.0,
            ),
            |row| Ok(PushSubscription { id: row.get(0)?, created_at: Timestamp(row.get(1)?) }),
        )?;
    conn.prepare_cached(SURPLUS)?
        .execute((user, MAX_SUBSCRIPTIONS))?;
    let has_moved = zone_before.flatten() != app.time_zone;
    Ok(Subscribed {
        subscription,
        has_moved,
    })
}

const SURPLUS: &str = "delete from push_subscriptions where id in
    (select id from push_subscriptions where user_id = ? order by used_at desc, id desc limit -1 offset ?)";

/// Ends a subscription of the caller.
///
/// # Errors
/// They have none with this id.
pub fn delete(conn: &Connection, caller: &Session, id: &RawId<PushSubscriptionId>) -> Result<()> {
    let deleted = conn
        .prepare_cached("delete from push_subscriptions where id = ? and user_id = ?")?
        .execute((id.parse()?, caller.user().id))?;
    match deleted {
        1 => Ok(()),
        _ => Err(id.not_found()),
    }
}

/// Records that the service took a message for a browser.
pub fn mark_used(
    conn: &Connection,
    id: PushSubscriptionId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update push_subscriptions set used_at = ?, last_error = null where id = ?",
    )?
    .execute((now.0, id))?;
    Ok(())
}

/// Records why the service refused a message for a browser.
pub fn mark_refused(
    conn: &Connection,
    id: PushSubscriptionId,
    error: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update push_subscriptions set last_error = ? where id = ?")?
        .execute((error, id))?;
    Ok(())
}

/// Ends a subscription that its service doesn't know any more.
pub fn delete_gone(conn: &Connection, id: PushSubscriptionId) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from push_subscriptions where id = ?")?
        .execute([id])?;
    Ok(())
}

/// The key by which services know whose messages these are, if it was made.
pub fn find_key(conn: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    installation::push_key(conn)
}

/// Keeps a key, unless there is one; returns that which is kept.
pub fn keep_key(conn: &Connection, made: &[u8]) -> rusqlite::Result<Option<Vec<u8>>> {
    installation::keep_push_key(conn, made)?;
    installation::push_key(conn)
}

/// How many browsers there are, and why the services refuse messages for some, if they do: the last such reason.
pub fn health(conn: &Connection) -> rusqlite::Result<(i64, Option<String>)> {
    let count = conn.query_row("select count(*) from push_subscriptions", [], |row| {
        row.get(0)
    })?;
    let error = conn
        .query_row(
            "select last_error from push_subscriptions where last_error is not null order by used_at desc limit 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    Ok((count, error))
}
