//! Refusals, for programs: problem details (RFC 9457).

use rocket::http::Status;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;

/// An error (problem details, RFC 9457).
#[derive(Serialize, JsonSchema)]
pub struct Problem {
    /// A stable identifier for programs, independent of the sentence.
    code: &'static str,
    /// The sentence that a plain-text response consists of.
    detail: String,
    /// The values in the sentence, so that a client can word it itself; `x-codes` lists those of each code.
    params: Map<String, Value>,
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    title: &'static str,
    #[serde(rename = "type")]
    #[schemars(extend("const" = "about:blank"))]
    kind: &'static str,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code(),
            detail: error.to_string(),
            params: error.params(),
            status: error.status(),
            title: title(error.status()),
            kind: "about:blank",
        }
    }
}

/// What HTTP calls a status.
pub fn title(status: u16) -> &'static str {
    // That of tus.
    if status == 460 {
        return "Checksum Mismatch";
    }
    Status::new(status).reason().unwrap_or("Error")
}
