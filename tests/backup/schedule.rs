//! Backups that the server makes by itself.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::{TempDir, tempdir};

use crate::aws::cloud::Cloud;
use crate::backup::place::archives;
use crate::backup::world::{World, leaves_nothing};
use crate::support::{Server, command, files, output, picture, succeeds, until};

/// A folder for archives, and settings with which the server makes them.
pub fn scheduled(every: &str) -> (TempDir, Vec<(String, String)>) {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("place")).unwrap();
    let place = folder.path().join("place").to_str().unwrap().to_owned();
    let settings = [
        ("SHARED_SPACES_BACKUP__INTERVAL", every),
        ("SHARED_SPACES_BACKUP__DESTINATION", &place),
        ("SHARED_SPACES_BACKUP__RETAIN", "2"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (folder, settings.to_vec())
}

pub fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    let settings = settings.iter();
    settings
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// A server whose log goes to a file.
pub fn logging(folder: &Path, settings: &[(String, String)], level: &str, log: &Path) -> Server {
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.envs(borrowed(settings)).env("RUST_LOG", level);
    serve.stderr(fs::File::create(log).unwrap());
    Server::start_as(serve)
}

pub fn doctor(folder: &Path, settings: &[(String, String)]) -> String {
    let mut command = command(folder, &["doctor"]);
    command.envs(borrowed(settings));
    String::from_utf8(output(command, "").stdout).unwrap()
}

#[test]
fn the_server_makes_backups_again_and_again_and_the_newest_stay() {
    let (folder, settings) = scheduled("1s");
    let folder = folder.path();
    let world = World::on(Server::start_with(folder, &borrowed(&settings)));
    let newest = || archives(folder).pop();
    let first = until("the first backup", newest);
    until("the first to be deleted", || {
        (!first.exists()).then_some(())
    });
    assert!(archives(folder).len() <= 3);
    let last = newest();
    until("a backup that has everything", || {
        (newest() != last).then_some(())
    });
    let before = world.answers();
    let gone = world.wipe(folder);
    leaves_nothing(folder);
    succeeds(folder, &["verify", "place"], "");
    succeeds(folder, &["restore", "place"], "");
    let world = gone.at(Server::start(folder));
    assert_eq!(world.answers(), before);
}

#[test]
fn a_backup_is_made_at_the_start_only_if_the_last_one_is_old() {
    let (folder, settings) = scheduled("24h");
    let folder = folder.path();
    let serve = |words: &str| {
        let log = folder.join("log");
        let server = logging(folder, &settings, "info", &log);
        until("the words in the log", || {
            fs::read_to_string(&log)
                .unwrap()
                .contains(words)
                .then_some(())
        });
        server.process.terminate();
        assert!(server.process.wait().success());
    };
    assert!(doctor(folder, &settings).contains("There is no backup in "));
    serve("Backed up the database and 0 photos");
    assert_eq!(archives(folder).len(), 1);
    assert!(doctor(folder, &settings).contains("ok      The last backup in "));
    serve("database passed its integrity check");
    assert_eq!(archives(folder).len(), 1);
    // As if it had been made long ago.
    let old = folder.join("place/shared-spaces-20200102T030405Z.tar.zst");
    let made = archives(folder).remove(0);
    for future in ["99991231T235959Z", "99991231T235959Z.damaged"] {
        let name = format!("shared-spaces-{future}.tar.zst");
        let future = folder.join("place").join(&name);
        fs::rename(&made, &future).unwrap();
        let said = doctor(folder, &settings);
        assert!(
            said.contains(&format!("error   The archive {name} is named after")),
            "{said}"
        );
        fs::rename(future, &made).unwrap();
    }
    // Of a clock that was a little ahead: no start makes another, for which the oldest would go.
    let ahead = shared_spaces::clock::Clock::default()
        .now()
        .plus(Duration::from_secs(20 * 60 * 60));
    let ahead: String = ahead.rfc3339()[..19]
        .chars()
        .filter(|letter| !"-:".contains(*letter))
        .collect();
    let ahead = folder.join(format!("place/shared-spaces-{ahead}Z.tar.zst"));
    fs::rename(&made, &ahead).unwrap();
    serve("database passed its integrity check");
    assert_eq!(archives(folder), std::slice::from_ref(&ahead));
    fs::rename(ahead, old).unwrap();
    let said = doctor(folder, &settings);
    assert!(
        said.contains("warning The last backup in ")
            && said.contains("2020-01-02T03:04:05Z, although one should be made every 1day"),
        "{said}"
    );
    serve("Backed up the database and 0 photos");
    assert_eq!(archives(folder).len(), 2);
}

#[test]
fn without_an_argument_a_backup_goes_where_the_settings_say() {
    let (folder, settings) = scheduled("24h");
    let folder = folder.path();
    drop(World::start(folder));
    for _ in 0..3 {
        let mut backup = command(folder, &["backup"]);
        backup.envs(borrowed(&settings));
        assert!(output(backup, "").status.success());
    }
    assert_eq!(archives(folder).len(), 2);
    let complaint = crate::support::fails(folder, &["backup"], "");
    assert!(
        complaint.contains("Name a destination, as in")
            && complaint.contains("or set backup.destination"),
        "{complaint}"
    );
}

#[test]
fn a_backup_that_fails_is_logged_and_hurts_nobody() {
    let (folder, settings) = scheduled("1s");
    let folder = folder.path();
    fs::remove_dir(folder.join("place")).unwrap();
    let log = folder.join("log");
    let server = logging(folder, &settings, "error", &log);
    let world = World::on(server);
    let failed = || {
        let log = fs::read_to_string(&log).unwrap();
        let failed = log
            .matches("backup failed error=There is no folder ")
            .count();
        (failed >= 2).then_some(())
    };
    until("the backup to fail twice", failed);
    world.answers();
    assert_eq!(world.ann.get("/ready").unwrap().status, 200);
    assert!(doctor(folder, &settings).contains("error   There is no folder "));
    // Once its disk is there, backups are made.
    fs::create_dir(folder.join("place")).unwrap();
    until("a backup", || archives(folder).pop());
}

#[test]
fn a_server_that_is_asked_to_end_does_not_wait_for_a_backup() {
    let cloud = Cloud::new();
    let bucket = format!("backups-{}", cloud.temp);
    cloud.make_bucket(&bucket);
    let place = format!("s3://{bucket}");
    let settings = [
        ("SHARED_SPACES_PHOTOS__STORE", "local"),
        ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
        ("SHARED_SPACES_BACKUP__INTERVAL", "1s"),
        ("SHARED_SPACES_BACKUP__DESTINATION", &place),
    ];
    let server = cloud.server(&settings);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..6 {
        ann.share_photo(&space, &picture(300, seed));
    }
    until("a backup", || {
        cloud
            .keys(&bucket)
            .iter()
            .any(|key| key.ends_with(".zst"))
            .then_some(())
    });
    // Whichever comes next gets no answer for longer than any client would wait.
    cloud.proxy.set(crate::aws::proxy::Weather::Stalled);
    ann.share_photo(&space, &picture(300, 9));
    until("a backup to be held up", || {
        cloud.proxy.holds_something().then_some(())
    });
    server.process.terminate();
    assert!(server.process.wait().success());
    leaves_nothing(cloud.folder());
    assert!(files(&cloud.folder().join("data")).contains(&"shared-spaces.db".to_owned()));
}

#[test]
fn the_schedule_backs_up_nothing_that_replaced_its_folder() {
    let (folder, settings) = scheduled("1s");
    let folder = folder.path();
    let log = folder.join("log");
    let _world = World::on(logging(folder, &settings, "error", &log));
    until("a backup", || archives(folder).pop());
    // A copy, with the same key and the same installation.
    let (data, away) = (folder.join("data"), folder.join("away"));
    fs::rename(&data, &away).unwrap();
    // Again if a file of the server's has gone in between.
    until("a copy", || {
        drop(fs::remove_dir_all(&data));
        let copied = std::process::Command::new("cp")
            .arg("-a")
            .args([&away, &data])
            .status();
        copied.unwrap().success().then_some(())
    });
    let failed = |times| {
        let said = fs::read_to_string(&log).unwrap();
        let words = "backup failed error=The server's data is not where it was";
        (said.matches(words).count() >= times).then_some(())
    };
    until("the backup to fail", || failed(1));
    let before = archives(folder);
    until("the backup to fail again", || failed(3));
    assert_eq!(archives(folder), before);
}
