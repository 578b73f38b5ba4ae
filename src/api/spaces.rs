//! Spaces.

use rocket::serde::json::Json;
use rocket::{delete, get, post, put};
use serde::Deserialize;

use super::body::{Body, Field, Payload, text};
use super::guards::{CurrentUser, Shared};
use super::links::Links;
use super::params::Piece;
use super::visitor::Visitor;
use crate::domain::access;
use crate::domain::ids::{Given, SpaceId};
use crate::domain::page::Page;
use crate::domain::spaces::{self, OpenSpace, Space};
use crate::domain::text::SpaceName;
use crate::error::Result;
use crate::record;

#[derive(Deserialize)]
pub struct NewSpace {
    name: String,
}

impl Payload for NewSpace {
    const FIELDS: &'static [Field] = &[text("name", "Name")];
}

#[post("/spaces", data = "<body>")]
pub async fn create(app: &Shared, user: CurrentUser, body: Body<NewSpace>) -> Result<Json<Space>> {
    let name = SpaceName::parse(&body.0.name, &app.config.limits)?;
    let (maker, now) = (user.user.id, app.now());
    Ok(Json(
        app.db
            .write(move |conn| spaces::create(conn, maker, &name, now))
            .await?,
    ))
}

#[get("/spaces")]
pub async fn list(app: &Shared, user: CurrentUser, page: Page, links: Links) -> Result<Piece> {
    let piece = app.db.read(move |conn| {
        Piece::write(&links, None, |rows| {
            spaces::list(conn, user.user.id, &page, |row| rows.put(&row))
        })
    });
    piece.await
}

#[get("/spaces/<id>")]
pub async fn get(app: &Shared, user: CurrentUser, id: Given<SpaceId>) -> Result<Json<OpenSpace>> {
    let found = app
        .db
        .read(move |conn| spaces::get(conn, &access::member(conn, user.user.id, &id)?));
    Ok(Json(found.await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rename {
    new_name: String,
}

impl Payload for Rename {
    const FIELDS: &'static [Field] = &[text("new-name", "New name")];
}

#[put("/spaces/<id>", data = "<body>")]
pub async fn rename(
    app: &Shared,
    user: CurrentUser,
    id: Given<SpaceId>,
    body: Body<Rename>,
) -> Result<&'static str> {
    let name = SpaceName::parse(&body.0.new_name, &app.config.limits)?;
    let renamed = app.db.write(move |conn| {
        let admin = access::admin(conn, user.user.id, &id)?;
        spaces::rename(conn, &admin, &name)
    });
    renamed.await?;
    Ok("Space renamed")
}

#[delete("/spaces/<id>")]
pub async fn delete(
    app: &Shared,
    user: CurrentUser,
    visitor: &Visitor,
    id: Given<SpaceId>,
) -> Result<&'static str> {
    let (now, asker, space) = (app.now(), user.user.id, id.clone());
    let deleted = app.db.write_making_room(move |conn| {
        let admin = access::admin(conn, asker, &id)?;
        Ok((spaces::delete(conn, &admin, now)?, admin.space()))
    });
    let (photos, gone) = deleted.await?;
    record::space_deleted(user.at(visitor), gone);
    app.sweeper().delete_now(&photos).await;
    app.sweeper().delete_space_now(&space).await;
    Ok("Space deleted")
}
