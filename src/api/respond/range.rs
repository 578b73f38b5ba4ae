//! Files in pieces: ranges (RFC 9110, section 14) and validators (section 13) for bytes that never change.

use std::pin::Pin;

use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::{Responder, Response};
use tokio::io::AsyncRead;

use crate::api::request::headers;
use crate::api::request::original_method;
use crate::error::{Error, Invalid};
use crate::storage::{StoredPhoto, Way};

/// The headers by which a request limits which bytes it gets, and under which conditions.
pub struct ConditionalHeaders {
    is_head: bool,
    range: Option<String>,
    if_range: Option<String>,
    if_none_match: Option<String>,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ConditionalHeaders {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = |name| headers::first(request, name).map(str::to_owned);
        let is_head = original_method::is_head(request);
        Outcome::Success(Self {
            is_head,
            // A range is for sending bytes, and `HEAD` sends none.
            range: header("Range").filter(|_| !is_head),
            if_range: header("If-Range"),
            if_none_match: header("If-None-Match"),
        })
    }
}

/// A photo on its way out.
pub struct Content {
    part: Part,
    /// From where the part begins to where it ends.
    reader: Pin<Box<dyn AsyncRead + Send>>,
    bytes: u64,
    media_type: &'static str,
    etag: String,
    keep: CachePolicy,
    /// The `Content-Disposition`, if browsers are to save it instead of showing it.
    disposition: Option<String>,
}

/// For how many seconds an answer may be kept.
#[derive(Clone, Copy, Debug)]
pub enum CachePolicy {
    /// As long as its link holds: the bytes don't change.
    Immutable(i64),
    /// Others come soon.
    Short(i64),
}

impl CachePolicy {
    /// The number of seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Immutable(seconds) | Self::Short(seconds) => seconds,
        }
    }

    fn header(self) -> String {
        match self {
            Self::Immutable(seconds) => format!("private, immutable, max-age={seconds}"),
            Self::Short(seconds) => format!("private, max-age={seconds}"),
        }
    }
}

/// Which bytes to send.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    NotModified,
    Whole,
    Range { start: u64, end: u64 },
    Unsatisfiable,
}

impl Content {
    /// `etag` distinguishes these bytes from all others.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn new(
        stored: StoredPhoto,
        media_type: &'static str,
        etag: String,
        keep: CachePolicy,
        conditions: ConditionalHeaders,
    ) -> anyhow::Result<Self> {
        let bytes = stored.bytes;
        let part = conditions.part(&etag, bytes);
        let reader: Pin<Box<dyn AsyncRead + Send>> = match part {
            Part::Whole => stored.read(0, bytes).await?,
            Part::Range { start, end } => stored.read(start, end - start + 1).await?,
            Part::NotModified | Part::Unsatisfiable => Box::pin(tokio::io::empty()),
        };
        Ok(Self {
            part,
            reader,
            bytes,
            media_type,
            etag,
            keep,
            disposition: None,
        })
    }

    /// To be saved and not shown, if there is a `Content-Disposition` that says so.
    pub fn saved_as(self, disposition: Option<String>) -> Self {
        Self {
            disposition,
            ..self
        }
    }
}

impl ConditionalHeaders {
    /// By which way what was requested can be taken.
    pub fn way(&self) -> Way {
        match self.is_head {
            true => Way::FromHere,
            false => Way::Shortest,
        }
    }

    fn part(&self, etag: &str, bytes: u64) -> Part {
        let known = self.if_none_match.as_deref();
        if known.is_some_and(|known| etag_matches(etag, known)) {
            return Part::NotModified;
        }
        // A range of something else than what the client has would not fit together with it.
        let fits = self.if_range.as_deref().is_none_or(|tag| tag == etag);
        let Some(range) = self.range.as_deref().filter(|_| fits) else {
            return Part::Whole;
        };
        match parse_range_header(range)
            .and_then(|ranges| ranges.validate(bytes))
            .as_deref()
        {
            Ok([range]) => Part::Range {
                start: *range.start(),
                end: *range.end(),
            },
            Err(RangeUnsatisfiableError::Unsatisfiable) => Part::Unsatisfiable,
            // Several ranges at once, and what can't be understood, may be answered with the whole.
            Ok(_) | Err(_) => Part::Whole,
        }
    }
}

/// Whether an `If-None-Match` names this tag.
pub fn etag_matches(etag: &str, known: &str) -> bool {
    let mut tags = known
        .split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"));
    known.trim() == "*" || tags.any(|tag| tag == etag)
}

impl<'r> Responder<'r, 'static> for Content {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let bytes = self.bytes;
        if self.part == Part::Unsatisfiable {
            let mut refusal = Error::from(Invalid::NoSuchRange).respond_to(request)?;
            refusal.set_raw_header("Content-Range", format!("bytes */{bytes}"));
            return Ok(refusal);
        }
        let mut response = Response::build();
        response
            .raw_header("ETag", self.etag)
            .raw_header("Accept-Ranges", "bytes")
            .raw_header("Cache-Control", self.keep.header());
        let length = match self.part {
            Part::NotModified => return response.status(Status::NotModified).ok(),
            Part::Whole | Part::Unsatisfiable => bytes,
            Part::Range { start, end } => {
                response
                    .status(Status::PartialContent)
                    .raw_header("Content-Range", format!("bytes {start}-{end}/{bytes}"));
                end - start + 1
            }
        };
        if let Some(disposition) = self.disposition {
            response.raw_header("Content-Disposition", disposition);
        }
        response
            .raw_header("Content-Type", self.media_type)
            .raw_header("Content-Length", length.to_string())
            .streamed_body(self.reader)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"tag\"";

    fn part(range: &str, if_range: Option<&str>, if_none_match: Option<&str>) -> Part {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let conditions = ConditionalHeaders {
            is_head: false,
            range: Some(range.to_owned()),
            if_range: owned(if_range),
            if_none_match: owned(if_none_match),
        };
        conditions.part(TAG, 100)
    }

    #[test]
    fn one_range_is_sent_as_a_part_and_what_makes_no_sense_as_the_whole() {
        assert_eq!(
            part("bytes=0-9", None, None),
            Part::Range { start: 0, end: 9 }
        );
        assert_eq!(
            part("bytes=90-", None, None),
            Part::Range { start: 90, end: 99 }
        );
        assert_eq!(
            part("bytes=-10", None, None),
            Part::Range { start: 90, end: 99 }
        );
        assert_eq!(
            part("bytes=50-9999", None, None),
            Part::Range { start: 50, end: 99 }
        );
        assert_eq!(part("bytes=100-", None, None), Part::Unsatisfiable);
        for range in [
            "bytes=9-0",
            "bytes=a-b",
            "lines=1-2",
            "bytes=",
            "bytes=0-1,5-6",
            "",
        ] {
            assert_eq!(part(range, None, None), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_photo_is_not_sent() {
        assert_eq!(
            part("bytes=0-9", Some(TAG), None),
            Part::Range { start: 0, end: 9 }
        );
        assert_eq!(part("bytes=0-9", Some("\"other\""), None), Part::Whole);
        assert_eq!(part("bytes=0-9", Some("W/\"tag\""), None), Part::Whole);
    }

    #[test]
    fn who_has_it_already_is_told_so() {
        for tags in [TAG, "*", "\"a\", \"tag\"", "W/\"tag\""] {
            assert_eq!(
                part("bytes=0-9", None, Some(tags)),
                Part::NotModified,
                "{tags}"
            );
        }
        assert_eq!(
            part("bytes=0-9", None, Some("\"other\"")),
            Part::Range { start: 0, end: 9 }
        );
    }
}
