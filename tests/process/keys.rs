//! The key that signs links to photos, changed while a server runs.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

use libc::O_NONBLOCK;
use serde_json::Value;

use crate::support::{Process, Server, command, fails, files, picture, succeeds, until};

const ROTATE: [&str; 2] = ["keys", "rotate"];

fn key(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("data/signing.key")).unwrap()
}

#[test]
fn with_a_new_key_every_link_that_is_out_ends_at_once_and_new_ones_work() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let ann = server.person("ann");
    let before = ann.share_photo(&ann.space("Family"), &picture(24, 1));
    let link = |share: &Value| share["image_url"].clone();
    assert_eq!(ann.fetch(&link(&before)).status, 200);

    let old = key(folder);
    let said = succeeds(folder, &ROTATE, "");
    assert!(said.starts_with("Signing key rotated."), "{said}");
    assert!(!said.contains("S3"), "{said}");
    assert_eq!(key(folder).len(), 32);
    assert_ne!(key(folder), old);
    let previews = before["image"]["previews"].as_object().unwrap().values();
    let links = previews.map(|preview| preview["url"].clone());
    for link in links.chain([link(&before)]) {
        let reply = ann.fetch(&link);
        assert_eq!(
            (reply.status, reply.bytes.as_slice()),
            (403, &b"This link isn't valid"[..])
        );
    }
    let after = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&link(&after)).bytes, picture(24, 1));

    server.process.terminate();
    assert!(server.process.wait().success());
    let server = Server::start(folder);
    let (old, new) = (path(&link(&before)), path(&link(&after)));
    assert_eq!(ann.at(&server).get(&old).unwrap().status, 403);
    assert_eq!(ann.at(&server).get(&new).unwrap().status, 200);
}

/// The path and query of a link.
fn path(url: &Value) -> String {
    let url = url.as_str().unwrap();
    let (_, path) = url.split_once("/photos/").unwrap();
    format!("/photos/{path}")
}

#[test]
fn a_change_of_the_key_that_is_killed_leaves_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    for round in 0..10 {
        let before = files(&folder.join("data"));
        let mut process = Process::start(command(folder, &ROTATE));
        // It is on its way when there is a file that wasn't there.
        until("the command to begin or to end", || {
            let begun = files(&folder.join("data")) != before;
            (begun || process.has_ended()).then_some(())
        });
        process.kill();
        assert_eq!(key(folder).len(), 32, "round {round}");
        let share = ann.get("/shares/1").unwrap().json();
        assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    }
}

#[test]
fn where_nothing_is_no_key_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = fails(folder.path(), &ROTATE, "");
    assert!(
        complaint.contains("There is no installation in the data folder"),
        "{complaint}"
    );
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_change_of_the_key_that_is_stopped_says_that_nothing_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    server.process.terminate();
    assert!(server.process.wait().success());
    let old = key(folder);
    succeeds(folder, &ROTATE, "");
    let now = key(folder);
    assert_ne!(now, old);

    // The command reads this file first, and a pipe in its place holds it there.
    let id = folder.join("data/backup.id");
    let word = fs::read(&id).unwrap();
    fs::remove_file(&id).unwrap();
    assert!(Command::new("mkfifo").arg(&id).status().unwrap().success());
    for (ask, code) in [
        (Process::interrupt as fn(&Process), 130),
        (Process::terminate, 143),
    ] {
        let complaint = folder.join("complaint");
        let mut rotate = command(folder, &ROTATE);
        rotate.stderr(File::create(&complaint).unwrap());
        let rotate = Process::start(rotate);
        let mut pipe = until("the command to read", || {
            let mut options = OpenOptions::new();
            options.write(true).custom_flags(O_NONBLOCK).open(&id).ok()
        });
        ask(&rotate);
        let complaint = || fs::read_to_string(&complaint).unwrap();
        until("the command to hear that it is to end", || {
            complaint().contains("stopping").then_some(())
        });
        pipe.write_all(&word).unwrap();
        drop(pipe);
        assert_eq!(rotate.wait().code(), Some(code));
        let sentence = "It was stopped before its end: the signing key was not changed";
        assert!(complaint().contains(sentence), "{}", complaint());
        assert_eq!(key(folder), now);
        fs::remove_file(&id).unwrap();
        assert!(Command::new("mkfifo").arg(&id).status().unwrap().success());
    }
}
