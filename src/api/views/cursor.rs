//! Cursors of lists as clients have them: opaque text, which is what the list is ordered by as JSON in base64.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::domain::page::Cursor;

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum Json {
    Number(i64),
    Numbers(i64, i64),
    Three(i64, i64, i64),
    Text(String, i64),
}

/// The text for a cursor; empty for one that no list makes.
pub fn encode(cursor: &Cursor) -> String {
    let json = match cursor {
        Cursor::Number(number) => Json::Number(*number),
        Cursor::Numbers(first, second) => Json::Numbers(*first, *second),
        Cursor::Three(first, second, third) => Json::Three(*first, *second, *third),
        Cursor::Text(text, number) => Json::Text(text.clone(), *number),
        Cursor::Foreign => return String::new(),
    };
    serde_json::to_vec(&json).map_or_else(|_| String::new(), |json| URL_SAFE_NO_PAD.encode(json))
}

/// The cursor that a client sent. Whether it is one of the list's, the list says.
pub fn decode(text: &str) -> Cursor {
    let json = URL_SAFE_NO_PAD.decode(text).ok();
    match json.and_then(|json| serde_json::from_slice(&json).ok()) {
        Some(Json::Number(number)) => Cursor::Number(number),
        Some(Json::Numbers(first, second)) => Cursor::Numbers(first, second),
        Some(Json::Three(first, second, third)) => Cursor::Three(first, second, third),
        Some(Json::Text(text, number)) => Cursor::Text(text, number),
        None => Cursor::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_was_sent() {
        for (cursor, text) in [
            (Cursor::Number(7), "Nw"),
            (
                Cursor::Numbers(i64::MAX, -1),
                "WzkyMjMzNzIwMzY4NTQ3NzU4MDcsLTFd",
            ),
            (Cursor::Three(1, -2, 3), "WzEsLTIsM10"),
            (
                Cursor::Text(String::from("ä \"b\""), 7),
                "WyLDpCBcImJcIiIsN10",
            ),
        ] {
            assert_eq!(encode(&cursor), text);
            assert_eq!(decode(text), cursor);
        }
    }

    #[test]
    fn what_no_list_makes_is_no_cursor() {
        let json = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for text in [
            String::new(),
            String::from("garbage"),
            String::from("Nw=="),
            json("7.5"),
            json("9223372036854775808"),
            json("null"),
            json("\"a\""),
            json("[]"),
            json("[7]"),
            json("[7,\"a\"]"),
            json("[1,2,3,4]"),
            json("{\"0\":1,\"1\":2}"),
            json("7 7"),
            json(&"[".repeat(100_000)),
        ] {
            assert_eq!(decode(&text), Cursor::Foreign, "{text:.40}");
        }
    }
}
