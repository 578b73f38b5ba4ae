//! Whether some photos are in the store as they were stored. All of them take long, and are left to `photos verify`.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::app::App;
use crate::check::{Cause, Check, Found};
use crate::config::Config;
use crate::domain::photos;
use crate::output::count;
use crate::verify_photos::{Care, Scope, Summary};

/// How many photos are checked.
const SAMPLE: usize = 64;
/// How many bytes of them are read; beyond that, only lengths are checked.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// What is found of them.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "photos_", serialize_all = "snake_case")]
pub enum PhotosFound {
    #[error("Checked {}: all intact", count(.photos, "photo"))]
    Intact { photos: u64 },
    #[error("Checked {} (a random sample of {total}): all intact", count(.photos, "photo"))]
    SampleIntact { photos: u64, total: u64 },
    #[error(
        "Checked {}: {missing} missing from the store, {changed} changed, {unreadable} unreadable: `shared-spaces photos \
         verify` checks all photos and names them, and docs/backup.md explains how to restore them",
        count(.photos, "photo")
    )]
    Damaged {
        photos: u64,
        missing: u64,
        changed: u64,
        unreadable: u64,
    },
    #[error("{0}")]
    Unchecked(Cause),
}

impl Found for PhotosFound {
    fn samples() -> Vec<Self> {
        let photos = 64;
        vec![
            Self::Intact { photos },
            Self::SampleIntact {
                photos,
                total: 3000,
            },
            Self::Damaged {
                photos,
                missing: 1,
                changed: 2,
                unreadable: 0,
            },
            Self::Unchecked(Cause::sample()),
        ]
    }
}

/// Looks at a sample, where there are photos at all.
pub async fn run_checks(config: &Config, report: &mut impl FnMut(Check)) {
    match verify_sample(config).await {
        Ok(check) => check.into_iter().for_each(report),
        Err(error) => {
            let error = error.context("Photos in the store can't be checked");
            report(Check::error(PhotosFound::Unchecked(error.into())));
        }
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
    Ok(Some(judge(&summary, all)))
}

fn judge(summary: &Summary, total: u64) -> Check {
    let Summary {
        photos,
        missing,
        changed,
        unreadable,
        ..
    } = *summary;
    if missing + changed + unreadable > 0 {
        return Check::error(PhotosFound::Damaged {
            photos,
            missing,
            changed,
            unreadable,
        });
    }
    Check::ok(match photos < total {
        true => PhotosFound::SampleIntact { photos, total },
        false => PhotosFound::Intact { photos },
    })
}
