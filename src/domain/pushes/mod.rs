//! Push messages: one for what an author does in a space within a while, for each member who wants it, sent to each of their
//! browsers. What it says is looked up when it is sent: what was read, deleted or lost meanwhile isn't in it.

// What a message says.
mod content;
// A message to a browser.
mod delivery;
// Messages that wait for the end of their reader's quiet hours.
mod held;

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::Connection;

pub use self::content::{Content, Item, ItemKind};
pub use self::delivery::{Claimed, Delivery, claim};
pub(super) use self::held::look_again;
use super::ids::{Id, UserId};
use super::notice_settings::Level;
use super::notice_work::{Kind as WorkKind, Work};
use super::notices::Kind as Reason;
use super::push_subscriptions;
use super::quiet_hours;
use crate::clock::Timestamp;

/// A message waits this long for more of the same author.
const WAIT: Duration = Duration::from_secs(60);
/// And at most this long. The next one comes no sooner after it.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// What has happened longer ago isn't news, as after a restore.
const NEWS: Duration = Duration::from_secs(60 * 60);
/// For how long a message may be late; its reader's quiet hours don't count.
pub const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// While a message is being sent, nobody else sends it.
const LEASE: Duration = Duration::from_secs(60);
/// The pause after a service couldn't take a message; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 60 * 60);
/// How many messages become due in one transaction.
const AT_ONCE: i64 = 50;

/// The member whom a message is for, by their membership, and whose doing it is about.
type Key = (i64, UserId);

/// Has members told of what has happened, on their devices. `reasons` are those for whom it was put into their inboxes.
pub(super) fn add(
    conn: &Connection,
    work: &Work,
    reasons: &HashMap<UserId, Reason>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if now.since(work.at) > NEWS {
        return Ok(());
    }
    let (kind, is_for_all) = match work.kind {
        WorkKind::Share => (ItemKind::Share, true),
        WorkKind::Comment => (ItemKind::Comment, true),
        WorkKind::ShareEdit => (ItemKind::Share, false),
        WorkKind::CommentEdit => (ItemKind::Comment, false),
        WorkKind::Join => (ItemKind::Join, false),
    };
    let mut readers = conn.prepare_cached(READERS)?;
    let mut rows = readers.query((work.space, work.author))?;
    while let Some(row) = rows.next()? {
        let (member, user): (i64, UserId) = (row.get(0)?, row.get(1)?);
        let level: String = row.get(2)?;
        let reason = reasons.get(&user).map(|reason| <&str>::from(*reason));
        let wants_all = level == Level::All.as_str();
        if reason.is_none() && !(is_for_all && wants_all) {
            continue;
        }
        // Whose doing it is: who has joined, not who has added them.
        let author = match kind {
            ItemKind::Join => UserId::from_number(work.object),
            ItemKind::Share | ItemKind::Comment => work.author,
        };
        let batch = open(conn, (member, author), work.at)?;
        let word: &str = kind.into();
        conn.prepare_cached(
            "insert into push_items (member_id, author_id, batch, kind, object_id, reason) values (?, ?, ?, ?, ?, ?)
             on conflict do update set reason = coalesce(reason, excluded.reason)",
        )?
        .execute((member, author, batch, word, work.object, reason))?;
    }
    Ok(())
}

const READERS: &str = "select m.id, m.user_id, coalesce(s.level, 'all') from members m
    left join notice_settings s on s.member_id = m.id
    where m.space_id = ? and m.user_id <> ? and coalesce(s.push, 1) = 1 and coalesce(s.level, 'all') <> 'none'
    and exists (select 1 from push_subscriptions p where p.user_id = m.user_id)";

/// Has a message sent, or moves it with what it is about; returns the batch that this belongs to.
fn open(
    conn: &Connection,
    (member, author): (i64, UserId),
    at: Timestamp,
) -> rusqlite::Result<i64> {
    conn.prepare_cached(OPEN)?.query_row(
        (member, author, at.0, at.plus(WAIT).0, millis(LONGEST_WAIT)),
        |row| row.get(0),
    )
}

const OPEN: &str =
    "insert into pushes (member_id, author_id, first_at, due_at) values (?1, ?2, ?3, ?4)
    on conflict (member_id, author_id) do update set
    first_at = iif(due_at is null, ?3, first_at),
    due_at = max(min(?4, iif(due_at is null, ?3, first_at) + ?5), coalesce(sent_at + ?5, 0))
    returning batch";

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// When there is something to do next.
pub fn next_due(conn: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let due: Option<i64> = conn
        .prepare_cached(
            "select min(due) from (select min(due_at) as due from pushes where due_at is not null
             union all select min(due_at) from push_deliveries)",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(due.map(Timestamp))
}

/// Makes due what nothing here waits so long for: the clock was set back.
pub fn clamp_due(conn: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let late = now.plus(quiet_hours::LONGEST + LONGEST_WAIT).0;
    conn.prepare_cached(
        "update pushes set due_at = ?1, first_at = ?1, sent_at = null where due_at > ?2",
    )?
    .execute((now.0, late))?;
    conn.prepare_cached("update push_deliveries set due_at = ?1 where due_at > ?2")?
        .execute((now.0, late))?;
    Ok(())
}

/// Turns messages that are due into one for each browser of their reader; whether there may be more. What waited for too long isn't sent:
/// the server was off, or a copy of another that sent its own.
pub fn begin(conn: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let due: Vec<(Key, Timestamp)> = conn
        .prepare_cached(
            "select member_id, author_id, first_at from pushes where due_at <= ? order by due_at limit ?",
        )?
        .query_map((now.0, AT_ONCE), |row| {
            Ok(((row.get(0)?, row.get(1)?), Timestamp(row.get(2)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (key, first_at) in &due {
        let is_news = now.since(*first_at) <= LIFETIME;
        if is_news {
            conn.prepare_cached(BEGIN)?
                .execute((key.0, key.1, now.0, now.plus(LIFETIME).0))?;
        }
        conn.prepare_cached(
            "update pushes set due_at = null, sent_at = coalesce(?, sent_at), batch = batch + 1
             where member_id = ? and author_id = ?",
        )?
        .execute((is_news.then_some(now.0), key.0, key.1))?;
        forget_items(conn, *key)?;
    }
    Ok(i64::try_from(due.len()).unwrap_or(AT_ONCE) == AT_ONCE)
}

// One that is on its way keeps its turn, and says both.
const BEGIN: &str = "insert into push_deliveries
    (subscription_id, member_id, author_id, first_batch, last_batch, due_at, expires_at)
    select s.id, p.member_id, p.author_id, p.batch, p.batch, ?3, ?4
    from pushes p join members m on m.id = p.member_id join push_subscriptions s on s.user_id = m.user_id
    where p.member_id = ?1 and p.author_id = ?2
    on conflict (subscription_id, member_id, author_id)
    do update set last_batch = excluded.last_batch, expires_at = excluded.expires_at";

/// Deletes the items that no browser waits for any more.
fn forget_items(conn: &Connection, (member, author): Key) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "delete from push_items where member_id = ?1 and author_id = ?2 and batch < (select
         min(p.batch, coalesce((select min(first_batch) from push_deliveries where member_id = ?1 and author_id = ?2), p.batch))
         from pushes p where p.member_id = ?1 and p.author_id = ?2)",
    )?
    .execute((member, author))?;
    Ok(())
}

/// What came of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service has it.
    Accepted,
    /// The service doesn't know the browser any more.
    Gone,
    /// The service doesn't take it, for this reason.
    Refused(String),
    /// It is too long.
    TooLong,
    /// It is to be tried again, not before this time if the service says one.
    Later(Option<Duration>),
}

/// Records what came of a delivery.
pub fn settle(
    conn: &Connection,
    delivery: &Delivery,
    outcome: &Outcome,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let key = (delivery.member, delivery.author);
    match outcome {
        Outcome::Accepted => {
            push_subscriptions::mark_used(conn, delivery.subscription, now)?;
            // What was added meanwhile is said by another.
            let has_more = conn
                .prepare_cached(
                    "update push_deliveries set first_batch = ?2 + 1, due_at = ?3, attempts = 0 where id = ?1 and last_batch > ?2",
                )?
                .execute((delivery.id, delivery.last_batch, now.0))?;
            if has_more == 0 {
                drop_delivery(conn, delivery.id, key)?;
            }
            forget_items(conn, key)
        }
        Outcome::Gone => {
            push_subscriptions::delete_gone(conn, delivery.subscription)?;
            forget_items(conn, key)
        }
        Outcome::Refused(reason) => {
            push_subscriptions::mark_refused(conn, delivery.subscription, reason)?;
            drop_delivery(conn, delivery.id, key)
        }
        Outcome::TooLong if delivery.is_short => {
            push_subscriptions::mark_refused(conn, delivery.subscription, "413")?;
            drop_delivery(conn, delivery.id, key)
        }
        Outcome::TooLong => {
            conn.prepare_cached(
                "update push_deliveries set is_short = 1, due_at = ? where id = ?",
            )?
            .execute((now.0, delivery.id))?;
            Ok(())
        }
        Outcome::Later(wait) => {
            let doublings = delivery.attempts.saturating_sub(1).min(16);
            let pause = FIRST_PAUSE.saturating_mul(1 << doublings);
            // A service may ask for a longer pause, and not for a shorter one.
            let pause = wait
                .map_or(pause, |wait| wait.max(pause))
                .min(LONGEST_PAUSE);
            conn.prepare_cached("update push_deliveries set due_at = ? where id = ?")?
                .execute((now.plus(pause).0, delivery.id))?;
            Ok(())
        }
    }
}

fn drop_delivery(conn: &Connection, id: i64, key: Key) -> rusqlite::Result<()> {
    conn.prepare_cached("delete from push_deliveries where id = ?")?
        .execute([id])?;
    forget_items(conn, key)
}

/// Forgets what waits; for a restore.
pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    // With what is on its way, and what it is about.
    conn.execute("delete from pushes", [])?;
    Ok(())
}
