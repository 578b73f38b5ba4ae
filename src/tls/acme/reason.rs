//! Errors of a directory, in words that tell an operator what to do.

use anyhow::anyhow;
use instant_acme::{Error, Problem};

use super::way::WayToShow;

/// What the types of problems begin with (RFC 8555, section 6.7).
const PREFIX: &str = "urn:ietf:params:acme:error:";

/// What the directory calls the problem, such as `rateLimited`.
pub fn kind(problem: &Problem) -> &str {
    let kind = problem.r#type.as_deref().unwrap_or_default();
    kind.strip_prefix(PREFIX).unwrap_or(kind)
}

/// What the directory has refused.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
struct Refused {
    kind: String,
    said: String,
}

/// Whether the directory doesn't know the account, or not any more.
pub fn is_lost_account(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref::<Refused>();
    refused.is_some_and(|refused| refused.kind == "accountDoesNotExist")
}

/// What the directory refuses, with what to do about it.
pub fn refused(error: Error) -> anyhow::Error {
    let Error::Api(problem) = &error else {
        return error.into();
    };
    let kind = kind(problem).to_owned();
    let said = words(problem, advice(&kind));
    Refused { kind, said }.into()
}

/// Why an authority hasn't accepted that a name leads here.
pub fn not_shown(name: &str, way: WayToShow, problem: &Problem) -> anyhow::Error {
    let advice = match (kind(problem), way) {
        ("rateLimited", _) => advice("rateLimited"),
        ("caa", _) => Some("The CAA entry of this name in the DNS allows other authorities only"),
        ("dns", _) => Some("Check that this name is in the DNS, with the address of this server"),
        (_, WayToShow::Http) => Some(
            "The authority has to get an answer of this server at port 80 of that name: check the entry in the DNS, that port 80 is \
             passed on to tls.redirect_port, and the firewall",
        ),
        (_, WayToShow::Tls) => Some(
            "The authority has to reach this server itself at port 443 of that name: check the entry in the DNS, that port 443 is \
             passed on to this server, and the firewall; or set tls.redirect_port, by which it can ask at port 80",
        ),
    };
    anyhow!(
        "The authority doesn't accept that {name} leads to this server: {}",
        words(problem, advice)
    )
}

fn advice(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "rateLimited" => {
            "The authority limits how often it is asked: nothing is to be done but wait, and to try out settings with its \
             directory for tests"
        }
        "rejectedIdentifier" => "The authority has no certificates for such a name",
        "unsupportedContact" | "invalidContact" => "Check tls.acme.email",
        "externalAccountRequired" => {
            "This authority wants accounts that were made with it in another way, which the server can't do: choose another with \
             tls.acme.directory"
        }
        "userActionRequired" => {
            "The authority wants something to be done that only its operators can tell"
        }
        _ => return None,
    })
}

/// What a problem says, and what to do.
fn words(problem: &Problem, advice: Option<&str>) -> String {
    let detail = problem.detail.as_deref().unwrap_or("it gives no reason");
    // Whatever it is, it becomes one line of the log.
    let detail: String = detail
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_DETAIL)
        .collect();
    let detail = detail.trim_end_matches(['.', ' ']);
    let kind = kind(problem);
    let advice = advice.map_or_else(String::new, |advice| format!(". {advice}"));
    format!("{detail} ({kind}){advice}")
}

/// The most characters of a problem that are kept.
const MAX_DETAIL: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::sentence;

    fn problem(kind: &str, detail: &str) -> Problem {
        Problem {
            r#type: Some(format!("{PREFIX}{kind}")),
            detail: Some(detail.into()),
            status: None,
            subproblems: Vec::new(),
        }
    }

    #[test]
    fn an_operator_reads_what_the_authority_says_and_what_to_do() {
        let limited = Error::Api(problem("rateLimited", "too many certificates.\nReally"));
        assert_eq!(
            sentence(&refused(limited)),
            "too many certificates. Really (rateLimited). The authority limits how often it is asked: nothing is to be done but \
             wait, and to try out settings with its directory for tests"
        );
        for (kind, way, said) in [
            ("connection", WayToShow::Http, "port 80"),
            ("connection", WayToShow::Tls, "port 443"),
            ("dns", WayToShow::Http, "is in the DNS"),
            ("caa", WayToShow::Tls, "CAA entry"),
        ] {
            let error = not_shown("a.example", way, &problem(kind, "refused")).to_string();
            assert!(
                error.contains("a.example leads to this server: refused ("),
                "{error}"
            );
            assert!(error.contains(said), "{said}: {error}");
        }
        let lost = refused(Error::Api(problem("accountDoesNotExist", "gone")));
        assert!(is_lost_account(&lost));
        assert!(is_lost_account(&lost.context("It can't be ordered")));
        let long = refused(Error::Api(problem("x", &"a".repeat(10_000)))).to_string();
        assert!(long.len() < 600);
    }
}
