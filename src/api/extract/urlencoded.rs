//! The form of a share as `application/x-www-form-urlencoded`, which can't bring files, but can name uploads.

use rocket::http::RawStr;
use tokio::io::AsyncReadExt;

use crate::api::extract::body::Opened;
use crate::api::extract::json::cut_off;
use crate::api::extract::share_fields::{ShareFields, word};
use crate::api::extract::text_field::{max_bytes, not_utf8};
use crate::config::Limits;
use crate::error::{FieldName, Invalid, Malformed, Most, Result};

/// Reads the form.
///
/// # Errors
/// It is too long or isn't UTF-8, or its body breaks off; as [`ShareFields::take`].
pub async fn read(limits: &Limits, body: &mut Opened<'_>) -> Result<ShareFields> {
    // A byte of text can take three characters here.
    let max = 3 * max_bytes(limits);
    let mut bytes = Vec::new();
    body.take(max + 1)
        .read_to_end(&mut bytes)
        .await
        .map_err(|error| cut_off(&error))?;
    if bytes.len() as u64 > max {
        return Err(too_much(limits, &bytes, max).into());
    }
    let body = std::str::from_utf8(&bytes).map_err(|_| not_utf8())?;
    let fields = body
        .split('&')
        .map(|field| field.split_once('=').unwrap_or((field, "")));
    let mut form = ShareFields::default();
    for (name, value) in fields {
        let name = decode(name, FieldName::Text)?;
        let field = match name.as_str() {
            "text" => Some(FieldName::Text),
            name => word(name, limits).map(|(field, _)| field),
        };
        if let Some(field) = field {
            form.take(&name, decode(value, field)?)?;
        }
    }
    Ok(form)
}

fn decode(text: &str, field: FieldName) -> Result<String> {
    let decoded = RawStr::new(text).url_decode();
    let decoded = decoded.map_err(|_| Malformed::NotUtf8 { field })?;
    Ok(decoded.into_owned())
}

/// Why no more of a form is read that begins so: its text is too long, or what else is in it.
fn too_much(limits: &Limits, beginning: &[u8], max: u64) -> Invalid {
    let mut fields = beginning.split(|byte| *byte == b'&');
    let text = fields.find_map(|field| field.strip_prefix(b"text="));
    match text {
        Some(text) if text.len() as u64 > max_bytes(limits) => Invalid::TooLong {
            field: FieldName::Text,
            max: limits.text_max,
        },
        _ => Invalid::TooLarge {
            field: FieldName::Body,
            max: Most::Bytes(max),
        },
    }
}
