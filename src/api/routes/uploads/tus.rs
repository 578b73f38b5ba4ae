//! tus 1.0.0 (<https://tus.io/protocols/resumable-upload>), with creation, creation with the first bytes, expiration,
//! termination and checksums: an upload resumes where the connection broke.

use rocket::{head, options, patch};
use tokio::io::AsyncReadExt;

use super::append::receive;
use super::finish::finish;
use super::{LOCK_TIMEOUT, check, find, lock, write};
use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::incoming::{Incoming, UploadHeaders};
use crate::api::extract::json::cut_off;
use crate::api::request::AppState;
use crate::api::respond::uploaded::{Capabilities, Progress};
use crate::app::App;
use crate::domain::access;
use crate::domain::client_key::ClientKey;
use crate::domain::ids::{Id, RawId, UploadId};
use crate::domain::uploads::{self, Created, NewUpload, Upload};
use crate::error::{BodyType, Conflict, Error, FieldName, Invalid, Most, Result};
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
    let (_lock, upload) = lock(app, &user, &id, LOCK_TIMEOUT).await?;
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
    let (lock, mut upload) = lock(app, &incoming.user, id, LOCK_TIMEOUT).await?;
    if offset != upload.received {
        let (id, offset) = (id.to_string(), upload.received);
        return Err(Conflict::UploadOffset { id, offset }.into());
    }
    if upload.medium.is_none() {
        receive(app, incoming, &lock, &upload).await?;
        // As it is recorded: where nothing came, it expires as before.
        upload = find(app, &incoming.user, id).await?;
    } else {
        refuse_more(incoming, &upload).await?;
    }
    let upload = finish(app, &incoming.user, &lock, upload).await?;
    Ok(Progress::after(&upload))
}

/// Refuses bytes behind the last one.
async fn refuse_more(incoming: &mut Incoming<'_>, upload: &Upload) -> Result<()> {
    let is_more = match incoming.headers.content_length {
        Some(bytes) => bytes > 0,
        None => {
            let read = incoming.body.read(&mut [0]).await;
            read.map_err(|error| cut_off(&error))? > 0
        }
    };
    if is_more {
        return Err(Invalid::TooLarge {
            field: FieldName::Upload,
            max: Most::Bytes(upload.length),
        }
        .into());
    }
    Ok(())
}

/// Begins an upload, of which nothing has come.
pub async fn begin(
    app: &App,
    incoming: &mut Incoming<'_>,
    key: Option<ClientKey>,
) -> Result<Created> {
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
        key,
        length,
        received: 0,
        file: file.name().to_owned(),
        medium: None,
    };
    write(app, &incoming.user, file, new).await
}

/// Takes the first bytes of an upload that has just begun, if some came with its beginning. If they break off or are refused, nothing
/// of it stays: its maker doesn't learn where it is. Under a key it stays, because another request under this key may have been told.
pub async fn take_first(
    app: &App,
    incoming: &mut Incoming<'_>,
    begun: Upload,
    has_key: bool,
) -> Result<Upload> {
    let id = RawId::new(&begun.id.number().to_string());
    let taken = take(app, incoming, &id).await;
    if taken.is_err() && !has_key {
        discard(app, &incoming.user, &id).await;
    }
    taken
}

async fn take(app: &App, incoming: &mut Incoming<'_>, id: &RawId<UploadId>) -> Result<Upload> {
    let (lock, mut upload) = lock(app, &incoming.user, id, LOCK_TIMEOUT).await?;
    if incoming.headers.is_chunk {
        receive(app, incoming, &lock, &upload).await?;
        upload = find(app, &incoming.user, id).await?;
    }
    finish(app, &incoming.user, &lock, upload).await
}

/// Deletes an upload that couldn't begin, unless that was done. If it fails, the upload goes when it expires.
async fn discard(app: &App, user: &CurrentUser<'_>, id: &RawId<UploadId>) {
    let (now, id) = (app.now(), id.clone());
    let deleted = user.write_making_room(move |conn, session| {
        let own = access::upload(conn, session, &id, now)?;
        let upload = uploads::get(conn, &own)?;
        uploads::delete(conn, &own)?;
        Ok(upload.file)
    });
    match deleted.await {
        Ok(file) => app.delete_uploads(vec![file]).await,
        Err(Error::NotFound(_)) => {}
        Err(error) => tracing::debug!(%error, "could not delete an upload that was refused"),
    }
}
