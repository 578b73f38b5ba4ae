//! Every operation of the API, in the order in which a new user would meet them.

// Accounts and their sessions.
mod accounts;
// The pictures of users and spaces.
mod avatars;
// Comments on shares.
mod comments;
// Feeds.
mod feeds;
// What users are told of.
mod notices;
// Looking after the installation.
mod operator;
// Its photos and backups.
mod operator_storage;
// Push messages.
mod push;
// The photos of shares.
mod photos;
// Reactions to shares and to comments.
mod reactions;
// Shares.
mod sharing;
// Spaces, and what was read of them.
mod spaces;
// Events as they happen.
mod events;
// Uploads that wait for their share.
mod uploads;

use serde_json::json;

use super::operation::{Operation, operation, query};
use crate::api::views::invitations::{
    Held, Invitation, InvitationPreview, InvitationWithLink, NewInvitation,
};
use crate::api::views::members;
use crate::api::views::server::Server;
use crate::api::views::spaces::Space;
use crate::config::Config;
use crate::domain::invitations::{InvitationOptions, MAX_OPEN};
use crate::error::{
    Characters, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, NotFound,
};

/// What the operations are about.
pub const TAGS: [(&str, &str); 15] = [
    ("server", "The server itself"),
    ("accounts", "Registering, signing in and out, sessions"),
    ("spaces", "The places that people share"),
    ("members", "Who belongs to a space, and who runs it"),
    ("invitations", "Links by which people join"),
    ("feeds", "What is new in a space, for feed readers"),
    ("shares", "Thoughts, with or without photos"),
    ("comments", "Comments of members on shares"),
    ("reactions", "Reactions of members with emoji"),
    ("photos", "The photos of shares"),
    (
        "uploads",
        "Files that are sent before their share, as a whole or by tus 1.0.0",
    ),
    ("events", "Changes, as they happen"),
    ("notices", "What users are told of, and how much"),
    ("push", "Messages to browsers"),
    ("operator", "Looking after the installation, for operators"),
];

/// Every operation, with the bounds of these settings.
pub fn all(config: &Config) -> Vec<Operation> {
    let limits = &config.limits;
    let mut all = server();
    all.extend(accounts::accounts(limits));
    all.extend(avatars::of_users(limits));
    all.extend(spaces::spaces(limits));
    all.extend(avatars::of_spaces(limits));
    all.extend(of_members());
    all.extend(invitations());
    all.extend(feeds::feeds());
    all.extend(sharing::shares(config));
    all.extend(comments::pins());
    all.extend(comments::comments(limits));
    all.extend(reactions::reactions());
    all.extend(photos::photos(limits));
    all.extend(uploads::uploads(limits));
    all.extend(events::events());
    all.extend(notices::notices());
    all.extend(push::push());
    all.extend(operator::operator());
    all.extend(operator_storage::storage());
    all
}

fn server() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/server",
            "server.about",
            "Get what a client can know before signing in",
        )
        .about(
            "What a client shows before anybody has signed in: who may make an \
             account, the bounds of what people send, and the types of photos. Needs \
             no session.",
        )
        .returns::<Server>(),
        operation(
            "get",
            "/health",
            "server.health",
            "Check whether the server responds",
        )
        .about(
            "A liveness check: it answers as long as the process can answer anything. \
             `/ready` says whether it can do its work.",
        )
        .says("ok"),
        operation(
            "get",
            "/ready",
            "server.ready",
            "Check whether the server is ready",
        )
        .about(
            "For a proxy or a supervisor: 503 while the data folder is gone, the \
             database is damaged, or photos can't be stored. Texts may be shared all \
             the same.",
        )
        .says("ready")
        .refuses([
            Failure::DatabaseDamaged,
            Failure::DataGone,
            Failure::NoPhotoStore,
        ]),
        operation(
            "get",
            "/openapi.json",
            "server.description",
            "Get this description",
        )
        .about(
            "OpenAPI 3.1, with the bounds that are set on this server. Clients can be \
             generated from it.",
        )
        .answers(
            200,
            "OpenAPI 3.1",
            json!({"application/json": {"schema": {"type": "object"}}}),
        ),
    ]
}

fn of_members() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/spaces/{space_id}/members",
            "members.list",
            "List the members in the order of joining",
        )
        .about("For members only.")
        .for_users()
        .lists::<members::Member>()
        .refuses(not_a_member()),
        operation(
            "post",
            "/spaces/{space_id}/members",
            "members.add",
            "Add a user by login",
        )
        .about("For admins only. The login is found without regard to case.")
        .for_users()
        .takes_json::<members::Add>()
        .says("Member added")
        .refuses(not_an_admin())
        .refuses([NotFound::Login { login: String::from("bob") }]).refuses([Conflict::AlreadyMember]),
        operation(
            "delete",
            "/spaces/{space_id}/members/{user_id}",
            "members.remove",
            "Remove a member, or leave",
        )
        .about(
            "An admin can remove any other member; a member can remove only \
             themselves. What they have shared stays. An admin who wants to leave \
             first makes another member an admin, who then makes them a plain member \
             again.",
        )
        .for_users()
        .takes(query(
            "end_invitations",
            "Whether all links into the space end with it, which only its admins may have. Without it they stay, and let in \
             others only.",
            json!({"type": "boolean", "default": false}),
        ))
        .says("Member deleted")
        .refuses(not_an_admin())
        .refuses([no_user()]).refuses([Conflict::AdminCantLeave]),
        operation(
            "put",
            "/spaces/{space_id}/members/{user_id}",
            "members.set_admin",
            "Change the role of a member",
        )
        .about("For admins only. A space always has at least one admin.")
        .for_users()
        .takes_json::<members::SetAdmin>()
        .says("Admin permission changed")
        .refuses(not_an_admin())
        .refuses([no_user()]).refuses([Invalid::NotBoolean]).refuses([Conflict::LastAdmin]),
    ]
}

fn invitations() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/spaces/{space_id}/invitations",
            "invitations.list",
            "List the invitations that can still be used",
        )
        .about(
            "For admins only. The secret of a link is returned once, when it is \
             created, and not here.",
        )
        .for_users()
        .lists::<Invitation>()
        .refuses(not_an_admin()),
        operation(
            "post",
            "/spaces/{space_id}/invitations",
            "invitations.create",
            "Create a link by which people join",
        )
        .about(
            "For admins only. `uses` says how often the link can be used, `days` for \
             how long; by default once, within a week.",
        )
        .for_users()
        .takes_json::<NewInvitation>()
        .creates::<InvitationWithLink>()
        .refuses(not_an_admin())
        .refuses([Malformed::NotOneOf {
            field: FieldName::Role,
            values: &["member", "admin"],
        }])
        .refuses([
            out_of_range(FieldName::Uses, InvitationOptions::MAX_USES),
            out_of_range(FieldName::Days, InvitationOptions::MAX_DAYS),
        ])
        .refuses([Conflict::TooManyInvitations { max: MAX_OPEN }]),
        operation(
            "delete",
            "/spaces/{space_id}/invitations/{invitation_id}",
            "invitations.revoke",
            "Revoke an invitation",
        )
        .about("For admins only. The link ends immediately; members who joined by it stay.")
        .for_users()
        .answers(204, "Done", json!({}))
        .refuses(not_an_admin())
        .refuses([NotFound::Invitation {
            id: String::from("1"),
        }]),
        operation(
            "post",
            "/invitations/offer",
            "invitations.offer",
            "Get what an invitation link offers",
        )
        .about(
            "Which space the link leads to, and who created it. Needs no session, and \
             doesn't count as a use.",
        )
        .takes_json::<Held>()
        .returns::<InvitationPreview>()
        .refuses([NotFound::InvitationToken]),
        operation(
            "post",
            "/invitations/accept",
            "invitations.accept",
            "Join a space by an invitation link",
        )
        .about("Joins the space with the account of the session, and uses the link once.")
        .for_users()
        .takes_json::<Held>()
        .returns::<Space>()
        .refuses([NotFound::InvitationToken])
        .refuses([Conflict::AlreadyMember, Conflict::InvitationToAccount]),
    ]
}

fn bounds(field: FieldName, min: usize, max: usize) -> Vec<Error> {
    vec![
        Invalid::TooLong { field, max }.into(),
        Invalid::TooShort { field, min }.into(),
        Invalid::Blank { field }.into(),
        Invalid::ForbiddenCharacters {
            field,
            reason: Characters::Nul,
        }
        .into(),
    ]
}

fn out_of_range(field: FieldName, max: u16) -> Malformed {
    Malformed::out_of_range(field, max.into())
}

fn no_user() -> NotFound {
    NotFound::User {
        id: String::from("7"),
    }
}

fn no_space() -> NotFound {
    NotFound::Space {
        id: String::from("1"),
    }
}

fn not_a_member() -> [Error; 2] {
    [no_space().into(), Denied::NotMember.into()]
}

fn not_an_admin() -> [Error; 3] {
    [
        no_space().into(),
        Denied::NotMember.into(),
        Denied::NotAdmin.into(),
    ]
}
