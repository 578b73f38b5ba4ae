//! Every operation of the API, in the order in which somebody would meet them.

use serde_json::{Value, json};

use super::operation::{Operation, operation, query};
use super::schemas::{line, lines, password};
use crate::config::Limits;
use crate::error::Error;
use crate::photos::intake::{too_many_bytes, too_many_pixels};

/// What the operations are about.
pub const TAGS: [(&str, &str); 6] = [
    ("server", "The server itself"),
    ("accounts", "Registering, signing in and out, sessions"),
    ("spaces", "The places that people share"),
    ("members", "Who belongs to a space, and who runs it"),
    ("shares", "Thoughts, with or without a photo"),
    ("photos", "The photos of shares"),
];

/// Every operation, with these bounds.
pub fn all(limits: &Limits) -> Vec<Operation> {
    let mut all = server();
    all.extend(accounts(limits));
    all.extend(spaces(limits));
    all.extend(members());
    all.extend(shares(limits));
    all.extend(photos());
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
        .refuses([Error::NotReady]),
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
            .gives("User")
            .refuses(bounds("Login", limits.login_min, limits.login_max))
            .refuses(bounds("Password", limits.password_min, limits.password_max))
            .refuses([Error::RegistrationClosed, Error::PasswordsDontMatch, Error::UserExists]),
        operation("post", "/login", "accounts.login", "Signs in, for a bearer token and a cookie")
            .takes_json(
                json!({"login": any, "password": any}),
                json!({"login": "ann", "password": "correct horse"}),
            )
            .gives("AccessToken")
            .refuses([Error::WrongLogin]),
        operation("get", "/me", "accounts.me", "Who I am").for_users().gives("User"),
        operation("get", "/logout", "accounts.logout_by_get", "Signs out, with a bearer token only")
            .for_users()
            .says("Logged out")
            .refuses([Error::CookieLogoutByGet]),
        operation("delete", "/logout", "accounts.logout", "Signs out").for_users().says("Logged out"),
        operation("put", "/change-password", "accounts.change_password", "Changes the password and signs out elsewhere")
            .for_users()
            .takes_json(
                json!({"old-password": any, "new-password": password(limits), "confirm-password": password(limits)}),
                json!({"old-password": "correct horse", "new-password": "better horse",
                    "confirm-password": "better horse"}),
            )
            .says("Password changed")
            .refuses(bounds("New password", limits.password_min, limits.password_max))
            .refuses([Error::WrongPassword, Error::NewPasswordsDontMatch]),
        operation("get", "/sessions", "accounts.sessions", "Where I am signed in").for_users().lists("Session"),
        operation("delete", "/sessions", "accounts.end_other_sessions", "Signs out everywhere else")
            .for_users()
            .answers(204, "Done", json!({})),
        operation("delete", "/sessions/{session_id}", "accounts.end_session", "Signs out there")
            .for_users()
            .answers(204, "Done", json!({}))
            .refuses([Error::NoSession(String::from("1"))]),
    ]
}

fn spaces(limits: &Limits) -> Vec<Operation> {
    let name = || line(limits.space_name_min, limits.space_name_max);
    let name_bounds = || bounds("Name", limits.space_name_min, limits.space_name_max);
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
        .refuses(name_bounds()),
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
        .refuses([Error::SpaceHasMembers]),
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
        .refuses([
            Error::NoUserWithLogin(String::from("bob")),
            Error::AlreadyMember,
        ]),
        operation(
            "delete",
            "/spaces/{space_id}/members/{user_id}",
            "members.remove",
            "Takes a member out, or leaves",
        )
        .for_users()
        .says("Member deleted")
        .refuses(not_an_admin())
        .refuses([no_user(), Error::AdminCantLeave]),
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
        .refuses([no_user(), Error::AdminNotBoolean, Error::LastAdmin]),
    ]
}

fn shares(limits: &Limits) -> Vec<Operation> {
    vec![
        operation("post", "/spaces/{space_id}/shares", "shares.create", "Shares a text, and perhaps a photo")
            .for_users()
            .takes(json!({
                "name": "Idempotency-Key", "in": "header",
                "description": "A word of your own: sent again with the same one, the share is not made twice.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "example": "b7e1f2"},
            }))
            .takes_body(share_form(limits))
            .gives("Share")
            .refuses(share_refusals(limits))
            .refuses(not_a_member()),
        operation("get", "/spaces/{space_id}/shares", "shares.list", "The shares of a space, newest first")
            .for_users()
            .lists("ShareInList")
            .refuses(not_a_member()),
        operation("get", "/shares/{share_id}", "shares.get", "A share")
            .for_users()
            .gives("Share")
            .refuses([Error::NoShare, Error::NotMember]),
        operation("put", "/shares/{share_id}", "shares.edit", "Edits a share; a new photo replaces the old one")
            .for_users()
            .takes_body(share_form(limits))
            .says("Share edited")
            .refuses(share_refusals(limits))
            .refuses([Error::NoShare, Error::NotOwner, Error::NotMember]),
        operation("delete", "/shares/{share_id}", "shares.delete", "Deletes a share with its photo")
            .for_users()
            .says("Share deleted")
            .refuses([Error::NoShare, Error::NotOwner]),
    ]
}

fn photos() -> Vec<Operation> {
    let order = query(
        "order",
        "`newest` begins with the newest share.",
        json!({"type": "string", "enum": ["oldest", "newest"]}),
    );
    vec![
        operation(
            "get",
            "/spaces/{space_id}/images",
            "photos.list",
            "Links to the photos of a space, oldest share first",
        )
        .for_users()
        .takes(order)
        .lists("ImageInList")
        .refuses(not_a_member()),
        bytes(
            "/photos/{name}",
            "photos.get",
            "The bytes of a photo, for who has a signed link",
        ),
        bytes(
            "/photos/{name}/{size}",
            "photos.preview",
            "The bytes of a preview, for who has a signed link",
        ),
    ]
}

fn bytes(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let picture = json!({"schema": {"type": "string", "format": "binary"}});
    let types = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    let content: serde_json::Map<String, Value> = types
        .map(|kind| (kind.to_owned(), picture.clone()))
        .into_iter()
        .collect();
    operation("get", path, id, summary)
        .takes(query(
            "expires",
            "From the link.",
            json!({"type": "string", "example": "1800014400"}),
        ))
        .takes(query(
            "signature",
            "From the link.",
            json!({"type": "string", "example": "c2lnbmF0dXJl"}),
        ))
        .answers(200, "The whole file", content.clone().into())
        .answers(206, "The range that was asked for", content.into())
        .answers(302, "In S3, by the link in `Location`", json!({}))
        .answers(304, "Not modified", json!({}))
        .refuses([
            Error::BadLink,
            Error::ExpiredLink,
            Error::NoPhoto,
            Error::NoSuchRange,
            Error::PhotosUnavailable(anyhow::anyhow!("never shown")),
        ])
}

/// The form of a share, as either kind of form.
fn share_form(limits: &Limits) -> Value {
    let text = lines(limits.text_min, limits.text_max);
    let example = json!({"text": "Nice weather - let's have a barbecue"});
    let file = json!({"type": "string", "format": "binary", "description": "A photo: JPEG, PNG, WebP or GIF."});
    let form = |properties: Value| {
        json!({
            "type": "object", "required": ["text"], "properties": properties,
            // What stands in the header of a part.
            "propertyNames": {"pattern": r#"^[^\x00-\x1f\x7f"\\]+$"#},
        })
    };
    json!({
        "multipart/form-data": {
            "schema": form(json!({"text": text, "file": file})),
            "encoding": {"file": {"contentType": "image/jpeg, image/png, image/webp, image/gif"}},
            "example": example,
        },
        "application/x-www-form-urlencoded": {"schema": form(json!({"text": text})), "example": example},
    })
}

fn share_refusals(limits: &Limits) -> Vec<Error> {
    let mut refusals = bounds("Text", limits.text_min, limits.text_max);
    refusals.extend([
        Error::NotProvided("Text"),
        Error::Malformed(String::from("Text must be UTF-8")),
        Error::WrongContentType(
            "The form must be sent as multipart/form-data or application/x-www-form-urlencoded",
        ),
        Error::PhotoType,
        Error::PhotoDamaged("it ends too early"),
        too_many_bytes(limits),
        too_many_pixels(limits),
        Error::PhotosUnavailable(anyhow::anyhow!("never shown")),
    ]);
    refusals
}

fn bounds(field: &'static str, min: usize, max: usize) -> Vec<Error> {
    vec![
        Error::TooLong { field, max },
        Error::TooShort { field, min },
        Error::Blank(field),
        Error::Forbidden { field, what: "NUL" },
    ]
}

fn no_user() -> Error {
    Error::NoUser(String::from("7"))
}

fn not_a_member() -> [Error; 2] {
    [Error::NoSpace(String::from("1")), Error::NotMember]
}

fn not_an_admin() -> [Error; 3] {
    [
        Error::NoSpace(String::from("1")),
        Error::NotMember,
        Error::NotAdmin,
    ]
}
