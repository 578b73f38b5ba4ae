//! Whole numbers, however JSON writes them: to it, 7, 7.0 and 70e-1 are the same.

use serde_json::Value;

use crate::domain::ids::{Id, RawId};

/// Two to the power of 63, the first number that is too large.
const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

/// A number without a fraction; `None` for anything else, and for what 64 bits can't hold.
pub fn whole_number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|_| !value.is_u64())?;
        let is_whole = number.fract() == 0.0 && (-TOO_LARGE..TOO_LARGE).contains(&number);
        is_whole.then_some(number as i64)
    })
}

/// The ID that is named; `None` if it isn't a number without a fraction. One that is too large doesn't exist.
pub fn named_id<T: Id>(value: &Value) -> Option<RawId<T>> {
    if let Some(number) = whole_number(value) {
        return Some(RawId::new(&number.to_string()));
    }
    let is_whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    is_whole.then(|| RawId::new(&value.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::ShareId;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for text in ["7", "7.0", "70e-1", "0.7e1"] {
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(whole_number(&value), Some(7), "{text}");
            assert_eq!(named_id::<ShareId>(&value).unwrap().to_string(), "7");
        }
        for (value, number) in [
            (json!(i64::MAX), i64::MAX),
            (json!(i64::MIN), i64::MIN),
            (json!(-7.0), -7),
        ] {
            assert_eq!(whole_number(&value), Some(number));
        }
    }

    #[test]
    fn what_is_no_whole_number_or_too_large_is_none() {
        for value in [
            json!(7.5),
            json!("7"),
            json!(null),
            json!([7]),
            json!(true),
            json!(1e300),
            json!(TOO_LARGE),
            json!(u64::MAX),
        ] {
            assert_eq!(whole_number(&value), None, "{value}");
        }
        let too_large = named_id::<ShareId>(&json!(u64::MAX)).unwrap();
        assert_eq!(too_large.to_string(), u64::MAX.to_string());
        assert!(named_id::<ShareId>(&json!(1e300)).is_some());
        assert!(named_id::<ShareId>(&json!(7.5)).is_none());
        assert!(named_id::<ShareId>(&json!("7")).is_none());
    }
}
