//! `shared-spaces invitation`: links for creating an account, joining a space, or both.

use anyhow::Result;

use super::link;
use crate::api::views::invitations::OperatorsInvitation;
use crate::app::App;
use crate::commands::cli::{InvitationCommand, ListOptions};
use crate::config::Settings;
use crate::domain::access::{self, OperatorRight};
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::invitations::{self, Invitation, InvitationOptions, Role};
use crate::domain::operating::Act;
use crate::domain::tokens::Token;
use crate::logging::audit::{self, By};
use crate::output::say;

/// Makes, lists or revokes invitations.
///
/// # Errors
/// What the rules refuse, in the sentences that the API uses too.
pub async fn run(settings: Settings, command: InvitationCommand) -> Result<()> {
    let Settings { listener, config } = settings;
    let app = App::start(config).await?;
    match command {
        InvitationCommand::List(options) => list(&app, options).await,
        InvitationCommand::Revoke { id } => {
            let (given, now) = (RawId::new(&id), app.now());
            let revoked = app
                .db
                .write_making_room(move |conn| {
                    let by = OperatorRight::of_command_line();
                    Act::new(conn, &by, now).revoke_invitation(&given)
                })
                .await?;
            audit::invitation_revoked(By::CommandLine, revoked);
            say!("Revoked invitation {id}")?;
            Ok(())
        }
        InvitationCommand::Add {
            space,
            admin,
            uses,
            days,
        } => {
            let role = if admin { Role::Admin } else { Role::Member };
            let terms = InvitationOptions::parse(role, uses, days)?;
            let token = add(&app, space, terms).await?;
            link::show(&listener, &app.config, "invitation", &token)
        }
    }
}

async fn add(app: &App, space: Option<String>, terms: InvitationOptions) -> Result<Token> {
    let (token, now) = (Token::random()?, app.now());
    let (kept, space) = (token.clone(), space.map(|id| RawId::<SpaceId>::new(&id)));
    let made = app.db.write(move |conn| {
        let into = space.map(|id| access::operator(conn, &id)).transpose()?;
        let by = OperatorRight::of_command_line();
        Act::new(conn, &by, now).invite(into.as_ref(), terms, &kept)
    });
    let made = made.await?;
    audit::invitation_made(By::CommandLine, &made);
    let Invitation { id, expires_at, .. } = made;
    say!("Invitation {id}, until {}:\n", expires_at.rfc3339())?;
    Ok(token)
}

async fn list(app: &App, options: ListOptions) -> Result<()> {
    let now = app.now();
    let all = app
        .db
        .read(move |conn| Ok(invitations::list_all(conn, now)?))
        .await?;
    if options.json {
        let rows: Vec<_> = all.into_iter().map(OperatorsInvitation::from).collect();
        // By the names of the keys.
        let rows = serde_json::to_value(rows)?;
        say!("{}", serde_json::to_string_pretty(&rows)?)?;
        return Ok(());
    }
    if all.is_empty() {
        say!("There are no invitations.")?;
    }
    for invitation in all {
        let into = match (invitation.space, invitation.role) {
            (None, _) => String::from("an account"),
            (Some(space), Role::Member) => format!("space {space}"),
            (Some(space), Role::Admin) => format!("space {space} as admin"),
        };
        let by = invitation
            .created_by
            .map_or_else(|| String::from("an operator"), |user| user.login);
        let ended = if invitation.is_valid {
            ""
        } else {
            ", who is no longer an admin there, or whose account is disabled: not valid"
        };
        say!(
            "{}\t{into}\t{} left\tuntil {}\tby {by}{ended}",
            invitation.id,
            invitation.uses_left,
            invitation.expires_at.rfc3339()
        )?;
    }
    Ok(())
}
