//! Refusals, for programs: problem details (RFC 9457).

use rocket::http::Status;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;

/// A refusal.
#[derive(Serialize, JsonSchema)]
pub struct Problem {
    /// A word for programs, which stays when the sentence changes.
    code: &'static str,
    /// The sentence that is the whole answer in plain text.
    detail: String,
    /// The values that the sentence is made of, so that a client can say it in its own words: which a code has is in `x-codes`.
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
