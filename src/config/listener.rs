//! The settings that bear Rocket's names: where to listen, how much to log, and how to end.

use std::net::Ipv4Addr;
use std::str::FromStr;

use figment::Figment;
use rocket::config::{Ident, LogLevel};
use serde::{Deserialize, Serialize};
use tracing_subscriber::filter::LevelFilter;

use super::address::Address;

/// What of Rocket's settings has an effect.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct Listener {
    /// Where to listen.
    pub address: Address,
    /// 0 is any that is free. A unix socket has none.
    pub port: u16,
    /// How much is logged, unless `RUST_LOG` says so.
    pub log_level: Level,
    /// As what the server names itself in answers.
    pub ident: Ident,
    /// How the server ends.
    pub shutdown: Shutdown,
}

/// How the server ends.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct Shutdown {
    /// Seconds that requests under way have to finish: an upload over a slow line.
    pub grace: u32,
}

/// How much is logged, in Rocket's words or in those of `RUST_LOG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Level(pub LevelFilter);

impl Listener {
    /// The same for Rocket, which is to write no lines of its own: they would hold the signatures of links, and once a
    /// request has a `Content-Type` that it can't read, colours too.
    pub fn rocket(&self) -> Figment {
        let mut rocket = rocket::Config {
            port: self.port,
            ident: self.ident.clone(),
            log_level: LogLevel::Off,
            cli_colors: false,
            ..Default::default()
        };
        if let Address::Ip(ip) = self.address {
            rocket.address = ip;
        }
        Figment::from(rocket)
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let level = match text.to_ascii_lowercase().as_str() {
            "off" => LevelFilter::OFF,
            "error" => LevelFilter::ERROR,
            "critical" | "warn" => LevelFilter::WARN,
            "normal" | "info" => LevelFilter::INFO,
            "debug" => LevelFilter::DEBUG,
            "trace" => LevelFilter::TRACE,
            _ => {
                return Err(format!(
                    "The setting log_level must be off, critical, normal or debug, not '{text}'"
                ));
            }
        };
        Ok(Self(level))
    }
}

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Level> for String {
    fn from(level: Level) -> Self {
        level.0.to_string()
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self {
            address: Address::Ip(Ipv4Addr::LOCALHOST.into()),
            port: 8000,
            log_level: Level(LevelFilter::INFO),
            ident: Ident::default(),
            shutdown: Shutdown::default(),
        }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { grace: 30 }
    }
}
