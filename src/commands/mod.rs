//! What the command line does, one file a command.

mod backup;
mod doctor;
mod invitation;
mod keys;
mod link;
mod photos;
mod photos_move;
mod restore;
mod serve;
mod user;
mod verify;
mod worker;

use std::io::IsTerminal;

use anyhow::{Context, Result, bail, ensure};
use rocket::figment::Figment;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::backup::bridge::Bridge;
use crate::cli::{Cli, Command, Options, ServeOptions};
use crate::config::{self, Config};
use crate::folder;
use crate::shutdown;

/// Runs the command that was given, or serves.
///
/// # Errors
/// Whatever the command can't do, in a sentence for the one who typed it.
pub async fn run(cli: Cli) -> Result<()> {
    start_logging()?;
    let Cli {
        options,
        worker,
        command,
    } = cli;
    match (worker, command) {
        (true, None) | (false, Some(Command::Worker)) => worker::run(&options).await,
        (false, None) => serve::run(&options, ServeOptions::default()).await,
        (false, Some(Command::Serve(serve))) => serve::run(&options, serve).await,
        (false, Some(Command::User(command))) => user::run(&options, command).await,
        (false, Some(Command::Invitation(command))) => invitation::run(&options, command).await,
        (false, Some(Command::Backup(command))) => backup::run(&options, command).await,
        (false, Some(Command::Verify { archive })) => verify::run(&options, archive).await,
        (false, Some(Command::Restore(command))) => restore::run(&options, command).await,
        (false, Some(Command::Doctor)) => doctor::run(&options).await,
        (false, Some(Command::Keys(command))) => keys::run(&options, command),
        (false, Some(Command::Photos(command))) => photos::run(&options, command).await,
        (true, Some(_)) => bail!("--worker is a command of its own and can't stand beside another"),
    }
}

/// Rocket's settings and ours, as the file, the environment and the command line give them.
fn settings(options: &Options) -> Result<(Figment, Config)> {
    let rocket = config::rocket_figment();
    let mut config = Config::load(&rocket)?;
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
    Ok((rocket, config))
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

/// Log lines go to standard error, so that what a command prints stays clean. `RUST_LOG` says how many.
fn start_logging() -> Result<()> {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env();
    let filter = filter.context("The environment variable RUST_LOG can't be understood")?;
    // To sign a request, Amazon's SDK writes it out, at its most talkative with the token of temporary credentials.
    let filter = filter.add_directive("aws_sigv4=info".parse()?);
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // Where nobody reads standard error any more, a lost line must not stop the server.
    log.log_internal_errors(false).init();
    Ok(())
}
