//! One of each refusal, for the description of the API and for those who translate what it says.

use std::time::Duration;

use super::{BodyType, Characters, Error, FieldName, Malformed, Most};
use picture::Reason;

/// Every refusal that the server can answer with: each code at least once, with each of its reasons.
pub fn samples() -> Vec<Error> {
    let text = || String::from("1");
    let field = FieldName::Text;
    let unseen = || anyhow::anyhow!("never shown");
    let mut all = vec![
        Error::MissingKey("login"),
        Error::NotProvided(field),
        Error::NotText(field),
        Error::TooLong { field, max: 2000 },
        Error::TooShort { field, min: 1 },
        Error::Blank(field),
        Error::CodedBody,
        Error::TooSlow,
        Error::Unauthorized { token: true },
        Error::NoSession(text()),
        Error::WrongLogin,
        Error::WrongPassword,
        Error::CrossOrigin,
        Error::HostHidden,
        Error::NotByHttps(String::from("https://example.org")),
        Error::CookieLogoutByGet,
        Error::OtherAccount,
        Error::TooManyAttempts {
            wait: Duration::from_secs(60),
        },
        Error::GaveWay,
        Error::TooManyRequests,
        Error::TooManyUploads,
        Error::RegistrationClosed,
        Error::InvitationNeeded,
        Error::TooManyInvitations { max: 100 },
        Error::NoInvitation,
        Error::NoInvitationWithId(text()),
        Error::InvitationToAccount,
        Error::NoReset,
        Error::PasswordsDontMatch,
        Error::NewPasswordsDontMatch,
        Error::UserExists,
        Error::NoUser(text()),
        Error::NoUserWithLogin(String::from("bob")),
        Error::NoSpace(text()),
        Error::NotMember,
        Error::NotAdmin,
        Error::TooManySpaces { max: 1000 },
        Error::SpaceHasMembers,
        Error::AlreadyMember,
        Error::AdminCantLeave,
        Error::AdminNotBoolean,
        Error::LastAdmin,
        Error::OnlyAdminOf {
            login: String::from("ann"),
            spaces: vec![String::from("Family")],
        },
        Error::NoShare,
        Error::NotOwner,
        Error::KeyOfAnotherSpace,
        Error::PhotoType,
        Error::BadLink,
        Error::ExpiredLink,
        Error::NoPhoto,
        Error::NoSuchRange,
        Error::NoRoute,
        Error::WrongMethod,
        Error::Http(400, "Bad Request"),
        Error::Busy,
        Error::PhotosUnavailable(unseen()),
        Error::NoPhotoStore,
        Error::DiskFull(unseen()),
        Error::PhotoSpoiled,
        Error::DataGone,
        Error::NotReady,
        Error::Internal(unseen()),
    ];
    let wrong = Characters::ALL.map(|what| Error::Forbidden { field, what });
    all.extend(wrong);
    all.extend(BodyType::ALL.map(Error::WrongContentType));
    let field = FieldName::Photo;
    let most = [
        Most::Bytes(1024),
        Most::Pixels(1024),
        Most::PixelsOnASide(1024),
    ];
    all.extend(most.map(|max| Error::TooLarge { field, max }));
    all.extend(malformed().map(Error::Malformed));
    for reason in Reason::ALL {
        all.push(Error::PhotoNotShown(*reason));
        all.push(Error::PhotoDamaged(*reason));
    }
    all
}

fn malformed() -> [Malformed; 19] {
    let field = FieldName::Limit;
    [
        Malformed::Request,
        Malformed::RequestPart("host"),
        Malformed::NoHost,
        Malformed::SeveralHosts,
        Malformed::Json(String::from("expected value at line 1 column 1")),
        Malformed::NotObject,
        Malformed::Incomplete,
        Malformed::Form(String::from("the headers of a part are malformed")),
        Malformed::NotUtf8(FieldName::Text),
        Malformed::OutOfRange { field, max: 500 },
        Malformed::NotOneOf {
            field: FieldName::Role,
            values: ["member", "admin"],
        },
        Malformed::Cursor,
        Malformed::IdempotencyKey { max: 64 },
        Malformed::PiledMarks(FieldName::Name),
        Malformed::LoginSpacesAround,
        Malformed::LoginSpacesInARow,
        Malformed::LoginSigns,
        Malformed::LoginScripts,
        Malformed::LoginRightToLeft,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::*;

    /// The words in quotes of a function of a file.
    fn quoted<'a>(source: &'a str, function: &str) -> BTreeSet<&'a str> {
        let (_, body) = source.split_once(function).unwrap();
        let (body, _) = body.split_once("\n    }\n").unwrap();
        body.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn every_code_and_every_reason_has_a_sample() {
        let samples = samples();
        let codes: BTreeSet<&str> = samples.iter().map(Error::code).collect();
        assert_eq!(codes, quoted(include_str!("kind.rs"), "fn kind(&self)"));
        let reasons: BTreeSet<&str> = malformed().iter().map(Malformed::code).collect();
        assert_eq!(
            reasons,
            quoted(include_str!("malformed.rs"), "fn code(&self)")
        );
    }

    #[test]
    fn what_a_sentence_is_made_of_is_in_its_params() {
        let params = |error: Error| serde_json::Value::from(error.params());
        let field = FieldName::NewPassword;
        let shown = |error: Error| (error.to_string(), params(error));
        assert_eq!(
            shown(Error::TooLong { field, max: 1024 }),
            (
                String::from("New password max 1024 characters"),
                json!({"field": "new_password", "max": 1024})
            )
        );
        let max = Most::Bytes(25 * 1024 * 1024);
        let field = FieldName::Photo;
        assert_eq!(
            shown(Error::TooLarge { field, max }),
            (
                String::from("Photo max 25 MiB"),
                json!({"field": "photo", "reason": "bytes", "max": 26_214_400})
            )
        );
        let wait = Duration::from_millis(90_500);
        assert_eq!(
            shown(Error::TooManyAttempts { wait }),
            (
                String::from("Too many attempts, try again in 2 minutes"),
                json!({"wait_seconds": 91})
            )
        );
        assert_eq!(
            shown(Error::PhotoDamaged(Reason::NoTable)),
            (
                String::from("Photo is damaged: it lacks a table"),
                json!({"reason": "no_table"})
            )
        );
        let (login, spaces) = (String::from("ann"), vec!["Home".into(), "Work".into()]);
        assert_eq!(
            shown(Error::OnlyAdminOf { login, spaces }),
            (
                String::from(
                    "User 'ann' is the only admin of 'Home', 'Work': make another member admin there, or remove the members, first"
                ),
                json!({"login": "ann", "spaces": ["Home", "Work"]})
            )
        );
        assert_eq!(params(Error::NotAdmin), json!({}));
    }

    #[test]
    fn sentences_that_share_a_code_have_reasons_to_tell_them_apart() {
        let mut seen = BTreeMap::new();
        for refusal in samples() {
            let key = (refusal.code(), refusal.reason());
            // What differs by its id alone, and what stays unsaid, is the same for people.
            if ["no_such_invitation", "photos_unavailable"].contains(&key.0) {
                continue;
            }
            let sentence = refusal.to_string();
            assert_eq!(seen.insert(key, sentence.clone()), None, "{sentence}");
        }
    }
}
