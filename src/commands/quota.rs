//! `shared-spaces space quota` and `user quota`: how much photos and videos of a space or a user take, and may take.

use anyhow::Result;
use serde_json::json;

use crate::app::App;
use crate::commands::cli::ListOptions;
use crate::domain::access;
use crate::domain::ids::{RawId, SpaceId};
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
    if let Some(quota) = quota {
        let set = app.db.write(move |conn| {
            let space = access::operated(conn, &given)?;
            usage::set_of_space(conn, &space, quota)?;
            Ok(space.space())
        });
        audit::space_quota_changed(By::CommandLine, set.await?, &word(quota));
    }
    let read = app.db.read(move |conn| {
        let space = access::operated(conn, &id)?.space();
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
        app.db
            .write(move |conn| Ok(usage::set_of_user(conn, id, quota)?))
            .await?;
        audit::user_quota_changed(By::CommandLine, &user, &word(quota));
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

/// A quota in the log.
fn word(quota: Quota) -> String {
    match quota {
        Quota::Default => String::from("default"),
        Quota::None => String::from("none"),
        Quota::Bytes(bytes) => bytes.to_string(),
    }
}
