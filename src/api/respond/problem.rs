//! How refusals are written: one sentence of plain text, or RFC 9457 problem details for who prefers JSON.

use rocket::Route;
use rocket::http::{ContentType, Header, Method, RawStr, Status};
use rocket::request::Request;
use rocket::response::{Responder, Response};

use super::refusal_log;
use crate::api::views::problem::Problem;
use crate::check::sentence;
use crate::error::{Denied, Error, Invalid};
use crate::server::RequestId;

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        if let Self::Failure(failure) = &self
            && let Some(cause) = failure.cause()
        {
            // The path without its query: a link's signature is a secret.
            let path = request.uri().path();
            let id = request.local_cache(RequestId::default).as_str();
            tracing::error!(method = %request.method(), %path, id, "{}", sentence(cause));
        }
        refusal_log::record(&self, request);
        let status = Status::new(self.status());
        let sentence = self.to_string();
        let mut response = Response::build();
        response.status(status).raw_header("Vary", "Accept");
        let body = if prefers_json(request) {
            response.header(ContentType::new("application", "problem+json"));
            serde_json::to_string(&Problem::from(&self)).unwrap_or(sentence)
        } else {
            response.header(ContentType::Plain);
            sentence
        };
        if let Some(header) = extra_header(&self, request) {
            response.header(header);
        }
        response
            .sized_body(body.len(), std::io::Cursor::new(body))
            .ok()
    }
}

fn extra_header(error: &Error, request: &Request<'_>) -> Option<Header<'static>> {
    if let Some(seconds) = error.retry_after() {
        return Some(Header::new("Retry-After", seconds.to_string()));
    }
    match error {
        Error::Denied(Denied::Unauthorized { token: true }) => Some(Header::new(
            "WWW-Authenticate",
            "Bearer error=\"invalid_token\"",
        )),
        _ if error.status() == 401 => Some(Header::new("WWW-Authenticate", "Bearer")),
        // As RFC 9110 (section 12.5.3) says where a coding was the reason.
        Error::Invalid(Invalid::CodedBody) => Some(Header::new("Accept-Encoding", "identity")),
        Error::Invalid(Invalid::MethodNotAllowed) => {
            Some(Header::new("Allow", allowed_methods(request).join(", ")))
        }
        _ => None,
    }
}

/// Whether JSON is more welcome than text. Between equals, what is named outright wins over what a wildcard covers.
fn prefers_json(request: &Request<'_>) -> bool {
    let Some(accept) = request.accept() else {
        return false;
    };
    let wish = |top: &str, subs: &[&str]| {
        let wishes = accept.iter().filter_map(|range| {
            // Whatever their case.
            let is_top = range.top() == top;
            let exactness = match (range.top().as_str(), range.sub().as_str()) {
                ("*", "*") => 0_u8,
                (_, "*") if is_top => 1,
                _ if is_top && subs.iter().any(|sub| range.sub() == *sub) => 2,
                _ => return None,
            };
            Some((exactness, range.weight_or(1.0)))
        });
        // The most exact range that covers a type says how welcome it is.
        wishes.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))
    };
    match (
        wish("application", &["json", "problem+json"]),
        wish("text", &["plain"]),
    ) {
        (Some((_, weight)), None) => weight > 0.0,
        (Some((exactness, weight)), Some((than_exactness, than))) => {
            weight > than || (weight == than && exactness > than_exactness)
        }
        (None, _) => false,
    }
}

/// The methods that some route takes at the path of this request.
pub fn allowed_methods(request: &Request<'_>) -> Vec<&'static str> {
    let mut methods = Vec::new();
    for route in request
        .rocket()
        .routes()
        .filter(|route| is_at(route, request))
    {
        methods.push(route.method.as_str());
        if route.method == Method::Get {
            methods.push(Method::Head.as_str());
        }
    }
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn is_at(route: &Route, request: &Request<'_>) -> bool {
    let path = request.uri().path();
    // A slash at the end changes nothing, and an empty id is not an id.
    let asked = path
        .raw_segments()
        .map(RawStr::as_str)
        .filter(|segment| !segment.is_empty());
    let asked: Vec<_> = asked.collect();
    let pattern: Vec<_> = route
        .uri
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let is_dynamic = |segment: &str| segment.starts_with('<');
    let reaches = match pattern.last() {
        Some(rest) if rest.ends_with("..>") => asked.len() + 1 >= pattern.len(),
        _ => asked.len() == pattern.len(),
    };
    let mut parts = asked.iter().zip(&pattern);
    reaches && parts.all(|(asked, part)| is_dynamic(part) || asked == part)
}
