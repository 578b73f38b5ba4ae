//! What operators do, in the app or on the command line, one line of the log each.

use super::{By, TARGET, admin_changed, member_added, shown};
use crate::domain::ids::SpaceId;
use crate::domain::operation::Transfer;
use crate::domain::users::User;

/// An account can't be used any more.
pub fn account_disabled(by: By<'_>, user: &User) {
    line!(
        warn,
        by,
        "account disabled",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// An account that was disabled can be used again.
pub fn account_enabled(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "account enabled",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// A user became an operator, or is no longer one.
pub fn operator_changed(by: By<'_>, user: &User, is_operator: bool) {
    if is_operator {
        line!(
            warn,
            by,
            "operator granted",
            user = display(user.id),
            login = shown(&user.login)
        );
    } else {
        line!(
            warn,
            by,
            "operator revoked",
            user = display(user.id),
            login = shown(&user.login)
        );
    }
}

/// Photos that had failed were sent to the workers again.
pub fn photos_retried(by: By<'_>, photos: usize) {
    line!(info, by, "photos retried", photos = photos);
}

/// A backup was started in the app.
pub fn backup_started(by: By<'_>) {
    line!(info, by, "backup started");
}

/// A backup was made by the command.
pub fn backup_made(by: By<'_>, archive: &str) {
    line!(info, by, "backup made", archive = shown(archive));
}

/// What belongs to nothing was deleted from the photo store.
pub fn orphans_deleted(by: By<'_>, files: u64) {
    line!(info, by, "orphans deleted", files = files);
}

/// All photos were moved to another store.
pub fn photos_moved(by: By<'_>, store: &str) {
    line!(info, by, "photos moved", store = shown(store));
}

/// The verification of an archive was started in the app.
pub fn verification_started(by: By<'_>) {
    line!(info, by, "verification started");
}

/// The operator has ended sessions of a user.
pub fn sessions_ended(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "sessions ended",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// There is a link by which a new password can be set.
pub fn reset_link_made(by: By<'_>, user: &User) {
    line!(
        info,
        by,
        "reset link made",
        user = display(user.id),
        login = shown(&user.login)
    );
}

/// One user alone runs a space from now on.
pub fn space_transferred(by: By<'_>, transfer: &Transfer) {
    let Transfer { space, user, .. } = transfer;
    if transfer.has_joined {
        member_added(by, *space, &user.login);
    }
    if transfer.has_joined || transfer.is_promoted {
        admin_changed(by, *space, user.id, true);
    }
    for former in &transfer.demoted {
        admin_changed(by, *space, former.id, false);
    }
}

/// The quota of a space is another one: its bytes, `none` or `default`.
pub fn space_quota_changed(by: By<'_>, space: SpaceId, quota: &str) {
    line!(
        info,
        by,
        "space quota changed",
        space = display(space),
        quota = quota
    );
}

/// The quota of a user is another one.
pub fn user_quota_changed(by: By<'_>, user: &User, quota: &str) {
    line!(
        info,
        by,
        "user quota changed",
        user = display(user.id),
        quota = quota
    );
}
