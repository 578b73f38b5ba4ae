//! What operators do, in the app and on the command line: each with a line in their log, in the same transaction.

use std::time::Duration;

use rusqlite::Connection;

use super::access::{Admin, Operated, OperatorRight};
use super::account_removal::{self, Begun};
use super::account_status;
use super::events;
use super::ids::{FeedId, InvitationId, RawId, SessionId, SpaceId};
use super::invitations::{self, Invitation, InvitationOptions};
use super::operation::{self, Transfer};
use super::operator_log::{About, Action, write};
use super::space_deletion::{self, Progress};
use super::text::{GivenLogin, Login};
use super::tokens::Token;
use super::usage::{self, Quota};
use super::users::{self, PasswordVersion, User};
use super::{new_password, password_resets, sessions};
use crate::clock::Timestamp;
use crate::error::{Conflict, Denied, Result};

/// What changes of an account; what isn't said stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountChange {
    pub disabled: Option<bool>,
    pub is_operator: Option<bool>,
    pub quota: Option<Quota>,
}

/// Who does something, when.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    conn: &'a Connection,
    by: &'a OperatorRight,
    now: Timestamp,
}

impl<'a> Act<'a> {
    /// What this operator does in this transaction.
    pub fn new(conn: &'a Connection, by: &'a OperatorRight, now: Timestamp) -> Self {
        Self { conn, by, now }
    }

    fn log(&self, action: Action, about: About<'_>, detail: Option<&str>) -> rusqlite::Result<()> {
        write(self.conn, self.by, action, about, detail, self.now)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// As [`users::create`].
    pub fn make_account(&self, login: &Login, password_hash: &str) -> Result<User> {
        let user = users::create(self.conn, login, password_hash, self.now)?;
        self.log(Action::AccountMade, About::User(&user), None)?;
        Ok(user)
    }

    /// Signs a user out everywhere and doesn't let them sign in any more, or lets them again; whether that has changed.
    ///
    /// # Errors
    /// [`Conflict::LastOperator`], except on the command line, which can make another one.
    pub fn set_disabled(&self, user: &User, is_disabled: bool) -> Result<bool> {
        let changed = if is_disabled {
            self.check_not_last(user)?;
            account_status::disable(self.conn, user.id, self.now)?
        } else {
            account_status::enable(self.conn, user.id)?
        };
        if changed {
            let action = match is_disabled {
                true => Action::AccountDisabled,
                false => Action::AccountEnabled,
            };
            self.log(action, About::User(user), None)?;
        }
        Ok(changed)
    }

    /// Makes a user an operator, or takes that right from them; whether that has changed.
    ///
    /// # Errors
    /// [`Conflict::LastOperator`].
    pub fn set_operator(&self, user: &User, is_operator: bool) -> Result<bool> {
        if !is_operator && users::is_last_operator(self.conn, user.id)? {
            return Err(last_operator(user));
        }
        let changed = users::set_operator(self.conn, user.id, is_operator)?;
        if changed {
            events::record_me(self.conn, user.id)?;
            let action = match is_operator {
                true => Action::OperatorGranted,
                false => Action::OperatorRevoked,
            };
            self.log(action, About::User(user), None)?;
        }
        Ok(changed)
    }

    /// Begins to remove an account.
    ///
    /// # Errors
    /// [`Conflict::LastOperator`], except on the command line; as [`account_removal::begin`].
    pub fn remove_account(&self, user: &User) -> Result<Begun> {
        self.check_not_last(user)?;
        let begun = account_removal::begin(self.conn, user, self.now)?;
        self.log(Action::AccountRemoved, About::User(user), None)?;
        Ok(begun)
    }

    /// Sets a password, and ends what somebody who knew the old one may still use. Returns the feeds that have ended.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn reset_password(&self, user: &User, hash: &str) -> Result<Vec<FeedId>> {
        users::set_password(self.conn, user.id, hash)?;
        let ended = new_password::end_access(self.conn, user.id, None)?;
        self.log(Action::PasswordReset, About::User(user), None)?;
        Ok(ended)
    }

    /// Makes a link by which a user sets a password themselves; returns until when it is valid.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn make_reset_link(
        &self,
        user: &User,
        token: &Token,
        holds: Duration,
    ) -> Result<Timestamp> {
        let until = password_resets::create(self.conn, user.id, token, self.now, holds)?;
        self.log(Action::ResetLinkMade, About::User(user), None)?;
        Ok(until)
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// As [`sessions::revoke_of`].
    pub fn end_session(&self, user: &User, session: &RawId<SessionId>) -> Result<SessionId> {
        let ended = sessions::revoke_of(self.conn, user.id, session)?;
        self.log(Action::SessionsEnded, About::User(user), None)?;
        Ok(ended)
    }

    /// Ends the sessions of a user, all but `keep`.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn end_sessions(&self, user: &User, keep: Option<SessionId>) -> Result<()> {
        sessions::revoke_all(self.conn, user.id, keep)?;
        Ok(self.log(Action::SessionsEnded, About::User(user), None)?)
    }

    /// Sets the quota of a user.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn set_user_quota(&self, user: &User, quota: Quota) -> Result<()> {
        usage::set_of_user(self.conn, user.id, quota)?;
        let detail = quota.to_string();
        Ok(self.log(Action::UserQuotaChanged, About::User(user), Some(&detail))?)
    }

    /// Makes an invitation, into a space or to an account alone.
    ///
    /// # Errors
    /// As [`invitations::create`].
    pub fn invite(
        &self,
        into: Option<&Admin>,
        terms: InvitationOptions,
        token: &Token,
    ) -> Result<Invitation> {
        let made = invitations::create(self.conn, into, terms, token, self.now)?;
        let about = into.map_or(About::Installation, |space| About::Space(space.space()));
        self.log(Action::InvitationMade, about, Some(&made.id.to_string()))?;
        Ok(made)
    }

    /// Revokes an invitation, whoever made it.
    ///
    /// # Errors
    /// As [`invitations::revoke_any`].
    pub fn revoke_invitation(&self, id: &RawId<InvitationId>) -> Result<InvitationId> {
        invitations::revoke_any(self.conn, id, self.now)?;
        let revoked = id.parse()?;
        let detail = revoked.to_string();
        self.log(
            Action::InvitationRevoked,
            About::Installation,
            Some(&detail),
        )?;
        Ok(revoked)
    }

    /// Makes a user the only admin of a space.
    ///
    /// # Errors
    /// As [`operation::transfer`].
    pub fn transfer(&self, space: &Operated, login: &GivenLogin) -> Result<Transfer> {
        let done = operation::transfer(self.conn, space, login, self.now)?;
        let login = &done.user.login;
        self.log(
            Action::SpaceTransferred,
            About::Space(space.space()),
            Some(login),
        )?;
        Ok(done)
    }

    /// Sets the quota of a space.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn set_space_quota(&self, space: &Operated, quota: Quota) -> Result<()> {
        usage::set_of_space(self.conn, space, quota)?;
        let (about, detail) = (About::Space(space.space()), quota.to_string());
        Ok(self.log(Action::SpaceQuotaChanged, about, Some(&detail))?)
    }

    /// Begins to remove a space, whoever is in it.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn remove_space(&self, space: &Operated) -> Result<(SpaceId, Progress)> {
        // First, while it has a name.
        self.log(Action::SpaceRemoved, About::Space(space.space()), None)?;
        let begun = space_deletion::begin_operated(self.conn, space, self.now)?;
        Ok((space.space(), begun))
    }

    /// Notes that photos were sent to the workers again; `count` is how many, where that is known.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_retried(&self, count: Option<usize>) -> Result<()> {
        let count = count.map(|count| count.to_string());
        Ok(self.log(Action::PhotosRetried, About::Installation, count.as_deref())?)
    }

    /// Notes that a backup was started, or the verification of an archive.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_run(&self, is_verification: bool) -> Result<()> {
        let action = match is_verification {
            true => Action::VerificationStarted,
            false => Action::BackupStarted,
        };
        Ok(self.log(action, About::Installation, None)?)
    }

    /// Notes that a backup was made, and as which archive.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_backup(&self, archive: &str) -> Result<()> {
        Ok(self.log(Action::BackupMade, About::Installation, Some(archive))?)
    }

    /// Notes that the key that signs links to photos was replaced.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_rotation(&self) -> Result<()> {
        Ok(self.log(Action::KeysRotated, About::Installation, None)?)
    }

    /// Notes that files or objects that belong to nothing were deleted from the photo store, and how many.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_orphans(&self, deleted: u64) -> Result<()> {
        let deleted = deleted.to_string();
        Ok(self.log(Action::OrphansDeleted, About::Installation, Some(&deleted))?)
    }

    /// Notes that all photos were moved to another store, and to which.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_move(&self, store: &str) -> Result<()> {
        Ok(self.log(Action::PhotosMoved, About::Installation, Some(store))?)
    }

    /// Changes an account; returns what of it is another now.
    ///
    /// # Errors
    /// As [`Self::set_disabled`] and [`Self::set_operator`].
    pub fn change(&self, user: &User, asked: AccountChange) -> Result<AccountChange> {
        let AccountChange {
            disabled,
            is_operator,
            quota,
        } = asked;
        let mut done = AccountChange {
            quota,
            ..AccountChange::default()
        };
        if let Some(disabled) = disabled {
            done.disabled = self.set_disabled(user, disabled)?.then_some(disabled);
        }
        if let Some(is_operator) = is_operator {
            let changed = self.set_operator(user, is_operator)?;
            done.is_operator = changed.then_some(is_operator);
        }
        if let Some(quota) = quota {
            self.set_user_quota(user, quota)?;
        }
        Ok(done)
    }

    fn check_not_last(&self, user: &User) -> Result<()> {
        if self.by.user().is_some() && users::is_last_operator(self.conn, user.id)? {
            return Err(last_operator(user));
        }
        Ok(())
    }
}

fn last_operator(user: &User) -> crate::error::Error {
    let login = user.login.clone();
    Conflict::LastOperator { login }.into()
}

/// Whether the password that was checked is still the operator's own: what can't be undone needs it.
///
/// # Errors
/// [`Denied::WrongPassword`].
pub fn check_password(
    conn: &Connection,
    by: &OperatorRight,
    checked: PasswordVersion,
) -> Result<()> {
    let is_theirs = match by.user() {
        Some(user) => users::has_password(conn, user.id, checked)?,
        None => false,
    };
    match is_theirs {
        true => Ok(()),
        false => Err(Denied::WrongPassword.into()),
    }
}
