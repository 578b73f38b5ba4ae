//! Comments on shares.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::extract::params::IdempotencyKey;
use crate::api::request::AppState;
use crate::api::respond::created::Created;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::comments::{Comment, WriteComment};
use crate::api::views::urls::Urls;
use crate::domain::ids::{CommentId, RawId, ShareId};
use crate::domain::page::{Order, Page};
use crate::domain::text::CommentText;
use crate::domain::{access, comments};
use crate::error::Result;

#[post("/shares/<id>/comments", data = "<body>")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<ShareId>,
    key: IdempotencyKey<'_>,
    body: JsonBody<WriteComment>,
    links: Urls,
) -> Result<Created<Comment>> {
    let key = key.parse()?;
    let text = CommentText::parse(&body.0.text, &app.config.limits)?;
    let (comment, now) = (app.reserve_comment().await?, app.now());
    let created = user
        .write(move |conn, session| {
            let share = access::share(conn, session, &id)?.answer()?;
            comments::create(conn, &share, comment, &text, key.as_ref(), now)
        })
        .await?;
    let comment = created.comment();
    let path = format!("/comments/{}", comment.id);
    Ok(Created::new(Comment::new(comment, &links), path))
}

#[get("/shares/<id>/comments")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    order: Order,
    id: RawId<ShareId>,
    links: Urls,
) -> Result<JsonPage<Comment>> {
    let list = caller
        .read(move |conn, session| {
            let share = access::share(conn, session, &id)?.read()?;
            comments::list(conn, &share, order, &page)
        })
        .await?;
    let query = match order {
        Order::Oldest => String::new(),
        Order::Newest => format!("&order={}", order.as_str()),
    };
    JsonPage::new(&links, &query, list, |comment| {
        Comment::new(comment, &links)
    })
}

#[get("/comments/<id>")]
pub async fn get(caller: Caller<'_>, id: RawId<CommentId>, links: Urls) -> Result<Json<Comment>> {
    let found = caller
        .read(move |conn, session| {
            let comment = access::comment(conn, session, &id)?.read()?;
            comments::get(conn, &comment)
        })
        .await?;
    Ok(Json(Comment::new(found, &links)))
}

#[put("/comments/<id>", data = "<body>")]
pub async fn edit(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<CommentId>,
    body: JsonBody<WriteComment>,
    links: Urls,
) -> Result<Json<Comment>> {
    let text = CommentText::parse(&body.0.text, &app.config.limits)?;
    let now = app.now();
    let edited = user
        .write(move |conn, session| {
            let comment = access::comment(conn, session, &id)?.edit()?;
            comments::edit(conn, &comment, &text, now)
        })
        .await?;
    Ok(Json(Comment::new(edited, &links)))
}

#[delete("/comments/<id>")]
pub async fn delete(user: CurrentUser<'_>, id: RawId<CommentId>) -> Result<Status> {
    user.write_making_room(move |conn, session| {
        let comment = access::comment(conn, session, &id)?.delete()?;
        comments::delete(conn, &comment)
    })
    .await?;
    Ok(Status::NoContent)
}
