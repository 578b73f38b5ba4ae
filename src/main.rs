//! Parses the command line and runs one command.

use std::process::ExitCode;

use shared_spaces::commands::cli::{Cli, Command};
use shared_spaces::data_dir::permissions;
use shared_spaces::process::{allocator, runtime};
use shared_spaces::{check, commands, logging, output};

fn main() -> ExitCode {
    let cli = Cli::read();
    let tells_apart = cli.tells_apart();
    allocator::set_mmap_threshold();
    permissions::set_umask();
    if let Some(Command::Fenced(options)) = &cli.command {
        return commands::fenced::run(options);
    }
    let ran = runtime::runtime()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(commands::run(cli)));
    logging::lines::flush();
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complaint(format_args!("shared-spaces: {}", check::sentence(&error)));
            if let Some(stopped) = error.downcast_ref::<commands::Stopped>() {
                return ExitCode::from(stopped.exit_code());
            }
            if tells_apart && !error.is::<commands::NotWhole>() {
                return ExitCode::from(2);
            }
            ExitCode::FAILURE
        }
    }
}
