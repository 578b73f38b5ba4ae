//! What users are told of: their inbox, and how much of each space.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalars::{Id, Moment};
use super::spaces::Space;
use super::urls::Urls;
use super::users::User;
use crate::api::views::payload::{Field, Payload, optional, text};
use crate::domain::notice_settings::{self, Level};
use crate::domain::notices;
use crate::error::{FieldName, Malformed, Result};

/// How much a member is told.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum LevelName {
    All,
    Mentions,
    None,
}

/// How the current user is told of a space.
#[derive(Serialize, JsonSchema)]
pub struct NoticeSettings {
    /// `all`: everything that others share and say; `mentions`: what concerns them; `none`: nothing, also in the inbox.
    level: LevelName,
    /// On their devices.
    push: bool,
    /// Whether what is new there is in the digests by mail.
    email: bool,
}

impl From<notice_settings::NoticeSettings> for NoticeSettings {
    fn from(settings: notice_settings::NoticeSettings) -> Self {
        Self {
            level: match settings.level {
                Level::All => LevelName::All,
                Level::Mentions => LevelName::Mentions,
                Level::None => LevelName::None,
            },
            push: settings.push,
            email: settings.email,
        }
    }
}

/// Changes how the current user is told of a space.
#[derive(Deserialize, JsonSchema)]
pub struct ChangeNoticeSettings {
    #[schemars(with = "LevelName", extend("example" = "mentions"))]
    pub level: String,
    /// Left out, it stays as it is.
    #[schemars(with = "Option<bool>", extend("example" = true))]
    pub push: Option<Value>,
    /// Left out, it stays as it is.
    #[schemars(with = "Option<bool>", extend("example" = false))]
    pub email: Option<Value>,
}

impl Payload for ChangeNoticeSettings {
    const FIELDS: &'static [Field] = &[
        text("level", FieldName::Level),
        optional("push", FieldName::Push),
        optional("email", FieldName::Email),
    ];
}

impl ChangeNoticeSettings {
    /// What it changes.
    ///
    /// # Errors
    /// No such level; neither true nor false.
    pub fn parse(&self) -> Result<notice_settings::Change> {
        Ok(notice_settings::Change {
            level: Level::parse(&self.level)?,
            push: boolean(FieldName::Push, self.push.as_ref())?,
            email: boolean(FieldName::Email, self.email.as_ref())?,
        })
    }
}

fn boolean(field: FieldName, value: Option<&Value>) -> Result<Option<bool>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(*value)),
        Some(_) => Err(Malformed::NotOneOf {
            field,
            values: &["true", "false"],
        }
        .into()),
    }
}

/// Why a user is told of something.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Kind {
    Mention,
    Comment,
    Reply,
    Join,
}

/// What the current user is told of.
#[derive(Serialize, JsonSchema)]
pub struct Notice {
    id: Id,
    /// `mention`: a share or comment mentions me; `comment`: on a share of mine; `reply`: a comment on a share that I have commented
    /// on; `join`: somebody has joined a space that I am an admin of.
    kind: Kind,
    /// Who has done it.
    user: User,
    space: Space,
    /// The share that it is about; null of a `join`.
    share_id: Option<Id>,
    /// The comment that it is about; null if it isn't about one.
    comment_id: Option<Id>,
    /// The beginning of the text of the comment or share, up to 200 characters; null of a `join`.
    #[schemars(extend("example" = "What a sight!"))]
    excerpt: Option<String>,
    created_at: Moment,
    is_read: bool,
}

impl Notice {
    /// With URLs for the client.
    pub fn new(notice: notices::Notice, urls: &Urls) -> Self {
        Self {
            id: notice.id.into(),
            kind: match notice.kind {
                notices::Kind::Mention => Kind::Mention,
                notices::Kind::Comment => Kind::Comment,
                notices::Kind::Reply => Kind::Reply,
                notices::Kind::Join => Kind::Join,
            },
            user: User::new(notice.user, urls),
            space: Space::new(notice.space, urls),
            share_id: notice.share.map(Into::into),
            comment_id: notice.comment.map(Into::into),
            excerpt: notice.excerpt,
            created_at: notice.created_at.into(),
            is_read: notice.is_read,
        }
    }
}

/// Marks notices as read.
#[derive(Deserialize, JsonSchema)]
pub struct MarkRead {
    /// The newest notice that was read; left out, all are.
    #[schemars(with = "Option<Id>", extend("example" = 7))]
    pub up_to: Option<Value>,
}

impl Payload for MarkRead {
    const FIELDS: &'static [Field] = &[optional("up_to", FieldName::UpTo)];
    const MAY_BE_ABSENT: bool = true;
}

/// How much of the inbox is read: of the event `notices.read`.
#[derive(Serialize)]
pub struct ReadUpTo {
    up_to: i64,
    unread_notices: i64,
}

impl ReadUpTo {
    /// Read up to this notice, with so much left.
    pub fn new(up_to: i64, unread_notices: i64) -> Self {
        Self {
            up_to,
            unread_notices,
        }
    }
}
