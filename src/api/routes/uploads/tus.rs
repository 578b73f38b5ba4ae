//! tus 1.0.0 (<https://tus.io/protocols/resumable-upload>), with creation, creation with the first bytes, expiration,
//! termination and checksums: an upload resumes where the connection broke.

use rocket::{head, options, patch};

use super::append::receive;
use super::finish::finish;
use super::{PATIENCE, check, lock, settle, write};
use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::incoming::{Incoming, UploadHeaders};
use crate::api::request::AppState;
use crate::api::respond::uploaded::{Capabilities, Progress, Uploaded};
use crate::app::App;
use crate::domain::ids::{Id, RawId, UploadId};
use crate::domain::uploads::NewUpload;
use crate::error::{BodyType, Conflict, Error, Invalid, Result};
use crate::uploads::ingest::UploadKind;

/// What this server can do.
#[options("/uploads")]
pub fn capabilities(app: &AppState) -> Capabilities {
    Capabilities::new(&app.config.limits)
}

/// The same, at one upload.
#[options("/uploads/<_>", rank = 2)]
pub fn capabilities_of_one(app: &AppState) -> Capabilities {
    Capabilities::new(&app.config.limits)
}

/// The progress of an upload. Another request that still sends it is stopped first: a client that queries no longer sends.
#[head("/uploads/<id>")]
pub async fn progress(
    app: &AppState,
    user: CurrentUser<'_>,
    headers: UploadHeaders,
    id: RawId<UploadId>,
) -> Result<Progress> {
    headers.needs_tus()?;
    let (_lock, upload) = lock(app, &user, &id, PATIENCE).await?;
    Ok(Progress::of(&upload))
}

/// Takes more of an upload.
#[patch("/uploads/<id>", data = "<incoming>")]
pub async fn append(
    app: &AppState,
    id: RawId<UploadId>,
    mut incoming: Incoming<'_>,
) -> Result<Progress> {
    let appended = append_to(app, &id, &mut incoming).await;
    if appended.is_err() {
        incoming.read_on(app).await;
    }
    appended
}

async fn append_to(
    app: &App,
    id: &RawId<UploadId>,
    incoming: &mut Incoming<'_>,
) -> Result<Progress> {
    let headers = &incoming.headers;
    headers.needs_tus()?;
    if !headers.is_chunk {
        let reason = BodyType::Bytes;
        return Err(Invalid::WrongContentType { reason }.into());
    }
    let offset = headers.offset()?;
    let (lock, mut upload) = lock(app, &incoming.user, id, PATIENCE).await?;
    if offset != upload.received {
        let (id, offset) = (id.to_string(), upload.received);
        return Err(Conflict::UploadOffset { id, offset }.into());
    }
    if upload.medium.is_none() {
        upload.received = receive(app, incoming, &lock, &upload).await?;
        upload.expires_at = app.now().plus(crate::domain::uploads::LIFETIME);
    }
    let upload = finish(app, &incoming.user, &lock, upload).await?;
    Ok(Progress::after(&upload))
}

/// Begins an upload, perhaps with its first bytes.
pub async fn begin(app: &App, incoming: &mut Incoming<'_>) -> Result<Uploaded> {
    let length = incoming.headers.length()?;
    let limits = &app.config.limits;
    if length > limits.upload_bytes() {
        return Err(UploadKind::of_length(limits).too_many_bytes(limits));
    }
    let has_chunk = incoming.headers.is_chunk;
    if !has_chunk
        && incoming
            .headers
            .content_length
            .is_some_and(|bytes| bytes > 0)
    {
        let reason = BodyType::Bytes;
        return Err(Invalid::WrongContentType { reason }.into());
    }
    incoming.headers.checksum()?;
    check(app, &incoming.user, length).await?;
    let folder = app.uploads.clone();
    let made = tokio::task::spawn_blocking(move || folder.create());
    let made = made
        .await
        .map_err(Error::internal)?
        .map_err(Error::writing)?;
    let (file, _) = made;
    let new = NewUpload {
        length,
        received: 0,
        file: file.name().to_owned(),
        medium: None,
    };
    let created = settle(file, write(app, &incoming.user, new).await)?;
    let id = RawId::new(&created.id.number().to_string());
    let (lock, mut upload) = lock(app, &incoming.user, &id, PATIENCE).await?;
    if has_chunk {
        upload.received = receive(app, incoming, &lock, &upload).await?;
    }
    let upload = finish(app, &incoming.user, &lock, upload).await?;
    Ok(Uploaded::begun(upload))
}
