//! The description of the API (OpenAPI 3.1) at `/openapi.json`: what programs can read of what this server does.
//!
//! Its sentences are those of [`Error`](crate::error::Error) and its bounds those of the settings, so that neither is
//! written twice. That no route is missing is a test.

// The schema of what a health check has found.
mod checks;
// How codes and their values are described.
mod codes;
// What one operation takes, returns and refuses.
mod operation;
// Every operation.
mod operations;
// The schema of problem details.
mod problem;
// The schemas of bodies and responses.
mod schemas;

use std::io::Cursor;
use std::sync::OnceLock;

use bytes::Bytes;
use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Responder, Response};
use rocket::{State, get};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::api::request::AppState;
use crate::config::Config;
use schemas::Schemas;

const ABOUT: &str = "A private place for a family or a group of friends to share thoughts and photos. \
    A refusal is one plain sentence, or problem details (RFC 9457) for clients that send `Accept: application/json`: these carry a \
    `code` and, in `params`, the values that the sentence is made of, so that no client has to read it. \
    Every list comes in pages: `limit` says how large, and the `Link` header (RFC 8288) leads to the next. \
    A request may name the account that it is made for, by its id in the header `Shared-Spaces-User`; \
    where the session belongs to another one, it is refused and nothing has changed.";

/// The description as it is sent, from the first request on: it is the same for all clients, and written once.
#[derive(Default)]
pub struct Written(OnceLock<Bytes>);

/// The description on its way out.
pub struct Description(Bytes);

#[get("/openapi.json")]
pub fn description(app: &AppState, written: &State<Written>) -> Description {
    let write = || self::written(&app.config, &app.installation).into();
    Description(written.0.get_or_init(write).clone())
}

/// The description as it is sent, with the bounds of these settings; `installation` is in the name of the cookie.
pub fn written(config: &Config, installation: &str) -> String {
    let description = describe(config, installation);
    let text_first = serde_json::to_string(&TextFirst(&description));
    text_first.unwrap_or_else(|_| description.to_string())
}

impl<'r> Responder<'r, 'static> for Description {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self(json) = self;
        Response::build()
            .header(ContentType::JSON)
            .sized_body(json.len(), Cursor::new(json))
            .ok()
    }
}

/// The description as it is written: by the names of keys, but with `text/plain` before other media types. That is what a
/// client gets which names none, and generated clients read a refusal as the first of them.
struct TextFirst<'a>(&'a Value);

impl Serialize for TextFirst<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const TEXT: &str = "text/plain";
        match self.0 {
            Value::Object(members) => {
                let text = members.get_key_value(TEXT).into_iter();
                let others = members.iter().filter(|(key, _)| *key != TEXT);
                let all = text.chain(others);
                serializer.collect_map(all.map(|(key, value)| (key, TextFirst(value))))
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(TextFirst)),
            plain => plain.serialize(serializer),
        }
    }
}

/// The whole description, with the bounds of these settings.
fn describe(config: &Config, installation: &str) -> Value {
    let mut schemas = Schemas::new(config);
    let mut paths = Map::new();
    for operation in operations::all(config) {
        let method = operation.method();
        let path = paths.entry(operation.path()).or_insert_with(|| json!({}));
        path[method] = operation.describe(&mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Shared Spaces",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": if config.base_path().is_empty() { "/" } else { config.base_path() }}],
        "tags": operations::TAGS.map(|(name, description)| json!({"name": name, "description": description})),
        "paths": paths,
        "components": {
            "schemas": schemas.all(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer",
                    "description": "The `access_token` that `POST /login` returns."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": crate::api::extract::session_cookie::name(installation, config.is_https()),
                    "description": "The same session in a browser. Requests that change something must come from \
                        pages of this server."},
            },
        },
    })
}
