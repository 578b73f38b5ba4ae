//! The photos of shares in responses: their URLs, and what a page needs before it has fetched any.

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use picture::PreviewSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::scalars::{DATE_AND_TIME, Id, SharedAt, TakenAt};
use super::settings::FromSettings;
use super::urls::{PhotoUrl, PhotoUrls, Urls};
use super::users::User;
use crate::api::views::payload::{Field, Payload, optional_text, said, values};
use crate::api::views::whole_number::named_id;
use crate::domain::ids::{PhotoId, RawId};
use crate::domain::photos::{Photo, SharedPhoto};
use crate::error::{FieldName, Invalid, Malformed};

/// A photo, as clients read it: the link to the photo itself, and what is known of it.
pub struct ImageView {
    /// `None` of a film without a poster, as the image.
    pub url: Option<PhotoUrl>,
    pub image: Option<Image>,
    pub medium: Medium,
}

/// What is known of a photo.
#[derive(Serialize, JsonSchema)]
pub struct Image {
    /// The id of this photo; a photo that replaces it has another one.
    id: Id,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: u32,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: u32,
    /// A ThumbHash in base64; null until the preview is made.
    #[schemars(with = "Option<String>", extend("example" = "3OcRJYB4d3h/iIeHeEh3eIhw+j3A"))]
    placeholder: Option<Base64>,
    #[schemars(extend("example" = true))]
    animated: bool,
    previews: Previews,
}

/// A photo of a share.
#[derive(Serialize, JsonSchema)]
pub struct Medium {
    /// The id of this photo; a photo that replaces it has another one.
    id: Id,
    kind: MediumKind,
    url: PhotoUrl,
    /// The picture that is shown until a video plays. Null for a photo, and for a video without one, whose preview links then
    /// return 404.
    poster_url: Option<PhotoUrl>,
    /// The same video as every browser plays it: H.264 and AAC in an MP4 of at most 1920 by 1080 pixels. Null for a photo, for a
    /// video that needs none or that none can be made of, and until it is made.
    rendition_url: Option<PhotoUrl>,
    #[schemars(range(min = 1), extend("example" = 400))]
    width: u32,
    #[schemars(range(min = 1), extend("example" = 400))]
    height: u32,
    /// A ThumbHash in base64; null until the preview is made.
    #[schemars(with = "Option<String>", extend("example" = "3OcRJYB4d3h/iIeHeEh3eIhw+j3A"))]
    placeholder: Option<Base64>,
    #[schemars(extend("example" = true))]
    animated: bool,
    previews: Previews,
    /// The caption that its sharer gave it.
    #[schemars(extend("example" = "At the lake"))]
    caption: Option<String>,
    taken_at: Option<TakenAt>,
    /// Null for a photo, and for a video that doesn't state its duration.
    #[schemars(extend("example" = 2.5))]
    duration_seconds: Option<f64>,
}

/// The kind of a medium.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum MediumKind {
    Photo,
    Video,
}

impl Medium {
    /// With links for the current user.
    pub fn new(photo: &Photo, links: &Urls) -> Self {
        Self::at(photo, &links.photo(&photo.name))
    }

    fn at(photo: &Photo, own: &PhotoUrls) -> Self {
        Self {
            id: photo.id.into(),
            kind: if photo.name.is_video() {
                MediumKind::Video
            } else {
                MediumKind::Photo
            },
            url: own.to(None),
            poster_url: (photo.name.is_video() && photo.has_picture).then(|| own.to_poster()),
            rendition_url: photo.has_rendition.then(|| own.to_rendition()),
            width: photo.width,
            height: photo.height,
            placeholder: photo.placeholder.clone().map(Base64),
            animated: photo.animated,
            previews: Previews::new(photo, own),
            caption: photo.caption.clone(),
            taken_at: photo.taken_at.map(Into::into),
            duration_seconds: photo.duration.map(|long| long.as_secs_f64()),
        }
    }
}

/// Describes a photo. A missing field stays as it is, and null removes it.
#[derive(Deserialize, JsonSchema)]
pub struct Describe {
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>", extend("x-from-settings" = FromSettings::Caption, "example" = "At the lake"))]
    pub caption: Option<Option<String>>,
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>", extend("pattern" = DATE_AND_TIME, "example" = "2019-07-14T15:30:00"))]
    pub taken_at: Option<Option<String>>,
}

impl Payload for Describe {
    const FIELDS: &'static [Field] = &[
        optional_text("caption", FieldName::Caption),
        optional_text("taken_at", FieldName::TakenAt),
    ];
}

/// Photos of a space.
#[derive(Deserialize, JsonSchema)]
pub struct SelectMedia {
    #[schemars(with = "Vec<Id>", length(min = 1, max = 10_000), extend("example" = [7, 8]))]
    media: Vec<serde_json::Value>,
}

impl Payload for SelectMedia {
    const FIELDS: &'static [Field] = &[values("media", FieldName::Media, Self::MAX)];
}

impl SelectMedia {
    /// The most photos that can be selected at once.
    pub const MAX: usize = 10_000;

    /// The ids as a form has them.
    pub fn of_form(ids: Vec<String>) -> Self {
        // Whatever isn't a number is the id of no photo.
        let value = |id: String| id.parse::<u64>().map_or(id.into(), serde_json::Value::from);
        Self {
            media: ids.into_iter().map(value).collect(),
        }
    }

    /// Their ids, in any order.
    ///
    /// # Errors
    /// There are none, or too many; an entry isn't an id.
    pub fn ids(&self) -> crate::error::Result<Vec<RawId<PhotoId>>> {
        if self.media.is_empty() {
            return Err(Invalid::Blank {
                field: FieldName::Media,
            }
            .into());
        }
        if self.media.len() > Self::MAX {
            return Err(Invalid::ZipOfTooMany { max: Self::MAX }.into());
        }
        let id = |entry: &serde_json::Value| match entry {
            serde_json::Value::Number(id) => {
                Ok(named_id(entry).unwrap_or_else(|| RawId::new(&id.to_string())))
            }
            _ => Err(Malformed::MediaId.into()),
        };
        self.media.iter().map(id).collect()
    }
}

/// Bytes that become text where they are sent.
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &STANDARD))
    }
}

/// Previews of the photo, to show before the photo itself.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Previews {
    small: Preview,
    large: Preview,
}

/// A preview, with its size in pixels.
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
            medium: Medium::at(&photo, &own),
            url: photo.has_picture.then(|| {
                if photo.name.is_video() {
                    own.to_poster()
                } else {
                    own.to(None)
                }
            }),
            image: photo.has_picture.then(|| Image {
                id: photo.id.into(),
                width: photo.width,
                height: photo.height,
                previews: Previews::new(&photo, &own),
                placeholder: photo.placeholder.map(Base64),
                animated: photo.animated,
            }),
        }
    }
}

/// A photo of a space, and the share that it belongs to.
#[derive(Serialize, JsonSchema)]
pub struct ImageInList {
    /// For a video, its poster; null if it has none.
    image_url: Option<PhotoUrl>,
    image: Option<Image>,
    media: Medium,
    share_id: Id,
    user: User,
    timestamp: SharedAt,
}

impl ImageInList {
    /// With URLs for the client.
    pub fn new(shared: SharedPhoto, urls: &Urls) -> Self {
        let ImageView { url, image, medium } = ImageView::new(shared.photo, urls);
        Self {
            image_url: url,
            image,
            media: medium,
            share_id: shared.share.into(),
            user: User::new(shared.user, urls),
            timestamp: urls.time(shared.shared_at),
        }
    }
}

impl Previews {
    fn new(photo: &Photo, own: &PhotoUrls) -> Self {
        Self {
            small: Preview::new(photo, PreviewSize::Small, own),
            large: Preview::new(photo, PreviewSize::Large, own),
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
