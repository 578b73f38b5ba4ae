//! Looks at everything that the program stands on, and says in sentences what is wrong and what to do.

mod backup;
mod data;
mod machine;
mod photos;

use crate::app;
use crate::backup::copy;
use crate::config::{Config, QueueKind, Settings, StoreKind, WorkerPlace};
use crate::finding::{Finding, Verdict};

/// Looks at everything, one thing after the other, and tells what it finds.
pub async fn examine(all: &Settings, mut tell: impl FnMut(Finding)) {
    let config = &all.config;
    tell(settings(config));
    machine::examine(all, &mut tell);
    let data = data::examine(config, &mut tell);
    let mut can_be_read = false;
    if config.photos.store == StoreKind::S3 || data.has_folder {
        match app::store(config.photos.store, config) {
            Ok(store) => {
                can_be_read = true;
                let mut tell = |finding: Finding| {
                    can_be_read &= finding.verdict != Verdict::Bad;
                    tell(finding);
                };
                store.examine(&mut tell).await;
            }
            Err(error) => tell(Finding::error(&error)),
        }
    }
    // Of a store that doesn't work, enough is said.
    if can_be_read && data.has_current_database {
        photos::examine(config, &mut tell).await;
    }
    // To open a database of an older version would be to upgrade it.
    if config.photos.queue == QueueKind::Sqs || data.has_current_database {
        match app::queue(config.clone()).await {
            Ok(queue) => queue.examine(&mut tell).await,
            Err(error) => tell(Finding::error(&error)),
        }
    }
    if data.has_folder {
        match copy::notice(config) {
            Ok(None) => {}
            Ok(Some(notice)) => tell(Finding::doubtful(notice)),
            Err(error) => tell(Finding::error(&error)),
        }
    }
    // Where there is no data folder, there is nothing to back up.
    if config.backup.to.is_some() || data.has_folder {
        backup::examine(config, &mut tell).await;
    }
}

fn settings(config: &Config) -> Finding {
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
        WorkerPlace::Inside => "the worker is inside the server",
        WorkerPlace::Separate => "workers are processes of their own (`shared-spaces worker`)",
    };
    Finding::good(format!(
        "The settings can be understood: {store}, {queue}, {worker}"
    ))
}
