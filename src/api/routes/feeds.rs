//! Feeds of spaces, for readers that don't sign in.

use anyhow::Context;
use rocket::http::Status;
use rocket::{delete, get, post};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::request::AppState;
use crate::api::respond::atom_feed::AtomFeed;
use crate::api::respond::created::Created;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::atom;
use crate::api::views::feeds::{Feed, FeedWithAddress};
use crate::api::views::urls::Urls;
use crate::domain::ids::{FeedId, RawId, SpaceId};
use crate::domain::page::Page;
use crate::domain::tokens::Token;
use crate::domain::{access, feeds};
use crate::error::Result;

#[post("/spaces/<id>/feeds")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<Created<FeedWithAddress>> {
    let (now, token) = (app.now(), Token::random()?);
    let url = links.feed(&token);
    let (feed, space) = user
        .write(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            let feed = feeds::create(conn, &member, &token, now)?;
            Ok((feed, member.space()))
        })
        .await?;
    let path = format!("/spaces/{space}/feeds/{}", feed.id);
    let feed = feed.into();
    Ok(Created::new(FeedWithAddress { feed, url }, path))
}

#[get("/spaces/<id>/feeds")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonPage<Feed>> {
    let list = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            feeds::list(conn, &member, &page)
        })
        .await?;
    JsonPage::new(&links, "", list, Feed::from)
}

#[delete("/spaces/<id>/feeds/<feed_id>")]
pub async fn revoke(
    user: CurrentUser<'_>,
    id: RawId<SpaceId>,
    feed_id: RawId<FeedId>,
) -> Result<Status> {
    user.write_making_room(move |conn, session| {
        let member = access::space(conn, session, &id)?.member()?;
        feeds::revoke(conn, &member, &feed_id)
    })
    .await?;
    Ok(Status::NoContent)
}

/// What is new in a space, for the holder of the address.
#[get("/feeds/<token>")]
pub async fn read(app: &AppState, token: &str, links: Urls) -> Result<AtomFeed> {
    let token = Token::given(token);
    let content = app.db.read(move |conn| feeds::read(conn, &token)).await?;
    let xml = atom::write(&content, &app.installation, &links);
    Ok(AtomFeed(xml.context("A feed can't be written")?))
}
