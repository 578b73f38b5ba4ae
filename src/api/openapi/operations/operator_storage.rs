//! Looking after the photos and the backups of the installation.

use super::operator::for_operators;
use crate::api::openapi::operation::Operation;
use crate::api::views::operator::RetryPhotos;
use crate::api::views::operator_storage::{Backups, PhotoQueueState, Retried};
use crate::error::{Conflict, FieldName, Malformed};

pub(super) fn storage() -> Vec<Operation> {
    vec![
        for_operators(
            "get",
            "/operator/photos",
            "operator.photos",
            "Get the queue of photos, and those that have failed",
        )
        .about("For operators only. By name, and without a link.")
        .returns::<PhotoQueueState>(),
        for_operators(
            "post",
            "/operator/photos/retry",
            "operator.retry_photos",
            "Send photos that have failed to the workers again",
        )
        .about("For operators only. Those that are named, or all.")
        .takes_json::<RetryPhotos>()
        .returns::<Retried>()
        .refuses([
            Malformed::NotList {
                field: FieldName::Photos,
            },
            Malformed::PhotoNames {
                max: RetryPhotos::MAX,
            },
        ])
        .refuses([Conflict::RestoredFolder]),
        for_operators(
            "get",
            "/operator/backups",
            "operator.backups",
            "Get which backups there are, and when the next one is due",
        )
        .about("For operators only. How the last ones ended is known until the server stops; the archives stay.")
        .returns::<Backups>(),
        for_operators(
            "post",
            "/operator/backups",
            "operator.start_backup",
            "Start a backup",
        )
        .about("For operators only. As the scheduled ones are made, to the same place, and one at a time.")
        .says_with(202, "Backup started")
        .refuses(refusals()),
        for_operators(
            "post",
            "/operator/backups/verify",
            "operator.verify_backup",
            "Start to check every byte of the newest archive",
        )
        .about("For operators only. `GET /operator/backups` says how it ended.")
        .says_with(202, "Verification started")
        .refuses(refusals()),
    ]
}

fn refusals() -> [Conflict; 3] {
    [
        Conflict::BackupRunning,
        Conflict::NoBackupDestination,
        Conflict::RestoredFolder,
    ]
}
