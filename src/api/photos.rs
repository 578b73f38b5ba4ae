//! Photos: the list of a space's, and their bytes by signed links.

use std::time::Duration;

use rocket::http::Header;
use rocket::{Responder, get};
use serde::Serialize;

use super::guards::{CurrentUser, Shared};
use super::links::Links;
use super::params::Piece;
use super::ranges::{Conditions, Content};
use crate::domain::ids::{Given, SpaceId};
use crate::domain::page::Page;
use crate::domain::{access, photos};
use crate::error::{Error, Result};
use crate::photos::name::PhotoName;
use crate::photos::store::Served;

#[derive(Serialize)]
pub struct ImageView {
    image_url: String,
}

#[get("/spaces/<id>/images")]
pub async fn list(
    app: &Shared,
    user: CurrentUser,
    page: Page,
    id: Given<SpaceId>,
    links: Links,
) -> Result<Piece<ImageView>> {
    let listing = app.db.read(move |conn| {
        let member = access::member(conn, user.user.id, &id)?;
        photos::list(conn, &member, &page)
    });
    let listing = listing.await?.map(|name| ImageView {
        image_url: links.photo(&name),
    });
    Ok(Piece::new(listing, &links))
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
    let kind = name.kind().ok_or(Error::NoPhoto)?;
    let served = app
        .photos
        .serve(&name)
        .await
        .map_err(Error::PhotosUnavailable)?
        .ok_or(Error::NoPhoto)?;
    let remaining = expires - now.seconds();
    match served {
        Served::There { url, holds } => Ok(Photo::There(Redirection::new(url, holds, remaining))),
        Served::Here(stored) => {
            let content = Content::new(stored, kind, sha256, remaining, conditions).await;
            Ok(Photo::Here(content.map_err(Error::PhotosUnavailable)?))
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
    /// `holds`: how long the store's link does; `remaining`: the seconds for which our own does.
    fn new(url: String, holds: Duration, remaining: i64) -> Self {
        // Whoever keeps the redirect must not come with it when the store's link has ended.
        let seconds = i64::try_from(holds.as_secs() / 2)
            .unwrap_or(0)
            .min(remaining);
        let cache = Header::new("Cache-Control", format!("private, max-age={seconds}"));
        Self {
            body: (),
            location: Header::new("Location", url),
            cache,
        }
    }
}
