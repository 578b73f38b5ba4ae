//! What events carry besides the objects of other views.

use serde::Serialize;

use super::reactions::ReactionCount;
use super::scalars::Id;
use crate::domain::ids::{CommentId, ShareId, SpaceId};
use crate::domain::reactions;

/// An object, and the space that it is in.
#[derive(Serialize)]
pub struct InSpace<T> {
    space_id: Id,
    #[serde(flatten)]
    object: T,
}

impl<T> InSpace<T> {
    /// The object in this space.
    pub fn new(space: SpaceId, object: T) -> Self {
        Self {
            space_id: space.into(),
            object,
        }
    }
}

/// A photo, and the share that it is in.
#[derive(Serialize)]
pub struct InShare<T> {
    share_id: Id,
    #[serde(flatten)]
    object: T,
}

impl<T> InShare<T> {
    /// The object in this share.
    pub fn new(share: ShareId, object: T) -> Self {
        Self {
            share_id: share.into(),
            object,
        }
    }
}

/// The reactions to a share or a comment.
#[derive(Serialize)]
pub struct Reactions {
    share_id: Id,
    /// The comment, if it is not the share itself.
    comment_id: Option<Id>,
    reactions: Vec<ReactionCount>,
}

impl Reactions {
    /// Those to this share, or to this comment on it.
    pub fn new(
        share: ShareId,
        comment: Option<CommentId>,
        reactions: Vec<reactions::ReactionCount>,
    ) -> Self {
        Self {
            share_id: share.into(),
            comment_id: comment.map(Into::into),
            reactions: reactions.into_iter().map(Into::into).collect(),
        }
    }
}

/// What isn't there any more.
#[derive(Serialize)]
pub struct Gone {
    id: i64,
}

impl Gone {
    /// What had this id.
    pub fn new(id: i64) -> Self {
        Self { id }
    }
}
