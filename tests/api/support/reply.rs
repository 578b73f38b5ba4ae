//! A response, with exact assertions.

use rocket::local::blocking::LocalResponse;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn read(response: LocalResponse<'_>) -> Self {
        let headers = response.headers().iter();
        let headers = headers
            .map(|header| (header.name().to_string(), header.value().to_owned()))
            .collect();
        Self {
            status: response.status().code,
            headers,
            bytes: response.into_bytes().unwrap_or_default(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All values of a header that may come more than once.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers, in the order in which they came.
    pub fn all_headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The answer is this one sentence of plain text.
    #[track_caller]
    pub fn is(&self, status: u16, sentence: &str) {
        assert_eq!((self.status, self.text().as_str()), (status, sentence));
        assert_eq!(
            self.header("Content-Type"),
            Some("text/plain; charset=utf-8")
        );
    }

    /// Asserts that the request succeeded; returns the JSON.
    #[track_caller]
    pub fn is_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.header("Content-Type"), Some("application/json"));
        self.json()
    }

    /// The page after this one, from the `Link` header, as a path of this server.
    pub fn next(&self) -> Option<String> {
        let link = self.header("Link")?;
        let (url, rel) = link.split_once('>').unwrap();
        assert_eq!(rel, "; rel=\"next\"");
        Some(
            url.strip_prefix("<http://localhost:8000")
                .unwrap()
                .to_owned(),
        )
    }
}
