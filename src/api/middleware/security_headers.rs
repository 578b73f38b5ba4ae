//! What every answer carries: what a browser may do with it, how long it may be kept, and which other sites' pages may
//! read it.

use std::borrow::Cow;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::shield::{Feature, Frame, NoSniff, Permission, Referrer, Shield};
use rocket::{Request, Response};
use tokio::sync::OnceCell;

use crate::api::request::client_info::ClientInfo;
use crate::api::request::extra_cookie::ExtraCookie;
use crate::api::respond::problem::allowed_methods;
use crate::app::App;
use crate::check::sentence;
use crate::server::{MatchedRoute, REQUEST_ID, RequestId};

/// The policy of what is no page: even if a browser shows it as one, nothing in it does anything.
const NO_PAGE: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy of photos, which others have made.
const PHOTO: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// A year: a browser that has once come by HTTPS comes by nothing else.
const HSTS: &str = "max-age=31536000";

/// The headers that are the same for everything.
pub fn shield() -> Shield {
    // The app takes pictures through a file input, which needs no camera of its own.
    let nothing = Permission::blocked(Feature::Camera)
        .block(Feature::Microphone)
        .block(Feature::Geolocation)
        .block(Feature::Displaycapture)
        .block(Feature::Payment)
        .block(Feature::Usb)
        .block(Feature::Serial)
        .block(Feature::Hid)
        .block(Feature::Midi)
        .block(Feature::Accelerometer)
        .block(Feature::Gyroscope)
        .block(Feature::Magnetometer);
    Shield::new()
        .enable(NoSniff::Enable)
        .enable(Frame::Deny)
        .enable(Referrer::SameOrigin)
        .enable(nothing)
}

/// Adds the headers that depend on the settings or on what was asked.
pub struct Headers {
    app: App,
    /// The policy of pages, once somebody has asked for one.
    page: OnceCell<String>,
}

/// What is asked for, as far as browsers treat it differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Page,
    Photo,
    Other,
}

impl Subject {
    fn of(request: &Request<'_>) -> Self {
        match request.uri().path().raw_segments().next() {
            // By the path, because an answer that says "not modified" changes the headers of the page that is kept.
            None => Self::Page,
            Some(first) if matches!(first.as_str(), "app" | "assets" | "docs") => Self::Page,
            Some(first) if first == "photos" => Self::Photo,
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

    async fn protect(&self, request: &Request<'_>, response: &mut Response<'_>) {
        let subject = Subject::of(request);
        let policy = match subject {
            Subject::Page => self.page_policy().await.into(),
            Subject::Photo => Cow::Borrowed(PHOTO),
            Subject::Other => Cow::Borrowed(NO_PAGE),
        };
        response.set_raw_header("Content-Security-Policy", policy);
        // Any page may embed a photo if it has a link to it.
        let photo = subject == Subject::Photo;
        response.set_raw_header(
            "Cross-Origin-Resource-Policy",
            if photo { "cross-origin" } else { "same-origin" },
        );
        if subject == Subject::Page {
            response.set_raw_header("Cross-Origin-Opener-Policy", "same-origin");
        }
        if ClientInfo::of(&self.app, request).is_https {
            response.set_raw_header("Strict-Transport-Security", HSTS);
        }
    }

    /// Our own scripts, styles and requests; and photos also from where we send the browser for them.
    async fn page_policy(&self) -> String {
        let known = self.page.get_or_try_init(|| async {
            let photos = self.app.photos.origin().await?;
            anyhow::Ok(page_policy(photos.as_deref()))
        });
        known.await.cloned().unwrap_or_else(|error| {
            tracing::error!(error = %sentence(&error), "pages can't load photos from S3");
            page_policy(None)
        })
    }

    fn allow_origin(&self, request: &Request<'_>, response: &mut Response<'_>) {
        response.adjoin_raw_header("Vary", "Origin");
        let Some(origin) = request.headers().get_one("Origin") else {
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
            "Link, Retry-After, WWW-Authenticate, X-Request-Id",
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
                "Authorization, Content-Type, Idempotency-Key",
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
        let id = request.local_cache(RequestId::default).as_str();
        if !id.is_empty() {
            response.set_raw_header(REQUEST_ID, id.to_owned());
        }
        if !response.headers().contains("Cache-Control") {
            response.set_raw_header("Cache-Control", "no-store");
        }
        if let Some(cookie) = ExtraCookie::of(request).take() {
            response.adjoin_header(&cookie);
        }
        self.protect(request, response).await;
        if !self.app.config.cors_origins.is_empty() {
            self.allow_origin(request, response);
        }
    }
}

fn page_policy(photos: Option<&str>) -> String {
    let photos = photos
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{photos}; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
