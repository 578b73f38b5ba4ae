//! The address by which people reach the server.

use anyhow::{Result, ensure};
use rocket::http::uri::Absolute;
use url::Url;

use super::{Config, is_of_the_web};

/// A path that needs no escapes, so that every proxy and browser writes it in the same way.
fn is_plain(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    path.split('/')
        .skip(1)
        .all(|segment| !["", ".", ".."].contains(&segment) && segment.bytes().all(is_plain))
}

/// A site of the Web with the path of a page, and nothing else.
fn path_at_site(url: &str) -> Option<String> {
    let uri = Absolute::parse(url).ok()?;
    let is_bare = uri.authority()?.user_info().is_none() && uri.query().is_none();
    (is_bare && is_of_the_web(&uri)).then(|| uri.path().as_str().to_owned())
}

/// A site that pages of others come from.
pub(super) fn check_origin(setting: &str, url: &str) -> Result<()> {
    ensure!(
        path_at_site(url).is_some_and(|path| path.is_empty()),
        "The setting {setting} must be like https://spaces.example.org, with no path and no slash at its end, not '{url}'"
    );
    Ok(())
}

/// Everything of this server is below its path, if it has one.
pub(super) fn check(url: &str) -> Result<()> {
    ensure!(
        path_at_site(url).is_some_and(|path| is_plain(path.trim_end_matches('/'))),
        "The setting public_url must be like https://spaces.example.org or https://example.org/spaces/, with letters, digits, '-', \
         '.', '_' and '~' in its path, not '{url}'"
    );
    Ok(())
}

/// As links begin: without the slash at its end, and as browsers write it, with the host in lower case and no port where that is usual.
/// What isn't an address of a site stays as it is, to be refused by its words.
pub(super) fn normalize(url: &mut String) {
    url.truncate(url.trim_end_matches('/').len());
    if path_at_site(url).is_some()
        && let Ok(parsed) = Url::parse(url)
    {
        *url = parsed.origin().ascii_serialization() + split(url).1;
    }
}

/// The origin of a site as browsers write it, where that is one.
pub(super) fn normalize_origin(origin: &mut String) {
    if path_at_site(origin).is_some_and(|path| path.is_empty()) {
        normalize(origin);
    }
}

/// Splits an address into its origin and its path.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    url.split_at(end)
}

/// The origin of an address: its scheme, host and port.
pub fn origin(url: &str) -> &str {
    split(url).0
}

/// The host of an address, without its port; an IPv6 address has its brackets.
pub(super) fn host(url: &str) -> &str {
    let origin = origin(url);
    let authority = origin.find("://").map_or(origin, |at| &origin[at + 3..]);
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

impl Config {
    /// The path below which everything of this server is, such as `/spaces`; empty if it has the host to itself.
    pub fn base_path(&self) -> &str {
        self.public_url.as_deref().map_or("", |url| split(url).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_may_have_a_path_that_needs_no_escapes() {
        for (url, expected) in [
            ("https://a.example", ("https://a.example", "")),
            ("https://a.example/", ("https://a.example", "")),
            (
                "http://a.example:81/spaces",
                ("http://a.example:81", "/spaces"),
            ),
            (
                "https://a.example/our/Spaces-2.0_~/",
                ("https://a.example", "/our/Spaces-2.0_~"),
            ),
            ("http://[::1]:8000/x", ("http://[::1]:8000", "/x")),
            // As browsers name it.
            ("https://A.Example:443/Our/", ("https://a.example", "/Our")),
            ("http://Homeserver.lan:80", ("http://homeserver.lan", "")),
            ("https://a.example:80", ("https://a.example:80", "")),
        ] {
            check(url).unwrap();
            let mut url = url.to_owned();
            normalize(&mut url);
            assert_eq!(split(&url), expected);
        }
        for wrong in [
            "a.example",
            "ftp://a.example",
            "https://ann@a.example/",
            "https://a.example/?x",
            "https://a.example/spaces?x",
            "https://a.example//spaces",
            "https://a.example/a//b",
            "https://a.example/a/../b",
            "https://a.example/.",
            "https://a.example/our%20spaces",
            "https://a.example/(spaces)",
            "https://",
            "",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_host_of_an_address_has_no_port() {
        for (url, expected) in [
            ("https://a.example", "a.example"),
            ("https://a.example/b:c", "a.example"),
            ("https://a.example:8443/b", "a.example"),
            ("https://[::1]", "[::1]"),
            ("https://[::1]:8443", "[::1]"),
        ] {
            assert_eq!(host(url), expected);
        }
    }

    #[test]
    fn pages_of_others_come_from_a_site_without_a_path() {
        check_origin("cors_origins", "https://a.example:8443").unwrap();
        for wrong in ["https://a.example/", "https://a.example/x", "a.example"] {
            assert!(check_origin("cors_origins", wrong).is_err(), "{wrong}");
        }
    }
}
