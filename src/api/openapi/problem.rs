//! How refusals are described: every code, with the values that its sentence is made of and its reasons.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::error::{Error, FieldName};

/// What each of the values is.
const PARAMS: [(&str, &str); 17] = [
    ("field", "Which part of the request."),
    ("id", "The id that names nothing, as it was sent."),
    ("key", "The key that the JSON object lacks."),
    ("login", "The login."),
    ("max", "The most that there can be."),
    ("min", "The least that there must be."),
    ("name", "The header."),
    ("number", "Which of several photos, as they were sent."),
    ("offset", "The byte at which the upload goes on."),
    ("part", "Which part of the head of the request."),
    ("poster", "True where it is of the poster of a video."),
    (
        "reason",
        "Which of the sentences of this code it is: for programs, stable, and one of those in `x-codes`. \
         There may be more some day.",
    ),
    ("spaces", "The names of the spaces."),
    ("url", "The address to come by."),
    ("values", "What it can be."),
    (
        "wait_seconds",
        "The seconds after which another attempt is taken.",
    ),
    ("why", "What the reader of the body says, in English."),
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
    let enumerated: Vec<&str> = codes.keys().copied().collect();
    let described = codes.iter().map(|(code, known)| {
        let mut description = json!({"params": known.params});
        if !known.reasons.is_empty() {
            description["reasons"] = json!(known.reasons);
        }
        ((*code).to_owned(), description)
    });
    let x_codes: Map<_, _> = described.collect();
    schema["properties"]["code"]["enum"] = json!(enumerated);
    schema["properties"]["params"]["properties"] = Value::Object(params);
    if let Some(params) = schema["properties"]["params"].as_object_mut() {
        params.remove("additionalProperties");
    }
    schema["x-codes"] = Value::Object(x_codes);
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
    let description = PARAMS.iter().find(|(known, _)| *known == name);
    if let Some((_, description)) = description {
        schema["description"] = json!(description);
    }
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
