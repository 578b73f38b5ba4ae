//! All that a user has made, as `data.json` of their export has it. `docs/export.md` describes it.

use serde::Serialize;

use super::accounts::QuietHours;
use super::notices::NoticeSettings;
use super::scalars::{Id, Moment, TakenAt};
use crate::clock::Timestamp;
use crate::domain::email::Email;
use crate::domain::language::Language;
use crate::domain::own_data;
use crate::domain::photos::PhotoWithFile;
use crate::domain::profile;
use crate::domain::users::User;

/// The number of this form. Another one has another number, unless it only has more keys.
pub const VERSION: u32 = 1;

/// The account.
#[derive(Serialize)]
pub struct Profile<'a> {
    id: Id,
    login: &'a str,
    name: &'a str,
    language: Option<&'static str>,
    time_zone: Option<&'a str>,
    quiet_hours: Option<QuietHours>,
    email: Option<&'a str>,
    unconfirmed_email: Option<&'a str>,
    digest: &'static str,
    created_at: Moment,
    /// The file of their picture.
    avatar: Option<&'a str>,
}

impl<'a> Profile<'a> {
    /// Of this user.
    pub fn new(
        user: &'a User,
        profile: &'a profile::Profile,
        email: &'a Email,
        created_at: Timestamp,
        avatar: Option<&'a str>,
    ) -> Self {
        Self {
            id: user.id.into(),
            login: &user.login,
            name: &user.name,
            language: profile.language.map(Language::tag),
            time_zone: profile.time_zone.as_deref(),
            quiet_hours: profile.quiet_hours.map(Into::into),
            email: email.address.as_deref(),
            unconfirmed_email: email.unconfirmed.as_deref(),
            digest: email.digest.into(),
            created_at: created_at.into(),
            avatar,
        }
    }
}

/// A space that the user belongs to.
#[derive(Serialize)]
pub struct Space {
    id: Id,
    name: String,
    is_admin: bool,
    joined_at: Moment,
    notices: NoticeSettings,
}

impl From<own_data::OwnSpace> for Space {
    fn from(space: own_data::OwnSpace) -> Self {
        Self {
            id: space.space.id.into(),
            name: space.space.name,
            is_admin: space.is_admin,
            joined_at: space.joined_at.into(),
            notices: space.notices.into(),
        }
    }
}

/// A share of the user.
#[derive(Serialize)]
pub struct Share<'a> {
    id: Id,
    space_id: Id,
    space_name: Option<&'a str>,
    text: &'a str,
    created_at: Moment,
    edited_at: Option<Moment>,
    media: Vec<Medium<'a>>,
}

/// A photo or video of it.
#[derive(Serialize)]
struct Medium<'a> {
    id: Id,
    /// Its name in the ZIP.
    file: &'a str,
    kind: &'static str,
    width: u32,
    height: u32,
    duration_seconds: Option<f64>,
    caption: Option<&'a str>,
    taken_at: Option<TakenAt>,
}

impl<'a> Share<'a> {
    /// With the name in the ZIP of each of its photos.
    pub fn new(share: &'a own_data::OwnShare, files: &'a [String]) -> Self {
        let media = share.photos.iter().zip(files);
        Self {
            id: share.id.into(),
            space_id: share.space.into(),
            space_name: share.space_name.as_deref(),
            text: &share.text,
            created_at: share.created_at.into(),
            edited_at: share.edited_at.map(Into::into),
            media: media
                .map(|(photo, file)| Medium::new(photo, file))
                .collect(),
        }
    }
}

impl<'a> Medium<'a> {
    fn new(PhotoWithFile { photo, .. }: &'a PhotoWithFile, file: &'a str) -> Self {
        Self {
            id: photo.id.into(),
            file,
            kind: match photo.name.is_video() {
                true => "video",
                false => "photo",
            },
            width: photo.width,
            height: photo.height,
            duration_seconds: photo.duration.map(|duration| duration.as_secs_f64()),
            caption: photo.caption.as_deref(),
            taken_at: photo.taken_at.map(Into::into),
        }
    }
}

/// A comment of the user.
#[derive(Serialize)]
pub struct Comment {
    id: Id,
    share_id: Id,
    space_id: Id,
    text: String,
    created_at: Moment,
    edited_at: Option<Moment>,
}

impl From<own_data::OwnComment> for Comment {
    fn from(comment: own_data::OwnComment) -> Self {
        Self {
            id: comment.id.into(),
            share_id: comment.share.into(),
            space_id: comment.space.into(),
            text: comment.text,
            created_at: comment.created_at.into(),
            edited_at: comment.edited_at.map(Into::into),
        }
    }
}

/// A reaction of the user.
#[derive(Serialize)]
pub struct Reaction {
    share_id: Id,
    space_id: Id,
    /// Null if it is to the share itself.
    comment_id: Option<Id>,
    emoji: String,
    created_at: Moment,
}

impl From<own_data::OwnReaction> for Reaction {
    fn from(reaction: own_data::OwnReaction) -> Self {
        Self {
            share_id: reaction.share.into(),
            space_id: reaction.space.into(),
            comment_id: reaction.comment.map(Into::into),
            emoji: reaction.emoji,
            created_at: reaction.created_at.into(),
        }
    }
}
