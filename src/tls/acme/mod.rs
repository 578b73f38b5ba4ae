//! Certificates that the server orders itself, by ACME (RFC 8555), and renews.

// What is kept in the data folder.
pub mod store;
// Requests to the directory, each with a limit.
mod http;
// How the authority is shown that a name leads here.
mod way;
// What went wrong, in words for an operator.
mod reason;
// When a certificate is renewed, and when something that has failed is tried again.
mod schedule;
// From an account to a certificate.
mod order;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use rustls::crypto::aws_lc_rs::default_provider;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::config::{self, Config};
use crate::tls::certificates::Certificates;
use crate::tls::pair::Pair;
use http::Http;
use order::Orderer;
use reason::is_lost_account;
use schedule::{
    ASK_EVERY, LONGEST_SLEEP, after_order, at_two_thirds, first_pause_ends, pause_after, within,
};
use store::{State, Store};
use way::WayToShow;

/// How long an order may take in all.
const ORDER: Duration = Duration::from_secs(15 * 60);

/// Orders and renews the certificate of the server.
#[derive(Clone)]
pub struct Acme {
    settings: Arc<config::Acme>,
    names: Arc<[String]>,
    store: Store,
    certificates: Certificates,
    http: Http,
    clock: Clock,
    /// Whether the port of HTTP is ours, so that the authority can ask there.
    has_redirect: bool,
    /// When the last attempt of an earlier process has failed; `None` until that was looked for.
    failed_before: Option<Option<i64>>,
    suggestion: Option<Suggestion>,
    /// A certificate, with its key, that was ordered and couldn't be written yet. There are only so many a week.
    unkept: Option<Arc<str>>,
}

/// When the directory has said that a certificate should be renewed.
#[derive(Clone, Copy)]
struct Suggestion {
    /// Which certificate.
    digest: [u8; 32],
    at: Timestamp,
    /// `None` if the directory doesn't say.
    renew_at: Option<Timestamp>,
}

impl Acme {
    /// What orders the certificate that the settings ask for, and the one that was ordered before, if there is one.
    ///
    /// # Errors
    /// A file of the data folder or the one of `tls.acme.root` can't be read.
    pub fn open(config: &Config) -> Result<(Self, Certificates)> {
        let settings = Arc::new(config.tls.acme.clone());
        let store = Store::of(&config.data_dir);
        let pair = match store.certificate(&default_provider())? {
            Some(Ok(pair)) => Some(pair),
            Some(Err(error)) => {
                tracing::warn!(error = %sentence(&error), "the kept certificate can't be used; another one is ordered");
                None
            }
            None => None,
        };
        let (certificates, clock) = (Certificates::ordered(pair), Clock::default());
        let acme = Self {
            names: settings.names(config.public_url.as_deref()).into(),
            http: Http::new(settings.root.as_deref(), clock.clone())?,
            has_redirect: config.tls.redirect_port.is_some(),
            settings,
            store,
            certificates: certificates.clone(),
            clock,
            failed_before: None,
            suggestion: None,
            unkept: None,
        };
        Ok((acme, certificates))
    }

    /// Orders a certificate if one is due. Returns how long nothing is to do.
    ///
    /// # Errors
    /// It wasn't obtained, or can't be kept. What was shown before is shown on.
    pub async fn step(&mut self) -> Result<Duration> {
        self.keep_certificate().await?;
        let state = self.state().await?;
        if self.failed_before.is_none() && self.certificates.pair().is_none() {
            tracing::warn!(
                names = self.names.join(", "),
                "there is no certificate yet: connections by HTTPS fail until one was ordered"
            );
        }
        let failed_before = *self.failed_before.get_or_insert(state.failed_at);
        let now = self.clock.now();
        let paused_until = if state.failed_at == failed_before {
            first_pause_ends(&state, &self.purpose(), now)
        } else {
            state.paused_until(&self.purpose())
        };
        if let Some(until) = paused_until.filter(|until| *until > now) {
            return Ok(until.since(now).min(LONGEST_SLEEP));
        }
        let due = self.due(&state, now).await;
        if due > now {
            return Ok(due.since(now).min(LONGEST_SLEEP));
        }
        let ordered = timeout(ORDER, self.order(&state)).await;
        let ordered = ordered.unwrap_or_else(|_| {
            let minutes = ORDER.as_secs() / 60;
            Err(anyhow!("The order isn't finished after {minutes} minutes"))
        });
        match ordered {
            Ok(pair) => {
                tracing::info!(
                    names = self.names.join(", "),
                    ends = pair.ends().rfc3339(),
                    "a new certificate was ordered; new connections use it"
                );
                let pause = after_order(&pair, self.clock.now());
                if !pause.is_zero() {
                    tracing::warn!(
                        "the new certificate ends soon by the clock of this machine: is it right?"
                    );
                }
                Ok(pause)
            }
            // Ordered it was.
            Err(error) if self.unkept.is_some() => Err(error),
            Err(error) => Err(self.failed(state, error).await),
        }
    }

    /// How long to wait after a step that has failed.
    pub fn pause(&self) -> Duration {
        let state = self.store.state().unwrap_or_default();
        let until = state.paused_until(&self.purpose());
        let wait = until.map(|until| until.since(self.clock.now()));
        wait.unwrap_or(pause_after(1)).max(Duration::from_secs(1))
    }

    /// What failures are counted of: with other settings, they may be over.
    fn purpose(&self) -> String {
        let names = self.names.join(" ");
        format!("{} {names}", self.settings.directory)
    }

    async fn state(&self) -> Result<State> {
        let store = self.store.clone();
        spawn_blocking(move || store.state()).await?
    }

    async fn keep_state(&self, state: State) -> Result<()> {
        let store = self.store.clone();
        spawn_blocking(move || store.keep_state(&state)).await?
    }

    /// When the next certificate should be ordered.
    async fn due(&mut self, state: &State, now: Timestamp) -> Timestamp {
        let Some(pair) = self.certificates.pair() else {
            return now;
        };
        if state.directory.as_deref() != Some(self.settings.directory.as_str())
            || !pair.is_for(&self.names)
        {
            return now;
        }
        let by_life = at_two_thirds(&pair);
        // What is due in any case, and what ends too soon to ask.
        if by_life <= now.plus(LONGEST_SLEEP) && by_life > now {
            return by_life;
        }
        let known = self
            .suggestion
            .filter(|known| known.digest == pair.digest && now.since(known.at) < ASK_EVERY);
        let suggestion = match known {
            Some(suggestion) => suggestion,
            None => self.ask(&pair, now).await,
        };
        self.suggestion = Some(suggestion);
        suggestion.renew_at.unwrap_or(by_life)
    }

    /// Asks the directory when the certificate should be renewed (RFC 9773).
    async fn ask(&self, pair: &Pair, now: Timestamp) -> Suggestion {
        let renew_at = match self.orderer().window(pair).await {
            Ok(window) => window.map(|window| within(window, pair)),
            Err(error) => {
                tracing::warn!(
                    error = %sentence(&error),
                    "could not ask when to renew the certificate; without an answer, at two thirds of its life"
                );
                None
            }
        };
        Suggestion {
            digest: pair.digest,
            at: now,
            renew_at,
        }
    }

    fn orderer(&self) -> Orderer<'_> {
        Orderer {
            http: &self.http,
            settings: &self.settings,
            names: &self.names,
            store: &self.store,
            certificates: &self.certificates,
            has_redirect: self.has_redirect,
        }
    }

    /// Orders a certificate, keeps it, and shows it from the next connection on.
    async fn order(&mut self, state: &State) -> Result<Pair> {
        let way = WayToShow::choose(self.has_redirect, state.failures_of(&self.purpose()));
        let is_of_directory = state.directory.as_deref() == Some(self.settings.directory.as_str());
        let replaced = self.certificates.pair().filter(|_| is_of_directory);
        let pem = match self.orderer().order(way, replaced.as_ref()).await {
            Err(error) if is_lost_account(&error) => {
                tracing::warn!("the directory doesn't know the kept account; another one is made");
                self.store.forget_account()?;
                self.orderer().order(way, replaced.as_ref()).await?
            }
            ordered => ordered?,
        };
        let pair = Pair::from_pem(pem.as_bytes(), self.certificates.provider())
            .context("The certificate that was ordered can't be used")?;
        ensure!(
            pair.is_for(&self.names) && pair.ends() > self.clock.now(),
            "The certificate that was ordered is for other names, or has ended already: is the clock of this machine right?"
        );
        // Before it is kept: that may fail, and this one is good.
        self.certificates.replace(pair.clone());
        self.unkept = Some(pem.into());
        self.keep_certificate().await?;
        Ok(pair)
    }

    /// Keeps what was ordered, unless that is done.
    async fn keep_certificate(&mut self) -> Result<()> {
        let Some(pem) = self.unkept.clone() else {
            return Ok(());
        };
        let store = self.store.clone();
        let state = State {
            directory: Some(self.settings.directory.clone()),
            ..State::default()
        };
        let keep = move || {
            store.keep_certificate(&pem)?;
            store.keep_state(&state)
        };
        let kept: Result<()> = spawn_blocking(keep).await?;
        kept.context("A certificate was ordered and is used, but can't be kept")?;
        self.unkept = None;
        Ok(())
    }

    /// Records a failure, and returns it with the time of the next attempt.
    async fn failed(&self, state: State, error: anyhow::Error) -> anyhow::Error {
        let now = self.clock.now();
        let purpose = self.purpose();
        let state = State {
            failures: state.failures_of(&purpose).saturating_add(1),
            failed_at: Some(now.0),
            retry_at: self.http.take_retry_after().map(|wait| now.plus(wait).0),
            reason: Some(sentence(&error)),
            purpose: Some(purpose),
            directory: state.directory,
        };
        let next = state.paused_until(&self.purpose()).unwrap_or(now);
        if let Err(error) = self.keep_state(state).await {
            tracing::error!(error = %sentence(&error), "could not record that ordering a certificate has failed");
        }
        let meanwhile = if self.certificates.pair().is_some() {
            "until then, the one of before is used on"
        } else {
            "until then, connections by HTTPS fail"
        };
        error.context(format!(
            "No certificate for {}. The next attempt is at {}; {meanwhile}. The reason",
            self.names.join(", "),
            next.rfc3339()
        ))
    }
}
