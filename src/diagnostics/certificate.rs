//! Whether HTTPS can be spoken, and for how long.

use std::time::Duration;

use anyhow::Result;
use rustls::crypto::aws_lc_rs::default_provider;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Cause, Check, Found};
use crate::clock::Timestamp;
use crate::config::Config;
use crate::tls::Certificates;
use crate::tls::acme::store::{State, Store};
use crate::tls::pair::Pair;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time before its end at which a certificate should have been renewed: those of 45 days are renewed 15 days before.
const SOON: Duration = DAY.saturating_mul(10);

/// What is found of it.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum CertificateFound {
    #[error("{0}")]
    CertificateUnusable(Cause),
    #[error(
        "The certificate of tls.certificate ended on {ends_at}, so browsers refuse it: renew it"
    )]
    CertificateEnded { ends_at: String },
    #[error("The certificate of tls.certificate ends on {ends_at}: see why it hasn't been renewed")]
    CertificateEndsSoon { ends_at: String },
    #[error("The certificate of HTTPS and its key belong together; it ends on {ends_at}")]
    CertificateValid { ends_at: String },
    #[error(
        "There is no certificate for {}, because ordering it failed at {failed_at}: {error}",
        .names.join(", ")
    )]
    CertificateNotOrdered {
        names: Vec<String>,
        failed_at: String,
        error: String,
    },
    #[error(
        "There is no certificate for {} yet: the server orders it when it runs (tls.acme.enabled)",
        .names.join(", ")
    )]
    CertificateNotOrderedYet { names: Vec<String> },
    #[error(
        "The ordered certificate ended on {ends_at}, so browsers refuse it{}",
        also(.failure)
    )]
    OrderedCertificateEnded {
        ends_at: String,
        #[serde(flatten)]
        failure: Option<OrderFailure>,
    },
    #[error(
        "The ordered certificate isn't for all of {}: the server orders another when it runs{}",
        .names.join(", "),
        also(.failure)
    )]
    OrderedCertificateLacksNames {
        names: Vec<String>,
        #[serde(flatten)]
        failure: Option<OrderFailure>,
    },
    #[error("The ordered certificate ends on {ends_at}, in {days} days{}", also(.failure))]
    OrderedCertificateValid {
        ends_at: String,
        days: u64,
        #[serde(flatten)]
        failure: Option<OrderFailure>,
    },
}

/// Why a certificate couldn't be ordered the last time.
#[derive(Clone, Debug, Serialize)]
pub struct OrderFailure {
    failed_at: String,
    error: String,
}

fn also(failure: &Option<OrderFailure>) -> String {
    failure
        .as_ref()
        .map_or_else(String::new, |OrderFailure { failed_at, error }| {
            format!("; ordering another failed at {failed_at}: {error}")
        })
}

impl Found for CertificateFound {
    fn samples() -> Vec<Self> {
        let ends_at = || String::from("2026-07-14T09:30:00Z");
        let names = || vec![String::from("spaces.example.org")];
        let failed_at = || String::from("2026-05-17T09:30:00Z");
        let error = || String::from("rateLimited");
        let failure = || {
            Some(OrderFailure {
                failed_at: failed_at(),
                error: error(),
            })
        };
        vec![
            Self::CertificateUnusable(Cause::sample()),
            Self::CertificateEnded { ends_at: ends_at() },
            Self::CertificateEndsSoon { ends_at: ends_at() },
            Self::CertificateValid { ends_at: ends_at() },
            Self::CertificateNotOrdered {
                names: names(),
                failed_at: failed_at(),
                error: error(),
            },
            Self::CertificateNotOrderedYet { names: names() },
            Self::OrderedCertificateEnded {
                ends_at: ends_at(),
                failure: failure(),
            },
            Self::OrderedCertificateLacksNames {
                names: names(),
                failure: failure(),
            },
            Self::OrderedCertificateValid {
                ends_at: ends_at(),
                days: 58,
                failure: failure(),
            },
        ]
    }
}

/// Looks at the certificate; `None` if the server speaks HTTP.
pub fn check(config: &Config, now: Timestamp) -> Option<Check> {
    let checked = if config.tls.acme.enabled {
        ordered(config, now)
    } else {
        match Certificates::open(&config.tls) {
            Ok(certificates) => Ok(validity(certificates?.ends()?, now)),
            Err(error) => Err(error),
        }
    };
    let unusable =
        |error: anyhow::Error| Check::error(CertificateFound::CertificateUnusable(error.into()));
    Some(checked.unwrap_or_else(unusable))
}

fn validity(ends: Timestamp, now: Timestamp) -> Check {
    let ends_at = ends.rfc3339();
    if ends <= now {
        Check::error(CertificateFound::CertificateEnded { ends_at })
    } else if ends <= now.plus(SOON) {
        Check::warning(CertificateFound::CertificateEndsSoon { ends_at })
    } else {
        Check::ok(CertificateFound::CertificateValid { ends_at })
    }
}

/// Looks at the certificate that the server orders itself.
fn ordered(config: &Config, now: Timestamp) -> Result<Check> {
    let store = Store::of(&config.data_dir);
    let names = config.tls.acme.names(config.public_url.as_deref());
    let state = store.state()?;
    Ok(match store.certificate(&default_provider())? {
        None => missing(&names, &state),
        Some(pair) => kept(&pair?, &names, &state, now),
    })
}

fn missing(names: &[String], state: &State) -> Check {
    let names = names.to_vec();
    match failure(state) {
        Some(OrderFailure { failed_at, error }) => {
            Check::error(CertificateFound::CertificateNotOrdered {
                names,
                failed_at,
                error,
            })
        }
        None => Check::warning(CertificateFound::CertificateNotOrderedYet { names }),
    }
}

fn failure(state: &State) -> Option<OrderFailure> {
    state.failure().map(|(failed, reason)| OrderFailure {
        failed_at: failed.rfc3339(),
        error: reason.to_owned(),
    })
}

fn kept(pair: &Pair, names: &[String], state: &State, now: Timestamp) -> Check {
    let (ends, ends_at) = (pair.ends(), pair.ends().rfc3339());
    let failure = failure(state);
    if ends <= now {
        return Check::error(CertificateFound::OrderedCertificateEnded { ends_at, failure });
    }
    if !pair.is_for(names) {
        return Check::warning(CertificateFound::OrderedCertificateLacksNames {
            names: names.to_vec(),
            failure,
        });
    }
    // It is renewed when a third of its life is left.
    let is_late = failure.is_some() || ends.since(now) < pair.life() / 5;
    let found = CertificateFound::OrderedCertificateValid {
        ends_at,
        days: ends.since(now).as_secs() / DAY.as_secs(),
        failure,
    };
    if is_late {
        Check::warning(found)
    } else {
        Check::ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;

    #[test]
    fn a_certificate_that_ends_soon_is_warned_of_and_one_that_has_ended_is_an_error() {
        let now = Timestamp(1_795_000_000_000);
        for (ends, severity) in [
            (now.plus(SOON * 2), Severity::Ok),
            (now.plus(SOON), Severity::Warning),
            (now, Severity::Error),
            (now.minus(SOON), Severity::Error),
        ] {
            assert_eq!(validity(ends, now).severity, severity);
        }
        assert_eq!(check(&Config::default(), now), None);
    }

    #[test]
    fn an_ordered_certificate_is_warned_of_if_it_is_not_renewed_and_the_reason_is_said() {
        let pem = concat!(
            include_str!("../../tests/fixtures/tls/first.key.pem"),
            include_str!("../../tests/fixtures/tls/first.pem")
        );
        let pair = Pair::from_pem(pem.as_bytes(), &default_provider()).unwrap();
        let (here, other) = (["localhost".to_owned()], ["spaces.example.org".to_owned()]);
        let well = State::default();
        let failed = State {
            failed_at: Some(0),
            reason: Some("refused".into()),
            ..State::default()
        };
        let (begin, end) = (pair.begins(), pair.ends());
        for (names, state, now, severity, said) in [
            (&here, &well, begin, Severity::Ok, "in 36500 days"),
            (
                &here,
                &failed,
                begin,
                Severity::Warning,
                "failed at 1970-01-01T00:00:00Z: refused",
            ),
            (&here, &well, end.minus(DAY), Severity::Warning, "in 1 days"),
            (
                &other,
                &well,
                begin,
                Severity::Warning,
                "isn't for all of spaces.example.org",
            ),
            (
                &here,
                &failed,
                end,
                Severity::Error,
                "browsers refuse it; ordering another failed",
            ),
        ] {
            let check = kept(&pair, names, state, now);
            assert_eq!(check.severity, severity, "{}", check.message);
            assert!(check.message.contains(said), "{said}: {}", check.message);
        }
        assert_eq!(missing(&here, &well).severity, Severity::Warning);
        assert_eq!(missing(&here, &failed).severity, Severity::Error);
    }
}
