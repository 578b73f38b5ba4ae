//! How the results of health checks are described: every code, with the values that its sentence is made of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use strum::VariantNames;

use super::codes;
use crate::check::Advice;
use crate::diagnostics;

/// What each of the values is.
const PARAMS: [(&str, &str); 43] = [
    ("address", "Where the server listens."),
    ("advice", "What to do about the error, if it shows that."),
    ("archives", "How many archives."),
    ("attempts", "How many attempts."),
    ("bucket", "The bucket in S3."),
    ("by_seconds", "By how much the clock is off."),
    (
        "changed",
        "Photos of another length, or with other bytes, than were stored.",
    ),
    ("clock_at", "The time on the clock of the machine."),
    ("days", "The days until its end."),
    ("destination", "Where backups are kept."),
    ("due_at", "When the first of them was due."),
    ("ends_at", "When the certificate ends."),
    (
        "error",
        "The error, in the words of whatever reported it, such as the system, and in English.",
    ),
    ("failed_at", "When the certificate couldn't be ordered."),
    ("folder", "The folder."),
    ("free_bytes", "How much of the disk is free."),
    ("from", "The archive that was restored."),
    (
        "hidden_seconds",
        "For how long the queue hides a photo from other workers.",
    ),
    ("host", "The name of the host."),
    ("interval_seconds", "The time between backups."),
    ("last_at", "When the last backup was made."),
    (
        "logins",
        "The logins, each with the code and params of its refusal, or `looks_like` and the `login` that it looks like.",
    ),
    ("max_bytes", "The quota."),
    ("missing", "Photos that are missing from the store."),
    ("names", "The names that the certificate is to be for."),
    ("newest", "The newest schema that this version knows."),
    ("photos", "How many photos."),
    ("port", "The port."),
    ("program", "The path of ffmpeg."),
    ("queue", "The setting photos.queue."),
    ("queue_url", "The address of the queue in SQS."),
    ("region", "The region of S3."),
    ("schema", "The schema of the database."),
    ("settings", "The names of settings."),
    ("spaces", "How many spaces."),
    ("store", "The setting photos.store."),
    ("total", "How many photos there are."),
    ("unreadable", "Photos that can't be read."),
    ("used_bytes", "How much is used of the quota."),
    ("users", "How many users."),
    (
        "without",
        "What the server of a restored data folder leaves to that of the original.",
    ),
    ("worker", "The setting photos.worker."),
    ("written_at", "When the database was written."),
];

/// Those whose values are words for programs: a sample has each of them.
const WORDS: [&str; 4] = ["queue", "store", "without", "worker"];

/// Says in the schema of what a check has found which codes there are, and which params.
pub fn complete(schema: &mut Value) {
    let mut codes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut params: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let samples = diagnostics::codes().into_iter().flat_map(|all| all.samples);
    for check in samples {
        let named = codes.entry(check.code).or_default();
        for (name, value) in check.params {
            named.insert(name.clone());
            params.entry(name).or_default().push(value);
        }
    }
    let codes = codes.into_iter();
    let described = codes.map(|(code, params)| (code, json!({"params": params})));
    let params = params
        .into_iter()
        .map(|(name, samples)| (name.clone(), param(&name, &samples)));
    codes::describe(schema, described, params.collect());
}

fn param(name: &str, samples: &[Value]) -> Value {
    let mut schema = match samples.first() {
        Some(Value::Number(_)) => json!({"type": "integer", "minimum": 0}),
        Some(Value::Array(items)) => {
            json!({"type": "array", "items": param("", items)})
        }
        Some(Value::Object(_)) => json!({"type": "object"}),
        _ if name.ends_with("_at") => json!({"type": "string", "format": "date-time"}),
        _ => json!({"type": "string"}),
    };
    if name == "advice" {
        schema["enum"] = json!(Advice::VARIANTS);
    } else if WORDS.contains(&name) {
        let (words, schema) = match samples {
            [Value::Array(words), ..] => (&words[..], &mut schema["items"]),
            words => (words, &mut schema),
        };
        schema["enum"] = json!(words);
    }
    codes::describe_param(&mut schema, name, &PARAMS);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_that_a_check_can_have_is_described() {
        let mut outcome = json!({});
        complete(&mut outcome);
        let params = outcome["properties"]["params"]["properties"].as_object();
        let named: Vec<&str> = params.unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, PARAMS.map(|(name, _)| name));
    }
}
