//! What a request is for: its method, its path and its host, as in RFC 9110 and RFC 9112.

use std::borrow::Cow;

use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::Version;
use hyper::http::request::Parts;
use rocket::http::Method;
use rocket::http::uri::{Host, Origin};

use crate::error::{Error, Malformed, NotFound, Result};

/// The most bytes of a host with its port: the longest possible name, and some more. Every link of a list begins
/// with it.
const MAX_HOST: usize = 264;
/// The port of a host that names none.
const HTTPS_PORT: u16 = 443;

/// What is requested.
pub(super) struct Target {
    /// One that Rocket doesn't support is refused like one without a route.
    pub(super) method: Method,
    pub(super) path: Origin<'static>,
    pub(super) host: Option<Host<'static>>,
}

impl Target {
    /// `base`: the path below which everything is, such as `/spaces`; empty for a server that has its host to itself.
    ///
    /// # Errors
    /// The request doesn't state its host, or its path; or that path isn't below the base.
    pub(super) fn of(parts: &Parts, base: &str) -> Result<Self> {
        check_coding(parts)?;
        let host = host(parts)?;
        // Methods are case-sensitive, and Rocket accepts any case.
        let method = parts.method.as_str();
        let known = method.parse().ok();
        let method = known
            .filter(|known: &Method| known.as_str() == method)
            .unwrap_or(Method::Trace);
        let uri = &parts.uri;
        if uri
            .scheme_str()
            .is_some_and(|scheme| !["http", "https"].contains(&scheme))
        {
            return Err(bad("address"));
        }
        let is_authority = uri.scheme().is_none() && uri.authority().is_some();
        let path = match uri.path_and_query() {
            // The server itself.
            Some(all) if all == "*" && method == Method::Options => "/".into(),
            Some(path) => below(base, path.as_str())?,
            None if is_authority && method != Method::Connect => return Err(bad("address")),
            None => "/".into(),
        };
        let path = Origin::parse_owned(path.into_owned()).map_err(|_| bad("address"))?;
        Ok(Self { method, path, host })
    }
}

/// Refuses a body whose transfer coding isn't `chunked` alone: where there are others, a proxy in front may see another end of it
/// (RFC 9112, section 6.1).
fn check_coding(parts: &Parts) -> Result<()> {
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Malformed::Request.into()),
    }
}

/// What a path is below the base. Not decoded first: the base needs no escapes, and nobody has to write it with some.
fn below<'p>(base: &str, path: &'p str) -> Result<Cow<'p, str>> {
    if base.is_empty() {
        return Ok(path.into());
    }
    let outside = || NotFound::OutsideBasePath {
        base: base.to_owned(),
    };
    let rest = path.strip_prefix(base).ok_or_else(outside)?;
    match rest.bytes().next() {
        // Without the slash that ends the base.
        None | Some(b'?') => Ok(format!("/{rest}").into()),
        Some(b'/') => Ok(rest.into()),
        Some(_) => Err(outside().into()),
    }
}

/// A host, perhaps with a port; `None` if it is longer than any, or has a user name before it, which the library accepts.
pub fn parse_host(text: &str) -> Option<Host<'static>> {
    if !(1..=MAX_HOST).contains(&text.len()) || text.contains('@') {
        return None;
    }
    Host::parse_owned(text.to_owned()).ok()
}

/// The host of a request: that of its target where it names one (RFC 9112, section 3.2.2), else that of its header. In
/// HTTP/2, both are the same if there are both (RFC 9113, section 8.3.1).
fn host(parts: &Parts) -> Result<Option<Host<'static>>> {
    let parse = |host: &str| parse_host(host).ok_or_else(|| bad("host"));
    let named = parts.uri.scheme().and(parts.uri.authority());
    let named = named.map(|named| parse(named.as_str())).transpose()?;
    let is_http2 = parts.version == Version::HTTP_2;
    let mut given = parts.headers.get_all(HOST).iter();
    let host = match (given.next(), given.next()) {
        (Some(host), None) => Some(parse(host.to_str().map_err(|_| bad("host"))?)?),
        (None, _) if parts.version < Version::HTTP_11 || is_http2 && named.is_some() => None,
        (None, _) => {
            return Err(Malformed::NoHost.into());
        }
        (Some(_), Some(_)) => {
            return Err(Malformed::SeveralHosts.into());
        }
    };
    match (named, host) {
        (Some(named), Some(host)) if is_http2 && !is_same(&named, &host) => {
            Err(Malformed::SeveralHosts.into())
        }
        (Some(named), _) => Ok(Some(named)),
        (None, host) => Ok(host),
    }
}

/// Whether two hosts are one, where HTTPS is spoken.
fn is_same(one: &Host<'_>, other: &Host<'_>) -> bool {
    let parts = |host: &Host<'_>| {
        let domain = host.domain().as_str().to_ascii_lowercase();
        (domain, host.port().unwrap_or(HTTPS_PORT))
    };
    parts(one) == parts(other)
}

fn bad(what: &'static str) -> Error {
    Malformed::RequestPart { part: what }.into()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn target(method: &str, target: &str, hosts: &[&[u8]], version: Version) -> Result<Target> {
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        Target::of(&request.body(()).unwrap().into_parts().0, "")
    }

    #[test]
    fn a_request_names_one_host_that_is_one() {
        let of = |hosts: &[&[u8]], version| {
            let host = target("GET", "/", hosts, version).map(|target| target.host);
            host.map(|host| host.map(|host| host.to_string())).ok()
        };
        let is = |host: &str| Some(Some(host.to_owned()));
        for host in [
            "localhost:8000",
            "a.example",
            "my_nas:80",
            "[::1]:8000",
            "192.0.2.1",
            "a.example.",
        ] {
            assert_eq!(of(&[host.as_bytes()], Version::HTTP_11), is(host));
        }
        let long = [b"a".repeat(259), b":8000".to_vec()].concat();
        let longer = [b"a".repeat(260), b":8000".to_vec()].concat();
        assert!(matches!(of(&[&long], Version::HTTP_11), Some(Some(_))));
        let refused: [&[&[u8]]; 11] = [
            &[&longer],
            &[],
            &[b"a.example", b"a.example"],
            &[b"a.example", b"b.example"],
            &[b""],
            &[b"a b"],
            &[b"a/b"],
            &[b"user@a.example"],
            &[b"a.example:port"],
            &[b"\xff"],
            &[b"a.example, b.example"],
        ];
        for hosts in refused {
            assert_eq!(of(hosts, Version::HTTP_11), None, "{hosts:?}");
        }
        assert_eq!(of(&[], Version::HTTP_10), Some(None));
        assert_eq!(of(&[b"a", b"b"], Version::HTTP_10), None);
    }

    #[test]
    fn the_host_of_the_target_is_the_one_that_counts() {
        let asked = target(
            "GET",
            "http://a.example:81/spaces?limit=1",
            &[b"b.example"],
            Version::HTTP_11,
        );
        let asked = asked.unwrap();
        assert_eq!(asked.host.unwrap().to_string(), "a.example:81");
        assert_eq!(asked.path, "/spaces?limit=1");
    }

    #[test]
    fn in_http2_the_target_names_the_host_and_a_header_must_not_name_another() {
        let of = |path, hosts: &[&[u8]]| {
            let asked = target("GET", path, hosts, Version::HTTP_2);
            asked.map(|target| target.host.unwrap().to_string()).ok()
        };
        let is = |host: &str| Some(host.to_owned());
        let here = "https://a.example/spaces";
        assert_eq!(of(here, &[]), is("a.example"));
        for same in ["a.example", "A.example", "a.example:443"] {
            assert_eq!(of(here, &[same.as_bytes()]), is("a.example"));
        }
        // As it comes without `:authority`.
        assert_eq!(of("/spaces", &[b"b.example:81"]), is("b.example:81"));
        let refused: [(&str, &[&[u8]]); 6] = [
            ("/spaces", &[]),
            (here, &[b"b.example"]),
            (here, &[b"a.example:81"]),
            (here, &[b"a.example", b"a.example"]),
            (here, &[b""]),
            ("https://user@a.example/spaces", &[]),
        ];
        for (path, hosts) in refused {
            assert_eq!(of(path, hosts), None, "{path} {hosts:?}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused_and_methods_are_distinguished_by_capitals() {
        for (method, path) in [
            ("GET", "*"),
            ("GET", "a.example:80"),
            ("POST", "*"),
            ("GET", "/a|b\""),
        ] {
            assert!(
                target(method, path, &[b"a"], Version::HTTP_11).is_err(),
                "{method} {path}"
            );
        }
        let method = |method| {
            target(method, "/", &[b"a"], Version::HTTP_11)
                .unwrap()
                .method
        };
        assert_eq!(method("GET"), Method::Get);
        for unknown in ["get", "Post", "BREW"] {
            assert_eq!(method(unknown), Method::Trace);
        }
        assert_eq!(
            target("OPTIONS", "*", &[b"a"], Version::HTTP_11)
                .unwrap()
                .path,
            "/"
        );
    }

    #[test]
    fn below_a_path_requests_have_what_is_behind_it() {
        let path = |path| {
            let request = Request::get(path).header(HOST, "a").body(()).unwrap();
            let target = Target::of(&request.into_parts().0, "/our/spaces");
            target.map(|target| target.path.to_string())
        };
        for (asked, expected) in [
            ("/our/spaces", "/"),
            ("/our/spaces/", "/"),
            ("/our/spaces?x=1", "/?x=1"),
            ("/our/spaces/spaces/1?limit=2", "/spaces/1?limit=2"),
            ("/our/spaces/our/spaces", "/our/spaces"),
            ("http://b.example/our/spaces/me", "/me"),
        ] {
            assert_eq!(path(asked).unwrap(), expected);
        }
        for outside in [
            "/",
            "/me",
            "/our",
            "/our/spaces2",
            "/our/spacesme",
            "/OUR/spaces/me",
            "/our%2Fspaces/me",
        ] {
            assert_eq!(
                path(outside).unwrap_err().to_string(),
                "This server's pages and API are below /our/spaces/, and nothing else is here",
                "{outside}"
            );
        }
    }
}
