//! The two ways in which an authority looks whether a name leads here.

use instant_acme::ChallengeType;

/// How the authority is shown that a name leads to this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayToShow {
    /// It asks at port 80.
    Http,
    /// It asks at port 443.
    Tls,
}

impl WayToShow {
    /// The way of an attempt. Where both are possible and one has failed, the other one may not.
    pub fn choose(has_redirect: bool, failures: u32) -> Self {
        if has_redirect && failures.is_multiple_of(2) {
            Self::Http
        } else {
            Self::Tls
        }
    }

    /// What the protocol calls it.
    pub fn challenge(self) -> ChallengeType {
        match self {
            Self::Http => ChallengeType::Http01,
            Self::Tls => ChallengeType::TlsAlpn01,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_way_has_failed_the_other_one_is_tried_if_there_are_two() {
        let ways =
            |has_redirect| [0, 1, 2, 3].map(|failures| WayToShow::choose(has_redirect, failures));
        assert_eq!(ways(false), [WayToShow::Tls; 4]);
        let (http, tls) = (WayToShow::Http, WayToShow::Tls);
        assert_eq!(ways(true), [http, tls, http, tls]);
    }
}
