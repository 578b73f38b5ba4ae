//! Links that begin with our own address, and times as the clients of this server read them.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, OnceLock};

use picture::PreviewSize;
use rocket::State;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::scalars::{SharedAt, Zone};
use crate::api::request::client_info::ClientInfo;
use crate::api::views::cursor;
use crate::app::App;
use crate::auth::signed_urls::{POSTER, SignedUrls, SigningKey, UrlFactory};
use crate::clock::Timestamp;
use crate::domain::page::Page;
use crate::domain::photo_name::PhotoName;
use crate::domain::tokens::Token;

/// Makes absolute links for the client, and times in the form that it reads.
pub struct Urls {
    key: SigningKey,
    /// Made for the first photo: looking at the key means looking at its file.
    maker: OnceLock<UrlFactory>,
    now: Timestamp,
    zone: Zone,
    origin: String,
    path: String,
}

/// The links to a photo and to its previews.
pub struct PhotoUrls(Arc<SignedUrls>);

/// A link to a photo or a preview. A list has hundreds of them, so it becomes text only when it is sent.
pub struct PhotoUrl {
    photo: Arc<SignedUrls>,
    form: Option<&'static str>,
}

impl PhotoUrls {
    /// To the photo itself, or to a preview.
    pub fn to(&self, size: Option<PreviewSize>) -> PhotoUrl {
        PhotoUrl {
            photo: self.0.clone(),
            form: size.map(PreviewSize::as_str),
        }
    }

    /// To the poster of a film.
    pub fn to_poster(&self) -> PhotoUrl {
        PhotoUrl {
            photo: self.0.clone(),
            form: Some(POSTER),
        }
    }
}

impl Display for PhotoUrl {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.photo.write(self.form, formatter)
    }
}

impl Serialize for PhotoUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.form {
            None => serializer.serialize_str(self.photo.original()),
            Some(_) => serializer.collect_str(self),
        }
    }
}

impl JsonSchema for PhotoUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PhotoUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uri",
            "example": "http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl"})
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Urls {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        Outcome::Success(Self {
            key: app.signing_key.clone(),
            maker: OnceLock::new(),
            now: app.now(),
            zone: if app.config.compatibility.original_clients {
                Zone::Unsaid
            } else {
                Zone::Said
            },
            origin: ClientInfo::of(app, request).origin.clone(),
            path: request.uri().path().to_string(),
        })
    }
}

impl Urls {
    /// Links to a photo, valid for anybody who has them, for a while.
    pub fn photo(&self, name: &PhotoName) -> PhotoUrls {
        let maker = self
            .maker
            .get_or_init(|| self.key.signer().at(&self.origin, self.now));
        PhotoUrls(Arc::new(maker.links(name)))
    }

    /// The same at a later time.
    pub fn renewed(&self, now: Timestamp) -> Self {
        Self {
            key: self.key.clone(),
            maker: OnceLock::new(),
            now,
            zone: self.zone,
            origin: self.origin.clone(),
            path: self.path.clone(),
        }
    }

    /// The time of a share.
    pub fn time(&self, moment: Timestamp) -> SharedAt {
        SharedAt {
            moment,
            zone: self.zone,
        }
    }

    /// A link to a page of the app that is handed a secret. It is after the `#`, which browsers keep to themselves,
    /// so that no log and no proxy reads it.
    pub fn page_with_secret(&self, page: &str, token: &Token) -> String {
        link_with_secret(&self.origin, page, token)
    }

    /// The address of a feed.
    pub fn feed(&self, token: &Token) -> String {
        format!("{}/feeds/{}", self.origin, token.as_str())
    }

    /// The address of a page of the app.
    pub fn page(&self, path: &str) -> String {
        format!("{}/app/{path}", self.origin)
    }

    /// The `Link` header to the next page of a list. `query` is the query string besides the page.
    pub fn next(&self, next: &Page, query: &str) -> String {
        let limit = next.limit();
        let cursor = next.cursor().map_or_else(String::new, cursor::encode);
        format!(
            "<{}{}?limit={limit}&cursor={cursor}{query}>; rel=\"next\"",
            self.origin, self.path
        )
    }
}

/// A link to a page of the app that is handed a secret, on the server at `origin`.
pub fn link_with_secret(origin: &str, page: &str, token: &Token) -> String {
    format!("{origin}/app/{page}#{}", token.as_str())
}
