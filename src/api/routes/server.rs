//! The server itself: what it takes, and how it is.

use rocket::get;
use rocket::serde::json::Json;

use crate::api::request::AppState;
use crate::api::views::server::Server;
use crate::domain::users;
use crate::error::{Failure, Result};

#[get("/server")]
pub async fn about(app: &AppState) -> Result<Json<Server>> {
    let is_anybody = app.db.read(|conn| Ok(users::is_anybody(conn)?)).await?;
    Ok(Json(Server::new(&app.config, !is_anybody)))
}

/// Whether the server answers at all.
#[get("/health")]
pub fn health() -> &'static str {
    "ok"
}

/// Whether the server can do its work: its data is where it was, its database can be read and was found sound when it was
/// last checked, and photos can be stored.
#[get("/ready")]
pub async fn ready(app: &AppState) -> Result<&'static str> {
    app.db.check_files()?;
    app.db.read(|_| Ok(())).await?;
    app.photos
        .check()
        .await
        .map_err(Failure::PhotosUnavailable)?;
    if app.maintenance.is_corrupt() {
        Err(Failure::DatabaseDamaged.into())
    } else if !app.photos.is_ready() {
        Err(Failure::NoPhotoStore.into())
    } else {
        Ok("ready")
    }
}
