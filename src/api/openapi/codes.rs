//! How codes and the values of their sentences are described, in the schema of whatever has them.

use serde_json::{Map, Value, json};

/// Says in a schema that has a `code` and `params` which codes there are, with what `x-codes` has of each, and which params.
pub fn describe<'a>(
    schema: &mut Value,
    codes: impl IntoIterator<Item = (&'a str, Value)>,
    params: Map<String, Value>,
) {
    let codes = codes
        .into_iter()
        .map(|(code, about)| (code.to_owned(), about));
    let codes: Map<_, _> = codes.collect();
    schema["properties"]["code"]["enum"] = codes.keys().cloned().collect();
    schema["properties"]["params"]["properties"] = Value::Object(params);
    if let Some(params) = schema["properties"]["params"].as_object_mut() {
        params.remove("additionalProperties");
    }
    schema["x-codes"] = Value::Object(codes);
}

/// Says in the schema of a value what it is.
pub fn describe_param(schema: &mut Value, name: &str, descriptions: &[(&str, &str)]) {
    let description = descriptions.iter().find(|(known, _)| *known == name);
    if let Some((_, description)) = description {
        schema["description"] = json!(description);
    }
}
