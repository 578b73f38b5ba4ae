//! What the command line shows of spaces, accounts and sessions to programs. No route answers with it.

use serde::Serialize;

use super::scalars::{Id, Moment};
use crate::domain::account_status::Account;
use crate::domain::operation::SpaceReport;
use crate::domain::sessions::SessionInfo;
use crate::domain::spaces::Overview;
use crate::domain::users::User;

/// A user as the command line shows them: without links, which it has no address for.
#[derive(Serialize)]
pub struct OperatorsPerson {
    id: Id,
    login: String,
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

/// A space as the command line shows it.
#[derive(Serialize)]
pub struct OperatorsSpace {
    id: Id,
    name: String,
    members: i64,
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

/// A space as the command line shows it alone.
#[derive(Serialize)]
pub struct OperatorsSpaceDetail {
    id: Id,
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
#[derive(Serialize)]
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

/// A session of a user as the command line shows it.
#[derive(Serialize)]
pub struct OperatorsSession {
    id: Id,
    created_at: Moment,
    last_used_at: Moment,
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
