//! Accounts: registering, signing in, passwords.

use std::borrow::Borrow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::FromSettings;
use super::storage::Storage;
use super::urls::Urls;
use super::users::User;
use crate::api::views::payload::{Field, Payload, optional_object, optional_text, said, text};
use crate::config::Limits;
use crate::domain::email::{Frequency, MailChange};
use crate::domain::language::Language;
use crate::domain::notices;
use crate::domain::own_account::OwnAccount;
use crate::domain::profile::{self, ProfileChange};
use crate::domain::quiet_hours;
use crate::domain::text::{EmailAddress, MAX_EMAIL, UserName};
use crate::error::{FieldName, Malformed, Result};

/// Creates an account.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Register {
    #[schemars(extend("x-from-settings" = FromSettings::Login, "example" = "ann"))]
    pub login: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "correct horse"))]
    pub password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "correct horse"))]
    pub confirm_password: String,
    /// The token of an invitation.
    pub invitation: Option<String>,
}

impl Payload for Register {
    const FIELDS: &'static [Field] = &[
        text("login", FieldName::Login),
        text("password", FieldName::Password),
        text("confirm-password", FieldName::ConfirmPassword),
        optional_text("invitation", FieldName::Invitation),
    ];
}

/// Signs in.
#[derive(Deserialize, JsonSchema)]
pub struct Credentials {
    #[schemars(extend("example" = "ann"))]
    pub login: String,
    #[schemars(extend("example" = "correct horse"))]
    pub password: String,
}

impl Payload for Credentials {
    const FIELDS: &'static [Field] = &[
        text("login", FieldName::Login),
        text("password", FieldName::Password),
    ];
}

/// The response to signing in.
#[derive(Serialize, JsonSchema)]
pub struct AccessToken {
    #[schemars(extend("example" = "dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub access_token: String,
}

/// The current user, as they see themselves.
#[derive(Serialize, JsonSchema)]
pub struct Me {
    #[serde(flatten)]
    user: User,
    /// The language that they have chosen to be written to in; null if that is the language of each device.
    language: Option<LanguageTag>,
    /// The IANA name of the time zone that they have chosen for their quiet hours; null if that is the time zone of each device.
    #[schemars(extend("example" = "Europe/Vienna"))]
    time_zone: Option<String>,
    /// When no push messages are sent to them, by the clock in their time zone; null if they want no quiet hours.
    quiet_hours: Option<QuietHours>,
    /// Where mail for them goes; null until they have confirmed an address.
    #[schemars(extend("format" = "email", "example" = "ann@example.org"))]
    email: Option<String>,
    /// Where it is to go once they have confirmed it, by a link that was sent there.
    #[schemars(extend("format" = "email", "example" = "ann@example.com"))]
    unconfirmed_email: Option<String>,
    /// Why the last mail was refused for good, as the mail server says it; null if it wasn't. No digest is sent then.
    #[schemars(extend("example" = "550 No such user"))]
    email_refused: Option<String>,
    digest: DigestFrequency,
    /// How many of their notices they haven't read; 100 stands for that many or more.
    #[schemars(range(min = 0, max = notices::MAX_COUNTED), extend("example" = 3))]
    unread_notices: i64,
    /// What they have shared, in whatever space, and their uploads.
    storage: Storage,
    /// Whether they may look after the installation, on the operator's page.
    #[schemars(extend("example" = false))]
    is_operator: bool,
}

impl Me {
    pub fn new(account: OwnAccount, urls: &Urls) -> Self {
        let OwnAccount {
            user,
            profile,
            email,
            unread_notices,
            usage,
            is_operator,
        } = account;
        Self {
            user: User::new(user, urls),
            language: profile.language.map(Into::into),
            time_zone: profile.time_zone,
            quiet_hours: profile.quiet_hours.map(Into::into),
            email: email.address,
            unconfirmed_email: email.unconfirmed,
            email_refused: email.refused,
            digest: email.digest.into(),
            unread_notices,
            storage: usage.into(),
            is_operator,
        }
    }
}

const TIME_OF_DAY: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

/// The hours in which a user isn't sent anything: on one day, or over midnight. The two times are different.
#[derive(Serialize, JsonSchema)]
pub struct QuietHours {
    #[schemars(extend("pattern" = TIME_OF_DAY, "example" = "22:00"))]
    from: String,
    #[schemars(extend("pattern" = TIME_OF_DAY, "example" = "07:00"))]
    until: String,
}

impl From<quiet_hours::QuietHours> for QuietHours {
    fn from(hours: quiet_hours::QuietHours) -> Self {
        Self {
            from: hours.from(),
            until: hours.until(),
        }
    }
}

/// How often what is new comes by mail, from the spaces for which that was chosen: every morning, on Mondays, or not at all.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum DigestFrequency {
    Daily,
    Weekly,
    Never,
}

impl From<Frequency> for DigestFrequency {
    fn from(frequency: Frequency) -> Self {
        match frequency {
            Frequency::Daily => Self::Daily,
            Frequency::Weekly => Self::Weekly,
            Frequency::Never => Self::Never,
        }
    }
}

/// A language that users are written to in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum LanguageTag {
    En,
    De,
}

impl From<Language> for LanguageTag {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::En,
            Language::German => Self::De,
        }
    }
}

/// Changes the profile of the current user. A missing field stays as it is, and null undoes the choice.
#[derive(Deserialize, JsonSchema)]
pub struct ChangeProfile {
    /// The name that people are shown; null for the login.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>", extend("x-from-settings" = FromSettings::UserName, "example" = "Ann Miller"))]
    name: Option<Option<String>>,
    /// The language of messages; null for that of each device.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<LanguageTag>", extend("example" = "de"))]
    language: Option<Option<String>>,
    /// The IANA name of a time zone, for the quiet hours; null for that of each device.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>", extend("example" = "Europe/Vienna"))]
    time_zone: Option<Option<String>>,
    /// When nothing is sent to their devices; null for never. What waits for the end of other quiet hours is sent as soon as these
    /// allow it.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<QuietHours>")]
    quiet_hours: Option<Option<Value>>,
    /// Where mail is to go; null for nowhere. It counts once the link is followed that is sent there.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<String>", length(max = MAX_EMAIL), extend("format" = "email", "example" = "ann@example.org"))]
    email: Option<Option<String>>,
    /// How often what is new comes by mail; null for weekly.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<DigestFrequency>", extend("example" = "daily"))]
    digest: Option<Option<String>>,
}

impl Payload for ChangeProfile {
    const FIELDS: &'static [Field] = &[
        optional_text("name", FieldName::Name),
        optional_text("language", FieldName::Language),
        optional_text("time_zone", FieldName::TimeZone),
        optional_object("quiet_hours", FieldName::QuietHours, &["from", "until"]),
        optional_text("email", FieldName::Email),
        optional_text("digest", FieldName::Digest),
    ];
}

impl ChangeProfile {
    /// What changes of their mail.
    ///
    /// # Errors
    /// The first of the fields that is malformed.
    pub fn parse_mail(&self) -> Result<MailChange> {
        Ok(MailChange {
            address: choice(&self.email, EmailAddress::parse)?,
            digest: choice(&self.digest, Frequency::parse)?.map(Option::unwrap_or_default),
        })
    }

    /// What it changes.
    ///
    /// # Errors
    /// The first of the fields that is malformed.
    pub fn parse(&self, limits: &Limits) -> Result<ProfileChange> {
        Ok(ProfileChange {
            name: choice(&self.name, |name| UserName::parse(name, limits))?,
            language: choice(&self.language, Language::parse)?,
            time_zone: choice(&self.time_zone, profile::parse_time_zone)?,
            quiet_hours: choice(&self.quiet_hours, parse_quiet_hours)?,
        })
    }
}

/// A choice of which nothing was said, that is undone, or that is checked.
fn choice<S: Borrow<B>, B: ?Sized, T>(
    said: &Option<Option<S>>,
    parse: impl FnOnce(&B) -> Result<T>,
) -> Result<Option<Option<T>>> {
    match said {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(given)) => parse(given.borrow()).map(|chosen| Some(Some(chosen))),
    }
}

fn parse_quiet_hours(given: &Value) -> Result<quiet_hours::QuietHours> {
    let time = |key| given.get(key).and_then(Value::as_str);
    let (from, until) = time("from")
        .zip(time("until"))
        .ok_or(Malformed::QuietHours)?;
    quiet_hours::QuietHours::parse(from, until)
}

/// Removes the account of the current user.
#[derive(Deserialize, JsonSchema)]
pub struct DeleteAccount {
    #[schemars(extend("example" = "correct horse"))]
    pub password: String,
}

impl Payload for DeleteAccount {
    const FIELDS: &'static [Field] = &[text("password", FieldName::Password)];
}

/// Changes the password of the current user.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangePassword {
    #[schemars(extend("example" = "correct horse"))]
    pub old_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub new_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub confirm_password: String,
}

impl Payload for ChangePassword {
    const FIELDS: &'static [Field] = &[
        text("old-password", FieldName::OldPassword),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}

/// Asks for a link by which a forgotten password is replaced.
#[derive(Deserialize, JsonSchema)]
pub struct ForgottenPassword {
    /// A login, or an address that was confirmed.
    #[schemars(extend("example" = "ann@example.org"))]
    pub login: String,
}

impl Payload for ForgottenPassword {
    const FIELDS: &'static [Field] = &[text("login", FieldName::Login)];
}

/// Sets a new password by a reset link.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reset {
    #[schemars(extend("example" = "dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub token: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub new_password: String,
    #[schemars(extend("x-from-settings" = FromSettings::Password, "example" = "better horse"))]
    pub confirm_password: String,
}

impl Payload for Reset {
    const FIELDS: &'static [Field] = &[
        text("token", FieldName::Token),
        text("new-password", FieldName::NewPassword),
        text("confirm-password", FieldName::ConfirmPassword),
    ];
}
