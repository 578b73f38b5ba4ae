//! What the sentences of refusals are made of, for clients that have sentences of their own.

use serde_json::{Map, Value, json};

use super::{Error, whole_seconds};

impl Error {
    /// Which of its sentences this is, where a code has several; a word for programs.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(how) => Some(how.code()),
            Self::Forbidden { what, .. } => Some(what.code()),
            Self::WrongContentType(expected) => Some(expected.code()),
            Self::TooLarge { max, .. } => Some(max.code()),
            Self::PhotoNotShown(reason) | Self::PhotoDamaged(reason) => Some(reason.code()),
            Self::CrossOrigin => Some("other_site"),
            Self::HostHidden => Some("host_hidden"),
            _ => None,
        }
    }

    /// The values in its sentence, by name, with [`Self::reason`] among them.
    pub fn params(&self) -> Map<String, Value> {
        let mut params = match self.values() {
            Value::Object(params) => params,
            _ => Map::new(),
        };
        if let Some(reason) = self.reason() {
            params.insert(String::from("reason"), reason.into());
        }
        params
    }

    fn values(&self) -> Value {
        match self {
            Self::MissingKey(key) => json!({"key": key}),
            Self::NotProvided(field)
            | Self::NotText(field)
            | Self::Blank(field)
            | Self::Forbidden { field, .. } => json!({"field": field.code()}),
            Self::TooLong { field, max } => json!({"field": field.code(), "max": max}),
            Self::TooShort { field, min } => json!({"field": field.code(), "min": min}),
            Self::TooLarge { field, max } => json!({"field": field.code(), "max": max.number()}),
            Self::Malformed(how) => how.values(),
            Self::NotByHttps(url) => json!({"url": url}),
            Self::TooManyAttempts { wait } => json!({"wait_seconds": whole_seconds(*wait)}),
            Self::TooManyInvitations { max } | Self::TooManySpaces { max } => json!({"max": max}),
            Self::NoSession(id)
            | Self::NoInvitationWithId(id)
            | Self::NoUser(id)
            | Self::NoSpace(id) => json!({"id": id}),
            Self::NoUserWithLogin(login) => json!({"login": login}),
            Self::OnlyAdminOf { login, spaces } => json!({"login": login, "spaces": spaces}),
            _ => Value::Null,
        }
    }
}

impl super::Malformed {
    fn values(&self) -> Value {
        match self {
            Self::RequestPart(part) => json!({"part": part}),
            Self::Json(why) | Self::Form(why) => json!({"why": why}),
            Self::NotUtf8(field) | Self::PiledMarks(field) => json!({"field": field.code()}),
            Self::OutOfRange { field, max } => {
                json!({"field": field.code(), "min": 1, "max": max})
            }
            Self::NotOneOf { field, values } => json!({"field": field.code(), "values": values}),
            Self::IdempotencyKey { max } => json!({"min": 1, "max": max}),
            _ => Value::Null,
        }
    }
}
