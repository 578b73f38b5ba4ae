//! How refusals are described: every code, with the values that its sentence is made of and its reasons.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::codes;
use crate::error::{Error, FieldName};

/// What each of the values is.
const PARAMS: [(&str, &str); 18] = [
    ("field", "The part of the request."),
    ("id", "The id that doesn't exist, as it was sent."),
    ("key", "The missing key of the JSON object."),
    ("login", "The login."),
    ("max", "The maximum."),
    ("min", "The minimum."),
    ("name", "The header."),
    (
        "number",
        "The position of the photo among those that were sent, from 1.",
    ),
    (
        "offset",
        "The offset in bytes at which the upload continues.",
    ),
    ("part", "The part of the request line or headers."),
    ("poster", "True if it concerns the poster of a video."),
    (
        "reason",
        "Which sentence of this code it is: stable, for programs, and one of those in `x-codes`. \
         More may be added.",
    ),
    ("spaces", "The names of the spaces."),
    ("url", "The address to use."),
    ("used", "The bytes that are used."),
    ("values", "The possible values."),
    (
        "wait_seconds",
        "The seconds until another attempt is allowed.",
    ),
    ("why", "The message of the parser, in English."),
];

/// Which values and reasons a code has.
#[derive(Default)]
struct Known {
    params: BTreeSet<String>,
    reasons: BTreeSet<String>,
}

/// Says in the schema of problem details (RFC 9457) which codes there are, and which params.
pub fn complete(schema: &mut Value) {
    let mut codes: BTreeMap<&str, Known> = BTreeMap::new();
    let mut params = Map::new();
    for refusal in Error::samples() {
        let known = codes.entry(refusal.code()).or_default();
        for (name, value) in refusal.params() {
            params
                .entry(name.clone())
                .or_insert_with(|| param(&name, &value));
            if name == "reason" {
                known.reasons.extend(value.as_str().map(str::to_owned));
            }
            known.params.insert(name);
        }
    }
    let described = codes.iter().map(|(code, known)| {
        let mut description = json!({"params": known.params});
        if !known.reasons.is_empty() {
            description["reasons"] = json!(known.reasons);
        }
        (*code, description)
    });
    codes::describe(schema, described, params);
}

fn param(name: &str, sample: &Value) -> Value {
    let mut schema = match sample {
        Value::Number(_) => json!({"type": "integer", "minimum": 0}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Array(_) => json!({"type": "array", "items": {"type": "string"}}),
        _ => json!({"type": "string"}),
    };
    if name == "field" {
        schema["enum"] = FieldName::ALL.iter().map(|field| field.code()).collect();
    }
    codes::describe_param(&mut schema, name, &PARAMS);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_refusal_is_described() {
        let mut problem = json!({});
        complete(&mut problem);
        let params = problem["properties"]["params"]["properties"].as_object();
        let named: Vec<&str> = params.unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, PARAMS.map(|(name, _)| name));
    }
}
