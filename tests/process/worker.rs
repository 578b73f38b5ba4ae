//! A worker in a process of its own, and photos that can't be moved.

use std::fs;
use std::path::Path;
use std::thread;

use crate::support::{Process, Server, command, fails, photos, picture, previews, succeeds, until};

const SEPARATE: (&str, &str) = ("SHARED_SPACES_PHOTOS__WORKER", "external");

fn wait_until_moved(folder: &Path, file: &str) {
    until("the photo to be moved", || {
        (photos(&folder.join("data")) == [file]).then_some(())
    });
    until("its previews", || {
        let expected = ["large", "small"].map(|size| format!("{file}.{size}"));
        (previews(&folder.join("data")) == expected).then_some(())
    });
}

#[test]
fn workers_next_to_the_server_move_its_photos() {
    for arguments in [["worker"], ["--worker"]] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start_with(folder.path(), &[SEPARATE]);
        let ann = server.person("ann");
        let space = ann.space("Family");
        let share = ann.share_photo(&space, &picture(24, 1));
        assert_eq!(photos(&folder.path().join("data")), ["temp/1-1.png"]);
        let mut worker = command(folder.path(), &arguments);
        worker.env("RUST_LOG", "error");
        let _worker = Process::start(worker);
        wait_until_moved(folder.path(), "space-id-1/1.png");
        assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    }
}

#[test]
fn server_and_workers_can_be_started_at_once_on_a_new_folder() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let start_worker = || {
            let mut worker = command(folder.path(), &["worker"]);
            worker.env("RUST_LOG", "info");
            Process::start_and_wait_for(worker, "worker started")
        };
        thread::scope(|scope| {
            let workers = [(); 2].map(|()| scope.spawn(start_worker));
            let server = Server::start_with(folder.path(), &[SEPARATE]);
            let ann = server.person("ann");
            ann.share_photo(&ann.space("Family"), &picture(24, 1));
            wait_until_moved(folder.path(), "space-id-1/1.png");
            for worker in workers {
                worker.join().unwrap();
            }
        });
    }
}

#[test]
fn a_photo_that_failed_is_listed_with_its_reason_and_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("data/photos");
    let server = Server::start_with(folder.path(), &[SEPARATE]);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    fs::rename(photos.join("temp/1-1.png"), folder.path().join("away")).unwrap();

    assert_eq!(
        succeeds(folder.path(), &["photos", "failed"], ""),
        "No photo has failed.\n"
    );
    let complaint = fails(folder.path(), &["photos", "retry", "1-1.png"], "");
    assert!(
        complaint.contains("Not among the failed photos: 1-1.png"),
        "{complaint}"
    );

    let mut worker = command(folder.path(), &["worker"]);
    worker
        .env("SHARED_SPACES_PHOTOS__MAX_ATTEMPTS", "1")
        .env("RUST_LOG", "off");
    let _worker = Process::start(worker);
    let failed = || succeeds(folder.path(), &["photos", "failed"], "");
    let listed = until("the photo to fail", || {
        Some(failed()).filter(|listed| listed.starts_with("1-1.png"))
    });
    assert!(
        listed.contains("after 1 attempt: it is neither in the staging store"),
        "{listed}"
    );

    assert_eq!(
        succeeds(folder.path(), &["photos", "retry", "1-1.png"], ""),
        "Re-queued 1-1.png\n"
    );
    until("the photo to fail again", || {
        Some(failed()).filter(|listed| listed.starts_with("1-1.png"))
    });
    fs::rename(folder.path().join("away"), photos.join("temp/1-1.png")).unwrap();
    assert_eq!(
        succeeds(folder.path(), &["photos", "retry", "--all"], ""),
        "Re-queued 1 photo\n"
    );
    wait_until_moved(folder.path(), "space-id-1/1.png");
    assert_eq!(failed(), "No photo has failed.\n");
}

#[test]
fn one_failed_photo_of_several_is_sent_again_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("data/photos");
    let settings = [SEPARATE, ("SHARED_SPACES_PHOTOS__MAX_ATTEMPTS", "1")];
    let server = Server::start_with(folder.path(), &settings);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let shares = [1, 2].map(|seed| ann.share_photo(&space, &picture(24, seed)));
    fs::rename(photos.join("temp"), folder.path().join("away")).unwrap();
    fs::create_dir(photos.join("temp")).unwrap();
    let mut worker = command(folder.path(), &["worker"]);
    worker.envs(settings).env("RUST_LOG", "off");
    let _worker = Process::start(worker);
    let failed = || succeeds(folder.path(), &["photos", "failed"], "");
    until("both to fail", || {
        (failed().lines().count() == 2).then_some(())
    });

    fs::rename(
        folder.path().join("away/1-1.png"),
        photos.join("temp/1-1.png"),
    )
    .unwrap();
    assert_eq!(
        succeeds(folder.path(), &["photos", "retry", "1-1.png"], ""),
        "Re-queued 1-1.png\n"
    );
    wait_until_moved(folder.path(), "space-id-1/1.png");
    assert_eq!(ann.fetch(&shares[0]["image_url"]).bytes, picture(24, 1));
    assert!(failed().starts_with("1-2.png"));
    let complaint = fails(folder.path(), &["photos", "retry", "1-1.png"], "");
    assert!(
        complaint.contains("Not among the failed photos: 1-1.png"),
        "{complaint}"
    );
}

#[test]
fn what_is_no_name_of_a_photo_is_refused_by_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = crate::support::run(folder.path(), &["photos", "retry", "../secret"], "");
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("'../secret' is not the name of a photo"),
        "{complaint}"
    );
}
