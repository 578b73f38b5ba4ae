//! The addresses that mail for users is sent to. One counts only after its owner has confirmed it, by a link that was sent there:
//! so nobody has mail sent to a stranger.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use strum::{EnumString, IntoStaticStr};

use super::events;
use super::ids::UserId;
use super::mails::{self, Kind};
use super::password_resets;
use super::sessions::Session;
use super::text::EmailAddress;
use super::tokens::Token;
use crate::clock::Timestamp;
use crate::error::{FieldName, Malformed, NotFound, Overload, Result};

/// The most mails with a link to confirm an address that a user has sent in a day, and that one address gets.
const MAX_CONFIRMATIONS: i64 = 5;
/// The time in which these are counted.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a user gets a digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Frequency {
    Daily,
    /// On Mondays.
    #[default]
    Weekly,
    /// Not from any space, whatever is chosen there.
    Never,
}

impl Frequency {
    /// The words for them.
    pub const WORDS: &'static [&'static str] = &["daily", "weekly", "never"];

    /// Checks a word.
    ///
    /// # Errors
    /// Another word than these.
    pub fn parse(text: &str) -> Result<Self> {
        text.parse().map_err(|_| {
            Malformed::NotOneOf {
                field: FieldName::Digest,
                values: Self::WORDS,
            }
            .into()
        })
    }
}

/// What is known of a user's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Email {
    /// Where mail goes.
    pub address: Option<String>,
    /// Where it is to go once that is confirmed.
    pub unconfirmed: Option<String>,
    /// Why a server refused the last mail, if it did.
    pub refused: Option<String>,
    /// How often it gets a digest.
    pub digest: Frequency,
}

/// What changes of a user's mail. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct MailChange {
    /// `Some(None)`: there is to be none.
    pub address: Option<Option<EmailAddress>>,
    pub digest: Option<Frequency>,
}

/// Changes the mail of the caller.
///
/// # Errors
/// [`Overload::TooManyAttempts`] if too many mails were sent today to confirm an address.
pub fn change(
    conn: &Connection,
    caller: &Session,
    change: &MailChange,
    now: Timestamp,
) -> Result<()> {
    match &change.address {
        Some(Some(address)) => set(conn, caller, address, now)?,
        Some(None) => delete(conn, caller.user().id)?,
        None => {}
    }
    if let Some(digest) = change.digest {
        set_digest(conn, caller.user().id, digest)?;
    }
    if change.address.is_some() || change.digest.is_some() {
        events::record_me(conn, caller.user().id)?;
    }
    Ok(())
}

/// The address of a user.
pub fn get(conn: &Connection, user: UserId) -> rusqlite::Result<Email> {
    let found = conn
        .prepare_cached(
            "select address, unconfirmed, refused, digest from email_addresses where user_id = ?",
        )?
        .query_row([user], |row| {
            Ok(Email {
                address: row.get(0)?,
                unconfirmed: row.get(1)?,
                refused: row.get(2)?,
                digest: row.get::<_, String>(3)?.parse().unwrap_or_default(),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Sets the address of the caller, which counts once it is confirmed; until then, the one before does.
///
/// # Errors
/// [`Overload::TooManyAttempts`] if too many mails were sent for it today.
fn set(conn: &Connection, caller: &Session, address: &EmailAddress, now: Timestamp) -> Result<()> {
    let user = caller.user().id;
    let before = get(conn, user)?;
    // Where a server has refused a mail, that the same address is given again says that it takes mail now.
    let is_confirmed =
        before.address.as_deref() == Some(address.as_str()) && before.refused.is_none();
    forget_unconfirmed(conn, user)?;
    if is_confirmed {
        return Ok(());
    }
    let since = now.minus(DAY);
    let of_user = mails::oldest_of(conn, user, Kind::Confirmation, since, MAX_CONFIRMATIONS)?;
    // Also of several users together: nobody's mailbox is filled by accounts that are made for it.
    let to_address =
        mails::oldest_confirmation_to(conn, address.as_str(), since, MAX_CONFIRMATIONS)?;
    if let Some(begun) = of_user.max(to_address) {
        let wait = begun.plus(DAY).since(now);
        return Err(Overload::TooManyAttempts { wait }.into());
    }
    conn.prepare_cached(
        "insert into email_addresses (user_id, unconfirmed) values (?, ?)
         on conflict (user_id) do update set unconfirmed = excluded.unconfirmed,
             refused = case when address is null then null else refused end",
    )?
    .execute((user, address.as_str()))?;
    mails::add(conn, user, Kind::Confirmation, address.as_str(), now)?;
    Ok(())
}

/// Forgets the address of a user, and one that isn't confirmed, with the mail that waits.
pub(super) fn delete(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    forget_unconfirmed(conn, user)?;
    end_links(conn, user)?;
    mails::cancel(conn, user, Kind::Digest)?;
    conn.prepare_cached(
        "update email_addresses set address = null, address_key = null, refused = null where user_id = ?",
    )?
    .execute([user])?;
    Ok(())
}

/// Forgets all of it; for the removal of an account.
pub(super) fn delete_of_user(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    forget_unconfirmed(conn, user)?;
    mails::delete_of_user(conn, user)?;
    conn.prepare_cached("delete from email_addresses where user_id = ?")?
        .execute([user])?;
    Ok(())
}

/// Ends the links for a new password, those on their way and those that have arrived.
pub(super) fn end_links(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    mails::cancel(conn, user, Kind::Password)?;
    password_resets::delete_of_user(conn, user)
}

/// Forgets the address of a user that isn't confirmed, and tells their devices: whoever gave it may not have been they.
pub(super) fn withdraw_unconfirmed(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    if get(conn, user)?.unconfirmed.is_some() {
        forget_unconfirmed(conn, user)?;
        events::record_me(conn, user)?;
    }
    Ok(())
}

/// Forgets all addresses that aren't confirmed; for a restore.
pub(super) fn delete_all_unconfirmed(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute("delete from email_confirmations", [])?;
    conn.execute("update email_addresses set unconfirmed = null", [])?;
    Ok(())
}

fn forget_unconfirmed(conn: &Connection, user: UserId) -> rusqlite::Result<()> {
    mails::cancel(conn, user, Kind::Confirmation)?;
    conn.prepare_cached("delete from email_confirmations where user_id = ?")?
        .execute([user])?;
    conn.prepare_cached("update email_addresses set unconfirmed = null where user_id = ?")?
        .execute([user])?;
    Ok(())
}

/// Makes a link by which a user confirms an address; whether that is still the one they have given. A mail that is sent again has
/// another link, and both are valid.
pub(super) fn begin_confirmation(
    conn: &Connection,
    (user, address): (UserId, &str),
    token: &Token,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    conn.prepare_cached("delete from email_confirmations where expires_at <= ?")?
        .execute([now.0])?;
    let begun = conn
        .prepare_cached(
            "insert into email_confirmations (token_hash, user_id, address, expires_at)
             select ?1, user_id, unconfirmed, ?4 from email_addresses where user_id = ?2 and unconfirmed = ?3",
        )?
        .execute((token.hash(), user, address, now.plus(Kind::Confirmation.lifetime()).0))?;
    Ok(begun == 1)
}

/// What a link confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub user: UserId,
    pub login: String,
    pub address: String,
}

/// What a link confirms.
///
/// # Errors
/// [`NotFound::Reset`] if it was never made, was used, or has expired, or if the user has given another address since.
pub fn find_confirmation(conn: &Connection, token: &Token, now: Timestamp) -> Result<Confirmation> {
    conn.prepare_cached(
        "select c.user_id, u.login, c.address from email_confirmations c join users u on u.id = c.user_id
         where c.token_hash = ? and c.expires_at > ?",
    )?
    .query_row((token.hash(), now.0), |row| {
        Ok(Confirmation {
            user: row.get(0)?,
            login: row.get(1)?,
            address: row.get(2)?,
        })
    })
    .optional()?
    .ok_or_else(|| NotFound::Reset.into())
}

/// Confirms an address: from now on, it is the one of its user. Links for a new password that were sent to another end.
///
/// # Errors
/// As [`find_confirmation`].
pub fn confirm(conn: &Connection, token: &Token, now: Timestamp) -> Result<Confirmation> {
    let found = find_confirmation(conn, token, now)?;
    let key = found.address.to_ascii_lowercase();
    forget_unconfirmed(conn, found.user)?;
    end_links(conn, found.user)?;
    conn.prepare_cached(
        "update email_addresses set address = ?, address_key = ?, refused = null where user_id = ?",
    )?
    .execute((&found.address, key, found.user))?;
    events::record_me(conn, found.user)?;
    Ok(found)
}

/// Records why a server refused a mail to this address for good, or that it takes mail.
pub(super) fn set_refused(
    conn: &Connection,
    (user, address): (UserId, &str),
    reason: Option<&str>,
) -> rusqlite::Result<()> {
    let changed = conn
        .prepare_cached(
            "update email_addresses set refused = ?3
             where user_id = ?1 and (address = ?2 or unconfirmed = ?2) and refused is not ?3",
        )?
        .execute((user, address, reason))?;
    match changed {
        0 => Ok(()),
        _ => events::record_me(conn, user),
    }
}

/// Sets how often a user gets a digest; when the next one is made is found out again.
fn set_digest(conn: &Connection, user: UserId, frequency: Frequency) -> rusqlite::Result<()> {
    if frequency == Frequency::Never {
        mails::cancel(conn, user, Kind::Digest)?;
    }
    let word: &str = frequency.into();
    conn.prepare_cached(
        "insert into email_addresses (user_id, digest) values (?1, ?2)
         on conflict (user_id) do update set digest = excluded.digest, digest_due_at = null where digest <> excluded.digest",
    )?
    .execute((user, word))?;
    Ok(())
}

/// Lets the time of a user's next digest be worked out again, unless it is due already: they live in another time zone now.
pub(super) fn reschedule_digest(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "update email_addresses set digest_due_at = null where user_id = ? and digest_due_at > ?",
    )?
    .execute((user, now.0))?;
    Ok(())
}

/// Sets when the next digest of a user is made.
pub(super) fn set_digest_due(
    conn: &Connection,
    user: UserId,
    due_at: Timestamp,
) -> rusqlite::Result<()> {
    conn.prepare_cached("update email_addresses set digest_due_at = ? where user_id = ?")?
        .execute((due_at.0, user))?;
    Ok(())
}
