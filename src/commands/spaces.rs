//! `shared-spaces space`: which spaces there are and who runs them, never what is in them.

use anyhow::Result;

use super::{confirm, quota};
use crate::api::views::operation::{OperatorsSpace, OperatorsSpaceDetail};
use crate::app::App;
use crate::check::sentence;
use crate::commands::cli::{ListOptions, SpaceCommand};
use crate::config::Config;
use crate::domain::access::{self, OperatorRight};
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::operating::Act;
use crate::domain::operation::{self, MemberReport, SpaceReport, Transfer};
use crate::domain::spaces::{self, Overview};
use crate::domain::text::GivenLogin;
use crate::logging::audit::{self, By};
use crate::output::{contents, count, plain, say};

/// Lists, shows, transfers or removes spaces.
///
/// # Errors
/// The installation doesn't exist, or its database can't be used; what the rules refuse.
pub async fn run(config: Config, command: SpaceCommand) -> Result<()> {
    let app = App::start(config).await?;
    match command {
        SpaceCommand::List(options) => list(&app, options).await,
        SpaceCommand::Show { id, list } => show(&app, RawId::new(&id), list).await,
        SpaceCommand::Transfer { id, login } => transfer(&app, RawId::new(&id), login).await,
        SpaceCommand::Quota { id, quota, list } => {
            quota::of_space(&app, RawId::new(&id), quota, list).await
        }
        SpaceCommand::Remove { id, yes } => remove(&app, id, yes).await,
    }
}

async fn list(app: &App, options: ListOptions) -> Result<()> {
    let all = app.db.read(|conn| Ok(spaces::list_all(conn)?)).await?;
    if options.json {
        let all: Vec<_> = all.into_iter().map(OperatorsSpace::from).collect();
        return say!("{}", serde_json::to_string_pretty(&all)?);
    }
    if all.is_empty() {
        say!("There are no spaces yet.")?;
    }
    for Overview {
        id,
        name,
        members,
        shares,
    } in all
    {
        let (members, shares) = (count(members, "member"), count(shares, "share"));
        say!("{id}\t{members}\t{shares}\t{}", plain(&name))?;
    }
    Ok(())
}

async fn report(app: &App, id: RawId<SpaceId>) -> Result<SpaceReport> {
    let reported = app.db.read(move |conn| {
        let space = access::operated(conn, &OperatorRight::of_command_line(), &id)?;
        Ok(operation::report(conn, &space)?)
    });
    Ok(reported.await?)
}

async fn show(app: &App, id: RawId<SpaceId>, options: ListOptions) -> Result<()> {
    let report = report(app, id).await?;
    if options.json {
        let detail = OperatorsSpaceDetail::from(report);
        return say!("{}", serde_json::to_string_pretty(&detail)?);
    }
    say!("{}\t{}", report.space.id, plain(&report.space.name))?;
    say!("Made {}", report.created_at.rfc3339())?;
    let counts = [report.shares, report.comments, report.photos, report.films];
    say!("{}", contents(counts, report.bytes))?;
    for MemberReport {
        user,
        is_admin,
        joined_at,
    } in report.members
    {
        let role = if is_admin { "admin" } else { "member" };
        let (login, joined) = (plain(&user.login), joined_at.rfc3339());
        say!("{}\t{role}\tsince {joined}\t{login}", user.id)?;
    }
    Ok(())
}

async fn transfer(app: &App, id: RawId<SpaceId>, login: String) -> Result<()> {
    let (login, now) = (GivenLogin::new(login), app.now());
    let done = app.db.write(move |conn| {
        let by = OperatorRight::of_command_line();
        let space = access::operated(conn, &by, &id)?;
        Act::new(conn, &by, now).transfer(&space, &login)
    });
    let done = done.await?;
    audit::space_transferred(By::CommandLine, &done);
    let Transfer {
        space,
        user,
        demoted,
        ..
    } = done;
    say!("{} is the only admin of space {space}", plain(&user.login))?;
    for former in demoted {
        say!("{} is a plain member from now on", plain(&former.login))?;
    }
    Ok(())
}

async fn remove(app: &App, id: String, yes: bool) -> Result<()> {
    let given = RawId::new(&id);
    let report = report(app, RawId::new(&id)).await?;
    confirm(
        yes,
        "Removing a space",
        &format!(
            "Remove space {id} ({}) with {} and {} of {}?",
            plain(&report.space.name),
            count(report.shares, "share"),
            count(report.photos + report.films, "photo"),
            count(report.members.len(), "member")
        ),
    )?;
    let now = app.now();
    let begun = app.db.write_making_room(move |conn| {
        let by = OperatorRight::of_command_line();
        let space = access::operated(conn, &by, &given)?;
        Act::new(conn, &by, now).remove_space(&space)
    });
    let (gone, begun) = begun.await?;
    audit::space_deleted(By::CommandLine, gone);
    // It is gone for everybody, whatever becomes of the rest: the server continues where this stops.
    if let Err(error) = app.space_deletion().finish(gone, begun).await {
        tracing::warn!(space = %gone, error = %sentence(&error.into()), "could not finish deleting a space; the server will");
    }
    say!("Removed space {gone}")
}
