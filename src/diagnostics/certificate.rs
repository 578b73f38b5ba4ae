//! Whether HTTPS can be spoken, and for how long.

use std::time::Duration;

use anyhow::Result;
use rustls::crypto::aws_lc_rs::default_provider;

use crate::check::Check;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::tls::Certificates;
use crate::tls::acme::store::{State, Store};
use crate::tls::pair::Pair;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The time before its end at which a certificate should have been renewed: those of 45 days are renewed 15 days before.
const SOON: Duration = DAY.saturating_mul(10);

/// Looks at the certificate; `None` if the server speaks HTTP.
pub fn check(config: &Config, now: Timestamp) -> Option<Check> {
    if config.tls.acme.enabled {
        let ordered = ordered(config, now);
        return Some(ordered.unwrap_or_else(|error| Check::error(&error)));
    }
    match Certificates::open(&config.tls) {
        Ok(certificates) => Some(validity(certificates?.ends()?, now)),
        Err(error) => Some(Check::error(&error)),
    }
}

fn validity(ends: Timestamp, now: Timestamp) -> Check {
    let end = ends.rfc3339();
    if ends <= now {
        Check::failed(format!(
            "The certificate of tls.certificate ended on {end}, so browsers refuse it: renew it"
        ))
    } else if ends <= now.plus(SOON) {
        Check::warning(format!(
            "The certificate of tls.certificate ends on {end}: see why it hasn't been renewed"
        ))
    } else {
        Check::ok(format!(
            "The certificate of HTTPS and its key belong together; it ends on {end}"
        ))
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
    let names = names.join(", ");
    match state.failure() {
        Some((failed, reason)) => Check::failed(format!(
            "There is no certificate for {names}, because ordering it failed at {}: {reason}",
            failed.rfc3339()
        )),
        None => Check::warning(format!(
            "There is no certificate for {names} yet: the server orders it when it runs (tls.acme.enabled)"
        )),
    }
}

fn kept(pair: &Pair, names: &[String], state: &State, now: Timestamp) -> Check {
    let (ends, end) = (pair.ends(), pair.ends().rfc3339());
    let days = ends.since(now).as_secs() / DAY.as_secs();
    let why = state
        .failure()
        .map_or_else(String::new, |(failed, reason)| {
            format!(
                "; ordering another failed at {}: {reason}",
                failed.rfc3339()
            )
        });
    if ends <= now {
        return Check::failed(format!(
            "The ordered certificate ended on {end}, so browsers refuse it{why}"
        ));
    }
    if !pair.is_for(names) {
        return Check::warning(format!(
            "The ordered certificate isn't for all of {}: the server orders another when it runs{why}",
            names.join(", ")
        ));
    }
    let said = format!("The ordered certificate ends on {end}, in {days} days{why}");
    // It is renewed when a third of its life is left.
    if !why.is_empty() || ends.since(now) < pair.life() / 5 {
        Check::warning(said)
    } else {
        Check::ok(said)
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
