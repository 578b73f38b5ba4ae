//! `shared-spaces photos verify`: whether the store has every photo as it was stored.

use anyhow::{Context, Result, ensure};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{NotWhole, until_stopped};
use crate::app::App;
use crate::backup::destination::key_of;
use crate::commands::cli::VerifyOptions;
use crate::config::Config;
use crate::domain::ids::Id;
use crate::domain::photos::{self, PhotoRecord};
use crate::output::{count, say};
use crate::verify_photos::{Care, Damaged, Derived, Problem, Scope, Summary};

/// Reports each photo that isn't intact, and then how many are.
///
/// # Errors
/// [`NotWhole`] if a photo is missing or has changed, or what was made of one has; otherwise why the photos couldn't be looked at.
pub async fn run(config: Config, options: VerifyOptions) -> Result<()> {
    let app = App::start(config).await?;
    let previews = match (options.previews, options.repair_previews) {
        (_, true) => Care::Repair(Box::new(app.thumbnailer().context(
            "No previews are made, because photos.previews is false: leave out --repair-previews",
        )?)),
        (true, false) => Care::Check,
        (false, false) => Care::None,
    };
    let scope = Scope {
        sample: options.sample,
        max_bytes: u64::MAX,
        previews,
    };
    let bar = match options.sample {
        None => ProgressBar::new(app.db.read(|conn| Ok(photos::total_bytes(conn)?)).await?),
        Some(_) => ProgressBar::hidden(),
    };
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {bytes} of {total_bytes}, {eta} left",
    )?);
    if options.json {
        say!("{{\"findings\": [")?;
    }
    // One at a time, so that any number fits into memory. The last one has no comma after it.
    let mut last = None;
    let report = |photo: &PhotoRecord, problem: &Problem| {
        let sentence = sentence(photo, problem);
        let before = options
            .json
            .then(|| last.replace(as_json(photo, problem, &sentence)));
        bar.suspend(|| match before {
            None => say!("{sentence}."),
            Some(None) => Ok(()),
            Some(Some(before)) => say!("  {before},"),
        })
    };
    let verifier = app.verifier();
    let running = verifier.run(&scope, report, |bytes| bar.inc(bytes));
    let summary = until_stopped("not all photos were checked", running).await;
    bar.finish_and_clear();
    if let Some(last) = last {
        say!("  {last}")?;
    }
    match &summary {
        Ok(summary) if options.json => say!("], \"summary\": {}}}", summary_as_json(summary))?,
        // What was found before is still worth something.
        Err(_) if options.json => say!("]}}")?,
        _ => {}
    }
    let summary = summary?;
    if !options.json {
        say!("{}", told_of(&summary))?;
    }
    if summary.is_anything_wrong() {
        let Summary {
            missing,
            changed,
            previews,
            posters,
            renditions,
            repaired,
            ..
        } = summary;
        let damaged = previews + posters + renditions - repaired;
        let which = if posters + renditions == 0 {
            "previews"
        } else {
            "previews, posters and renditions"
        };
        return Err(NotWhole(format!(
            "Missing photos: {missing}. Changed photos: {changed}. Damaged {which}: {damaged}"
        ))
        .into());
    }
    ensure!(
        summary.unreadable == 0,
        "Photos that can't be read: {}",
        summary.unreadable
    );
    Ok(())
}

/// One line of what is wrong, and what to do.
fn sentence(photo: &PhotoRecord, problem: &Problem) -> String {
    let PhotoRecord {
        name,
        share,
        space,
        bytes,
        sha256,
        ..
    } = photo;
    let which = format!("{name}, of share {share} in space {space},");
    let put_back = format!(
        "In a backup destination, its file is {}: docs/backup.md explains how to restore it",
        key_of(sha256)
    );
    match problem {
        Problem::Missing => format!("{which} is missing from the store. {put_back}"),
        Problem::Length { found } => {
            format!("{which} is damaged: it has {found} bytes, not {bytes}. {put_back}")
        }
        Problem::Changed => {
            format!("{which} has changed: its bytes are not those that were stored. {put_back}")
        }
        Problem::Unreadable(why) => format!("{which} can't be read: {why}"),
        Problem::Derived(Damaged {
            what,
            why,
            repaired,
        }) => {
            let then = match (what, repaired) {
                (Derived::Rendition, true) => "A worker with ffmpeg makes it again",
                (_, true) => "It was made again",
                (Derived::Rendition, false) => {
                    "The video itself is intact; with --repair-previews, a worker makes it again"
                }
                (_, false) => "The photo itself is intact; --repair-previews makes previews again",
            };
            format!("{which} is intact, but its {what} {why}. {then}")
        }
    }
}

/// The same for programs.
fn as_json(photo: &PhotoRecord, problem: &Problem, sentence: &str) -> Value {
    let (what, repaired) = match problem {
        Problem::Missing => ("missing", false),
        Problem::Length { .. } => ("length", false),
        Problem::Changed => ("changed", false),
        Problem::Unreadable(_) => ("unreadable", false),
        Problem::Derived(damaged) => (damaged.what.word(), damaged.repaired),
    };
    json!({
        "photo": photo.name.as_str(),
        "share": photo.share.number(),
        "space": photo.space.number(),
        "problem": what,
        "repaired": repaired,
        "backup": key_of(&photo.sha256),
        "sentence": sentence,
    })
}

fn summary_as_json(summary: &Summary) -> Value {
    json!({
        "photos": summary.photos,
        "bytes": summary.bytes,
        "whole": summary.whole,
        "missing": summary.missing,
        "changed": summary.changed,
        "unreadable": summary.unreadable,
        "deleted_meanwhile": summary.deleted,
        "damaged_previews": summary.previews,
        "damaged_posters": summary.posters,
        "damaged_renditions": summary.renditions,
        "repaired": summary.repaired,
    })
}

/// The last line.
fn told_of(summary: &Summary) -> String {
    let Summary {
        photos,
        bytes,
        whole,
        missing,
        changed,
        unreadable,
        deleted,
        previews,
        posters,
        renditions,
        repaired,
    } = summary;
    let mut said = format!(
        "Checked {} and read {}: {whole} intact, {missing} missing, {changed} changed",
        count(photos, "photo"),
        HumanBytes(*bytes)
    );
    for (number, words) in [
        (unreadable, "can't be read"),
        (deleted, "deleted meanwhile"),
        (previews, "damaged previews"),
        (posters, "damaged posters"),
        (renditions, "damaged renditions"),
        (repaired, "of these made again"),
    ] {
        if *number > 0 {
            said += &format!(", {number} {words}");
        }
    }
    said + "."
}
