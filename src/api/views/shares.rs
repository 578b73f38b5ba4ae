//! Thoughts, with or without photos.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::comments::Conversation;
use super::photos::{Image, ImageView, Medium};
use super::reactions::ReactionCount;
use super::scalars::{DATE_AND_TIME, Id, Moment, SharedAt};
use super::settings::FromSettings;
use super::spaces::Space;
use super::urls::{PhotoUrl, Urls};
use super::users::User;
use super::whole_number::named_id;
use crate::api::views::payload::{self, Field, Payload, optional_list, optional_text};
use crate::config::Limits;
use crate::domain::ids::{self, RawId};
use crate::domain::photos::{Description, Listed, MediaChange};
use crate::domain::shares;
use crate::error::{FieldName, Invalid, Malformed, Result};
use crate::uploads::several::{Brought, NewUpload};

/// A share in a list of its space.
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
    /// When its text or its photos were changed last; null if they never were.
    edited_at: Option<Moment>,
    /// Another one after each edit of the text, the photos, their order, their captions and their dates. In quotes, it is the `ETag`
    /// of the share, which edits take as `If-Match`.
    #[schemars(extend("example" = "5f3a9c01-1"))]
    version: String,
    /// The first photo itself, or the poster of the first video; null if there is none.
    image_url: Option<PhotoUrl>,
    /// Details of that first photo.
    image: Option<Image>,
    /// All photos and videos, in order.
    media: Vec<Medium>,
    comments: Conversation,
    /// In the order of their first use.
    reactions: Vec<ReactionCount>,
    /// The members who are named in the text, by `@` and their login.
    mentions: Vec<User>,
}

/// Edits a share. A missing field stays as it is.
#[derive(Deserialize, JsonSchema)]
pub struct EditShare {
    #[schemars(with = "Option<String>", extend("x-from-settings" = FromSettings::ShareText, "example" = "Nice weather"))]
    #[serde(default, deserialize_with = "payload::said")]
    text: Option<Option<String>>,
    #[schemars(with = "Option<Vec<EditMedium>>")]
    media: Option<Vec<Value>>,
}

/// A photo of the edited share: one that it already has, by its id, or an upload.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described: what it says is checked by hand")]
struct EditMedium {
    id: Option<Id>,
    upload: Option<Id>,
    /// The upload of the picture that is shown until the video plays.
    poster: Option<Id>,
    #[schemars(extend("x-from-settings" = FromSettings::Caption, "example" = "At the lake"))]
    caption: Option<String>,
    #[schemars(extend("pattern" = DATE_AND_TIME, "example" = "2019-07-14T15:30:00"))]
    taken_at: Option<String>,
}

/// Creates a share of a text, of uploads, or of both.
#[derive(Deserialize, JsonSchema)]
pub struct NewShare {
    #[schemars(extend("x-from-settings" = FromSettings::ShareText, "example" = "Nice weather"))]
    pub text: Option<String>,
    #[schemars(with = "Option<Vec<NewMedium>>")]
    media: Option<Vec<Value>>,
}

/// An upload for the share to take.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described: what it says is checked by hand")]
struct NewMedium {
    upload: Id,
    /// The upload of the picture that is shown until the video plays.
    poster: Option<Id>,
    #[schemars(extend("x-from-settings" = FromSettings::Caption, "example" = "At the lake"))]
    caption: Option<String>,
    #[schemars(extend("example" = "2019-07-14T15:30:00"))]
    taken_at: Option<String>,
}

const FIELDS: &[Field] = &[
    optional_text("text", FieldName::Text),
    optional_list(
        "media",
        FieldName::Media,
        &["id", "upload", "poster", "caption", "taken_at"],
    ),
];

impl Payload for EditShare {
    const FIELDS: &'static [Field] = FIELDS;
}

impl Payload for NewShare {
    const FIELDS: &'static [Field] = FIELDS;
}

impl NewShare {
    /// Whether it names an upload.
    pub fn has_media(&self) -> bool {
        self.media.as_ref().is_some_and(|media| !media.is_empty())
    }

    /// The photos that it is to have.
    ///
    /// # Errors
    /// As [`EditShare::change`].
    pub fn change(&self, limits: &Limits) -> Result<MediaChange<NewUpload<Brought>>> {
        let entries = self.media.iter().flatten();
        let listed = entries.map(|entry| listed(entry, limits));
        listed.collect::<Result<_>>().map(MediaChange::List)
    }
}

impl EditShare {
    /// The new text; `None` if it stays as it is.
    ///
    /// # Errors
    /// Neither a text nor photos are there.
    pub fn text(&self) -> Result<Option<&str>> {
        match (&self.text, &self.media) {
            (Some(None), None) => Err(Invalid::NotProvided {
                field: FieldName::Text,
            }
            .into()),
            (None, None) => Err(Invalid::MissingKey { key: "text" }.into()),
            (text, _) => Ok(text.as_ref().and_then(Option::as_deref)),
        }
    }

    /// The change to the photos; `None` if they stay as they are.
    ///
    /// # Errors
    /// An entry names no photo, or two; a caption is too long, or a date is invalid.
    pub fn change(&self, limits: &Limits) -> Result<Option<MediaChange<NewUpload<Brought>>>> {
        let listed = |entries: &Vec<Value>| {
            let entries = entries.iter().map(|entry| listed(entry, limits));
            entries.collect::<Result<_>>().map(MediaChange::List)
        };
        self.media.as_ref().map(listed).transpose()
    }
}

fn listed(entry: &Value, limits: &Limits) -> Result<Listed<NewUpload<Brought>>> {
    let description = Description::parse(
        said(entry, "caption", FieldName::Caption)?,
        said(entry, "taken_at", FieldName::TakenAt)?,
        limits,
    )?;
    match (id(&entry["id"])?, id(&entry["upload"])?) {
        (Some(id), None) => Ok(Listed::Kept(id, description)),
        (None, Some(upload)) => Ok(Listed::New(NewUpload {
            source: Brought::Upload(upload),
            poster: id(&entry["poster"])?.map(Brought::Upload),
            number: None,
            caption: description.caption.flatten(),
            taken_at: description.taken_at,
        })),
        _ => Err(Malformed::MediaEntry.into()),
    }
}

/// The id that an entry names, if it names one.
fn id<T: ids::Id>(value: &Value) -> Result<Option<RawId<T>>> {
    match value {
        Value::Null => Ok(None),
        named => match named_id(named) {
            Some(id) => Ok(Some(id)),
            None => Err(Malformed::MediaEntry.into()),
        },
    }
}

/// What an entry says under a key, be it null.
fn said<'a>(entry: &'a Value, key: &str, field: FieldName) -> Result<Option<Option<&'a str>>> {
    match entry.get(key) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(text)) => Ok(Some(Some(text))),
        Some(_) => Err(Invalid::NotText { field }.into()),
    }
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
            space: share.space.take().map(|space| Space::new(space, urls)),
            content: Content::new(share, urls),
        }
    }
}

impl Content {
    fn new(share: shares::Share, urls: &Urls) -> Self {
        let mut media = Vec::with_capacity(share.photos.len());
        let mut photos = share.photos.into_iter();
        let first = photos.next().map(|photo| ImageView::new(photo, urls));
        let (image_url, image) = match first {
            Some(ImageView { url, image, medium }) => {
                media.push(medium);
                (url, image)
            }
            None => (None, None),
        };
        media.extend(photos.map(|photo| Medium::new(&photo, urls)));
        Self {
            user: User::new(share.user, urls),
            text: share.text,
            timestamp: urls.time(share.created_at),
            edited_at: share.edited_at.map(Into::into),
            version: urls.version(share.version),
            image_url,
            image,
            media,
            comments: Conversation::new(share.comments, urls),
            reactions: share.reactions.into_iter().map(Into::into).collect(),
            mentions: User::all(share.mentions, urls),
        }
    }
}
