//! The queue of photos, and those that have failed, for operators.

use rocket::serde::json::Json;
use rocket::{get, post};

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::views::operator::RetryPhotos;
use crate::api::views::operator_storage::{PhotoQueueState, Retried};
use crate::config::QueueKind;
use crate::domain::{access, photos, statistics};
use crate::error::{Conflict, Result};
use crate::logging::audit;

#[get("/operator/photos")]
pub async fn get(app: &AppState, user: CurrentUser<'_>) -> Result<Json<PhotoQueueState>> {
    let (now, lifetime) = (app.now(), app.config.sessions.lifetime);
    let (backlog, without) = user
        .read_long(move |conn, session| {
            access::installation(conn, session)?;
            Ok((
                statistics::backlog(conn, now, lifetime)?,
                photos::list_without_previews(conn)?,
            ))
        })
        .await?;
    let failed = app.queue.list_failed().await?;
    Ok(Json(PhotoQueueState::new(&backlog, failed, without, now)))
}

#[post("/operator/photos/retry", data = "<body>")]
pub async fn retry(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    body: JsonBody<RetryPhotos>,
) -> Result<Json<Retried>> {
    let retry = app.retry(body.0.names()?);
    let is_held = app.config.photos.queue == QueueKind::Sqs && app.hold.is_on();
    let begun = retry.clone();
    let sent = user
        .write(move |conn, session| {
            let by = access::installation(conn, session)?;
            if is_held {
                return Err(Conflict::RestoredFolder.into());
            }
            begun.begin(conn, &by)
        })
        .await?;
    let sent = retry.finish(sent).await?;
    audit::photos_retried(user.at(client), sent.len());
    Ok(Json(Retried {
        retried: sent.len(),
    }))
}
