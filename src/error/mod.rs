//! Everything that can be refused, named for what the person who asked is told, and `Internal` for what they
//! aren't. Knows nothing of HTTP but the numbers of its statuses.
//!
//! `rusqlite::Result` is for SQL helpers, [`Result`] for the domain and the API, `anyhow` with context for
//! start-up, stores and workers.

// The name of each field, for people and for programs.
mod field;
// The status and the code of each refusal.
mod kind;
// What is wrong with a request.
mod malformed;
// What sentences are made of.
mod params;
// One of each refusal.
mod samples;

use std::time::Duration;

use picture::Reason;

pub use field::FieldName;
pub use malformed::{BodyType, Characters, Malformed, Most};
pub use samples::samples;

/// A result whose error can be shown to whoever asked.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal. Its `Display` is the exact sentence that clients read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // What was asked can't be understood.
    #[error("Invalid payload: '{0}'")]
    MissingKey(&'static str),
    #[error("{0} must be provided")]
    NotProvided(FieldName),
    #[error("{0} must be text")]
    NotText(FieldName),
    #[error("{field} max {max} characters")]
    TooLong { field: FieldName, max: usize },
    #[error("{field} min {min} characters")]
    TooShort { field: FieldName, min: usize },
    #[error("{0} cannot be empty")]
    Blank(FieldName),
    #[error("{field} cannot contain {what} characters")]
    Forbidden { field: FieldName, what: Characters },
    /// A request that is malformed in some other way; the sentence says how.
    #[error("{0}")]
    Malformed(Malformed),
    /// A content type that isn't taken here; the sentence says which is.
    #[error("{0}")]
    WrongContentType(BodyType),
    #[error("The body must be sent as it is, without a Content-Encoding")]
    CodedBody,
    #[error("The body came too slowly")]
    TooSlow,
    #[error("{field} max {max}")]
    TooLarge { field: FieldName, max: Most },

    // Who is asking.
    /// `token` tells whether a token or cookie came at all.
    #[error("You aren't authorized")]
    Unauthorized { token: bool },
    #[error("Session with ID '{0}' doesn't exist")]
    NoSession(String),
    #[error("Wrong login and/or password")]
    WrongLogin,
    #[error("Wrong password")]
    WrongPassword,
    #[error("Requests with the cookie must come from this site")]
    CrossOrigin,
    /// The same, where it is most likely our own page behind a proxy that hides how people come.
    #[error(
        "Requests with the cookie must come from this site, and the server isn't told its own address: whoever runs it sets \
         public_url, or has the proxy in front pass on the host with its port"
    )]
    HostHidden,
    /// With the address by which to come instead.
    #[error(
        "Sign in at {0}: this page came by plain HTTP, and browsers keep a session here for HTTPS only"
    )]
    NotByHttps(String),
    #[error("Sign out with DELETE /logout")]
    CookieLogoutByGet,
    #[error("This session belongs to another account than the request is made for")]
    OtherAccount,

    /// `wait` is the time until the next attempt.
    #[error("Too many attempts, try again in {}", in_words(*.wait))]
    TooManyAttempts { wait: Duration },

    #[error("Others need the room, and this upload was the slowest: try again in a moment")]
    GaveWay,
    #[error("Too many requests from your address at once, try again in a moment")]
    TooManyRequests,
    #[error("You are sending too many photos at once, try again in a moment")]
    TooManyUploads,

    // Accounts.
    #[error("Registration is closed")]
    RegistrationClosed,
    #[error("Registration needs an invitation")]
    InvitationNeeded,
    #[error("A space has at most {max} open invitations: take one back first")]
    TooManyInvitations { max: i64 },
    /// In the same words whether it never was, was used up, has expired or was taken back.
    #[error("This invitation isn't valid, or not any more")]
    NoInvitation,
    #[error("Invitation with ID '{0}' doesn't exist")]
    NoInvitationWithId(String),
    #[error("This invitation is for somebody without an account")]
    InvitationToAccount,
    #[error("This link isn't valid, or not any more")]
    NoReset,
    #[error("Passwords don't match")]
    PasswordsDontMatch,
    #[error("New passwords don't match")]
    NewPasswordsDontMatch,
    #[error("User already exists")]
    UserExists,
    #[error("User with ID '{0}' doesn't exist")]
    NoUser(String),
    #[error("User with login '{0}' doesn't exist")]
    NoUserWithLogin(String),

    // Spaces and their members.
    #[error("Space with ID '{0}' doesn't exist")]
    NoSpace(String),
    #[error("Can't access this space - not a member")]
    NotMember,
    #[error("User not admin")]
    NotAdmin,
    #[error("You have made {max} spaces, and nobody can have made more: delete one first")]
    TooManySpaces { max: i64 },
    #[error("Space must contain only one member")]
    SpaceHasMembers,
    #[error("User already member of this space")]
    AlreadyMember,
    #[error("Can't leave space when you're an admin")]
    AdminCantLeave,
    #[error("\"is admin\" must be type boolean")]
    AdminNotBoolean,
    #[error("Space must have at least one admin")]
    LastAdmin,
    /// An account that can't be removed while other members need it as the admin of these spaces.
    #[error(
        "User '{login}' is the only admin of {}: make another member admin there, or remove the members, first",
        in_quotes(.spaces)
    )]
    OnlyAdminOf { login: String, spaces: Vec<String> },

    // Shares and photos.
    #[error("No such share")]
    NoShare,
    #[error("User doesn't own this share")]
    NotOwner,
    #[error("This Idempotency-Key was used in another space")]
    KeyOfAnotherSpace,
    #[error("Photo must be a JPEG, PNG, WebP or GIF")]
    PhotoType,
    #[error("Photo is of a kind that browsers don't show: {0}")]
    PhotoNotShown(Reason),
    #[error("Photo is damaged: {0}")]
    PhotoDamaged(Reason),
    #[error("This link isn't valid")]
    BadLink,
    #[error("This link has expired")]
    ExpiredLink,
    #[error("No such photo")]
    NoPhoto,
    #[error("The photo has no such range of bytes")]
    NoSuchRange,

    // The server.
    #[error("No such page or endpoint")]
    NoRoute,
    #[error("Method not allowed")]
    WrongMethod,
    /// Any other status that the HTTP layer answers by itself.
    #[error("{1}")]
    Http(u16, &'static str),
    #[error("The server is busy, try again in a moment")]
    Busy,
    /// The store of photos can't be used; texts can still be shared.
    #[error("Photos can't be stored or shown at the moment, try again in a moment")]
    PhotosUnavailable(#[source] anyhow::Error),
    /// The store of photos isn't made yet, or not again. The log has told so already.
    #[error("Photos can't be stored or shown at the moment, try again in a moment")]
    NoPhotoStore,
    #[error("The server's disk is full, nothing can be saved until there is room again")]
    DiskFull(#[source] anyhow::Error),
    /// Its file is not what was stored.
    #[error("This photo is damaged on the server, see the server's log")]
    PhotoSpoiled,
    #[error("The server's data is not where it was, nothing can be saved until it is back")]
    DataGone,
    #[error("The database is damaged, see the server's log")]
    NotReady,
    #[error("Something went wrong on the server")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// A file couldn't be written. That the disk is full is for everybody to know, that there are too many files open at
    /// once is "try again".
    pub fn writing(error: std::io::Error) -> Self {
        // ENFILE and EMFILE, which have no kind of their own.
        let too_many = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
        match error {
            error if is_full(&error) => Self::DiskFull(error.into()),
            _ if too_many => Self::Busy,
            _ => Self::Internal(error.into()),
        }
    }

    /// A photo couldn't be stored.
    pub fn storing(error: anyhow::Error) -> Self {
        let mut files = error.chain().filter_map(|cause| cause.downcast_ref());
        if files.any(is_full) {
            Self::DiskFull(error)
        } else {
            Self::PhotosUnavailable(error)
        }
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}

impl From<rusqlite::Error> for Error {
    /// A locked database is "try again", a full disk needs somebody to make room; any other failure of SQL is ours to look at, not the asker's.
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy,
            Some(DiskFull) => Self::DiskFull(error.into()),
            _ => Self::Internal(error.into()),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// Tells whether SQLite refused a row because another one has the same value in a unique column.
pub fn is_unique_violation(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|e| {
        matches!(
            e.extended_code,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        )
    })
}

/// The names of spaces, in a sentence.
fn in_quotes(spaces: &[String]) -> String {
    let quoted: Vec<_> = spaces.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

/// Whole seconds, or minutes where they are many.
fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => String::from("1 second"),
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// The whole seconds after which a time is surely over.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use rusqlite::ffi;

    use super::*;

    fn of_sqlite(code: i32) -> Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn a_locked_database_is_for_another_try_and_a_full_disk_for_whoever_can_make_room() {
        assert_eq!(of_sqlite(ffi::SQLITE_BUSY).kind(), (503, "busy"));
        assert_eq!(of_sqlite(ffi::SQLITE_LOCKED).kind(), (503, "busy"));
        assert_eq!(of_sqlite(ffi::SQLITE_FULL).kind(), (507, "disk_full"));
        assert_eq!(of_sqlite(ffi::SQLITE_CORRUPT).kind(), (500, "internal"));
    }

    #[test]
    #[cfg(unix)]
    fn too_many_open_files_are_for_another_try_and_a_missing_file_is_ours() {
        for code in [libc::ENFILE, libc::EMFILE] {
            let error = Error::writing(io::Error::from_raw_os_error(code));
            assert_eq!(error.kind(), (503, "busy"));
        }
        let error = Error::writing(io::Error::from(ErrorKind::NotFound));
        assert_eq!(error.kind(), (500, "internal"));
    }

    #[test]
    fn a_full_disk_is_seen_behind_whatever_was_said_of_it() {
        for full in [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::FileTooLarge,
        ] {
            assert_eq!(Error::writing(full.into()).kind(), (507, "disk_full"));
            let error = anyhow::Error::from(io::Error::from(full)).context("no photo today");
            assert_eq!(Error::storing(error).kind(), (507, "disk_full"));
        }
        let error = anyhow::anyhow!("nobody answers");
        assert_eq!(Error::storing(error).kind(), (503, "photos_unavailable"));
    }

    #[test]
    fn a_wait_is_told_in_seconds_and_a_long_one_in_minutes_that_are_enough() {
        let told = |seconds| in_words(Duration::from_secs(seconds));
        assert_eq!(told(0), "1 second");
        assert_eq!(told(90), "90 seconds");
        assert_eq!(told(91), "2 minutes");
        assert_eq!(told(121), "3 minutes");
    }
}
