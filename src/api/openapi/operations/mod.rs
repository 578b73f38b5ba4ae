//! Every operation of the API, in the order in which somebody would meet them.

// What is to be known of each.
pub mod about;
// Shares and photos.
mod sharing;

use std::time::Duration;

use serde_json::json;

use super::operation::{Operation, operation, query};
use super::schemas::{line, password};
use crate::config::{Config, Limits};
use crate::domain::invitations::{InvitationOptions, MOST_OPEN};
use crate::domain::spaces;
use crate::error::{
    Characters, Conflict, Denied, Error, Failure, FieldName, Invalid, Malformed, NotFound, Overload,
};

/// What the operations are about.
pub const TAGS: [(&str, &str); 7] = [
    ("server", "The server itself"),
    ("accounts", "Registering, signing in and out, sessions"),
    ("spaces", "The places that people share"),
    ("members", "Who belongs to a space, and who runs it"),
    ("invitations", "Links by which somebody gets in"),
    ("shares", "Thoughts, with or without a photo"),
    ("photos", "The photos of shares"),
];

/// Every operation, with the bounds of these settings.
pub fn all(config: &Config) -> Vec<Operation> {
    let limits = &config.limits;
    let mut all = server();
    all.extend(accounts(limits));
    all.extend(of_spaces(limits));
    all.extend(members());
    all.extend(invitations());
    all.extend(sharing::shares(config));
    all.extend(sharing::photos());
    all
}

fn server() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/server",
            "server.about",
            "What somebody should know before signing in",
        )
        .gives("Server"),
        operation(
            "get",
            "/health",
            "server.health",
            "Whether the server answers at all",
        )
        .says("ok"),
        operation(
            "get",
            "/ready",
            "server.ready",
            "Whether the server can do its work",
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
            "This description",
        )
        .answers(
            200,
            "OpenAPI 3.1",
            json!({"application/json": {"schema": {"type": "object"}}}),
        ),
    ]
}

fn accounts(limits: &Limits) -> Vec<Operation> {
    let login = line(limits.login_min, limits.login_max);
    let any = json!({"type": "string"});
    vec![
        operation("post", "/register", "accounts.register", "Makes an account")
            .takes_json(
                json!({"login": login, "password": password(limits), "confirm-password": password(limits)}),
                json!({"login": "ann", "password": "correct horse", "confirm-password": "correct horse"}),
            )
            .may_take(json!({"invitation": {"type": ["string", "null"], "description": "The token of an invitation."}}))
            .gives("User")
            .refuses(bounds(FieldName::Login, limits.login_min, limits.login_max))
            .refuses(bounds(FieldName::Password, limits.password_min, limits.password_max))
            .refuses([too_many_attempts()])
            .refuses([Denied::RegistrationClosed, Denied::InvitationNeeded]).refuses([NotFound::InvitationToken]).refuses([Invalid::PasswordsDontMatch]).refuses([Conflict::UserExists]),
        operation("post", "/login", "accounts.login", "Signs in, for a bearer token and a cookie")
            .takes_json(
                json!({"login": any, "password": any}),
                json!({"login": "ann", "password": "correct horse"}),
            )
            .gives("AccessToken")
            .refuses([Denied::WrongLogin, Denied::NotByHttps { url: String::from("https://spaces.example.org") }]).refuses([too_many_attempts()]),
        operation("get", "/me", "accounts.me", "Who I am").for_users().gives("User"),
        operation("get", "/logout", "accounts.logout_by_get", "Signs out, with a bearer token only")
            .for_users()
            .says("Logged out")
            .refuses([Denied::CookieLogoutByGet]),
        operation("delete", "/logout", "accounts.logout", "Signs out").for_users().says("Logged out"),
        operation("put", "/change-password", "accounts.change_password", "Changes the password and signs out elsewhere")
            .for_users()
            .takes_json(
                json!({"old-password": any, "new-password": password(limits), "confirm-password": password(limits)}),
                json!({"old-password": "correct horse", "new-password": "better horse",
                    "confirm-password": "better horse"}),
            )
            .says("Password changed")
            .refuses(bounds(FieldName::NewPassword, limits.password_min, limits.password_max))
            .refuses([Denied::WrongPassword]).refuses([Invalid::NewPasswordsDontMatch]).refuses([too_many_attempts()]),
        operation("post", "/password-resets/redeem", "accounts.reset_password", "Sets a new password by a link, and signs out everywhere")
            .takes_json(
                json!({"token": any, "new-password": password(limits), "confirm-password": password(limits)}),
                json!({"token": "dGhpcyBpcyBhbiBleGFtcGxl", "new-password": "better horse",
                    "confirm-password": "better horse"}),
            )
            .says("Password changed")
            .refuses(bounds(FieldName::NewPassword, limits.password_min, limits.password_max))
            .refuses([NotFound::Reset]).refuses([Invalid::NewPasswordsDontMatch]),
        operation("get", "/sessions", "accounts.sessions", "Where I am signed in").for_users().lists("Session"),
        operation("delete", "/sessions", "accounts.end_other_sessions", "Signs out everywhere else")
            .for_users()
            .answers(204, "Done", json!({})),
        operation("delete", "/sessions/{session_id}", "accounts.end_session", "Signs out there")
            .for_users()
            .answers(204, "Done", json!({}))
            .refuses([NotFound::Session { id: String::from("1") }]),
    ]
}

fn of_spaces(limits: &Limits) -> Vec<Operation> {
    let name = || line(limits.space_name_min, limits.space_name_max);
    let name_bounds = || {
        bounds(
            FieldName::Name,
            limits.space_name_min,
            limits.space_name_max,
        )
    };
    vec![
        operation(
            "post",
            "/spaces",
            "spaces.create",
            "Makes a space, with me as its first admin",
        )
        .for_users()
        .takes_json(json!({"name": name()}), json!({"name": "Family"}))
        .gives("Space")
        .refuses(name_bounds())
        .refuses([Conflict::TooManySpaces { max: spaces::MOST }]),
        operation("get", "/spaces", "spaces.list", "My spaces, by name")
            .for_users()
            .lists("MySpace"),
        operation("get", "/spaces/{space_id}", "spaces.get", "A space of mine")
            .for_users()
            .gives("SpaceOfMember")
            .refuses(not_a_member()),
        operation(
            "put",
            "/spaces/{space_id}",
            "spaces.rename",
            "Renames a space",
        )
        .for_users()
        .takes_json(
            json!({"new-name": name()}),
            json!({"new-name": "Our family"}),
        )
        .says("Space renamed")
        .refuses(name_bounds())
        .refuses(not_an_admin()),
        operation(
            "delete",
            "/spaces/{space_id}",
            "spaces.delete",
            "Deletes a space with its shares and photos",
        )
        .for_users()
        .says("Space deleted")
        .refuses(not_an_admin())
        .refuses([Conflict::SpaceHasMembers]),
    ]
}

fn members() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/spaces/{space_id}/members",
            "members.list",
            "The members, in the order of joining",
        )
        .for_users()
        .lists("Member")
        .refuses(not_a_member()),
        operation(
            "post",
            "/spaces/{space_id}/members",
            "members.add",
            "Adds somebody by login",
        )
        .for_users()
        .takes_json(
            json!({"login": {"type": "string"}}),
            json!({"login": "bob"}),
        )
        .says("Member added")
        .refuses(not_an_admin())
        .refuses([NotFound::Login { login: String::from("bob") }]).refuses([Conflict::AlreadyMember]),
        operation(
            "delete",
            "/spaces/{space_id}/members/{user_id}",
            "members.remove",
            "Takes a member out, or leaves",
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
            "Makes an admin, or a member again",
        )
        .for_users()
        .takes_json(
            json!({"is-admin": {"type": "boolean"}}),
            json!({"is-admin": true}),
        )
        .says("Admin permission changed")
        .refuses(not_an_admin())
        .refuses([no_user()]).refuses([Invalid::NotBoolean]).refuses([Conflict::LastAdmin]),
    ]
}

fn invitations() -> Vec<Operation> {
    let held = || json!({"token": {"type": "string"}});
    let example = || json!({"token": "dGhpcyBpcyBhbiBleGFtcGxl"});
    let terms = json!({
        "role": {"enum": ["member", "admin", null]},
        "uses": {"type": ["integer", "null"], "minimum": 1, "maximum": InvitationOptions::MOST_USES},
        "days": {"type": ["integer", "null"], "minimum": 1, "maximum": InvitationOptions::MOST_DAYS},
    });
    vec![
        operation(
            "get",
            "/spaces/{space_id}/invitations",
            "invitations.list",
            "The invitations that can still be used",
        )
        .for_users()
        .lists("Invitation")
        .refuses(not_an_admin()),
        operation(
            "post",
            "/spaces/{space_id}/invitations",
            "invitations.create",
            "Makes a link by which somebody joins",
        )
        .for_users()
        .takes_json(json!({}), json!({"role": "member", "uses": 5, "days": 7}))
        .may_take(terms)
        .creates("InvitationWithLink")
        .refuses(not_an_admin())
        .refuses([Malformed::NotOneOf {
            field: FieldName::Role,
            values: ["member", "admin"],
        }])
        .refuses([
            out_of_range(FieldName::Uses, InvitationOptions::MOST_USES),
            out_of_range(FieldName::Days, InvitationOptions::MOST_DAYS),
        ])
        .refuses([Conflict::TooManyInvitations { max: MOST_OPEN }]),
        operation(
            "delete",
            "/spaces/{space_id}/invitations/{invitation_id}",
            "invitations.revoke",
            "Takes one back",
        )
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
            "What a link offers",
        )
        .takes_json(held(), example())
        .gives("Offer")
        .refuses([NotFound::InvitationToken]),
        operation(
            "post",
            "/invitations/accept",
            "invitations.accept",
            "Joins by a link, with an account",
        )
        .for_users()
        .takes_json(held(), example())
        .gives("Space")
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

fn too_many_attempts() -> Overload {
    Overload::TooManyAttempts {
        wait: Duration::from_secs(60),
    }
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
