//! `shared-spaces user sessions`, `disable` and `enable`: who is signed in, and who may.

use anyhow::{Result, bail};

use crate::api::views::operation::OperatorsSession;
use crate::app::App;
use crate::commands::cli::ListOptions;
use crate::domain::access::OperatorRight;
use crate::domain::ids::RawId;
use crate::domain::operating::Act;
use crate::domain::sessions::{self, SessionInfo};
use crate::domain::users::User;
use crate::logging::audit::{self, By};
use crate::output::{plain, say};

/// What the operator does with the sessions of a user.
pub enum SessionsRequest {
    List(ListOptions),
    /// End the one with this id, as it was typed.
    End(String),
    EndAll,
}

/// Lists or ends the sessions of a user.
///
/// # Errors
/// The user has no session with this id.
pub async fn run(app: &App, user: User, request: SessionsRequest) -> Result<()> {
    let (now, about) = (app.now(), user.clone());
    match request {
        SessionsRequest::List(options) => return list(app, &user, options).await,
        SessionsRequest::End(session) => {
            let given = RawId::new(&session);
            app.db
                .write_making_room(move |conn| {
                    let by = OperatorRight::of_command_line();
                    Act::new(conn, &by, now).end_session(&about, &given)
                })
                .await?;
            audit::sessions_ended(By::CommandLine, &user);
            say!("Ended session {session} of {}", plain(&user.login))
        }
        SessionsRequest::EndAll => {
            app.db
                .write_making_room(move |conn| {
                    let by = OperatorRight::of_command_line();
                    Act::new(conn, &by, now).end_sessions(&about, None)
                })
                .await?;
            audit::sessions_ended(By::CommandLine, &user);
            say!("Ended all sessions of {}", plain(&user.login))
        }
    }
}

async fn list(app: &App, user: &User, options: ListOptions) -> Result<()> {
    let (id, now, lifetime) = (user.id, app.now(), app.config.sessions.lifetime);
    let all = app
        .db
        .read(move |conn| Ok(sessions::list_of(conn, id, now, lifetime)?))
        .await?;
    if options.json {
        let all: Vec<_> = all.into_iter().map(OperatorsSession::from).collect();
        return say!("{}", serde_json::to_string_pretty(&all)?);
    }
    if all.is_empty() {
        say!("{} isn't signed in anywhere.", plain(&user.login))?;
    }
    for SessionInfo {
        id,
        created_at,
        last_used_at,
        device,
        ..
    } in all
    {
        let device = plain(device.as_deref().unwrap_or("unknown device"));
        let (used, made) = (last_used_at.rfc3339(), created_at.rfc3339());
        say!("{id}\tlast used {used}\tsince {made}\t{device}")?;
    }
    Ok(())
}

/// Signs a user out everywhere, and doesn't let them sign in any more.
///
/// # Errors
/// They are disabled already, or the database can't be written.
pub async fn disable(app: &App, user: User) -> Result<()> {
    let (about, now) = (user.clone(), app.now());
    let changed = app
        .db
        .write_making_room(move |conn| {
            Act::new(conn, &OperatorRight::of_command_line(), now).set_disabled(&about, true)
        })
        .await?;
    if !changed {
        bail!("{} is disabled already", user.login);
    }
    audit::account_disabled(By::CommandLine, &user);
    say!(
        "Disabled {}: all their sessions ended, and they can't sign in. What they have shared stays",
        plain(&user.login)
    )
}

/// Lets a user sign in again.
///
/// # Errors
/// They aren't disabled, or the database can't be written.
pub async fn enable(app: &App, user: User) -> Result<()> {
    let (about, now) = (user.clone(), app.now());
    let changed = app
        .db
        .write(move |conn| {
            Act::new(conn, &OperatorRight::of_command_line(), now).set_disabled(&about, false)
        })
        .await?;
    if !changed {
        bail!("{} isn't disabled", user.login);
    }
    audit::account_enabled(By::CommandLine, &user);
    say!("Enabled {}: they can sign in again", plain(&user.login))
}
