//! What every answer carries: how long it may be kept, and which other sites' pages may read it.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Method, Status};
use rocket::{Request, Response};

use super::errors::allowed_methods;
use crate::config::Config;

/// Adds the headers that don't depend on what was asked.
pub struct Headers {
    cors_origins: Vec<String>,
}

impl Headers {
    /// The headers that follow from the settings.
    pub fn new(config: &Config) -> Self {
        Self {
            cors_origins: config.cors_origins.clone(),
        }
    }

    fn allow_origin(&self, request: &Request<'_>, response: &mut Response<'_>) {
        response.adjoin_raw_header("Vary", "Origin");
        let Some(origin) = request.headers().get_one("Origin") else {
            return;
        };
        if !self.cors_origins.iter().any(|allowed| allowed == origin) {
            return;
        }
        // Without credentials: other sites' pages bring a bearer token, and never the cookie.
        response.set_raw_header("Access-Control-Allow-Origin", origin.to_owned());
        response.set_raw_header(
            "Access-Control-Expose-Headers",
            "Link, Retry-After, WWW-Authenticate",
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
                "Authorization, Content-Type",
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
        if !response.headers().contains("Cache-Control") {
            let is_page = response
                .content_type()
                .is_some_and(|kind| kind.is_html() || kind == ContentType::CSS);
            response.set_raw_header(
                "Cache-Control",
                if is_page { "no-cache" } else { "no-store" },
            );
        }
        if !self.cors_origins.is_empty() {
            self.allow_origin(request, response);
        }
    }
}
