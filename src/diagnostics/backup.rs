//! Whether backups are made, and when the last one was.

use tokio_util::sync::CancellationToken;

use crate::backup::destination::ArchiveName;
use crate::check::Check;
use crate::clock::Clock;
use crate::config::Config;
use crate::jobs::scheduled_backup;

/// Looks at the destination of the backups.
pub async fn run_checks(config: &Config, report: &mut impl FnMut(Check)) {
    let backup = &config.backup;
    let Some(to) = &backup.destination else {
        report(Check::warning(
            "No backup is configured: set backup.destination and backup.interval, or back up in another way, such as \
            by hand with `shared-spaces backup`",
        ));
        return;
    };
    let found = match scheduled_backup::latest(config, to, CancellationToken::new()).await {
        Ok(found) => found,
        Err(error) => {
            report(Check::error(&error));
            return;
        }
    };
    if found.damaged > 0 {
        report(Check::failed(format!(
            "Archives in {to} that are marked as damaged: {}. The database was damaged when they were made. If it is \
            intact again, delete them",
            found.damaged
        )));
    }
    let now = Clock::default().now();
    // No backup is made next to one of the future.
    if let Some(Err(error)) = found.newest.map(|newest| newest.check(now)) {
        report(Check::error(&error));
        return;
    }
    let Some(last) = found.last.map(ArchiveName::moment) else {
        report(Check::warning(format!("There is no backup in {to} yet")));
        return;
    };
    let said = format!("The last backup in {to} was made {}", last.rfc3339());
    report(match backup.interval {
        None => Check::warning(format!(
            "{said}. No more are made on their own: set backup.interval"
        )),
        Some(every) if now > last.plus(every * 2) => Check::warning(format!(
            "{said}, although one should be made every {}: see the server's log for the reason",
            humantime::format_duration(every)
        )),
        Some(_) => Check::ok(said),
    });
}
