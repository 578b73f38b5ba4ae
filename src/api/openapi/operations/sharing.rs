//! The operations on shares and their photos.

use serde_json::{Value, json};

use super::{bounds, not_a_member};
use crate::api::openapi::operation::{Operation, operation, query, reference};
use crate::api::openapi::schemas::lines;
use crate::api::views::photos::ImageInList;
use crate::api::views::scalars::Id;
use crate::api::views::shares::{Share, ShareInList};
use crate::config::{Config, Limits};
use crate::error::{
    BodyType, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, NotFound, Overload,
    RejectedPhoto,
};
use crate::uploads::ingest::{too_many_bytes, too_many_pixels};
use heif::Format;
use picture::Reason;

pub fn shares(config: &Config) -> Vec<Operation> {
    let limits = &config.limits;
    let form = || share_form(limits, config.compatibility.original_clients);
    vec![
        operation("post", "/spaces/{space_id}/shares", "shares.create", "Shares a text, and perhaps a photo")
            .about(
                "A text, a photo, or both, as a form. A photo is cleaned of its \
                 metadata, can be fetched immediately by the links of the response, \
                 and gets its previews a moment later.",
            )
            .for_users()
            .takes(json!({
                "name": "Idempotency-Key", "in": "header",
                "description": "A word of your own: sent again with the same one, the share is not made twice.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "b7e1f2"},
            }))
            .takes(meant_for())
            .takes_body(form())
            .returns::<Share>()
            .refuses([Conflict::KeyOfAnotherSpace])
            .refuses(share_refusals(limits))
            .refuses(not_a_member()),
        operation("get", "/spaces/{space_id}/shares", "shares.list", "The shares of a space, newest first")
            .about("For members only. Newest first.")
            .for_users()
            .lists::<ShareInList>()
            .refuses(not_a_member()),
        operation("get", "/shares/{share_id}", "shares.get", "A share")
            .about("For members of its space.")
            .for_users()
            .returns::<Share>()
            .refuses([NotFound::Share]).refuses([Denied::NotMember]),
        operation("put", "/shares/{share_id}", "shares.edit", "Edits a share; a new photo replaces the old one")
            .about(
                "For its author. Without a `file` the photo stays; with a `file` \
                 alone the text stays.",
            )
            .for_users()
            .takes(meant_for())
            .takes_body(form())
            .says("Share edited")
            .refuses(share_refusals(limits))
            .refuses([NotFound::Share]).refuses([Denied::NotOwner, Denied::NotMember]),
        operation("delete", "/shares/{share_id}", "shares.delete", "Deletes a share with its photo")
            .about(
                "For its author, also after leaving the space, and for admins of the \
                 space. Its photo is deleted permanently.",
            )
            .for_users()
            .says("Share deleted")
            .refuses([NotFound::Share]).refuses([Denied::NotOwner]),
    ]
}

pub fn photos() -> Vec<Operation> {
    let order = query(
        "order",
        "`newest` begins with the newest share.",
        json!({"type": "string", "enum": ["oldest", "newest"]}),
    );
    vec![
        operation(
            "get",
            "/spaces/{space_id}/images",
            "photos.list",
            "Links to the photos of a space, oldest share first",
        )
        .about(
            "For members only. With who shared each photo and when; `order=newest` \
             turns the list round.",
        )
        .for_users()
        .takes(order)
        .lists::<ImageInList>()
        .refuses(not_a_member()),
        bytes(
            "/photos/{name}",
            "photos.get",
            "The bytes of a photo, by a signed link",
        )
        .about(
            "Links come from shares and lists, carry their own proof and hold for a \
             day at most, so that a plain `<img>` can follow them. Ranges and \
             conditions are as in RFC 9110. Where photos are in S3, a redirect may \
             lead there.",
        )
        .takes(query(
            "download",
            "Under which name a browser is to save the photo, and not show it; the extension comes by itself.",
            json!({"type": "string", "example": "Family"}),
        )),
        bytes(
            "/photos/{name}/{size}",
            "photos.preview",
            "The bytes of a preview, by a signed link",
        )
        .about(
            "At most 400 or 1600 pixels on the longer side, the right way up. Until \
             it is made, the photo itself.",
        ),
    ]
}

fn bytes(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let picture = json!({"schema": {"type": "string", "format": "binary"}});
    let types = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    let content: serde_json::Map<String, Value> = types
        .map(|kind| (kind.to_owned(), picture.clone()))
        .into_iter()
        .collect();
    operation("get", path, id, summary)
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
        .answers(200, "The whole file", content.clone().into())
        .answers(206, "The range that was asked for", content.into())
        .answers(302, "In S3, by the link in `Location`", json!({}))
        .answers(304, "Not modified", json!({}))
        .refuses([Denied::BadLink, Denied::ExpiredLink])
        .refuses([NotFound::Photo])
        .refuses([Failure::PhotoSpoiled])
        .refuses([Invalid::NoSuchRange])
        .refuses([Failure::PhotosUnavailable(anyhow::anyhow!("never shown"))])
}

/// For whom a request is made.
fn meant_for() -> Value {
    json!({
        "name": "Shared-Spaces-User", "in": "header",
        "description": "The id of the account that this is written for: where the session is of another one, it is refused.",
        "schema": reference::<Id>(),
    })
}

/// The form of a share, as either kind of form. Without a photo it has a text, and with one it may.
fn share_form(limits: &Limits, photo_needs_text: bool) -> Value {
    const WORDS: &str = "Nice weather - let's have a barbecue";
    let mut text = lines(limits.text_min, limits.text_max);
    text["example"] = json!(WORDS);
    let example = json!({"text": WORDS});
    let file = json!({"type": "string", "format": "binary", "description": "A photo: JPEG, PNG, WebP, GIF or HEIC, of which a JPEG is made."});
    let form = |properties: Value| json!({"type": "object", "required": ["text"], "properties": properties});
    let text_alone = form(json!({"text": text}));
    if !photo_needs_text {
        text["description"] = json!("May be missing or empty if there is a photo.");
    }
    let mut parts = form(json!({"text": text, "file": file}));
    if !photo_needs_text {
        parts["required"] = json!([]);
    }
    // What is in the header of a part.
    parts["propertyNames"] = json!({"pattern": r#"^[^\x00-\x1f\x7f"\\]+$"#});
    json!({
        "multipart/form-data": {
            "schema": parts,
            "encoding": {"file": {"contentType": "image/jpeg, image/png, image/webp, image/gif, image/heic, image/heif"}},
            "example": example,
        },
        "application/x-www-form-urlencoded": {"schema": text_alone, "example": example},
    })
}

fn share_refusals(limits: &Limits) -> Vec<Error> {
    let mut refusals = bounds(FieldName::Text, limits.text_min, limits.text_max);
    refusals.extend([
        Invalid::NotProvided {
            field: FieldName::Text,
        }
        .into(),
        Malformed::NotUtf8 {
            field: FieldName::Text,
        }
        .into(),
        Invalid::WrongContentType {
            reason: BodyType::Form,
        }
        .into(),
        Invalid::SeveralPhotos.into(),
        Overload::TooManyUploads.into(),
        Overload::GaveWay.into(),
        RejectedPhoto::Type.into(),
        RejectedPhoto::NotShown {
            reason: Reason::JpegLossless,
        }
        .into(),
        RejectedPhoto::Damaged {
            reason: Reason::EndsEarly,
        }
        .into(),
        RejectedPhoto::HeicOff.into(),
        RejectedPhoto::Format {
            format: Format::Avif,
        }
        .into(),
        too_many_bytes(limits),
        too_many_pixels(limits.photo_pixels),
        Failure::PhotosUnavailable(anyhow::anyhow!("never shown")).into(),
    ]);
    refusals
}
