//! Bytes that are uploaded, as a whole or as a chunk of an upload, with what their headers say and who sends them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rocket::data::{Data, FromData};
use rocket::outcome::Outcome;
use rocket::request::{FromRequest, Request};

use crate::api::extract::body::{Opened, open};
use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json::uncoded;
use crate::api::request::headers;
use crate::api::request::refusal::reject;
use crate::app::App;
use crate::error::{Error, Invalid, Malformed, Result};

/// The version of tus that is spoken here.
pub const VERSION: &str = "1.0.0";
/// What is read and thrown away of a body that is refused, so that its sender gets to read why.
const MAX_DRAINED: u64 = 64 * 1024 * 1024;

/// What comes to be uploaded.
pub struct Incoming<'r> {
    pub user: CurrentUser<'r>,
    pub body: Opened<'r>,
    pub headers: UploadHeaders,
}

/// What the headers of an upload say.
#[derive(Debug, Default)]
pub struct UploadHeaders {
    /// `Tus-Resumable`, whatever it says.
    version: Option<String>,
    /// The bytes that the body says it has.
    pub content_length: Option<u64>,
    /// Whether the body is a chunk of an upload, as tus calls it.
    pub is_chunk: bool,
    length: Option<String>,
    offset: Option<String>,
    checksum: Option<String>,
    is_concatenated: bool,
}

/// A checksum that a chunk is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl UploadHeaders {
    fn of(request: &Request<'_>) -> Self {
        let first = |name| headers::first(request, name).map(str::to_owned);
        Self {
            version: first("Tus-Resumable"),
            content_length: first("Content-Length").and_then(|length| length.parse().ok()),
            is_chunk: Parameterized::content_type(request)
                .is_some_and(|kind| kind.is("application/offset+octet-stream")),
            length: first("Upload-Length"),
            offset: first("Upload-Offset"),
            checksum: first("Upload-Checksum"),
            is_concatenated: first("Upload-Concat").is_some(),
        }
    }

    /// Whether the client speaks tus.
    ///
    /// # Errors
    /// Another version of it, or headers of tus alone without the version: taken for a whole file, the beginning of one
    /// would be called complete.
    pub fn is_tus(&self) -> Result<bool> {
        let has_parts = self.length.is_some() || self.checksum.is_some() || self.is_concatenated;
        match self.version.as_deref() {
            None if has_parts || self.is_chunk => Err(Invalid::TusVersion.into()),
            None => Ok(false),
            Some(VERSION) => Ok(true),
            Some(_) => Err(Invalid::TusVersion.into()),
        }
    }

    /// Demands that the client speaks tus.
    ///
    /// # Errors
    /// It doesn't, or another version.
    pub fn needs_tus(&self) -> Result<()> {
        if self.is_tus()? {
            Ok(())
        } else {
            Err(Invalid::TusVersion.into())
        }
    }

    /// The bytes that the upload is to have.
    ///
    /// # Errors
    /// It isn't said, or the upload is to be put together of others.
    pub fn length(&self) -> Result<u64> {
        if self.is_concatenated {
            return Err(Invalid::NoConcatenation.into());
        }
        number("Upload-Length", self.length.as_deref())
    }

    /// The byte at which the chunk begins.
    ///
    /// # Errors
    /// It isn't said.
    pub fn offset(&self) -> Result<u64> {
        number("Upload-Offset", self.offset.as_deref())
    }

    /// The checksum of the chunk, if one was sent.
    ///
    /// # Errors
    /// Its algorithm isn't supported, or it is malformed.
    pub fn checksum(&self) -> Result<Option<Checksum>> {
        let read = |text: &str| {
            let (algorithm, sum) = text.trim().split_once(' ')?;
            let sum = STANDARD.decode(sum.trim()).ok()?;
            match algorithm {
                "sha1" => Some(Checksum::Sha1(sum.try_into().ok()?)),
                "sha256" => Some(Checksum::Sha256(sum.try_into().ok()?)),
                _ => None,
            }
        };
        match self.checksum.as_deref() {
            None => Ok(None),
            Some(text) => Ok(Some(read(text).ok_or(Malformed::Checksum)?)),
        }
    }
}

fn number(name: &'static str, text: Option<&str>) -> Result<u64> {
    let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    // No length exceeds what the database can hold.
    let number = digits.and_then(|digits| digits.parse().ok());
    number
        .filter(|number| i64::try_from(*number).is_ok())
        .ok_or_else(|| Malformed::Number { name }.into())
}

impl Incoming<'_> {
    /// Discards what is left of the body, or much of it, so that its sender gets to read why.
    pub async fn read_on(&mut self, app: &App) {
        self.body.set_limit(MAX_DRAINED);
        self.body.discard(app).await;
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Incoming<'r> {
    type Error = ();

    async fn from_data(
        request: &'r Request<'_>,
        data: Data<'r>,
    ) -> rocket::data::Outcome<'r, Self> {
        let Some(app) = request.rocket().state::<App>() else {
            let error = anyhow::anyhow!("no application is managed");
            return Outcome::Error(reject(request, Error::internal(error)));
        };
        // One byte more than is allowed, so that too much can be distinguished from too little.
        let max = app.config.limits.upload_bytes().saturating_add(MAX_DRAINED);
        let mut body = open(request, data, max);
        let user = match request.guard::<CurrentUser<'_>>().await {
            Outcome::Success(user) => user,
            Outcome::Error(refusal) => {
                body.set_limit(MAX_DRAINED);
                body.discard(app).await;
                return Outcome::Error(refusal);
            }
            Outcome::Forward(status) => return Outcome::Error((status, ())),
        };
        let mut incoming = Self {
            user,
            body,
            headers: UploadHeaders::of(request),
        };
        match uncoded(request) {
            Ok(()) => Outcome::Success(incoming),
            Err(error) => {
                incoming.read_on(app).await;
                Outcome::Error(reject(request, error))
            }
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for UploadHeaders {
    type Error = std::convert::Infallible;

    async fn from_request(
        request: &'r Request<'_>,
    ) -> rocket::request::Outcome<Self, std::convert::Infallible> {
        rocket::request::Outcome::Success(Self::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(length: &str, checksum: &str) -> UploadHeaders {
        UploadHeaders {
            length: Some(length.to_owned()),
            checksum: Some(checksum.to_owned()),
            ..UploadHeaders::default()
        }
    }

    #[test]
    fn a_length_is_a_number_that_can_be_counted() {
        assert_eq!(with("0", "").length().unwrap(), 0);
        assert_eq!(
            with("9223372036854775807", "").length().unwrap(),
            i64::MAX.unsigned_abs()
        );
        for text in ["", "-1", "+1", "1.0", " 1", "9223372036854775808", "x"] {
            assert!(with(text, "").length().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_checksum_is_of_a_known_kind_and_of_its_length() {
        let sum = |text| with("1", text).checksum();
        assert_eq!(
            sum("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap(),
            Some(Checksum::Sha1([0; 20]))
        );
        for text in [
            "",
            "sha1",
            "sha1 AAAA",
            "md5 AAAAAAAAAAAAAAAAAAAAAA==",
            "sha256 ?",
        ] {
            assert!(sum(text).is_err(), "{text:?}");
        }
    }
}
