//! Limits that are met for the moment: the same request is granted later.

use std::time::Duration;

use serde::{Serialize, Serializer};
use strum::{IntoStaticStr, VariantNames};

/// Which limit is met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum Overload {
    #[error("The server is busy, try again in a moment")]
    Busy,
    #[error("Others need the room, and this upload was the slowest: try again in a moment")]
    GaveWay,
    #[error("Too many requests from your address at once, try again in a moment")]
    TooManyRequests,
    #[error("You are sending too many photos at once, try again in a moment")]
    TooManyUploads,
    #[error("You are downloading too many ZIPs at once, try again when one is complete")]
    TooManyZips,
    #[error("You have too many event streams open at once, try again when one is closed")]
    TooManyStreams,
    /// `wait` is the time until the next attempt.
    #[error("Too many attempts, try again in {}", in_words(*.wait))]
    TooManyAttempts {
        #[serde(rename = "wait_seconds", serialize_with = "seconds")]
        wait: Duration,
    },
}

impl Overload {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Busy | Self::GaveWay => 503,
            _ => 429,
        }
    }

    /// The whole seconds after which it is worth to try again.
    pub fn retry_after(&self) -> u64 {
        match self {
            Self::TooManyAttempts { wait } => whole_seconds(*wait),
            _ => super::RETRY_AFTER,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        let wait = Duration::from_secs(60);
        vec![
            Self::Busy,
            Self::GaveWay,
            Self::TooManyRequests,
            Self::TooManyUploads,
            Self::TooManyZips,
            Self::TooManyStreams,
            Self::TooManyAttempts { wait },
        ]
    }
}

fn seconds<S: Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(whole_seconds(*wait))
}

/// The whole seconds after which a time is surely over.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

/// Whole seconds, or minutes where they are many.
fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => String::from("1 second"),
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_seconds_and_a_long_one_in_minutes_that_are_enough() {
        let told = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(told(0), "1 second");
        assert_eq!(told(90), "90 seconds");
        assert_eq!(told(91), "2 minutes");
        assert_eq!(told(121), "3 minutes");
    }
}
