//! `shared-spaces photos cleanup`: deletes what lies in the store and belongs to nothing.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use super::{operators_log, until_stopped};
use crate::app::{App, begun_anew};
use crate::check::sentence;
use crate::commands::cli::CleanupOptions;
use crate::config::Config;
use crate::logging::audit::{self, By};
use crate::orphans::{Orphans, Outcome, Summary};
use crate::output::{bytes, count, say};
use crate::storage::{Content, StoredItem};

/// Reports each thing that was deleted or isn't recognised, and then how much that is.
///
/// # Errors
/// The database or the store can't be used, or something can't be deleted.
pub async fn run(config: Config, options: CleanupOptions) -> Result<()> {
    let CleanupOptions { dry_run, json } = options;
    let app = App::start(config).await?;
    // A database that was created next to the photos of another knows none of them.
    if let Some(bucket) = app.confirm_folder().await? {
        bail!(begun_anew(&app.config, &bucket));
    }
    let orphans = Orphans {
        db: app.db.clone(),
        store: app.photos.clone(),
        hold: app.hold.clone(),
        is_dry_run: dry_run,
    };
    if json {
        say!("{{\"findings\": [")?;
    }
    // One at a time, so that any number fits into memory. The last one has no comma after it.
    let mut last = None;
    let report = |item: &StoredItem, outcome: &Outcome| {
        if !json {
            return say!("{}", line(item, outcome));
        }
        match last.replace(as_json(item, outcome)) {
            Some(before) => say!("  {before},"),
            None => Ok(()),
        }
    };
    let then = "not everything was looked at; run the command again to continue";
    let summary = until_stopped(then, orphans.run(report)).await;
    if let Some(last) = last {
        say!("  {last}")?;
    }
    match &summary {
        Ok(summary) if json => say!("], \"summary\": {}}}", summary_as_json(summary, dry_run))?,
        Err(_) if json => say!("]}}")?,
        _ => {}
    }
    let summary = summary?;
    if !dry_run && summary.orphans > 0 {
        let deleted = summary.orphans;
        operators_log::note_in(&app.db, app.now(), move |act| act.note_orphans(deleted)).await;
        audit::orphans_deleted(By::CommandLine, deleted);
    }
    if !json {
        say!("{}", in_words(&summary, dry_run))?;
    }
    ensure!(
        summary.failed == 0,
        "{} couldn't be deleted",
        count(summary.failed, "file")
    );
    Ok(())
}

/// What it is, in a word.
fn kind(item: &StoredItem) -> &'static str {
    match &item.content {
        Content::Known(key) => key.word(),
        Content::TemporaryFile(_) => "temporary",
        Content::Shared(_) | Content::Unrecognized => "unrecognized",
    }
}

fn line(item: &StoredItem, outcome: &Outcome) -> String {
    let StoredItem {
        location,
        bytes: size,
        ..
    } = item;
    let (kind, size) = (kind(item), bytes(*size));
    match outcome {
        Outcome::Deleted => format!("{location}  {kind}, {size}: deleted"),
        Outcome::Found => format!("{location}  {kind}, {size}: belongs to nothing"),
        Outcome::Failed(error) => {
            let why = sentence(error);
            format!("{location}  {kind}, {size}: can't be deleted: {why}")
        }
        Outcome::Unrecognized => format!("{location}  isn't recognised, and stays"),
    }
}

/// The same for programs.
fn as_json(item: &StoredItem, outcome: &Outcome) -> Value {
    let photo = match &item.content {
        Content::Known(key) => Some(key.name().as_str()),
        Content::Shared(_) | Content::TemporaryFile(_) | Content::Unrecognized => None,
    };
    let (word, error) = match outcome {
        Outcome::Deleted => ("deleted", None),
        Outcome::Found => ("found", None),
        Outcome::Failed(error) => ("failed", Some(sentence(error))),
        Outcome::Unrecognized => ("kept", None),
    };
    json!({
        "location": item.location,
        "kind": kind(item),
        "photo": photo,
        "bytes": item.bytes,
        "outcome": word,
        "error": error,
    })
}

fn summary_as_json(summary: &Summary, dry_run: bool) -> Value {
    json!({
        "dry_run": dry_run,
        "files": summary.files,
        "orphans": summary.orphans,
        "bytes": summary.bytes,
        "failed": summary.failed,
        "unrecognized": summary.unrecognized,
        "young": summary.young,
    })
}

/// The last line.
fn in_words(summary: &Summary, dry_run: bool) -> String {
    let Summary {
        files,
        orphans,
        bytes: size,
        failed,
        unrecognized,
        young,
    } = *summary;
    let (orphans, size) = (count(orphans, "file"), bytes(size));
    let mut said = if dry_run {
        format!(
            "Found {orphans} that belong to nothing, {size} in total; without --dry-run, these are deleted"
        )
    } else {
        format!("Deleted {orphans} that belonged to nothing, which freed {size}")
    };
    said += &format!(". Of {files} in the store");
    for (number, words) in [
        (failed, "couldn't be deleted"),
        (unrecognized, "aren't recognised and stay"),
        (young, "are younger than a day and may be on their way"),
    ] {
        said += &format!(", {number} {words}");
    }
    said + "."
}
