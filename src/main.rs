//! Parses the command line and runs one command.

use std::process::ExitCode;

use clap::Parser;
use shared_spaces::cli::Cli;
use shared_spaces::commands;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match rocket::execute(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shared-spaces: {error:#}");
            ExitCode::FAILURE
        }
    }
}
