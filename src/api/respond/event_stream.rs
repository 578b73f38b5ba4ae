//! Server-Sent Events: a response that goes on for as long as its reader stays, is signed in, and the server runs. It reads from
//! its place in the log of events, so that a reader who is slow, or doesn't read at all, costs no memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use rocket::Shutdown;
use rocket::futures::stream;
use rocket::request::Request;
use rocket::response::{Responder, Response};
use tokio::time::{Instant, sleep, sleep_until};

use crate::api::respond::event_data::data;
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::domain::events::{self, Event, Kind, Scan, Start, cursor};
use crate::domain::ids::{Id, SessionId, SpaceId, UserId};
use crate::domain::{members, sessions};
use crate::error::{Denied, Error, Result};
use crate::events::Listener;
use crate::limits::streams::StreamPermit;
use crate::server::StreamOrder;

/// How often something is sent to a reader for whom there is nothing: proxies end what is silent for a minute.
const BEAT: Duration = Duration::from_secs(20);
/// The session is looked up again after this many of these: sessions expire without an event.
const BEATS_PER_LOOK: u32 = 3;
/// The pause after the database couldn't be read.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// The most events that are read at once.
const MAX_AT_ONCE: usize = 64;
/// As soon as this many bytes of them are written, they are sent, and the others are read afterwards.
const MAX_BYTES: usize = 32 * 1024;
/// After this many attempts, an event that can't be read is left out.
const MAX_ATTEMPTS: u32 = 3;
/// After this pause a reader is to come back after a restart, in milliseconds; and up to this much later, so that not all of them
/// come at once.
const COME_BACK: u32 = 1000;
const COME_BACK_SPREAD: u32 = 2000;

/// Who reads events, and of which space, if only of one.
#[derive(Clone, Copy)]
pub struct Reader {
    pub user: UserId,
    pub session: SessionId,
    pub only: Option<SpaceId>,
}

/// A stream of events as a response.
pub struct EventStream(Box<Stream>);

struct Stream {
    reader: Reader,
    db: Db,
    clock: Clock,
    config: Arc<Config>,
    urls: Urls,
    listener: Listener,
    permit: StreamPermit,
    shutdown: Shutdown,
    epoch: Arc<str>,
    /// All events up to this one were sent, or don't concern the reader.
    seq: i64,
    /// What the reader knows of that.
    told: i64,
    /// The newest event when it was opened.
    opened_at: i64,
    /// Whether the reader's place isn't known any more.
    is_lost: bool,
    has_begun: bool,
    is_over: bool,
    has_more: bool,
    /// The spaces of the reader, in the order of their ids, as far as they are known.
    spaces: Option<Vec<SpaceId>>,
    /// An event that couldn't be read, and how often.
    stuck: Option<(i64, u32)>,
    next_beat: Instant,
    beats: u32,
}

impl EventStream {
    /// What `reader` is sent from `start` on.
    pub fn new(
        app: &App,
        reader: Reader,
        urls: Urls,
        listener: Listener,
        start: Start,
        permit: StreamPermit,
        shutdown: Shutdown,
    ) -> Self {
        let seq = start.after.unwrap_or(start.newest);
        Self(Box::new(Stream {
            reader,
            db: app.db.clone(),
            clock: app.clock.clone(),
            config: app.config.clone(),
            urls,
            listener,
            permit,
            shutdown,
            epoch: start.epoch.into(),
            seq,
            told: seq,
            opened_at: start.newest,
            is_lost: start.after.is_none(),
            has_begun: false,
            is_over: false,
            has_more: seq < start.newest,
            spaces: None,
            stuck: None,
            next_beat: Instant::now() + BEAT,
            beats: 0,
        }))
    }
}

impl<'r> Responder<'r, 'static> for EventStream {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let frames = stream::unfold(self.0, async |mut stream| {
            let bytes = stream.next().await?;
            Some((Ok::<_, io::Error>(Frame::data(bytes)), stream))
        });
        request
            .local_cache(StreamOrder::default)
            .place(StreamBody::new(frames));
        Response::build()
            .raw_header("Content-Type", "text/event-stream")
            .raw_header("Cache-Control", "no-store, no-transform")
            // Nginx would collect events until they fill a page of memory.
            .raw_header("X-Accel-Buffering", "no")
            .ok()
    }
}

/// What was read of the log.
struct Page {
    text: String,
    /// Everything up to here was read.
    seq: i64,
    /// The newest event when it was read.
    newest: i64,
    has_more: bool,
    is_over: bool,
    /// Whether events in between are deleted already.
    is_lost: bool,
    /// The spaces of the reader, if they weren't known or are others by now.
    spaces: Option<Vec<SpaceId>>,
    /// The event after it, which couldn't be read, and why.
    failed: Option<(i64, Error)>,
}

impl Stream {
    /// What is sent next; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.has_begun {
            self.has_begun = true;
            let begin = if self.is_lost {
                self.reset()
            } else {
                self.id()
            };
            return Some(begin.into());
        }
        while !self.is_over {
            let failures = self.listener.failures();
            let newest = self.listener.newest();
            if self.has_more || self.is_concerned() {
                let read = self.read().await;
                let user = self.reader.user;
                match read {
                    // What has lost its right meanwhile isn't sent: its loss may be acknowledged by now.
                    Ok(page)
                        if self.listener.failures() != failures
                            || self.listener.has_lost(page.newest, user) =>
                    {
                        continue;
                    }
                    Ok(page) => {
                        let is_stuck = page.failed.is_some();
                        if let Some(text) = self.take(page) {
                            return Some(text.into());
                        }
                        if is_stuck {
                            sleep(READ_AGAIN).await;
                        }
                        continue;
                    }
                    Err(Error::Denied(Denied::Unauthorized { .. })) => break,
                    Err(error) => {
                        tracing::warn!(%error, "could not read events; will retry");
                        sleep(READ_AGAIN).await;
                        continue;
                    }
                }
            }
            self.seq = self.seq.max(newest);
            tokio::select! {
                () = self.listener.woken() => {}
                () = &mut self.shutdown => {
                    self.is_over = true;
                    return Some(come_back().into());
                }
                () = self.permit.preempted() => break,
                () = sleep_until(self.next_beat) => {
                    if !self.is_still_signed_in().await {
                        break;
                    }
                    return Some(self.beat().into());
                }
            }
        }
        None
    }

    /// Whether there is an event that may be the reader's.
    fn is_concerned(&self) -> bool {
        let Reader { user, only, .. } = self.reader;
        match &self.spaces {
            Some(spaces) => self.listener.concerns(self.seq, user, spaces, only),
            None => true,
        }
    }

    /// Reads on from its place, in one snapshot in which the reader is signed in.
    async fn read(&self) -> Result<Page> {
        let Reader { session, only, .. } = self.reader;
        let (now, lifetime) = (self.clock.now(), self.config.sessions.lifetime);
        let (urls, quotas) = (self.urls.renewed(now), self.config.quotas);
        let (seq, opened_at, epoch) = (self.seq, self.opened_at, Arc::clone(&self.epoch));
        let needs_spaces = self.spaces.is_none();
        let given_up = self.given_up();
        self.db
            .read(move |conn| {
                let session = sessions::confirm(conn, session, now, lifetime)?;
                let user = session.user().id;
                let newest = events::newest(conn)?;
                let mut page = Page {
                    text: String::new(),
                    seq: newest,
                    newest,
                    has_more: false,
                    is_over: false,
                    is_lost: !events::is_known_after(conn, seq)?,
                    spaces: None,
                    failed: None,
                };
                if page.is_lost {
                    return Ok(page);
                }
                let Scan {
                    events,
                    seq,
                    has_more,
                } = events::list_for(conn, user, seq, only, MAX_AT_ONCE)?;
                (page.seq, page.has_more) = (seq, has_more);
                if needs_spaces || events.iter().any(|event| event.is_membership_of(user)) {
                    page.spaces = Some(members::list_spaces(conn, user)?);
                }
                for (at, event) in events.iter().enumerate() {
                    if event.kind == Kind::MemberLeft && event.object == user.number() {
                        // Of a removal before they came, they know: they are here again, or listen to other spaces.
                        if event.seq > opened_at {
                            page.is_over = true;
                            page.seq = event.seq;
                            break;
                        }
                        continue;
                    }
                    let is_repeated = |later: &Event| {
                        (later.kind, later.object, later.share, later.space)
                            == (event.kind, event.object, event.share, event.space)
                    };
                    if events[at + 1..].iter().any(is_repeated) || given_up == Some(event.seq) {
                        continue;
                    }
                    match data(conn, &session, event, (&urls, &quotas)) {
                        Ok(Some(data)) => {
                            let (id, kind): (_, &str) =
                                (cursor(&epoch, event.seq), event.kind.into());
                            page.text += &format!("id: {id}\nevent: {kind}\ndata: {data}\n\n");
                        }
                        Ok(None) => {}
                        Err(error) => {
                            page.failed = Some((event.seq, error));
                            page.seq = event.seq - 1;
                            page.has_more = true;
                            break;
                        }
                    }
                    if page.text.len() >= MAX_BYTES && at + 1 < events.len() {
                        page.seq = event.seq;
                        page.has_more = true;
                        break;
                    }
                }
                Ok(page)
            })
            .await
    }

    /// The event that is left out from now on.
    fn given_up(&self) -> Option<i64> {
        let (seq, _) = self.stuck.filter(|(_, times)| *times >= MAX_ATTEMPTS)?;
        Some(seq)
    }

    /// Counts how often an event couldn't be read. A moment later it may be there; otherwise the reader would wait for ever.
    fn note_failure(&mut self, seq: i64, error: &Error) {
        let times = match self.stuck {
            Some((stuck, times)) if stuck == seq => times + 1,
            _ => 1,
        };
        self.stuck = Some((seq, times));
        if times < MAX_ATTEMPTS {
            tracing::warn!(event = seq, %error, "could not read an event; will retry");
        } else {
            tracing::error!(event = seq, %error, "could not read an event; left it out");
        }
    }

    /// What is to be sent of what was read.
    fn take(&mut self, page: Page) -> Option<String> {
        self.seq = page.seq.max(self.seq);
        self.has_more = page.has_more;
        self.spaces = page.spaces.or(self.spaces.take());
        if let Some((seq, error)) = &page.failed {
            self.note_failure(*seq, error);
        }
        if page.is_lost {
            return Some(self.reset());
        }
        if page.is_over {
            // They have lost a space. What they may see now is for their next requests to find out.
            self.is_over = true;
            return Some(page.text + &self.id());
        }
        if page.text.is_empty() {
            return None;
        }
        self.told = self.seq;
        self.next_beat = Instant::now() + BEAT;
        Some(page.text)
    }

    /// Something to send to a reader for whom there is nothing; with their place, if it is another by now.
    fn beat(&mut self) -> String {
        self.next_beat = Instant::now() + BEAT;
        self.beats = self.beats.wrapping_add(1);
        if self.told == self.seq {
            return String::from(":\n\n");
        }
        format!(":\n{}", self.id())
    }

    /// The reader's place, without an event.
    fn id(&mut self) -> String {
        self.told = self.seq;
        format!("id: {}\n\n", cursor(&self.epoch, self.seq))
    }

    /// Tells the reader to load everything again.
    fn reset(&mut self) -> String {
        self.told = self.seq;
        let id = cursor(&self.epoch, self.seq);
        format!("id: {id}\nevent: reset\ndata: {{}}\n\n")
    }

    /// Whether the session hasn't ended, as far as it is time to look.
    async fn is_still_signed_in(&self) -> bool {
        if !self.beats.is_multiple_of(BEATS_PER_LOOK) {
            return true;
        }
        let (session, now) = (self.reader.session, self.clock.now());
        let lifetime = self.config.sessions.lifetime;
        let confirmed = self
            .db
            .read(move |conn| sessions::confirm(conn, session, now, lifetime).map(drop));
        !matches!(
            confirmed.await,
            Err(Error::Denied(Denied::Unauthorized { .. }))
        )
    }
}

/// When to come back after a restart.
fn come_back() -> String {
    let spread = getrandom::u32().unwrap_or_default() % COME_BACK_SPREAD;
    format!("retry: {}\n\n", COME_BACK + spread)
}
