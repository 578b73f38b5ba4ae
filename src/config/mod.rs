//! Every setting: its default, its meaning, its check, and the layers it is read from.

pub mod acme;
mod address;
mod backup;
mod compatibility;
mod connections;
mod duration;
mod file;
mod in_force;
mod layers;
mod limits;
mod listener;
mod mail;
mod monitoring;
mod names;
mod photos;
mod proxies;
pub mod public_url;
mod push;
mod quotas;
mod rate_limits;
mod renamed;
mod socket_mode;
mod tls;
mod values;
mod wrong;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use figment::Figment;
use figment::providers::Serialized;
use rocket::http::uri::Absolute;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use acme::Acme;
pub use address::Address;
pub use backup::Backup;
pub use compatibility::Compatibility;
pub use connections::Connections;
pub use in_force::{InForce, Sources};
use layers::Layers;
pub use limits::{LONGEST_LOGIN, LONGEST_PASSWORD, Limits};
pub use listener::{Level, Listener, Shutdown};
pub use mail::{Mail, MailTls, Secret, SmtpServer};
pub use monitoring::{LogFormat, Monitoring};
use names::Names;
pub use photos::{Checksums, Delivery, Ffmpeg, Layout, Photos, QueueKind, StoreKind, WorkerMode};
pub use proxies::TrustedProxies;
pub use push::Push;
pub use quotas::Quotas;
pub use rate_limits::RateLimits;
pub use socket_mode::SocketMode;
pub use tls::Tls;

/// Bounds of what a setting may allow a session. Its use is recorded once an hour, so that one which lasted little longer
/// would end while it is used.
const SHORTEST_SESSION: Duration = duration::DAY;
const LONGEST_SESSION: Duration = duration::YEAR.saturating_mul(100);

/// The settings of the application; Rocket's own (address, port, …) stand next to them. Unknown keys are refused.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the database, the photos and the signing key live.
    pub data_dir: PathBuf,
    /// Whether an earlier start has begun the data folder, so that one in which nothing is must be the wrong one.
    pub expect_data: bool,
    /// What absolute links begin with, such as `https://spaces.example.org`. Without it: the request's own host.
    pub public_url: Option<String>,
    /// Who can create an account.
    pub registration: Registration,
    /// Other origins whose pages may call the API with a bearer token.
    pub cors_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: TrustedProxies,
    /// The bounds of what people send.
    pub limits: Limits,
    /// How much photos and films may take.
    pub quotas: Quotas,
    /// For whom the answers are as they were elsewhere.
    pub compatibility: Compatibility,
    /// How many connections, and how slow.
    pub connections: Connections,
    /// Whether the server speaks HTTPS itself.
    pub tls: Tls,
    /// How many attempts are allowed.
    pub rate_limits: RateLimits,
    /// How long a session lasts.
    pub sessions: Sessions,
    /// Where photos live and who moves them to their spaces.
    pub photos: Photos,
    /// When backups are made, and where to.
    pub backup: Backup,
    /// Messages to browsers.
    pub push: Push,
    /// Mail to users.
    pub mail: Mail,
    /// Where figures can be read.
    pub monitoring: Monitoring,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// Who can create an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody who reaches the server.
    Open,
    /// Only with an invitation.
    Invite,
    /// Not over the network; accounts are made on the command line.
    Closed,
}

/// How long a session lasts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// The time since its last use after which a session ends.
    #[serde(with = "humantime_serde")]
    pub lifetime: Duration,
}

impl Sessions {
    fn check(&self) -> Result<()> {
        let lifetime = self.lifetime;
        duration::check(
            "sessions.lifetime",
            lifetime,
            SHORTEST_SESSION,
            LONGEST_SESSION,
        )
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            expect_data: false,
            public_url: None,
            registration: Registration::Open,
            cors_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            quotas: Quotas::default(),
            compatibility: Compatibility::default(),
            connections: Connections::default(),
            tls: Tls::default(),
            rate_limits: RateLimits::default(),
            sessions: Sessions::default(),
            photos: Photos::default(),
            backup: Backup::default(),
            push: Push::default(),
            mail: Mail::default(),
            monitoring: Monitoring::default(),
            log_format: LogFormat::default(),
        }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            lifetime: duration::DAY * 30,
        }
    }
}

impl Config {
    /// Reads the settings: defaults, then the table `app` of the profile in `rocket` (from `Rocket.toml`), then
    /// `SHARED_SPACES_…` in the environment, with `__` between a table and its key. Otherwise a sentence for each value of
    /// a wrong type, or for what makes no sense, by name.
    fn load(rocket: &Figment, names: &Names) -> Result<Self, Vec<String>> {
        let set = rocket
            .focus("app")
            .merge(layers::environment(names::PREFIX));
        let set = set.select(rocket.profile().clone());
        let above = |defaults: Self| extract(&defaults, &set, &names.tables(), &names.keys());
        let mut config = above(Self::default())?;
        if config.compatibility.original_clients {
            // Below all that is set, so that an explicit limit holds.
            config = above(Self::for_original_clients())?;
        }
        let complaints = config.complaints();
        config.public_url.iter_mut().for_each(public_url::normalize);
        let origins = config.cors_origins.iter_mut();
        origins
            .chain(&mut config.push.own_services)
            .for_each(public_url::normalize_origin);
        if complaints.is_empty() {
            Ok(config)
        } else {
            Err(complaints)
        }
    }

    /// Reads the settings of this provider, as at the start; otherwise what is wrong, a sentence each.
    ///
    /// # Errors
    /// A value of a wrong type, or one that makes no sense.
    pub fn read(rocket: &Figment) -> Result<Self, Vec<String>> {
        Self::load(rocket, &Names::new())
    }

    /// The defaults for clients of the original system.
    pub fn for_original_clients() -> Self {
        Self {
            limits: Limits::of_the_original(),
            compatibility: Compatibility {
                original_clients: true,
            },
            ..Self::default()
        }
    }

    /// What makes no sense, at most a sentence for each table.
    fn complaints(&self) -> Vec<String> {
        let looked_at = [
            self.check_folder(),
            self.limits.check(),
            self.quotas.check(),
            self.sessions.check(),
            self.connections.check(),
            self.tls.check(self.public_url.as_deref()),
            self.rate_limits.check(),
            self.photos.check(),
            self.backup.check(),
            self.push.check(),
            self.mail.check(self.public_url.as_deref()),
            self.monitoring.check(),
            self.check_origins(),
        ];
        let wrong = looked_at.into_iter().filter_map(Result::err);
        wrong.map(|error| format!("{error:#}")).collect()
    }

    fn check_folder(&self) -> Result<()> {
        ensure!(
            !self.data_dir.as_os_str().is_empty(),
            "The setting data_dir must name a folder, and is empty"
        );
        Ok(())
    }

    fn check_origins(&self) -> Result<()> {
        if let Some(url) = &self.public_url {
            public_url::check(url)?;
        }
        self.cors_origins
            .iter()
            .try_for_each(|origin| public_url::check_origin("cors_origins", origin))
    }

    /// To whom push services can complain: as it is set, or else the public address if it is one of the Internet.
    pub fn push_contact(&self) -> Option<String> {
        let public = self.public_url.as_deref().filter(|url| {
            let host = url.strip_prefix("https://").unwrap_or_default();
            let last = host
                .split(':')
                .next()
                .and_then(|host| host.rsplit_once('.'));
            last.is_some_and(|(_, last)| {
                last.len() > 1 && !last.bytes().all(|b| b.is_ascii_digit())
            })
        });
        self.push.contact.as_deref().or(public).map(str::to_owned)
    }

    /// Whether users can be sent mail.
    pub fn sends_mail(&self) -> bool {
        self.mail.host.is_some()
    }

    /// Whether people reach this server over HTTPS, as far as the settings say.
    pub fn is_https(&self) -> bool {
        match &self.public_url {
            Some(url) => url.starts_with("https://"),
            None => self.tls.is_https(),
        }
    }
}

/// Reads one part of the settings, or returns a sentence for each value that can't be used.
fn extract<T: DeserializeOwned + Serialize>(
    defaults: &T,
    set: &Figment,
    tables: &[&str],
    keys: &[&str],
) -> Result<T, Vec<String>> {
    let defaults = Figment::from(Serialized::defaults(defaults));
    let complaints = values::complaints::<T>(&defaults, set, tables, keys);
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let all = defaults.merge(set).select(set.profile().clone());
    all.extract()
        .map_err(|error| vec![format!("{:#}", wrong::error(error))])
}

/// All settings, from the file and the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Those that bear Rocket's names.
    pub listener: Listener,
    /// Ours.
    pub config: Config,
}

impl Settings {
    /// Reads the settings: defaults, then the file that is named, or else `Rocket.toml`, then the environment. Also returns
    /// where they come from.
    ///
    /// # Errors
    /// What can't be used, or has no effect, each by name, with where it was set.
    pub fn load(file: Option<&Path>) -> Result<(Self, Sources)> {
        let layers = Layers::read(file)?;
        let names = Names::new();
        layers.check_names(&names)?;
        let rocket = layers.of_rocket();
        let (tables, keys) = (&names::TABLES_OF_ROCKET, &names::KEYS_OF_ROCKET);
        let listener = extract(&Listener::default(), &rocket, tables, keys);
        let config = Config::load(&rocket, &names);
        let complaints = match (listener, config) {
            (Ok(listener), Ok(config)) => {
                return Ok((Self { listener, config }, Sources::new(layers, names)));
            }
            (listener, config) => {
                let both = [listener.err(), config.err()].into_iter().flatten();
                both.flatten()
            }
        };
        let explained = complaints.map(|complaint| layers.explain(&names, &complaint));
        Err(anyhow!(names::together(&explained.collect::<Vec<_>>())))
    }
}

/// Whether an address is one of HTTP, and names a host.
fn is_of_the_web(uri: &Absolute<'_>) -> bool {
    let mut schemes = ["http", "https"].into_iter();
    let authority = uri.authority();
    schemes.any(|scheme| uri.scheme() == scheme)
        && authority.is_some_and(|authority| !authority.host().is_empty())
}

#[cfg(test)]
#[expect(
    clippy::result_large_err,
    reason = "the closures of figment's `Jail` return its error"
)]
mod tests;
