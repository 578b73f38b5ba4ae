//! What the picture of a user or a space is called.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// What a picture is called: 16 hexadecimal digits at random. Another picture has another name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AvatarName(String);

impl AvatarName {
    /// Reads a name as links have it; `None` if it can't be one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 16 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromSql for AvatarName {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        String::column_result(value).map(Self)
    }
}

impl ToSql for AvatarName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sixteen_hexadecimal_digits() {
        assert!(AvatarName::parse("0123456789abcdef").is_some());
        for odd in [
            "",
            "0123456789abcde",
            "0123456789abcdeF",
            "0123456789abcdef0",
            "0123456789abcde\n",
        ] {
            assert_eq!(AvatarName::parse(odd), None, "{odd:?}");
        }
    }
}
