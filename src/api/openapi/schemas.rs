//! The schemas of what is sent and answered: derived from the views, and completed by the settings of this server.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{checks, problem};
use crate::api::views::problem::Problem;
use crate::api::views::scalars::{Id, PhotoName};
use crate::api::views::server;
use crate::api::views::settings::{FromSettings, KEY};
use crate::config::{Config, Limits};
use crate::domain::text::{CommentText, UserName};

/// Text of any number of lines, within bounds that count Unicode characters.
pub fn lines(min: usize, max: usize) -> Value {
    text(min, max, r"^[^\x00]*[^\s\x00][^\x00]*$")
}

/// Text of one line, within bounds that count Unicode characters.
fn line(min: usize, max: usize) -> Value {
    text(
        min,
        max,
        r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
    )
}

fn text(min: usize, max: usize, pattern: &str) -> Value {
    json!({"type": "string", "minLength": min, "maxLength": max, "pattern": pattern})
}

/// The schemas of one description.
pub struct Schemas {
    answers: SchemaGenerator,
    bodies: SchemaGenerator,
}

impl Schemas {
    /// With the bounds of these settings.
    pub fn new(config: &Config) -> Self {
        let settings = SchemaSettings::draft2020_12()
            .with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
            .with_transform(Completed {
                limits: config.limits.clone(),
                original_clients: config.compatibility.original_clients,
            });
        let bodies = settings.clone().for_deserialize();
        let bodies = bodies.with(|settings| settings.inline_subschemas = true);
        let mut schemas = Self {
            answers: settings.for_serialize().into_generator(),
            bodies: bodies.into_generator(),
        };
        // What parameters and refusals link to.
        schemas.answer::<Id>();
        schemas.answer::<PhotoName>();
        schemas.answer::<Problem>();
        schemas
    }

    /// Describes an answer, among all others.
    pub fn answer<V: JsonSchema>(&mut self) {
        self.answers.subschema_for::<V>();
    }

    /// The schema of a body, inline in its operation.
    pub fn body<T: JsonSchema>(&mut self) -> Value {
        let mut schema = self.bodies.root_schema_for::<T>();
        // The name of a type of ours. Clients name a body after its operation.
        schema.remove("title");
        schema.to_value()
    }

    /// All answers, by name.
    pub fn all(mut self) -> Map<String, Value> {
        let mut all = self.answers.take_definitions(true);
        all.entry("Problem").and_modify(problem::complete);
        all.entry("CheckOutcome").and_modify(checks::complete);
        all
    }
}

/// Fills in what the settings say, and leaves out what is of Rust and not of JSON.
#[derive(Clone)]
struct Completed {
    limits: Limits,
    original_clients: bool,
}

impl Transform for Completed {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        // Of an object and null, a value is one and never both.
        if let Some(either) = schema.remove("anyOf") {
            schema.insert("oneOf".to_owned(), either);
        }
        // How wide a number is here; its bounds say what it can be.
        let width = schema.get("format").and_then(Value::as_str);
        if width.is_some_and(|format| format.starts_with("uint")) {
            schema.remove("format");
        }
        // What a missing field means is said in words: not always what null does.
        if schema.get("default").is_some_and(Value::is_null) {
            schema.remove("default");
        }
        let open = schema.remove(KEY);
        if let Some(open) = open.and_then(|open| serde_json::from_value(open).ok()) {
            self.fill_in(open, schema);
        }
    }
}

impl Completed {
    fn fill_in(&self, open: FromSettings, schema: &mut Schema) {
        let limits = &self.limits;
        let more = match open {
            FromSettings::Login => line(limits.login_min, limits.login_max),
            FromSettings::Password => lines(limits.password_min, limits.password_max),
            FromSettings::SpaceName => line(limits.space_name_min, limits.space_name_max),
            FromSettings::UserName => line(UserName::MIN, limits.user_name_max),
            FromSettings::ShareText => json!({"maxLength": limits.text_max}),
            FromSettings::Caption => json!({"maxLength": limits.caption_max}),
            FromSettings::CommentText => lines(CommentText::MIN, limits.comment_max),
            FromSettings::SharedAt if self.original_clients => json!({
                "description": "In UTC, though it says no zone.", "example": "2026-05-17T09:30:00",
            }),
            FromSettings::SharedAt => {
                json!({"format": "date-time", "example": "2026-05-17T09:30:00.250Z"})
            }
            FromSettings::Limits => return self.show_limits(schema),
        };
        let schema = schema.ensure_object();
        for (key, value) in more.as_object().cloned().unwrap_or_default() {
            // What may be null besides stays so.
            if key != "type" || !schema.contains_key("type") {
                schema.insert(key, value);
            }
        }
    }

    /// Each limit as the example of itself.
    fn show_limits(&self, schema: &mut Schema) {
        let values = serde_json::to_value(server::Limits::from(&self.limits)).unwrap_or_default();
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            property["example"] = values[name].clone();
        }
    }
}
