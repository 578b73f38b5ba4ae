//! The status and the code of each refusal.

use super::Error;

impl Error {
    /// The HTTP status that goes with this refusal.
    pub fn status(&self) -> u16 {
        self.kind().0
    }

    /// A word for programs, stable whatever becomes of the sentence.
    pub fn code(&self) -> &'static str {
        self.kind().1
    }

    pub(super) fn kind(&self) -> (u16, &'static str) {
        match self {
            Self::MissingKey(_) => (400, "missing_key"),
            Self::NotProvided(_) => (400, "not_provided"),
            Self::NotText(_) => (400, "not_text"),
            Self::TooLong { .. } => (400, "too_long"),
            Self::TooShort { .. } => (400, "too_short"),
            Self::Blank(_) => (400, "blank"),
            Self::Forbidden { .. } => (400, "forbidden_characters"),
            Self::Malformed(_) => (400, "malformed"),
            Self::WrongContentType(_) => (415, "wrong_content_type"),
            Self::CodedBody => (415, "coded_body"),
            Self::TooSlow => (408, "too_slow"),
            Self::TooLarge { .. } => (413, "too_large"),
            Self::Unauthorized { .. } => (401, "unauthorized"),
            Self::NoSession(_) => (404, "no_such_session"),
            Self::WrongLogin => (401, "wrong_login"),
            Self::WrongPassword => (401, "wrong_password"),
            Self::TooManyRequests => (429, "too_many_requests"),
            Self::GaveWay => (503, "gave_way"),
            Self::TooManyUploads => (429, "too_many_uploads"),
            Self::TooManyAttempts { .. } => (429, "too_many_attempts"),
            Self::CrossOrigin | Self::HostHidden => (403, "cross_origin"),
            Self::NotByHttps(_) => (403, "not_by_https"),
            Self::CookieLogoutByGet => (403, "cookie_logout_by_get"),
            Self::OtherAccount => (409, "other_account"),
            Self::RegistrationClosed => (403, "registration_closed"),
            Self::InvitationNeeded => (403, "invitation_needed"),
            Self::TooManyInvitations { .. } => (409, "too_many_invitations"),
            Self::NoInvitation => (404, "no_such_invitation"),
            Self::NoInvitationWithId(_) => (404, "no_such_invitation"),
            Self::InvitationToAccount => (400, "invitation_to_account"),
            Self::NoReset => (404, "no_such_reset"),
            Self::PasswordsDontMatch => (400, "passwords_dont_match"),
            Self::NewPasswordsDontMatch => (400, "new_passwords_dont_match"),
            Self::UserExists => (400, "user_exists"),
            Self::NoUser(_) => (404, "no_such_user"),
            Self::NoUserWithLogin(_) => (404, "no_such_login"),
            Self::NoSpace(_) => (404, "no_such_space"),
            Self::NotMember => (403, "not_a_member"),
            Self::NotAdmin => (403, "not_an_admin"),
            Self::TooManySpaces { .. } => (409, "too_many_spaces"),
            Self::SpaceHasMembers => (400, "space_has_members"),
            Self::AlreadyMember => (400, "already_member"),
            Self::AdminCantLeave => (400, "admin_cant_leave"),
            Self::AdminNotBoolean => (400, "not_boolean"),
            Self::LastAdmin => (400, "last_admin"),
            Self::OnlyAdminOf { .. } => (400, "only_admin"),
            Self::NoShare => (404, "no_such_share"),
            Self::NotOwner => (403, "not_the_owner"),
            Self::KeyOfAnotherSpace => (422, "key_of_another_space"),
            Self::PhotoType => (415, "photo_type"),
            Self::PhotoNotShown(_) => (415, "photo_not_shown"),
            Self::PhotoDamaged(_) => (400, "photo_damaged"),
            Self::BadLink => (403, "bad_link"),
            Self::ExpiredLink => (403, "expired_link"),
            Self::NoPhoto => (404, "no_such_photo"),
            Self::NoSuchRange => (416, "no_such_range"),
            Self::NoRoute => (404, "no_such_endpoint"),
            Self::WrongMethod => (405, "method_not_allowed"),
            Self::Http(status, _) => (*status, "http"),
            Self::Busy => (503, "busy"),
            Self::PhotosUnavailable(_) | Self::NoPhotoStore => (503, "photos_unavailable"),
            Self::DiskFull(_) => (507, "disk_full"),
            Self::PhotoSpoiled => (500, "photo_spoiled"),
            Self::DataGone => (503, "data_gone"),
            Self::NotReady => (503, "not_ready"),
            Self::Internal(_) => (500, "internal"),
        }
    }
}
