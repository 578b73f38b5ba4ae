//! The operations on reactions, to shares and to comments.

use serde_json::json;

use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::reactions::Reaction;
use crate::domain::reactions::{MAX_DIFFERENT, MAX_OWN};
use crate::error::{Conflict, Denied, Invalid, NotFound};

pub fn reactions() -> Vec<Operation> {
    let mut all = of(
        &NotFound::Share,
        "/shares/{share_id}/reactions",
        "/shares/{share_id}/reactions/{emoji}",
        [
            "reactions.list_of_share",
            "reactions.add_to_share",
            "reactions.remove_from_share",
        ],
    );
    all.extend(of(
        &NotFound::Comment,
        "/comments/{comment_id}/reactions",
        "/comments/{comment_id}/reactions/{emoji}",
        [
            "reactions.list_of_comment",
            "reactions.add_to_comment",
            "reactions.remove_from_comment",
        ],
    ));
    all
}

fn of(
    missing: &NotFound,
    all: &'static str,
    one: &'static str,
    [list, add, remove]: [&'static str; 3],
) -> Vec<Operation> {
    vec![
        operation("get", all, list, "List the reactions, with their authors")
            .about(
                "For members of the space, emoji by emoji. The object itself has `reactions`: \
                 how often each emoji was used, in the order of their first use.",
            )
            .for_users()
            .lists::<Reaction>()
            .refuses([missing.clone()])
            .refuses([Denied::NotMember]),
        operation("put", one, add, "React with an emoji")
            .about(
                "For members of the space; the path has one emoji, percent-encoded. Reacting with the \
                 same one again, in whatever skin tone, changes the skin tone and nothing else.",
            )
            .for_users()
            .answers(204, "Done", json!({}))
            .refuses([Invalid::NotAnEmoji])
            .refuses([missing.clone()])
            .refuses([Denied::NotMember])
            .refuses([
                Conflict::TooManyReactions { max: MAX_DIFFERENT },
                Conflict::TooManyOwnReactions { max: MAX_OWN },
            ]),
        operation("delete", one, remove, "Take a reaction back")
            .about("My own, also after leaving the space, in whatever skin tone it was sent.")
            .for_users()
            .answers(204, "Done", json!({}))
            .refuses([Invalid::NotAnEmoji])
            .refuses([missing.clone()])
            .refuses([Denied::NotMember]),
    ]
}
