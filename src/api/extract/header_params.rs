//! Header values with parameters, such as `form-data; name="text"`, as RFC 9110 (section 5.6.6) writes them.

use std::borrow::Cow;

use crate::api::request::headers;
use rocket::request::Request;

/// A value and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameterized<'a> {
    value: &'a str,
    parameters: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Parameterized<'a> {
    /// The content type of a request. Rocket's own parser accepts no empty parameter, such as the one after the
    /// last semicolon of `multipart/form-data; boundary=x;`.
    pub fn content_type(request: &'a Request<'_>) -> Option<Self> {
        Self::parse(headers::first(request, "Content-Type")?)
    }

    /// None where a quoted string doesn't end.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (value, mut rest) = text.split_once(';').unwrap_or((text, ""));
        let mut parameters = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ';']);
            let end = rest.find(['=', ';']).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(end);
            let Some(given) = behind.strip_prefix('=') else {
                if behind.is_empty() {
                    break;
                }
                rest = behind;
                continue;
            };
            let given = given.trim_start_matches([' ', '\t']);
            let value;
            (value, rest) = match given.strip_prefix('"') {
                Some(quoted) => unquote(quoted)?,
                None => {
                    let (token, rest) = given.split_at(given.find(';').unwrap_or(given.len()));
                    (Cow::Borrowed(token.trim_end_matches([' ', '\t'])), rest)
                }
            };
            parameters.push((name.trim_end_matches([' ', '\t']), value));
            // Behind a quoted string nothing may stand but the next parameter.
            rest = rest.find(';').map_or("", |next| &rest[next..]);
        }
        Some(Self {
            value: value.trim_matches([' ', '\t']),
            parameters,
        })
    }

    /// Whether this is the value, in capitals or not.
    pub fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    /// The first parameter of this name, in capitals or not.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self
            .parameters
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| &**value)
    }

    /// The first parameter of this name, or else the first piece of it in one of the forms for other letters than those of
    /// ASCII and for long values (RFC 2231): `name*=`, `name*0=`, `name*0*=`. Its letters are not decoded.
    pub fn get_extended(&self, name: &str) -> Option<&str> {
        self.get(name).or_else(|| {
            let mut extended = self.parameters.iter().filter(|(given, _)| {
                let given = given.split_once('*').map(|(given, _)| given);
                given.is_some_and(|given| given.eq_ignore_ascii_case(name))
            });
            // After the charset and the language, if they are given.
            let whole = extended.next().map(|(_, value)| &**value)?;
            Some(whole.splitn(3, '\'').nth(2).unwrap_or(whole))
        })
    }
}

/// A quoted string without its quotes, and what follows it. If it would have no end, backslashes are taken literally,
/// as browsers write them.
fn unquote(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    escaped(quoted).or_else(|| {
        let (text, rest) = quoted.split_once('"')?;
        Some((Cow::Borrowed(text), rest))
    })
}

/// As [`unquote`], where a backslash escapes the next character.
fn escaped(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = quoted.find(['"', '\\'])?;
    if quoted[end..].starts_with('"') {
        return Some((Cow::Borrowed(&quoted[..end]), &quoted[end + 1..]));
    }
    let mut text = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(text), &quoted[index + 1..])),
            '\\' => text.push(characters.next()?.1),
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, value: &str, name: &str, expected: Option<&str>) {
        let read = Parameterized::parse(text).unwrap();
        assert!(read.is(value), "{text}: {read:?}");
        assert_eq!(read.get(name), expected, "{text}");
    }

    #[test]
    fn parameters_are_found_however_they_are_written() {
        for text in [
            "multipart/form-data; boundary=x",
            "Multipart/Form-Data; Boundary=x",
            "multipart/form-data;boundary=x;",
            "multipart/form-data ; charset=utf-8; boundary=\"x\"",
            "multipart/form-data;; ;boundary=x ; ;",
            "multipart/form-data; whatever; boundary=x",
            "multipart/form-data; boundary=\"x\" and more; boundary=y",
            "multipart/form-data; a=\"; boundary=z\"; BOUNDARY = x",
            "multipart/form-data; boundary=\"\\x\"",
        ] {
            reads(text, "multipart/form-data", "boundary", Some("x"));
        }
    }

    #[test]
    fn what_isnt_there_isnt_found() {
        for text in [
            "form-data",
            "form-data;",
            "form-data; name",
            "form-data; filename=name",
        ] {
            reads(text, "form-data", "name", None);
        }
        reads("form-data; name=", "form-data", "name", Some(""));
        reads("form-data; name=\"\"", "form-data", "name", Some(""));
        reads("", "", "name", None);
    }

    #[test]
    fn a_quoted_string_may_hold_quotes_and_must_end() {
        reads(
            r#"form-data; name="a\"b\\c;d""#,
            "form-data",
            "name",
            Some(r#"a"b\c;d"#),
        );
        for text in [
            r#"form-data; name="a"#,
            r#"form-data; name="a\"#,
            r#"form-data; name=""#,
        ] {
            assert_eq!(Parameterized::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_backslash_before_the_last_quote_is_one_where_the_string_would_not_end_otherwise() {
        let text = r#"form-data; name="file"; filename="C:\photos\""#;
        reads(text, "form-data", "name", Some("file"));
        reads(text, "form-data", "filename", Some(r"C:\photos\"));
        reads(
            r#"form-data; filename="a\"; name=file"#,
            "form-data",
            "name",
            Some("file"),
        );
    }

    #[test]
    fn a_parameter_is_there_also_in_the_forms_for_other_letters_and_for_long_values() {
        for (text, expected) in [
            ("a; filename*=UTF-8''%C3%A4.png", Some("%C3%A4.png")),
            ("a; FileName*=utf-8'de'a.png", Some("a.png")),
            ("a; filename*0*=utf-8''a; filename*1=.png", Some("a")),
            ("a; filename*0=\"a\"; filename*1=\".png\"", Some("a")),
            ("a; filename*=UTF-8''", Some("")),
            ("a; filename*=UTF-8''b; filename=c", Some("c")),
            ("a; name*=UTF-8''b; file*=c", None),
        ] {
            let read = Parameterized::parse(text).unwrap();
            assert_eq!(read.get_extended("filename"), expected, "{text}");
        }
    }
}
