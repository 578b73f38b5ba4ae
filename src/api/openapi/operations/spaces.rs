//! Spaces, and what was read of them.

use serde_json::json;

use super::super::operation::{Operation, operation, query};
use super::{bounds, not_a_member, not_an_admin};
use crate::api::views::space_of_member::SpaceOfMember;
use crate::api::views::spaces::{NewSpace, ReadSpace, Rename, Space, SpaceSummary};
use crate::config::Limits;
use crate::domain::spaces;
use crate::error::{Conflict, FieldName, Malformed, NotFound};

pub(super) fn spaces(limits: &Limits) -> Vec<Operation> {
    let name_bounds = || {
        bounds(
            FieldName::Name,
            limits.space_name_min,
            limits.space_name_max,
        )
    };
    vec![
        operation(
            "post",
            "/spaces",
            "spaces.create",
            "Create a space, with the current user as its first admin",
        )
        .about(
            "Names need not be unique. The creator of a space is its only member and \
             its admin.",
        )
        .for_users()
        .takes_json::<NewSpace>()
        .returns::<Space>()
        .refuses(name_bounds())
        .refuses([Conflict::TooManySpaces {
            max: spaces::MAX_FOUNDED,
        }]),
        operation(
            "get",
            "/spaces",
            "spaces.list",
            "List the spaces of the current user",
        )
        .about(
            "By name, without regard to case; with `order=activity`, where somebody shared or commented last comes \
             first, as it was when the first page was read. Each with the number of its members, what was shared last, and \
             how much is new to me.",
        )
        .for_users()
        .takes(query(
            "order",
            "By what the list is sorted.",
            json!({"type": "string", "enum": ["name", "activity"], "default": "name"}),
        ))
        .lists::<SpaceSummary>()
        .refuses([Malformed::NotOneOf {
            field: FieldName::Order,
            values: &["name", "activity"],
        }]),
        operation("get", "/spaces/{space_id}", "spaces.get", "Get a space")
            .about("For members only.")
            .for_users()
            .returns::<SpaceOfMember>()
            .refuses(not_a_member()),
        operation(
            "put",
            "/spaces/{space_id}",
            "spaces.rename",
            "Rename a space",
        )
        .about("For admins only.")
        .for_users()
        .takes_json::<Rename>()
        .says("Space renamed")
        .refuses(name_bounds())
        .refuses(not_an_admin()),
        operation(
            "put",
            "/spaces/{space_id}/read",
            "spaces.read",
            "Say what I have read",
        )
        .about(
            "For members only. Everything in the space up to this share is read, and so are all comments on the share itself. \
             Nothing becomes unread by it: a share that is older than what was read before marks its own comments alone. My other \
             devices are sent `read.changed`.",
        )
        .for_users()
        .takes_json::<ReadSpace>()
        .answers(204, "Done", json!({}))
        .refuses([Malformed::NotId { field: FieldName::ShareId }])
        .refuses(not_a_member())
        .refuses([NotFound::Share]),
        operation(
            "delete",
            "/spaces/{space_id}",
            "spaces.delete",
            "Delete a space with its shares and photos",
        )
        .about(
            "For an admin who is its last member. All its shares and photos are \
             deleted permanently.",
        )
        .for_users()
        .says("Space deleted")
        .refuses(not_an_admin())
        .refuses([Conflict::SpaceHasMembers]),
    ]
}
