//! `shared-spaces doctor`: says what is wrong, and what to do.

use anyhow::{Result, ensure};

use crate::config::Config;
use crate::doctor::examine;
use crate::finding::Verdict;

/// Prints a line for each thing that was looked at.
///
/// # Errors
/// Something is bad, or the settings can't be understood.
pub async fn run(config: &Config) -> Result<()> {
    let mut bad = 0;
    examine(config, |finding| {
        let mark = match finding.verdict {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "BAD",
        };
        bad += u32::from(finding.verdict == Verdict::Bad);
        println!("{mark:<9} {}.", finding.sentence);
    })
    .await;
    ensure!(
        bad == 0,
        "Things that keep Shared Spaces from working: {bad}"
    );
    Ok(())
}
