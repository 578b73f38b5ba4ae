//! Every invalid value, all at once: fixing one should not lead to the next at each start.

use figment::Figment;
use figment::error::Kind;
use figment::value::Value;
use serde::de::DeserializeOwned;

use super::wrong::{self, ANY_WORD};

/// Looks at each value that is set, alone among defaults, and returns a sentence for each that can't be used. `tables`
/// and `keys` are the names of all settings.
pub(super) fn complaints<T: DeserializeOwned>(
    defaults: &Figment,
    set: &Figment,
    tables: &[&str],
    keys: &[&str],
) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut no_tables = Vec::new();
    for table in tables {
        // A list would be taken for the table's values in their order.
        if let Ok(value) = set.find_value(table)
            && value.as_dict().is_none()
        {
            complaints.push(wrong::no_table(table, &value));
            no_tables.push(format!("{table}."));
        }
    }
    for key in keys {
        if no_tables.iter().any(|table| key.starts_with(table)) {
            continue;
        }
        if let Ok(value) = set.find_value(key) {
            complaints.extend(complaint::<T>(defaults, set, key, &value));
        }
    }
    complaints
}

fn complaint<T: DeserializeOwned>(
    defaults: &Figment,
    set: &Figment,
    key: &str,
    value: &Value,
) -> Option<String> {
    let with = |value: &Value| {
        let one = defaults.clone().merge((key, value));
        one.extract::<T>().err()
    };
    let error = with(value)?;
    let is_variable = set
        .find_metadata(key)
        .is_some_and(|metadata| metadata.name.contains("environment"));
    let said = wrong::sentence(&error, is_variable);
    if !said.contains(ANY_WORD) {
        return Some(said);
    }
    // What isn't a word at all is answered without telling which there are.
    let words = with(&Value::from("?"))?;
    Some(match &words.kind {
        Kind::UnknownVariant(_, known) => said.replace(ANY_WORD, &wrong::one_of(known)),
        _ => said,
    })
}
