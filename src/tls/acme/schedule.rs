//! When a certificate is renewed, and when something that has failed is tried again.

use std::time::Duration;

use instant_acme::{CertificateIdentifier, SuggestedWindow};
use rustls::pki_types::Der;
use x509_cert::der::Encode;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use super::store::State;
use crate::clock::Timestamp;
use crate::tls::pair::Pair;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// How often a directory is asked when a certificate should be renewed.
pub const ASK_EVERY: Duration = HOUR.saturating_mul(12);
/// How long nothing is looked at: clocks are set, and machines sleep.
pub const LONGEST_SLEEP: Duration = HOUR;
/// The pauses after failures.
const FIRST_PAUSE: Duration = HOUR;
const LONGEST_PAUSE: Duration = HOUR.saturating_mul(24);
/// After a start, an operator may have mended what was wrong. Let's Encrypt allows five failures an hour.
const LONGEST_PAUSE_OF_A_START: Duration = Duration::from_secs(15 * 60);

/// How long nothing is tried after this many failures.
pub fn pause_after(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE)
}

impl State {
    /// How many attempts at this have failed since one succeeded.
    pub fn failures_of(&self, purpose: &str) -> u32 {
        let is_same = self.purpose.as_deref() == Some(purpose);
        if is_same { self.failures } else { 0 }
    }

    /// Before when this isn't tried again, if it has failed.
    pub fn paused_until(&self, purpose: &str) -> Option<Timestamp> {
        self.after(purpose, LONGEST_PAUSE)
    }

    fn after(&self, purpose: &str, longest: Duration) -> Option<Timestamp> {
        let failures = self.failures_of(purpose);
        let failed = Timestamp(self.failed_at.filter(|_| failures > 0)?);
        let own = failed.plus(pause_after(failures).min(longest));
        let asked_for = self.retry_at.map(Timestamp);
        Some(asked_for.map_or(own, |asked_for| asked_for.max(own)))
    }
}

/// As [`State::paused_until`], right after a start. What is said to have failed in the future was recorded by another clock.
pub fn first_pause_ends(state: &State, purpose: &str, now: Timestamp) -> Option<Timestamp> {
    let until = state.after(purpose, LONGEST_PAUSE_OF_A_START)?;
    let is_of_this_clock = state.failed_at.is_some_and(|failed| failed <= now.0);
    Some(if is_of_this_clock {
        until
    } else {
        until.min(now.plus(LONGEST_PAUSE_OF_A_START))
    })
}

/// When two thirds of a certificate's life are over.
pub fn at_two_thirds(pair: &Pair) -> Timestamp {
    pair.begins().plus(pair.life() / 3 * 2)
}

/// How long to wait after an order: not at all, unless by the clock of this machine the new certificate has begun to end. Then the clock
/// is ahead, and one order after another would use up what a directory gives.
pub fn after_order(pair: &Pair, now: Timestamp) -> Duration {
    if at_two_thirds(pair) > now {
        return Duration::ZERO;
    }
    (pair.ends().since(now) / 2).max(FIRST_PAUSE)
}

/// A moment in the window that a directory suggests: always the same one for a certificate, and another for each. It is never so
/// late that the certificate would end.
pub fn within(window: SuggestedWindow, pair: &Pair) -> Timestamp {
    let moment = |time: time::OffsetDateTime| {
        Timestamp(i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX))
    };
    let (start, end) = (moment(window.start), moment(window.end));
    let [a, b, ..] = pair.digest;
    let share = u32::from(u16::from_be_bytes([a, b]));
    let chosen = start.plus(end.since(start) / (1 << 16) * share);
    chosen.min(pair.ends().minus(pair.life() / 10))
}

/// What a directory calls this certificate (RFC 9773, section 4.1); `None` if it doesn't say whose key has signed it.
pub fn identifier(pair: &Pair) -> Option<CertificateIdentifier<'static>> {
    let certificate = pair.certificate.tbs_certificate();
    let (_, authority) = certificate
        .get_extension::<AuthorityKeyIdentifier>()
        .ok()??;
    let key = authority.key_identifier?;
    // Without the tag and the length, which is one byte: it has at most twenty.
    let serial = certificate.serial_number().to_der().ok()?;
    let id = CertificateIdentifier::new(
        Der::from_slice(key.as_bytes()),
        Der::from_slice(serial.get(2..)?),
    );
    Some(id.into_owned())
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs::default_provider;
    use time::OffsetDateTime;

    use super::*;

    fn pair() -> Pair {
        let pem = concat!(
            include_str!("../../../tests/fixtures/tls/first.key.pem"),
            include_str!("../../../tests/fixtures/tls/first.pem")
        );
        Pair::from_pem(pem.as_bytes(), &default_provider()).unwrap()
    }

    #[test]
    fn the_pause_after_failures_doubles_from_an_hour_to_a_day() {
        let hours =
            [1, 2, 3, 5, 6, u32::MAX].map(|failures| pause_after(failures).as_secs() / 3600);
        assert_eq!(hours, [1, 2, 4, 16, 24, 24]);
    }

    #[test]
    fn what_has_failed_waits_also_over_a_start_but_not_with_other_settings() {
        let failed = |failures, retry_at| State {
            failures,
            failed_at: Some(0),
            retry_at,
            purpose: Some("a".into()),
            ..State::default()
        };
        let minutes = |until: Option<Timestamp>| until.map(|until| until.0 / 60_000);
        let hour = 60;
        for (state, purpose, running, started) in [
            (State::default(), "a", None, None),
            (failed(1, None), "a", Some(hour), Some(15)),
            (failed(3, None), "a", Some(4 * hour), Some(15)),
            (failed(3, None), "b", None, None),
            // What the directory asks for holds, unless it is less.
            (failed(1, Some(90 * 60_000)), "a", Some(90), Some(90)),
            (failed(1, Some(60_000)), "a", Some(hour), Some(15)),
        ] {
            assert_eq!(minutes(state.paused_until(purpose)), running);
            assert_eq!(
                minutes(first_pause_ends(&state, purpose, Timestamp(0))),
                started
            );
        }
        let of_another_clock = first_pause_ends(&failed(1, None), "a", Timestamp(-3_600_000));
        assert_eq!(minutes(of_another_clock), Some(15 - hour));
    }

    #[test]
    fn of_a_new_certificate_that_is_nearly_over_by_our_clock_no_other_is_ordered_at_once() {
        let pair = pair();
        let third = pair.life() / 3;
        assert_eq!(after_order(&pair, pair.begins()), Duration::ZERO);
        let late = pair.begins().plus(third * 5 / 2);
        assert!(after_order(&pair, late) > third / 5);
        assert_eq!(after_order(&pair, pair.ends()), FIRST_PAUSE);
    }

    #[test]
    fn a_certificate_is_renewed_within_the_window_and_before_it_ends() {
        let pair = pair();
        let at = |time: Timestamp| {
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.0) * 1_000_000).unwrap()
        };
        let window = |start, end| SuggestedWindow {
            start: at(start),
            end: at(end),
        };
        let (start, end) = (pair.begins().plus(HOUR * 10), pair.begins().plus(HOUR * 20));
        let chosen = within(window(start, end), &pair);
        assert!(start <= chosen && chosen < end);
        assert_eq!(within(window(start, end), &pair), chosen);
        assert_eq!(within(window(start, start), &pair), start);
        assert_eq!(within(window(end, start), &pair), end);
        let late = within(window(pair.ends(), pair.ends().plus(HOUR)), &pair);
        assert!(late < pair.ends());
        assert!(at_two_thirds(&pair) < pair.ends() && at_two_thirds(&pair) > end);
    }

    #[test]
    fn a_directory_knows_a_certificate_by_its_authority_and_its_serial_number() {
        assert_eq!(
            identifier(&pair()).unwrap().to_string(),
            "3n-wSADJX2apJmA3LRvOGWTp_Pg.EVnMhwB871Hx-Bd7-kXzaQE0vrU"
        );
    }
}
