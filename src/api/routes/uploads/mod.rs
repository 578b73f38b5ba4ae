//! What people send before the share that it is for: as a whole here, in chunks in [`tus`].

// Makes of an upload what it is to be.
mod finish;
// Takes the bytes of a chunk in.
mod append;
// What a share takes.
pub mod taking;
// The protocol of those who resume.
pub mod tus;

use std::time::Duration;

use rocket::response::status::NoContent;
use rocket::{delete, get, post};
use tokio::io::AsyncReadExt;

use self::finish::let_preview;
use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::incoming::{Incoming, UploadHeaders};
use crate::api::extract::json::cut_off;
use crate::api::extract::params::IdempotencyKey;
use crate::api::extract::spilled_photos::SpillFile;
use crate::api::request::AppState;
use crate::api::respond::uploaded::Uploaded;
use crate::api::views::uploads::Upload as View;
use crate::app::App;
use crate::domain::access;
use crate::domain::client_key::ClientKey;
use crate::domain::ids::{RawId, UploadId};
use crate::domain::uploads::{self, Bounds, Created, NewUpload, Upload};
use crate::error::{Conflict, Error, Failure, Overload, Result};
use crate::limits::fair::Stage;
use crate::limits::uploads::UploadPermit;
use crate::uploads::buffer_pool::CAPACITY;
use crate::uploads::folder::HeldFile;
use crate::uploads::ingest::{Received, Upload as Arrived, UploadKind};
use crate::uploads::locks::UploadLock;

/// How long a request waits for the one before it to let go of its upload.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// The bytes that are read at once.
const CHUNK: usize = 256 * 1024;

#[post("/uploads", data = "<incoming>")]
pub async fn create(
    app: &AppState,
    key: IdempotencyKey<'_>,
    mut incoming: Incoming<'_>,
) -> Result<Uploaded> {
    let begun = begin(app, &key, &mut incoming).await;
    if !begun.as_ref().is_ok_and(|begun| begun.is_new) {
        incoming.read_on(app).await;
    }
    begun.map(|begun| begun.uploaded)
}

/// An upload, and whether this request has made it.
struct Begun {
    uploaded: Uploaded,
    is_new: bool,
}

async fn begin(app: &App, key: &IdempotencyKey<'_>, incoming: &mut Incoming<'_>) -> Result<Begun> {
    let is_tus = incoming.headers.is_tus()?;
    let key = key.parse()?;
    let length = match is_tus {
        true => Some(incoming.headers.length()?),
        false => incoming.headers.content_length,
    };
    let created = match find_made(app, &incoming.user, key.as_ref(), length).await? {
        Some(before) => Created::Before(before),
        None => {
            let begun = match is_tus {
                true => tus::begin(app, incoming, key.clone()).await,
                false => take_whole(app, incoming, key.clone()).await,
            };
            match begun {
                Ok(created) => created,
                // Of two at once with one key, the other may have taken the room.
                Err(refusal) => match find_made(app, &incoming.user, key.as_ref(), length).await? {
                    Some(before) => Created::Before(before),
                    None => return Err(refusal),
                },
            }
        }
    };
    let (upload, is_new) = match created {
        Created::Now(upload) if is_tus => {
            let has_key = key.is_some();
            let taken = tus::take_first(app, incoming, upload, has_key).await?;
            (taken, true)
        }
        Created::Now(upload) => (upload, true),
        Created::Before(upload) => (upload, false),
    };
    let uploaded = match is_tus {
        true => Uploaded::begun(upload),
        // It comes in chunks: what this request has brought isn't in it.
        false if upload.medium.is_none() => return Err(Conflict::KeyOfAnotherUpload.into()),
        false => Uploaded::new(upload),
    };
    Ok(Begun { uploaded, is_new })
}

/// The upload that this user has begun under this key. What is asked again, because the answer was lost, isn't taken in again, and counts
/// once against what an account may have.
async fn find_made(
    app: &App,
    user: &CurrentUser<'_>,
    key: Option<&ClientKey>,
    length: Option<u64>,
) -> Result<Option<Upload>> {
    let Some(key) = key.cloned() else {
        return Ok(None);
    };
    let now = app.now();
    user.read(move |conn, session| uploads::find_made(conn, session, Some(&key), length, now))
        .await
}

#[get("/uploads/<id>")]
pub async fn get(
    app: &AppState,
    caller: Caller<'_>,
    id: RawId<UploadId>,
) -> Result<rocket::serde::json::Json<View>> {
    let now = app.now();
    let upload = caller
        .read(move |conn, session| {
            let own = access::upload(conn, session, &id, now)?;
            uploads::get(conn, &own)
        })
        .await?;
    Ok(rocket::serde::json::Json(View::new(&upload)))
}

#[delete("/uploads/<id>")]
pub async fn delete(
    app: &AppState,
    user: CurrentUser<'_>,
    headers: UploadHeaders,
    id: RawId<UploadId>,
) -> Result<NoContent> {
    headers.is_tus()?;
    // Checks the owner first, so that another user's writer isn't stopped.
    let (_lock, upload) = lock(app, &user, &id, LOCK_TIMEOUT).await?;
    let (now, asked) = (app.now(), id.clone());
    user.write_making_room(move |conn, session| {
        let own = access::upload(conn, session, &asked, now)?;
        Ok(uploads::delete(conn, &own)?)
    })
    .await?;
    app.delete_uploads(vec![upload.file]).await;
    Ok(NoContent)
}

/// Takes an upload in that comes as a whole.
async fn take_whole(
    app: &App,
    incoming: &mut Incoming<'_>,
    key: Option<ClientKey>,
) -> Result<Created> {
    let limits = &app.config.limits;
    let told = incoming.headers.content_length;
    if told.is_some_and(|bytes| bytes > limits.upload_bytes()) {
        return Err(UploadKind::of_length(limits).too_many_bytes(limits));
    }
    check(app, &incoming.user, told.unwrap_or(0)).await?;
    let permit = app.limits.uploads.acquire(incoming.user.user.id)?;
    let arrived = tokio::select! {
        arrived = receive(app, incoming, &permit, None) => arrived?,
        () = permit.preempted() => return Err(Overload::GaveWay.into()),
    };
    permit.is_at(Stage::Settled);
    let length = arrived.bytes;
    let prepared = app.ingest.prepare(arrived, &app.uploads).await?;
    let new = NewUpload {
        key,
        length,
        received: length,
        file: prepared.file.name().to_owned(),
        medium: Some(prepared.medium),
    };
    let created = write(app, &incoming.user, prepared.file, new).await?;
    if let Created::Now(upload) = &created {
        let_preview(app, upload);
    }
    Ok(created)
}

/// Reads a body that is a photo: a large one by way of the disk.
pub(super) async fn receive_photo(app: &App, incoming: &mut Incoming<'_>) -> Result<Arrived> {
    let (limits, photo) = (&app.config.limits, UploadKind::Photo);
    let told = incoming.headers.content_length;
    if told.is_some_and(|bytes| bytes > limits.photo_bytes) {
        return Err(photo.too_many_bytes(limits));
    }
    let permit = app.limits.uploads.acquire(incoming.user.user.id)?;
    let arrived = tokio::select! {
        arrived = receive(app, incoming, &permit, Some(photo)) => arrived?,
        () = permit.preempted() => return Err(Overload::GaveWay.into()),
    };
    permit.is_at(Stage::Settled);
    Ok(arrived)
}

/// Reads a body that is an upload, perhaps of one kind alone: a large one by way of the disk.
async fn receive(
    app: &App,
    incoming: &mut Incoming<'_>,
    permit: &UploadPermit,
    only: Option<UploadKind>,
) -> Result<Arrived> {
    let limits = &app.config.limits;
    let mut kind = None;
    let told = incoming.headers.content_length.unwrap_or(CAPACITY as u64);
    let buffers = app.ingest.buffers();
    let mut bytes = buffers.take(usize::try_from(told).unwrap_or(CAPACITY));
    let mut spill = SpillFile::new(app);
    let (mut start, mut size) = (None, 0);
    loop {
        // What is in memory is read into its place.
        let capacity = if start.is_some() {
            CHUNK
        } else {
            CAPACITY - bytes.len()
        };
        let mut bounded = (&mut incoming.body).take(capacity as u64);
        let read = bounded.read_buf(&mut bytes).await;
        let read = read.map_err(|error| cut_off(&error))?;
        if read == 0 && capacity > 0 {
            break;
        }
        permit.add_progress(read);
        size += read as u64;
        if kind.is_none() && bytes.len() >= UploadKind::HEAD {
            kind = Some(UploadKind::of(&bytes[..UploadKind::HEAD]));
            if only.is_some_and(|only| kind != Some(only)) {
                return Err(app.ingest.not_a_photo());
            }
        }
        if let Some(kind) = kind.filter(|kind| size > kind.max_bytes(limits)) {
            return Err(kind.too_many_bytes(limits));
        }
        if start.is_some() || bytes.len() == CAPACITY {
            if start.is_none() {
                start = Some(spill.begin(incoming.headers.content_length).await?);
            }
            spill.write(&bytes).await?;
            bytes.clear();
        }
    }
    let kind = kind.unwrap_or_else(|| UploadKind::of(&bytes));
    if size > kind.max_bytes(limits) {
        return Err(kind.too_many_bytes(limits));
    }
    let file = match start {
        None => Received::InMemory(bytes),
        Some(start) => {
            let file = spill.finish(start).await?;
            Received::OnDisk(file.ok_or_else(|| Error::internal(anyhow::anyhow!("no file")))?)
        }
    };
    Ok(Arrived {
        kind,
        file: Some(file),
        bytes: size,
    })
}

fn bounds(app: &App) -> Bounds {
    let limits = &app.config.limits;
    Bounds {
        number: limits.waiting_uploads,
        bytes: limits.waiting_bytes,
        quotas: app.config.quotas,
    }
}

/// Whether one more upload may begin, before anything of it is read.
async fn check(app: &App, user: &CurrentUser<'_>, length: u64) -> Result<()> {
    app.check_room(length)?;
    let bounds = bounds(app);
    user.read(move |conn, session| uploads::check(conn, session, length, bounds))
        .await
}

/// Writes the row of an upload whose file is there. Of two requests at once with one key, the second has brought its file for nothing.
async fn write(
    app: &App,
    user: &CurrentUser<'_>,
    file: HeldFile,
    new: NewUpload,
) -> Result<Created> {
    let (now, bounds) = (app.now(), bounds(app));
    let written = user
        .write(move |conn, session| uploads::create(conn, session, &new, bounds, now))
        .await;
    match written {
        Ok(Created::Before(_)) => written,
        written => settle(file, written),
    }
}

/// Keeps a file whose row was written, or may have been: if the disk fails during the commit, that is unknown. A file without
/// a row is deleted by the next cleanup.
fn settle<T>(file: HeldFile, written: Result<T>) -> Result<T> {
    match &written {
        Ok(_) | Err(Error::Failure(Failure::Internal(_) | Failure::DataGone)) => file.keep(),
        Err(_) => drop(file),
    }
    written
}

/// Locks an upload of this user, once its holder releases it. The owner is checked first, so that no other user's is stopped.
async fn lock(
    app: &App,
    user: &CurrentUser<'_>,
    id: &RawId<UploadId>,
    timeout: Duration,
) -> Result<(UploadLock, Upload)> {
    let own = find(app, user, id).await?;
    let lock = app.upload_locks.acquire(own.id, timeout).await;
    let lock = lock.ok_or_else(|| Conflict::UploadInUse { id: id.to_string() })?;
    // Read again, now that no other request holds it.
    Ok((lock, find(app, user, id).await?))
}

async fn find(app: &App, user: &CurrentUser<'_>, id: &RawId<UploadId>) -> Result<Upload> {
    let (now, id) = (app.now(), id.clone());
    user.read(move |conn, session| {
        let own = access::upload(conn, session, &id, now)?;
        uploads::get(conn, &own)
    })
    .await
}
