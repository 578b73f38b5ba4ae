//! `shared-spaces space quota` and `user quota`: how much photos and videos of a space or a user take, and may take.

use anyhow::Result;
use serde_json::json;

use crate::app::App;
use crate::commands::cli::ListOptions;
use crate::domain::access::{self, OperatorRight};
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::operating::Act;
use crate::domain::usage::{self, Quota, Usage};
use crate::domain::users::User;
use crate::logging::audit::{self, By};
use crate::output::{bytes, plain, say};

/// Shows the usage of a space, and sets its quota first if there is another one.
///
/// # Errors
/// There is no such space; the database can't be used.
pub async fn of_space(
    app: &App,
    id: RawId<SpaceId>,
    quota: Option<Quota>,
    list: ListOptions,
) -> Result<()> {
    let quotas = app.config.quotas;
    let given = id.clone();
    let now = app.now();
    if let Some(quota) = quota {
        let set = app.db.write(move |conn| {
            let by = OperatorRight::of_command_line();
            let space = access::operated(conn, &by, &given)?;
            Act::new(conn, &by, now).set_space_quota(&space, quota)?;
            Ok(space.space())
        });
        audit::space_quota_changed(By::CommandLine, set.await?, &quota.to_string());
    }
    let read = app.db.read(move |conn| {
        let space = access::operated(conn, &OperatorRight::of_command_line(), &id)?.space();
        Ok((space, usage::of_space(conn, space, &quotas)?))
    });
    let (space, usage) = read.await?;
    show(&format!("Space {space}"), "quotas.space", &usage, list)
}

/// The same for a user.
///
/// # Errors
/// The database can't be used.
pub async fn of_user(app: &App, user: User, quota: Option<Quota>, list: ListOptions) -> Result<()> {
    let (id, quotas) = (user.id, app.config.quotas);
    if let Some(quota) = quota {
        let (now, about) = (app.now(), user.clone());
        app.db
            .write(move |conn| {
                Act::new(conn, &OperatorRight::of_command_line(), now).set_user_quota(&about, quota)
            })
            .await?;
        audit::user_quota_changed(By::CommandLine, &user, &quota.to_string());
    }
    let read = app
        .db
        .read(move |conn| Ok(usage::of_user(conn, id, &quotas)?));
    let usage = read.await?;
    show(&plain(&user.login), "quotas.user", &usage, list)
}

fn show(whose: &str, setting: &str, usage: &Usage, list: ListOptions) -> Result<()> {
    let Usage { used, max, is_own } = *usage;
    if list.json {
        let shown = json!({"used_bytes": used, "max_bytes": max, "is_default": !is_own});
        return say!("{}", serde_json::to_string_pretty(&shown)?);
    }
    let quota = match (max, is_own) {
        (Some(max), true) => format!("of its own quota, {}", bytes(max)),
        (Some(max), false) => format!("of {}, by the setting {setting}", bytes(max)),
        (None, true) => format!("without a quota, whatever the setting {setting} is"),
        (None, false) => format!("without a quota, because the setting {setting} is 0"),
    };
    say!("{whose} uses {} {quota}", bytes(used))
}
