//! Spaces.

use rocket::serde::json::Json;
use rocket::{delete, get, post, put};
use serde::Deserialize;

use crate::api::extract::client_info::ClientInfo;
use crate::api::extract::current_user::{AppState, CurrentUser};
use crate::api::extract::json::{Field, JsonBody, Payload, text};
use crate::api::extract::params::JsonPage;
use crate::api::respond::urls::Urls;
use crate::domain::access;
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::page::Page;
use crate::domain::spaces::{self, Space, SpaceDetail};
use crate::domain::text::SpaceName;
use crate::error::Result;
use crate::logging::audit;

#[derive(Deserialize)]
pub struct NewSpace {
    name: String,
}

impl Payload for NewSpace {
    const FIELDS: &'static [Field] = &[text("name", "Name")];
}

#[post("/spaces", data = "<body>")]
pub async fn create(
    app: &AppState,
    user: CurrentUser,
    body: JsonBody<NewSpace>,
) -> Result<Json<Space>> {
    let name = SpaceName::parse(&body.0.name, &app.config.limits)?;
    let (maker, now) = (user.user.id, app.now());
    Ok(Json(
        app.db
            .write(move |conn| spaces::create(conn, maker, &name, now))
            .await?,
    ))
}

#[get("/spaces")]
pub async fn list(app: &AppState, user: CurrentUser, page: Page, links: Urls) -> Result<JsonPage> {
    let piece = app.db.read(move |conn| {
        JsonPage::write(&links, None, |rows| {
            spaces::list(conn, user.user.id, &page, |row| rows.push(&row))
        })
    });
    piece.await
}

#[get("/spaces/<id>")]
pub async fn get(
    app: &AppState,
    user: CurrentUser,
    id: RawId<SpaceId>,
) -> Result<Json<SpaceDetail>> {
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
    app: &AppState,
    user: CurrentUser,
    id: RawId<SpaceId>,
    body: JsonBody<Rename>,
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
    app: &AppState,
    user: CurrentUser,
    visitor: &ClientInfo,
    id: RawId<SpaceId>,
) -> Result<&'static str> {
    let (now, asker, space) = (app.now(), user.user.id, id.clone());
    let deleted = app.db.write_making_room(move |conn| {
        let admin = access::admin(conn, asker, &id)?;
        Ok((spaces::delete(conn, &admin, now)?, admin.space()))
    });
    let (photos, gone) = deleted.await?;
    audit::space_deleted(user.at(visitor), gone);
    app.sweeper().delete_now(&photos).await;
    app.sweeper().delete_space_now(&space).await;
    Ok("Space deleted")
}
