//! The pictures of users and of spaces.

use serde_json::json;

use super::not_an_admin;
use super::sharing::photo_refusals;
use super::uploads::bytes;
use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::spaces::Space;
use crate::api::views::users::User;
use crate::config::Limits;
use crate::error::{Failure, FieldName, Invalid, Malformed};

pub(super) fn of_users(limits: &Limits) -> Vec<Operation> {
    vec![
        set("/me/avatar", "accounts.set_avatar", "Set my picture", limits)
            .about(
                "A photo as the body, or as the file of a form. The largest square in its middle is kept, as a JPEG of at most 400 by \
                 400 pixels, and nothing else of it. The members of my spaces are sent `member.changed`.",
            )
            .returns::<User>(),
        remove("/me/avatar", "accounts.remove_avatar", "Remove my picture")
            .about("Its bytes are erased. Succeeds even if there is none."),
    ]
}

pub(super) fn of_spaces(limits: &Limits) -> Vec<Operation> {
    let path = "/spaces/{space_id}/avatar";
    vec![
        set(
            path,
            "spaces.set_avatar",
            "Set the picture of a space",
            limits,
        )
        .about("For admins only; as my own picture. The members are sent `space.changed`.")
        .returns::<Space>()
        .refuses(not_an_admin()),
        remove(
            path,
            "spaces.remove_avatar",
            "Remove the picture of a space",
        )
        .about("For admins only. Its bytes are erased. Succeeds even if there is none.")
        .refuses(not_an_admin()),
    ]
}

fn set(path: &'static str, id: &'static str, summary: &'static str, limits: &Limits) -> Operation {
    let mut content = bytes(["application/octet-stream", "image/jpeg"]);
    content["multipart/form-data"] = json!({
        "schema": {
            "type": "object", "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        },
        "example": {},
    });
    operation("put", path, id, summary)
        .for_users()
        .takes_body(content)
        .refuses([Invalid::NotProvided {
            field: FieldName::Photo,
        }])
        .refuses([Malformed::Incomplete])
        .refuses([Failure::DiskLow])
        .refuses(photo_refusals(limits))
}

fn remove(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation("delete", path, id, summary)
        .for_users()
        .answers(204, "Done", json!({}))
}
