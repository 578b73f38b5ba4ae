//! A message to a browser, from when it is taken to when it is handed to the service: what it says is looked up as late as that.

use rusqlite::{Connection, OptionalExtension, Row};

use super::content::{self, Content};
use super::{LEASE, drop_delivery, held};
use crate::clock::Timestamp;
use crate::domain::ids::{PushSubscriptionId, SpaceId, UserId};
use crate::domain::push_subscriptions::{AppInBrowser, BrowserAddress};

/// A message to a browser.
#[derive(Debug)]
pub struct Delivery {
    pub(super) id: i64,
    pub subscription: PushSubscriptionId,
    pub address: BrowserAddress,
    pub app: AppInBrowser,
    pub(super) member: i64,
    pub(super) author: UserId,
    pub(super) last_batch: i64,
    pub(super) attempts: u32,
    pub is_short: bool,
    pub space: SpaceId,
    pub content: Content,
}

impl Delivery {
    /// What a message of the same kind replaces.
    pub fn topic(&self) -> (SpaceId, UserId) {
        (self.space, self.author)
    }
}

/// Takes messages that are due, at most `max`, and hides them from others for a while. What they say is looked up when each is sent.
pub fn claim(conn: &Connection, now: Timestamp, max: usize) -> rusqlite::Result<Vec<Claimed>> {
    let claimed: Vec<Claimed> = conn
        .prepare_cached(CLAIM)?
        .query_map(
            (
                now.plus(LEASE).0,
                now.0,
                i64::try_from(max).unwrap_or(i64::MAX),
            ),
            Claimed::from_row,
        )?
        .collect::<rusqlite::Result<_>>()?;
    let mut due = Vec::new();
    for one in claimed {
        if !held::hold(conn, (one.id, one.subscription), now)? {
            due.push(one);
        }
    }
    Ok(due)
}

const CLAIM: &str = "update push_deliveries set due_at = ?, attempts = attempts + 1, is_held = 0 where id in
    (select id from push_deliveries where due_at <= ? order by due_at limit ?)
    returning id, subscription_id, member_id, author_id, first_batch, last_batch, attempts, is_short, expires_at,
    (select s.endpoint from push_subscriptions s where s.id = subscription_id)";

/// A message to a browser that is to be sent now.
#[derive(Debug)]
pub struct Claimed {
    id: i64,
    subscription: PushSubscriptionId,
    member: i64,
    author: UserId,
    first_batch: i64,
    last_batch: i64,
    attempts: u32,
    is_short: bool,
    expires_at: Timestamp,
    endpoint: String,
}

impl Claimed {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            subscription: row.get(1)?,
            member: row.get(2)?,
            author: row.get(3)?,
            first_batch: row.get(4)?,
            last_batch: row.get(5)?,
            attempts: row.get(6)?,
            is_short: row.get(7)?,
            expires_at: Timestamp(row.get(8)?),
            endpoint: row.get(9)?,
        })
    }

    /// The origin of the service that sends it on.
    pub fn service(&self) -> String {
        self.endpoint.split('/').take(3).collect()
    }

    /// With all that is needed to send it, as it is at this moment; `None` if there is nothing to say any more, nobody to say it to, or
    /// no time.
    pub fn look_up(&self, conn: &Connection, now: Timestamp) -> rusqlite::Result<Option<Delivery>> {
        if self.expires_at < now {
            return Ok(None);
        }
        let batches = (self.first_batch, self.last_batch);
        let found = content::find(conn, (self.member, self.author), batches)?;
        let Some((space, content)) = found else {
            return Ok(None);
        };
        let browser = conn
            .prepare_cached(
                "select s.endpoint, s.p256dh, s.auth, s.origin, coalesce(u.language, s.language), coalesce(u.time_zone, s.time_zone)
                 from push_subscriptions s join users u on u.id = s.user_id where s.id = ?",
            )?
            .query_row([self.subscription], |row| {
                let address = BrowserAddress {
                    endpoint: row.get(0)?,
                    p256dh: row.get(1)?,
                    auth: row.get(2)?,
                };
                let app = AppInBrowser {
                    origin: row.get(3)?,
                    language: row.get(4)?,
                    time_zone: row.get(5)?,
                };
                Ok((address, app))
            })
            .optional()?;
        let Some((address, app)) = browser else {
            return Ok(None);
        };
        Ok(Some(Delivery {
            id: self.id,
            subscription: self.subscription,
            address,
            app,
            member: self.member,
            author: self.author,
            last_batch: self.last_batch,
            attempts: self.attempts,
            is_short: self.is_short,
            space,
            content,
        }))
    }
    /// Drops it: there is nothing to be sent.
    pub fn drop_unsent(&self, conn: &Connection) -> rusqlite::Result<()> {
        drop_delivery(conn, self.id, (self.member, self.author))
    }
}
