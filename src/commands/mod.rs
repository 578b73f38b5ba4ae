//! What the command line does, one file a command.

mod backup;
mod config;
mod doctor;
// In the fence.
pub mod fenced;
mod generated;
mod health;
mod invitation;
mod keys;
mod link;
mod openapi;
// Lines in the log of what operators did.
mod operators_log;
mod photos;
mod photos_cleanup;
mod photos_move;
mod photos_verify;
mod quota;
mod restore;
mod serve;
mod spaces;
mod status;
mod user;
mod user_sessions;
mod verify;
mod worker;
// What the command line can say.
pub mod cli;

use std::io::{self, BufRead, IsTerminal, Read};
use std::path;

use anyhow::{Context, Result, anyhow, ensure};
use tokio_util::sync::CancellationToken;

use crate::backup::blocking::{Blocking, CANCELLED, Cancelled};
use crate::check::sentence;
use crate::commands::cli::{Cli, Command, Options, ServeOptions};
use crate::config::{Settings, Sources};
use crate::data_dir;
use crate::error::{Error, FieldName, Invalid, NotFound};
use crate::logging;
use crate::output::{self, complain};
use crate::process::shutdown::{self, Signal};

/// The bytes that are read of an answer to a question.
const MAX_ANSWER: u64 = 64;

/// What a command was to look for was found.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotWhole(String);

/// A command was asked to stop before it was done.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct Stopped {
    signal: Signal,
    why: String,
}

impl Stopped {
    /// What the process ends with.
    pub fn exit_code(&self) -> u8 {
        self.signal.exit_code()
    }
}

/// Runs the command that was given, or serves.
///
/// # Errors
/// Whatever the command can't do, in a sentence for the one who typed it.
pub async fn run(cli: Cli) -> Result<()> {
    let Cli {
        options,
        worker,
        serve: at,
        command,
    } = cli;
    // What needs no settings works also while they are wrong.
    match command {
        Some(Command::Completions { shell }) => return generated::print_completions(shell),
        Some(Command::Man { folder }) => return generated::write_manual(&folder),
        _ => {}
    }
    let (settings, sources) = match (settings(&options), &command) {
        (Err(error), Some(Command::Doctor(list))) => return doctor::refuse(&error, *list),
        (settings, _) => settings?,
    };
    logging::start(settings.listener.log_level, settings.config.log_format)?;
    let command = match (worker, command) {
        (true, _) => Command::Worker,
        (false, None) => Command::Serve(ServeOptions::default()),
        (false, Some(command)) => command,
    };
    let done = match command {
        Command::Serve(serve) => {
            let serve = ServeOptions {
                address: serve.address.or(at.address),
                port: serve.port.or(at.port),
            };
            serve::run(settings, serve).await
        }
        Command::Worker => worker::run(settings.config).await,
        Command::User(command) => user::run(settings, command).await,
        Command::Invitation(command) => invitation::run(settings, command).await,
        Command::Backup(command) => backup::run(settings.config, command).await,
        Command::Verify { archive } => verify::run(settings.config, archive).await,
        Command::Restore(command) => restore::run(settings.config, command).await,
        Command::Doctor(list) => doctor::run(&settings, list).await,
        Command::Health(at) => health::run(&settings, at).await,
        Command::Config(list) => config::run(&settings, &sources, &options, list),
        Command::Status(list) => status::run(settings, list).await,
        Command::Openapi => openapi::run(settings.config).await,
        Command::Space(command) => spaces::run(settings.config, command).await,
        Command::Keys(command) => keys::run(settings.config, command).await,
        Command::Photos(command) => photos::run(settings.config, command).await,
        // These were run before there were settings, or even a runtime.
        Command::Completions { .. } | Command::Man { .. } | Command::Fenced(_) => Ok(()),
    };
    done.map_err(advised)
}

/// What the rules refuse is said as in the API, and with what to do here.
fn advised(error: anyhow::Error) -> anyhow::Error {
    let advice = match error.downcast_ref() {
        Some(Error::NotFound(NotFound::Login { .. })) => "`shared-spaces user list` lists them all",
        Some(Error::NotFound(NotFound::Space { .. })) => {
            "`shared-spaces space list` lists them all"
        }
        Some(Error::NotFound(NotFound::Session { .. })) => {
            "`shared-spaces user sessions` lists those of a user"
        }
        Some(Error::NotFound(NotFound::Invitation { .. })) => {
            "`shared-spaces invitation list` lists them all"
        }
        Some(Error::Invalid(
            Invalid::TooShort {
                field: FieldName::Login,
                ..
            }
            | Invalid::TooLong {
                field: FieldName::Login,
                ..
            },
        )) => "see the settings limits.login_min and limits.login_max",
        Some(Error::Invalid(
            Invalid::TooShort {
                field: FieldName::Password,
                ..
            }
            | Invalid::TooLong {
                field: FieldName::Password,
                ..
            },
        )) => "see the settings limits.password_min and limits.password_max",
        _ => return error,
    };
    anyhow!("{error}: {advice}")
}

/// All settings, from the file, the environment and the command line.
fn settings(options: &Options) -> Result<(Settings, Sources)> {
    let (mut settings, sources) = Settings::load(options.config.as_deref())?;
    let config = &mut settings.config;
    if let Some(folder) = &options.data_dir {
        config.data_dir = folder.clone();
    }
    // So that whatever names it says which it is.
    config.data_dir = path::absolute(&config.data_dir)?;
    if options.init {
        ensure!(
            !data_dir::is_initialized(&config.data_dir),
            "The data folder {} is already in use: leave out --init, which is for the first start only",
            config.data_dir.display()
        );
        config.expect_data = false;
    }
    Ok((settings, sources))
}

/// Asks at a terminal whether something that can't be undone is to be done; elsewhere `--yes` is needed.
///
/// # Errors
/// It was not confirmed.
fn confirm(yes: bool, what: &str, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    ensure!(
        io::stdin().is_terminal(),
        "{what} can't be undone: confirm with --yes"
    );
    output::question(format_args!("{question} This can't be undone. [y/N] "))?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .take(MAX_ANSWER)
        .read_line(&mut answer)
        .context("Standard input can't be read")?;
    ensure!(
        matches!(answer.trim_end(), "y" | "Y" | "yes"),
        "Nothing was removed"
    );
    Ok(())
}

/// Runs long work on a thread of its own, until the process is asked to stop; then the work is cancelled. If it stops,
/// `then` is said of what has become of it.
async fn on_a_thread<T: Send + 'static>(
    then: &str,
    work: impl FnOnce(Blocking) -> Result<T> + Send + 'static,
) -> Result<T> {
    let shutdown_signal = shutdown::listen()?;
    let stop = CancellationToken::new();
    // It also stops if nothing waits for it any more.
    let _stopping = stop.clone().drop_guard();
    let blocking = Blocking::new(stop.clone());
    let mut working = tokio::task::spawn_blocking(move || work(blocking));
    let signal = tokio::select! {
        done = &mut working => return done?,
        signal = shutdown_signal => signal,
    };
    say_stopping();
    stop.cancel();
    working.await?.map_err(|error| {
        let why = if error.root_cause().is::<Cancelled>() {
            format!("{CANCELLED}: {then}")
        } else {
            sentence(&error)
        };
        Stopped { signal, why }.into()
    })
}

/// Runs what may be dropped at any moment, until the process is asked to stop. `then` is a sentence about the outcome.
async fn until_stopped<T>(then: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let shutdown_signal = shutdown::listen()?;
    let signal = tokio::select! {
        done = work => return done,
        signal = shutdown_signal => signal,
    };
    say_stopping();
    let why = format!("{CANCELLED}: {then}");
    Err(Stopped { signal, why }.into())
}

/// Clearing up may take a moment.
fn say_stopping() {
    complain!("shared-spaces: stopping");
}
