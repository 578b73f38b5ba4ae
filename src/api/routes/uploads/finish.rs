//! Finishes an upload that has arrived completely: a clean medium replaces the bytes that were received.

use crate::api::extract::current_user::CurrentUser;
use crate::app::App;
use crate::domain::access;
use crate::domain::ids::{Id, RawId, UploadId};
use crate::domain::uploads::{self, Upload};
use crate::error::{Error, Result};
use crate::uploads::ingest::{Received, Spilled, Upload as Arrived, UploadKind};
use crate::uploads::locks::UploadLock;
use crate::uploads::prepare::{Prepared, is_refusal};

use super::settle;

/// Cleans an upload, unless that was done. A refused one is deleted; after any other error it can be
/// tried again.
///
/// # Errors
/// It is of a kind that isn't taken, damaged, too large, or too much for a quota; or something can't be read or written now.
pub async fn finish(
    app: &App,
    user: &CurrentUser<'_>,
    _lock: &UploadLock,
    upload: Upload,
) -> Result<Upload> {
    if upload.medium.is_some() || !upload.is_complete() {
        return Ok(upload);
    }
    let (folder, name, length) = (app.uploads.clone(), upload.file.clone(), upload.length);
    let opened = tokio::task::spawn_blocking(move || folder.open_behind(&name, length));
    let file = opened
        .await
        .map_err(Error::internal)?
        .map_err(Error::writing)?;
    let arrived = arrived(app, Spilled::of(file, length)).await?;
    let (id, now) = (
        RawId::<UploadId>::new(&upload.id.number().to_string()),
        app.now(),
    );
    let finished = match app.ingest.prepare(arrived, &app.uploads).await {
        Ok(prepared) => record(app, user, &id, prepared).await,
        Err(error) => Err(error),
    };
    match &finished {
        Ok(finished) => let_preview(app, finished),
        Err(refusal) if is_refusal(refusal) => {
            let deleted = user.write_making_room(move |conn, session| {
                let own = access::upload(conn, session, &id, now)?;
                Ok(uploads::delete(conn, &own)?)
            });
            deleted.await?;
        }
        Err(_) => return finished,
    }
    app.delete_uploads(vec![upload.file]).await;
    finished
}

/// Records the medium that an upload has become.
async fn record(
    app: &App,
    user: &CurrentUser<'_>,
    id: &RawId<UploadId>,
    prepared: Prepared,
) -> Result<Upload> {
    let (file, medium) = (prepared.file.name().to_owned(), prepared.medium);
    let (id, now, quotas) = (id.clone(), app.now(), app.config.quotas);
    let written = user.write(move |conn, session| {
        let own = access::upload(conn, session, &id, now)?;
        uploads::finish(conn, (session, &own), (&file, &medium), &quotas)?;
        uploads::get(conn, &own)
    });
    settle(prepared.file, written.await)
}

/// What has arrived, and of which kind it is.
async fn arrived(app: &App, file: Spilled) -> Result<Arrived> {
    let head = file.clone();
    let head = tokio::task::spawn_blocking(move || head.read(0, UploadKind::HEAD));
    let head = head
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)?;
    let (kind, bytes) = (UploadKind::of(&head), file.bytes());
    let fits = bytes <= kind.max_bytes(&app.config.limits);
    Ok(Arrived {
        kind,
        file: fits.then_some(Received::OnDisk(file)),
        bytes,
    })
}

/// Has previews made while the words of the share are typed.
pub fn let_preview(app: &App, upload: &Upload) {
    if let (Some(previewer), Some(medium)) = (app.upload_previewer(), &upload.medium)
        && !medium.kind.is_video()
    {
        previewer.begin(upload.file.clone(), medium.bytes);
    }
}
