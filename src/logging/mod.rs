//! The log: lines on standard error, so that what a command prints stays clean.

// What an operator must know, a line of the log each.
pub mod audit;
// How lines are written.
pub mod lines;
// What is logged once a minute.
mod seldom;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};

use anyhow::{Result, anyhow, bail};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Level, LogFormat};
use crate::logging::lines::Lines;

/// Begins to log. `RUST_LOG` says how much, and else the setting `log_level`; the setting `log_format` says how.
///
/// # Errors
/// `RUST_LOG` can't be understood, or names what there isn't.
pub fn start(level: Level, format: LogFormat) -> Result<()> {
    if let Some(Ok(wanted)) = env::var_os("RUST_LOG").map(OsString::into_string)
        && let Some(unknown) = unknown_part(&wanted)
    {
        bail!(
            "The environment variable RUST_LOG names {unknown:?}, which is neither a level (off, error, warn, info, debug or \
             trace) nor a part of this program: it must be like warn, or shared_spaces=debug,warn"
        );
    }
    let filter = EnvFilter::builder()
        .with_default_directive(level.0.into())
        .from_env();
    let mut filter = filter.map_err(|_| {
        anyhow!(
            "The environment variable RUST_LOG can't be understood: it must be like warn, or shared_spaces=debug,warn"
        )
    })?;
    if env::var_os("RUST_LOG").is_none_or(|wanted| wanted.is_empty()) {
        // Where it looks for credentials takes it pages of log. Our own lines have all that matters of it.
        filter = filter.add_directive("aws_config=off".parse()?);
    }
    // To sign a request, Amazon's SDK writes it out, at its most talkative with the token of temporary credentials.
    let filter = filter.add_directive("aws_sigv4=info".parse()?);
    // If standard error has no reader any more, a lost line must not stop the server.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Lines)
        .log_internal_errors(false);
    match format {
        LogFormat::Text => log.with_ansi(shows_colours()).init(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .init(),
    }
    Ok(())
}

/// What is built in, and in whose names lines are logged.
const CRATES: &str = include_str!("../../Cargo.lock");

/// The first part of a filter that no line can match: the filter would be taken, and nothing be logged.
fn unknown_part(filter: &str) -> Option<&str> {
    let mut depth = 0_u32;
    let parts = filter.split(move |letter| {
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts.map(str::trim).find_map(|part| {
        let target = part.split(['=', '[']).next().unwrap_or_default();
        let is_level = target == part && part.parse::<LevelFilter>().is_ok();
        (!target.is_empty() && !is_level && !is_part(target)).then_some(target)
    })
}

/// Whether a module of something that is built in begins so.
fn is_part(target: &str) -> bool {
    let (name, is_whole) = match target.split_once("::") {
        Some((name, _)) => (name, true),
        None => (target, false),
    };
    let names = CRATES
        .lines()
        .filter_map(|line| line.strip_prefix("name = \""));
    names
        .map(|line| line.trim_end_matches('"').replace('-', "_"))
        .any(|known| known == name || !is_whole && known.starts_with(name))
}

/// Never in a file or a pipe, and not where somebody doesn't want any (<https://no-color.org>).
fn shows_colours() -> bool {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_unwanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_no_line_can_match_is_told() {
        for (filter, unknown) in [
            ("loud", "loud"),
            ("warning", "warning"),
            ("shared_space::db=debug", "shared_space::db"),
            ("warn,shared-spaces=debug", "shared-spaces"),
            ("warn=debug", "warn"),
        ] {
            assert_eq!(unknown_part(filter), Some(unknown), "{filter}");
        }
        for filter in [
            "",
            "off",
            "WARN",
            "3",
            "shared_spaces=debug,warn",
            "shared_spaces::backup=trace",
            "aws=debug,hyper=info",
            "shared_spaces[request{method=GET,path=a}]=info, rocket",
            "[request]=debug",
        ] {
            assert_eq!(unknown_part(filter), None, "{filter}");
        }
    }
}
