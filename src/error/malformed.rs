//! What can be wrong with a request: each way in its own sentence, and with a word for programs.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::FieldName;

/// How a request is malformed. Its `Display` is the whole sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Malformed {
    #[error("The request can't be read")]
    Request,
    #[error("The {part} of the request can't be read")]
    RequestPart { part: &'static str },
    #[error("The request must say which host it is for")]
    NoHost,
    #[error("This server speaks HTTPS: use the address that begins with https://")]
    NoTls,
    #[error("The request names more than one host")]
    SeveralHosts,
    /// With what the parser says.
    #[error("The body isn't valid JSON: {why}")]
    Json { why: String },
    #[error("The body must be a JSON object")]
    NotAnObject,
    #[error("The body ends before it is complete")]
    Incomplete,
    /// With where it is malformed.
    #[error("The form can't be read: {why}")]
    Form { why: String },
    #[error("{field} must be UTF-8")]
    NotUtf8 { field: FieldName },
    #[error("{field} must be a number from {min} to {max}")]
    OutOfRange {
        field: FieldName,
        min: usize,
        max: usize,
    },
    #[error("{field} must be {}", alternatives(.values))]
    NotOneOf {
        field: FieldName,
        values: &'static [&'static str],
    },
    #[error("{field} must be an ID")]
    NotAnId { field: FieldName },
    #[error("Cursor must come from a Link header of this list")]
    Cursor,
    #[error("Idempotency-Key must be {min} to {max} letters, digits, '-' or '_'")]
    IdempotencyKey { min: usize, max: usize },
    #[error("{field} cannot pile marks on one letter")]
    PiledMarks { field: FieldName },
    #[error(
        "Taken_at must be a date and a time, such as 2019-07-14T15:30:00, with a zone or without one"
    )]
    TakenAt,
    #[error("Time_zone must be the name of a time zone, such as Europe/Vienna")]
    TimeZone,
    #[error(
        "Quiet_hours must have a from and an until, which are two different times of the day such as 22:00 and 07:00, or be null for none"
    )]
    QuietHours,
    #[error(
        "Endpoint must be the address of a public push service: HTTPS, port 443, and at most 500 characters"
    )]
    Endpoint,
    #[error("Keys must have a p256dh, a point of P-256, and an auth of 16 bytes, in base64url")]
    PushKeys,
    #[error("Email must be an address such as ann@example.org")]
    EmailAddress,
    #[error("{field} must be true or false")]
    NotTrueOrFalse { field: FieldName },
    #[error(
        "Max_bytes must be a number of bytes: 0 for no quota, or null for that of the settings"
    )]
    QuotaBytes,
    #[error("Photos must be a list of at most {max} names such as 1-34.jpg")]
    PhotoNames { max: usize },
    #[error("{field} must be a list")]
    NotList { field: FieldName },
    #[error("{field} must be an ID")]
    NotId { field: FieldName },
    #[error("The header {name} must be given once, as a number")]
    Number { name: &'static str },
    #[error("The header Upload-Checksum must name sha1 or sha256, and the checksum in base64")]
    Checksum,
    #[error("The header If-Match must be the ETag of the share, in its quotes")]
    IfMatch,
    #[error("Each entry of media must be an object with the id of a photo, or with an upload")]
    MediaEntry,
    #[error("Each entry of media must be the id of a photo")]
    MediaId,
    #[error("{field} must stand behind the file that it is about")]
    AboutNothing { field: FieldName },
    #[error("Login cannot have spaces around it")]
    LoginSpacesAround,
    #[error("Login cannot contain several spaces in a row")]
    LoginSpacesInARow,
    #[error("Login can only contain letters, digits, spaces and the signs of ASCII")]
    LoginSigns,
    #[error("Login cannot mix letters of different scripts")]
    LoginScripts,
    #[error("Login from right to left must begin with a letter and end with a letter or digit")]
    LoginRightToLeft,
}

impl Malformed {
    pub(super) fn samples() -> [Self; 38] {
        let field = FieldName::Limit;
        [
            Self::Request,
            Self::RequestPart { part: "host" },
            Self::NoHost,
            Self::NoTls,
            Self::SeveralHosts,
            Self::Json {
                why: String::from("expected value at line 1 column 1"),
            },
            Self::NotAnObject,
            Self::Incomplete,
            Self::Form {
                why: String::from("the headers of a part are malformed"),
            },
            Self::NotUtf8 {
                field: FieldName::Text,
            },
            Self::out_of_range(field, 500),
            Self::NotOneOf {
                field: FieldName::Role,
                values: &["member", "admin"],
            },
            Self::NotAnId {
                field: FieldName::UpTo,
            },
            Self::Cursor,
            Self::idempotency_key(64),
            Self::PiledMarks {
                field: FieldName::Name,
            },
            Self::TakenAt,
            Self::TimeZone,
            Self::QuietHours,
            Self::Endpoint,
            Self::PushKeys,
            Self::EmailAddress,
            Self::NotTrueOrFalse {
                field: FieldName::Disabled,
            },
            Self::QuotaBytes,
            Self::PhotoNames { max: 100 },
            Self::NotList {
                field: FieldName::Media,
            },
            Self::NotId {
                field: FieldName::ShareId,
            },
            Self::Number {
                name: "Upload-Length",
            },
            Self::Checksum,
            Self::IfMatch,
            Self::MediaEntry,
            Self::MediaId,
            Self::AboutNothing {
                field: FieldName::Caption,
            },
            Self::LoginSpacesAround,
            Self::LoginSpacesInARow,
            Self::LoginSigns,
            Self::LoginScripts,
            Self::LoginRightToLeft,
        ]
    }

    /// Something that is not a number from 1 to `max`.
    pub fn out_of_range(field: FieldName, max: usize) -> Self {
        Self::OutOfRange { field, min: 1, max }
    }

    /// A key that isn't made of 1 to `max` of the characters that keys have.
    pub fn idempotency_key(max: usize) -> Self {
        Self::IdempotencyKey { min: 1, max }
    }
}

/// Words of which one is to be chosen, as in `a, b or c`.
fn alternatives(words: &[&str]) -> String {
    match words {
        [others @ .., before, last] => {
            let others: String = others.iter().map(|word| format!("{word}, ")).collect();
            format!("{others}{before} or {last}")
        }
        words => words.concat(),
    }
}

/// Characters that some text can't have. Its `Display` is what the sentence calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Characters {
    #[error("NUL")]
    Nul,
    #[error("control")]
    Control,
    #[error("invisible")]
    Invisible,
    #[error("text direction")]
    TextDirection,
}

impl Characters {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Nul,
        Self::Control,
        Self::Invisible,
        Self::TextDirection,
    ];
}

/// A content type that a body must have. Its `Display` is the whole sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyType {
    #[error("The body must be JSON, with Content-Type: application/json")]
    Json,
    #[error(
        "The form must be sent as multipart/form-data with a boundary, or as application/x-www-form-urlencoded"
    )]
    Form,
    #[error("The bytes must be sent with Content-Type: application/offset+octet-stream")]
    Bytes,
}

impl BodyType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::Form, Self::Bytes];
}

/// The most that something can be. Its `Display` is in units that are easy to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", content = "max", rename_all = "snake_case")]
pub enum Most {
    Bytes(u64),
    /// Width times height.
    Pixels(u64),
    PixelsOnASide(u32),
}

impl Most {
    pub(super) fn samples() -> [Self; 3] {
        [
            Self::Bytes(1024),
            Self::Pixels(1024),
            Self::PixelsOnASide(1024),
        ]
    }
}

impl std::fmt::Display for Most {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MIB: u64 = 1024 * 1024;
        const MILLION: u64 = 1_000_000;
        match *self {
            Self::Bytes(max) if max.is_multiple_of(MIB) => {
                write!(formatter, "{} MiB", max / MIB)
            }
            Self::Bytes(max) => write!(formatter, "{max} bytes"),
            Self::Pixels(max) if max.is_multiple_of(MILLION) => {
                write!(formatter, "{} million pixels", max / MILLION)
            }
            Self::Pixels(max) => write!(formatter, "{max} pixels"),
            Self::PixelsOnASide(max) => write!(formatter, "{max} pixels on a side"),
        }
    }
}
