//! What a look at something has shown, in a sentence for the one who has to mend it.

use serde::Serialize;

/// How something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Good,
    /// It works, and may not do what its owner thinks.
    Doubtful,
    Bad,
}

/// What a look at something has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// What was found and, unless it is good, what to do.
    pub sentence: String,
}

impl Finding {
    pub fn good(sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Good, sentence)
    }

    pub fn doubtful(sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Doubtful, sentence)
    }

    pub fn bad(sentence: impl Into<String>) -> Self {
        Self::new(Verdict::Bad, sentence)
    }

    /// What went wrong, and what to do where the error tells.
    pub fn error(error: &anyhow::Error) -> Self {
        let mut sentence = String::new();
        for cause in error.chain() {
            let cause = cause.to_string();
            // What they list below is where they looked, and would be pages.
            let cause = cause.lines().next().unwrap_or_default();
            // Amazon's errors repeat what is behind them.
            if !sentence.contains(cause) {
                let colon = if sentence.is_empty() { "" } else { ": " };
                sentence = sentence + colon + cause.trim_end_matches(['.', ':', ' ']);
            }
        }
        if let Some(advice) = advice(error) {
            sentence = sentence + ". " + advice;
        }
        Self::bad(sentence)
    }

    fn new(verdict: Verdict, sentence: impl Into<String>) -> Self {
        Self {
            verdict,
            sentence: sentence.into(),
        }
    }
}

/// What to do about an error of Amazon's, where it tells.
fn advice(error: &anyhow::Error) -> Option<&'static str> {
    let all = format!("{error:?}");
    let known = [
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
            "It takes no more requests at the moment: try again later, or ask who runs it for more",
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
        (
            "dispatch failure",
            "Nobody answers there: check the network and AWS_ENDPOINT_URL",
        ),
        (
            "timeout",
            "Nobody answers in time: check the network and AWS_ENDPOINT_URL",
        ),
    ];
    known
        .into_iter()
        .find(|(sign, _)| all.contains(sign))
        .map(|(_, advice)| advice)
}
