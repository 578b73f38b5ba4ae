//! `shared-spaces status`: what the installation has and how it is doing, at a glance.

use std::time::Duration;

use anyhow::Result;
use humantime::format_duration;

use crate::api::views::operation::ServerStatus;
use crate::app::App;
use crate::app::status::Status;
use crate::clock::Timestamp;
use crate::commands::cli::ListOptions;
use crate::config::{QueueKind, Settings};
use crate::data_dir;
use crate::domain::statistics::Backlog;
use crate::domain::usage::Usage;
use crate::output::{bytes, contents, count, say};

/// Prints it. A server may run meanwhile, and needn't.
///
/// # Errors
/// The installation doesn't exist, or its database can't be used.
pub async fn run(settings: Settings, list: ListOptions) -> Result<()> {
    let config = settings.config;
    let (folder, queue) = (config.data_dir.clone(), config.photos.queue);
    // Before the database is opened.
    let is_served = data_dir::is_served(&folder);
    let app = App::start(config).await?;
    let counted = app.db.read_long(app.counting()).await?;
    let status = app.status(counted, is_served);
    if list.json {
        return say!(
            "{}",
            serde_json::to_string_pretty(&ServerStatus::from(status))?
        );
    }
    for (name, value) in lines(&status, queue) {
        say!("{name:<10} {value}")?;
    }
    Ok(())
}

fn lines(status: &Status, queue: QueueKind) -> Vec<(&'static str, String)> {
    let Status {
        totals,
        backlog,
        sizes,
        ..
    } = status;
    let size = |bytes_of: Option<u64>| bytes_of.map_or_else(|| "unknown".to_owned(), bytes);
    let disabled = match totals.disabled_users {
        0 => String::new(),
        some => format!(", {some} of them disabled"),
    };
    let mut lines = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        (
            "server",
            if status.is_served {
                "running on the data folder".to_owned()
            } else {
                "not running".to_owned()
            },
        ),
        (
            "people",
            format!(
                "{}{disabled}, {}",
                count(totals.users, "account"),
                count(backlog.sessions, "session")
            ),
        ),
        ("spaces", totals.spaces.to_string()),
        (
            "shared",
            contents(
                [totals.shares, totals.comments, totals.photos, totals.films],
                totals.bytes,
            ),
        ),
    ];
    lines.push(("queue", queue_line(status, queue)));
    lines.push(("failed", failed_line(status)));
    lines.push((
        "waiting",
        format!(
            "{}, {}, {} to delete{}",
            count(backlog.uploads, "upload"),
            count(backlog.deleted_spaces, "deleted space"),
            count(backlog.deletions, "photo"),
            match backlog.failed_deletions {
                0 => String::new(),
                some => format!(", {some} of which the store refused to delete"),
            }
        ),
    ));
    lines.push((
        "database",
        format!("{}, and {} of log", size(sizes.database), size(sizes.wal)),
    ));
    lines.push(("stored", stored_line(&status.usage)));
    lines.push((
        "disk",
        format!(
            "{} free{}",
            size(sizes.free),
            match status.has_room {
                true => "",
                false => ", too little for photos and videos",
            }
        ),
    ));
    if let Some(certificate) = &status.certificate {
        lines.push(("https", certificate_line(certificate)));
    }
    lines
}

fn certificate_line(certificate: &Result<Option<Timestamp>>) -> String {
    match certificate {
        Ok(Some(end)) => format!("the certificate ends on {}", end.rfc3339()),
        Ok(None) => "no certificate yet: see `shared-spaces doctor`".to_owned(),
        Err(error) => format!("the certificate can't be used: {error:#}"),
    }
}

fn queue_line(status: &Status, queue: QueueKind) -> String {
    let Backlog {
        queued,
        oldest_queued,
        unsent,
        ..
    } = status.backlog;
    let waiting = match (queue, oldest_queued) {
        (QueueKind::Sqs, _) => "in SQS, which counts it".to_owned(),
        (QueueKind::Local, None) => "empty".to_owned(),
        (QueueKind::Local, Some(oldest)) => {
            // To the second.
            let age = Duration::from_secs(status.now.since(oldest).as_secs());
            let waits = count(queued, "photo");
            format!("{waits}, the first for {}", format_duration(age))
        }
    };
    match unsent {
        0 => waiting,
        some => format!("{waiting}; {} not sent to it yet", count(some, "photo")),
    }
}

fn stored_line(usage: &Usage) -> String {
    let quota = match usage.max {
        Some(max) => format!("of the quota of {}", bytes(max)),
        None => "no quota".to_owned(),
    };
    format!("{}, with previews and uploads; {quota}", bytes(usage.used))
}

fn failed_line(status: &Status) -> String {
    let (failed, without) = (status.backlog.failed, status.without_previews);
    if failed == 0 && without == 0 {
        return "nothing".to_owned();
    }
    format!(
        "{}, and {} without previews: see `shared-spaces photos failed`",
        count(failed, "photo"),
        count(without, "photo")
    )
}
