//! The words for programs that refusals have: all that [`Error::code`](crate::error::Error::code) can be.

/// Every code, by the alphabet.
pub const CODES: [&str; 65] = [
    "admin_cant_leave",
    "already_member",
    "bad_link",
    "blank",
    "busy",
    "coded_body",
    "cookie_logout_by_get",
    "cross_origin",
    "data_gone",
    "disk_full",
    "expired_link",
    "forbidden_characters",
    "gave_way",
    "http",
    "internal",
    "invitation_needed",
    "invitation_to_account",
    "key_of_another_space",
    "last_admin",
    "malformed",
    "method_not_allowed",
    "missing_key",
    "new_passwords_dont_match",
    "no_such_endpoint",
    "no_such_invitation",
    "no_such_login",
    "no_such_photo",
    "no_such_range",
    "no_such_reset",
    "no_such_session",
    "no_such_share",
    "no_such_space",
    "no_such_user",
    "not_a_member",
    "not_an_admin",
    "not_boolean",
    "not_by_https",
    "not_provided",
    "not_ready",
    "not_text",
    "not_the_owner",
    "only_admin",
    "other_account",
    "passwords_dont_match",
    "photo_damaged",
    "photo_not_shown",
    "photo_spoiled",
    "photo_type",
    "photos_unavailable",
    "registration_closed",
    "space_has_members",
    "too_large",
    "too_long",
    "too_many_attempts",
    "too_many_invitations",
    "too_many_requests",
    "too_many_spaces",
    "too_many_uploads",
    "too_short",
    "too_slow",
    "unauthorized",
    "user_exists",
    "wrong_content_type",
    "wrong_login",
    "wrong_password",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_of_a_refusal_is_here_and_no_other() {
        let source = include_str!("../../error.rs");
        let (_, kinds) = source.split_once("fn kind(&self)").unwrap();
        let (kinds, _) = kinds.split_once("\n    }\n").unwrap();
        let words = kinds.split('"').skip(1).step_by(2);
        let used: BTreeSet<&str> = words.collect();
        let told: Vec<&str> = used.into_iter().collect();
        assert_eq!(CODES.to_vec(), told);
    }
}
