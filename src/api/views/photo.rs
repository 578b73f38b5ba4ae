//! How the photos of shares are told: links to them, and what a page needs to know before it has fetched any.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use picture::PreviewSize;
use serde::{Serialize, Serializer};

use crate::api::views::urls::{PhotoUrl, PhotoUrls, Urls};
use crate::domain::ids::PhotoId;
use crate::domain::photos::Photo;

/// A photo, as clients read it: the link to the photo itself, and what is known of it.
pub struct ImageView {
    pub url: PhotoUrl,
    pub image: Image,
}

/// What is known of a photo.
#[derive(Serialize)]
pub struct Image {
    /// The photo's own: one that takes its place has another.
    id: PhotoId,
    width: u32,
    height: u32,
    placeholder: Option<Base64>,
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

#[derive(Serialize)]
struct Previews {
    small: Preview,
    large: Preview,
}

#[derive(Serialize)]
struct Preview {
    url: PhotoUrl,
    width: u32,
    height: u32,
}

impl ImageView {
    /// With links for the one who asks.
    pub fn new(photo: Photo, links: &Urls) -> Self {
        let own = links.photo(&photo.name);
        Self {
            url: own.to(None),
            image: Image {
                id: photo.id,
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
