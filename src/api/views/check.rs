//! What health checks have found, on the operator's page and in `shared-spaces doctor --json`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::check::{Check, Severity};

/// What a check has found, as `shared-spaces doctor` says it.
#[derive(Serialize, JsonSchema)]
pub struct CheckOutcome {
    severity: CheckSeverity,
    /// A stable identifier for programs, independent of the sentence.
    #[schemars(extend("example" = "photos_failed"))]
    code: &'static str,
    /// The values in the sentence, so that a client can word it itself; `x-codes` lists those of each code.
    params: Map<String, Value>,
    /// What was found and, unless it is well, what to do.
    #[schemars(extend("example" = "No photo has failed"))]
    message: String,
}

/// How bad it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum CheckSeverity {
    Ok,
    Warning,
    Error,
}

impl From<&Check> for CheckOutcome {
    fn from(check: &Check) -> Self {
        Self {
            severity: match check.severity {
                Severity::Ok => CheckSeverity::Ok,
                Severity::Warning => CheckSeverity::Warning,
                Severity::Error => CheckSeverity::Error,
            },
            code: check.code,
            params: check.params.clone(),
            message: check.message.clone(),
        }
    }
}
