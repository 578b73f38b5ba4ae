//! `If-Match`: for which version of a share a change is made (RFC 9110, section 13.1.1).

use std::convert::Infallible;

use rocket::request::{FromRequest, Outcome, Request};

use crate::api::request::headers;
use crate::domain::share_version::ExpectedVersion;
use crate::error::Result;

/// What the header says, if there is one.
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// The versions of this epoch that it names.
    ///
    /// # Errors
    /// It is malformed.
    pub fn parse(&self, epoch: &str) -> Result<ExpectedVersion> {
        let tags = self.0.as_deref();
        let tags = tags.map(|tags| ExpectedVersion::parse(tags, epoch));
        tags.transpose().map(Option::unwrap_or_default)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = Infallible;

    /// Never fails: who isn't signed in is refused first.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let values: Vec<&str> = headers::values(request, "If-Match").collect();
        Outcome::Success(Self((!values.is_empty()).then(|| values.join(", "))))
    }
}
