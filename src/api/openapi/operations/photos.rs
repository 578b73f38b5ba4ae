//! The operations on the photos of shares.

use serde_json::{Value, json};

use super::not_a_member;
use super::sharing::{if_match, version};
use crate::api::openapi::operation::{Operation, operation, query, reference};
use crate::api::views::photos::{Describe, ImageInList, Medium, SelectMedia};
use crate::api::views::scalars::Id;
use crate::config::Limits;
use crate::downloads::MAX_PHOTOS;
use crate::error::{Conflict, Denied, Failure, FieldName, Invalid, Malformed, NotFound, Overload};

pub fn photos(limits: &Limits) -> Vec<Operation> {
    let order = query(
        "order",
        "`newest` begins with the newest share.",
        json!({"type": "string", "enum": ["oldest", "newest"]}),
    );
    let by = query(
        "by",
        "`taken` sorts by the days when the photos were taken, as far as they are known.",
        json!({"type": "string", "enum": ["shared", "taken"]}),
    );
    let kind = query(
        "kind",
        "Photos alone, or videos alone.",
        json!({"type": "string", "enum": ["photo", "video"]}),
    );
    vec![
        operation(
            "put",
            "/media/{photo_id}",
            "photos.describe",
            "Set the caption of a photo, and when it was taken",
        )
        .about(
            "For the author of its share. A missing field stays as it is, and null removes it. \
             `If-Match` is compared with the version of the share, which changes.",
        )
        .for_users()
        .takes(if_match())
        .takes_json::<Describe>()
        .returns::<Medium>()
        .with_headers(200, version())
        .refuses([Malformed::IfMatch])
        .refuses([Conflict::ShareEdited])
        .refuses([Invalid::TooLong {
            field: FieldName::Caption,
            max: limits.caption_max,
        }])
        .refuses([Malformed::TakenAt])
        .refuses([NotFound::Photo])
        .refuses([Denied::NotOwner, Denied::NotMember]),
        operation(
            "get",
            "/spaces/{space_id}/images",
            "photos.list",
            "List the photos of a space, oldest share first",
        )
        .about(
            "For members only. One row per photo, with its sharer and the time; \
             `order=newest` reverses the list. When sorted by the days when they were \
             taken, photos without such a day count by when they were shared.",
        )
        .for_users()
        .takes(order)
        .takes(by)
        .takes(kind.clone())
        .lists::<ImageInList>()
        .refuses(not_a_member()),
        zip(
            "get",
            "photos.archive",
            "Download the photos of a space as a ZIP",
            MAX_PHOTOS,
        )
        .takes(kind)
        .about(
            "For members only, and only until they are removed or sign out: then the ZIP is \
             cut off, as it is if a photo is deleted meanwhile. It is sent while it is \
             made, with its length known in advance (`HEAD` returns it alone). Photos are \
             named after the time when they were taken, or else shared, and after their \
             sharer, and have that time.",
        ),
        zip(
            "post",
            "photos.archive_selected",
            "Download selected photos of a space as a ZIP",
            SelectMedia::MAX,
        )
        .about(
            "Like the ZIP of a space, with only these photos. A page can have the browser \
             send it as a form with fields `media`.",
        )
        .takes_body(json!({"application/x-www-form-urlencoded": {
            "schema": {
                "type": "object", "required": ["media"],
                "properties": {"media": {
                    "type": "array", "items": reference::<Id>(), "minItems": 1, "maxItems": SelectMedia::MAX,
                }},
            },
            "example": {"media": [7]},
        }}))
        .or_json::<SelectMedia>()
        .refuses([Invalid::Blank {
            field: FieldName::Media,
        }])
        .refuses([
            Malformed::MediaId,
            Malformed::NotList {
                field: FieldName::Media,
            },
            Malformed::NotUtf8 {
                field: FieldName::Media,
            },
        ])
        .refuses([NotFound::PhotoOfSpace {
            id: String::from("7"),
        }]),
        signed(
            "/photos/{name}",
            "photos.get",
            "Get the bytes of a photo, by a signed link",
        )
        .about(
            "Links are in shares and lists, are signed and valid for at most a day, so \
             that a plain `<img>` can use them. Ranges and conditions are as in RFC \
             9110. If photos are in S3, this may redirect there.",
        )
        .takes(query(
            "download",
            "The name under which a browser saves the photo instead of showing it; the extension is added.",
            json!({"type": "string", "example": "Family"}),
        )),
        signed(
            "/photos/{name}/{size}",
            "photos.preview",
            "Get the bytes of a preview, by a signed link",
        )
        .about(
            "At most 400 or 1600 pixels on the longer side, the right way up. Until \
             it exists, the photo itself.",
        ),
        with_signature(operation(
            "get",
            "/avatars/{avatar}",
            "photos.avatar",
            "Get the picture of a user or a space, by a signed link",
        ))
        .about(
            "Links are in users and spaces, are signed and valid for at most a day. Another picture has another link.",
        )
        .answers(
            200,
            "The whole file",
            json!({"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}),
        )
        .refuses([NotFound::Photo]),
    ]
}

fn zip(method: &'static str, id: &'static str, summary: &'static str, max: usize) -> Operation {
    let file = json!({"application/zip": {"schema": {"type": "string", "format": "binary"}}});
    operation(method, "/spaces/{space_id}/archive", id, summary)
        .for_users()
        .answers(200, "The ZIP", file)
        .refuses([Invalid::ZipOfTooMany { max }])
        .refuses([Overload::TooManyZips])
        .refuses([NotFound::Photo])
        .refuses([Failure::PhotosUnavailable(anyhow::anyhow!("never shown"))])
        .refuses(not_a_member())
}

/// An operation that returns the bytes of a picture.
pub(super) fn bytes(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let picture = json!({"schema": {"type": "string", "format": "binary"}});
    let types = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    let content: serde_json::Map<String, Value> = types
        .map(|kind| (kind.to_owned(), picture.clone()))
        .into_iter()
        .collect();
    operation("get", path, id, summary)
        .answers(200, "The whole file", content.clone().into())
        .answers(206, "The requested range", content.into())
        .answers(302, "In S3, at the URL in `Location`", json!({}))
        .answers(304, "Not modified", json!({}))
        .refuses([NotFound::Photo])
        .refuses([Failure::PhotoSpoiled])
        .refuses([Invalid::NoSuchRange])
        .refuses([Failure::PhotosUnavailable(anyhow::anyhow!("never shown"))])
}

/// The same by a signed link.
fn signed(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    with_signature(bytes(path, id, summary))
}

fn with_signature(operation: Operation) -> Operation {
    operation
        .takes(query(
            "expires",
            "From the link.",
            json!({"type": "string", "example": "1800014400"}),
        ))
        .takes(query(
            "signature",
            "From the link.",
            json!({"type": "string", "example": "c2lnbmF0dXJl"}),
        ))
        .refuses([Denied::BadLink, Denied::ExpiredLink])
}
