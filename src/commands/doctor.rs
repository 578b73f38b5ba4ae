//! `shared-spaces doctor`: says what is wrong, and what to do.

use anyhow::{Result, ensure};

use crate::check::{Check, Severity, sentence};
use crate::commands::cli::ListOptions;
use crate::config::Settings;
use crate::diagnostics::examine;
use crate::output::{plain, say};

/// Prints a line for each thing that was looked at.
///
/// # Errors
/// Something is bad.
pub async fn run(settings: &Settings, list: ListOptions) -> Result<()> {
    let (mut findings, mut said) = (Vec::new(), Ok(()));
    examine(settings, |finding| {
        if !list.json && said.is_ok() {
            said = tell(&finding);
        }
        findings.push(finding);
    })
    .await;
    said?;
    conclude(&findings, list)
}

/// The same where the settings can't be used, on which everything else stands.
///
/// # Errors
/// Always.
pub fn refuse(error: &anyhow::Error, list: ListOptions) -> Result<()> {
    let all = sentence(error);
    let each = all.lines().map(|line| line.trim_end_matches('.'));
    let findings: Vec<_> = each.map(Check::failed).collect();
    if !list.json {
        findings.iter().try_for_each(tell)?;
    }
    conclude(&findings, list)
}

fn tell(finding: &Check) -> Result<()> {
    let mark = match finding.verdict {
        Severity::Ok => "good",
        Severity::Warning => "doubtful",
        Severity::Error => "BAD",
    };
    let said = plain(&finding.sentence);
    let stop = if said.ends_with('?') { "" } else { "." };
    say!("{mark:<9} {said}{stop}")
}

fn conclude(findings: &[Check], list: ListOptions) -> Result<()> {
    if list.json {
        say!("{}", serde_json::to_string_pretty(findings)?)?;
    }
    let bad = findings
        .iter()
        .filter(|finding| finding.verdict == Severity::Error)
        .count();
    ensure!(
        bad == 0,
        "Things that keep Shared Spaces from working: {bad}"
    );
    Ok(())
}
