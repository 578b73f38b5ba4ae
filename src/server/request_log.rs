//! One line in the log per request: its method, its route, and how it was answered. Never a path, a query string, a token
//! or a text: what people share, and the links to it, don't belong in a log.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use hyper::Method;

use crate::logging::lines::REQUESTS;
use crate::metrics::Metrics;

/// The header of a request's id: in a response, and in what a trusted proxy forwards.
pub(super) const REQUEST_ID: &str = "X-Request-Id";
/// The longest id that is accepted from a proxy, in characters.
const MAX_ID: usize = 64;

/// The unique id of a request, in the log and in the header of its response.
#[derive(Clone, Debug, Default)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Its text; empty for work that no client has requested.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Consecutive ids from a random start.
pub(super) struct RequestIds(AtomicU64);

impl RequestIds {
    pub(super) fn new() -> Self {
        // Without randomness, ids would still differ until the next start.
        Self(AtomicU64::new(getrandom::u64().unwrap_or_default()))
    }

    /// The id from a trusted proxy, if it is valid, or else the next.
    pub(super) fn next(&self, from_proxy: Option<&str>) -> RequestId {
        let given = from_proxy.filter(|id| is_id(id));
        RequestId(given.map_or_else(
            || format!("{:016x}", self.0.fetch_add(1, Ordering::Relaxed)).into(),
            Into::into,
        ))
    }
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The route that a request matched, in the request's cache, such as `/spaces/<id>`; empty if no route matched.
/// Clones share it.
#[derive(Clone, Default)]
pub struct MatchedRoute(Arc<OnceLock<String>>);

impl MatchedRoute {
    /// Sets it, once.
    pub fn set(&self, template: &str) {
        self.0.get_or_init(|| template.to_owned());
    }
}

/// What is logged about a request, as it becomes known.
pub(super) struct RequestLine {
    begun: Instant,
    method: &'static str,
    pub(super) id: RequestId,
    pub(super) route: MatchedRoute,
    pub(super) status: Option<u16>,
    /// Whether the response lasts until its reader leaves.
    pub(super) is_stream: bool,
}

impl RequestLine {
    pub(super) fn new(method: &Method) -> Self {
        Self {
            begun: Instant::now(),
            method: known_method(method),
            id: RequestId::default(),
            route: MatchedRoute::default(),
            status: None,
            is_stream: false,
        }
    }

    /// Writes the line and counts the request, once the response is sent or can't be.
    pub(super) fn write(&self, sent: &io::Result<()>, metrics: &Metrics) {
        let Some(status) = self.status else {
            return;
        };
        let took = self.begun.elapsed();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let route = self.route.0.get().map(String::as_str);
        if self.is_stream {
            metrics.stream(route);
        } else {
            metrics.request(self.method, route, status, took);
        }
        let route = route.unwrap_or("-");
        let (method, id) = (self.method, &*self.id.0);
        match sent {
            Ok(()) => {
                tracing::info!(target: REQUESTS, method, route, status, ms, id, "request");
            }
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                tracing::info!(target: REQUESTS, method, route, status, ms, id, "request aborted by the client");
            }
            Err(error) => {
                tracing::error!(target: REQUESTS, method, route, status, ms, id, "response aborted: {error}");
            }
        }
    }
}

/// A method as a constant for the log: what a client sends can be of any length.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_an_id_of_its_own_or_that_of_the_proxy() {
        let ids = RequestIds::new();
        let (first, second) = (ids.next(None), ids.next(None));
        assert_ne!(first.0, second.0);
        assert_eq!(first.0.len(), 16);
        assert_eq!(&*ids.next(Some("6f1c-A.b_9")).0, "6f1c-A.b_9");
    }

    #[test]
    fn what_could_be_taken_for_another_line_is_no_id() {
        let ids = RequestIds::new();
        let long = "a".repeat(MAX_ID + 1);
        for odd in ["", "a b", "a\nb", "a=\"b\"", "ä", &long] {
            assert_eq!(ids.next(Some(odd)).0.len(), 16, "{odd:?}");
        }
    }

    #[test]
    fn a_method_that_nobody_knows_is_not_repeated() {
        let odd = Method::from_bytes(&[b'X'; 5000]).unwrap();
        assert_eq!(known_method(&odd), "other");
        assert_eq!(known_method(&Method::DELETE), "DELETE");
    }
}
