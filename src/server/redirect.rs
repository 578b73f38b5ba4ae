//! Sends clients of HTTP to HTTPS, on a port of its own. Authorities of certificates get their answers there.

use std::io;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST, LOCATION};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, Response, StatusCode};

use super::target::parse_host;
use crate::config::public_url;
use crate::tls::challenges::Challenges;

/// What a request hears that would be sent again with all that it has: that was readable on its way already.
const NOT_SAFE: &str = "This server speaks HTTPS, and this request was sent without it: anybody on its way could have read it. \
    Use the address that begins with https://\n";
const NO_HOST: &str = "A request must say which host it is for\n";

/// Where HTTPS is.
#[derive(Clone)]
pub(super) struct Redirect {
    /// The address by which people come, if that is set.
    pub(super) public_url: Option<String>,
    /// The port of HTTPS.
    pub(super) port: u16,
    /// What authorities of certificates wait for.
    pub(super) challenges: Challenges,
}

impl Redirect {
    /// The response to any request.
    pub(super) fn answer<B>(&self, request: &Request<B>) -> io::Result<Response<Full<Bytes>>> {
        let response = Response::builder().header(CACHE_CONTROL, "no-store");
        let is_safe = [Method::GET, Method::HEAD].contains(request.method());
        if let Some(answer) = self
            .challenges
            .answer(request.uri().path())
            .filter(|_| is_safe)
        {
            let response = response.header(CONTENT_TYPE, "application/octet-stream");
            let response = response.header(CONNECTION, "close");
            return response.body(Full::from(answer)).map_err(io::Error::other);
        }
        let origin = self.origin(request);
        let (response, text) = match origin {
            _ if !is_safe => (response.status(StatusCode::BAD_REQUEST), NOT_SAFE),
            None => (response.status(StatusCode::BAD_REQUEST), NO_HOST),
            Some(origin) => {
                let path = request.uri().path_and_query();
                let path = path
                    .map(PathAndQuery::as_str)
                    .filter(|path| path.starts_with('/'));
                let location = format!("{origin}{}", path.unwrap_or("/"));
                let response = response.status(StatusCode::PERMANENT_REDIRECT);
                (response.header(LOCATION, location), "")
            }
        };
        response
            .header(CONTENT_TYPE, "text/plain; charset=utf-8")
            // What is left of a body isn't read.
            .header(CONNECTION, "close")
            .body(Full::from(text))
            .map_err(io::Error::other)
    }

    fn origin<B>(&self, request: &Request<B>) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(public_url::origin(url).to_owned());
        }
        let host = request.headers().get(HOST)?.to_str().ok()?;
        let host = parse_host(host)?;
        let host = host.domain();
        Some(match self.port {
            443 => format!("https://{host}"),
            port => format!("https://{host}:{port}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(
        redirect: &Redirect,
        method: Method,
        host: Option<&str>,
        target: &str,
    ) -> (u16, Option<String>) {
        let mut request = Request::builder().method(method).uri(target);
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        let answer = redirect.answer(&request.body(()).unwrap()).unwrap();
        let location = answer.headers().get(LOCATION);
        (
            answer.status().as_u16(),
            location.map(|location| location.to_str().unwrap().to_owned()),
        )
    }

    #[test]
    fn pages_are_sent_to_the_same_path_of_https_and_what_carries_secrets_is_refused() {
        let set = Redirect {
            public_url: Some("https://spaces.example.org/ours".into()),
            port: 8443,
            challenges: Challenges::default(),
        };
        let unset = Redirect {
            public_url: None,
            port: 8443,
            challenges: Challenges::default(),
        };
        let usual = Redirect {
            public_url: None,
            port: 443,
            challenges: Challenges::default(),
        };
        let to = |url: &str| (308, Some(url.to_owned()));
        for (redirect, host, target, expected) in [
            (
                &set,
                Some("10.0.0.1"),
                "/spaces/1?tab=photos",
                to("https://spaces.example.org/spaces/1?tab=photos"),
            ),
            (&set, None, "/", to("https://spaces.example.org/")),
            (
                &unset,
                Some("home.lan"),
                "/a%20b",
                to("https://home.lan:8443/a%20b"),
            ),
            (
                &unset,
                Some("home.lan:8080"),
                "/",
                to("https://home.lan:8443/"),
            ),
            (&unset, Some("[::1]:8080"), "/", to("https://[::1]:8443/")),
            (
                &usual,
                Some("home.lan:80"),
                "//evil.example/x",
                to("https://home.lan//evil.example/x"),
            ),
            (
                &usual,
                Some("home.lan"),
                "http://home.lan/there",
                to("https://home.lan/there"),
            ),
            (&usual, Some("a@home.lan"), "/", (400, None)),
            (&usual, Some("home.lan/evil"), "/", (400, None)),
            (&usual, None, "/", (400, None)),
        ] {
            assert_eq!(
                answer(redirect, Method::GET, host, target),
                expected,
                "{host:?} {target}"
            );
            assert_eq!(answer(redirect, Method::HEAD, host, target), expected);
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                assert_eq!(answer(redirect, method, host, target), (400, None));
            }
        }
    }

    #[test]
    fn an_authority_gets_the_answer_that_it_waits_for_and_others_are_redirected() {
        let redirect = Redirect {
            public_url: Some("https://spaces.example.org".into()),
            port: 443,
            challenges: Challenges::default(),
        };
        let path = "/.well-known/acme-challenge/token";
        let shown = redirect
            .challenges
            .show_answer("token", "token.key")
            .unwrap();
        let get = |path| answer(&redirect, Method::GET, Some("spaces.example.org"), path);
        assert_eq!(get(path), (200, None));
        assert_eq!(get("/.well-known/acme-challenge/other").0, 308);
        assert_eq!(answer(&redirect, Method::POST, None, path), (400, None));
        drop(shown);
        assert_eq!(get(path).0, 308);
    }
}
