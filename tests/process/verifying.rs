//! Whether the photos on disk are as they were stored: the report, and the exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::support::held::Held;
use crate::support::{
    Process, Server, command, fails, output, photos, picture, previews, run, succeeds, until,
};

const VERIFY: [&str; 2] = ["photos", "verify"];

/// A server with five photos, in their space and with previews.
fn world(folder: &Path) -> Server {
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..5 {
        ann.share_photo(&space, &picture(24, seed));
    }
    let data = folder.join("data");
    until("the photos to be moved, with previews", || {
        let moved = photos(&data).iter().all(|file| file.starts_with("space-"));
        (moved && previews(&data).len() == 10).then_some(())
    });
    // That they are there is recorded a little later.
    until("the previews to be seen", || {
        let shares = ann.get(&format!("{space}/images")).unwrap().json();
        let mut all = shares.as_array().unwrap().iter();
        all.all(|row| !row["image"]["placeholder"].is_null())
            .then_some(())
    });
    server
}

fn photo(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("data/photos/space-id-1/{number}.png"))
}

/// Loses one photo, cuts one short and changes one.
fn harm(folder: &Path) {
    fs::remove_file(photo(folder, 1)).unwrap();
    let bytes = fs::read(photo(folder, 2)).unwrap();
    fs::write(photo(folder, 2), &bytes[..bytes.len() - 1]).unwrap();
    let mut bytes = fs::read(photo(folder, 3)).unwrap();
    bytes[30] ^= 1;
    fs::write(photo(folder, 3), bytes).unwrap();
}

#[test]
fn photos_that_are_lost_cut_short_or_changed_are_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    let said = succeeds(folder, &VERIFY, "");
    assert!(
        said.contains("Checked 5 photos") && said.contains("5 intact, 0 missing"),
        "{said}"
    );
    harm(folder);
    let done = run(folder, &VERIFY, "");
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(said.lines().count(), 4, "{said}");
    for words in [
        "1-1.png, of share 1 in space 1, is missing from the store",
        "1-2.png, of share 2 in space 1, is damaged: it has ",
        "1-3.png, of share 3 in space 1, has changed: ",
        "its file is photos/",
        "Checked 5 photos",
        "2 intact, 1 missing, 2 changed.",
    ] {
        assert!(said.contains(words), "{words:?} isn't in {said}");
    }
    let complaint = String::from_utf8(done.stderr).unwrap();
    assert!(
        complaint.contains("Missing photos: 1. Changed photos: 2."),
        "{complaint}"
    );
}

#[test]
fn a_program_reads_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    let json = |expected| {
        let done = run(folder, &["photos", "verify", "--json"], "");
        assert_eq!(done.status.code(), Some(expected));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let said = json(0);
    assert_eq!(said["findings"].as_array().unwrap().len(), 0);
    assert_eq!(said["summary"]["whole"], 5);
    harm(folder);
    let said = json(1);
    let mut found: Vec<_> = said["findings"].as_array().unwrap().clone();
    found.sort_by_key(|finding| finding["share"].as_i64());
    let found: Vec<_> = found
        .iter()
        .map(|finding| (finding["photo"].as_str(), finding["problem"].as_str()))
        .collect();
    let expected = [
        ("1-1.png", "missing"),
        ("1-2.png", "length"),
        ("1-3.png", "changed"),
    ];
    assert_eq!(
        found,
        expected.map(|(photo, what)| (Some(photo), Some(what)))
    );
    assert_eq!(said["summary"]["missing"], 1);
}

#[test]
fn a_lost_photo_is_put_back_from_a_backup_destination_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    fs::create_dir(folder.join("place")).unwrap();
    succeeds(folder, &["backup", "place"], "");
    harm(folder);
    let done = run(folder, &["photos", "verify", "--json"], "");
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    for finding in said["findings"].as_array().unwrap() {
        let from = folder
            .join("place")
            .join(finding["backup"].as_str().unwrap());
        let number = finding["share"].as_u64().unwrap() as usize;
        fs::copy(from, photo(folder, number)).unwrap();
    }
    succeeds(folder, &VERIFY, "");
}

#[test]
fn where_it_cannot_look_it_ends_otherwise_than_where_something_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let code = |arguments: &[&str], settings: &[(&str, &str)]| {
        let mut command = command(folder, arguments);
        command.envs(settings.iter().copied());
        output(command, "").status.code()
    };
    assert_eq!(code(&VERIFY, &[]), Some(2), "there is no installation");
    let _server = world(folder);
    let nonsense = [("SHARED_SPACES_PHOTOS__STORE", "nonsense")];
    assert_eq!(code(&VERIFY, &nonsense), Some(2));
    assert_eq!(code(&["photos", "verify", "--sample", "0"], &[]), Some(2));
    // A disk that isn't mounted.
    let store = folder.join("data/photos");
    fs::rename(&store, folder.join("away")).unwrap();
    fs::create_dir(&store).unwrap();
    assert_eq!(code(&VERIFY, &[]), Some(2));
    fs::remove_dir(&store).unwrap();
    fs::rename(folder.join("away"), &store).unwrap();
    assert_eq!(code(&VERIFY, &[]), Some(0));
    // One that can't be read isn't lost.
    fs::rename(photo(folder, 1), folder.join("photo")).unwrap();
    std::os::unix::fs::symlink(photo(folder, 1), photo(folder, 1)).unwrap();
    let said = run(folder, &VERIFY, "");
    assert_eq!(said.status.code(), Some(2));
}

#[test]
fn a_sample_has_as_many_photos_as_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    for (sample, looked) in [("3", "3"), ("100", "5")] {
        let said = succeeds(folder, &["photos", "verify", "--sample", sample], "");
        assert!(said.contains(&format!("Checked {looked} photos")), "{said}");
    }
}

#[test]
fn photos_that_are_not_in_their_space_yet_are_looked_for_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let separate = [("SHARED_SPACES_PHOTOS__WORKER", "external")];
    let server = Server::start_with(folder, &separate);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    let waiting = folder.join("data/photos/temp/1-1.png");
    assert!(waiting.exists());
    assert!(succeeds(folder, &VERIFY, "").contains("1 intact"));
    fs::write(waiting, "").unwrap();
    assert!(fails(folder, &VERIFY, "").contains("Changed photos: 1"));
}

#[test]
fn nothing_is_called_lost_that_people_share_and_delete_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = world(folder);
    let ann = server.sign_in("ann", crate::support::PASSWORD).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut seed = 10;
            while !done.load(Ordering::Relaxed) {
                seed += 1;
                let share = ann.share_photo("/spaces/1", &picture(24, seed));
                let path = format!("/shares/{}", share["id"]);
                assert_eq!(ann.delete(&path).unwrap().status, 200);
            }
        });
        for _ in 0..5 {
            let verified = run(folder, &VERIFY, "");
            let said = String::from_utf8_lossy(&verified.stdout).into_owned();
            if verified.status.code() != Some(0) {
                done.store(true, Ordering::Relaxed);
                panic!("{said}");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn damaged_previews_are_reported_and_made_again_only_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    let data = folder.join("data");
    let preview = |file: &str| data.join("photos/previews/space-id-1").join(file);
    let before = previews(&data);
    let bytes = fs::read(preview("1.png.small")).unwrap();
    fs::write(preview("1.png.small"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(preview("2.png.large"), "").unwrap();
    fs::remove_file(preview("3.png.large")).unwrap();
    // The photos are whole.
    succeeds(folder, &VERIFY, "");
    let done = run(folder, &["photos", "verify", "--previews"], "");
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stdout).unwrap();
    for words in [
        "1-1.png, of share 1 in space 1, is intact, but its small preview can't be shown",
        "1-2.png, of share 2 in space 1, is intact, but its large preview is empty",
        "1-3.png, of share 3 in space 1, is intact, but its large preview is missing",
        "3 damaged previews.",
    ] {
        assert!(said.contains(words), "{words:?} isn't in {said}");
    }
    assert_ne!(previews(&data), before, "nothing was made again");
    let said = succeeds(folder, &["photos", "verify", "--repair-previews"], "");
    assert!(said.contains("3 of these made again."), "{said}");
    assert_eq!(previews(&data), before);
    assert_eq!(fs::read(preview("1.png.small")).unwrap(), bytes);
    succeeds(folder, &["photos", "verify", "--previews"], "");
    // Of a photo that is lost, nothing is made of what is left.
    fs::remove_file(photo(folder, 1)).unwrap();
    fs::remove_file(preview("1.png.small")).unwrap();
    fails(folder, &["photos", "verify", "--repair-previews"], "");
    assert!(!preview("1.png.small").exists());
}

#[test]
fn the_doctor_finds_photos_that_are_missing_or_have_changed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    let said = succeeds(folder, &["doctor"], "");
    assert!(
        said.contains("ok      Checked 5 photos: all intact."),
        "{said}"
    );
    harm(folder);
    let done = run(folder, &["doctor"], "");
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stdout).unwrap();
    let words = "error   Checked 5 photos: 1 missing from the store, 2 changed, 0 unreadable: \
        `shared-spaces photos verify`";
    assert!(said.contains(words), "{said}");
}

#[test]
fn looking_at_photos_that_is_stopped_reports_what_was_found_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = world(folder);
    for number in [1, 2] {
        fs::remove_file(photo(folder, number)).unwrap();
    }
    let verify = command(folder, &["photos", "verify", "--json"]);
    let verify = Held::at(&photo(folder, 3), folder, verify);
    until("something to be found", || {
        verify.said().contains("missing").then_some(())
    });
    let (ended, complaint) = verify.stop(Process::interrupt);
    assert_eq!(ended, Some(130), "{complaint}");
    let sentence = "It was stopped before its end: not all photos were checked";
    assert!(complaint.contains(sentence), "{complaint}");
    let said = fs::read(folder.join("held.out")).unwrap();
    let said: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(said["findings"].as_array().unwrap().len(), 2);
}
