//! JSON objects, reduced to what is used: of the brackets of a list that is as long as a body may be, a
//! tree of values would take many times its size.

use std::fmt::{self, Formatter};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The most entries of a list that are kept, which is more than any may have.
const MAX_ENTRIES: usize = 1000;

/// How much of the value of a key is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// A scalar as it is; of a list or an object, only that it is one.
    Shallow,
    /// An object with these keys.
    Keys(&'static [&'static str]),
    /// A list with its first entries, and of objects in it the values of these keys.
    List(&'static [&'static str]),
    /// A list with its first entries, at most one more than this, each of them a value.
    Values(usize),
}

/// Reads a JSON text; returns the values of the keys that `known` names if it is an object, and else nothing.
///
/// # Errors
/// It isn't JSON.
pub fn parse(
    text: &str,
    known: impl Fn(&str) -> Option<Keep>,
) -> serde_json::Result<Option<Map<String, Value>>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let object = Known(known).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

struct Known<F>(F);

impl<'de, F: Fn(&str) -> Option<Keep>> DeserializeSeed<'de> for Known<F> {
    type Value = Option<Map<String, Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Fn(&str) -> Option<Keep>> Visitor<'de> for Known<F> {
    type Value = Option<Map<String, Value>>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = pairs.next_key::<String>()? {
            match (self.0)(&key) {
                Some(keep) => {
                    let value = pairs.next_value_seed(OneValue(keep))?;
                    object.insert(key, value);
                }
                None => {
                    pairs.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Self::Value, A::Error> {
        pass_over(values).map(|()| None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A value, as far as it is kept.
#[derive(Clone, Copy)]
struct OneValue(Keep);

impl<'de> DeserializeSeed<'de> for OneValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// An entry of a list: an object with some of its keys, or a value.
#[derive(Clone, Copy)]
struct Entry(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Entry {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let known = |key: &str| self.0.contains(&key).then_some(Keep::Shallow);
        let object = Known(known).deserialize(deserializer)?;
        Ok(object.map_or(Value::Null, Value::Object))
    }
}

impl<'de> Visitor<'de> for OneValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        if let Keep::Keys(keys) = self.0 {
            let known = |key: &str| keys.contains(&key).then_some(Keep::Shallow);
            let object = Known(known).visit_map(pairs)?;
            return Ok(Value::Object(object.unwrap_or_default()));
        }
        while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(Map::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        let max = match self.0 {
            Keep::Shallow | Keep::Keys(_) => {
                return pass_over(values).map(|()| Value::Array(entries));
            }
            Keep::List(_) => MAX_ENTRIES,
            Keep::Values(max) => max,
        };
        while entries.len() <= max {
            let entry = match self.0 {
                Keep::List(keys) => values.next_element_seed(Entry(keys))?,
                Keep::Shallow | Keep::Keys(_) | Keep::Values(_) => {
                    values.next_element_seed(OneValue(Keep::Shallow))?
                }
            };
            match entry {
                Some(entry) => entries.push(entry),
                None => return Ok(Value::Array(entries)),
            }
        }
        pass_over(values).map(|()| Value::Array(entries))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }
}

fn pass_over<'de, A: SeqAccess<'de>>(mut values: A) -> Result<(), A::Error> {
    while values.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str) -> serde_json::Result<Option<Value>> {
        let known = |key: &str| match key {
            "a" | "b" => Some(Keep::Shallow),
            "list" => Some(Keep::List(&["id", "c"])),
            "values" => Some(Keep::Values(3)),
            _ => None,
        };
        parse(text, known).map(|object| object.map(Value::Object))
    }

    #[test]
    fn of_an_object_the_known_keys_are_kept_with_what_is_no_tree() {
        let text = r#"{"a": "x\u00e4", "b": [1, [2], {"c": 3}], "c": {"d": [1]}, "e": 1e999}"#;
        assert_eq!(parsed(text).unwrap(), Some(json!({"a": "xä", "b": []})));
        let text = r#"{"b": {"c": 1}, "a": 1, "\u0061": null}"#;
        assert_eq!(parsed(text).unwrap(), Some(json!({"a": null, "b": {}})));
        for value in ["true", "-1", "1", "1.5", r#""x""#] {
            let expected: Value = serde_json::from_str(value).unwrap();
            let found = parsed(&format!(r#"{{"a": {value}}}"#)).unwrap();
            assert_eq!(found, Some(json!({"a": expected})));
        }
    }

    #[test]
    fn of_a_list_the_first_entries_are_kept_each_with_what_is_no_tree() {
        let text = r#"{"list": [{"id": 1, "c": [2], "d": 3}, {}, 4, "x", null, [{"id": 1}]]}"#;
        let kept = json!({"list": [{"id": 1, "c": []}, {}, null, null, null, null]});
        assert_eq!(parsed(text).unwrap(), Some(kept));
        assert_eq!(
            parsed(r#"{"list": {"id": 1}}"#).unwrap(),
            Some(json!({"list": {}}))
        );
        let long = format!(r#"{{"list": [{}]}}"#, vec!["{}"; 100_000].join(","));
        let kept = parsed(&long).unwrap().unwrap();
        assert_eq!(kept["list"].as_array().unwrap().len(), MAX_ENTRIES + 1);
        assert!(parsed(r#"{"list": [{}, }"#).is_err());
    }

    #[test]
    fn of_a_list_of_values_the_first_are_kept_and_of_trees_nothing() {
        let text = r#"{"values": [1, "x", [[2]], {"a": 1}, 5, 6], "a": 1}"#;
        let kept = json!({"values": [1, "x", [], {}], "a": 1});
        assert_eq!(parsed(text).unwrap(), Some(kept));
        assert_eq!(
            parsed(r#"{"values": {"a": 1}}"#).unwrap(),
            Some(json!({"values": {}}))
        );
    }

    #[test]
    fn what_is_no_object_is_distinguished_from_what_is_no_json() {
        for text in ["null", "true", "-1", "1", "1.5", r#""x""#, r#"[{"a": 1}]"#] {
            assert_eq!(parsed(text).unwrap(), None, "{text}");
        }
        for text in [
            "",
            "{",
            "{}}",
            r#"{"a": }"#,
            r#"{"c": [1,}"#,
            "[1",
            r#"{"c": "\q"}"#,
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parsed(&deep(500_000)).unwrap(), None);
        let known = parsed(&format!(r#"{{"a": {}}}"#, deep(500_000)));
        assert_eq!(known.unwrap(), Some(json!({"a": []})));
        assert!(parsed(&"[".repeat(1_000_000)).is_err());
    }
}
