//! Events of the caller's spaces, as they happen.

use rocket::{Shutdown, get};

use crate::api::extract::current_user::Caller;
use crate::api::extract::params::LastEventId;
use crate::api::request::AppState;
use crate::api::respond::event_stream::{EventStream, Reader};
use crate::api::views::urls::Urls;
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::{access, events};
use crate::error::Result;

#[get("/events?<space>&<after>")]
pub async fn stream(
    app: &AppState,
    caller: Caller<'_>,
    urls: Urls,
    shutdown: Shutdown,
    last: LastEventId<'_>,
    space: Vec<&str>,
    after: Vec<&str>,
) -> Result<EventStream> {
    // Of several, the first counts. Rocket's option of a value would have none then.
    let space: Option<RawId<SpaceId>> = space.first().copied().map(RawId::new);
    // A browser that reconnects by itself requests the same address, and names in the header what it has received since.
    let cursor = last.0.or(after.first().copied()).map(str::to_owned);
    let opened = caller.read(move |conn, session| {
        let member = space.map(|space| access::space(conn, session, &space)?.member());
        let only = member.transpose()?.map(|member| member.space());
        let start = events::start(conn, cursor.as_deref())?;
        Ok((session.user().id, session.id(), only, start))
    });
    let (user, session, only, start) = opened.await?;
    let permit = app.limits.streams.acquire(user, session)?;
    let listener = app.events.listen(&app.db).await?;
    let reader = Reader {
        user,
        session,
        only,
    };
    Ok(EventStream::new(
        app, reader, urls, listener, start, permit, shutdown,
    ))
}
