//! Sends push messages when they are due.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::{Connection, Db};
use crate::domain::pushes::{self, Claimed};
use crate::domain::sessions;
use crate::jobs::runner::{Job, Next};
use crate::push::key::PushKey;
use crate::push::sender::PushSender;

/// What else waits is looked for this often.
const EVERY: Duration = Duration::from_secs(60);
/// After those that were sent, this is when it is looked for others.
pub const SOON: Duration = Duration::from_millis(100);
/// How many messages are sent at once, and how many of them to one service.
const AT_ONCE: usize = 16;
const AT_ONE_SERVICE: usize = 4;

/// Sends messages, some at a time.
pub struct SendPushes {
    db: Db,
    clock: Clock,
    key: PushKey,
    own_services: Vec<String>,
    session_lifetime: Duration,
    wake: Arc<Notify>,
    sender: Option<PushSender>,
}

impl SendPushes {
    /// Sends those of this database. `own_services` are origins that the operator trusts; a browser whose session wasn't
    /// used for `session_lifetime` gets none.
    pub fn new(
        db: Db,
        clock: Clock,
        key: PushKey,
        own_services: Vec<String>,
        session_lifetime: Duration,
        wake: Arc<Notify>,
    ) -> Self {
        Self {
            db,
            clock,
            key,
            own_services,
            session_lifetime,
            wake,
            sender: None,
        }
    }

    async fn sender(&mut self) -> Result<PushSender> {
        if let Some(sender) = &self.sender {
            return Ok(sender.clone());
        }
        let key = self.key.get().await?.clone();
        let sender = PushSender::new(key, &self.own_services)?;
        Ok(self.sender.insert(sender).clone())
    }

    /// Sends what is due; whether there may be more.
    async fn send_due(&self, sender: PushSender) -> Result<bool> {
        let (now, lifetime) = (self.clock.now(), self.session_lifetime);
        let begin = move |conn: &Connection| {
            // Who was signed out there by the time that has passed isn't told anything there any more.
            sessions::delete_expired(conn, now, lifetime)?;
            pushes::clamp_due(conn, now)?;
            let has_more = pushes::begin(conn, now)?;
            Ok((has_more, pushes::claim(conn, now, AT_ONCE)?))
        };
        let (has_more, claimed) = self.db.write(begin).await?;
        let has_more = has_more || claimed.len() == AT_ONCE;
        let mut services: HashMap<String, Arc<Semaphore>> = HashMap::new();
        let mut sending = JoinSet::new();
        for claimed in claimed {
            let permits = services
                .entry(claimed.service())
                .or_insert_with(|| Arc::new(Semaphore::new(AT_ONE_SERVICE)));
            let one = SendOne {
                db: self.db.clone(),
                clock: self.clock.clone(),
                sender: sender.clone(),
                permits: Arc::clone(permits),
            };
            sending.spawn(one.send(claimed));
        }
        // What a service has accepted is recorded whatever becomes of the others: it would be sent again.
        let mut result = Ok(has_more);
        while let Some(sent) = sending.join_next().await {
            if let Err(error) = sent.map_err(|error| anyhow!(error)).flatten() {
                result = result.and(Err(error));
            }
        }
        result
    }
}

/// What one message is sent with.
struct SendOne {
    db: Db,
    clock: Clock,
    sender: PushSender,
    permits: Arc<Semaphore>,
}

impl SendOne {
    async fn send(self, claimed: Claimed) -> Result<()> {
        let _permit = self.permits.acquire().await?;
        let now = self.clock.now();
        // Only now, not when it was claimed: its reader may have been removed while others were sent.
        let look_up = move |conn: &Connection| Ok((claimed.look_up(conn, now)?, claimed));
        let (delivery, claimed) = self.db.read(look_up).await?;
        let Some(delivery) = delivery else {
            let drop = move |conn: &Connection| Ok(claimed.drop_unsent(conn)?);
            return Ok(self.db.write(drop).await?);
        };
        let outcome = self.sender.send(&delivery, now).await;
        let now = self.clock.now();
        let settle = move |conn: &Connection| Ok(pushes::settle(conn, &delivery, &outcome, now)?);
        Ok(self.db.write(settle).await?)
    }
}

impl Job for SendPushes {
    const FAILURE: &'static str = "could not send push messages";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        // At the first start, so that there is one before the first browser asks.
        self.key.get().await?;
        let next = self.db.read(|conn| Ok(pushes::next_due(conn)?)).await?;
        let now = self.clock.now();
        match next {
            Some(due) if due <= now => {
                let sender = self.sender().await?;
                Ok(match self.send_due(sender).await? {
                    true => Next::Again,
                    false => Next::Wait(SOON),
                })
            }
            Some(due) => Ok(Next::Wait(due.since(now).min(EVERY))),
            None => Ok(Next::Wait(EVERY)),
        }
    }

    async fn woken(&self) {
        self.wake.notified().await;
    }
}
