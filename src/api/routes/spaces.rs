//! Spaces.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::respond::json_view::JsonView;
use crate::api::views::space_of_member::SpaceOfMember;
use crate::api::views::spaces::{NewSpace, ReadSpace, Rename, Space, SpaceSummary};
use crate::api::views::urls::Urls;
use crate::api::views::whole_number::named_id;
use crate::check::sentence;
use crate::domain::ids::{RawId, ShareId, SpaceId};
use crate::domain::page::Page;
use crate::domain::spaces::{self, SpaceOrder};
use crate::domain::text::SpaceName;
use crate::domain::{access, pins, read_marks, space_deletion, usage};
use crate::error::{FieldName, Malformed, Result};
use crate::logging::audit;

#[post("/spaces", data = "<body>")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    body: JsonBody<NewSpace>,
    links: Urls,
) -> Result<Json<Space>> {
    let name = SpaceName::parse(&body.0.name, &app.config.limits)?;
    let now = app.now();
    let created = user
        .write(move |conn, session| spaces::create(conn, session, &name, now))
        .await?;
    Ok(Json(Space::new(created, &links)))
}

#[get("/spaces")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    order: SpaceOrder,
    links: Urls,
) -> Result<JsonPage<SpaceSummary>> {
    let list = caller
        .read(move |conn, session| spaces::list(conn, session, order, &page))
        .await?;
    let query = match order {
        SpaceOrder::Name => "",
        SpaceOrder::Activity => "&order=activity",
    };
    JsonPage::new(&links, query, list, |summary| {
        SpaceSummary::new(summary, &links)
    })
}

#[get("/spaces/<id>")]
pub async fn get(
    app: &AppState,
    caller: Caller<'_>,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonView<SpaceOfMember>> {
    let quotas = app.config.quotas;
    let (space, pinned, usage) = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            let usage = usage::of_space(conn, member.space(), &quotas)?;
            let pinned = pins::list(conn, &member)?;
            Ok((spaces::get(conn, &member)?, pinned, usage))
        })
        .await?;
    JsonView::new(&SpaceOfMember::new(space, pinned, usage, &links))
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

#[put("/spaces/<id>/read", data = "<body>")]
pub async fn read(
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
    body: JsonBody<ReadSpace>,
) -> Result<Status> {
    let field = FieldName::ShareId;
    let share: RawId<ShareId> = named_id(&body.0.share_id).ok_or(Malformed::NotId { field })?;
    user.write(move |conn, session| {
        let member = access::space(conn, session, &id)?.member()?;
        read_marks::read(conn, &member, share.parse()?)
    })
    .await?;
    Ok(Status::NoContent)
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
