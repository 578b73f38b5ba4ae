//! Spaces.

use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::space_of_member::SpaceOfMember;
use crate::api::views::spaces::{NewSpace, Rename, Space, SpaceSummary};
use crate::api::views::urls::Urls;
use crate::check::sentence;
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::page::Page;
use crate::domain::spaces;
use crate::domain::text::SpaceName;
use crate::domain::{access, pins, space_deletion};
use crate::error::Result;
use crate::logging::audit;

#[post("/spaces", data = "<body>")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    body: JsonBody<NewSpace>,
) -> Result<Json<Space>> {
    let name = SpaceName::parse(&body.0.name, &app.config.limits)?;
    let now = app.now();
    let created = user
        .write(move |conn, session| spaces::create(conn, session, &name, now))
        .await?;
    Ok(Json(created.into()))
}

#[get("/spaces")]
pub async fn list(caller: Caller<'_>, page: Page, links: Urls) -> Result<JsonPage<SpaceSummary>> {
    let list = caller
        .read(move |conn, session| spaces::list(conn, session, &page))
        .await?;
    JsonPage::new(&links, "", list, SpaceSummary::from)
}

#[get("/spaces/<id>")]
pub async fn get(
    caller: Caller<'_>,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<Json<SpaceOfMember>> {
    let (space, pinned) = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            Ok((spaces::get(conn, &member)?, pins::list(conn, &member)?))
        })
        .await?;
    Ok(Json(SpaceOfMember::new(space, pinned, &links)))
}

#[put("/spaces/<id>", data = "<body>")]
pub async fn rename(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
    body: JsonBody<Rename>,
) -> Result<&'static str> {
    let name = SpaceName::parse(&body.0.new_name, &app.config.limits)?;
    user.write(move |conn, session| {
        let admin = access::space(conn, session, &id)?.admin()?;
        spaces::rename(conn, &admin, &name)
    })
    .await?;
    Ok("Space renamed")
}

#[delete("/spaces/<id>")]
pub async fn delete(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
) -> Result<&'static str> {
    let now = app.now();
    let (gone, begun) = user
        .write_making_room(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            Ok((admin.space(), space_deletion::begin(conn, &admin, now)?))
        })
        .await?;
    audit::space_deleted(user.at(client), gone);
    // It is gone for everybody, whatever becomes of the rest.
    if let Err(error) = app.space_deletion().finish(gone, begun).await {
        tracing::warn!(space = %gone, error = %sentence(&error.into()), "could not finish deleting a space; will go on");
    }
    Ok("Space deleted")
}
