//! The operations on shares and their photos.

use serde_json::{Value, json};

use super::{bounds, not_a_member};
use crate::api::openapi::operation::{Operation, operation, query, reference};
use crate::api::openapi::schemas::lines;
use crate::api::views::photos::{Describe, ImageInList, Medium, SelectMedia};
use crate::api::views::scalars::Id;
use crate::api::views::shares::{EditShare, NewShare, Share, ShareInList};
use crate::config::{Config, Limits};
use crate::downloads::MAX_PHOTOS;
use crate::error::{
    BodyType, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, NotFound, Overload,
    RejectedPhoto, RejectedVideo,
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
            .refuses([NotFound::Share]).refuses([Denied::NotMember]),
        operation("put", "/shares/{share_id}", "shares.edit", "Edit a share and its photos")
            .about(
                "For its author. As a form: without a `file` the photos stay; with a \
                 `file` alone the text stays. A `file` takes the place of the first \
                 photo, and further ones come behind the last. With fields `media`, \
                 each the id of a photo of the share, the form says the whole list, \
                 in which a `file` stands at its place; an empty `media` names none. \
                 As JSON, `media` is the whole list: what is left out goes, and the \
                 order is as given.",
            )
            .for_users()
            .takes(meant_for())
            .takes_body(form())
            .or_json::<EditShare>()
            .says("Share edited")
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
            .says("Share deleted")
            .refuses([NotFound::Share]).refuses([Denied::NotOwner]),
    ]
}

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
    vec![
        operation(
            "put",
            "/media/{photo_id}",
            "photos.describe",
            "Set the caption of a photo, and when it was taken",
        )
        .about("For the author of its share. A missing field stays as it is, and null removes it.")
        .for_users()
        .takes_json::<Describe>()
        .returns::<Medium>()
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
        .lists::<ImageInList>()
        .refuses(not_a_member()),
        zip(
            "get",
            "photos.archive",
            "Download the photos of a space as a ZIP",
            MAX_PHOTOS,
        )
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
        bytes(
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
        bytes(
            "/photos/{name}/{size}",
            "photos.preview",
            "Get the bytes of a preview, by a signed link",
        )
        .about(
            "At most 400 or 1600 pixels on the longer side, the right way up. Until \
             it exists, the photo itself.",
        ),
    ]
}

fn zip(method: &'static str, id: &'static str, summary: &'static str, max: usize) -> Operation {
    let file = json!({"application/zip": {"schema": {"type": "string", "format": "binary"}}});
    operation(method, "/spaces/{space_id}/archive", id, summary)
        .for_users()
        .answers(200, "The ZIP", file)
        .refuses([Invalid::ZipOfTooMany { max }])
        .refuses([Overload::TooManyZips])
        .refuses(not_a_member())
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
        .answers(206, "The requested range", content.into())
        .answers(302, "In S3, at the URL in `Location`", json!({}))
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
    let text_alone = form(json!({"text": text}));
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
        Invalid::SeveralPhotos {
            max: limits.media_per_share,
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
    refusals
}

/// The refusals of a photo, wherever it comes.
pub fn photo_refusals(limits: &Limits) -> Vec<Error> {
    vec![
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
