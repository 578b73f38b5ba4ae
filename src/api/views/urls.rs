//! Links that begin with our own address, and times and versions as the clients of this server read them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
use crate::auth::signed_urls::{POSTER, RENDITION, SignedUrls, SigningKey, UrlFactory};
use crate::clock::Timestamp;
use crate::domain::avatar_name::AvatarName;
use crate::domain::page::Page;
use crate::domain::photo_name::PhotoName;
use crate::domain::share_version;
use crate::domain::tokens::Token;

/// Makes absolute links for the client, and times and versions in the form that it reads.
pub struct Urls {
    key: SigningKey,
    /// Made for the first photo: looking at the key means looking at its file.
    maker: OnceLock<UrlFactory>,
    /// Those of the few people whom a list names again and again.
    avatars: Mutex<HashMap<AvatarName, Arc<str>>>,
    now: Timestamp,
    zone: Zone,
    epoch: Arc<str>,
    base_url: String,
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

    /// To the rendition of a film.
    pub fn to_rendition(&self) -> PhotoUrl {
        PhotoUrl {
            photo: self.0.clone(),
            form: Some(RENDITION),
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

/// A link to the picture of a user or a space.
#[derive(Clone)]
pub struct AvatarUrl(Arc<str>);

impl Serialize for AvatarUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl JsonSchema for AvatarUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AvatarUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uri",
            "example": "http://localhost:8000/avatars/0123456789abcdef?expires=1800014400&signature=c2lnbmF0dXJl"})
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
            avatars: Mutex::default(),
            now: app.now(),
            zone: if app.config.compatibility.original_clients {
                Zone::Unsaid
            } else {
                Zone::Said
            },
            epoch: app.epoch.clone(),
            base_url: ClientInfo::of(app, request).base_url.clone(),
            path: request.uri().path().to_string(),
        })
    }
}

impl Urls {
    /// Links to a photo, valid for anybody who has them, for a while.
    pub fn photo(&self, name: &PhotoName) -> PhotoUrls {
        PhotoUrls(Arc::new(self.maker().links(name)))
    }

    /// A link to the picture of a user or a space, valid for a while for anybody who has it.
    pub fn avatar(&self, name: &AvatarName) -> AvatarUrl {
        let mut known = self.avatars.lock().unwrap_or_else(PoisonError::into_inner);
        let link = match known.get(name) {
            Some(link) => link.clone(),
            None => {
                let link: Arc<str> = self.maker().avatar(name).into();
                known.insert(name.clone(), link.clone());
                link
            }
        };
        AvatarUrl(link)
    }

    fn maker(&self) -> &UrlFactory {
        self.maker
            .get_or_init(|| self.key.signer().at(&self.base_url, self.now))
    }

    /// The same at a later time.
    pub fn renewed(&self, now: Timestamp) -> Self {
        Self {
            key: self.key.clone(),
            maker: OnceLock::new(),
            avatars: Mutex::default(),
            now,
            zone: self.zone,
            epoch: self.epoch.clone(),
            base_url: self.base_url.clone(),
            path: self.path.clone(),
        }
    }

    /// The name of a version of a share.
    pub fn version(&self, version: i64) -> String {
        share_version::name(&self.epoch, version)
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
        link_with_secret(&self.base_url, page, token)
    }

    /// The address of a feed.
    pub fn feed(&self, token: &Token) -> String {
        format!("{}/feeds/{}", self.base_url, token.as_str())
    }

    /// The address of a page of the app.
    pub fn page(&self, path: &str) -> String {
        format!("{}/app/{path}", self.base_url)
    }

    /// The `Link` header to the next page of a list. `query` is the query string besides the page.
    pub fn next(&self, next: &Page, query: &str) -> String {
        let limit = next.limit();
        let cursor = next.cursor().map_or_else(String::new, cursor::encode);
        format!(
            "<{}{}?limit={limit}&cursor={cursor}{query}>; rel=\"next\"",
            self.base_url, self.path
        )
    }
}

/// A link to a page of the app that is handed a secret, on the server at `base_url`.
pub fn link_with_secret(base_url: &str, page: &str, token: &Token) -> String {
    format!("{base_url}/app/{page}#{}", token.as_str())
}
