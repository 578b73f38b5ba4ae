//! The operations on comments and pins.

use serde_json::{Value, json};

use super::bounds;
use crate::api::openapi::operation::{Operation, operation, query};
use crate::api::views::comments::{Comment, WriteComment};
use crate::config::Limits;
use crate::domain::pins::MAX;
use crate::domain::text::CommentText;
use crate::error::{Conflict, Denied, FieldName, Malformed, NotFound};

pub fn pins() -> Vec<Operation> {
    let refuse = |operation: Operation| {
        operation
            .for_users()
            .answers(204, "Done", json!({}))
            .refuses([NotFound::Share])
            .refuses([Denied::NotMember, Denied::NotAdmin])
    };
    let path = "/shares/{share_id}/pin";
    vec![
        refuse(operation(
            "put",
            path,
            "shares.pin",
            "Keeps a share at the top of its space",
        ))
        .about("For admins of its space, whose `pinned` has it then.")
        .refuses([Conflict::TooManyPins { max: MAX }]),
        refuse(operation(
            "delete",
            path,
            "shares.unpin",
            "Takes a share from the top of its space",
        ))
        .about("For admins of its space."),
    ]
}

pub fn comments(limits: &Limits) -> Vec<Operation> {
    let text_bounds = || bounds(FieldName::Text, CommentText::MIN, limits.comment_max);
    let order = query(
        "order",
        "`newest` begins with the newest comment.",
        json!({"type": "string", "enum": ["oldest", "newest"]}),
    );
    vec![
        operation(
            "post",
            "/shares/{share_id}/comments",
            "comments.create",
            "Comment on a share",
        )
        .about("For members of its space.")
        .for_users()
        .takes(idempotency_key())
        .takes_json::<WriteComment>()
        .creates::<Comment>()
        .refuses(text_bounds())
        .refuses([Conflict::KeyOfAnotherShare])
        .refuses([NotFound::Share])
        .refuses([Denied::NotMember]),
        operation(
            "get",
            "/shares/{share_id}/comments",
            "comments.list",
            "List the comments on a share, oldest first",
        )
        .about(
            "For members of its space. Oldest first; `order=newest` turns the list \
             round. A share itself shows the last two and how many there are.",
        )
        .for_users()
        .takes(order)
        .lists::<Comment>()
        .refuses([Malformed::NotOneOf {
            field: FieldName::Order,
            values: &["oldest", "newest"],
        }])
        .refuses([NotFound::Share])
        .refuses([Denied::NotMember]),
        operation(
            "get",
            "/comments/{comment_id}",
            "comments.get",
            "Get a comment",
        )
        .about("For members of the space of its share.")
        .for_users()
        .returns::<Comment>()
        .refuses([NotFound::Comment])
        .refuses([Denied::NotMember]),
        operation(
            "put",
            "/comments/{comment_id}",
            "comments.edit",
            "Replace the text of a comment",
        )
        .about("For its author. The same text again changes nothing.")
        .for_users()
        .takes_json::<WriteComment>()
        .returns::<Comment>()
        .refuses(text_bounds())
        .refuses([NotFound::Comment])
        .refuses([Denied::NotAuthor, Denied::NotMember]),
        operation(
            "delete",
            "/comments/{comment_id}",
            "comments.delete",
            "Delete a comment",
        )
        .about(
            "For its author, also after leaving the space, and for admins of the \
             space. It is deleted permanently.",
        )
        .for_users()
        .answers(204, "Done", json!({}))
        .refuses([NotFound::Comment])
        .refuses([Denied::NotAuthor]),
    ]
}

/// By which a comment is sent again without making it twice.
fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header",
        "description": "A word of your own: what is sent again with the same one is not made twice.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "b7e1f2"},
    })
}
