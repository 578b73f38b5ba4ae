//! Finishes an upload that has arrived completely: a clean medium replaces the bytes that were received.

use crate::api::extract::current_user::CurrentUser;
use crate::app::App;
use crate::domain::access;
use crate::domain::ids::{Id, RawId, UploadId};
use crate::domain::uploads::{self, Upload};
use crate::error::{Error, Result};
use crate::uploads::ingest::{Received, Spilled, Upload as Arrived, UploadKind};
use crate::uploads::locks::UploadLock;
use crate::uploads::prepare::is_refusal;

use super::settle;

/// Cleans an upload, unless that was done. A refused one is deleted; after any other error it can be
/// tried again.
///
/// # Errors
/// It is of a kind that isn't taken, damaged, or too large; or something can't be read or written now.
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
    let prepared = match app.ingest.prepare(arrived, &app.uploads).await {
        Ok(prepared) => prepared,
        Err(refusal) if is_refusal(&refusal) => {
            let deleted = user.write_making_room(move |conn, session| {
                let own = access::upload(conn, session, &id, now)?;
                Ok(uploads::delete(conn, &own)?)
            });
            deleted.await?;
            app.delete_uploads(vec![upload.file]).await;
            return Err(refusal);
        }
        Err(error) => return Err(error),
    };
    let (file, medium) = (prepared.file.name().to_owned(), prepared.medium);
    let written = user.write(move |conn, session| {
        let own = access::upload(conn, session, &id, now)?;
        uploads::finish(conn, &own, &file, &medium)?;
        uploads::get(conn, &own)
    });
    let finished = settle(prepared.file, written.await)?;
    app.delete_uploads(vec![upload.file]).await;
    let_preview(app, &finished);
    Ok(finished)
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
