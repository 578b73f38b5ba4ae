//! Why something doesn't work: in the words of the system, of SQLite or of Amazon, and what to do about it if they show that.

use std::io::{self, ErrorKind};

use rusqlite::ErrorCode;
use serde::Serialize;
use strum::VariantNames;

/// What went wrong, each cause said once, and what to do if an error of Amazon's or of the system shows it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{error}{}", .advice.map_or_else(String::new, |advice| format!(". {advice}")))]
pub struct Cause {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<Advice>,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Advice {
    #[error("Check AWS_ENDPOINT_URL, which must be like https://s3.example.org")]
    CheckEndpoint,
    #[error("The access key is unknown there: check AWS_ACCESS_KEY_ID, or the profile")]
    CheckAccessKey,
    #[error("The secret key belongs to another access key: check AWS_SECRET_ACCESS_KEY")]
    CheckSecretKey,
    #[error("The clock of this machine is wrong: set it")]
    SetClock,
    #[error("It is throttling requests: try again later, or ask its operator for a higher limit")]
    WaitForThrottling,
    #[error("The policy of this access key doesn't allow it: compare it with docs/deployment.md")]
    ComparePolicy,
    #[error("There is no such queue: check photos.queue_url and AWS_REGION")]
    CheckQueue,
    #[error("The bucket is in another region: check AWS_REGION")]
    CheckRegion,
    #[error(
        "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
    )]
    SetCredentials,
    #[error("It can't be reached: check the network and AWS_ENDPOINT_URL")]
    CheckNetwork,
    #[error("It doesn't respond in time: check the network and AWS_ENDPOINT_URL")]
    CheckSlowNetwork,
    #[error(
        "The database is damaged: stop the server, keep the data folder as it is, and restore the latest backup into \
         another, as docs/backup.md says"
    )]
    RestoreBackup,
    #[error(
        "This account isn't allowed to: use the one that runs the server, or the owner of these files"
    )]
    UseOwner,
    #[error("Free some space on that disk")]
    FreeSpace,
}

impl Cause {
    /// An error with the only advice that it can have.
    pub(crate) fn sample() -> Self {
        Self {
            error: String::from("Permission denied (os error 13)"),
            advice: Some(Advice::UseOwner),
        }
    }
}

impl From<&anyhow::Error> for Cause {
    fn from(error: &anyhow::Error) -> Self {
        let mut words = String::new();
        for cause in error.chain() {
            let cause = cause.to_string();
            let cause = first_part(&cause);
            // The errors of Amazon and of SQLite repeat their causes.
            if !SAYS_NOTHING.contains(&cause) && !words.contains(cause) {
                let colon = if words.is_empty() { "" } else { ": " };
                words = words + colon + cause;
            }
        }
        Self {
            error: words,
            advice: advice(error),
        }
    }
}

impl From<anyhow::Error> for Cause {
    fn from(error: anyhow::Error) -> Self {
        Self::from(&error)
    }
}

/// The same, in a sentence.
pub fn sentence(error: &anyhow::Error) -> String {
    Cause::from(error).to_string()
}

/// What Amazon's SDK puts between what failed and why.
const SAYS_NOTHING: [&str; 5] = [
    "dispatch failure",
    "other",
    "io error",
    "service error",
    "unhandled error",
];

/// Without the list, which would be pages, of where Amazon's SDK has looked for credentials.
fn first_part(cause: &str) -> &str {
    let end = cause.find("Attempted:\n").unwrap_or(cause.len());
    let cause = cause[..end].trim_end_matches(['.', ':', ' ', '\n']);
    match cause
        .strip_prefix("Error code ")
        .and_then(|rest| rest.split_once(": "))
    {
        // SQLite's error code, and its meaning again.
        Some((number, meaning)) if number.parse::<u32>().is_ok() => meaning,
        _ => cause,
    }
}

/// What to do about an error of Amazon's or of the system, if it shows it.
fn advice(error: &anyhow::Error) -> Option<Advice> {
    // That of the whole would have the places in our code, where they are wanted, and their names.
    let causes = error.chain().map(|cause| format!("{cause:?} {cause}"));
    let all = causes.collect::<Vec<_>>().join("\n");
    let known = [
        ("was not a valid URI", Advice::CheckEndpoint),
        ("InvalidAccessKeyId", Advice::CheckAccessKey),
        ("InvalidClientTokenId", Advice::CheckAccessKey),
        ("SignatureDoesNotMatch", Advice::CheckSecretKey),
        ("RequestTimeTooSkewed", Advice::SetClock),
        ("SlowDown", Advice::WaitForThrottling),
        ("AccessDenied", Advice::ComparePolicy),
        ("QueueDoesNotExist", Advice::CheckQueue),
        ("NonExistentQueue", Advice::CheckQueue),
        ("PermanentRedirect", Advice::CheckRegion),
        ("AuthorizationHeaderMalformed", Advice::CheckRegion),
        ("CredentialsNotLoaded", Advice::SetCredentials),
        ("no credentials found in chain", Advice::SetCredentials),
        (
            "no providers in chain provided credentials",
            Advice::SetCredentials,
        ),
        // The metadata service of Amazon's machines, which has their credentials. Elsewhere, nothing or something else answers.
        ("IMDS", Advice::SetCredentials),
        ("dispatch failure", Advice::CheckNetwork),
        ("timeout", Advice::CheckSlowNetwork),
    ];
    let is_of_amazon = SIGNS_OF_AMAZON.iter().any(|sign| all.contains(sign));
    if is_of_amazon {
        let told = known.into_iter().find(|(sign, _)| all.contains(sign));
        return told.map(|(_, advice)| advice);
    }
    if is_damaged_database(error) {
        return Some(Advice::RestoreBackup);
    }
    let mut of_system = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    of_system.find_map(|error| match error.kind() {
        ErrorKind::PermissionDenied => Some(Advice::UseOwner),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(Advice::FreeSpace),
        _ => None,
    })
}

/// Whether SQLite has found that the file isn't, or not everywhere, a database.
pub fn is_damaged_database(error: &anyhow::Error) -> bool {
    let mut of_sqlite = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<rusqlite::Error>()?.sqlite_error_code());
    of_sqlite.any(|code| matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// What is in every error that comes from Amazon's SDK.
const SIGNS_OF_AMAZON: [&str; 5] = [
    "DispatchFailure",
    "ServiceError",
    "TimeoutError",
    "ConstructionFailure",
    "ResponseError",
];

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn each_cause_is_said_once() {
        let error = anyhow!("Error code 26: file is not a database")
            .context("file is not a database")
            .context("The list can't be read");
        assert_eq!(
            sentence(&error),
            "The list can't be read: file is not a database"
        );
        assert_eq!(
            sentence(&anyhow!("no room. ").context("It can't be written")),
            "It can't be written: no room"
        );
    }

    #[test]
    fn where_a_disk_is_full_somebody_is_told_to_free_space() {
        let full = anyhow::Error::from(io::Error::from(ErrorKind::StorageFull));
        assert_eq!(
            sentence(&full.context("The archive can't be written")),
            "The archive can't be written: no storage space. Free some space on that disk"
        );
    }

    #[test]
    fn where_a_database_is_damaged_or_credentials_are_missing_somebody_is_told_what_to_do() {
        for code in [rusqlite::ffi::SQLITE_CORRUPT, rusqlite::ffi::SQLITE_NOTADB] {
            let damaged = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let told = sentence(&anyhow::Error::from(damaged).context("It can't be backed up"));
            assert!(told.contains("restore the latest backup"), "{told}");
        }
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        let busy = anyhow::Error::from(rusqlite::Error::SqliteFailure(busy, None));
        assert!(!sentence(&busy).contains("backup"));
        // As the machine's own service says it, where it lends no credentials.
        let forbidden = anyhow!("failed to load IMDS session token: dispatch failure")
            .context("DispatchFailure");
        assert!(sentence(&forbidden).contains("No credentials were found"));
    }

    #[test]
    fn who_is_not_allowed_to_is_told_so_and_nobody_else() {
        let denied = anyhow::Error::from(io::Error::from(ErrorKind::PermissionDenied));
        assert!(sentence(&denied.context("The key can't be read")).contains("isn't allowed to"));
        for other in ["timeout", "AccessDenied", "dispatch failure"] {
            assert_eq!(
                sentence(&anyhow!("{other} of ours")),
                format!("{other} of ours")
            );
        }
    }
}
