//! The keys of JSON bodies, in the order in which they are checked.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::error::FieldName;

/// A key of a body.
pub struct Field {
    pub key: &'static str,
    /// What sentences call it.
    pub name: FieldName,
    pub is_text: bool,
    pub is_required: bool,
    /// Of a list of objects, their keys.
    pub entries: Option<&'static [&'static str]>,
    /// Of an object, its keys.
    pub keys: Option<&'static [&'static str]>,
    /// Of a list of values, how many it can have.
    pub values: Option<usize>,
}

/// A key whose value is text.
pub const fn text(key: &'static str, name: FieldName) -> Field {
    Field {
        key,
        name,
        is_text: true,
        is_required: true,
        entries: None,
        keys: None,
        values: None,
    }
}

/// A key whose value is text, and which may be left out or null.
pub const fn optional_text(key: &'static str, name: FieldName) -> Field {
    Field {
        is_required: false,
        ..text(key, name)
    }
}

/// A key whose value the handler looks at itself.
pub const fn any(key: &'static str, name: FieldName) -> Field {
    Field {
        key,
        name,
        is_text: false,
        is_required: true,
        entries: None,
        keys: None,
        values: None,
    }
}

/// A key whose value the handler looks at itself, and which may be left out or null.
pub const fn optional(key: &'static str, name: FieldName) -> Field {
    Field {
        is_required: false,
        ..any(key, name)
    }
}

/// A key whose value is a list of objects with these keys, and which may be left out or null.
pub const fn optional_list(
    key: &'static str,
    name: FieldName,
    entries: &'static [&'static str],
) -> Field {
    Field {
        entries: Some(entries),
        ..optional(key, name)
    }
}

/// A key whose value is an object with these keys.
pub const fn object(key: &'static str, name: FieldName, keys: &'static [&'static str]) -> Field {
    Field {
        keys: Some(keys),
        ..any(key, name)
    }
}

/// As [`object`], and it may be left out or null.
pub const fn optional_object(
    key: &'static str,
    name: FieldName,
    keys: &'static [&'static str],
) -> Field {
    Field {
        is_required: false,
        ..object(key, name, keys)
    }
}

/// A key whose value is a list of values. At most `max` of them are read.
pub const fn values(key: &'static str, name: FieldName, max: usize) -> Field {
    Field {
        values: Some(max),
        ..any(key, name)
    }
}

/// As [`values`], and it may be left out or null.
pub const fn optional_values(key: &'static str, name: FieldName, max: usize) -> Field {
    Field {
        is_required: false,
        ..values(key, name, max)
    }
}

/// A request's body as a type.
pub trait Payload: DeserializeOwned {
    /// Its keys, in the order in which they are checked.
    const FIELDS: &'static [Field];
    /// Whether a request may have no body at all, as if it were an empty object.
    const MAY_BE_ABSENT: bool = false;
}

/// Reads what is there, be it null: of a key that may be left out, to change nothing, and whose null means something else.
pub(super) fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}
