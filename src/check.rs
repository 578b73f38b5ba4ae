//! What a health check has found, in a sentence for the operator who has to mend it.

use std::io::{self, ErrorKind};

use rusqlite::ErrorCode;
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Ok,
    /// It works, and may not do what its owner thinks.
    Warning,
    Error,
}

/// What a health check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub severity: Severity,
    /// What was found and, unless it is well, what to do.
    pub message: String,
}

impl Check {
    pub fn ok(message: impl Into<String>) -> Self {
        Self::new(Severity::Ok, message)
    }

    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// What went wrong, and what to do if the error shows it.
    pub fn error(error: &anyhow::Error) -> Self {
        Self::failed(sentence(error))
    }

    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
        }
    }
}

/// What went wrong, each cause said once, and what to do if an error of Amazon's or of the system shows it.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        let cause = first_part(&cause);
        // The errors of Amazon and of SQLite repeat their causes.
        if !SAYS_NOTHING.contains(&cause) && !sentence.contains(cause) {
            let colon = if sentence.is_empty() { "" } else { ": " };
            sentence = sentence + colon + cause;
        }
    }
    if let Some(advice) = advice(error) {
        sentence = sentence + ". " + advice;
    }
    sentence
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
fn advice(error: &anyhow::Error) -> Option<&'static str> {
    // That of the whole would have the places in our code, where they are wanted, and their names.
    let causes = error.chain().map(|cause| format!("{cause:?} {cause}"));
    let all = causes.collect::<Vec<_>>().join("\n");
    let known = [
        (
            "was not a valid URI",
            "Check AWS_ENDPOINT_URL, which must be like https://s3.example.org",
        ),
        (
            "InvalidAccessKeyId",
            "The access key is unknown there: check AWS_ACCESS_KEY_ID, or the profile",
        ),
        (
            "InvalidClientTokenId",
            "The access key is unknown there: check AWS_ACCESS_KEY_ID, or the profile",
        ),
        (
            "SignatureDoesNotMatch",
            "The secret key belongs to another access key: check AWS_SECRET_ACCESS_KEY",
        ),
        (
            "RequestTimeTooSkewed",
            "The clock of this machine is wrong: set it",
        ),
        (
            "SlowDown",
            "It is throttling requests: try again later, or ask its operator for a higher limit",
        ),
        (
            "AccessDenied",
            "The policy of this access key doesn't allow it: compare it with docs/deployment.md",
        ),
        (
            "QueueDoesNotExist",
            "There is no such queue: check photos.queue_url and AWS_REGION",
        ),
        (
            "NonExistentQueue",
            "There is no such queue: check photos.queue_url and AWS_REGION",
        ),
        (
            "PermanentRedirect",
            "The bucket is in another region: check AWS_REGION",
        ),
        (
            "AuthorizationHeaderMalformed",
            "The bucket is in another region: check AWS_REGION",
        ),
        (
            "CredentialsNotLoaded",
            "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile",
        ),
        (
            "no credentials found in chain",
            "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile",
        ),
        (
            "no providers in chain provided credentials",
            "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile",
        ),
        // The metadata service of Amazon's machines, which has their credentials. Elsewhere, nothing or something else answers.
        (
            "IMDS",
            "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile",
        ),
        (
            "dispatch failure",
            "It can't be reached: check the network and AWS_ENDPOINT_URL",
        ),
        (
            "timeout",
            "It doesn't respond in time: check the network and AWS_ENDPOINT_URL",
        ),
    ];
    let is_of_amazon = SIGNS_OF_AMAZON.iter().any(|sign| all.contains(sign));
    if is_of_amazon {
        let told = known.into_iter().find(|(sign, _)| all.contains(sign));
        return told.map(|(_, advice)| advice);
    }
    if is_damaged_database(error) {
        return Some(
            "The database is damaged: stop the server, keep the data folder as it is, and restore the latest backup into \
             another, as docs/backup.md says",
        );
    }
    let mut of_system = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    of_system.find_map(|error| match error.kind() {
        ErrorKind::PermissionDenied => Some(
            "This account isn't allowed to: use the one that runs the server, or the owner of these files",
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("Free some space on that disk"),
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
