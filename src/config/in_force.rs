//! Which settings are in force, and where each was set.

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use super::layers::Layers;
use super::names::{KEYS_OF_ROCKET, Names, Section};
use super::{Config, Listener, Settings};

/// What is shown in place of a secret.
const HIDDEN: &str = "(hidden)";
/// What the names of settings end with that are secrets.
const SECRETS: [&str; 3] = ["password", "secret", "token"];

/// A setting with the value that is in force.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct InForce {
    /// Such as `limits.text_max`.
    pub name: String,
    /// The table of the settings' file that it belongs in, such as `default.app`.
    pub table: &'static str,
    /// `null` where nothing is set and there is no default; secrets are hidden.
    pub value: Value,
    /// Where it was set, such as "in Rocket.toml, line 4"; `None` for a default.
    pub source: Option<String>,
}

/// The file and the environment that settings were read from.
pub struct Sources {
    layers: Layers,
    names: Names,
}

impl Sources {
    pub(super) fn new(layers: Layers, names: Names) -> Self {
        Self { layers, names }
    }

    /// The file that was read, as sentences call it; `None` if there is none.
    pub fn file(&self) -> Option<String> {
        self.layers.file()
    }

    /// Every setting: those that bear Rocket's names, and then ours.
    ///
    /// # Errors
    /// A value that can't be written down.
    pub fn list(&self, settings: &Settings) -> Result<Vec<InForce>> {
        let Settings { listener, config } = settings;
        let of_rocket = KEYS_OF_ROCKET.into_iter();
        let mut all = self.of_section(Section::Rocket, of_rocket, &value_of_listener(listener)?);
        let ours = self.names.keys().into_iter();
        all.extend(self.of_section(Section::App, ours, &value_of_config(config)?));
        Ok(all)
    }

    fn of_section<'a>(
        &self,
        section: Section,
        names: impl Iterator<Item = &'a str>,
        values: &Value,
    ) -> Vec<InForce> {
        let in_force = |name: &str| {
            let found = name
                .split('.')
                .try_fold(values, |inner, key| inner.get(key))
                .cloned()
                .unwrap_or_default();
            InForce {
                name: name.to_owned(),
                table: match section {
                    Section::Rocket => "default",
                    Section::App => "default.app",
                },
                value: without_secrets(name, found),
                source: self.layers.origin(section, name),
            }
        };
        names.map(in_force).collect()
    }
}

fn value_of_listener(listener: &Listener) -> Result<Value> {
    Ok(serde_json::to_value(listener)?)
}

fn value_of_config(config: &Config) -> Result<Value> {
    Ok(serde_json::to_value(config)?)
}

/// What may be shown of a value: no secret, and of an address no password.
fn without_secrets(name: &str, value: Value) -> Value {
    let last = name.rsplit(['.', '_']).next().unwrap_or_default();
    match value {
        Value::String(text) if SECRETS.contains(&last) && !text.is_empty() => HIDDEN.into(),
        Value::String(text) => without_password(&text).into(),
        other => other,
    }
}

/// An address without the user and the password that it may contain.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{HIDDEN}{}", &rest[at..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_nothing_else() {
        for (name, value, shown) in [
            ("mail.smtp_password", json!("horse"), json!(HIDDEN)),
            ("metrics.token", json!("horse"), json!(HIDDEN)),
            ("metrics.token", json!(null), json!(null)),
            ("mail.password", json!(""), json!("")),
            ("limits.password_max", json!(99), json!(99)),
            (
                "photos.queue_url",
                json!("https://ann:ho@rse@sqs.example.org/a@b"),
                json!("https://(hidden)@sqs.example.org/a@b"),
            ),
            (
                "public_url",
                json!("https://spaces.example.org"),
                json!("https://spaces.example.org"),
            ),
            ("data_dir", json!("/srv/a@b"), json!("/srv/a@b")),
        ] {
            assert_eq!(without_secrets(name, value), shown, "{name}");
        }
    }
}
