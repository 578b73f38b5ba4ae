//! The text of a share, as a field of a form.

use crate::config::Limits;
use crate::error::{Error, FieldName, Malformed};

/// The most bytes that a text within its limit can have, with space for combining marks that NFC joins.
pub fn max_bytes(limits: &Limits) -> u64 {
    (limits.text_max as u64).saturating_mul(16).max(64 * 1024)
}

/// The refusal of a text that isn't UTF-8.
pub fn not_utf8() -> Error {
    Malformed::NotUtf8 {
        field: FieldName::Text,
    }
    .into()
}
