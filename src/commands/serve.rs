//! `shared-spaces serve`: the API, the web page and, unless the settings say otherwise, the worker.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rocket::local::asynchronous::Client;
use tokio::sync::Notify;

use crate::api;
use crate::app::measure::Measurement;
use crate::app::{self, App, begun_anew};
use crate::backup::{restore, work_dir};
use crate::check::sentence;
use crate::commands::cli::ServeOptions;
use crate::config::{Address, Listener, Settings};
use crate::data_dir;
use crate::data_dir::is_served;
use crate::data_dir::restored;
use crate::domain::users;
use crate::fs::identity::Identity;
use crate::jobs::order_certificate::OrderCertificate;
use crate::jobs::reload_certificate::ReloadCertificate;
use crate::jobs::watchdog::Watchdog;
use crate::output::say;
use crate::process::service::{self, State};
use crate::process::{files, shutdown};
use crate::server::entrance::{Entrance, Reserved};
use crate::server::listener::BoundListener;
use crate::server::{self, Listeners, metrics_listener};
use crate::storage;
use crate::storage::PhotoStore;
use crate::tls::{Certificates, Https};

/// The pause before a store that couldn't be reached is tried again.
const PREPARE_AGAIN: Duration = Duration::from_secs(15);
/// For how long a command that only looks whether a server runs may have the lock, and after which time it is tried again.
const LOOKED_AT: Duration = Duration::from_secs(1);
const LOCK_AGAIN: Duration = Duration::from_millis(20);
/// The longest time that jobs take to finish what they are working on, after the last request.
const FINISH_JOBS: Duration = Duration::from_secs(60);

/// Serves until the process is asked to stop; requests under way are finished first.
///
/// # Errors
/// The data folder can't be used or is in use, or the address can't be listened on.
pub async fn run(settings: Settings, serve: ServeOptions) -> Result<()> {
    let Settings {
        mut listener,
        config,
    } = settings;
    listener.address = serve.address.unwrap_or(listener.address);
    ensure!(
        serve.port.is_none() || matches!(listener.address, Address::Ip(_)),
        "{} is a unix socket, which has no port: leave out --port, or set an IP address with --address",
        listener.address
    );
    listener.port = serve.port.unwrap_or(listener.port);
    let folder = config.data_dir.clone();
    // Before anything is made, not even the lock.
    storage::check_data_dir(&config)?;
    app::check_store(&config).await?;
    let https = Https::open(&config)?;
    let passed = service::passed_listener()
        .context("The socket that the service manager has passed can't be used")?;
    let taken = match passed {
        Some(passed) => Reserved::passed(passed)
            .context("The socket that the service manager has passed can't be used"),
        None => Reserved::new(&listener, config.connections.socket_mode).await,
    };
    if taken.is_err() && is_served(&folder) {
        bail!(in_use(&folder));
    }
    let taken = taken?;
    config.tls.check_listener(taken.is_unix_socket())?;
    let redirect = match (config.tls.redirect_port, &listener.address) {
        (Some(port), Address::Ip(ip)) => Some(bind_redirect(SocketAddr::new(*ip, port))?),
        _ => None,
    };
    let metrics = config.monitoring.metrics_address;
    if let (Some(metrics), Address::Ip(ip)) = (metrics, &listener.address) {
        let ports = [Some(listener.port), config.tls.redirect_port];
        let mut own = ports
            .iter()
            .flatten()
            .map(|port| SocketAddr::new(*ip, *port));
        ensure!(
            !own.any(|own| is_taken_by(metrics, own)),
            "The setting monitoring.metrics_address is {metrics}, where the server itself listens: set another port"
        );
    }
    let scraped = metrics.map(scraped).transpose()?;
    let _lock = lock(&folder)?;
    files::raise_limit();
    let app = App::open(config)?;
    work_dir::remove_leftovers(&folder)?;
    restore::remove_leftovers(&folder)?;
    data_dir::remove_temp_files(&folder)?;

    match restored::notice(&app.config) {
        Ok(None) => {}
        Ok(Some(notice)) => tracing::warn!("{notice}"),
        Err(error) => tracing::error!(
            error = format!("{error:#}"),
            "could not tell whether the data folder was restored"
        ),
    }
    clean_up_leftovers(&app).await;

    let mut jobs = app.start_jobs();
    if let Some(watchdog) = Watchdog::new(Some(app.db.clone())) {
        jobs.start(watchdog);
    }
    // Comparing the logins of a large server takes seconds, and nothing depends on it.
    jobs.start_task(tell_of_doubtful_logins(app.clone()));
    let listening = Arc::new(Notify::new());
    match https.clone().map(|https| (https.acme, https.certificates)) {
        Some((Some(acme), _)) => jobs.start(OrderCertificate::new(acme, listening.clone())),
        Some((None, certificates)) => jobs.start(ReloadCertificate(certificates)),
        None => {}
    }
    let certificates = https.map(|https| https.certificates);
    let bound = Bound {
        listener: taken,
        certificates: certificates.clone(),
        redirect,
        listening,
    };
    if let Some(listener) = scraped {
        let listener = listener.listen()?;
        tracing::info!(address = %listener.local_addr()?, "metrics can be read");
        let measurement = Measurement::new(app.clone(), certificates);
        jobs.start_task(metrics_listener::run(listener, measurement));
    }
    let served = tokio::select! {
        served = answer_requests(listener, bound, app.clone()) => served,
        doubt = prepare(&app) => Err(doubt),
    };
    jobs.stop().await?;
    if let Err(error) = app.release_ids().await {
        tracing::warn!(error = %sentence(&error.into()), "could not release reserved ids; leaving them out");
    }
    served?;
    tracing::info!("stopped");
    Ok(())
}

/// Whether who listens on one address listens on another too.
fn is_taken_by(address: SocketAddr, other: SocketAddr) -> bool {
    let (one, two) = (address.ip(), other.ip());
    let is_on_all = one.is_unspecified() || two.is_unspecified();
    address.port() == other.port() && (is_on_all || one == two)
}

/// The address for figures, which is bound before anything is made.
fn scraped(address: SocketAddr) -> Result<BoundListener> {
    BoundListener::new(address)
        .map_err(|error| anyhow!(metrics_listener::cannot_listen(address, &error)))
}

/// Logins from before there were rules for them stay as they are, and the operator should know.
async fn tell_of_doubtful_logins(app: App) {
    let doubtful = app.db.read_long(|conn| Ok(users::list_doubtful(conn)?));
    match doubtful.await {
        Ok(doubtful) => {
            if let Some((login, reason)) = doubtful.first() {
                tracing::warn!(
                    count = doubtful.len(),
                    first = ?login,
                    %reason,
                    "some logins look like another or are invisible, and would be refused today; `shared-spaces doctor` lists them"
                );
            }
        }
        Err(error) => {
            tracing::error!(error = %sentence(&error.into()), "could not compare the logins with each other");
        }
    }
}

/// No request is served yet, so whatever no share has is left from before. In S3, others may be at work, and it may not answer
/// at all, so that is left to the cleanup of every minute.
async fn clean_up_leftovers(app: &App) {
    if let PhotoStore::S3(_) = app.photos {
        return;
    }
    match app.cleanup().delete_everything_due().await {
        Ok(report) => report.log(),
        Err(error) => {
            tracing::error!(error = %sentence(&error), "could not clean up after the last run; will retry");
        }
    }
}

/// The port on which HTTP is redirected.
fn bind_redirect(address: SocketAddr) -> Result<BoundListener> {
    BoundListener::new(address).with_context(|| {
        format!("The server can't listen on {address} for HTTP, which tls.redirect_port asks for")
    })
}

/// Where the server will listen.
struct Bound {
    listener: Reserved,
    certificates: Option<Certificates>,
    redirect: Option<BoundListener>,
    /// What is told as soon as connections are accepted.
    listening: Arc<Notify>,
}

/// Answers requests until the process is asked to stop, and then those that are under way.
async fn answer_requests(mut settings: Listener, bound: Bound, app: App) -> Result<()> {
    let listener = bound.listener.listen().await?;
    settings.port = listener
        .tcp_address()
        .map_or(settings.port, |address| address.port());
    let certificates = bound.certificates.as_ref();
    let tls = certificates.map(Certificates::acceptor).transpose()?;
    let challenges = certificates.map(Certificates::challenges);
    let challenges = challenges.cloned().unwrap_or_default();
    let redirect = bound.redirect.map(BoundListener::listen).transpose()?;
    let rocket = Client::untracked(api::rocket_with(settings.clone(), app.clone()))
        .await
        .map_err(|error| anyhow!("The server can't run: {}", error.kind()))?;
    let shutdown_signal = shutdown::listen()?;
    if let Err(error) = announce(&listener, tls.is_some(), app.config.public_url.as_deref()) {
        tracing::warn!(error = %sentence(&error), "could not print the address");
    }
    let grace = Duration::from_secs(settings.shutdown.grace.into());
    service::notify(State::Ready);
    let shutdown_signal = async move {
        let signal = shutdown_signal.await;
        service::notify(State::Stopping(grace + FINISH_JOBS));
        signal
    };
    let listeners = Listeners {
        listener,
        tls,
        redirect,
        challenges,
    };
    bound.listening.notify_one();
    server::run(listeners, rocket, app, api::HOOKS, shutdown_signal, grace).await;
    Ok(())
}

/// Makes what the store of photos needs, as soon as it can be reached: texts are shared without it. Answers only if the
/// store then says that the data folder is the wrong one.
async fn prepare(app: &App) -> anyhow::Error {
    let prepared = async || {
        app.photos.prepare().await?;
        app.confirm_folder().await
    };
    loop {
        match prepared().await {
            Ok(None) => return std::future::pending().await,
            Ok(Some(bucket)) => return anyhow!(begun_anew(&app.config, &bucket)),
            Err(error) => {
                tracing::error!(error = %sentence(&error), "could not prepare the photo store; will retry");
                tokio::time::sleep(PREPARE_AGAIN).await;
            }
        }
    }
}

/// Keeps servers away from the folder, until what is returned is dropped: two would use the same id twice.
///
/// # Errors
/// A server is running on it, or it can't be used.
pub(super) fn lock(folder: &Path) -> Result<File> {
    data_dir::make(folder)?;
    let path = folder.join(data_dir::LOCK);
    let file = File::create(&path)
        .with_context(|| format!("The file {} can't be written", path.display()))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            // A failed restore may have deleted it meanwhile, and another one doesn't know of this one.
            Ok(()) if !is_at(&file, &path) => return lock(folder),
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < LOOKED_AT => {
                park_timeout(LOCK_AGAIN);
            }
            Err(TryLockError::WouldBlock) => bail!(in_use(folder)),
            Err(TryLockError::Error(error)) => {
                return Err(error)
                    .with_context(|| format!("The file {} can't be locked", path.display()));
            }
        }
    }
}

/// Whether this open file is the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    let opened = file.metadata().map(|opened| Identity::from(&opened));
    matches!((opened, Identity::of(path)), (Ok(opened), Ok(found)) if opened == found)
}

fn in_use(folder: &Path) -> String {
    format!(
        "A server is running on the data folder {}: stop it first, or name another folder with --data-dir",
        folder.display()
    )
}

fn announce(listener: &Entrance, is_https: bool, public_url: Option<&str>) -> Result<()> {
    let scheme = if is_https { "https" } else { "http" };
    match listener.tcp_address() {
        Some(address) if address.ip().is_loopback() => {
            say!(
                "Shared Spaces is up: {scheme}://localhost:{}",
                address.port()
            )?;
        }
        Some(address) => say!("Shared Spaces is up: {scheme}://{address}")?,
        None => say!("Shared Spaces is up: {listener}")?,
    }
    if let Some(url) = public_url {
        say!("People reach it by {url}")?;
    }
    Ok(())
}
