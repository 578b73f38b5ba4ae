//! Whether the settings are valid, and whether each has an effect with the others as they are.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Check, Found};
use crate::config::{Config, Layout, Photos, QueueKind, StoreKind, WorkerMode};

/// What is found of the settings.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum SettingsFound {
    #[error(
        "The settings are valid: {}, {}, {}",
        of_store(*.store),
        of_queue(*.queue),
        of_worker(*.worker)
    )]
    SettingsValid {
        store: StoreKind,
        queue: QueueKind,
        worker: WorkerMode,
    },
    #[error("{error}")]
    SettingRefused { error: String },
    #[error(
        "photos.queue_url is set, but photos.queue is local, so nothing is sent there: set photos.queue = \"sqs\", \
         or remove photos.queue_url"
    )]
    QueueUrlUnused,
    #[error(
        "photos.store is local, but these settings are for photos in S3: {}. Set photos.store = \"s3\", or remove \
         them",
        .settings.join(", ")
    )]
    S3SettingsUnused { settings: Vec<&'static str> },
    #[error(
        "photos.bucket is set, but each space has a bucket of its own: set photos.layout = \"prefix\", or remove \
         photos.bucket"
    )]
    BucketUnused,
    #[error(
        "Push messages name nobody to whom a push service can complain, and Apple's refuses them: set push.contact, \
         such as to mailto:ann@example.org"
    )]
    PushContactMissing,
}

impl Found for SettingsFound {
    fn samples() -> Vec<Self> {
        vec![
            Self::SettingsValid {
                store: StoreKind::Local,
                queue: QueueKind::Local,
                worker: WorkerMode::Embedded,
            },
            Self::SettingsValid {
                store: StoreKind::S3,
                queue: QueueKind::Sqs,
                worker: WorkerMode::External,
            },
            Self::SettingRefused {
                error: String::from("The setting port must be a whole number from 0 to 65535"),
            },
            Self::QueueUrlUnused,
            Self::S3SettingsUnused {
                settings: vec!["photos.temp_bucket"],
            },
            Self::BucketUnused,
            Self::PushContactMissing,
        ]
    }
}

fn of_store(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Local => "photos are in the data folder",
        StoreKind::S3 => "photos are in S3",
    }
}

fn of_queue(queue: QueueKind) -> &'static str {
    match queue {
        QueueKind::Local => "the queue is in the database",
        QueueKind::Sqs => "the queue is in SQS",
    }
}

fn of_worker(worker: WorkerMode) -> &'static str {
    match worker {
        WorkerMode::Embedded => "the worker is embedded in the server",
        WorkerMode::External => "workers are separate processes (`shared-spaces worker`)",
    }
}

/// Says what holds of the settings, and names those that have no effect.
pub fn run_checks(config: &Config, report: &mut impl FnMut(Check)) {
    let photos = &config.photos;
    report(Check::ok(SettingsFound::SettingsValid {
        store: photos.store,
        queue: photos.queue,
        worker: photos.worker(),
    }));
    without_effect(photos)
        .map(Check::warning)
        .for_each(&mut *report);
    if config.push.enabled && config.is_https() && config.push_contact().is_none() {
        report(Check::warning(SettingsFound::PushContactMissing));
    }
}

/// Settings of photos that have no effect with the others as they are: one was forgotten, or a move to S3 is under way.
fn without_effect(photos: &Photos) -> impl Iterator<Item = SettingsFound> + use<> {
    let usual = Photos::default();
    let queue_url = photos.queue == QueueKind::Local && photos.queue_url.is_some();
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
    let of_store = if photos.store == StoreKind::Local {
        (!of_s3.is_empty()).then_some(SettingsFound::S3SettingsUnused { settings: of_s3 })
    } else {
        let is_unused = photos.layout == Layout::Buckets && photos.bucket != usual.bucket;
        is_unused.then_some(SettingsFound::BucketUnused)
    };
    let queue_url = queue_url.then_some(SettingsFound::QueueUrlUnused);
    queue_url.into_iter().chain(of_store)
}
