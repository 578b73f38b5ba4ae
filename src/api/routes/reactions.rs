//! Reactions to shares and to comments.

use rocket::http::Status;
use rocket::{delete, get, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::request::AppState;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::reactions::Reaction;
use crate::api::views::urls::Urls;
use crate::domain::ids::{CommentId, RawId, ShareId};
use crate::domain::page::Page;
use crate::domain::text::Emoji;
use crate::domain::{access, reactions};
use crate::error::Result;

#[get("/shares/<id>/reactions")]
pub async fn of_share(
    caller: Caller<'_>,
    page: Page,
    id: RawId<ShareId>,
    links: Urls,
) -> Result<JsonPage<Reaction>> {
    let list = caller
        .read(move |conn, session| {
            let to = access::share(conn, session, &id)?.react()?;
            reactions::list(conn, &to, &page)
        })
        .await?;
    JsonPage::new(&links, "", list, |reaction| Reaction::new(reaction, &links))
}

#[put("/shares/<id>/reactions/<emoji>")]
pub async fn to_share(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<ShareId>,
    emoji: &str,
) -> Result<Status> {
    let (emoji, now) = (Emoji::parse(emoji)?, app.now());
    user.write(move |conn, session| {
        let to = access::share(conn, session, &id)?.react()?;
        reactions::add(conn, &to, &emoji, now)
    })
    .await?;
    Ok(Status::NoContent)
}

#[delete("/shares/<id>/reactions/<emoji>")]
pub async fn from_share(user: CurrentUser<'_>, id: RawId<ShareId>, emoji: &str) -> Result<Status> {
    let emoji = Emoji::parse(emoji)?;
    user.write_making_room(move |conn, session| {
        let from = access::share(conn, session, &id)?.retract();
        reactions::remove(conn, &from, &emoji)
    })
    .await?;
    Ok(Status::NoContent)
}

#[get("/comments/<id>/reactions")]
pub async fn of_comment(
    caller: Caller<'_>,
    page: Page,
    id: RawId<CommentId>,
    links: Urls,
) -> Result<JsonPage<Reaction>> {
    let list = caller
        .read(move |conn, session| {
            let to = access::comment(conn, session, &id)?.react()?;
            reactions::list(conn, &to, &page)
        })
        .await?;
    JsonPage::new(&links, "", list, |reaction| Reaction::new(reaction, &links))
}

#[put("/comments/<id>/reactions/<emoji>")]
pub async fn to_comment(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<CommentId>,
    emoji: &str,
) -> Result<Status> {
    let (emoji, now) = (Emoji::parse(emoji)?, app.now());
    user.write(move |conn, session| {
        let to = access::comment(conn, session, &id)?.react()?;
        reactions::add(conn, &to, &emoji, now)
    })
    .await?;
    Ok(Status::NoContent)
}

#[delete("/comments/<id>/reactions/<emoji>")]
pub async fn from_comment(
    user: CurrentUser<'_>,
    id: RawId<CommentId>,
    emoji: &str,
) -> Result<Status> {
    let emoji = Emoji::parse(emoji)?;
    user.write_making_room(move |conn, session| {
        let from = access::comment(conn, session, &id)?.retract();
        reactions::remove(conn, &from, &emoji)
    })
    .await?;
    Ok(Status::NoContent)
}
