//! What operators are shown: of the server, of spaces, accounts and sessions. On the command line, it is what `--json` prints.

use schemars::JsonSchema;
use serde::Serialize;

use super::scalars::{Id, Moment};
use crate::app::status;
use crate::domain::account_status::Account;
use crate::domain::operation::SpaceReport;
use crate::domain::sessions::SessionInfo;
use crate::domain::spaces::Overview;
use crate::domain::users::User;

/// A user as operators see them: without links, which the command line has no address for.
#[derive(Serialize, JsonSchema)]
pub struct OperatorsPerson {
    id: Id,
    #[schemars(extend("example" = "ann"))]
    login: String,
    #[schemars(extend("example" = "Ann Miller"))]
    name: String,
}

impl From<User> for OperatorsPerson {
    fn from(user: User) -> Self {
        Self {
            id: user.id.into(),
            login: user.login,
            name: user.name,
        }
    }
}

/// A space in a list of all.
#[derive(Serialize, JsonSchema)]
pub struct OperatorsSpace {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
    #[schemars(extend("example" = 4))]
    members: i64,
    #[schemars(extend("example" = 20))]
    shares: i64,
}

impl From<Overview> for OperatorsSpace {
    fn from(space: Overview) -> Self {
        Self {
            id: space.id.into(),
            name: space.name,
            members: space.members,
            shares: space.shares,
        }
    }
}

/// A space as operators see it: who is in it and how much, and nothing of what is shared there.
#[derive(Serialize, JsonSchema)]
pub struct OperatorsSpaceDetail {
    id: Id,
    #[schemars(extend("example" = "Family"))]
    name: String,
    created_at: Moment,
    members: Vec<OperatorsMember>,
    shares: i64,
    comments: i64,
    photos: i64,
    videos: i64,
    /// Of photos and videos, without previews.
    bytes: i64,
}

/// A member of it.
#[derive(Serialize, JsonSchema)]
struct OperatorsMember {
    user: OperatorsPerson,
    is_admin: bool,
    joined_at: Moment,
}

impl From<SpaceReport> for OperatorsSpaceDetail {
    fn from(report: SpaceReport) -> Self {
        let members = report.members.into_iter().map(|member| OperatorsMember {
            user: member.user.into(),
            is_admin: member.is_admin,
            joined_at: member.joined_at.into(),
        });
        Self {
            id: report.space.id.into(),
            name: report.space.name,
            created_at: report.created_at.into(),
            members: members.collect(),
            shares: report.shares,
            comments: report.comments,
            photos: report.photos,
            videos: report.films,
            bytes: report.bytes,
        }
    }
}

/// An account as the command line shows it.
#[derive(Serialize)]
pub struct OperatorsUser {
    #[serde(flatten)]
    user: OperatorsPerson,
    is_operator: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Moment>,
}

impl From<Account> for OperatorsUser {
    fn from(account: Account) -> Self {
        Self {
            user: account.user.into(),
            is_operator: account.is_operator,
            disabled_at: account.disabled_at.map(Into::into),
        }
    }
}

/// A session of a user as operators see it.
#[derive(Serialize, JsonSchema)]
pub struct OperatorsSession {
    id: Id,
    created_at: Moment,
    /// When it was last used, accurate to an hour.
    last_used_at: Moment,
    /// The `User-Agent` of the browser or app.
    #[schemars(extend("example" = "Mozilla/5.0 (Android 16; Mobile)"))]
    device: Option<String>,
}

impl From<SessionInfo> for OperatorsSession {
    fn from(session: SessionInfo) -> Self {
        Self {
            id: session.id.into(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            device: session.device,
        }
    }
}

/// What the installation has and how it is doing.
#[derive(Serialize, JsonSchema)]
pub struct ServerStatus {
    #[schemars(extend("example" = "0.1.0"))]
    version: &'static str,
    /// Whether a server is running on the data folder.
    is_served: bool,
    users: i64,
    disabled_users: i64,
    sessions: i64,
    spaces: i64,
    shares: i64,
    comments: i64,
    photos: i64,
    videos: i64,
    /// Of photos and videos, without previews.
    bytes: i64,
    /// Photos that wait in the queue of the database.
    queued: i64,
    oldest_queued_seconds: Option<u64>,
    /// Photos whose names the queue hasn't accepted yet.
    unsent: i64,
    /// Photos that were given up.
    failed: i64,
    without_previews: usize,
    /// Uploads that no share has taken yet.
    uploads: i64,
    /// Spaces whose deletion isn't over.
    deleted_spaces: i64,
    /// Photos whose bytes are to be deleted.
    deletions: i64,
    /// Those of them that the store didn't delete when it was asked.
    failed_deletions: i64,
    /// Null where the system doesn't say.
    database_bytes: Option<u64>,
    /// The log of the database.
    wal_bytes: Option<u64>,
    /// What can still be written to the disk of the data folder.
    free_bytes: Option<u64>,
    /// What photos and videos take, with previews, renditions and uploads.
    stored_bytes: u64,
    /// What they may take; null without a quota.
    quota_bytes: Option<u64>,
    /// Whether the disk has room for photos and videos.
    has_room: bool,
    /// When the certificate of HTTPS ends; null without a usable certificate, or if the server itself speaks HTTP.
    certificate_ends_at: Option<Moment>,
}

impl From<status::Status> for ServerStatus {
    fn from(status: status::Status) -> Self {
        let status::Status {
            totals,
            backlog,
            sizes,
            usage,
            ..
        } = status;
        let oldest = backlog.oldest_queued;
        let certificate = status.certificate.and_then(Result::ok).flatten();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            is_served: status.is_served,
            users: totals.users,
            disabled_users: totals.disabled_users,
            sessions: backlog.sessions,
            spaces: totals.spaces,
            shares: totals.shares,
            comments: totals.comments,
            photos: totals.photos,
            videos: totals.films,
            bytes: totals.bytes,
            queued: backlog.queued,
            oldest_queued_seconds: oldest.map(|at| status.now.since(at).as_secs()),
            unsent: backlog.unsent,
            failed: backlog.failed,
            without_previews: status.without_previews,
            uploads: backlog.uploads,
            deleted_spaces: backlog.deleted_spaces,
            deletions: backlog.deletions,
            failed_deletions: backlog.failed_deletions,
            database_bytes: sizes.database,
            wal_bytes: sizes.wal,
            free_bytes: sizes.free,
            stored_bytes: usage.used,
            quota_bytes: usage.max,
            has_room: status.has_room,
            certificate_ends_at: certificate.map(Into::into),
        }
    }
}
