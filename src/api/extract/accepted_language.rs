//! The language that a browser asks for.

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

use crate::api::request::headers;
use crate::domain::language::Language;

/// The first language of `Accept-Language` that there is, or English.
pub struct AcceptedLanguage(pub Language);

impl AcceptedLanguage {
    fn of(header: &str) -> Self {
        let mut tags = header
            .split(',')
            .filter_map(|tag| tag.split(';').next())
            .map(str::trim);
        let known = |tag: &&str| {
            let primary = tag.split('-').next().unwrap_or_default();
            Language::TAGS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(primary))
        };
        Self(tags.find(known).map(Language::of).unwrap_or_default())
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AcceptedLanguage {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let header = headers::first(request, "Accept-Language");
        Outcome::Success(Self::of(header.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_there_is_counts() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB, de", Language::English),
            ("fr, de;q=0.5", Language::German),
            ("fr", Language::English),
            (",;,", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(AcceptedLanguage::of(header).0, language, "{header}");
        }
    }
}
