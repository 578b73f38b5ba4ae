//! Looking after the installation: the server, its users and its spaces.

use serde_json::json;

use super::accounts::too_many_attempts;
use super::{no_space, no_user};
use crate::api::openapi::operation::{Operation, operation};
use crate::api::views::check::CheckOutcome;
use crate::api::views::operation::{OperatorsSession, ServerStatus};
use crate::api::views::operator::{
    AccountInvitation, ChangeAccount, ChangeSpace, InviteToAccount, LogLine, OperatedSpace,
    OperatorsAccount, OperatorsPassword, SecretLink, SpaceInTotal,
};
use crate::domain::invitations::{InvitationOptions, MAX_OPEN};
use crate::error::{Conflict, Denied, FieldName, Malformed, NotFound};

pub(super) fn operator() -> Vec<Operation> {
    let mut all = server();
    all.extend(users());
    all.extend(sessions());
    all.extend(spaces());
    all
}

/// An operation for operators only.
pub(super) fn for_operators(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    operation(method, path, id, summary)
        .for_users()
        .refuses([Denied::NotOperator])
}

fn server() -> Vec<Operation> {
    vec![
        for_operators(
            "get",
            "/operator/status",
            "operator.status",
            "Get what the installation has and how it is doing",
        )
        .about("For operators only. As `shared-spaces status --json` says it.")
        .returns::<ServerStatus>(),
        for_operators(
            "get",
            "/operator/checks",
            "operator.check",
            "Find problems, and what to do about them",
        )
        .about(
            "For operators only. As `shared-spaces doctor --json` says it. The checks run one at a time, and may take up to a minute.",
        )
        .returns_all::<CheckOutcome>()
        .refuses([Conflict::ChecksRunning]),
        for_operators(
            "post",
            "/operator/invitations",
            "operator.invite",
            "Create a link by which somebody makes an account",
        )
        .about(
            "For operators only. It leads into no space, and works also where nobody may register without an invitation.",
        )
        .takes_json::<InviteToAccount>()
        .returns::<AccountInvitation>()
        .refuses([
            Malformed::out_of_range(FieldName::Uses, InvitationOptions::MAX_USES.into()),
            Malformed::out_of_range(FieldName::Days, InvitationOptions::MAX_DAYS.into()),
        ])
        .refuses([Conflict::TooManyAccountInvitations { max: MAX_OPEN }]),
        for_operators(
            "get",
            "/operator/log",
            "operator.list_log",
            "List what operators have done, the newest first",
        )
        .about(
            "For operators only. Here and on the command line. The newest 10,000 lines are kept.",
        )
        .lists::<LogLine>(),
    ]
}

fn users() -> Vec<Operation> {
    vec![
        for_operators(
            "get",
            "/operator/users",
            "operator.list_users",
            "List all accounts by login",
        )
        .about("For operators only. Each with how many spaces its user is in, and how much they have shared.")
        .lists::<OperatorsAccount>(),
        for_operators(
            "get",
            "/operator/users/{user_id}",
            "operator.get_user",
            "Get an account",
        )
        .about("For operators only. As it is in the list of all.")
        .returns::<OperatorsAccount>()
        .refuses([no_user()]),
        for_operators(
            "put",
            "/operator/users/{user_id}",
            "operator.change_user",
            "Disable an account, change its quota, make its user an operator",
        )
        .about(
            "For operators only. A missing field stays as it is. Who is disabled is signed out everywhere and can't sign in; what they \
             have shared stays. The last operator who can sign in stays one.",
        )
        .takes_json::<ChangeAccount>()
        .returns::<OperatorsAccount>()
        .refuses([no_user()])
        .refuses([
            Malformed::NotTrueOrFalse {
                field: FieldName::Disabled,
            },
            Malformed::QuotaBytes,
        ])
        .refuses([last_operator()]),
        for_operators(
            "delete",
            "/operator/users/{user_id}",
            "operator.remove_user",
            "Remove an account with everything it shared",
        )
        .about(
            "For operators only, with their own password. As `DELETE /me` does it, and with the same refusals.",
        )
        .takes_json::<OperatorsPassword>()
        .answers(204, "Done", json!({}))
        .refuses([no_user()])
        .refuses([Denied::WrongPassword])
        .refuses([
            Conflict::OnlyAdmin {
                login: String::from("ann"),
                spaces: vec![String::from("Family")],
            },
            last_operator(),
        ])
        .refuses([too_many_attempts()]),
        for_operators(
            "post",
            "/operator/users/{user_id}/password-reset",
            "operator.reset_password",
            "Create a link by which a user sets a new password",
        )
        .about("For operators only. It is valid for a day, and once; an earlier one ends.")
        .returns::<SecretLink>()
        .refuses([no_user()]),
    ]
}

fn sessions() -> Vec<Operation> {
    vec![
        for_operators(
            "get",
            "/operator/users/{user_id}/sessions",
            "operator.list_sessions",
            "List where a user is signed in",
        )
        .about("For operators only. The last used first.")
        .lists::<OperatorsSession>()
        .refuses([no_user()]),
        for_operators(
            "delete",
            "/operator/users/{user_id}/sessions",
            "operator.end_sessions",
            "Sign a user out everywhere",
        )
        .about("For operators only. Of their own sessions, they keep the current one.")
        .answers(204, "Done", json!({}))
        .refuses([no_user()]),
        for_operators(
            "delete",
            "/operator/users/{user_id}/sessions/{session_id}",
            "operator.end_session",
            "End a session of a user",
        )
        .about("For operators only. It ends immediately.")
        .answers(204, "Done", json!({}))
        .refuses([no_user()])
        .refuses([NotFound::Session {
            id: String::from("1"),
        }]),
    ]
}

fn spaces() -> Vec<Operation> {
    vec![
        for_operators(
            "get",
            "/operator/spaces",
            "operator.list_spaces",
            "List all spaces",
        )
        .about("For operators only. Each with how many members and shares it has, and how much those take; never what was shared.")
        .lists::<SpaceInTotal>(),
        for_operators(
            "get",
            "/operator/spaces/{space_id}",
            "operator.get_space",
            "Get who is in a space, and how much",
        )
        .about("For operators only. Never what was shared there.")
        .returns::<OperatedSpace>()
        .refuses([no_space()]),
        for_operators(
            "put",
            "/operator/spaces/{space_id}",
            "operator.change_space",
            "Change the quota of a space, or who runs it",
        )
        .about(
            "For operators only. A missing field stays as it is. The user of `transfer_to` becomes its only admin, and a member if they \
             aren't one; those who ran it before stay as members.",
        )
        .takes_json::<ChangeSpace>()
        .returns::<OperatedSpace>()
        .refuses([
            no_space(),
            NotFound::Login {
                login: String::from("bob"),
            },
        ])
        .refuses([Malformed::QuotaBytes]),
        for_operators(
            "delete",
            "/operator/spaces/{space_id}",
            "operator.remove_space",
            "Remove a space for all its members",
        )
        .about("For operators only, with their own password. It goes with everything in it.")
        .takes_json::<OperatorsPassword>()
        .answers(204, "Done", json!({}))
        .refuses([no_space()])
        .refuses([Denied::WrongPassword])
        .refuses([too_many_attempts()]),
    ]
}

fn last_operator() -> Conflict {
    Conflict::LastOperator {
        login: String::from("ann"),
    }
}
