//! The web app: its page at every address that is its own, and its files.

use rocket::http::{ContentType, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{Redirect, Responder, Response};
use rocket::route::{self, Handler, Route};
use rocket::{Data, get, post};

use crate::api::request::AppState;
use crate::api::respond::accept_encoding::AcceptEncoding;
use crate::api::respond::range::etag_matches;
use crate::api::routes::assets::{self, Asset, DOCS, PAGE, SERVICE_WORKER};
use crate::error::{NotFound, Result};

/// A file named by its content may be cached for a year and never requested again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// A file that keeps its name may be cached, but is revalidated each time.
const NO_CACHE: &str = "no-cache";

#[get("/")]
pub fn home(app: &AppState, wanted: IfNoneMatch) -> Result<File> {
    page(PAGE, app, wanted)
}

/// The app routes its own addresses.
#[get("/app/<_..>")]
pub fn app(app: &AppState, wanted: IfNoneMatch) -> Result<File> {
    page(PAGE, app, wanted)
}

/// The app while it is closed, or without a connection. Its address says of which pages it takes care.
#[get("/app/sw.js")]
pub fn service_worker(wanted: IfNoneMatch) -> Result<File> {
    file(SERVICE_WORKER, wanted, NO_CACHE)
}

/// What is shared to the app from elsewhere on a device, while its service worker isn't there to take it. Nothing of it is read, and
/// the app says so.
#[post("/app/share-target")]
pub fn share_target() -> Redirect {
    Redirect::to("/app/share-target")
}

#[get("/docs")]
pub fn docs(app: &AppState, wanted: IfNoneMatch) -> Result<File> {
    page(DOCS, app, wanted)
}

#[get("/assets/<name>")]
pub fn asset(name: &str, wanted: IfNoneMatch) -> Result<File> {
    // One segment, also where a slash was written as `%2F`.
    if name.contains('/') {
        return Err(NotFound::Endpoint.into());
    }
    file(&format!("assets/{name}"), wanted, IMMUTABLE)
}

/// The routes to what the app has at the root of the site, such as `/robots.txt`.
pub fn at_root() -> Vec<Route> {
    let route =
        |name: String| Route::new(rocket::http::Method::Get, &format!("/{name}"), AtRoot(name));
    assets::at_root()
        .map(|name| route(name.into_owned()))
        .collect()
}

#[derive(Clone)]
struct AtRoot(String);

#[rocket::async_trait]
impl Handler for AtRoot {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> route::Outcome<'r> {
        route::Outcome::from(request, file(&self.0, IfNoneMatch::by(request), NO_CACHE))
    }
}

/// In which form a file is wanted, and which of them is there already.
pub struct IfNoneMatch {
    accepted: AcceptEncoding,
    known: Option<String>,
}

impl IfNoneMatch {
    fn by(request: &Request<'_>) -> Self {
        let headers = request.headers();
        Self {
            accepted: AcceptEncoding::parse(headers.get("Accept-Encoding")),
            known: headers.get_one("If-None-Match").map(str::to_owned),
        }
    }

    fn answer(self, asset: Asset, cache: &'static str) -> File {
        let tag = format!("\"{}\"", asset.etag);
        let is_known = self.known.is_some_and(|known| etag_matches(&tag, &known));
        File {
            asset,
            tag,
            is_known,
            cache,
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfNoneMatch {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self::by(request))
    }
}

/// A page, which names files of the app by where this server is on its host.
fn page(name: &str, app: &AppState, wanted: IfNoneMatch) -> Result<File> {
    let base = app.config.base_path();
    if base.is_empty() {
        return file(name, wanted, NO_CACHE);
    }
    Ok(wanted.answer(
        assets::page_below(base, name).ok_or(NotFound::Endpoint)?,
        NO_CACHE,
    ))
}

fn file(name: &str, wanted: IfNoneMatch, cache: &'static str) -> Result<File> {
    let asset = assets::find(name, |codings| wanted.accepted.negotiate(codings))
        .ok_or(NotFound::Endpoint)?;
    Ok(wanted.answer(asset, cache))
}

/// A file of the app on its way out.
pub struct File {
    asset: Asset,
    tag: String,
    is_known: bool,
    cache: &'static str,
}

impl<'r> Responder<'r, 'static> for File {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let mut response = Response::build();
        response
            .raw_header("Cache-Control", self.cache)
            .raw_header("ETag", self.tag);
        if self.asset.varies {
            response.raw_header("Vary", "Accept-Encoding");
        }
        if self.is_known {
            return response.status(Status::NotModified).ok();
        }
        if let Some(coding) = self.asset.coding {
            response.raw_header("Content-Encoding", coding.name());
        }
        let kind = ContentType::parse_flexible(&self.asset.media_type);
        response
            .header(kind.unwrap_or(ContentType::Binary))
            .sized_body(
                self.asset.bytes.len(),
                std::io::Cursor::new(self.asset.bytes),
            )
            .ok()
    }
}
