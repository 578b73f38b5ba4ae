//! Whether HTTPS can be spoken, and for how long.

use std::time::Duration;

use crate::check::Check;
use crate::clock::Timestamp;
use crate::config::Tls;
use crate::tls::Certificates;

/// The time before its end at which a certificate should have been renewed: those of 45 days are renewed 15 days before.
const SOON: Duration = Duration::from_secs(10 * 24 * 60 * 60);

/// Looks at the certificate; `None` if the server speaks HTTP.
pub fn check(settings: &Tls, now: Timestamp) -> Option<Check> {
    match Certificates::open(settings) {
        Ok(certificates) => Some(validity(certificates?.ends(), now)),
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
        assert_eq!(check(&Tls::default(), now), None);
    }
}
