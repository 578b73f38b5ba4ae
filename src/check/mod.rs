//! What a health check has found: how bad it is, a code and the values in its sentence for programs, and the sentence itself for
//! operators.

// Why something doesn't work, in the words of whatever reported it, and what to do.
mod cause;

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Map, Value};
use strum::VariantNames;

pub use cause::{Advice, Cause, is_damaged_database, sentence};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Ok,
    /// It works, and may not do what its owner thinks.
    Warning,
    Error,
}

/// What a health check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub severity: Severity,
    /// A word for programs, stable whatever becomes of the sentence.
    pub code: &'static str,
    /// The values in the sentence by name, for clients that have sentences of their own.
    pub params: Map<String, Value>,
    /// What was found and, unless it is well, what to do.
    pub message: String,
}

/// What some checks can find. The name of a variant is its code, its fields are its params, and its `Display` is its sentence.
///
/// The name of a field says how it is to be read: what ends in `_at` is a time (RFC 3339), in `_bytes` and `_seconds` a number of
/// them.
pub trait Found: Display + Serialize + VariantNames + Into<&'static str> + Sized {
    /// Each variant at least once, with all of its params.
    fn samples() -> Vec<Self>;
}

/// What there is of a [`Found`], for the description of the API and for those who translate it.
pub struct Codes {
    pub names: &'static [&'static str],
    /// Each code at least once. What the severity is of each, a sample doesn't say.
    pub samples: Vec<Check>,
}

impl Codes {
    pub fn of<F: Found>() -> Self {
        Self {
            names: F::VARIANTS,
            samples: F::samples().into_iter().map(Check::ok).collect(),
        }
    }
}

impl Check {
    pub fn ok(found: impl Found) -> Self {
        Self::new(Severity::Ok, found)
    }

    pub fn warning(found: impl Found) -> Self {
        Self::new(Severity::Warning, found)
    }

    pub fn error(found: impl Found) -> Self {
        Self::new(Severity::Error, found)
    }

    fn new(severity: Severity, found: impl Found) -> Self {
        let params = match serde_json::to_value(&found) {
            Ok(Value::Object(params)) => params,
            // A variant without values.
            _ => Map::new(),
        };
        Self {
            severity,
            params,
            message: found.to_string(),
            code: found.into(),
        }
    }
}
