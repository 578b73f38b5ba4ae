//! Feeds of spaces, for readers that don't sign in.

use anyhow::Context;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post};

use super::photos;
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::atom_feed::AtomFeed;
use crate::api::respond::created::Created;
use crate::api::respond::json_page::JsonPage;
use crate::api::respond::photo::Photo;
use crate::api::respond::range::ConditionalHeaders;
use crate::api::views::atom;
use crate::api::views::feeds::{Feed, FeedWithAddress};
use crate::api::views::urls::Urls;
use crate::domain::ids::{FeedId, RawId, SpaceId};
use crate::domain::page::Page;
use crate::domain::tokens::Token;
use crate::domain::{access, feeds};
use crate::error::{NotFound, Result};
use crate::logging::audit;

#[post("/spaces/<id>/feeds")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
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
    audit::feed_made(user.at(client), feed.id, space);
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

#[get("/spaces/<id>/feeds/<feed_id>")]
pub async fn get(
    caller: Caller<'_>,
    id: RawId<SpaceId>,
    feed_id: RawId<FeedId>,
) -> Result<Json<Feed>> {
    let feed = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            feeds::get(conn, &member, &feed_id)
        })
        .await?;
    Ok(Json(feed.into()))
}

#[delete("/spaces/<id>/feeds/<feed_id>")]
pub async fn revoke(
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    feed_id: RawId<FeedId>,
) -> Result<Status> {
    let ended = user
        .write_making_room(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            feeds::revoke(conn, &member, &feed_id)
        })
        .await?;
    audit::feeds_revoked(user.at(client), &[ended]);
    Ok(Status::NoContent)
}

/// What is new in a space, for the holder of the address.
#[get("/feeds/<token>")]
pub async fn read(app: &AppState, token: &str, links: Urls) -> Result<AtomFeed> {
    let token = Token::given(token);
    let feed = links.feed(&token);
    let content = app.db.read(move |conn| feeds::read(conn, &token)).await?;
    let xml = atom::write(&content, &app.installation, &feed, &links);
    Ok(AtomFeed(xml.context("A feed can't be written")?))
}

/// A picture of a feed: the large preview of a photo, or the poster of a film. Its address is below that of the feed and holds for as
/// long, because readers show for years what they have fetched once.
#[get("/feeds/<token>/photos/<name>")]
pub async fn picture(
    app: &AppState,
    token: &str,
    name: &str,
    conditions: ConditionalHeaders,
) -> Result<Photo> {
    let (token, name) = (Token::given(token), name.parse());
    let found = app.db.read(move |conn| {
        let name = name.map_err(|_| NotFound::Photo);
        feeds::picture(conn, &token, name?)
    });
    let (name, photo) = found.await?;
    photos::show_in_feed(app, name, photo, conditions).await
}
