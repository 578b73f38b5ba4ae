//! The server itself: its page, and how it is.

use rocket::get;
use rocket::http::ContentType;

use super::guards::Shared;
use crate::assets;
use crate::error::{Error, Result};

type File = (ContentType, Vec<u8>);

#[get("/")]
pub fn page() -> Result<File> {
    asset("index.html")
}

#[get("/assets/<name>")]
pub fn asset(name: &str) -> Result<File> {
    let file = assets::find(name).ok_or(Error::NoRoute)?;
    let kind = ContentType::parse_flexible(&file.media_type).unwrap_or(ContentType::Binary);
    Ok((kind, file.bytes.into_owned()))
}

/// Whether the server answers at all.
#[get("/health")]
pub fn health() -> &'static str {
    "ok"
}

/// Whether the server can do its work: its database can be read, and was found sound at the start.
#[get("/ready")]
pub async fn ready(app: &Shared) -> Result<&'static str> {
    app.db.read(|_| Ok(())).await?;
    if app.is_damaged() {
        Err(Error::NotReady)
    } else {
        Ok("ready")
    }
}
