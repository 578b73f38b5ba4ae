//! JSON objects, of which only what is looked at is kept: from the brackets of a list that is as long as a body may be, a
//! tree of values would take many times its size.

use std::fmt::{self, Formatter};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

/// Reads a JSON text; returns the values of the keys that `is_known` names if it is an object, and else nothing.
///
/// # Errors
/// It is no JSON.
pub fn parse(
    text: &str,
    is_known: impl Fn(&str) -> bool,
) -> serde_json::Result<Option<Map<String, Value>>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let object = Known(is_known).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

struct Known<F>(F);

impl<'de, F: Fn(&str) -> bool> DeserializeSeed<'de> for Known<F> {
    type Value = Option<Map<String, Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Known<F> {
    type Value = Option<Map<String, Value>>;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = pairs.next_key::<String>()? {
            if (self.0)(&key) {
                let Shallow(value) = pairs.next_value()?;
                object.insert(key, value);
            } else {
                pairs.next_value::<IgnoredAny>()?;
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

/// A value; of a list or an object, only that it is one.
struct Shallow(Value);

impl<'de> Deserialize<'de> for Shallow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneValue).map(Self)
    }
}

struct OneValue;

impl<'de> Visitor<'de> for OneValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        while pairs.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(Map::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, values: A) -> Result<Value, A::Error> {
        pass_over(values).map(|()| Value::Array(Vec::new()))
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
        let known = |key: &str| ["a", "b"].contains(&key);
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
