//! Photos: the list of a space's, and their bytes by signed links.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use picture::Kind;
use picture::PreviewSize;
use rocket::serde::json::Json;
use rocket::{get, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::if_match::IfMatch;
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::respond::content_disposition::content_disposition;
use crate::api::respond::json_page::JsonPage;
use crate::api::respond::photo::{Photo, Redirection};
use crate::api::respond::range::{CachePolicy, ConditionalHeaders, Content};
use crate::api::respond::versioned::Versioned;
use crate::api::views::photos::{Describe, ImageInList, Medium};
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::auth::signed_urls;
use crate::domain::ids::{PhotoId, RawId, SpaceId};
use crate::domain::media_kind::MediaKind;
use crate::domain::page::{Order, Page};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{DatedBy, Description, FoundPhoto, KindFilter};
use crate::domain::{access, photos, shares};
use crate::error::{Denied, Failure, NotFound, Result};
use crate::storage::{PhotoSource, StoredPhoto, Way};

/// How many seconds what is shown instead of a preview may be cached: the preview comes soon.
const STAND_IN: i64 = 30;

/// How many seconds a feed reader may keep a picture without asking whether the feed is still there.
const IN_FEED: i64 = 24 * 60 * 60;

/// As many bytes as needed to detect the type of a preview.
const MAGIC: u64 = 64;

#[get("/spaces/<id>/images")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    order: Order,
    by: DatedBy,
    kinds: KindFilter,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonPage<ImageInList>> {
    let list = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            photos::list(conn, &member, (kinds, by, order), &page)
        })
        .await?;
    let mut query = format!("&order={}&by={}", order.as_str(), by.as_str());
    if let Some(kind) = kinds.as_str() {
        query.push_str("&kind=");
        query.push_str(kind);
    }
    JsonPage::new(&links, &query, list, |shared| {
        ImageInList::new(shared, &links)
    })
}

#[put("/media/<id>", data = "<body>")]
pub async fn describe(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<PhotoId>,
    if_match: IfMatch,
    body: JsonBody<Describe>,
    links: Urls,
) -> Result<Versioned<Json<Medium>>> {
    let expected = if_match.parse(&app.epoch)?;
    let JsonBody(Describe { caption, taken_at }) = body;
    let description = Description::parse(
        caption.as_ref().map(Option::as_deref),
        taken_at.as_ref().map(Option::as_deref),
        &app.config.limits,
    )?;
    let (photo, version) = user
        .write(move |conn, session| {
            let medium = access::medium(conn, session, &id)?;
            let share = medium.share();
            expected.check(conn, share.space(), share.share())?;
            shares::describe(conn, &medium, &description)
        })
        .await?;
    let medium = Json(Medium::new(&photo, &links));
    Ok(Versioned::new(medium, &links.version(version)))
}

/// The bytes of a photo, for the holder of a link that we have signed, while the photo exists. `download`: the name
/// under which a browser is to save them.
#[get("/photos/<name>?<expires>&<signature>&<download>")]
pub async fn photo(
    app: &AppState,
    name: &str,
    expires: Option<&str>,
    signature: Option<&str>,
    download: Vec<&str>,
    conditions: ConditionalHeaders,
) -> Result<Photo> {
    let link = VerifiedLink::check(app, name, expires, signature).await?;
    let cache = CachePolicy::Immutable(link.remaining);
    let disposition = download
        .first()
        .map(|wish| content_disposition(wish, &link.name));
    link.send(app, cache, disposition, conditions).await
}

/// A preview of a photo, or the photo itself until there is one; for a film, its poster. Or the poster or rendition of a film itself.
#[get("/photos/<name>/<size>?<expires>&<signature>")]
pub async fn preview(
    app: &AppState,
    name: &str,
    size: &str,
    expires: Option<&str>,
    signature: Option<&str>,
    conditions: ConditionalHeaders,
) -> Result<Photo> {
    let form = Form::from_word(size).ok_or(NotFound::Endpoint)?;
    let link = VerifiedLink::check(app, name, expires, signature).await?;
    match form {
        Form::Poster if link.kind.is_video() => {
            let cache = CachePolicy::Immutable(link.remaining);
            link.send_stand_in(app, cache, conditions).await
        }
        Form::Rendition => link.send_rendition(app, conditions).await,
        Form::Poster => Err(NotFound::Poster.into()),
        Form::Preview(size) => show(app, link, size, conditions).await,
    }
}

/// A picture of a feed, as large as feeds show them.
pub(super) async fn show_in_feed(
    app: &App,
    name: PhotoName,
    photo: FoundPhoto,
    conditions: ConditionalHeaders,
) -> Result<Photo> {
    let link = VerifiedLink {
        kind: name.kind().ok_or(NotFound::Photo)?,
        name,
        photo,
        remaining: IN_FEED,
    };
    show(app, link, PreviewSize::Large, conditions).await
}

/// A preview, or what is shown in its place.
async fn show(
    app: &App,
    link: VerifiedLink,
    size: PreviewSize,
    conditions: ConditionalHeaders,
) -> Result<Photo> {
    // What moves is shown large as it is.
    let is_itself = link.photo.animated && size == PreviewSize::Large;
    let cache = match link.photo.has_previews {
        Some(true) if !is_itself => match link.find_preview(app, size, conditions.way()).await? {
            Some(preview) => return link.send_preview(preview, size, conditions).await,
            None => CachePolicy::Short(link.remaining.min(STAND_IN)),
        },
        Some(_) => CachePolicy::Immutable(link.remaining),
        None => CachePolicy::Short(link.remaining.min(STAND_IN)),
    };
    if link.kind.is_video() {
        return link.send_stand_in(app, cache, conditions).await;
    }
    link.send(app, cache, None, conditions).await
}

/// What else than the bytes themselves there is to have.
enum Form {
    Preview(PreviewSize),
    Poster,
    Rendition,
}

impl Form {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            signed_urls::POSTER => Some(Self::Poster),
            signed_urls::RENDITION => Some(Self::Rendition),
            word => PreviewSize::from_word(word).map(Self::Preview),
        }
    }
}

/// A photo that a verified link permits, or the address of a feed.
struct VerifiedLink {
    name: PhotoName,
    kind: MediaKind,
    photo: FoundPhoto,
    /// The seconds for which the link still holds.
    remaining: i64,
}

impl VerifiedLink {
    async fn check(
        app: &App,
        name: &str,
        expires: Option<&str>,
        signature: Option<&str>,
    ) -> Result<Self> {
        let (Some(expires), Some(signature)) = (expires, signature) else {
            return Err(Denied::BadLink.into());
        };
        let name: PhotoName = name.parse().map_err(|_| Denied::BadLink)?;
        let now = app.now();
        let signer = app.signing_key.signer();
        let expires = signer.check(&name, expires, signature, now)?;
        let wanted = name.clone();
        let photo = app
            .db
            .read(move |conn| Ok(photos::find(conn, &wanted)?))
            .await?
            .ok_or(NotFound::Photo)?;
        Ok(Self {
            kind: name.kind().ok_or(NotFound::Photo)?,
            photo,
            remaining: expires - now.seconds(),
            name,
        })
    }

    /// Sends the photo itself, to be saved as `disposition` says.
    async fn send(
        self,
        app: &App,
        cache: CachePolicy,
        disposition: Option<String>,
        conditions: ConditionalHeaders,
    ) -> Result<Photo> {
        let served = app
            .photos
            .serve(&self.name, disposition.as_deref(), conditions.way())
            .await
            .map_err(Failure::PhotosUnavailable)?;
        let Some(served) = served else {
            tracing::error!(photo = %self.name, "photo file is missing");
            return Err(NotFound::Photo.into());
        };
        match served {
            PhotoSource::Redirect { url, expires_in } => {
                Ok(Photo::Redirect(Redirection::new(url, expires_in, cache)))
            }
            PhotoSource::Stream(stored) => {
                let (bytes, expected) = (stored.bytes, self.photo.bytes);
                if bytes != expected {
                    tracing::error!(
                        photo = %self.name,
                        bytes,
                        expected,
                        "photo file is damaged; not sent"
                    );
                    return Err(Failure::PhotoSpoiled.into());
                }
                let etag = self.etag("");
                let content =
                    Content::new(stored, self.kind.media_type(), etag, cache, conditions).await;
                let content = content.map_err(Failure::PhotosUnavailable)?;
                Ok(Photo::Stream(content.saved_as(disposition)))
            }
        }
    }

    /// The way to a preview, unless it has got lost.
    async fn find_preview(
        &self,
        app: &App,
        size: PreviewSize,
        way: Way,
    ) -> Result<Option<Preview>> {
        let served = app.photos.serve_preview(&self.name, size, way).await;
        Self::look_at(served).await
    }

    /// The preview that was found, with the type by its first bytes.
    async fn look_at(served: anyhow::Result<Option<PhotoSource>>) -> Result<Option<Preview>> {
        match served.map_err(Failure::PhotosUnavailable)? {
            None => Ok(None),
            Some(PhotoSource::Redirect { url, expires_in }) => {
                Ok(Some(Preview::Redirect { url, expires_in }))
            }
            Some(PhotoSource::Stream(stored)) => {
                // We have made it, so that its first bytes can be believed.
                let begun = stored.begin(MAGIC).await;
                let (beginning, stored) = begun.map_err(Failure::PhotosUnavailable)?;
                let kind = Kind::from_bytes(&beginning);
                Ok(kind.map(|kind| Preview::Stream { kind, stored }))
            }
        }
    }

    async fn send_preview(
        self,
        preview: Preview,
        size: PreviewSize,
        conditions: ConditionalHeaders,
    ) -> Result<Photo> {
        let cache = CachePolicy::Immutable(self.remaining);
        self.send_form(preview, size.as_str(), cache, conditions)
            .await
    }

    /// Sends the poster of a film, also in place of its preview, to be cached for as long as that may be.
    async fn send_stand_in(
        self,
        app: &App,
        cache: CachePolicy,
        conditions: ConditionalHeaders,
    ) -> Result<Photo> {
        let served = app.photos.serve_poster(&self.name, conditions.way()).await;
        let poster = Self::look_at(served).await?.ok_or(NotFound::Poster)?;
        self.send_form(poster, signed_urls::POSTER, cache, conditions)
            .await
    }

    /// Sends a film as every browser plays it.
    async fn send_rendition(self, app: &App, conditions: ConditionalHeaders) -> Result<Photo> {
        let cache = CachePolicy::Immutable(self.remaining);
        let served = app
            .photos
            .serve_rendition(&self.name, conditions.way())
            .await;
        let found = served.map_err(Failure::PhotosUnavailable)?;
        match found.ok_or(NotFound::Rendition)? {
            PhotoSource::Redirect { url, expires_in } => {
                Ok(Photo::Redirect(Redirection::new(url, expires_in, cache)))
            }
            PhotoSource::Stream(stored) => {
                // One that was made again may have other bytes.
                let etag = self.etag(&format!("{}{}", signed_urls::RENDITION, stored.bytes));
                let kind = video::Kind::Mp4.media_type();
                let content = Content::new(stored, kind, etag, cache, conditions).await;
                Ok(Photo::Stream(content.map_err(Failure::PhotosUnavailable)?))
            }
        }
    }

    async fn send_form(
        self,
        preview: Preview,
        form: &str,
        cache: CachePolicy,
        conditions: ConditionalHeaders,
    ) -> Result<Photo> {
        match preview {
            Preview::Redirect { url, expires_in } => {
                Ok(Photo::Redirect(Redirection::new(url, expires_in, cache)))
            }
            Preview::Stream { kind, stored } => {
                let etag = self.etag(form);
                let content =
                    Content::new(stored, kind.media_type(), etag, cache, conditions).await;
                Ok(Photo::Stream(content.map_err(Failure::PhotosUnavailable)?))
            }
        }
    }

    /// What distinguishes these bytes from all others: those of the photo, and in which form.
    fn etag(&self, form: &str) -> String {
        format!("\"{}{form}\"", URL_SAFE_NO_PAD.encode(self.photo.sha256))
    }
}

/// A preview that was found.
enum Preview {
    Stream { kind: Kind, stored: StoredPhoto },
    Redirect { url: String, expires_in: Duration },
}
