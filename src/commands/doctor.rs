//! `shared-spaces doctor`: says what is wrong, and what to do.

use anyhow::{Result, ensure};

use crate::api::views::check::CheckOutcome;
use crate::check::{Check, Severity, sentence};
use crate::commands::cli::ListOptions;
use crate::config::Settings;
use crate::diagnostics::run_checks;
use crate::diagnostics::settings::SettingsFound;
use crate::output::{plain, say};

/// Prints a line for each thing that was looked at.
///
/// # Errors
/// A check has found an error.
pub async fn run(settings: &Settings, list: ListOptions) -> Result<()> {
    let (mut checks, mut said) = (Vec::new(), Ok(()));
    run_checks(settings, |check| {
        if !list.json && said.is_ok() {
            said = print(&check);
        }
        checks.push(check);
    })
    .await;
    said?;
    conclude(&checks, list)
}

/// The same where the settings can't be used, on which everything else stands.
///
/// # Errors
/// Always.
pub fn refuse(error: &anyhow::Error, list: ListOptions) -> Result<()> {
    let all = sentence(error);
    let refused = all.lines().map(|line| SettingsFound::SettingRefused {
        error: line.trim_end_matches('.').to_owned(),
    });
    let checks: Vec<_> = refused.map(Check::error).collect();
    if !list.json {
        checks.iter().try_for_each(print)?;
    }
    conclude(&checks, list)
}

fn print(check: &Check) -> Result<()> {
    let mark = match check.severity {
        Severity::Ok => "ok",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let said = plain(&check.message);
    let stop = if said.ends_with('?') { "" } else { "." };
    say!("{mark:<7} {said}{stop}")
}

fn conclude(checks: &[Check], list: ListOptions) -> Result<()> {
    if list.json {
        let outcomes: Vec<_> = checks.iter().map(CheckOutcome::from).collect();
        say!("{}", serde_json::to_string_pretty(&outcomes)?)?;
    }
    let errors = checks
        .iter()
        .filter(|check| check.severity == Severity::Error)
        .count();
    ensure!(
        errors == 0,
        "Problems that keep Shared Spaces from working: {errors}"
    );
    Ok(())
}
