//! The backups, for operators.

use std::time::Duration;

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{get, post};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::api::extract::current_user::CurrentUser;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::views::operator_storage::Backups;
use crate::app::App;
use crate::check::sentence;
use crate::domain::access;
use crate::domain::operating::Act;
use crate::error::{Conflict, Result};
use crate::jobs::backup_runs::Work;
use crate::jobs::scheduled_backup::{self, FoundArchives};
use crate::logging::audit;

/// How long a destination may take to list its archives.
const LISTING: Duration = Duration::from_secs(15);

#[get("/operator/backups")]
pub async fn get(app: &AppState, user: CurrentUser<'_>) -> Result<Json<Backups>> {
    user.read(access::installation).await?;
    let found = find_archives(app).await;
    Ok(Json(Backups::new(
        &app.config,
        app.backup_runs.state(),
        found,
    )))
}

async fn find_archives(app: &App) -> FoundArchives {
    let Some(to) = &app.config.backup.destination else {
        return Ok(Vec::new());
    };
    let stop = CancellationToken::new();
    // It ends with this, also where a bucket doesn't answer.
    let _stopping = stop.clone().drop_guard();
    let listed = scheduled_backup::archives(&app.config, to, stop);
    match timeout(LISTING, listed).await {
        Ok(listed) => listed.map_err(|error| sentence(&error)),
        Err(_) => Err(format!("{to} doesn't answer")),
    }
}

#[post("/operator/backups")]
pub async fn start(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
) -> Result<(Status, &'static str)> {
    begin(app, &user, Work::Backup).await?;
    audit::backup_started(user.at(client));
    Ok((Status::Accepted, "Backup started"))
}

/// Verifies the newest archive.
#[post("/operator/backups/verify")]
pub async fn verify(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
) -> Result<(Status, &'static str)> {
    begin(app, &user, Work::Verification).await?;
    audit::verification_started(user.at(client));
    Ok((Status::Accepted, "Verification started"))
}

/// Has the job for backups do something, if it doesn't do anything else.
async fn begin(app: &App, user: &CurrentUser<'_>, work: Work) -> Result<()> {
    let (now, runs, hold) = (app.now(), app.backup_runs.clone(), app.hold.clone());
    let has_destination = app.config.backup.destination.is_some();
    let reserved = user
        .write(move |conn, session| {
            let by = access::installation(conn, session)?;
            if !has_destination {
                return Err(Conflict::NoBackupDestination.into());
            }
            if hold.is_on() {
                return Err(Conflict::RestoredFolder.into());
            }
            let reserved = runs.reserve(work).ok_or(Conflict::BackupRunning)?;
            Act::new(conn, &by, now).note_run(work == Work::Verification)?;
            Ok(reserved)
        })
        .await?;
    // What was logged is done.
    reserved.start();
    Ok(())
}
