//! Which mail is sent next, and what it says: that is found out in the transaction that takes it, with its link. So no secret waits in
//! the queue, and what isn't so any more isn't said.

use rusqlite::{Connection, OptionalExtension};

use super::digests::{self, Digest};
use super::email;
use super::ids::UserId;
use super::language::Language;
use super::mails::{self, Due, Kind};
use super::password_resets;
use super::tokens::Token;
use crate::clock::Timestamp;
use crate::error::Result;

/// A mail that is to be sent now.
pub struct Mail {
    due: Due,
    /// What its reader is called.
    pub name: String,
    pub login: String,
    pub language: Language,
    pub content: Content,
}

impl Mail {
    /// Where it goes.
    pub fn address(&self) -> &str {
        &self.due.address
    }

    /// Whose it is.
    pub fn user(&self) -> UserId {
        self.due.user
    }

    /// What distinguishes it from all other mails of this database.
    pub fn number(&self) -> (i64, Timestamp) {
        (self.due.id, self.due.created_at)
    }

    fn to(&self) -> (UserId, &str) {
        (self.due.user, &self.due.address)
    }
}

/// What a mail says.
pub enum Content {
    /// With what an address is confirmed.
    Confirmation(Token),
    /// With what a new password is set.
    Password(Token),
    /// What is new.
    Digest(Digest),
}

/// What came of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it.
    Accepted,
    /// The server won't take it, for this reason.
    Refused(String),
    /// It is to be tried again.
    Later,
}

/// Takes the mail that is due next, and hides it from others for a while. `token` is for the link in it, if it has one. Mails that
/// have nothing to say any more are dropped.
///
/// # Errors
/// The database can't be written.
pub fn claim(conn: &Connection, token: &Token, now: Timestamp) -> Result<Option<Mail>> {
    while let Some(due) = mails::claim(conn, now)? {
        let id = due.id;
        if let Some(mail) = fill(conn, due, token, now)? {
            return Ok(Some(mail));
        }
        mails::end(conn, id)?;
    }
    Ok(None)
}

/// With all that is needed to send it; `None` if there is nothing to say, or no time.
fn fill(conn: &Connection, due: Due, token: &Token, now: Timestamp) -> Result<Option<Mail>> {
    let reader: Option<(String, String, String)> = conn
        .prepare_cached(READER)?
        .query_row([due.user], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (Some((login, name, language)), Some(kind)) = (reader, due.kind) else {
        return Ok(None);
    };
    if due.expires_at <= now {
        return Ok(None);
    }
    let to = (due.user, due.address.as_str());
    let content = match kind {
        Kind::Confirmation => email::begin_confirmation(conn, to, token, now)?
            .then(|| Content::Confirmation(token.clone())),
        Kind::Password => password_resets::create_mailed(conn, to, token, now)?
            .then(|| Content::Password(token.clone())),
        Kind::Digest => digests::find(conn, to)?.map(Content::Digest),
    };
    Ok(content.map(|content| Mail {
        due,
        name,
        login,
        language: Language::of(&language),
        content,
    }))
}

// Without a language of their own, users get that of the device that was notified last.
const READER: &str = "select u.login, coalesce(u.name, u.login), coalesce(u.language, (select p.language from push_subscriptions p
    where p.user_id = u.id order by p.used_at desc limit 1), '') from users u where u.id = ?
    and u.disabled_at is null and u.deleted_at is null";

/// The mail as it is at this moment: much may have happened while its pictures were read. One that was cancelled, or has nothing to say
/// any more, is dropped.
pub fn look_up(conn: &Connection, mail: Mail) -> rusqlite::Result<Option<Mail>> {
    let id = mail.due.id;
    let is_wanted =
        mails::is_waiting(conn, id)? && conn.prepare_cached(READER)?.exists([mail.due.user])?;
    let content = match mail.content {
        _ if !is_wanted => None,
        Content::Digest(_) => {
            let to = (mail.due.user, mail.due.address.as_str());
            digests::find(conn, to)?.map(Content::Digest)
        }
        link @ (Content::Confirmation(_) | Content::Password(_)) => Some(link),
    };
    match content {
        Some(content) => Ok(Some(Mail { content, ..mail })),
        None => mails::end(conn, id).map(|()| None),
    }
}

/// Records what came of a mail.
pub fn settle(
    conn: &Connection,
    mail: &Mail,
    outcome: &Outcome,
    now: Timestamp,
) -> rusqlite::Result<()> {
    match outcome {
        Outcome::Accepted => {
            mails::end(conn, mail.due.id)?;
            if let Content::Digest(digest) = &mail.content {
                digests::mark_sent(conn, digest)?;
            }
            email::set_refused(conn, mail.to(), None)
        }
        Outcome::Refused(reason) => {
            mails::end(conn, mail.due.id)?;
            email::set_refused(conn, mail.to(), Some(reason))
        }
        Outcome::Later => mails::retry(conn, mail.due.id, mail.due.attempts, now),
    }
}
