//! `shared-spaces verify`: checks archives, with no server and no data folder.

use anyhow::{Result, ensure};
use indicatif::HumanBytes;

use super::on_a_thread;
use crate::backup::blocking::Blocking;
use crate::backup::destination::Target;
use crate::backup::progress::Progress;
use crate::backup::verify::{Verified, verify};
use crate::check::sentence;
use crate::config::Config;
use crate::db;
use crate::output::{complain, count, say};

/// Checks one archive, or all of a destination, and says of each what is in it or what is wrong with it.
///
/// # Errors
/// One is damaged or incomplete, or can't be read.
pub async fn run(config: Config, archives: String) -> Result<()> {
    on_a_thread("not everything was checked", move |blocking| {
        check(&archives, &config, &blocking)
    })
    .await
}

fn check(archives: &str, config: &Config, blocking: &Blocking) -> Result<()> {
    db::bound_memory()?;
    let target = Target::parse(archives, config, blocking)?;
    if let Target::Destination(destination) = &target {
        for name in destination
            .all_archives()?
            .iter()
            .filter(|it| it.is_damaged())
        {
            complain!("{name} is of a damaged database, as its name says, and was skipped");
        }
    }
    let archives = target.clone().all()?;
    let mut bad = 0;
    for archive in &archives {
        let report = |photo: &str, why: &str| complain!("{photo}: {why}");
        match verify(archive, blocking, &Progress::shown(), report) {
            Ok(Verified { manifest, outcome }) => say!(
                "{archive} is intact: made {} by version {}, {}, {}",
                manifest.made_at,
                manifest.version,
                count(outcome.photos, "photo"),
                HumanBytes(outcome.bytes)
            )?,
            // With one, there is nothing more to say.
            Err(error) if archives.len() == 1 => return Err(error),
            Err(error) => {
                blocking.check_cancelled()?;
                // A backup deletes old ones, and photos that no other has, while others are read.
                let listed = target.clone().all();
                if listed.is_ok_and(|all| all.iter().all(|there| there.file != archive.file)) {
                    complain!("{archive} was deleted meanwhile, as by a backup with --retain");
                } else {
                    complain!("{}", sentence(&error));
                    bad += 1;
                }
            }
        }
    }
    ensure!(
        bad == 0,
        "Archives that are not intact: {bad} of {}",
        archives.len()
    );
    Ok(())
}
