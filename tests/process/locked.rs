//! A database that another process keeps for itself, and two servers on one data folder.

use std::fs::{self, File};

use rusqlite::Connection;

use crate::support::{Process, Server, command, fails, picture, until};

#[test]
fn while_another_process_locks_the_database_reading_goes_on_and_writing_is_put_off() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let shares = format!("{space}/shares");
    let share = ann.share_photo(&space, &picture(24, 1));
    // For the server, this test is another process.
    let other = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    other.execute_batch("begin exclusive").unwrap();
    for photo in [None, Some(picture(24, 2))] {
        let refused = ann.post_form(&shares, "Refused", photo.as_deref()).unwrap();
        assert_eq!(refused.status, 503);
        assert_eq!(refused.bytes, b"The server is busy, try again in a moment");
    }
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    // Nor does it keep a server from starting.
    server.process.kill();
    let server = Server::start(folder);
    let ann = ann.at(&server);
    assert_eq!(
        ann.fetch(&ann.get("/shares/1").unwrap().json()["image_url"])
            .bytes,
        picture(24, 1)
    );
    assert_eq!(ann.post_form(&shares, "Refused", None).unwrap().status, 503);
    other.execute_batch("rollback").unwrap();
    ann.share_photo(&space, &picture(24, 3));
    let shares = ann.get(&shares).unwrap().json();
    assert_eq!(
        shares.as_array().unwrap().len(),
        2,
        "what was refused came later"
    );
}

#[test]
fn of_servers_that_are_started_at_once_on_a_new_folder_one_serves() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let start = |number: u32| {
            let mut serve = command(folder, &["serve", "--port", "0"]);
            let said = folder.join(format!("said-{number}"));
            serve
                .env("RUST_LOG", "off")
                .stdout(File::create(&said).unwrap());
            serve.stderr(File::create(said.with_extension("complaint")).unwrap());
            (Process::start(serve), said)
        };
        let mut servers: Vec<_> = (0..3).map(start).collect();
        until("one server to be left", || {
            servers.retain_mut(|(server, _)| !server.has_ended());
            (servers.len() < 2).then_some(())
        });
        let (_one, said) = &servers[0];
        until("the one to be up", || {
            let said = fs::read_to_string(said).unwrap();
            said.contains("Shared Spaces is up").then_some(())
        });
        let complaint = fails(folder, &["serve", "--port", "0"], "");
        assert!(
            complaint.contains("A server is running on the data folder"),
            "{complaint}"
        );
    }
}

#[test]
fn a_command_that_only_looks_whether_a_server_runs_keeps_none_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("data")).unwrap();
    let path = folder.join("data/serve.lock");
    let looks = File::create(&path).unwrap();
    looks.try_lock_shared().unwrap();
    let log = folder.join("log");
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.stdout(File::create(&log).unwrap());
    let mut server = Process::start(serve);
    until("the server to try", || {
        let open = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
        let mut open = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        open.any(|file| file == path).then_some(())
    });
    drop(looks);
    until("the server", || {
        assert!(!server.has_ended(), "it gave up");
        let said = fs::read_to_string(&log).unwrap();
        said.contains("Shared Spaces is up").then_some(())
    });
}
