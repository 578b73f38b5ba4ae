//! Members of spaces.

use rocket::{delete, get, post, put};
use serde::Deserialize;
use serde_json::Value;

use super::body::{Body, Field, Payload, any, text};
use super::guards::{CurrentUser, Shared};
use super::links::Links;
use super::params::Piece;
use crate::domain::access;
use crate::domain::ids::{Given, SpaceId, UserId};
use crate::domain::members;
use crate::domain::page::Page;
use crate::domain::text::GivenLogin;
use crate::error::Result;

#[get("/spaces/<id>/members")]
pub async fn list(
    app: &Shared,
    user: CurrentUser,
    page: Page,
    id: Given<SpaceId>,
    links: Links,
) -> Result<Piece> {
    let piece = app.db.read(move |conn| {
        let member = access::member(conn, user.user.id, &id)?;
        Piece::write(&links, None, |rows| {
            members::list(conn, &member, &page, |row| rows.put(&row))
        })
    });
    piece.await
}

#[derive(Deserialize)]
pub struct Invite {
    login: String,
}

impl Payload for Invite {
    const FIELDS: &'static [Field] = &[text("login", "Login")];
}

#[post("/spaces/<id>/members", data = "<body>")]
pub async fn add(
    app: &Shared,
    user: CurrentUser,
    id: Given<SpaceId>,
    body: Body<Invite>,
) -> Result<&'static str> {
    let (login, now) = (GivenLogin::new(body.0.login), app.now());
    let added = app.db.write(move |conn| {
        let admin = access::admin(conn, user.user.id, &id)?;
        members::add(conn, &admin, &login, now)
    });
    added.await?;
    Ok("Member added")
}

#[delete("/spaces/<id>/members/<user_id>")]
pub async fn remove(
    app: &Shared,
    user: CurrentUser,
    id: Given<SpaceId>,
    user_id: Given<UserId>,
) -> Result<&'static str> {
    let removed = app.db.write(move |conn| {
        let removal = access::removal(conn, user.user.id, &id, &user_id)?;
        members::remove(conn, &removal)
    });
    removed.await?;
    Ok("Member deleted")
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SetAdmin {
    is_admin: Value,
}

impl Payload for SetAdmin {
    const FIELDS: &'static [Field] = &[any("is-admin", "Is admin")];
}

#[put("/spaces/<id>/members/<user_id>", data = "<body>")]
pub async fn set_admin(
    app: &Shared,
    user: CurrentUser,
    id: Given<SpaceId>,
    user_id: Given<UserId>,
    body: Body<SetAdmin>,
) -> Result<&'static str> {
    let changed = app.db.write(move |conn| {
        let admin = access::admin(conn, user.user.id, &id)?;
        members::set_admin(conn, &admin, &user_id, body.0.is_admin.as_bool())
    });
    changed.await?;
    Ok("Admin permission changed")
}
