//! The server itself: what it takes, and how it is.

use picture::Kind;
use rocket::get;
use rocket::serde::json::Json;
use serde::Serialize;

use crate::api::extract::current_user::AppState;
use crate::config::{Limits, Registration};
use crate::domain::users;
use crate::error::{Failure, Result};

/// What a client should know before anybody signs in.
#[derive(Serialize)]
pub struct ServerInfo<'a> {
    registration: Registration,
    /// Whether nobody has an account yet.
    needs_first_account: bool,
    limits: &'a Limits,
    /// Whether a photo can't be shared without a text.
    photo_needs_text: bool,
    photo_types: [&'static str; Kind::ALL.len()],
}

#[get("/server")]
pub async fn about(app: &AppState) -> Result<Json<ServerInfo<'_>>> {
    let is_anybody = app.db.read(|conn| Ok(users::is_anybody(conn)?)).await?;
    Ok(Json(ServerInfo {
        registration: app.config.registration,
        needs_first_account: !is_anybody,
        limits: &app.config.limits,
        photo_needs_text: app.config.compatibility.original_clients,
        photo_types: Kind::ALL.map(Kind::media_type),
    }))
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
    app.db.check_place()?;
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
