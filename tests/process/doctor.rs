//! What the doctor says of a server that keeps everything on this machine.

use std::fs;

use rusqlite::Connection;

use crate::support::{PASSWORD, Server, command, fails, output, picture, succeeds, until};

#[test]
fn a_running_server_is_found_in_good_health_and_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let share = ann.share_photo(&space, &picture(24, 1));
    let said = succeeds(folder.path(), &["doctor"], "");
    // All that it reports is what hasn't been set up yet.
    let (backups, others): (Vec<_>, Vec<_>) =
        said.lines().partition(|line| line.contains("backup"));
    assert!(others.iter().all(|line| line.starts_with("ok ")), "{said}");
    assert!(
        backups[0].starts_with("warning No backup is configured"),
        "{said}"
    );
    for words in [
        "photos are in the data folder, the queue is in the database, the worker is embedded in the server",
        "is writable",
        "The database is intact",
        "Photos can be stored and moved",
        "No photo has failed",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(ann.fetch(&share["image_url"]).status, 200);
    let leftovers = crate::support::files(folder.path());
    assert!(
        !leftovers
            .iter()
            .any(|file| file.contains("probe") || file.contains("part")),
        "{leftovers:?}"
    );
}

#[test]
fn where_nothing_is_yet_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let said = succeeds(folder.path(), &["doctor"], "");
    assert!(said.contains("warning There is no data folder"), "{said}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_folder_that_is_a_file_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "not a folder").unwrap();
    let complaint = fails(folder.path(), &["doctor"], "");
    assert!(
        complaint.contains("Problems that keep Shared Spaces from working: 1"),
        "{complaint}"
    );
}

#[test]
fn a_damaged_database_is_bad_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.person("ann");
    server.process.terminate();
    assert!(server.process.wait().success());
    let path = folder.path().join("data/shared-spaces.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(7);
    fs::write(&path, &bytes).unwrap();
    let output = crate::support::run(folder.path(), &["doctor"], "");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("error   The database"), "{said}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn photos_that_failed_are_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(
        folder.path(),
        &[
            ("SHARED_SPACES_PHOTOS__MAX_ATTEMPTS", "1"),
            ("SHARED_SPACES_PHOTOS__WORKER", "external"),
        ],
    );
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    fs::remove_file(folder.path().join("data/photos/temp/1-1.png")).unwrap();
    let mut worker = command(folder.path(), &["worker"]);
    worker.env("SHARED_SPACES_PHOTOS__MAX_ATTEMPTS", "1");
    let _worker = crate::support::Process::start(worker);
    let said = until("the photo to fail", || {
        let said = crate::support::run(folder.path(), &["doctor"], "").stdout;
        let said = String::from_utf8(said).unwrap();
        said.contains("1 photo failed").then_some(said)
    });
    assert!(said.contains("warning 1 photo failed."), "{said}");
}

/// As they could be made before there were rules for them.
#[test]
fn logins_that_would_be_refused_today_are_told_with_the_reason_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    for login in ["ann", "bob", "cid", "dan", "eve"] {
        server.person(login);
    }
    server.process.terminate();
    assert!(server.process.wait().success());
    let quiet = succeeds(folder.path(), &["doctor"], "");
    assert!(!quiet.contains("would be refused today"), "{quiet}");

    let connection = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    for (id, login) in [
        (2, "bob "),
        (3, "\u{202e}cid"),
        (4, "\u{2800}\u{2800}\u{2800}"),
        (5, "\u{430}nn"),
    ] {
        let changed = connection
            .execute("update users set login = ? where id = ?", (login, id))
            .unwrap();
        assert_eq!(changed, 1);
    }
    drop(connection);

    let said = succeeds(folder.path(), &["doctor"], "");
    let line = said
        .lines()
        .find(|line| line.contains("would be refused today"))
        .unwrap();
    assert!(line.starts_with("warning These logins"), "{line}");
    for message in [
        "\"bob \" (Login cannot have spaces around it)",
        "\"\\u{202e}cid\" (Login cannot contain invisible characters)",
        "(Login cannot be empty)",
        "(Login cannot mix letters of different scripts)",
        "sign",
    ] {
        assert!(line.contains(message), "{message}: {line}");
    }
    assert!(!line.contains("\"ann\""), "{line}");

    let log = folder.path().join("log");
    let mut start = command(folder.path(), &[]);
    start.env("RUST_LOG", "warn");
    let server = Server::start_logged(start, &log);
    let bob = server.sign_in("bob", PASSWORD).unwrap();
    assert_eq!(bob.get("/me").unwrap().json()["login"], "bob ");
    server.process.terminate();
    assert!(server.process.wait().success());
    let log = fs::read_to_string(log).unwrap();
    let warning = log
        .lines()
        .find(|line| line.contains("would be refused today"))
        .unwrap();
    assert!(
        warning.contains("count=4") && warning.contains("first=\"bob \""),
        "{warning}"
    );
}

#[test]
fn where_the_server_orders_its_certificate_itself_there_is_no_proxy_to_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = command(folder.path(), &["doctor", "--json"]);
    doctor.envs([
        ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org"),
        ("SHARED_SPACES_TLS__ACME__ENABLED", "true"),
        ("SHARED_SPACES_TLS__ACME__ACCEPT_TERMS", "true"),
    ]);
    let said = String::from_utf8(output(doctor, "").stdout).unwrap();
    assert!(said.contains("certificate"), "{said}");
    assert!(!said.contains("proxy_untrusted"), "{said}");
}
