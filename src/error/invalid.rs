//! Requests that can't be understood, or ask for what is never possible.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::{BodyType, Characters, FieldName, Malformed, Most};

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum Invalid {
    #[error("Invalid payload: '{key}'")]
    MissingKey { key: &'static str },
    #[error("{field} must be provided")]
    NotProvided { field: FieldName },
    #[error("{field} must be text")]
    NotText { field: FieldName },
    #[error("\"is admin\" must be type boolean")]
    NotBoolean,
    #[error("{field} max {max} characters")]
    TooLong { field: FieldName, max: usize },
    #[error("{field} min {min} characters")]
    TooShort { field: FieldName, min: usize },
    #[error("{field} cannot be empty")]
    Blank { field: FieldName },
    #[error("{field} cannot contain {reason} characters")]
    ForbiddenCharacters {
        field: FieldName,
        reason: Characters,
    },
    #[error("Passwords don't match")]
    PasswordsDontMatch,
    #[error("New passwords don't match")]
    NewPasswordsDontMatch,
    #[error("A reaction must be one emoji")]
    NotAnEmoji,
    /// Malformed in some other way.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A content type that isn't taken here.
    #[error("{reason}")]
    WrongContentType { reason: BodyType },
    #[error("The body must be sent as it is, without a Content-Encoding")]
    CodedBody,
    #[error("The body came too slowly")]
    TooSlow,
    #[error("{field} max {max}")]
    TooLarge {
        field: FieldName,
        #[serde(flatten)]
        max: Most,
    },
    /// Of all its parts together.
    #[error("A form has at most {max} bytes: send videos one by one, as uploads")]
    FormTooLarge { max: u64 },
    #[error("A share has at most {}", photos(*.max))]
    SeveralPhotos { max: usize },
    #[error("A ZIP has at most {}", photos(*.max))]
    ZipOfTooMany { max: usize },
    #[error("Media names the photo with ID '{id}' twice")]
    PhotoTwice { id: String },
    #[error("Media names the upload with ID '{id}' twice")]
    UploadTwice { id: String },
    #[error("This server speaks tus 1.0.0: the request must have the header Tus-Resumable: 1.0.0")]
    TusVersion,
    #[error("An upload is sent as one, and not in parts that are put together")]
    NoConcatenation,
    #[error("The file has no such range of bytes")]
    NoSuchRange,
    #[error("Method not allowed")]
    MethodNotAllowed,
    /// Whatever else the HTTP layer refuses by itself.
    #[error("{sentence}")]
    Http {
        #[serde(skip)]
        status: u16,
        #[serde(skip)]
        sentence: &'static str,
    },
}

impl Invalid {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::MethodNotAllowed => 405,
            Self::TooSlow => 408,
            Self::TusVersion => 412,
            Self::TooLarge { .. } | Self::FormTooLarge { .. } => 413,
            Self::WrongContentType { .. } | Self::CodedBody => 415,
            Self::NoSuchRange => 416,
            Self::Http { status, .. } => *status,
            _ => 400,
        }
    }

    pub(super) fn samples() -> Vec<Self> {
        let field = FieldName::Text;
        let mut all = vec![
            Self::MissingKey { key: "login" },
            Self::NotProvided { field },
            Self::NotText { field },
            Self::NotBoolean,
            Self::TooLong { field, max: 2000 },
            Self::TooShort { field, min: 1 },
            Self::Blank { field },
            Self::PasswordsDontMatch,
            Self::NewPasswordsDontMatch,
            Self::NotAnEmoji,
            Self::CodedBody,
            Self::TooSlow,
            Self::FormTooLarge { max: 1_000_000_000 },
            Self::SeveralPhotos { max: 20 },
            Self::ZipOfTooMany { max: 100_000 },
            Self::PhotoTwice {
                id: String::from("7"),
            },
            Self::UploadTwice {
                id: String::from("7"),
            },
            Self::TusVersion,
            Self::NoConcatenation,
            Self::NoSuchRange,
            Self::MethodNotAllowed,
            Self::Http {
                status: 400,
                sentence: "Bad Request",
            },
        ];
        let wrong = Characters::ALL.map(|reason| Self::ForbiddenCharacters { field, reason });
        all.extend(wrong);
        all.extend(BodyType::ALL.map(|reason| Self::WrongContentType { reason }));
        let field = FieldName::Photo;
        all.extend(Most::samples().map(|max| Self::TooLarge { field, max }));
        all.extend(Malformed::samples().map(Self::Malformed));
        all
    }
}

/// A number of photos, with its noun.
fn photos(count: usize) -> String {
    match count {
        1 => String::from("one photo"),
        _ => format!("{count} photos"),
    }
}
