//! What members say to a share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reactions::ReactionCount;
use super::scalars::{Id, Moment};
use super::settings::FromSettings;
use super::urls::Urls;
use super::users::User;
use crate::api::views::payload::{Field, Payload, text};
use crate::domain::comments;
use crate::error::FieldName;

/// A comment on a share.
#[derive(Serialize, JsonSchema)]
pub struct Comment {
    id: Id,
    user: User,
    #[schemars(extend("example" = "What a sight!"))]
    text: String,
    created_at: Moment,
    /// When its text was changed last; null if it never was.
    edited_at: Option<Moment>,
    /// In the order of their first use.
    reactions: Vec<ReactionCount>,
    /// The members who are named in the text, by `@` and their login.
    mentions: Vec<User>,
}

impl Comment {
    /// With URLs for the client.
    pub fn new(comment: comments::Comment, urls: &Urls) -> Self {
        Self {
            id: comment.id.into(),
            user: User::new(comment.user, urls),
            text: comment.text,
            created_at: comment.created_at.into(),
            edited_at: comment.edited_at.map(Into::into),
            reactions: comment.reactions.into_iter().map(Into::into).collect(),
            mentions: User::all(comment.mentions, urls),
        }
    }
}

/// The comments that a share shows.
#[derive(Serialize, JsonSchema)]
pub struct Conversation {
    /// How many there are.
    count: u32,
    /// The last two, the older one first.
    latest: Vec<Comment>,
}

impl Conversation {
    pub(super) fn new(conversation: comments::Conversation, urls: &Urls) -> Self {
        let latest = conversation.latest.into_iter();
        Self {
            count: conversation.count,
            latest: latest.map(|comment| Comment::new(comment, urls)).collect(),
        }
    }
}

/// Creates or edits a comment.
#[derive(Deserialize, JsonSchema)]
pub struct WriteComment {
    #[schemars(extend("x-from-settings" = FromSettings::CommentText, "example" = "What a sight!"))]
    pub text: String,
}

impl Payload for WriteComment {
    const FIELDS: &'static [Field] = &[text("text", FieldName::Text)];
}
