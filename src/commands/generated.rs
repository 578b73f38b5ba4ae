//! What is generated from the command line: completions for shells, and the manual pages of packages.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;

use crate::commands::cli::Cli;
use crate::output::say;

/// Prints completions for a shell.
///
/// # Errors
/// Standard output can't be written to.
pub fn print_completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "shared-spaces", &mut script);
    say!("{}", String::from_utf8_lossy(&script).trim_end())
}

/// Writes a page for each command that people use into a folder, which is made if it isn't there.
///
/// # Errors
/// The folder can't be made or written to.
pub fn write_manual(folder: &Path) -> Result<()> {
    let writing = || format!("The manual can't be written to {}", folder.display());
    fs::create_dir_all(folder).with_context(writing)?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(writing)
}
