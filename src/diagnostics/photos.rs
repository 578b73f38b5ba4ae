//! Whether some photos are in the store as they were stored. All of them take long, and are left to `photos verify`.

use crate::app::App;
use crate::check::Check;
use crate::config::Config;
use crate::domain::photos;
use crate::output::count;
use crate::verify_photos::{Care, Scope, Summary};

/// How many photos are checked.
const SAMPLE: usize = 64;
/// How many bytes of them are read; beyond that, only lengths are checked.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
const SEE: &str = "`shared-spaces photos verify` checks all photos and names them";

/// Looks at a sample, where there are photos at all.
pub async fn run_checks(config: &Config, report: &mut impl FnMut(Check)) {
    match verify_sample(config).await {
        Ok(check) => check.into_iter().for_each(report),
        Err(error) => report(Check::error(
            &error.context("Photos in the store can't be checked"),
        )),
    }
}

async fn verify_sample(config: &Config) -> anyhow::Result<Option<Check>> {
    let app = App::start(config.clone()).await?;
    let all = app.db.read(|conn| Ok(photos::count(conn)?)).await?;
    if all == 0 {
        return Ok(None);
    }
    let scope = Scope {
        sample: Some(SAMPLE),
        max_bytes: MAX_BYTES,
        previews: Care::None,
    };
    let summary = app.verifier().run(&scope, |_, _| Ok(()), |_| ()).await?;
    Ok(Some(check(&summary, all)))
}

fn check(summary: &Summary, all: u64) -> Check {
    let Summary {
        photos,
        missing,
        changed,
        unreadable,
        ..
    } = summary;
    if missing + changed + unreadable == 0 {
        let sample = if *photos < all {
            format!(" (a random sample of {all})")
        } else {
            String::new()
        };
        return Check::ok(format!(
            "Checked {}{sample}: all intact",
            count(photos, "photo")
        ));
    }
    Check::failed(format!(
        "Checked {}: {missing} missing from the store, {changed} changed, {unreadable} unreadable: {SEE}, and \
        docs/backup.md explains how to restore them",
        count(photos, "photo")
    ))
}
