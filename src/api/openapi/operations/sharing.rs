//! The operations on shares.

use serde_json::{Value, json};

use super::{bounds, not_a_member};
use crate::api::extract::multipart::max_bytes;
use crate::api::openapi::operation::{Operation, operation, reference};
use crate::api::openapi::schemas::lines;
use crate::api::views::scalars::Id;
use crate::api::views::shares::{EditShare, NewShare, Share, ShareInList};
use crate::config::{Config, Limits};
use crate::error::{
    BodyType, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, NotFound, OverQuota,
    Overload, RejectedPhoto, RejectedVideo,
};
use crate::uploads::ingest::{UploadKind, too_many_pixels};
use heif::Format;
use picture::Reason;
use video::Refusal;

pub fn shares(config: &Config) -> Vec<Operation> {
    let limits = &config.limits;
    let form = || share_form(limits, config.compatibility.original_clients);
    vec![
        operation("post", "/spaces/{space_id}/shares", "shares.create", "Share a text, photos, or both")
            .about(
                "A text, photos, or both, as a form. Photos are cleaned of their \
                 metadata, can be fetched immediately by the links of the response, \
                 and get their previews a moment later. If one of them is refused, \
                 nothing is shared. Behind a `file`, the fields `caption` and \
                 `taken_at` may stand, which are about it: `taken_at` is a date and a \
                 time as RFC 3339 has them, with or without a zone, or `none`; \
                 without the field, it is what the photo itself tells. A field \
                 `upload` with the id of an upload of mine stands for a `file` that was \
                 sent before. As JSON, `media` names uploads, in their order.",
            )
            .for_users()
            .takes(json!({
                "name": "Idempotency-Key", "in": "header",
                "description": "A key of your choice: when the request is retried with the same one, only one share is created.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "b7e1f2"},
            }))
            .takes(meant_for())
            .takes_body(form())
            .or_json::<NewShare>()
            .returns::<Share>()
            .refuses([Conflict::KeyOfAnotherSpace])
            .refuses([Malformed::MediaEntry, Malformed::NotList { field: FieldName::Media }])
            .refuses(share_refusals(limits))
            .refuses(not_a_member()),
        operation("get", "/spaces/{space_id}/shares", "shares.list", "List the shares of a space, newest first")
            .about("For members only. Newest first.")
            .for_users()
            .lists::<ShareInList>()
            .refuses(not_a_member()),
        operation("get", "/shares/{share_id}", "shares.get", "Get a share")
            .about("For members of its space.")
            .for_users()
            .returns::<Share>()
            .with_headers(200, version())
            .refuses([NotFound::Share]).refuses([Denied::NotMember]),
        operation("put", "/shares/{share_id}", "shares.edit", "Edit a share and its photos")
            .about(
                "For its author. As a form: without a `file` the photos stay; with a \
                 `file` alone the text stays. A `file` takes the place of the first \
                 photo, and further ones come behind the last. With fields `media`, \
                 each the id of a photo of the share, the form says the whole list, \
                 in which a `file` stands at its place; an empty `media` names none. \
                 As JSON, `media` is the whole list: what is left out goes, and the \
                 order is as given. With `If-Match`, an editor can't undo by accident \
                 what was changed after it had been opened.",
            )
            .for_users()
            .takes(if_match())
            .takes(meant_for())
            .takes_body(form())
            .or_json::<EditShare>()
            .says("Share edited")
            .with_headers(200, version())
            .refuses([Malformed::IfMatch])
            .refuses([Conflict::ShareEdited])
            .refuses([Invalid::PhotoTwice { id: String::from("7") }])
            .refuses([Malformed::MediaEntry, Malformed::NotList { field: FieldName::Media }])
            .refuses(share_refusals(limits))
            .refuses([NotFound::Share]).refuses([Denied::NotOwner, Denied::NotMember]),
        operation("delete", "/shares/{share_id}", "shares.delete", "Delete a share with its photos")
            .about(
                "For its author, also after leaving the space, and for admins of the \
                 space. Its photos are deleted permanently.",
            )
            .for_users()
            .takes(if_match())
            .says("Share deleted")
            .refuses([Malformed::IfMatch])
            .refuses([Conflict::ShareEdited])
            .refuses([NotFound::Share]).refuses([Denied::NotOwner]),
    ]
}

/// For which version of a share a request is made.
pub fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header",
        "description": "The `ETag` of the share: if it was edited since, nothing is changed. Without it, the last edit wins.",
        "schema": {"type": "string", "example": "*"},
    })
}

/// The version of a share, among the headers.
pub fn version() -> Value {
    json!({"ETag": {
        "description": "The version of the share, in quotes; after an edit, the new one.",
        "schema": {"type": "string", "example": "\"2\""},
    }})
}

/// For whom a request is made.
fn meant_for() -> Value {
    json!({
        "name": "Shared-Spaces-User", "in": "header",
        "description": "The id of the account that this is meant for: refused if the session belongs to another one.",
        "schema": reference::<Id>(),
    })
}

/// The form of a share, as either kind of form. Without a photo it has a text, and with one it may.
fn share_form(limits: &Limits, photo_needs_text: bool) -> Value {
    const WORDS: &str = "Nice weather - let's have a barbecue";
    const PICTURES: &str = "image/jpeg, image/png, image/webp, image/gif, image/heic, image/heif";
    let mut text = lines(limits.text_min, limits.text_max);
    text["example"] = json!(WORDS);
    let example = json!({"text": WORDS});
    let file = json!({"type": "string", "format": "binary"});
    let files = json!({
        "type": "array", "items": file, "maxItems": limits.media_per_share,
        "description": "Photos and videos in order: JPEG, PNG, WebP, GIF, or HEIC, which becomes a JPEG; MP4, MOV or WebM. Of identical files, only the first counts.",
    });
    let dates = json!({
        "type": "string", "enum": ["true", "false"],
        "description": "`false` drops the times when the photos were taken.",
    });
    let form = |properties: Value| json!({"type": "object", "required": ["text"], "properties": properties});
    if !photo_needs_text {
        text["description"] = json!("Can be missing or empty if there is a photo.");
    }
    let uploads = json!({
        "type": "array", "items": reference::<Id>(), "maxItems": limits.media_per_share,
        "description": "Uploads of the current user, each instead of a `file`.",
    });
    let posters = json!({
        "type": "array", "items": file, "maxItems": limits.media_per_share,
        "description": "A picture to show until a video plays; it follows the `file` that it belongs to.",
    });
    let mut parts = form(json!({
        "text": text, "file": files, "poster": posters, "upload": uploads, "keep_dates": dates,
    }));
    if !photo_needs_text {
        parts["required"] = json!([]);
    }
    let mut without_files = parts.clone();
    if let Some(fields) = without_files["properties"].as_object_mut() {
        fields.retain(|name, _| !["file", "poster"].contains(&name.as_str()));
    }
    // What is in the header of a part.
    parts["propertyNames"] = json!({"pattern": r#"^[^\x00-\x1f\x7f"\\]+$"#});
    json!({
        "multipart/form-data": {
            "schema": parts,
            "encoding": {
                "file": {"contentType": format!("{PICTURES}, video/mp4, video/quicktime, video/webm")},
                "poster": {"contentType": PICTURES},
            },
            "example": example,
        },
        "application/x-www-form-urlencoded": {"schema": without_files, "example": example},
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
        Invalid::SeveralPhotos {
            max: limits.media_per_share,
        }
        .into(),
        Invalid::FormTooLarge {
            max: max_bytes(limits),
        }
        .into(),
        Invalid::TooLong {
            field: FieldName::Caption,
            max: limits.caption_max,
        }
        .into(),
        Malformed::TakenAt.into(),
        Malformed::AboutNothing {
            field: FieldName::Caption,
        }
        .into(),
        NotFound::PhotoOfShare {
            id: String::from("7"),
        }
        .into(),
        Invalid::UploadTwice {
            id: String::from("7"),
        }
        .into(),
        NotFound::Upload {
            id: String::from("7"),
        }
        .into(),
        Conflict::UploadIncomplete {
            id: String::from("7"),
        }
        .into(),
        Conflict::UploadInUse {
            id: String::from("7"),
        }
        .into(),
    ]);
    refusals.extend(photo_refusals(limits));
    refusals.extend(room_refusals());
    let (used, max) = (999_000_000, 1_000_000_000);
    refusals.push(OverQuota::Space { used, max }.into());
    refusals
}

/// The refusals of photos and videos for which there is no room.
pub fn room_refusals() -> [Error; 3] {
    let (used, max) = (999_000_000, 1_000_000_000);
    [
        OverQuota::User { used, max }.into(),
        OverQuota::Server { used, max }.into(),
        Failure::DiskLow.into(),
    ]
}

/// The refusals of a photo, wherever it comes.
pub fn photo_refusals(limits: &Limits) -> Vec<Error> {
    vec![
        Overload::TooManyUploads.into(),
        Overload::GaveWay.into(),
        RejectedPhoto::of_type(true, limits.video_bytes > 0).into(),
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
        UploadKind::Photo.too_many_bytes(limits),
        UploadKind::Video.too_many_bytes(limits),
        RejectedVideo::Off.into(),
        RejectedVideo::Unsupported {
            reason: Refusal::Encrypted,
        }
        .into(),
        RejectedVideo::Damaged {
            reason: Refusal::EndsEarly,
        }
        .into(),
        RejectedVideo::PosterOfPhoto.into(),
        too_many_pixels(limits.photo_pixels),
        Failure::PhotosUnavailable(anyhow::anyhow!("never shown")).into(),
    ]
}
