//! Looks at everything that the program stands on, and says in sentences what is wrong and what to do.

mod backup;
pub(crate) mod data_dir;
// Whether HEICs are decoded where they can do no harm.
mod fence;
mod machine;
// The certificate of HTTPS.
mod certificate;
mod photos;
// Whether the settings are valid, and have an effect.
pub mod settings;
// The server that mail is sent by.
mod mail;
// How SQLite was built.
mod sqlite;
// What kind of file a path is.
pub(crate) mod database;

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::app;
use crate::check::{Cause, Check, Codes, Found, Severity};
use crate::clock::Clock;
use crate::config::{QueueKind, Settings, StoreKind};
use crate::data_dir::restored;
use crate::{queue, storage};

/// What is found where something can't even be looked at, and where that takes too long.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum Unchecked {
    #[error("{0}")]
    StoreUnusable(Cause),
    #[error("{0}")]
    QueueUnusable(Cause),
    #[error("{0}")]
    RestoredUnreadable(Cause),
    #[error("The checks take too long: run `shared-spaces doctor` on the machine of the server")]
    ChecksTooSlow,
}

impl Found for Unchecked {
    fn samples() -> Vec<Self> {
        vec![
            Self::StoreUnusable(Cause::sample()),
            Self::QueueUnusable(Cause::sample()),
            Self::RestoredUnreadable(Cause::sample()),
            Self::ChecksTooSlow,
        ]
    }
}

/// Every code that a check can have.
pub fn codes() -> Vec<Codes> {
    let here = [
        Codes::of::<Unchecked>(),
        Codes::of::<settings::SettingsFound>(),
        Codes::of::<sqlite::SqliteFound>(),
        Codes::of::<machine::MachineFound>(),
        Codes::of::<certificate::CertificateFound>(),
        Codes::of::<fence::HeicFound>(),
        Codes::of::<fence::PostersFound>(),
        Codes::of::<fence::RenditionsFound>(),
        Codes::of::<mail::MailFound>(),
        Codes::of::<data_dir::DataFound>(),
        Codes::of::<database::DatabaseFound>(),
        Codes::of::<photos::PhotosFound>(),
        Codes::of::<restored::RestoredCopy>(),
        Codes::of::<backup::BackupFound>(),
    ];
    let mut codes = Vec::from(here);
    codes.extend(storage::codes());
    codes.extend(queue::codes());
    codes
}

/// Runs all checks, one after the other, and reports what they find.
pub async fn run_checks(all: &Settings, mut report: impl FnMut(Check)) {
    let config = &all.config;
    settings::run_checks(config, &mut report);
    report(sqlite::run_checks());
    machine::run_checks(all, &mut report).await;
    certificate::check(config, Clock::default().now())
        .into_iter()
        .for_each(&mut report);
    if config.photos.heic {
        report(fence::run_checks().await);
    }
    if config.limits.video_bytes > 0 && config.photos.previews {
        report(fence::posters(&config.photos.ffmpeg).await);
        report(fence::renditions(&config.photos.ffmpeg).await);
    }
    mail::check(config).await.into_iter().for_each(&mut report);
    let data = data_dir::run_checks(config, &mut report);
    let mut can_be_read = false;
    if config.photos.store == StoreKind::S3 || data.has_folder {
        match storage::open(config.photos.store, config) {
            Ok(store) => {
                can_be_read = true;
                let mut report = |check: Check| {
                    can_be_read &= check.severity != Severity::Error;
                    report(check);
                };
                store.run_checks(&mut report).await;
            }
            Err(error) => report(Check::error(Unchecked::StoreUnusable(error.into()))),
        }
    }
    // Of a store that doesn't work, enough is said.
    if can_be_read && data.has_current_database {
        photos::run_checks(config, &mut report).await;
    }
    // To open a database of an older version would be to upgrade it.
    if config.photos.queue == QueueKind::Sqs || data.has_current_database {
        match app::queue(config.clone()).await {
            Ok(queue) => queue.run_checks(&mut report).await,
            Err(error) => report(Check::error(Unchecked::QueueUnusable(error.into()))),
        }
    }
    if data.has_folder {
        match restored::notice(config) {
            Ok(None) => {}
            Ok(Some(notice)) => report(Check::warning(notice)),
            Err(error) => report(Check::error(Unchecked::RestoredUnreadable(error.into()))),
        }
    }
    // Without a data folder, there is nothing to back up.
    if config.backup.destination.is_some() || data.has_folder {
        backup::run_checks(config, &mut report).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_used_once_and_has_a_sample() {
        let mut all = BTreeSet::new();
        for Codes { names, samples } in codes() {
            let of_samples: BTreeSet<_> = samples.iter().map(|check| check.code).collect();
            assert_eq!(of_samples, names.iter().copied().collect());
            for name in names {
                assert!(all.insert(*name), "{name}");
            }
        }
        assert!(all.len() > 90, "{}", all.len());
    }
}
