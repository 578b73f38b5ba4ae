//! What an operator must know, one line of the log each: who got in and who didn't, and what has changed for good.
//!
//! The lines are documented in `docs/configuration.md`, and programs such as fail2ban read them, so their words and the order
//! of their fields stay. An address always comes before what a stranger could choose, and that is quoted, with nothing in
//! it that could be taken for the end of the quotes or of the line.

use std::fmt;
use std::net::IpAddr;

use tracing::field::{DebugValue, DisplayValue, debug, display};

use crate::clock::Timestamp;
use crate::domain::ids::{FeedId, InvitationId, SpaceId, UserId};
use crate::domain::invitations::Invitation;
use crate::domain::users::User;
pub use crate::logging::seldom::Seldom;

/// The target of each of these lines, whatever file writes it.
const TARGET: &str = "shared_spaces::record";
/// The longest login that is logged completely, in characters.
const SHOWN: usize = 64;

/// Whose action a line is about.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A client at this address without a session.
    Client(IpAddr),
    /// A signed-in user at this address.
    User(IpAddr, &'a User),
    /// The operator, who can run commands on this machine.
    CommandLine,
}

impl By<'_> {
    fn address(self) -> Option<DisplayValue<IpAddr>> {
        match self {
            Self::Client(address) | Self::User(address, _) => Some(display(address)),
            Self::CommandLine => None,
        }
    }

    fn who(self) -> Option<DisplayValue<String>> {
        match self {
            Self::Client(_) => None,
            Self::User(_, user) => Some(display(user.id.to_string())),
            Self::CommandLine => Some(display(String::from("command-line"))),
        }
    }
}

/// As much of what was typed as is ever logged, so that no copy of more is made.
pub fn beginning(typed: &str) -> String {
    typed.chars().take(SHOWN + 1).collect()
}

/// A login as it was typed, which may be anything.
struct Login<'a>(&'a str);

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            None => write!(f, "{:?}", self.0),
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
        }
    }
}

fn shown(login: &str) -> DebugValue<Login<'_>> {
    debug(Login(login))
}

/// One line: who did it, and then the details.
macro_rules! line {
    ($level:ident, $by:expr, $what:literal $(, $name:ident = $value:expr)*) => {
        tracing::$level!(target: TARGET, address = $by.address(), by = $by.who(), $($name = $value,)* $what)
    };
}

// What operators do. Below the macro, which it uses.
mod operators;

pub use operators::{
    account_disabled, account_enabled, backup_made, backup_started, operator_changed,
    orphans_deleted, photos_moved, photos_retried, reset_link_made, sessions_ended,
    space_quota_changed, space_transferred, user_quota_changed, verification_started,
};

/// A wrong password, or a login without an account.
pub fn sign_in_failed(address: IpAddr, login: &str) {
    line!(
        warn,
        By::Client(address),
        "sign-in failed",
        login = shown(login)
    );
}

/// A user has signed in.
pub fn signed_in(address: IpAddr, user: UserId, login: &str) {
    line!(
        info,
        By::Client(address),
        "signed in",
        user = display(user),
        login = shown(login)
    );
}

/// A signed-in user gave a wrong old password.
pub fn wrong_password(address: IpAddr, user: &User) {
    line!(
        warn,
        By::User(address, user),
        "wrong password",
        login = shown(&user.login)
    );
}

/// A client has reached a limit; `route` is the request that was refused.
pub fn limit_met(address: IpAddr, route: &str) {
    line!(warn, By::Client(address), "limit met", route = route);
}

/// A client has too many connections, and one more is refused; `limit` is the setting.
pub fn connection_refused(address: IpAddr, limit: &str) {
    line!(
        warn,
        By::Client(address),
        "connection refused",
        limit = limit
    );
}

/// A client has too many connections, and one of them is closed for another client's; `limit` is the setting.
pub fn connection_closed(address: IpAddr, limit: &str) {
    line!(
        warn,
        By::Client(address),
        "connection closed",
        limit = limit
    );
}

/// A page of another site has sent this, or a proxy hides that it is ours.
pub fn cross_origin(address: IpAddr, page: &str, own: &str, advice: &str) {
    line!(
        warn,
        By::Client(address),
        "page refused",
        page = shown(page),
        own = shown(own),
        advice = advice
    );
}

/// An account was created.
pub fn account_made(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "account made",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// A user has confirmed the address that mail for them goes to.
pub fn email_confirmed(by: By<'_>, user: UserId) {
    line!(info, by, "email confirmed", user = display(user));
}

/// An account was removed.
pub fn account_removed(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "account removed",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// Somebody with the right password was kept out, because the account is disabled.
pub fn disabled_kept_out(address: IpAddr, user: UserId, login: &str) {
    line!(
        warn,
        By::Client(address),
        "sign-in to a disabled account",
        user = display(user),
        login = shown(login)
    );
}

/// A user who knew the old password has set a new one.
pub fn password_changed(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "password changed",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// A new password was set by a link or on the command line.
pub fn password_reset(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "password reset",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// There is a link by which people get in.
pub fn invitation_made(by: By<'_>, invitation: &Invitation) {
    line!(
        info,
        by,
        "invitation made",
        invitation = display(invitation.id),
        space = invitation.space.map(display),
        uses = invitation.uses_left
    );
}

/// A link by which people get in was taken back.
pub fn invitation_revoked(by: By<'_>, invitation: InvitationId) {
    line!(
        info,
        by,
        "invitation revoked",
        invitation = display(invitation)
    );
}

/// An invitation was used.
pub fn invitation_used(by: By<'_>, user: &User, space: Option<SpaceId>) {
    line!(
        info,
        by,
        "invitation used",
        user = display(user.id),
        login = shown(&user.login),
        space = space.map(display)
    );
}

/// There is an address by which a space can be read along.
pub fn feed_made(by: By<'_>, feed: FeedId, space: SpaceId) {
    line!(
        info,
        by,
        "feed made",
        feed = display(feed),
        space = display(space)
    );
}

/// These addresses lead nowhere any more: their member ended them, or has another password now.
pub fn feeds_revoked(by: By<'_>, feeds: &[FeedId]) {
    for feed in feeds {
        line!(info, by, "feed revoked", feed = display(feed));
    }
}

/// An admin has added a member to a space.
pub fn member_added(by: By<'_>, space: SpaceId, login: &str) {
    line!(
        info,
        by,
        "member added",
        space = display(space),
        login = shown(login)
    );
}

/// A member has left or was removed from a space.
pub fn member_removed(by: By<'_>, space: SpaceId, user: UserId) {
    line!(
        info,
        by,
        "member removed",
        space = display(space),
        user = display(user)
    );
}

/// A member became an admin of a space, or is no longer one.
pub fn admin_changed(by: By<'_>, space: SpaceId, user: UserId, is_admin: bool) {
    if is_admin {
        line!(
            info,
            by,
            "member promoted",
            space = display(space),
            user = display(user)
        );
    } else {
        line!(
            info,
            by,
            "member demoted",
            space = display(space),
            user = display(user)
        );
    }
}

/// A space is gone, with its shares and photos.
pub fn space_deleted(by: By<'_>, space: SpaceId) {
    line!(info, by, "space deleted", space = display(space));
}

/// The bytes of deleted photos are still in the store after this many attempts to delete them; `since`
/// is when the first was due, where that is known, and `why` the error of the store.
pub fn deletion_failed(photos: usize, attempts: u32, since: Option<Timestamp>, why: &str) {
    tracing::error!(
        target: TARGET,
        photos,
        attempts,
        since = since.map(|since| display(since.rfc3339())),
        why,
        "deletion failed"
    );
}

/// All existing links to photos have become invalid.
pub fn keys_rotated(by: By<'_>) {
    line!(warn, by, "keys rotated");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_stays_within_its_quotes_and_its_line() {
        for (login, expected) in [
            ("ann", r#""ann""#.to_owned()),
            (
                "a\" address=203.0.113.9",
                r#""a\" address=203.0.113.9""#.to_owned(),
            ),
            (
                "a\n\r\u{1b}[31m\u{202e}\u{85}",
                r#""a\n\r\u{1b}[31m\u{202e}\u{85}""#.to_owned(),
            ),
            (&"ä".repeat(1000), format!("\"{}\"…", "ä".repeat(64))),
        ] {
            assert_eq!(format!("{:?}", Login(login)), expected);
        }
    }
}
