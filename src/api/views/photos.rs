//! How the photos of shares are told: URLs of them, and what a page needs to know before it has fetched any.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use picture::PreviewSize;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::scalars::{Id, SharedAt};
use super::urls::{PhotoUrl, PhotoUrls, Urls};
use super::users::User;
use crate::domain::photos::{Photo, SharedPhoto};

/// A photo, as clients read it: the link to the photo itself, and what is known of it.
pub struct ImageView {
    pub url: PhotoUrl,
    pub image: Image,
}

/// What is known of a photo.
#[derive(Serialize, JsonSchema)]
pub struct Image {
    /// The photo's own: one that takes its place has another.
    id: Id,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: u32,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: u32,
    /// A thumbhash in base64, once it is known.
    #[schemars(with = "Option<String>", extend("example" = "3OcRJYB4d3h/iIeHeEh3eIhw+j3A"))]
    placeholder: Option<Base64>,
    #[schemars(extend("example" = true))]
    animated: bool,
    previews: Previews,
}

/// Bytes that become text where they are sent.
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

/// The photo made small, to show before the photo itself.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Previews {
    small: Preview,
    large: Preview,
}

/// A small photo, with its size in pixels.
#[derive(Serialize, JsonSchema)]
struct Preview {
    url: PhotoUrl,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: u32,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: u32,
}

impl ImageView {
    /// With links for the current user.
    pub fn new(photo: Photo, links: &Urls) -> Self {
        let own = links.photo(&photo.name);
        Self {
            url: own.to(None),
            image: Image {
                id: photo.id.into(),
                width: photo.width,
                height: photo.height,
                previews: Previews {
                    small: Preview::new(&photo, PreviewSize::Small, &own),
                    large: Preview::new(&photo, PreviewSize::Large, &own),
                },
                placeholder: photo.placeholder.map(Base64),
                animated: photo.animated,
            },
        }
    }
}

/// A photo of a space, and the share that it belongs to.
#[derive(Serialize, JsonSchema)]
pub struct ImageInList {
    image_url: PhotoUrl,
    image: Image,
    share_id: Id,
    user: User,
    timestamp: SharedAt,
}

impl ImageInList {
    /// With URLs for the client.
    pub fn new(shared: SharedPhoto, urls: &Urls) -> Self {
        let ImageView { url, image } = ImageView::new(shared.photo, urls);
        Self {
            image_url: url,
            image,
            share_id: shared.share.into(),
            user: shared.user.into(),
            timestamp: urls.time(shared.shared_at),
        }
    }
}

impl Preview {
    fn new(photo: &Photo, size: PreviewSize, own: &PhotoUrls) -> Self {
        let (width, height) = match size {
            // What moves is shown as it is, so that it does.
            PreviewSize::Large if photo.animated => (photo.width, photo.height),
            _ => size.within(photo.width, photo.height),
        };
        Self {
            url: own.to(Some(size)),
            width,
            height,
        }
    }
}
