//! What the command line does, one file a command.

mod backup;
mod doctor;
mod invitation;
mod keys;
mod link;
mod photos;
mod photos_move;
mod photos_verify;
mod restore;
mod serve;
mod spaces;
mod user;
mod verify;
mod worker;

use anyhow::{Result, anyhow, bail, ensure};

use crate::backup::bridge::Bridge;
use crate::cli::{Cli, Command, Options, ServeOptions, SpaceCommand};
use crate::config::Settings;
use crate::finding::Finding;
use crate::folder;
use crate::log;
use crate::shutdown;

/// What a command was to look for was found.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotWhole(String);

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
    let settings = settings(&options)?;
    log::start(settings.listener.log_level)?;
    let command = match (worker, command) {
        (true, None) => Command::Worker,
        (true, Some(_)) => bail!("--worker is a command of its own and can't stand beside another"),
        (false, None) => Command::Serve(ServeOptions::default()),
        (false, Some(command)) => command,
    };
    let names_an_address = at.address.is_some() || at.port.is_some();
    ensure!(
        !names_an_address || matches!(command, Command::Serve(_)),
        "--address and --port are options of `shared-spaces serve`, and of no other command"
    );
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
        Command::Space(SpaceCommand::List(list)) => spaces::run(settings.config, list).await,
        Command::Keys(command) => keys::run(&settings.config, command),
        Command::Photos(command) => photos::run(settings.config, command).await,
    };
    done.map_err(in_a_sentence)
}

/// Amazon's SDK tells over pages where it has looked for credentials. What we say ourselves stays as it is.
fn in_a_sentence(error: anyhow::Error) -> anyhow::Error {
    let is_long =
        |cause: &(dyn std::error::Error + 'static)| cause.to_string().contains("Attempted:\n");
    if error.chain().any(is_long) {
        return anyhow!(Finding::error(&error).sentence);
    }
    error
}

/// All settings, as the file, the environment and the command line give them.
fn settings(options: &Options) -> Result<Settings> {
    let mut settings = Settings::load()?;
    let config = &mut settings.config;
    if let Some(folder) = &options.data_dir {
        config.data_dir = folder.clone();
    }
    if options.new {
        ensure!(
            !folder::is_begun(&config.data_dir),
            "The data folder {} was begun by an earlier start: leave out --new, which is for the first",
            config.data_dir.display()
        );
        config.expect_data = false;
    }
    Ok(settings)
}

/// Does what may take long on a thread of its own, until the process is asked to end; then it is told to stop.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce(Bridge) -> Result<T> + Send + 'static,
) -> Result<T> {
    let asked_to_end = shutdown::listen()?;
    let (ending, stop) = shutdown::pair();
    let bridge = Bridge::new(stop);
    let mut working = tokio::task::spawn_blocking(move || work(bridge));
    tokio::select! {
        done = &mut working => return done?,
        () = asked_to_end => {}
    }
    ending.announce();
    working.await?
}
