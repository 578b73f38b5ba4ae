//! What every answer carries: what a browser may do with it, how long it may be kept, and which other sites' pages may
//! read it.

use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::{Request, Response};
use tokio::sync::OnceCell;

use crate::api::request::client_info::ClientInfo;
use crate::api::request::extra_cookie::ExtraCookie;
use crate::api::request::headers;
use crate::api::respond::problem::allowed_methods;
use crate::app::App;
use crate::check::sentence;
use crate::server::{DirectHeader, DirectHeaders, MatchedRoute, RequestId};

/// The policy of everything but pages: even if a browser shows it as one, nothing in it is active.
const NO_PAGE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// The policy of the plain pages that links in mails lead to: they post to their own address.
const FORM: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
/// The policy of photos, which others have made.
const PHOTO: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
);
/// A year: a browser that has once come by HTTPS comes by nothing else.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The headers that are the same for everything. The app takes pictures through a file input, which needs no camera of its own.
const SAME_FOR_ALL: [DirectHeader; 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        PERMISSIONS_POLICY,
        HeaderValue::from_static(
            "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), hid=(), midi=(), \
             accelerometer=(), gyroscope=(), magnetometer=()",
        ),
    ),
];

/// Adds the headers that depend on the settings or the request.
pub struct Headers {
    app: App,
    /// The policy of pages, built for the first request for one.
    page: OnceCell<HeaderValue>,
}

/// What was requested, as far as browsers treat it differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Page,
    Photo,
    Form,
    Other,
}

impl Subject {
    fn of(request: &Request<'_>) -> Self {
        let mut segments = request.uri().path().raw_segments();
        match segments.next() {
            // By the path, because an answer that says "not modified" changes the headers of the page that is kept.
            None => Self::Page,
            Some(first) if matches!(first.as_str(), "app" | "assets" | "docs") => Self::Page,
            Some(first) if matches!(first.as_str(), "photos" | "avatars") => Self::Photo,
            // A picture of a feed.
            Some(first) if first == "feeds" && segments.nth(1).is_some() => Self::Photo,
            Some(first) if matches!(first.as_str(), "email-confirmations" | "unsubscribe") => {
                Self::Form
            }
            Some(_) => Self::Other,
        }
    }
}

impl Headers {
    /// The headers for this application.
    pub fn new(app: App) -> Self {
        Self {
            app,
            page: OnceCell::new(),
        }
    }

    /// Those that protect the reader of an answer, and the id of its request.
    async fn of(&self, request: &Request<'_>) -> Vec<DirectHeader> {
        let mut headers = Vec::with_capacity(SAME_FOR_ALL.len() + 6);
        headers.extend(SAME_FOR_ALL);
        let subject = Subject::of(request);
        let policy = match subject {
            Subject::Page => self.page_policy().await,
            Subject::Photo => PHOTO,
            Subject::Form => FORM,
            Subject::Other => NO_PAGE,
        };
        headers.push((CONTENT_SECURITY_POLICY, policy));
        // Any page may embed a photo if it has a link to it.
        let embedded_by = match subject {
            Subject::Photo => "cross-origin",
            Subject::Page | Subject::Form | Subject::Other => "same-origin",
        };
        headers.push((
            CROSS_ORIGIN_RESOURCE_POLICY,
            HeaderValue::from_static(embedded_by),
        ));
        if subject == Subject::Page {
            let same_origin = HeaderValue::from_static("same-origin");
            headers.push((CROSS_ORIGIN_OPENER_POLICY, same_origin));
        }
        if ClientInfo::of(&self.app, request).is_https {
            headers.push((STRICT_TRANSPORT_SECURITY, HSTS));
        }
        let id = request.local_cache(RequestId::default).as_str();
        if let Some(id) = HeaderValue::from_str(id).ok().filter(|id| !id.is_empty()) {
            headers.push((X_REQUEST_ID, id));
        }
        headers
    }

    /// Our own scripts, styles and requests; and photos also from where we send the browser for them.
    async fn page_policy(&self) -> HeaderValue {
        let known = self.page.get_or_try_init(|| async {
            let photos = self.app.photos.origin().await?;
            page_policy(photos.as_deref())
        });
        known.await.cloned().unwrap_or_else(|error| {
            tracing::error!(error = %sentence(&error), "pages can't load photos from S3");
            page_policy(None).unwrap_or(NO_PAGE)
        })
    }

    fn allow_origin(&self, request: &Request<'_>, response: &mut Response<'_>) {
        response.adjoin_raw_header("Vary", "Origin");
        let Some(origin) = headers::first(request, "Origin") else {
            return;
        };
        let allowed = &self.app.config.cors_origins;
        if !allowed.iter().any(|allowed| allowed == origin) {
            return;
        }
        // Without credentials: other sites' pages bring a bearer token, and never the cookie.
        response.set_raw_header("Access-Control-Allow-Origin", origin.to_owned());
        response.set_raw_header(
            "Access-Control-Expose-Headers",
            "Content-Disposition, Content-Range, ETag, Link, Location, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, \
             Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset, WWW-Authenticate, X-Request-Id",
        );
        let methods = allowed_methods(request);
        let is_preflight = request.method() == Method::Options
            && request.headers().contains("Access-Control-Request-Method")
            && !methods.is_empty();
        if is_preflight {
            response.set_status(Status::NoContent);
            response.remove_header("Content-Type");
            response.set_sized_body(0, std::io::Cursor::new(""));
            response.set_raw_header("Access-Control-Allow-Methods", methods.join(", "));
            response.set_raw_header(
                "Access-Control-Allow-Headers",
                "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Shared-Spaces-User, Tus-Resumable, \
                 Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override",
            );
            response.set_raw_header("Access-Control-Max-Age", "3600");
        }
    }
}

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info {
            name: "Headers of every answer",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        if let Some(route) = request.route() {
            let route = route.uri.path();
            request.local_cache(MatchedRoute::default).set(route);
        }
        if !(response.headers().iter()).any(|header| header.name() == CACHE_CONTROL.as_str()) {
            response.set_raw_header(CACHE_CONTROL.as_str(), "no-store");
        }
        if let Some(cookie) = ExtraCookie::of(request).take() {
            response.adjoin_header(&cookie);
        }
        if !self.app.config.cors_origins.is_empty() {
            self.allow_origin(request, response);
        }
        let headers = self.of(request).await;
        if let Err(headers) = request.local_cache(DirectHeaders::default).carry(headers) {
            for (name, value) in &headers {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                response.set_raw_header(name.to_string(), value);
            }
        }
    }
}

fn page_policy(photos: Option<&str>) -> anyhow::Result<HeaderValue> {
    let photos = photos
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{photos}; \
         media-src 'self' blob:{photos}; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    Ok(policy.try_into()?)
}
