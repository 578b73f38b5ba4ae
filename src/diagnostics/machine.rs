//! The machine: where the server would listen and who could come, how much space there is, and what time it is.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use indicatif::HumanBytes;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Cause, Check, Found};
use crate::clock::{Clock, Timestamp};
use crate::config::{Address, Listener, Registration, Settings, SocketMode};
use crate::data_dir;
use crate::data_dir::disk_space::has_room;
use crate::fs::space::available;
use crate::server::entrance::Reserved;

/// With less space than this, in bytes, some photos fill the disk.
const LITTLE: u64 = 1024 * 1024 * 1024;
/// How far the clock may be behind the times of files, as on a disk that another machine writes to.
const BEHIND: Duration = Duration::from_secs(60 * 60);

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum MachineFound {
    #[error("A server is running on the data folder")]
    ServerRunning,
    #[error("The server can listen on {address}")]
    CanListen { address: String },
    #[error("{0}")]
    CannotListen(Cause),
    #[error("{0}")]
    ListenerRefused(Cause),
    #[error(
        "The server listens on a unix socket, so there is a proxy in front, but trusted_proxies doesn't have \
         \"unix\": all clients count as one address. Add it, if only the proxy may open the socket"
    )]
    UnixSocketUntrusted,
    #[error(
        "public_url begins with https://, so there is a proxy in front, but trusted_proxies names none: all \
         clients behind it count as one address. Set trusted_proxies to the address of the proxy"
    )]
    ProxyUntrusted,
    #[error(
        "Anyone who can reach the server can create an account: unless that is intended, set registration to \
         invite or closed"
    )]
    RegistrationOpen,
    #[error("The disk of the data folder has {} free", HumanBytes(*.free_bytes))]
    DiskFree { free_bytes: u64 },
    #[error(
        "The disk of the data folder has {} free: photos and videos are refused, and texts aren't. Free some space, or set \
         quotas.min_free_disk",
        HumanBytes(*.free_bytes)
    )]
    DiskRefusesPhotos { free_bytes: u64 },
    #[error(
        "The disk of the data folder has {} free: free some space before it is full, because nothing can be shared then",
        HumanBytes(*.free_bytes)
    )]
    DiskNearlyFull { free_bytes: u64 },
    #[error(
        "The clock of this machine says {clock_at}, but the database was written later, {written_at}: set the clock"
    )]
    ClockBehindDatabase {
        clock_at: String,
        written_at: String,
    },
}

impl Found for MachineFound {
    fn samples() -> Vec<Self> {
        let free_bytes = 1_000_000_000;
        vec![
            Self::ServerRunning,
            Self::CanListen {
                address: String::from("127.0.0.1:8000"),
            },
            Self::CannotListen(Cause::sample()),
            Self::ListenerRefused(Cause::sample()),
            Self::UnixSocketUntrusted,
            Self::ProxyUntrusted,
            Self::RegistrationOpen,
            Self::DiskFree { free_bytes },
            Self::DiskRefusesPhotos { free_bytes },
            Self::DiskNearlyFull { free_bytes },
            Self::ClockBehindDatabase {
                clock_at: String::from("2026-05-17T09:30:00Z"),
                written_at: String::from("2026-05-18T09:30:00Z"),
            },
        ]
    }
}

/// Looks at the address, at who may make an account, at the disk and at the clock.
pub async fn run_checks(settings: &Settings, report: &mut impl FnMut(Check)) {
    let (listener, config) = (&settings.listener, &settings.config);
    let folder = &config.data_dir;
    if data_dir::is_served(folder) {
        report(Check::ok(MachineFound::ServerRunning));
    } else {
        report(entrance(listener).await);
    }
    let is_public = config.public_url.is_some() || !listener.address.is_loopback();
    proxies(settings).into_iter().for_each(&mut *report);
    if config.registration == Registration::Open && is_public {
        report(Check::warning(MachineFound::RegistrationOpen));
    }
    if !folder.is_dir() {
        return;
    }
    if let Some(free_bytes) = available(folder) {
        report(if !has_room(config, 0) {
            Check::warning(MachineFound::DiskRefusesPhotos { free_bytes })
        } else if free_bytes < LITTLE {
            Check::warning(MachineFound::DiskNearlyFull { free_bytes })
        } else {
            Check::ok(MachineFound::DiskFree { free_bytes })
        });
    }
    let now = Clock::default().now();
    if let Some(written) = written(folder).filter(|written| *written > now.plus(BEHIND)) {
        report(Check::warning(MachineFound::ClockBehindDatabase {
            clock_at: now.rfc3339(),
            written_at: written.rfc3339(),
        }));
    }
}

async fn entrance(listener: &Listener) -> Check {
    let address = match &listener.address {
        Address::Ip(ip) => SocketAddr::new(*ip, listener.port).to_string(),
        unix @ Address::Unix(_) => unix.to_string(),
    };
    match Reserved::new(listener, SocketMode::default()).await {
        Ok(_) => Check::ok(MachineFound::CanListen { address }),
        Err(error) => Check::warning(MachineFound::CannotListen(error.into())),
    }
}

/// Whether the address, HTTPS and the trusted proxies belong together.
fn proxies(settings: &Settings) -> Option<Check> {
    let (listener, config) = (&settings.listener, &settings.config);
    if matches!(listener.address, Address::Unix(_)) {
        if let Err(error) = config.tls.check_listener(true) {
            return Some(Check::error(MachineFound::ListenerRefused(error.into())));
        }
        return (!config.trusted_proxies.contain_unix_sockets())
            .then(|| Check::warning(MachineFound::UnixSocketUntrusted));
    }
    let is_behind = config.is_https() && !config.tls.is_https();
    (is_behind && config.trusted_proxies.is_empty())
        .then(|| Check::warning(MachineFound::ProxyUntrusted))
}

/// When the database was last written.
fn written(folder: &Path) -> Option<Timestamp> {
    let file = fs::metadata(folder.join(data_dir::DATABASE)).ok()?;
    let since = file
        .modified()
        .ok()?
        .duration_since(std::time::UNIX_EPOCH)
        .ok()?;
    Some(Timestamp(0).plus(since))
}
