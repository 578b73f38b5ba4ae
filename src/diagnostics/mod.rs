//! Looks at everything that the program stands on, and says in sentences what is wrong and what to do.

mod backup;
pub(crate) mod data_dir;
// Whether HEICs are decoded where they can do no harm.
mod fence;
mod machine;
// The certificate of HTTPS.
mod certificate;
mod photos;
// The server that mail is sent by.
mod mail;
// How SQLite was built.
mod sqlite;
// What kind of file a path is.
pub(crate) mod database;

use crate::app;
use crate::check::{Check, Severity};
use crate::clock::Clock;
use crate::config::{Config, Layout, Photos, QueueKind, Settings, StoreKind, WorkerMode};
use crate::data_dir::restored;
use crate::storage;

/// Runs all checks, one after the other, and reports what they find.
pub async fn run_checks(all: &Settings, mut report: impl FnMut(Check)) {
    let config = &all.config;
    report(settings(config));
    report(sqlite::run_checks());
    without_effect(&config.photos)
        .into_iter()
        .for_each(&mut report);
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
    if config.push.enabled && config.is_https() && config.push_contact().is_none() {
        report(Check::warning(
            "Push messages name nobody to whom a push service can complain, and Apple's refuses them: set push.contact, \
            such as to mailto:ann@example.org",
        ));
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
            Err(error) => report(Check::error(&error)),
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
            Err(error) => report(Check::error(&error)),
        }
    }
    if data.has_folder {
        match restored::notice(config) {
            Ok(None) => {}
            Ok(Some(notice)) => report(Check::warning(notice)),
            Err(error) => report(Check::error(&error)),
        }
    }
    // Without a data folder, there is nothing to back up.
    if config.backup.destination.is_some() || data.has_folder {
        backup::run_checks(config, &mut report).await;
    }
}

/// Settings of photos that have no effect with the others as they are: one was forgotten, or a move to S3 is under way.
fn without_effect(photos: &Photos) -> Vec<Check> {
    let usual = Photos::default();
    let mut findings = Vec::new();
    if photos.queue == QueueKind::Local && photos.queue_url.is_some() {
        findings.push(Check::warning(
            "photos.queue_url is set, but photos.queue is local, so nothing is sent there: set photos.queue = \"sqs\", \
            or remove photos.queue_url",
        ));
    }
    let of_s3 = [
        (
            "photos.temp_bucket",
            photos.temp_bucket != usual.temp_bucket,
        ),
        ("photos.preview_bucket", photos.preview_bucket.is_some()),
        (
            "photos.bucket_prefix",
            photos.bucket_prefix != usual.bucket_prefix,
        ),
        ("photos.bucket", photos.bucket != usual.bucket),
        ("photos.layout", photos.layout != usual.layout),
        ("photos.delivery", photos.delivery != usual.delivery),
    ];
    let of_s3: Vec<&str> = of_s3
        .into_iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(name, _)| name)
        .collect();
    if photos.store == StoreKind::Local && !of_s3.is_empty() {
        findings.push(Check::warning(format!(
            "photos.store is local, but these settings are for photos in S3: {}. Set photos.store = \"s3\", or remove \
            them",
            of_s3.join(", ")
        )));
    } else if photos.layout == Layout::Buckets && photos.bucket != usual.bucket {
        findings.push(Check::warning(
            "photos.bucket is set, but each space has a bucket of its own: set photos.layout = \"prefix\", or remove \
            photos.bucket",
        ));
    }
    findings
}

fn settings(config: &Config) -> Check {
    let photos = &config.photos;
    let store = match photos.store {
        StoreKind::Local => "photos are in the data folder",
        StoreKind::S3 => "photos are in S3",
    };
    let queue = match photos.queue {
        QueueKind::Local => "the queue is in the database",
        QueueKind::Sqs => "the queue is in SQS",
    };
    let worker = match photos.worker() {
        WorkerMode::Embedded => "the worker is embedded in the server",
        WorkerMode::External => "workers are separate processes (`shared-spaces worker`)",
    };
    Check::ok(format!(
        "The settings are valid: {store}, {queue}, {worker}"
    ))
}
