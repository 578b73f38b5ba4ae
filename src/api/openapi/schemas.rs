//! The objects that operations exchange, each with an example.

use serde_json::{Value, json};

use super::operation::reference;
use super::problem::problem;
use crate::config::{Config, Limits};

/// Text of one line, within bounds that count Unicode characters.
pub fn line(min: usize, max: usize) -> Value {
    text(
        min,
        max,
        r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
    )
}

/// Text of any number of lines, within bounds that count Unicode characters.
pub fn lines(min: usize, max: usize) -> Value {
    text(min, max, r"^[^\x00]*[^\s\x00][^\x00]*$")
}

fn text(min: usize, max: usize, pattern: &str) -> Value {
    json!({"type": "string", "minLength": min, "maxLength": max, "pattern": pattern})
}

/// The bounds of a password.
pub fn password(limits: &Limits) -> Value {
    lines(limits.password_min, limits.password_max)
}

/// Every schema, by name, with the answers that these settings make.
pub fn all(config: &Config) -> Value {
    let nullable = |schema: &str| json!({"oneOf": [reference(schema), {"type": "null"}]});
    let moment =
        json!({"type": "string", "format": "date-time", "example": "2026-05-17T09:30:00.250Z"});
    let shared_at = if config.compatibility.original_clients {
        json!({"type": "string", "description": "In UTC, though it says no zone.", "example": "2026-05-17T09:30:00"})
    } else {
        moment.clone()
    };
    let link = json!({"type": "string", "format": "uri",
        "example": "http://localhost:8000/photos/1-34.jpg?expires=1800014400&signature=c2lnbmF0dXJl"});
    let maybe_link = json!({"oneOf": [link, {"type": "null"}]});
    let pixels = json!({"type": "integer", "minimum": 1, "example": 400});
    let count = json!({"type": "integer", "minimum": 0, "example": 5});
    let yes_or_no = json!({"type": "boolean", "example": true});
    let latest = object(json!({
        "id": reference("Id"), "user": reference("User"), "text": {"type": "string", "example": "Nice weather"},
        "timestamp": moment, "has_photo": yes_or_no,
    }));
    json!({
        "Id": {"type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX, "example": 1},
        "PhotoName": {"type": "string", "pattern": r"^[1-9][0-9]{0,17}-[1-9][0-9]{0,17}(\.[1-9][0-9]{0,17})?\.(jpg|png|webp|gif)$",
            "example": "1-34.jpg"},
        "Problem": problem(),
        "User": object(json!({"id": reference("Id"), "login": {"type": "string", "example": "ann"}})),
        "AccessToken": object(json!({"access_token": {"type": "string", "example": "dGhpcyBpcyBhbiBleGFtcGxl"}})),
        "Session": object(json!({
            "id": reference("Id"), "created_at": moment, "last_used_at": moment,
            "device": {"type": ["string", "null"], "example": "Mozilla/5.0 (Android 16; Mobile)"}, "is_current": yes_or_no,
        })),
        "Space": object(json!({"id": reference("Id"), "name": {"type": "string", "example": "Family"}})),
        "MySpace": object(json!({
            "space": reference("Space"), "is_admin": yes_or_no, "member_count": count,
            "latest_share": {"oneOf": [latest, {"type": "null"}]},
        })),
        "SpaceOfMember": object(json!({
            "id": reference("Id"), "name": {"type": "string", "example": "Family"},
            "is_admin": yes_or_no, "member_count": count,
        })),
        "Member": object(json!({"user": reference("User"), "is_admin": yes_or_no})),
        "Preview": object(json!({"url": link, "width": pixels, "height": pixels})),
        "Image": object(json!({
            "id": reference("Id"),
            "width": pixels, "height": pixels, "animated": yes_or_no,
            "placeholder": {"type": ["string", "null"], "description": "A thumbhash in base64, once it is known.",
                "example": "3OcRJYB4d3h/iIeHeEh3eIhw+j3A"},
            "previews": object(json!({"small": reference("Preview"), "large": reference("Preview")})),
        })),
        "ShareInList": object(share(&shared_at, &maybe_link, nullable("Image"))),
        "Share": {"allOf": [reference("ShareInList"), object(json!({"space": reference("Space")}))]},
        "ImageInList": object(json!({
            "image_url": link, "image": reference("Image"), "share_id": reference("Id"),
            "user": reference("User"), "timestamp": shared_at,
        })),
        "Invitation": object(invitation(&moment)),
        "InvitationWithLink": {"allOf": [reference("Invitation"), object(json!({
            "url": {"type": "string", "format": "uri", "example": "http://localhost:8000/app/invitation#dGhpcyBpcyBhbiBleGFtcGxl"},
            "qr": {"type": "string", "description": "The link as a QR code, an SVG image.", "example": "<svg/>"},
        }))]},
        "Offer": object(json!({
            "space": nullable("Space"), "role": role(), "expires_at": moment,
            "invited_by": {"type": ["string", "null"], "example": "ann"},
        })),
        "Server": object(json!({
            "registration": {"type": "string", "enum": ["open", "invite", "closed"]},
            "needs_first_account": yes_or_no,
            "limits": limits(&config.limits),
            "photo_needs_text": yes_or_no,
            "photo_types": {"type": "array", "items": {"type": "string", "example": "image/jpeg"}},
        })),
    })
}

/// Each limit by its name.
fn limits(limits: &Limits) -> Value {
    let mut properties = serde_json::to_value(limits).unwrap_or_default();
    for limit in properties
        .as_object_mut()
        .into_iter()
        .flat_map(serde_json::Map::values_mut)
    {
        *limit = json!({"type": "integer", "minimum": 1, "example": limit});
    }
    object(properties)
}

fn role() -> Value {
    json!({"type": "string", "enum": ["member", "admin"]})
}

fn invitation(moment: &Value) -> Value {
    json!({
        "id": reference("Id"), "role": role(), "uses_left": {"type": "integer", "minimum": 0, "example": 1},
        "is_valid": {"type": "boolean", "description": "Whether its link lets in: it doesn't once its maker is no admin there."},
        "created_by": {"oneOf": [reference("User"), {"type": "null"}]}, "created_at": moment, "expires_at": moment,
    })
}

fn share(moment: &Value, maybe_link: &Value, image: Value) -> Value {
    json!({
        "id": reference("Id"), "user": reference("User"), "text": {"type": "string", "example": "Nice weather"},
        "timestamp": moment, "image_url": maybe_link, "image": image,
    })
}

/// An object with these properties, all of which are always there.
fn object(properties: Value) -> Value {
    let keys: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::keys)
        .collect();
    json!({"type": "object", "required": keys, "properties": properties})
}
