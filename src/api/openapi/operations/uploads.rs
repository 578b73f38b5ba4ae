//! The operations on uploads that wait for their share.

use serde_json::{Value, json};

use super::sharing::{photo_refusals, room_refusals};
use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::uploads::Upload;
use crate::config::Limits;
use crate::error::{
    BodyType, Conflict, Error, Failure, FieldName, Invalid, Malformed, Most, NotFound, Overload,
};

pub fn uploads(limits: &Limits) -> Vec<Operation> {
    vec![
        operation("post", "/uploads", "uploads.create", "Upload a file before its share, or begin to")
            .about(
                "Either as a whole, with the file as the body: its type is determined by its bytes, whatever `Content-Type` says. The \
                 photo is cleaned, and its previews are begun, before its share is written. Or, with `Tus-Resumable` and \
                 `Upload-Length`, as the beginning of an upload by tus 1.0.0, optionally with its first bytes. Only its owner can \
                 use an upload; it is deleted a day after its last byte unless a share takes it. At the address of an upload, a \
                 `POST` with `X-HTTP-Method-Override` counts as `PATCH` or `DELETE`.",
            )
            .for_users()
            .takes(json!({
                "name": "Idempotency-Key", "in": "header",
                "description": "A key of your choice: when the request is retried with the same one, the upload is the same, until a \
                    share takes it.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "b7e1f2"},
            }))
            .takes(version(false))
            .takes(header("Upload-Length", "How many bytes the upload will have.", false, json!({"type": "integer", "minimum": 0, "example": 3_000_000})))
            .takes(checksum())
            .takes_body(bytes(["application/octet-stream", "image/jpeg", "application/offset+octet-stream"]))
            .or_nothing()
            .creates::<Upload>()
            .with_headers(201, progress())
            .refuses([Invalid::TusVersion, Invalid::NoConcatenation])
            .refuses([Malformed::Number { name: "Upload-Length" }, Malformed::Checksum, Malformed::Incomplete])
            .refuses(beyond())
            .refuses([Conflict::TooManyWaiting { max: limits.waiting_uploads }, in_use(), Conflict::UploadChecksum])
            .refuses([Conflict::KeyOfAnotherUpload])
            .refuses([Invalid::TooLarge { field: FieldName::Uploads, max: Most::Bytes(limits.waiting_bytes) }])
            .refuses(room_refusals())
            .refuses(photo_refusals(limits)),
        operation("options", "/uploads", "uploads.capabilities", "Get the tus capabilities of this server")
            .about("The version, the extensions, the checksums and the largest upload, in headers. Needs no session.")
            .answers(204, "In the headers", json!({}))
            .with_headers(204, json!({
                "Tus-Version": text("1.0.0"), "Tus-Extension": text("creation,expiration"),
                "Tus-Max-Size": number(), "Tus-Checksum-Algorithm": text("sha1,sha256"),
            })),
        operation("options", "/uploads/{upload_id}", "uploads.capabilities_of_one", "Get the same at one upload")
            .about("As at `/uploads`, whether or not there is such an upload.")
            .answers(204, "In the headers", json!({})),
        operation("get", "/uploads/{upload_id}", "uploads.get", "Get an upload")
            .about("Until it is complete, `kind` is null.")
            .for_users()
            .returns::<Upload>()
            .refuses([missing()]),
        operation("head", "/uploads/{upload_id}", "uploads.progress", "Get how much of an upload has arrived")
            .about("By tus 1.0.0. A request that is still sending to this upload is ended first, because its connection may be broken.")
            .for_users()
            .takes(version(true))
            .answers(200, "In the headers", json!({}))
            .with_headers(200, progress())
            .refuses([Invalid::TusVersion])
            .refuses([missing()])
            .refuses([in_use()]),
        operation("patch", "/uploads/{upload_id}", "uploads.append", "Append to an upload")
            .about(
                "By tus 1.0.0. The part of an interrupted body that has arrived is kept, unless a checksum was sent with it. With the \
                 last bytes, the file is checked and cleaned, or else refused and deleted.",
            )
            .for_users()
            .takes(version(true))
            .takes(header("Upload-Offset", "The offset at which the body begins.", true, json!({"type": "integer", "minimum": 0, "example": 0})))
            .takes(checksum())
            .takes_body(bytes(["application/offset+octet-stream"]))
            .answers(204, "It has arrived", json!({}))
            .with_headers(204, progress())
            .refuses([Invalid::TusVersion, Invalid::WrongContentType { reason: BodyType::Bytes }])
            .refuses([Malformed::Number { name: "Upload-Offset" }, Malformed::Checksum, Malformed::Incomplete])
            .refuses(beyond())
            .refuses([missing()])
            .refuses([
                Conflict::UploadOffset { id: String::from("7"), offset: 1024 },
                in_use(),
                Conflict::UploadChecksum,
            ])
            .refuses([Failure::DiskLow])
            .refuses(photo_refusals(limits)),
        operation("delete", "/uploads/{upload_id}", "uploads.delete", "Delete an upload that no share has taken")
            .about("For its owner.")
            .for_users()
            .takes(version(false))
            .answers(204, "Done", json!({}))
            .refuses([Invalid::TusVersion])
            .refuses([missing()])
            .refuses([in_use()]),
    ]
}

fn missing() -> NotFound {
    NotFound::Upload {
        id: String::from("1"),
    }
}

fn in_use() -> Conflict {
    Conflict::UploadInUse {
        id: String::from("1"),
    }
}

fn beyond() -> [Error; 2] {
    let (field, max) = (FieldName::Upload, Most::Bytes(3_000_000));
    [
        Invalid::TooLarge { field, max }.into(),
        Overload::TooManyUploads.into(),
    ]
}

pub(super) fn bytes<const N: usize>(types: [&str; N]) -> Value {
    let binary = json!({"schema": {"type": "string", "format": "binary"}});
    let all: serde_json::Map<String, Value> = types
        .map(|kind| (kind.to_owned(), binary.clone()))
        .into_iter()
        .collect();
    all.into()
}

fn header(name: &str, description: &str, is_required: bool, schema: Value) -> Value {
    json!({"name": name, "in": "header", "description": description, "required": is_required, "schema": schema})
}

fn version(is_required: bool) -> Value {
    header(
        "Tus-Resumable",
        "The version of tus that the client speaks; without it, a request isn't one of tus.",
        is_required,
        json!({"type": "string", "enum": ["1.0.0"]}),
    )
}

fn checksum() -> Value {
    header(
        "Upload-Checksum",
        "`sha1` or `sha256` and the checksum of the body in base64: with another one, the body is dropped.",
        false,
        json!({"type": "string", "example": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="}),
    )
}

fn progress() -> Value {
    json!({
        "Upload-Offset": number(),
        "Upload-Expires": {"description": "When it is deleted, unless more bytes arrive or a share takes it.", "schema": {"type": "string"}},
    })
}

fn number() -> Value {
    json!({"schema": {"type": "integer", "minimum": 0}})
}

fn text(example: &str) -> Value {
    json!({"schema": {"type": "string", "example": example}})
}
