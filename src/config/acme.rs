//! The settings of certificates that the server orders itself, by ACME (RFC 8555).

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::public_url;

/// Where certificates are ordered, unless a setting says otherwise.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// The most names in a certificate, as Let's Encrypt has it.
const MAX_DOMAINS: usize = 100;
/// The longest name (RFC 1035, section 2.3.4) and the longest part of one.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// Whether the server orders its certificate itself, and where.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Acme {
    /// Whether it does.
    pub enabled: bool,
    /// Whether the operator agrees to the terms of service of the certificate authority.
    pub accept_terms: bool,
    /// Whom the authority may tell of trouble with a certificate.
    pub email: Option<String>,
    /// The names that the certificate is for; without any, the host of `public_url`.
    pub domains: Vec<String>,
    /// The address of the authority's directory.
    pub directory: String,
    /// The certificates, as PEM, one of which the directory's own HTTPS must lead to; without it, those of the system.
    pub root: Option<PathBuf>,
}

impl Default for Acme {
    fn default() -> Self {
        Self {
            enabled: false,
            accept_terms: false,
            email: None,
            domains: Vec::new(),
            directory: LETS_ENCRYPT.to_owned(),
            root: None,
        }
    }
}

impl Acme {
    /// The names that the certificate is for, in lower case and each once.
    pub fn names(&self, public_url: Option<&str>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let set = self.domains.iter().map(String::as_str);
        let host = public_url.map(public_url::host);
        for name in set.chain(host.filter(|_| self.domains.is_empty())) {
            let name = name.to_ascii_lowercase();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    pub(super) fn check(&self, public_url: Option<&str>) -> Result<()> {
        ensure!(
            self.accept_terms,
            "The setting tls.acme.enabled needs tls.acme.accept_terms = true, by which you agree to the terms of service of the \
             certificate authority that tls.acme.directory names; those of Let's Encrypt are at \
             https://letsencrypt.org/repository/"
        );
        ensure!(
            public_url.is_none_or(|url| url.starts_with("https://")),
            "The setting public_url must begin with https:// if tls.acme.enabled is true, because the server then speaks HTTPS"
        );
        let names = self.names(public_url);
        ensure!(
            !names.is_empty(),
            "The setting tls.acme.enabled needs public_url, or tls.acme.domains, the names that the certificate is for"
        );
        ensure!(
            names.len() <= MAX_DOMAINS,
            "The setting tls.acme.domains may have at most {MAX_DOMAINS} names"
        );
        let setting = if self.domains.is_empty() {
            "public_url"
        } else {
            "tls.acme.domains"
        };
        for name in &names {
            self.check_name(name, setting)?;
        }
        if let Some(host) = public_url.map(|url| public_url::host(url).to_ascii_lowercase()) {
            ensure!(
                names.contains(&host),
                "The setting tls.acme.domains must have {host}, the host of public_url: browsers refuse a certificate that is for \
                 other names only"
            );
        }
        ensure!(
            self.directory.starts_with("https://") && url::Url::parse(&self.directory).is_ok(),
            "The setting tls.acme.directory must be the address of a directory, beginning with https://, such as {LETS_ENCRYPT}, \
             not '{}'",
            self.directory.escape_debug()
        );
        if let Some(email) = &self.email {
            ensure!(
                is_email(email),
                "The setting tls.acme.email must be an address such as ann@example.org, not '{}'",
                email.escape_debug()
            );
        }
        Ok(())
    }

    fn check_name(&self, name: &str, setting: &str) -> Result<()> {
        let shown = name.escape_debug();
        if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            bail!(
                "The setting tls.acme.enabled needs a name, and {setting} has the IP address {shown}: certificates are ordered for \
                 names only"
            );
        }
        ensure!(
            !name.contains('*'),
            "The setting {setting} has {shown}, but a certificate with a wildcard can't be ordered in the way that \
             tls.acme.enabled does: list each name"
        );
        ensure!(
            is_name(name),
            "The setting {setting} must have names such as spaces.example.org if tls.acme.enabled is true, not '{shown}'"
        );
        ensure!(
            name.contains('.') || self.directory != LETS_ENCRYPT,
            "The setting {setting} has {shown}, which isn't a name on the Internet, so Let's Encrypt has no certificate for it: \
             set another, or set tls.acme.directory to an authority of your own network"
        );
        Ok(())
    }
}

/// Whether this is the name of a host, in ASCII.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        is_plain
            && (1..=MAX_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= MAX_NAME && name.split('.').all(is_label)
}

/// Whether this can be written after `mailto:`.
fn is_email(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._+".contains(&b))
    };
    text.split_once('@')
        .is_some_and(|(user, host)| is_plain(user) && is_name(&host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed() -> Acme {
        Acme {
            enabled: true,
            accept_terms: true,
            ..Acme::default()
        }
    }

    #[test]
    fn the_certificate_is_for_the_host_of_the_public_address_or_for_the_names_that_are_set() {
        let url = Some("https://Spaces.example.org:8443/ours");
        assert_eq!(agreed().names(url), ["spaces.example.org"]);
        let named = Acme {
            domains: ["spaces.example.org", "SPACES.example.org", "photos.example"]
                .map(Into::into)
                .into(),
            email: Some("ann+spaces@example.org".into()),
            ..agreed()
        };
        assert_eq!(named.names(url), ["spaces.example.org", "photos.example"]);
        for url in [url, None] {
            named.check(url).unwrap();
        }
        let private = Acme {
            directory: "https://ca.home.lan/acme/directory".into(),
            ..agreed()
        };
        private.check(Some("https://spaces")).unwrap();
    }

    #[test]
    fn what_no_certificate_can_be_ordered_with_is_refused_by_name() {
        let named = |domains: &[&str]| Acme {
            domains: domains.iter().map(|&name| name.into()).collect(),
            ..agreed()
        };
        let url = Some("https://spaces.example.org");
        let many: Vec<String> = (0..=MAX_DOMAINS).map(|n| format!("a{n}.example")).collect();
        let long = format!("{}.example", "a".repeat(MAX_LABEL + 1));
        for (settings, url, said) in [
            (
                Acme {
                    accept_terms: false,
                    ..agreed()
                },
                url,
                "tls.acme.accept_terms = true",
            ),
            (agreed(), None, "needs public_url, or tls.acme.domains"),
            (
                agreed(),
                Some("http://spaces.example.org"),
                "public_url must begin with https://",
            ),
            (
                agreed(),
                Some("https://192.0.2.1"),
                "public_url has the IP address 192.0.2.1",
            ),
            (
                agreed(),
                Some("https://[2001:db8::1]:8443"),
                "public_url has the IP address",
            ),
            (
                agreed(),
                Some("https://localhost"),
                "public_url has localhost, which isn't a name",
            ),
            (
                named(&["192.0.2.1"]),
                None,
                "tls.acme.domains has the IP address",
            ),
            (named(&["*.example.org"]), None, "a wildcard"),
            (
                named(&["photos.example"]),
                url,
                "must have spaces.example.org, the host of public_url",
            ),
            (named(&["a_b.example"]), None, "not 'a_b.example'"),
            (named(&["-a.example"]), None, "not '-a.example'"),
            (named(&["a..example"]), None, "not 'a..example'"),
            (named(&[""]), None, "not ''"),
            (named(&[&long]), None, "must have names"),
            (
                Acme {
                    domains: many,
                    ..agreed()
                },
                None,
                "at most 100 names",
            ),
            (
                Acme {
                    directory: "http://ca.example".into(),
                    ..agreed()
                },
                url,
                "tls.acme.directory must be",
            ),
            (
                Acme {
                    directory: "https://".into(),
                    ..agreed()
                },
                url,
                "tls.acme.directory must be",
            ),
            (
                Acme {
                    email: Some("ann".into()),
                    ..agreed()
                },
                url,
                "tls.acme.email must be",
            ),
            (
                Acme {
                    email: Some("a@b.example?x".into()),
                    ..agreed()
                },
                url,
                "tls.acme.email must be",
            ),
        ] {
            let error = settings.check(url).unwrap_err().to_string();
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
