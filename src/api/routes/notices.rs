//! What users are told of: their inbox, and how much of each space.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{get, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::notices::{ChangeNoticeSettings, MarkRead, Notice, NoticeSettings};
use crate::api::views::urls::Urls;
use crate::api::views::whole_number::whole_number;
use crate::domain::ids::{Id, NoticeId, RawId, SpaceId};
use crate::domain::page::Page;
use crate::domain::{access, notice_settings, notices};
use crate::error::{FieldName, Malformed, Result};

#[get("/spaces/<id>/notices")]
pub async fn settings(caller: Caller<'_>, id: RawId<SpaceId>) -> Result<Json<NoticeSettings>> {
    let found = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            notice_settings::get(conn, &member)
        })
        .await?;
    Ok(Json(found.into()))
}

#[put("/spaces/<id>/notices", data = "<body>")]
pub async fn set(
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
    body: JsonBody<ChangeNoticeSettings>,
) -> Result<Json<NoticeSettings>> {
    let change = body.0.parse()?;
    let settings = user
        .write(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            notice_settings::set(conn, &member, change)
        })
        .await?;
    Ok(Json(settings.into()))
}

#[get("/notices")]
pub async fn list(caller: Caller<'_>, page: Page, links: Urls) -> Result<JsonPage<Notice>> {
    let list = caller
        .read(move |conn, session| notices::list(conn, session, &page))
        .await?;
    JsonPage::new(&links, "", list, |notice| Notice::new(notice, &links))
}

#[get("/notices/<id>")]
pub async fn get(caller: Caller<'_>, id: RawId<NoticeId>, links: Urls) -> Result<Json<Notice>> {
    let found = caller
        .read(move |conn, session| notices::get(conn, session, &id))
        .await?;
    Ok(Json(Notice::new(found, &links)))
}

#[put("/notices/read", data = "<body>")]
pub async fn mark_read(user: CurrentUser<'_>, body: JsonBody<MarkRead>) -> Result<Status> {
    let up_to = match body.0.up_to {
        None => None,
        Some(number) => {
            let number = whole_number(&number).filter(|number| *number > 0);
            let number = number.ok_or(Malformed::NotAnId {
                field: FieldName::UpTo,
            })?;
            Some(NoticeId::from_number(number))
        }
    };
    user.write_making_room(move |conn, session| Ok(notices::mark_read(conn, session, up_to)?))
        .await?;
    Ok(Status::NoContent)
}
