//! What is wrong with the value of a setting, in a sentence.

use anyhow::anyhow;
use figment::Error;
use figment::error::{Actual, Kind};
use figment::value::Value;

use super::renamed::renamed_value;

/// The longest part of a value that is quoted, in characters.
const SHOWN: usize = 60;

/// Every setting that can't be used, by name.
pub(super) fn error(error: Error) -> anyhow::Error {
    let sentences: Vec<String> = error.into_iter().map(|one| sentence(&one, false)).collect();
    anyhow!(sentences.join(".\n"))
}

/// What is said of something that should be a table.
pub(super) fn no_table(key: &str, found: &Value) -> String {
    format!(
        "The setting {key} must be a table, not {}",
        value(&found.to_actual())
    )
}

/// One setting that can't be used, by name. In a variable of the environment, quotes must be part of the value.
pub(super) fn sentence(error: &Error, is_variable: bool) -> String {
    if error.path.is_empty() {
        return format!("The settings can't be used: {error}");
    }
    let key = error.path.join(".");
    match &error.kind {
        Kind::InvalidType(found, wanted) | Kind::InvalidValue(found, wanted) => {
            let wanted = kind(wanted);
            let hint = match found {
                Actual::Bool(_) | Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_)
                    if wanted == TEXT =>
                {
                    if is_variable {
                        ": write it with quotes that are part of the value, as in '\"123\"'"
                    } else {
                        ": write it in quotes"
                    }
                }
                Actual::Str(text) if wanted.contains("number") && text.parse::<f64>().is_ok() => {
                    ": write it without quotes"
                }
                Actual::Str(_) if wanted == LIST => ": write it in quotes, between [ and ]",
                _ => "",
            };
            format!(
                "The setting {key} must be {wanted}, not {}{hint}",
                value(found)
            )
        }
        Kind::UnknownVariant(found, known) => {
            let renamed = renamed_value(&key, found)
                .map_or_else(String::new, |now| format!(", which is now called '{now}'"));
            format!(
                "The setting {key} must be {}, not '{}'{renamed}",
                one_of(known),
                short(found)
            )
        }
        Kind::Message(message) if message.starts_with("The setting ") => message.clone(),
        other => format!("The setting {key} can't be used: {other}"),
    }
}

const TEXT: &str = "a text";
const LIST: &str = "a list, such as [\"one\", \"another\"]";
/// In the place of the words from which one must be.
pub(super) const ANY_WORD: &str = "one of its values";

/// What is wanted, in words that aren't Rust's.
fn kind(wanted: &str) -> &str {
    match wanted {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "usize" | "u64" => "a whole number of 0 or more",
        "i64" => "a whole number",
        "a boolean" | "bool" => "true or false",
        "a string" | "string" | "path string" | "a path string" => TEXT,
        "a sequence" => LIST,
        "a duration" => "a time with its unit, such as 60s, 24h or 7days",
        "a server ident string or `false`" => "a single line of text, or false",
        _ if wanted.starts_with("struct ") => "a table",
        _ if wanted.starts_with("enum ") || wanted.ends_with(" enum") => ANY_WORD,
        _ => wanted,
    }
}

fn value(found: &Actual) -> String {
    match found {
        Actual::Str(text) => format!("'{}'", short(text)),
        Actual::Bool(value) => value.to_string(),
        Actual::Unsigned(number) => number.to_string(),
        Actual::Signed(number) => number.to_string(),
        Actual::Float(number) => format!("{number:?}"),
        Actual::Char(one) => format!("'{}'", one.escape_debug()),
        Actual::Seq => String::from("a list"),
        Actual::Map => String::from("a table"),
        Actual::Unit | Actual::Option => String::from("empty"),
        other => other.to_string(),
    }
}

/// The beginning of what was given, in one line.
fn short(text: &str) -> String {
    let start: String = text.chars().take(SHOWN).collect();
    let dots = if start.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", start.escape_debug())
}

pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::from("nothing"),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
