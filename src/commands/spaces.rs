//! `shared-spaces space`: which spaces there are, because other commands ask for their IDs.

use anyhow::Result;

use crate::api::views::spaces::OperatorsSpace;
use crate::app::App;
use crate::commands::cli::ListOptions;
use crate::config::Config;
use crate::domain::spaces::{self, Overview};
use crate::output::{count, plain, say};

/// Lists every space.
///
/// # Errors
/// The installation doesn't exist, or its database can't be used.
pub async fn run(config: Config, list: ListOptions) -> Result<()> {
    let app = App::start(config).await?;
    let all = app.db.read(|conn| Ok(spaces::list_all(conn)?)).await?;
    if list.json {
        let all: Vec<_> = all.into_iter().map(OperatorsSpace::from).collect();
        say!("{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(());
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
