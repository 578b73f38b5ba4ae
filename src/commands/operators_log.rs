//! Lines in the log of what operators did, by commands that change something else than the database.

use anyhow::{Result, ensure};

use crate::check::sentence;
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::data_dir::DATABASE;
use crate::db::Db;
use crate::domain::access::OperatorRight;
use crate::domain::operating::Act;
use crate::output::complain;

/// Writes a line about what was just done. That stays done where the line can't be written; then the command says so.
pub async fn note(
    config: &Config,
    line: impl Fn(&Act<'_>) -> crate::error::Result<()> + Send + 'static,
) {
    complain_of(write(config, line).await);
}

/// As [`note`], by a command that has the database open.
pub async fn note_in(
    db: &Db,
    now: Timestamp,
    line: impl Fn(&Act<'_>) -> crate::error::Result<()> + Send + 'static,
) {
    complain_of(add(db, now, line).await);
}

fn complain_of(written: Result<()>) {
    if let Err(error) = written {
        complain!(
            "This isn't in the log of what operators did: {}.",
            sentence(&error)
        );
    }
}

async fn write(
    config: &Config,
    line: impl Fn(&Act<'_>) -> crate::error::Result<()> + Send + 'static,
) -> Result<()> {
    let path = config.data_dir.join(DATABASE);
    // To open one of an older version would be to upgrade it.
    ensure!(
        Db::is_current(&path)?,
        "The database has the schema of another version"
    );
    add(&Db::open(&path)?, Clock::default().now(), line).await
}

async fn add(
    db: &Db,
    now: Timestamp,
    line: impl Fn(&Act<'_>) -> crate::error::Result<()> + Send + 'static,
) -> Result<()> {
    let written = db.write_making_room(move |conn| {
        line(&Act::new(conn, &OperatorRight::of_command_line(), now))
    });
    Ok(written.await?)
}
