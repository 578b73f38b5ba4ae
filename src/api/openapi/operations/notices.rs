//! What users are told of.

use serde_json::json;

use super::super::operation::{Operation, operation};
use super::not_a_member;
use crate::api::views::notices::{ChangeNoticeSettings, MarkRead, Notice, NoticeSettings};
use crate::error::{FieldName, Malformed, NotFound};

pub(super) fn notices() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/spaces/{space_id}/notices",
            "notices.settings",
            "Get how much I am told of a space",
        )
        .about("Everything, and on my devices, until I say otherwise.")
        .for_users()
        .returns::<NoticeSettings>()
        .refuses(not_a_member()),
        operation(
            "put",
            "/spaces/{space_id}/notices",
            "notices.set",
            "Set how much I am told of a space",
        )
        .about("It is valid for what happens from then on, and ends with the membership.")
        .for_users()
        .takes_json::<ChangeNoticeSettings>()
        .returns::<NoticeSettings>()
        .refuses([
            Malformed::NotOneOf {
                field: FieldName::Level,
                values: &["all", "mentions", "none"],
            },
            Malformed::NotOneOf {
                field: FieldName::Push,
                values: &["true", "false"],
            },
        ])
        .refuses(not_a_member()),
        operation(
            "get",
            "/notices",
            "notices.list",
            "List what concerns me, newest first",
        )
        .about(
            "Mentions, comments on my shares, replies on shares that I have commented on, and who joined the spaces that I am an \
             admin of; each once. A notice goes with what it is about, and with my membership. The last 1000 are kept.",
        )
        .for_users()
        .lists::<Notice>(),
        operation(
            "get",
            "/notices/{notice_id}",
            "notices.get",
            "Get a notice of mine",
        )
        .about("One of the list.")
        .for_users()
        .returns::<Notice>()
        .refuses([NotFound::Notice {
            id: String::from("1"),
        }]),
        operation(
            "put",
            "/notices/read",
            "notices.mark_read",
            "Mark my notices as read",
        )
        .about("Up to one of them, or all; on all my devices.")
        .for_users()
        .takes_json::<MarkRead>()
        .or_nothing()
        .answers(204, "Done", json!({}))
        .refuses([Malformed::NotAnId {
            field: FieldName::UpTo,
        }]),
    ]
}
