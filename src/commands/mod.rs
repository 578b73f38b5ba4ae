//! What the command line does, one file a command.

mod doctor;
mod photos;
mod photos_move;
mod serve;
mod shutdown;
mod user;
mod worker;

use std::io::IsTerminal;

use anyhow::{Context, Result, bail};
use rocket::figment::Figment;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::app::App;
use crate::cli::{Cli, Command, Options, ServeOptions};
use crate::config::{self, Config};

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
        (false, Some(Command::User(command))) => user::run(open(&options)?, command).await,
        (false, Some(Command::Doctor)) => doctor::run(&options).await,
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
    Ok((rocket, config))
}

fn open(options: &Options) -> Result<App> {
    App::open(settings(options)?.1)
}

/// Log lines go to standard error, so that what a command prints stays clean. `RUST_LOG` says how many.
fn start_logging() -> Result<()> {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env();
    let filter = filter.context("The environment variable RUST_LOG can't be understood")?;
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // Where nobody reads standard error any more, a lost line must not stop the server.
    log.log_internal_errors(false).init();
    Ok(())
}
