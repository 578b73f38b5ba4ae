//! Thoughts, with or without a photo.

use schemars::JsonSchema;
use serde::Serialize;

use super::photos::{Image, ImageView};
use super::scalars::{Id, SharedAt};
use super::spaces::Space;
use super::urls::{PhotoUrl, Urls};
use super::users::User;
use crate::domain::shares;

/// A share, where its space goes without saying.
#[derive(Serialize, JsonSchema)]
pub struct ShareInList {
    id: Id,
    #[serde(flatten)]
    content: Content,
}

/// A share.
#[derive(Serialize, JsonSchema)]
pub struct Share {
    id: Id,
    // Only in lists shares are read without.
    #[schemars(with = "Space")]
    space: Option<Space>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize, JsonSchema)]
struct Content {
    user: User,
    #[schemars(extend("example" = "Nice weather"))]
    text: String,
    timestamp: SharedAt,
    /// The photo itself; null if there is none.
    image_url: Option<PhotoUrl>,
    image: Option<Image>,
}

impl ShareInList {
    /// With URLs for the client.
    pub fn new(share: shares::Share, urls: &Urls) -> Self {
        Self {
            id: share.id.into(),
            content: Content::new(share, urls),
        }
    }
}

impl Share {
    /// With URLs for the client. The share was read with its space.
    pub fn new(mut share: shares::Share, urls: &Urls) -> Self {
        Self {
            id: share.id.into(),
            space: share.space.take().map(Into::into),
            content: Content::new(share, urls),
        }
    }
}

impl Content {
    fn new(share: shares::Share, urls: &Urls) -> Self {
        let photo = share.photo.map(|photo| ImageView::new(photo, urls));
        let (image_url, image) = photo.map(|view| (view.url, view.image)).unzip();
        Self {
            user: share.user.into(),
            text: share.text,
            timestamp: urls.time(share.created_at),
            image_url,
            image,
        }
    }
}
