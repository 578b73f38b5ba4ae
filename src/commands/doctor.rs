//! `shared-spaces doctor`: says what is wrong, and what to do.

use anyhow::{Result, ensure};

use crate::cli::ListOptions;
use crate::config::Settings;
use crate::doctor::examine;
use crate::finding::Verdict;

/// Prints a line for each thing that was looked at.
///
/// # Errors
/// Something is bad.
pub async fn run(settings: &Settings, list: ListOptions) -> Result<()> {
    let mut findings = Vec::new();
    examine(settings, |finding| {
        let mark = match finding.verdict {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "BAD",
        };
        if !list.json {
            println!("{mark:<9} {}.", finding.sentence);
        }
        findings.push(finding);
    })
    .await;
    if list.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    }
    let bad = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Bad)
        .count();
    ensure!(
        bad == 0,
        "Things that keep Shared Spaces from working: {bad}"
    );
    Ok(())
}
