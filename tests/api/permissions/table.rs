//! Every mounted route, a request to it, and what each role is answered.

use rocket::http::{ContentType, Header, Method};
use rocket::local::blocking::LocalRequest;
use serde_json::{Value, json};
use shared_spaces::api::assets;

use crate::support::{Browser, Form, PASSWORD, TestApp, pictures};

/// What a request carries.
pub enum Body {
    None,
    Json(Value),
    Form,
    /// A photo as it is.
    Photo,
    /// A piece of an upload.
    Piece,
}

/// A route, a request to it, and the status for each of [`ROLES`].
pub struct Row {
    pub method: Method,
    pub route: &'static str,
    pub path: &'static str,
    pub body: Body,
    pub statuses: [u16; 7],
}

/// The people of the table, with the logins that they have. The removed account's session is still in a browser.
pub const ROLES: [(&str, Option<&str>); 7] = [
    ("anonymous", None),
    ("operator, a stranger", Some("cid")),
    ("former member", Some("eve")),
    ("member", Some("dan")),
    ("author", Some("bob")),
    ("admin", Some("ann")),
    ("removed account", Some("fay")),
];

const ANYBODY: [u16; 7] = [200; 7];
const USERS: [u16; 7] = [401, 200, 200, 200, 200, 200, 401];
const MEMBERS: [u16; 7] = [401, 403, 403, 200, 200, 200, 401];
const MAKER: [u16; 7] = [401, 404, 404, 404, 200, 404, 401];
/// Who may react, which is answered without a word.
const ANSWERERS: [u16; 7] = [401, 403, 403, 204, 204, 204, 401];
const ADMINS: [u16; 7] = [401, 403, 403, 403, 403, 200, 401];

/// All of them.
pub fn table() -> Vec<Row> {
    use Body::{Form, Json, None, Photo, Piece};
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    let row = |method, route, path, body, statuses| Row {
        method,
        route,
        path,
        body,
        statuses,
    };
    let asset = assets::names().find(|name| name.starts_with("assets/"));
    let asset: &str = format!("/{}", asset.unwrap()).leak();
    let account = json!({"login": "gus", "password": PASSWORD, "confirm-password": PASSWORD});
    let password = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    let at_root = assets::at_root().map(|name| {
        let path: &str = format!("/{name}").leak();
        row(Get, path, path, None, ANYBODY)
    });
    let subscription = Browser::at(String::from("https://push.example.org/1")).subscription();
    let held = json!({"token": "made-up"});
    let reset = json!({"token": "made-up", "new-password": "better horse", "confirm-password": "better horse"});
    let mut rows = vec![
        row(Get, "/openapi.json", "/openapi.json", None, ANYBODY),
        // The link is the right here too.
        row(
            Post,
            "/invitations/offer",
            "/invitations/offer",
            Json(held.clone()),
            [404; 7],
        ),
        row(
            Post,
            "/invitations/accept",
            "/invitations/accept",
            Json(held),
            [401, 404, 404, 404, 404, 404, 401],
        ),
        row(
            Post,
            "/password-resets/redeem",
            "/password-resets/redeem",
            Json(reset),
            [404; 7],
        ),
        // This server sends no mail.
        row(
            Post,
            "/password-resets",
            "/password-resets",
            Json(json!({"login": "ann"})),
            [404; 7],
        ),
        row(
            Get,
            "/spaces/<id>/invitations",
            "/spaces/1/invitations",
            None,
            ADMINS,
        ),
        row(
            Post,
            "/spaces/<id>/invitations",
            "/spaces/1/invitations",
            Json(json!({})),
            [401, 403, 403, 403, 403, 201, 401],
        ),
        row(
            Delete,
            "/spaces/<id>/invitations/<invitation_id>",
            "/spaces/1/invitations/1",
            None,
            [401, 403, 403, 403, 403, 204, 401],
        ),
        row(Get, "/spaces/<id>/feeds", "/spaces/1/feeds", None, MEMBERS),
        row(
            Post,
            "/spaces/<id>/feeds",
            "/spaces/1/feeds",
            Json(json!({})),
            [401, 403, 403, 201, 201, 201, 401],
        ),
        // None of them has one.
        row(
            Get,
            "/spaces/<id>/feeds/<feed_id>",
            "/spaces/1/feeds/1",
            None,
            [401, 403, 403, 404, 404, 404, 401],
        ),
        row(
            Delete,
            "/spaces/<id>/feeds/<feed_id>",
            "/spaces/1/feeds/1",
            None,
            [401, 403, 403, 404, 404, 404, 401],
        ),
        // The address is the right.
        row(Get, "/feeds/<token>", "/feeds/made-up", None, [404; 7]),
        row(
            Get,
            "/feeds/<token>/photos/<name>",
            "/feeds/made-up/photos/1-1.png",
            None,
            [404; 7],
        ),
        row(
            Get,
            "/spaces/<id>/archive",
            "/spaces/1/archive",
            None,
            MEMBERS,
        ),
        row(
            Post,
            "/spaces/<id>/archive",
            "/spaces/1/archive",
            Json(json!({"media": [1]})),
            MEMBERS,
        ),
        row(Get, "/", "/", None, ANYBODY),
        row(Get, "/app/<_..>", "/app/spaces/1/members", None, ANYBODY),
        row(Get, "/app/sw.js", "/app/sw.js", None, ANYBODY),
        row(
            Post,
            "/app/share-target",
            "/app/share-target",
            None,
            [303; 7],
        ),
        row(Get, "/docs", "/docs", None, ANYBODY),
        row(Get, "/assets/<name>", asset, None, ANYBODY),
        row(Get, "/server", "/server", None, ANYBODY),
        row(Get, "/health", "/health", None, ANYBODY),
        row(Get, "/ready", "/ready", None, ANYBODY),
        row(Post, "/register", "/register", Json(account), ANYBODY),
        row(
            Post,
            "/login",
            "/login",
            Json(json!({"login": "ann", "password": PASSWORD})),
            ANYBODY,
        ),
        // The link is the permission, and none of these people has one.
        row(
            Get,
            "/photos/<name>?<expires>&<signature>&<download>",
            "/photos/1-1.png",
            None,
            [403; 7],
        ),
        row(
            Get,
            "/photos/<name>/<size>?<expires>&<signature>",
            "/photos/1-1.png/small",
            None,
            [403; 7],
        ),
        row(Options, "/uploads", "/uploads", None, [204; 7]),
        row(Options, "/uploads/<_>", "/uploads/1", None, [204; 7]),
        row(
            Post,
            "/uploads",
            "/uploads",
            Photo,
            [401, 201, 201, 201, 201, 201, 401],
        ),
        // It is the author's alone.
        row(Get, "/uploads/<id>", "/uploads/1", None, MAKER),
        row(Head, "/uploads/<id>", "/uploads/1", Piece, MAKER),
        row(
            Patch,
            "/uploads/<id>",
            "/uploads/1",
            Piece,
            [401, 404, 404, 404, 204, 404, 401],
        ),
        row(
            Delete,
            "/uploads/<id>",
            "/uploads/1",
            None,
            [401, 404, 404, 404, 204, 404, 401],
        ),
        row(
            Post,
            "/spaces/<id>/shares",
            "/spaces/1/shares",
            Json(json!({"text": "Hello", "media": []})),
            MEMBERS,
        ),
        row(Get, "/me", "/me", None, USERS),
        row(
            Put,
            "/me",
            "/me",
            Json(json!({"name": "Ann Miller"})),
            USERS,
        ),
        // The admin is the only one of a space with other members.
        row(
            Delete,
            "/me",
            "/me",
            Json(json!({"password": PASSWORD})),
            [401, 204, 204, 204, 204, 400, 401],
        ),
        row(Get, "/me/export", "/me/export", None, USERS),
        row(Put, "/me/avatar", "/me/avatar", Photo, USERS),
        row(
            Delete,
            "/me/avatar",
            "/me/avatar",
            None,
            [401, 204, 204, 204, 204, 204, 401],
        ),
        row(
            Put,
            "/spaces/<id>/avatar",
            "/spaces/1/avatar",
            Photo,
            ADMINS,
        ),
        row(
            Delete,
            "/spaces/<id>/avatar",
            "/spaces/1/avatar",
            None,
            [401, 403, 403, 403, 403, 204, 401],
        ),
        // The link is the permission here as well.
        row(
            Get,
            "/avatars/<name>?<expires>&<signature>",
            "/avatars/0123456789abcdef",
            None,
            [403; 7],
        ),
        row(Get, "/logout", "/logout", None, USERS),
        row(Delete, "/logout", "/logout", None, USERS),
        row(
            Put,
            "/change-password",
            "/change-password",
            Json(password),
            USERS,
        ),
        row(Get, "/sessions", "/sessions", None, USERS),
        row(
            Delete,
            "/sessions",
            "/sessions",
            None,
            [401, 204, 204, 204, 204, 204, 401],
        ),
        // The first session is the admin's.
        row(
            Delete,
            "/sessions/<id>",
            "/sessions/1",
            None,
            [401, 404, 404, 404, 404, 204, 401],
        ),
        row(
            Post,
            "/spaces",
            "/spaces",
            Json(json!({"name": "Choir"})),
            USERS,
        ),
        row(Get, "/events?<space>&<after>", "/events", None, USERS),
        row(
            Get,
            "/events?<space>&<after>",
            "/events?space=1",
            None,
            MEMBERS,
        ),
        row(Get, "/notices", "/notices", None, USERS),
        // None of them has one.
        row(
            Get,
            "/notices/<id>",
            "/notices/1",
            None,
            [401, 404, 404, 404, 404, 404, 401],
        ),
        row(
            Put,
            "/notices/read",
            "/notices/read",
            Json(json!({})),
            [401, 204, 204, 204, 204, 204, 401],
        ),
        row(
            Get,
            "/spaces/<id>/notices",
            "/spaces/1/notices",
            None,
            MEMBERS,
        ),
        row(
            Put,
            "/spaces/<id>/notices",
            "/spaces/1/notices",
            Json(json!({"level": "mentions"})),
            MEMBERS,
        ),
        row(Get, "/push-key", "/push-key", None, USERS),
        row(
            Post,
            "/push-subscriptions",
            "/push-subscriptions",
            Json(subscription),
            [401, 201, 201, 201, 201, 201, 401],
        ),
        // None of them has one.
        row(
            Delete,
            "/push-subscriptions/<id>",
            "/push-subscriptions/1",
            None,
            [401, 404, 404, 404, 404, 404, 401],
        ),
        row(Get, "/spaces", "/spaces", None, USERS),
        row(Get, "/spaces/<id>", "/spaces/1", None, MEMBERS),
        row(
            Put,
            "/spaces/<id>/read",
            "/spaces/1/read",
            Json(json!({"share_id": 1})),
            ANSWERERS,
        ),
        row(
            Get,
            "/spaces/<id>/members",
            "/spaces/1/members",
            None,
            MEMBERS,
        ),
        row(
            Get,
            "/spaces/<id>/shares",
            "/spaces/1/shares",
            None,
            MEMBERS,
        ),
        row(
            Post,
            "/spaces/<id>/shares",
            "/spaces/1/shares",
            Form,
            MEMBERS,
        ),
        row(
            Get,
            "/spaces/<id>/images",
            "/spaces/1/images",
            None,
            MEMBERS,
        ),
        row(Get, "/shares/<id>", "/shares/1", None, MEMBERS),
        row(
            Put,
            "/shares/<id>",
            "/shares/1",
            Form,
            [401, 403, 403, 403, 200, 403, 401],
        ),
        row(
            Put,
            "/media/<id>",
            "/media/1",
            Json(json!({"caption": "At the lake"})),
            [401, 403, 403, 403, 200, 403, 401],
        ),
        row(
            Put,
            "/shares/<id>",
            "/shares/1",
            Json(json!({"text": "Good evening", "media": [{"id": 1}]})),
            [401, 403, 403, 403, 200, 403, 401],
        ),
        row(
            Post,
            "/shares/<id>/comments",
            "/shares/1/comments",
            Json(json!({"text": "What a sight!"})),
            [401, 403, 403, 201, 201, 201, 401],
        ),
        row(
            Get,
            "/shares/<id>/comments",
            "/shares/1/comments",
            None,
            MEMBERS,
        ),
        row(Get, "/comments/<id>", "/comments/1", None, MEMBERS),
        row(
            Put,
            "/shares/<id>/pin",
            "/shares/1/pin",
            None,
            [401, 403, 403, 403, 403, 204, 401],
        ),
        row(
            Delete,
            "/shares/<id>/pin",
            "/shares/1/pin",
            None,
            [401, 403, 403, 403, 403, 204, 401],
        ),
        row(
            Get,
            "/shares/<id>/reactions",
            "/shares/1/reactions",
            None,
            MEMBERS,
        ),
        row(
            Put,
            "/shares/<id>/reactions/<emoji>",
            "/shares/1/reactions/%F0%9F%91%8D",
            None,
            ANSWERERS,
        ),
        row(
            Delete,
            "/shares/<id>/reactions/<emoji>",
            "/shares/1/reactions/%F0%9F%91%8D",
            None,
            ANSWERERS,
        ),
        row(
            Get,
            "/comments/<id>/reactions",
            "/comments/1/reactions",
            None,
            MEMBERS,
        ),
        row(
            Put,
            "/comments/<id>/reactions/<emoji>",
            "/comments/1/reactions/%F0%9F%91%8D",
            None,
            ANSWERERS,
        ),
        row(
            Delete,
            "/comments/<id>/reactions/<emoji>",
            "/comments/1/reactions/%F0%9F%91%8D",
            None,
            ANSWERERS,
        ),
        row(
            Put,
            "/comments/<id>",
            "/comments/1",
            Json(json!({"text": "What a day!"})),
            [401, 403, 403, 403, 200, 403, 401],
        ),
        row(
            Delete,
            "/comments/<id>",
            "/comments/1",
            None,
            [401, 403, 403, 403, 204, 204, 401],
        ),
        row(
            Delete,
            "/shares/<id>",
            "/shares/1",
            None,
            [401, 403, 403, 403, 200, 200, 401],
        ),
        row(
            Put,
            "/spaces/<id>",
            "/spaces/1",
            Json(json!({"new-name": "Kin"})),
            ADMINS,
        ),
        // An admin may, but not while others are in it.
        row(
            Delete,
            "/spaces/<id>",
            "/spaces/1",
            None,
            [401, 403, 403, 403, 403, 400, 401],
        ),
        row(
            Post,
            "/spaces/<id>/members",
            "/spaces/1/members",
            Json(json!({"login": "cid"})),
            ADMINS,
        ),
        row(
            Put,
            "/spaces/<id>/members/<user_id>",
            "/spaces/1/members/4",
            Json(json!({"is-admin": true})),
            ADMINS,
        ),
        // The fourth user is the member, who may leave.
        row(
            Delete,
            "/spaces/<id>/members/<user_id>?<end_invitations>",
            "/spaces/1/members/4",
            None,
            [401, 403, 403, 200, 403, 200, 401],
        ),
        // But not take the links of others with them.
        row(
            Delete,
            "/spaces/<id>/members/<user_id>?<end_invitations>",
            "/spaces/1/members/4?end_invitations=true",
            None,
            [401, 403, 403, 403, 403, 200, 401],
        ),
    ];
    // The link is the right, and none of these people has one.
    let confirm = (
        "/email-confirmations/<token>",
        "/email-confirmations/x",
        404,
    );
    for (route, path, refused) in [confirm, ("/unsubscribe/<token>", "/unsubscribe/x", 403)] {
        rows.extend([Get, Post].map(|method| row(method, route, path, None, [refused; 7])));
    }
    rows.extend(at_root.chain(super::operators::rows()));
    rows
}

/// The request of a row, not yet sent as anybody.
pub fn request<'a>(app: &'a TestApp, row: &Row) -> LocalRequest<'a> {
    let request = app.client().req(row.method, row.path);
    match &row.body {
        Body::None => request,
        Body::Json(body) => request.header(ContentType::JSON).body(body.to_string()),
        Body::Form => request
            .header(Form::content_type())
            .body(Form::text("Hello").file(&pictures::png(2)).body()),
        Body::Photo => request.body(pictures::png(2)),
        Body::Piece => request
            .header(Header::new("Tus-Resumable", "1.0.0"))
            .header(Header::new("Upload-Offset", "0"))
            .header(ContentType::new("application", "offset+octet-stream"))
            .body("abc"),
    }
}
