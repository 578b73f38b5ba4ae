//! Sends mail when it is due, one after another.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use picture::PreviewSize;
use tokio::select;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::db::{Connection, Db};
use crate::domain::mailing::{self, Content, Mail, Outcome};
use crate::domain::photo_name::PhotoName;
use crate::domain::tokens::Token;
use crate::domain::{digests, mails, password_requests};
use crate::jobs::runner::{Job, Next};
use crate::mail::smtp::{Mailer, Sent};
use crate::mail::{Letters, Picture, picture_id};
use crate::storage::PhotoStore;

/// What other processes have written is noticed this late.
const EVERY: Duration = Duration::from_secs(60);
/// The pause after the server couldn't be reached; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// How long a mail that is under way may take when the process is to end. Afterwards, it is sent again at the next start.
const LAST_MOMENT: Duration = Duration::from_secs(3);

/// How many pictures a mail has, and how many bytes in all.
const MAX_PICTURES: usize = 6;
const MAX_PICTURES_BYTES: u64 = 600 * 1024;
/// How long the store may take for one.
const PICTURE_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends mails. A server that isn't there is left alone for a while, however many wait.
pub struct SendMails {
    db: Db,
    clock: Clock,
    mailer: Mailer,
    letters: Letters,
    photos: PhotoStore,
    wake: Arc<Notify>,
    /// How often in a row the server couldn't be reached.
    failures: u32,
    paused_until: Option<Timestamp>,
}

impl SendMails {
    /// Sends those of this database.
    pub fn new(
        db: Db,
        clock: Clock,
        mailer: Mailer,
        letters: Letters,
        photos: PhotoStore,
        wake: Arc<Notify>,
    ) -> Self {
        Self {
            db,
            clock,
            mailer,
            letters,
            photos,
            wake,
            failures: 0,
            paused_until: None,
        }
    }

    /// Finds out whom requests mean, and takes the mail that is due next.
    async fn claim(&self) -> Result<Option<Mail>> {
        let (now, token) = (self.clock.now(), Token::random()?);
        let claim = move |conn: &Connection| {
            mails::tidy_up(conn, now)?;
            password_requests::resolve(conn, now)?;
            digests::schedule(conn, now)?;
            mailing::claim(conn, &token, now)
        };
        Ok(self.db.write(claim).await?)
    }

    async fn send(&mut self, mail: Mail, stop: &CancellationToken) -> Result<()> {
        let pictures = select! {
            pictures = self.pictures(&mail) => pictures,
            () = last_moment(stop) => return Ok(()),
        };
        let look_up = move |conn: &Connection| Ok(mailing::look_up(conn, mail)?);
        let Some(mail) = self.db.write(look_up).await? else {
            return Ok(());
        };
        let shown: Vec<String> = pictures_of(&mail).map(picture_id).collect();
        let pictures = pictures.into_iter();
        let pictures = pictures
            .filter(|picture| shown.contains(&picture.id))
            .collect();
        let now = self.clock.now();
        let message = self.letters.write(&mail, pictures, self.mailer.from(), now);
        let sent = match message {
            Ok(message) => select! {
                sent = self.mailer.send(&message) => sent,
                // What the server has confirmed is sent once, so it gets a moment for that.
                () = last_moment(stop) => return Ok(()),
            },
            Err(error) => Sent::Refused(format!("{error:#}")),
        };
        let outcome = match sent {
            Sent::Accepted => Outcome::Accepted,
            Sent::Refused(reason) => {
                tracing::warn!(reason, "mail was refused");
                Outcome::Refused(reason)
            }
            Sent::Later(reason) => {
                tracing::debug!(reason, "mail was put off");
                Outcome::Later
            }
            Sent::Unreachable(reason) => {
                self.pause(&reason);
                Outcome::Later
            }
        };
        if outcome == Outcome::Accepted {
            self.failures = 0;
        }
        let now = self.clock.now();
        let settle = move |conn: &Connection| Ok(mailing::settle(conn, &mail, &outcome, now)?);
        Ok(self.db.write(settle).await?)
    }

    /// The small pictures that a mail shows, as far as there are any. Without one, it is sent all the same.
    async fn pictures(&self, mail: &Mail) -> Vec<Picture> {
        let mut pictures: Vec<Picture> = Vec::new();
        let mut left = MAX_PICTURES_BYTES;
        for name in pictures_of(mail) {
            if pictures.len() == MAX_PICTURES {
                break;
            }
            match self.picture(name, left).await {
                Ok(Some(bytes)) => {
                    left -= bytes.len() as u64;
                    pictures.push(Picture {
                        id: picture_id(name),
                        bytes,
                    });
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(error = %sentence(&error), "a mail goes without its pictures");
                    break;
                }
            }
        }
        pictures
    }

    /// A small preview, if there is one that isn't larger than `max` bytes.
    async fn picture(&self, name: &PhotoName, max: u64) -> Result<Option<Vec<u8>>> {
        let found = timeout(PICTURE_TIMEOUT, async {
            let preview = self.photos.open_preview(name, PreviewSize::Small).await?;
            match preview.filter(|preview| (1..=max).contains(&preview.bytes)) {
                Some(preview) => preview.read_all().await.map(Some),
                None => Ok(None),
            }
        });
        found.await?
    }

    fn pause(&mut self, reason: &str) {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16));
        let pause = pause.min(LONGEST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        self.paused_until = Some(self.clock.now().plus(pause));
        tracing::warn!(
            reason,
            seconds = pause.as_secs(),
            "could not reach mail server"
        );
    }

    /// How long the server is left alone for.
    fn pause_left(&self) -> Duration {
        // A clock that was set back must not make it longer.
        let left = self.paused_until.map(|until| until.since(self.clock.now()));
        left.unwrap_or_default().min(LONGEST_PAUSE)
    }
}

/// The photos of which a mail shows a picture.
fn pictures_of(mail: &Mail) -> impl Iterator<Item = &PhotoName> {
    let spaces = match &mail.content {
        Content::Digest(digest) => digest.spaces.as_slice(),
        Content::Confirmation(_) | Content::Password(_) => &[],
    };
    let entries = spaces.iter().flat_map(|space| &space.entries);
    entries.filter_map(|entry| entry.picture.as_ref())
}

/// The end of the time that a server gets once the process is to end.
async fn last_moment(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(LAST_MOMENT).await;
}

impl Job for SendMails {
    const FAILURE: &'static str = "could not send mail";

    const IS_DROPPED_AT_THE_END: bool = false;

    async fn step(&mut self, stop: &CancellationToken) -> Result<Next> {
        let pause = self.pause_left();
        if !pause.is_zero() {
            return Ok(Next::Wait(pause));
        }
        let now = self.clock.now();
        let look = move |conn: &Connection| {
            let is_asked = password_requests::is_any(conn)? || digests::is_any_due(conn, now)?;
            Ok((mails::next_due(conn)?, is_asked))
        };
        let (due, is_requested) = self.db.read(look).await?;
        if !is_requested && due.is_none_or(|due| due > now) {
            let wait = due.map_or(EVERY, |due| due.since(now).min(EVERY));
            return Ok(Next::Wait(wait));
        }
        if let Some(mail) = self.claim().await? {
            self.send(mail, stop).await?;
        }
        Ok(Next::Again)
    }

    async fn woken(&self) {
        self.wake.notified().await;
    }
}
