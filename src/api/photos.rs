//! Photos: the list of a space's, and their bytes by signed links.

use rocket::get;
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
) -> Result<Content> {
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
    let stored = app.photos.open(&name).await?.ok_or(Error::NoPhoto)?;
    let kind = name.kind().ok_or(Error::NoPhoto)?;
    let content = Content::new(stored, kind, sha256, expires - now.seconds(), conditions).await;
    content.map_err(|error| Error::Internal(error.into()))
}
