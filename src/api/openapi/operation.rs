//! What one operation takes, gives and refuses.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operations::about::about;
use crate::domain::page::Page;
use crate::error::{
    BodyType, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, Most, Origin,
    Overload,
};

/// One operation, built up call by call.
pub struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    is_for_users: bool,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
    refusals: Vec<Error>,
}

/// An operation; its id is `<tag>.<verb>`.
pub fn operation(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    let operation = Operation {
        method,
        path,
        id,
        summary,
        is_for_users: false,
        parameters: path_parameters(path),
        body: None,
        responses: Map::new(),
        refusals: Vec::new(),
    };
    let changes = operation.changes();
    operation
        .refuses([Overload::TooManyRequests, Overload::Busy])
        .refuses([Failure::DataGone])
        .refuses([Error::internal(anyhow::anyhow!("never shown"))])
        .refuses(changes.then(|| Failure::DiskFull(anyhow::anyhow!("never shown"))))
}

impl Operation {
    /// Its path, as a template.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Its method, in lower case.
    pub fn method(&self) -> &'static str {
        self.method
    }

    fn changes(&self) -> bool {
        !matches!(self.method, "get" | "head")
    }

    /// Only for somebody signed in.
    pub fn for_users(mut self) -> Self {
        self.is_for_users = true;
        let changes = self.changes();
        self.refuses([Denied::Unauthorized { token: true }])
            .refuses(changes.then_some(Denied::CrossOrigin {
                reason: Origin::OtherSite,
            }))
            .refuses([Conflict::OtherAccount])
    }

    /// It takes a parameter beside those of its path.
    pub fn takes(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// It takes a JSON object with these properties, all required.
    pub fn takes_json(self, properties: Value, example: Value) -> Self {
        let keys: Vec<&String> = properties
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .collect();
        let schema = json!({"type": "object", "required": keys, "properties": properties});
        let field = keys.first().and_then(|key| FieldName::of_key(key));
        self.takes_body(json!({"application/json": {"schema": schema, "example": example}}))
            .refuses(field.map(|field| Invalid::NotProvided { field }))
            .refuses([
                Invalid::MissingKey { key: "…" },
                Invalid::NotText {
                    field: field.unwrap_or(FieldName::Role),
                },
            ])
            .refuses([Malformed::NotAnObject])
            .refuses([
                Invalid::WrongContentType {
                    reason: BodyType::Json,
                },
                Invalid::TooLarge {
                    field: FieldName::Body,
                    max: Most::Bytes(1024 * 1024),
                },
            ])
    }

    /// Its JSON object may have these properties too.
    pub fn may_take(mut self, properties: Value) -> Self {
        let schema = self
            .body
            .as_mut()
            .and_then(|body| body.pointer_mut("/content/application~1json/schema/properties"))
            .and_then(Value::as_object_mut);
        if let (Some(known), Value::Object(more)) = (schema, properties) {
            known.extend(more);
        }
        self
    }

    /// It takes a body of these media types.
    pub fn takes_body(mut self, content: Value) -> Self {
        self.body = Some(json!({"required": true, "content": content}));
        self.refuses([Invalid::TooSlow, Invalid::CodedBody])
    }

    /// It gives an object of the schema with this name.
    pub fn gives(self, schema: &str) -> Self {
        self.answers(
            200,
            "The object",
            json!({"application/json": {"schema": reference(schema)}}),
        )
    }

    /// It makes an object of the schema with this name.
    pub fn creates(self, schema: &str) -> Self {
        let mut creation = self.answers(
            201,
            "The new object",
            json!({"application/json": {"schema": reference(schema)}}),
        );
        creation.responses["201"]["headers"] = json!({"Location": {
            "description": "Where it is.", "required": true, "schema": {"type": "string"},
        }});
        creation
    }

    /// It gives a piece of a list of objects of the schema with this name.
    pub fn lists(self, schema: &str) -> Self {
        let rows = json!({"type": "array", "items": reference(schema)});
        let mut listing = self
            .takes(query(
                "limit",
                "How many rows, 100 if nobody says.",
                json!({"type": "integer", "minimum": 1, "maximum": 500, "example": 50}),
            ))
            .takes(query(
                "cursor",
                "Where the piece begins, as the `Link` header of the piece before has it; without it, at the first row.",
                json!({"type": "string"}),
            ))
            .answers(
                200,
                "The rows",
                json!({"application/json": {"schema": rows}}),
            )
            .refuses([Malformed::out_of_range(FieldName::Limit, Page::MAX), Malformed::Cursor]);
        listing.responses["200"]["headers"] = json!({"Link": {
            "description": "`<…>; rel=\"next\"`: the next piece, if there is one, to be asked for just as it stands.",
            "schema": {"type": "string"},
        }});
        listing
    }

    /// It answers with one sentence.
    pub fn says(self, sentence: &str) -> Self {
        let text = json!({"type": "string", "const": sentence});
        self.answers(
            200,
            sentence,
            json!({"text/plain": {"schema": text, "example": sentence}}),
        )
    }

    /// It answers a status with one of these media types.
    pub fn answers(mut self, status: u16, description: &str, content: Value) -> Self {
        let mut response = json!({"description": description});
        if content.as_object().is_some_and(|types| !types.is_empty()) {
            response["content"] = content;
        }
        self.responses.insert(status.to_string(), response);
        self
    }

    /// It may refuse in these ways.
    pub fn refuses<E: Into<Error>>(mut self, refusals: impl IntoIterator<Item = E>) -> Self {
        self.refusals.extend(refusals.into_iter().map(Into::into));
        self
    }

    /// The operation object.
    pub fn describe(self) -> Value {
        let (tag, _) = self.id.split_once('.').unwrap_or((self.id, ""));
        let mut responses = self.responses;
        responses.extend(refused(&self.refusals));
        let mut described = json!({
            "operationId": self.id,
            "tags": [tag],
            "summary": self.summary,
            "description": about(self.id),
            "parameters": self.parameters,
            "responses": responses,
            "security": if self.is_for_users { json!([{"token": []}, {"cookie": []}]) } else { json!([]) },
        });
        if let Some(body) = self.body {
            described["requestBody"] = body;
        }
        described
    }
}

/// A link to a schema of this description.
pub fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// A parameter of the query.
pub fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn path_parameters(path: &str) -> Vec<Value> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let schema = match name {
                "name" => reference("PhotoName"),
                "size" => json!({"type": "string", "enum": ["small", "large"], "example": "small"}),
                _ => reference("Id"),
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect()
}

/// The responses for refusals: one a status, with each sentence as an example under its code.
fn refused(refusals: &[Error]) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&Error>> = BTreeMap::new();
    for refusal in refusals {
        by_status.entry(refusal.status()).or_default().push(refusal);
    }
    by_status
        .into_iter()
        .map(|(status, refusals)| (status.to_string(), refusal_response(status, &refusals)))
        .collect()
}

fn refusal_response(status: u16, refusals: &[&Error]) -> Value {
    let (mut sentences, mut problems) = (Map::new(), Map::new());
    for refusal in refusals {
        let (sentence, code) = (refusal.to_string(), refusal.code());
        // Several sentences may share a code.
        let key = match sentences.len() {
            0 => code.to_owned(),
            _ if !sentences.contains_key(code) => code.to_owned(),
            nth => format!("{code}_{nth}"),
        };
        sentences.insert(key.clone(), json!({"value": sentence}));
        problems.insert(key, json!({"value": {
            "type": "about:blank", "title": title(status), "status": status, "detail": sentence, "code": code,
            "params": refusal.params(),
        }}));
    }
    let mut response = json!({
        "description": title(status),
        "content": {
            "text/plain": {"schema": {"type": "string"}, "examples": sentences},
            "application/problem+json": {"schema": reference("Problem"), "examples": problems},
        },
    });
    if let Some((header, schema)) = header(status) {
        response["headers"] = json!({header: {"required": true, "schema": schema}});
    }
    response
}

/// What every refusal with this status carries.
fn header(status: u16) -> Option<(&'static str, Value)> {
    match status {
        401 => Some(("WWW-Authenticate", json!({"type": "string"}))),
        429 | 503 => Some(("Retry-After", json!({"type": "integer", "minimum": 0}))),
        _ => None,
    }
}

fn title(status: u16) -> &'static str {
    rocket::http::Status::new(status)
        .reason()
        .unwrap_or("Error")
}
