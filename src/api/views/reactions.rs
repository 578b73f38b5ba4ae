//! With which emoji members react.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::Moment;
use super::urls::Urls;
use super::users::User;
use crate::domain::reactions;

/// An emoji under a share or a comment.
#[derive(Serialize, JsonSchema)]
pub struct ReactionCount {
    /// Without a skin tone, fully qualified.
    #[schemars(extend("example" = "👍"))]
    emoji: String,
    /// How many people have reacted with it, in whatever skin tone.
    #[schemars(range(min = 1))]
    count: u32,
    /// Whether I am one of them.
    mine: bool,
}

impl From<reactions::ReactionCount> for ReactionCount {
    fn from(count: reactions::ReactionCount) -> Self {
        Self {
            emoji: count.emoji,
            count: count.count,
            mine: count.is_mine,
        }
    }
}

/// A reaction, with whose it is.
#[derive(Serialize, JsonSchema)]
pub struct Reaction {
    /// As it was sent, fully qualified.
    #[schemars(extend("example" = "👍🏽"))]
    emoji: String,
    user: User,
    created_at: Moment,
}

impl Reaction {
    /// With a URL for the client.
    pub fn new(reaction: reactions::Reaction, urls: &Urls) -> Self {
        Self {
            emoji: reaction.emoji,
            user: User::new(reaction.user, urls),
            created_at: reaction.created_at.into(),
        }
    }
}
