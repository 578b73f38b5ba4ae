//! Shares at the top of their space.

use rocket::http::Status;
use rocket::{delete, put};

use crate::api::extract::current_user::CurrentUser;
use crate::api::request::AppState;
use crate::domain::ids::{RawId, ShareId};
use crate::domain::{access, pins};
use crate::error::Result;

#[put("/shares/<id>/pin")]
pub async fn add(app: &AppState, user: CurrentUser<'_>, id: RawId<ShareId>) -> Result<Status> {
    let now = app.now();
    user.write(move |conn, session| {
        let share = access::share(conn, session, &id)?.pin()?;
        pins::add(conn, &share, now)
    })
    .await?;
    Ok(Status::NoContent)
}

#[delete("/shares/<id>/pin")]
pub async fn remove(user: CurrentUser<'_>, id: RawId<ShareId>) -> Result<Status> {
    user.write_making_room(move |conn, session| {
        let share = access::share(conn, session, &id)?.pin()?;
        pins::remove(conn, &share)
    })
    .await?;
    Ok(Status::NoContent)
}
