//! A photo that ends the process that makes its previews, as on a machine with less memory than that takes. What is counted
//! before can be right and the memory still be missing, so that only another attempt can show it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;

use crate::pictures::corpus::CORPUS;
use crate::pictures::memory::{MIB, limited};
use crate::support::{Person, Process, Server, command, files, picture, previews, succeeds, until};

const SEPARATE: (&str, &str) = ("SHARED_SPACES_PHOTOS__WORKER", "external");
/// Its previews take more than twice this.
const PHOTO: &str = "progressive.bomb.jpg";
const MEMORY: u64 = 112 * MIB;
const SAID: &str = "gave up on previews: decoding the photo has ended the process twice";

/// Shares the photo while no worker runs; returns its author, and the photo as it is served.
fn shared(folder: &Path) -> (Person, String, Vec<u8>) {
    let server = Server::start_with(folder, &[SEPARATE]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let share = ann.share_photo(&space, &CORPUS[PHOTO]);
    let photo = ann.fetch(&share["image_url"]).bytes;
    server.process.terminate();
    assert!(server.process.wait().success());
    (ann, space, photo)
}

/// Starts a process with too little memory and waits for its end.
fn dies(folder: &Path, arguments: &[&str]) {
    let mut command = command(folder, arguments);
    command.env("RUST_LOG", "error");
    let mut command = limited(&command, MEMORY);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let status = Process::start(command).wait();
    assert_eq!(status.signal(), Some(libc::SIGABRT), "{status}");
    // What it had claimed is hidden for a minute, which needn't be waited for here.
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    let due = database
        .execute("update photo_jobs set due_at = 0", [])
        .unwrap();
    assert_eq!(due, 1);
}

/// Nothing but that there are none is left in the place of the previews of the first photo.
fn is_without_previews(folder: &Path) -> Option<()> {
    let data = folder.join("data");
    let found = previews(&data);
    let small = data.join("photos/previews/space-id-1/1.jpg.small");
    let is_told = fs::metadata(small).is_ok_and(|small| small.len() == 0);
    (is_told && found.iter().filter(|path| path.contains("/1.jpg")).count() == 1).then_some(())
}

fn is_served(server: &Server, ann: &Person, space: &str, photo: &[u8]) {
    let ann = ann.at(server);
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    let share = shares.as_array().unwrap().last().unwrap();
    assert!(ann.fetch(&share["image_url"]).bytes == photo);
    // And the next photo isn't held up by it.
    ann.share_photo(space, &picture(24, 1));
}

fn is_listed(folder: &Path) {
    until("the list of failed photos to have it", || {
        let listed = succeeds(folder, &["photos", "failed"], "");
        (listed == "1-1.jpg  has no previews; the worker's log says why\n").then_some(())
    });
}

fn next_has_previews(folder: &Path) {
    until("the previews of the next photo", || {
        let found = files(&folder.join("data/photos/previews"));
        let of_next = ["large", "small"].map(|size| format!("space-id-1/2.png.{size}"));
        of_next
            .iter()
            .all(|path| found.contains(path))
            .then_some(())
    });
}

#[test]
fn a_server_that_a_photo_has_ended_twice_shows_it_without_previews_at_its_third_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (ann, space, photo) = shared(folder);
    for _ in 0..2 {
        dies(folder, &["serve", "--port", "0"]);
    }
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env("RUST_LOG", "error");
    let log = folder.join("log");
    let server = Server::start_logged(limited(&serve, MEMORY), &log);
    until("its previews to be given up", || {
        is_without_previews(folder)
    });
    is_served(&server, &ann, &space, &photo);
    next_has_previews(folder);
    is_listed(folder);
    let said = fs::read_to_string(log).unwrap();
    assert_eq!(said.matches(SAID).count(), 1, "{said}");
}

#[test]
fn a_worker_that_a_photo_has_ended_twice_goes_on_at_its_third_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (ann, space, photo) = shared(folder);
    let server = Server::start_with(folder, &[SEPARATE]);
    for _ in 0..2 {
        dies(folder, &["worker"]);
    }
    let mut worker = command(folder, &["worker"]);
    worker.env("RUST_LOG", "error");
    let _worker = Process::start_and_wait_for(limited(&worker, MEMORY), SAID);
    until("its previews to be given up", || {
        is_without_previews(folder)
    });
    is_served(&server, &ann, &space, &photo);
    next_has_previews(folder);
    is_listed(folder);
}
