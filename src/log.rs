//! The log: lines on standard error, so that what a command prints stays clean.

use std::env;
use std::io::{self, IsTerminal};

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;

use crate::config::Level;

/// Begins to log. `RUST_LOG` says how much, and else the setting `log_level`.
///
/// # Errors
/// `RUST_LOG` can't be understood.
pub fn start(level: Level) -> Result<()> {
    let filter = EnvFilter::builder()
        .with_default_directive(level.0.into())
        .from_env();
    let mut filter = filter.map_err(|_| {
        anyhow!(
            "The environment variable RUST_LOG can't be understood: it must be like warn, or shared_spaces=debug,warn"
        )
    })?;
    if env::var_os("RUST_LOG").is_none_or(|wanted| wanted.is_empty()) {
        // Where it looks for credentials, which is told over pages. In what we say ourselves, all of it that matters stands.
        filter = filter.add_directive("aws_config=off".parse()?);
    }
    // To sign a request, Amazon's SDK writes it out, at its most talkative with the token of temporary credentials.
    let filter = filter.add_directive("aws_sigv4=info".parse()?);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(shows_colours());
    // Where nobody reads standard error any more, a lost line must not stop the server.
    log.log_internal_errors(false).init();
    Ok(())
}

/// Never in a file or a pipe, and not where somebody doesn't want any (<https://no-color.org>).
fn shows_colours() -> bool {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_unwanted
}
