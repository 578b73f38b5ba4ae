//! Every space, for operators: who is in it and how much, and never what is in it.

use rocket::response::status::NoContent;
use rocket::{delete, get, put};

use super::confirm;
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::respond::json_view::JsonView;
use crate::api::views::operator::{ChangeSpace, OperatedSpace, OperatorsPassword, SpaceInTotal};
use crate::api::views::urls::Urls;
use crate::check::sentence;
use crate::config::Quotas;
use crate::db::Connection;
use crate::domain::access::{self, Operated};
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::operating::{self, Act};
use crate::domain::operation::{self, SpaceReport};
use crate::domain::page::Page;
use crate::domain::text::GivenLogin;
use crate::domain::usage::{self, Usage};
use crate::error::Result;
use crate::logging::audit;

#[get("/operator/spaces")]
pub async fn list(
    app: &AppState,
    caller: Caller<'_>,
    page: Page,
    links: Urls,
) -> Result<JsonPage<SpaceInTotal>> {
    let quotas = app.config.quotas;
    let list = caller
        .read(move |conn, session| {
            let by = access::installation(conn, session)?;
            operation::list_spaces(conn, &by, &page, &quotas)
        })
        .await?;
    JsonPage::new(&links, "", list, SpaceInTotal::from)
}

fn report(conn: &Connection, space: &Operated, quotas: &Quotas) -> Result<(SpaceReport, Usage)> {
    let usage = usage::of_space(conn, space.space(), quotas)?;
    Ok((operation::report(conn, space)?, usage))
}

#[get("/operator/spaces/<id>")]
pub async fn get(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
) -> Result<JsonView<OperatedSpace>> {
    let quotas = app.config.quotas;
    let report = user
        .read_long(move |conn, session| {
            let by = access::installation(conn, session)?;
            report(conn, &access::operated(conn, &by, &id)?, &quotas)
        })
        .await?;
    JsonView::new(&report.into())
}

#[put("/operator/spaces/<id>", data = "<body>")]
pub async fn change(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    body: JsonBody<ChangeSpace>,
) -> Result<JsonView<OperatedSpace>> {
    let (quota, now, quotas) = (body.0.quota()?, app.now(), app.config.quotas);
    let login = body.0.transfer_to.map(GivenLogin::new);
    let (space, transfer, report) = user
        .write(move |conn, session| {
            let by = access::installation(conn, session)?;
            let space = access::operated(conn, &by, &id)?;
            let act = Act::new(conn, &by, now);
            let transfer = login.map(|login| act.transfer(&space, &login));
            if let Some(quota) = quota {
                act.set_space_quota(&space, quota)?;
            }
            let transfer = transfer.transpose()?;
            Ok((space.space(), transfer, report(conn, &space, &quotas)?))
        })
        .await?;
    let by = user.at(client);
    if let Some(transfer) = &transfer {
        audit::space_transferred(by, transfer);
    }
    if let Some(quota) = quota {
        audit::space_quota_changed(by, space, &quota.to_string());
    }
    JsonView::new(&report.into())
}

#[delete("/operator/spaces/<id>", data = "<body>")]
pub async fn remove(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    body: JsonBody<OperatorsPassword>,
) -> Result<NoContent> {
    let checked = confirm(app, &user, client, body.0.password).await?;
    let now = app.now();
    let (gone, begun) = user
        .write_making_room(move |conn, session| {
            let by = access::installation(conn, session)?;
            operating::check_password(conn, &by, checked)?;
            let space = access::operated(conn, &by, &id)?;
            Act::new(conn, &by, now).remove_space(&space)
        })
        .await?;
    audit::space_deleted(user.at(client), gone);
    // It is gone for everybody, whatever becomes of the rest.
    if let Err(error) = app.space_deletion().finish(gone, begun).await {
        tracing::warn!(space = %gone, error = %sentence(&error.into()), "could not finish deleting a space; will go on");
    }
    Ok(NoContent)
}
