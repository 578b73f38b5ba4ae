//! What one operation takes, returns and refuses.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::schemas::Schemas;
use crate::api::views::payload::{Field, Payload};
use crate::api::views::problem::{Problem, title};
use crate::api::views::scalars::{Id, PhotoName};
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
    about: &'static str,
    is_for_users: bool,
    parameters: Vec<Value>,
    body: Option<Content>,
    needs_body: bool,
    /// What it takes as JSON besides.
    json: Option<JsonContent>,
    views: Vec<fn(&mut Schemas)>,
    responses: Map<String, Value>,
    refusals: Vec<Error>,
}

/// What an operation takes.
enum Content {
    Json(JsonContent),
    MediaTypes(Value),
}

/// An object as JSON.
struct JsonContent {
    schema: fn(&mut Schemas) -> Value,
    /// Its keys, as they are checked.
    fields: &'static [Field],
}

impl JsonContent {
    fn refusals(&self) -> Vec<Error> {
        let required = self.fields.iter().find(|field| field.is_required);
        let text = self.fields.iter().find(|field| field.is_text);
        let missing = required.map(|field| Invalid::MissingKey { key: field.key });
        let null = required.map(|field| Invalid::NotProvided { field: field.name });
        let kind = text.map(|field| Invalid::NotText { field: field.name });
        let mut refusals: Vec<Error> = vec![
            Malformed::NotAnObject.into(),
            Invalid::WrongContentType {
                reason: BodyType::Json,
            }
            .into(),
            Invalid::TooLarge {
                field: FieldName::Body,
                max: Most::Bytes(1024 * 1024),
            }
            .into(),
        ];
        let of_keys = [missing, null, kind].into_iter().flatten();
        refusals.extend(of_keys.map(Error::from));
        refusals
    }
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
        about: "",
        is_for_users: false,
        parameters: path_parameters(path),
        body: None,
        needs_body: true,
        json: None,
        views: Vec::new(),
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
    /// What to know about it beyond its summary. A test requires it of each.
    pub fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// Its path, as a template.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Its method, in lower case.
    pub fn method(&self) -> &'static str {
        self.method
    }

    fn changes(&self) -> bool {
        !matches!(self.method, "get" | "head" | "options")
    }

    /// Only for signed-in users.
    pub fn for_users(mut self) -> Self {
        self.is_for_users = true;
        let changes = self.changes();
        self.refuses([Denied::Unauthorized { token: true }])
            .refuses(changes.then_some(Denied::CrossOrigin {
                reason: Origin::OtherSite,
            }))
            .refuses([Conflict::OtherAccount])
    }

    /// It takes a parameter besides those of its path.
    pub fn takes(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// It takes this object as JSON.
    pub fn takes_json<T: Payload + JsonSchema>(self) -> Self {
        let body = JsonContent {
            schema: Schemas::body::<T>,
            fields: T::FIELDS,
        };
        let refusals = body.refusals();
        self.takes_content(Content::Json(body)).refuses(refusals)
    }

    /// It takes a body of these media types.
    pub fn takes_body(self, content: Value) -> Self {
        self.takes_content(Content::MediaTypes(content))
    }

    /// Instead of what it takes, it takes this object as JSON.
    pub fn or_json<T: Payload + JsonSchema>(mut self) -> Self {
        let body = JsonContent {
            schema: Schemas::body::<T>,
            fields: T::FIELDS,
        };
        let refusals = body.refusals();
        self.json = Some(body);
        self.refuses(refusals)
    }

    /// What it takes may be left out.
    pub fn or_nothing(mut self) -> Self {
        self.needs_body = false;
        self
    }

    fn takes_content(mut self, content: Content) -> Self {
        self.body = Some(content);
        self.refuses([Invalid::TooSlow, Invalid::CodedBody])
    }

    /// It returns one of these.
    pub fn returns<V: JsonSchema>(self) -> Self {
        self.shows::<V>(200, "The object", reference::<V>())
    }

    /// It returns all of these at once.
    pub fn returns_all<V: JsonSchema>(self) -> Self {
        let rows = json!({"type": "array", "items": reference::<V>()});
        self.shows::<V>(200, "The rows", rows)
    }

    /// It makes one of these.
    pub fn creates<V: JsonSchema>(self) -> Self {
        let mut creation = self.shows::<V>(201, "The new object", reference::<V>());
        creation.responses["201"]["headers"] = json!({"Location": {
            "description": "Where it is.", "required": true, "schema": {"type": "string"},
        }});
        creation
    }

    /// It returns a page of a list of these.
    pub fn lists<V: JsonSchema>(self) -> Self {
        let rows = json!({"type": "array", "items": reference::<V>()});
        let mut listing = self
            .takes(query(
                "limit",
                "How many rows; 100 by default.",
                json!({"type": "integer", "minimum": 1, "maximum": 500, "example": 50}),
            ))
            .takes(query(
                "cursor",
                "Where the page begins, as in the `Link` header of the page before; without it, at the first row.",
                json!({"type": "string"}),
            ))
            .shows::<V>(200, "The rows", rows)
            .refuses([Malformed::out_of_range(FieldName::Limit, Page::MAX), Malformed::Cursor]);
        listing.responses["200"]["headers"] = json!({"Link": {
            "description": "`<…>; rel=\"next\"`: the next page, if there is one, to be requested verbatim.",
            "schema": {"type": "string"},
        }});
        listing
    }

    fn shows<V: JsonSchema>(mut self, status: u16, description: &str, schema: Value) -> Self {
        self.views.push(Schemas::answer::<V>);
        self.answers(
            status,
            description,
            json!({"application/json": {"schema": schema}}),
        )
    }

    /// It answers with one sentence.
    pub fn says(self, sentence: &str) -> Self {
        self.says_with(200, sentence)
    }

    /// It answers with one sentence and this status.
    pub fn says_with(self, status: u16, sentence: &str) -> Self {
        let text = json!({"type": "string", "const": sentence});
        self.answers(
            status,
            sentence,
            json!({"text/plain": {"schema": text, "example": sentence}}),
        )
    }

    /// With a status, it has these headers.
    pub fn with_headers(mut self, status: u16, headers: Value) -> Self {
        if let Some(response) = self.responses.get_mut(&status.to_string()) {
            let all = &mut response["headers"];
            if all.is_null() {
                *all = json!({});
            }
            for (name, header) in headers.as_object().into_iter().flatten() {
                all[name] = header.clone();
            }
        }
        self
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

    /// The operation object. The schemas that it links to are described among `schemas`.
    pub fn describe(self, schemas: &mut Schemas) -> Value {
        for view in self.views {
            view(schemas);
        }
        let (tag, _) = self.id.split_once('.').unwrap_or((self.id, ""));
        let mut responses = self.responses;
        responses.extend(refused(&self.refusals));
        let mut described = json!({
            "operationId": self.id,
            "tags": [tag],
            "summary": self.summary,
            "description": self.about,
            "parameters": self.parameters,
            "responses": responses,
            "security": if self.is_for_users { json!([{"token": []}, {"cookie": []}]) } else { json!([]) },
        });
        if let Some(body) = self.body {
            let mut json = |body: JsonContent| with_example((body.schema)(schemas));
            let mut content = match body {
                Content::Json(body) => json!({"application/json": json(body)}),
                Content::MediaTypes(content) => content,
            };
            if let Some(body) = self.json {
                content["application/json"] = json(body);
            }
            described["requestBody"] = json!({"required": self.needs_body, "content": content});
        }
        described
    }
}

/// A link to the schema of a view.
pub fn reference<V: JsonSchema>() -> Value {
    json!({"$ref": format!("#/components/schemas/{}", V::schema_name())})
}

/// A body with an example: those of its properties, as one object.
fn with_example(schema: Value) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let example: Map<String, Value> = properties
        .filter_map(|(name, property)| Some((name.clone(), property.get("example")?.clone())))
        .collect();
    json!({"schema": schema, "example": example})
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
                "name" => reference::<PhotoName>(),
                "avatar" => json!({"type": "string", "pattern": "^[0-9a-f]{16}$", "example": "0123456789abcdef"}),
                "emoji" => json!({"type": "string", "minLength": 1, "example": "👍"}),
                "size" => json!({"type": "string", "enum": ["small", "large"], "example": "small"}),
                _ => reference::<Id>(),
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
        problems.insert(key, json!({"value": Problem::from(*refusal)}));
    }
    let mut response = json!({
        "description": title(status),
        "content": {
            "text/plain": {"schema": {"type": "string"}, "examples": sentences},
            "application/problem+json": {"schema": reference::<Problem>(), "examples": problems},
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::openapi::operations;
    use crate::config::Config;

    /// Of a body, its keys as they are checked and its schema say the same.
    fn disagreement(fields: &[Field], schema: &Value) -> Option<String> {
        let keys = |is: &dyn Fn(&Field) -> bool| -> Vec<&str> {
            let fields = fields.iter().filter(|field| is(field));
            let mut keys: Vec<_> = fields.map(|field| field.key).collect();
            keys.sort_unstable();
            keys
        };
        let properties = schema["properties"].as_object().unwrap();
        let is_text = |property: &Value| property["type"].to_string().contains("\"string\"");
        let texts = properties.iter().filter(|(_, property)| is_text(property));
        let texts: Vec<_> = texts.map(|(key, _)| key).collect();
        let required = schema["required"].as_array().into_iter().flatten();
        let mut required: Vec<_> = required.filter_map(Value::as_str).collect();
        required.sort_unstable();
        if keys(&|_| true) != properties.keys().collect::<Vec<_>>() {
            return Some(format!("which keys: {schema}"));
        }
        if keys(&|field| field.is_required) != required {
            return Some(format!("which are required: {schema}"));
        }
        (keys(&|field| field.is_text) != texts).then(|| format!("which are text: {schema}"))
    }

    #[test]
    fn bodies_are_described_as_they_are_checked() {
        let config = Config::default();
        let mut schemas = Schemas::new(&config);
        let mut bodies = 0;
        for operation in operations::all(&config) {
            let json = match operation.body {
                Some(Content::Json(body)) => Some(body),
                _ => operation.json,
            };
            if let Some(body) = json {
                assert_eq!(
                    disagreement(body.fields, &(body.schema)(&mut schemas)),
                    None
                );
                bodies += 1;
            }
        }
        assert!(bodies > 8, "{bodies}");
    }

    #[test]
    fn a_body_that_is_checked_otherwise_than_described_is_found() {
        use crate::api::views::payload::{any, optional_text, text};
        let schema = json!({"properties": {"a": {"type": "string"}}, "required": ["a"]});
        let name = FieldName::Name;
        assert_eq!(disagreement(&[text("a", name)], &schema), None);
        for fields in [
            vec![],
            vec![text("b", name)],
            vec![text("a", name), text("b", name)],
            vec![optional_text("a", name)],
            vec![any("a", name)],
        ] {
            assert!(disagreement(&fields, &schema).is_some());
        }
    }
}
