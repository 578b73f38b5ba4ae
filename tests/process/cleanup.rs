//! What lies in the store of photos and belongs to nothing, deleted by the command; on the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::support::{
    PASSWORD, Process, Server, command, fails, files, photos, picture, previews, succeeds, until,
};

const CLEANUP: [&str; 2] = ["photos", "cleanup"];
const DRY_RUN: [&str; 3] = ["photos", "cleanup", "--dry-run"];

/// A server with photos in their space, with previews, all of which have been there for two days.
fn world(folder: &Path) -> Server {
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..3 {
        ann.share_photo(&space, &picture(24, seed));
    }
    let data = folder.join("data");
    until("the photos to be moved, with previews", || {
        let moved = photos(&data).iter().all(|file| file.starts_with("space-"));
        (moved && previews(&data).len() == 6).then_some(())
    });
    until("the previews to be seen", || {
        let shares = ann.get(&format!("{space}/images")).unwrap().json();
        let mut all = shares.as_array().unwrap().iter();
        all.all(|row| !row["image"]["placeholder"].is_null())
            .then_some(())
    });
    for file in files(&store(folder)) {
        age(&store(folder).join(file));
    }
    server
}

fn store(folder: &Path) -> PathBuf {
    folder.join("data/photos")
}

/// Makes a file look as if nobody had touched it for two days.
fn age(path: &Path) {
    let file = File::options().append(true).open(path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    let before = modified - Duration::from_secs(2 * 24 * 60 * 60);
    file.set_modified(before).unwrap();
}

/// Puts a file into the store; an old one if `is_old`.
fn put(folder: &Path, name: &str, is_old: bool) -> String {
    let path = store(folder).join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("the bytes of {name}")).unwrap();
    if is_old {
        age(&path);
    }
    name.to_owned()
}

#[test]
fn what_belongs_to_nothing_is_deleted_and_what_is_young_used_or_not_recognised_stays() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = world(folder);
    // So that it doesn't delete some of it itself.
    server.process.terminate();
    assert!(server.process.wait().success());
    let used = files(&store(folder));
    let orphans = [
        "space-id-1/998.png",
        "space-id-1/998.5.jpg",
        "previews/space-id-1/998.png.small",
        "previews/space-id-1/998.png.large",
        "previews/space-id-1/997.mp4.poster",
        "previews/space-id-1/997.mp4.rendition",
        "previews/space-id-1/997.mp4.rendition-claim",
        "space-id-7/5.png",
        "previews/space-id-7/5.png.small",
        "temp/1-996.png",
        "temp/.part-orphan",
    ]
    .map(|name| put(folder, name, true));
    let unrecognised = [
        "space-id-1/holiday.jpg",
        "space-id-1/998.txt",
        "space-id-1/998.png.small",
        "previews/space-id-1/998.png.huge",
        "previews/space-id-1/998.png.poster",
        "previews/notes",
        "temp/1-holiday.png",
        "notes.txt",
    ]
    .map(|name| put(folder, name, true));
    let young = [
        "space-id-1/995.png",
        "previews/space-id-1/995.png.small",
        "temp/1-995.png",
        "temp/.part-young",
        "young.txt",
    ]
    .map(|name| put(folder, name, false));
    let all = files(&store(folder));

    let said = succeeds(folder, &DRY_RUN, "");
    assert_eq!(files(&store(folder)), all);
    let is_told = |said: &str, name: &str, what: &str| {
        let path = store(folder).join(name).display().to_string();
        let mut lines = said.lines();
        lines.any(|line| line.starts_with(&format!("{path}  ")) && line.contains(what))
    };
    for name in &orphans {
        assert!(is_told(&said, name, "belongs to nothing"), "{name}: {said}");
    }
    for name in &unrecognised {
        assert!(
            is_told(&said, name, "isn't recognised, and stays"),
            "{name}: {said}"
        );
    }
    for name in used.iter().chain(&young) {
        assert!(!is_told(&said, name, ""), "{name}: {said}");
    }
    assert!(
        said.contains("Found 11 files that belong to nothing"),
        "{said}"
    );

    let bytes: u64 = orphans
        .iter()
        .map(|name| fs::metadata(store(folder).join(name)).unwrap().len())
        .sum();
    let said = succeeds(folder, &["photos", "cleanup", "--json"], "");
    let said: Value = serde_json::from_str(&said).unwrap();
    let summary = &said["summary"];
    assert_eq!(summary["orphans"], 11);
    assert_eq!(summary["bytes"], bytes);
    assert_eq!(summary["unrecognized"], 8);
    assert_eq!(summary["young"], 5);
    assert_eq!(summary["failed"], 0);
    let findings = said["findings"].as_array().unwrap();
    let with = |outcome: &str| {
        findings
            .iter()
            .filter(|one| one["outcome"] == outcome)
            .count()
    };
    assert_eq!((with("deleted"), with("kept"), findings.len()), (11, 8, 19));
    let mut left: Vec<_> = [&used[..], &unrecognised, &young].concat();
    left.sort();
    assert_eq!(files(&store(folder)), left);
    assert!(!store(folder).join("space-id-7").exists());

    let said = succeeds(folder, &["photos", "sweep"], "");
    assert!(
        said.contains("Deleted 0 files that belonged to nothing"),
        "{said}"
    );
    succeeds(folder, &["photos", "verify", "--previews"], "");
}

#[test]
fn what_was_killed_in_the_middle_is_finished_the_next_time_while_people_share() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = world(folder);
    let ann = server.sign_in("ann", PASSWORD).unwrap();
    let names: Vec<_> = (1000..1400)
        .map(|number| put(folder, &format!("space-id-1/{number}.png"), true))
        .collect();
    let left = || {
        let all = names.iter().map(|name| store(folder).join(name));
        all.filter(|path| path.exists()).count()
    };
    let mut killed = command(folder, &CLEANUP);
    killed.stdout(std::process::Stdio::null());
    let killed = Process::start(killed);
    until("the first to be deleted", || {
        (left() < names.len()).then_some(())
    });
    killed.kill();
    let before = left();

    let mut cleaning = command(folder, &["photos", "cleanup", "--json"]);
    let log = folder.join("cleaned");
    cleaning.stdout(File::create(&log).unwrap());
    let mut cleaning = Process::start(cleaning);
    let mut seed = 10;
    while !cleaning.has_ended() {
        ann.share_photo("/spaces/1", &picture(24, seed));
        seed += 1;
    }
    assert!(cleaning.wait().success());
    assert_eq!(left(), 0);
    let said: Value = serde_json::from_slice(&fs::read(&log).unwrap()).unwrap();
    assert_eq!(said["summary"]["orphans"], before);
    let said = succeeds(folder, &["photos", "verify"], "");
    assert!(said.contains(" 0 missing, 0 changed"), "{said}");
}

#[test]
fn a_restored_folder_cleans_nothing_up_until_it_replaces_its_original() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = first.path().join("spaces.tar.zst");
    drop(world(first.path()));
    succeeds(first.path(), &["backup", archive.to_str().unwrap()], "");
    let folder = second.path();
    succeeds(folder, &["restore", archive.to_str().unwrap()], "");
    let orphan = put(folder, "space-id-1/998.png", true);
    for arguments in [&CLEANUP[..], &DRY_RUN] {
        let complaint = fails(folder, arguments, "");
        assert!(
            complaint.contains("`shared-spaces backup --take-over`"),
            "{complaint}"
        );
    }
    assert!(store(folder).join(&orphan).exists());
    // Where no server has begun anything, there is nothing to clean up, and nothing is made.
    let elsewhere = tempfile::tempdir().unwrap();
    fails(elsewhere.path(), &CLEANUP, "");
    assert!(!elsewhere.path().join("data").exists());
}
