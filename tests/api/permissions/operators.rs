//! What only operators may do. The stranger is one, who is in no space; the admin of a space isn't.

use rocket::http::Method;
use serde_json::json;

use super::table::{Body, Row};
use crate::support::PASSWORD;

/// Only the operator may do this, with this status.
fn only(status: u16) -> [u16; 7] {
    [401, status, 403, 403, 403, 403, 401]
}

/// The rows of the operator's page.
pub fn rows() -> Vec<Row> {
    use Body::{Json, None};
    use Method::{Delete, Get, Post, Put};
    let row = |method, route, path, body, status| Row {
        method,
        route,
        path,
        body,
        statuses: only(status),
    };
    let get = |path| row(Get, path, path, None, 200);
    let password = || Json(json!({"password": PASSWORD}));
    vec![
        get("/operator/status"),
        get("/operator/checks"),
        get("/operator/log"),
        get("/operator/users"),
        get("/operator/spaces"),
        get("/operator/photos"),
        get("/operator/backups"),
        row(
            Post,
            "/operator/invitations",
            "/operator/invitations",
            Json(json!({})),
            200,
        ),
        row(Get, "/operator/users/<id>", "/operator/users/4", None, 200),
        row(
            Put,
            "/operator/users/<id>",
            "/operator/users/4",
            Json(json!({"disabled": true, "is_operator": true, "max_bytes": 1000})),
            200,
        ),
        row(
            Delete,
            "/operator/users/<id>",
            "/operator/users/4",
            password(),
            204,
        ),
        row(
            Post,
            "/operator/users/<id>/password-reset",
            "/operator/users/4/password-reset",
            None,
            200,
        ),
        row(
            Get,
            "/operator/users/<id>/sessions",
            "/operator/users/4/sessions",
            None,
            200,
        ),
        row(
            Delete,
            "/operator/users/<id>/sessions",
            "/operator/users/4/sessions",
            None,
            204,
        ),
        // The fourth session is that of the fourth user.
        row(
            Delete,
            "/operator/users/<id>/sessions/<session_id>",
            "/operator/users/4/sessions/4",
            None,
            204,
        ),
        row(
            Get,
            "/operator/spaces/<id>",
            "/operator/spaces/1",
            None,
            200,
        ),
        row(
            Put,
            "/operator/spaces/<id>",
            "/operator/spaces/1",
            Json(json!({"max_bytes": 1000, "transfer_to": "dan"})),
            200,
        ),
        row(
            Delete,
            "/operator/spaces/<id>",
            "/operator/spaces/1",
            password(),
            204,
        ),
        row(
            Post,
            "/operator/photos/retry",
            "/operator/photos/retry",
            Json(json!({})),
            200,
        ),
        // This server makes no backups.
        row(Post, "/operator/backups", "/operator/backups", None, 409),
        row(
            Post,
            "/operator/backups/verify",
            "/operator/backups/verify",
            None,
            409,
        ),
    ]
}
