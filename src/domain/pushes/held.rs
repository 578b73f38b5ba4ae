//! Messages that wait for the end of their reader's quiet hours. What happens until then is in the same message.

use rusqlite::Connection;

use super::{LIFETIME, millis};
use crate::clock::Timestamp;
use crate::domain::ids::{PushSubscriptionId, UserId};
use crate::domain::quiet_hours::QuietHours;

/// Has a message that was claimed wait if it is in the quiet hours of its reader now; whether it does.
pub(super) fn hold(
    conn: &Connection,
    (delivery, subscription): (i64, PushSubscriptionId),
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let Some(end) = quiet_until(conn, subscription, now)? else {
        return Ok(false);
    };
    conn.prepare_cached(HOLD)?
        .execute((end.0, millis(LIFETIME), delivery))?;
    Ok(true)
}

// That it was claimed was no attempt. It isn't late before there was one.
const HOLD: &str = "update push_deliveries set due_at = ?1, attempts = attempts - 1, is_held = 1,
    expires_at = iif(attempts = 1, ?1 + ?2, expires_at) where id = ?3";

/// When the quiet hours of the reader with this browser are over; `None` while they aren't on, and where it isn't known how late it is.
fn quiet_until(
    conn: &Connection,
    subscription: PushSubscriptionId,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let (zone, hours): (Option<String>, _) = conn
        .prepare_cached(
            "select coalesce(u.time_zone, s.time_zone), u.quiet_from, u.quiet_until
             from push_subscriptions s join users u on u.id = s.user_id where s.id = ?",
        )?
        .query_row([subscription], |row| {
            Ok((
                row.get(0)?,
                QuietHours::of_minutes(row.get(1)?, row.get(2)?),
            ))
        })?;
    Ok(zone
        .zip(hours)
        .and_then(|(zone, hours)| hours.end(&zone, now)))
}

/// Has all that waits for the end of a user's quiet hours looked at again: they are others now, or the user lives elsewhere.
pub(in crate::domain) fn look_again(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update push_deliveries set due_at = ?1 where is_held = 1
         and subscription_id in (select id from push_subscriptions where user_id = ?2)",
    )?
    .execute((now.0, user))?;
    Ok(())
}
