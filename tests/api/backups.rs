//! Backups that the server makes by itself, as monitoring sees them.

use std::fs;
use std::time::Duration;

use shared_spaces::jobs::runner::{Job, Next};
use tokio_util::sync::CancellationToken;

use crate::support::TestApp;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_backup_that_fails_changes_nothing_about_when_there_should_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    fs::create_dir(&place).unwrap();
    let to = place.to_str().unwrap().to_owned();
    let app = TestApp::with(|config| {
        config.backup.destination = Some(to.clone());
        config.backup.interval = Some(DAY);
    });
    let clock = &app.app.clock;
    let mut job = app.app.backups().unwrap();
    let mut step = || app.wait(job.step(&CancellationToken::new()));
    let wanted_by = || app.app.backup_runs.state().wanted_by.unwrap();
    assert_eq!(step().unwrap(), Next::Again);
    let first = wanted_by();
    assert!(first > clock.now());
    clock.advance(DAY + HOUR);
    fs::rename(&place, folder.path().join("elsewhere")).unwrap();
    assert!(step().is_err());
    assert_eq!(wanted_by(), first);
    fs::rename(folder.path().join("elsewhere"), &place).unwrap();
    clock.advance(2 * HOUR);
    assert_eq!(step().unwrap(), Next::Again);
    assert!(wanted_by() > clock.now());
}
