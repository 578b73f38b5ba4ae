//! Photos: the list of a space's, and their bytes by signed links.

use std::time::Duration;

use rocket::http::Header;
use rocket::{Responder, get};
use serde::Serialize;

use super::guards::{CurrentUser, Shared};
use super::images::{Image, ImageView};
use super::links::Links;
use super::params::Piece;
use super::ranges::{Conditions, Content, Keep};
use crate::app::App;
use crate::domain::ids::{Given, ShareId, SpaceId};
use crate::domain::page::{Order, Page};
use crate::domain::users::User;
use crate::domain::{access, photos};
use crate::error::{Error, Result};
use crate::photos::name::PhotoName;
use crate::photos::picture::Kind;
use crate::photos::preview::PreviewSize;
use crate::photos::store::Served;

/// For so many seconds what is shown in place of a preview may be kept: the preview comes soon.
const STAND_IN: i64 = 30;

/// A row of the list of a space's photos.
#[derive(Serialize)]
pub struct Row {
    image_url: String,
    image: Image,
    share_id: ShareId,
    user: User,
    timestamp: String,
}

#[get("/spaces/<id>/images")]
pub async fn list(
    app: &Shared,
    user: CurrentUser,
    page: Page,
    order: Order,
    id: Given<SpaceId>,
    links: Links,
) -> Result<Piece<Row>> {
    let listing = app.db.read(move |conn| {
        let member = access::member(conn, user.user.id, &id)?;
        photos::list(conn, &member, order, &page)
    });
    let listing = listing.await?.map(|shared| {
        let ImageView { url, image } = ImageView::new(&shared.photo, &links);
        Row {
            image_url: url,
            image,
            share_id: shared.share,
            user: shared.user,
            timestamp: shared.shared_at.rfc3339(),
        }
    });
    Ok(Piece::in_order(listing, order, &links))
}

/// The bytes of a photo, for whoever holds a link that we have signed, as long as the photo is there.
#[get("/photos/<name>?<expires>&<signature>")]
pub async fn photo(
    app: &Shared,
    name: &str,
    expires: Option<&str>,
    signature: Option<&str>,
    conditions: Conditions,
) -> Result<Photo> {
    let asked = Asked::check(app, name, expires, signature).await?;
    let keep = Keep::ForGood(asked.remaining);
    asked.send(app, keep, conditions).await
}

/// A preview of a photo, or the photo itself as long as there is none.
#[get("/photos/<name>/<size>?<expires>&<signature>")]
pub async fn preview(
    app: &Shared,
    name: &str,
    size: &str,
    expires: Option<&str>,
    signature: Option<&str>,
    conditions: Conditions,
) -> Result<Photo> {
    PreviewSize::from_word(size).ok_or(Error::NoRoute)?;
    let asked = Asked::check(app, name, expires, signature).await?;
    let keep = Keep::Briefly(asked.remaining.min(STAND_IN));
    asked.send(app, keep, conditions).await
}

/// A photo that somebody may have.
struct Asked {
    name: PhotoName,
    kind: Kind,
    sha256: [u8; 32],
    /// The seconds for which the link still holds.
    remaining: i64,
}

impl Asked {
    async fn check(
        app: &App,
        name: &str,
        expires: Option<&str>,
        signature: Option<&str>,
    ) -> Result<Self> {
        let (Some(expires), Some(signature)) = (expires, signature) else {
            return Err(Error::BadLink);
        };
        let name: PhotoName = name.parse().map_err(|_| Error::BadLink)?;
        let now = app.now();
        let expires = app.links.check(&name, expires, signature, now)?;
        let asked = name.clone();
        let sha256 = app
            .db
            .read(move |conn| Ok(photos::find_sha256(conn, &asked)?))
            .await?
            .ok_or(Error::NoPhoto)?;
        Ok(Self {
            kind: name.kind().ok_or(Error::NoPhoto)?,
            sha256,
            remaining: expires - now.seconds(),
            name,
        })
    }

    /// Sends the photo itself.
    async fn send(self, app: &App, keep: Keep, conditions: Conditions) -> Result<Photo> {
        let served = app
            .photos
            .serve(&self.name)
            .await
            .map_err(Error::PhotosUnavailable)?
            .ok_or(Error::NoPhoto)?;
        match served {
            Served::There { url, holds } => Ok(Photo::There(Redirection::new(url, holds, keep))),
            Served::Here(stored) => {
                let content = Content::new(stored, self.kind, self.sha256, keep, conditions).await;
                Ok(Photo::Here(content.map_err(Error::PhotosUnavailable)?))
            }
        }
    }
}

/// A photo on its way out: from here, or from where the store says.
#[derive(Responder)]
pub enum Photo {
    Here(Content),
    There(Redirection),
}

/// The way to a photo that the store itself hands out.
#[derive(Responder)]
#[response(status = 302)]
pub struct Redirection {
    body: (),
    location: Header<'static>,
    cache: Header<'static>,
}

impl Redirection {
    /// `holds`: how long the store's link does.
    fn new(url: String, holds: Duration, keep: Keep) -> Self {
        // Whoever keeps the redirect must not come with it when the store's link has ended.
        let seconds = i64::try_from(holds.as_secs() / 2)
            .unwrap_or(0)
            .min(keep.seconds());
        let cache = Header::new("Cache-Control", format!("private, max-age={seconds}"));
        Self {
            body: (),
            location: Header::new("Location", url),
            cache,
        }
    }
}
