//! The operator's page: accounts, spaces, photos, backups and the log, and what its requests contain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operation::{OperatorsPerson, OperatorsSpace, OperatorsSpaceDetail};
use super::payload::{Field, Payload, optional, optional_text, optional_values, said, text};
use super::scalars::{Id, Moment};
use super::whole_number::whole_number;
use crate::domain::account_status::AccountReport;
use crate::domain::invitations::{Invitation, InvitationOptions};
use crate::domain::operating::AccountChange;
use crate::domain::operation::{SpaceOverview, SpaceReport};
use crate::domain::operator_log::{Action, Line};
use crate::domain::photo_name::PhotoName;
use crate::domain::usage::{Quota, Usage};
use crate::error::{FieldName, Malformed, Result};

/// How much photos and videos take, and whether the quota was set for this one alone.
#[derive(Serialize, JsonSchema)]
struct OperatorsUsage {
    #[schemars(extend("example" = 734_003_200))]
    used_bytes: u64,
    /// The quota; null if there is none.
    #[schemars(extend("example" = 10_000_000_000_u64))]
    max_bytes: Option<u64>,
    /// Whether it was set for this one alone, whatever the settings say.
    #[schemars(extend("example" = true))]
    has_own_quota: bool,
}

impl From<Usage> for OperatorsUsage {
    fn from(usage: Usage) -> Self {
        Self {
            used_bytes: usage.used,
            max_bytes: usage.max,
            has_own_quota: usage.is_own,
        }
    }
}

/// An account, as operators see it.
#[derive(Serialize, JsonSchema)]
pub struct OperatorsAccount {
    #[serde(flatten)]
    user: OperatorsPerson,
    /// Since when it can't be used; null if it can.
    disabled_at: Option<Moment>,
    #[schemars(extend("example" = false))]
    is_operator: bool,
    /// How many spaces they are in.
    #[schemars(extend("example" = 3))]
    spaces: i64,
    #[serde(flatten)]
    usage: OperatorsUsage,
}

impl From<AccountReport> for OperatorsAccount {
    fn from(report: AccountReport) -> Self {
        Self {
            user: report.account.user.into(),
            disabled_at: report.account.disabled_at.map(Into::into),
            is_operator: report.account.is_operator,
            spaces: report.spaces,
            usage: report.usage.into(),
        }
    }
}

/// A space in the list of all.
#[derive(Serialize, JsonSchema)]
pub struct SpaceInTotal {
    #[serde(flatten)]
    space: OperatorsSpace,
    #[serde(flatten)]
    usage: OperatorsUsage,
}

impl From<SpaceOverview> for SpaceInTotal {
    fn from(space: SpaceOverview) -> Self {
        Self {
            space: space.overview.into(),
            usage: space.usage.into(),
        }
    }
}

/// A space alone: who is in it and how much, and nothing of what is shared there.
#[derive(Serialize, JsonSchema)]
pub struct OperatedSpace {
    #[serde(flatten)]
    space: OperatorsSpaceDetail,
    #[serde(flatten)]
    usage: OperatorsUsage,
}

impl From<(SpaceReport, Usage)> for OperatedSpace {
    fn from((report, usage): (SpaceReport, Usage)) -> Self {
        Self {
            space: report.into(),
            usage: usage.into(),
        }
    }
}

/// A link with a secret, which is returned only once.
#[derive(Serialize, JsonSchema)]
pub struct SecretLink {
    #[schemars(extend("format" = "uri", "example" = "http://localhost:8000/app/password-reset#dGhpcyBpcyBhbiBleGFtcGxl"))]
    pub url: String,
    /// The link as a QR code, an SVG image.
    #[schemars(extend("example" = "<svg/>"))]
    pub qr: String,
    pub expires_at: Moment,
}

/// An invitation to an account, with its link.
#[derive(Serialize, JsonSchema)]
pub struct AccountInvitation {
    id: Id,
    #[schemars(extend("example" = 1))]
    uses_left: u16,
    #[serde(flatten)]
    link: SecretLink,
}

impl AccountInvitation {
    /// With its link.
    pub fn new(made: &Invitation, url: String, qr: String) -> Self {
        Self {
            id: made.id.into(),
            uses_left: made.uses_left,
            link: SecretLink {
                url,
                qr,
                expires_at: made.expires_at.into(),
            },
        }
    }
}

/// A line of the log of what operators have done.
#[derive(Serialize, JsonSchema)]
pub struct LogLine {
    #[schemars(range(min = 1))]
    id: i64,
    at: Moment,
    /// The login of the operator; null on the command line.
    #[schemars(extend("example" = "ann"))]
    who: Option<String>,
    #[schemars(extend("enum" = Action::NAMES, "example" = "account_disabled"))]
    action: String,
    /// The login of the user or the name of the space that it is about, as it was then.
    #[schemars(extend("example" = "bob"))]
    about: Option<String>,
    /// The id of the user or the space.
    #[schemars(extend("example" = 2))]
    about_id: Option<i64>,
    /// What was chosen: a quota, a login, an id of an invitation, a number of photos, an archive.
    #[schemars(extend("example" = "1000000"))]
    detail: Option<String>,
}

impl From<Line> for LogLine {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            at: line.at.into(),
            who: line.who,
            action: line.action,
            about: line.about,
            about_id: line.about_id,
            detail: line.detail,
        }
    }
}

/// The quota that a request sets.
fn quota(given: &Option<Option<Value>>) -> Result<Option<Quota>> {
    let Some(given) = given else { return Ok(None) };
    let Some(given) = given else {
        return Ok(Some(Quota::Default));
    };
    match whole_number(given).and_then(|bytes| u64::try_from(bytes).ok()) {
        Some(0) => Ok(Some(Quota::None)),
        Some(bytes) => Ok(Some(Quota::Bytes(bytes))),
        None => Err(Malformed::QuotaBytes.into()),
    }
}

fn boolean(field: FieldName, given: Option<&Value>) -> Result<Option<bool>> {
    match given {
        None => Ok(None),
        Some(Value::Bool(given)) => Ok(Some(*given)),
        Some(_) => Err(Malformed::NotTrueOrFalse { field }.into()),
    }
}

/// Changes an account. A missing field stays as it is.
#[derive(Deserialize, JsonSchema)]
pub struct ChangeAccount {
    /// Whether its user is signed out everywhere and can't sign in.
    #[schemars(with = "Option<bool>", extend("example" = true))]
    disabled: Option<Value>,
    #[schemars(with = "Option<bool>", extend("example" = false))]
    is_operator: Option<Value>,
    /// The quota in bytes: 0 for none, null for that of the settings.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<i64>", range(min = 0), extend("example" = 10_000_000_000_u64))]
    max_bytes: Option<Option<Value>>,
}

impl Payload for ChangeAccount {
    const FIELDS: &'static [Field] = &[
        optional("disabled", FieldName::Disabled),
        optional("is_operator", FieldName::IsOperator),
        optional("max_bytes", FieldName::MaxBytes),
    ];
}

impl ChangeAccount {
    /// What it changes.
    ///
    /// # Errors
    /// The first of the fields that is malformed.
    pub fn parse(&self) -> Result<AccountChange> {
        Ok(AccountChange {
            disabled: boolean(FieldName::Disabled, self.disabled.as_ref())?,
            is_operator: boolean(FieldName::IsOperator, self.is_operator.as_ref())?,
            quota: quota(&self.max_bytes)?,
        })
    }
}

/// Changes a space. A missing field stays as it is.
#[derive(Deserialize, JsonSchema)]
pub struct ChangeSpace {
    /// The quota in bytes: 0 for none, null for that of the settings.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<i64>", range(min = 0), extend("example" = 10_000_000_000_u64))]
    max_bytes: Option<Option<Value>>,
    /// The login of the user who becomes its only admin.
    #[schemars(extend("example" = "ann"))]
    pub transfer_to: Option<String>,
}

impl Payload for ChangeSpace {
    const FIELDS: &'static [Field] = &[
        optional("max_bytes", FieldName::MaxBytes),
        optional_text("transfer_to", FieldName::TransferTo),
    ];
}

impl ChangeSpace {
    /// Its quota, if that is another one.
    ///
    /// # Errors
    /// It is malformed.
    pub fn quota(&self) -> Result<Option<Quota>> {
        quota(&self.max_bytes)
    }
}

/// Confirms what can't be undone, with the operator's own password.
#[derive(Deserialize, JsonSchema)]
pub struct OperatorsPassword {
    #[schemars(extend("example" = "correct horse"))]
    pub password: String,
}

impl Payload for OperatorsPassword {
    const FIELDS: &'static [Field] = &[text("password", FieldName::Password)];
}

/// Creates a link by which somebody makes an account.
#[derive(Deserialize, JsonSchema)]
pub struct InviteToAccount {
    /// How many times it can be used; by default, once.
    #[schemars(with = "Option<u16>", range(min = 1, max = InvitationOptions::MAX_USES), extend("example" = 5))]
    pub uses: Option<Value>,
    /// For how many days it is valid; by default, a week.
    #[schemars(with = "Option<u16>", range(min = 1, max = InvitationOptions::MAX_DAYS), extend("example" = 7))]
    pub days: Option<Value>,
}

impl Payload for InviteToAccount {
    const FIELDS: &'static [Field] = &[
        optional("uses", FieldName::Uses),
        optional("days", FieldName::Days),
    ];
}

/// Sends photos that have failed to the workers again.
#[derive(Deserialize, JsonSchema)]
pub struct RetryPhotos {
    /// Their names; all that have failed if it is missing or null.
    #[schemars(with = "Option<Vec<super::scalars::PhotoName>>", length(min = 1, max = Self::MAX), extend("example" = ["1-34.jpg"]))]
    photos: Option<Vec<Value>>,
}

impl Payload for RetryPhotos {
    const FIELDS: &'static [Field] = &[optional_values("photos", FieldName::Photos, Self::MAX)];
}

impl RetryPhotos {
    /// The most names of a request.
    pub const MAX: usize = 100;

    /// The names, or that all are meant.
    ///
    /// # Errors
    /// There are none, or too many; one isn't the name of a photo.
    pub fn names(&self) -> Result<Option<Vec<PhotoName>>> {
        let Some(given) = &self.photos else {
            return Ok(None);
        };
        let malformed = || Malformed::PhotoNames { max: Self::MAX };
        if given.is_empty() || given.len() > Self::MAX {
            return Err(malformed().into());
        }
        let name = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        let names = given.iter().map(|value| name(value).ok_or_else(malformed));
        Ok(Some(names.collect::<std::result::Result<_, _>>()?))
    }
}
