//! What can be wrong with a request: each way in its own sentence, and with a word for programs.

use super::field::FieldName;

/// How a request is malformed. Its `Display` is the whole sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("The request can't be read")]
    Request,
    #[error("The {0} of the request can't be read")]
    RequestPart(&'static str),
    #[error("The request must say which host it is for")]
    NoHost,
    #[error("The request names more than one host")]
    SeveralHosts,
    /// With what the parser says.
    #[error("The body isn't valid JSON: {0}")]
    Json(String),
    #[error("The body must be a JSON object")]
    NotObject,
    #[error("The body ends before it is complete")]
    Incomplete,
    /// With where it is none.
    #[error("The form can't be read: {0}")]
    Form(String),
    #[error("{0} must be UTF-8")]
    NotUtf8(FieldName),
    #[error("{field} must be a number from 1 to {max}")]
    OutOfRange { field: FieldName, max: usize },
    #[error("{field} must be {} or {}", .values[0], .values[1])]
    NotOneOf {
        field: FieldName,
        values: [&'static str; 2],
    },
    #[error("Cursor must come from a Link header of this list")]
    Cursor,
    #[error("Idempotency-Key must be 1 to {max} letters, digits, '-' or '_'")]
    IdempotencyKey { max: usize },
    #[error("{0} cannot pile marks on one letter")]
    PiledMarks(FieldName),
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
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::RequestPart(_) => "request_part",
            Self::NoHost => "no_host",
            Self::SeveralHosts => "several_hosts",
            Self::Json(_) => "json",
            Self::NotObject => "not_an_object",
            Self::Incomplete => "incomplete",
            Self::Form(_) => "form",
            Self::NotUtf8(_) => "not_utf8",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NotOneOf { .. } => "not_one_of",
            Self::Cursor => "cursor",
            Self::IdempotencyKey { .. } => "idempotency_key",
            Self::PiledMarks(_) => "piled_marks",
            Self::LoginSpacesAround => "login_spaces_around",
            Self::LoginSpacesInARow => "login_spaces_in_a_row",
            Self::LoginSigns => "login_signs",
            Self::LoginScripts => "login_scripts",
            Self::LoginRightToLeft => "login_right_to_left",
        }
    }
}

/// Characters that some text can't have. Its `Display` is what the sentence calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Characters {
    #[error("NUL")]
    Nul,
    #[error("control")]
    Control,
    #[error("invisible")]
    Invisible,
    #[error("text direction")]
    Direction,
}

impl Characters {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nul, Self::Control, Self::Invisible, Self::Direction];

    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nul => "nul",
            Self::Control => "control",
            Self::Invisible => "invisible",
            Self::Direction => "text_direction",
        }
    }
}

/// A content type that a body must have. Its `Display` is the whole sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyType {
    #[error("The body must be JSON, with Content-Type: application/json")]
    Json,
    #[error(
        "The form must be sent as multipart/form-data with a boundary, or as application/x-www-form-urlencoded"
    )]
    Form,
}

impl BodyType {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Json, Self::Form];

    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
        }
    }
}

/// The most that something can be. Its `Display` is in units that are easy to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most {
    Bytes(u64),
    /// Width times height.
    Pixels(u64),
    PixelsOnASide(u32),
}

impl Most {
    /// A word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bytes(_) => "bytes",
            Self::Pixels(_) => "pixels",
            Self::PixelsOnASide(_) => "pixels_on_a_side",
        }
    }

    /// How many of these units.
    pub fn number(self) -> u64 {
        match self {
            Self::Bytes(most) | Self::Pixels(most) => most,
            Self::PixelsOnASide(most) => most.into(),
        }
    }
}

impl std::fmt::Display for Most {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MIB: u64 = 1024 * 1024;
        const MILLION: u64 = 1_000_000;
        match *self {
            Self::Bytes(most) if most.is_multiple_of(MIB) => {
                write!(formatter, "{} MiB", most / MIB)
            }
            Self::Bytes(most) => write!(formatter, "{most} bytes"),
            Self::Pixels(most) if most.is_multiple_of(MILLION) => {
                write!(formatter, "{} million pixels", most / MILLION)
            }
            Self::Pixels(most) => write!(formatter, "{most} pixels"),
            Self::PixelsOnASide(most) => write!(formatter, "{most} pixels on a side"),
        }
    }
}
