//! Backups and restores that are killed or asked to end at random moments, and photos that move and go meanwhile.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use libc::O_NONBLOCK;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::backup::place::archives;
use crate::backup::world::{World, leaves_nothing, wait_until_moved};
use crate::support::held::Held;
use crate::support::{
    Process, Random, Server, command, fails, files, output, pause, picture, rounds, succeeds, until,
};

fn seed() -> Random {
    let seed = std::process::id();
    println!("seed {seed}");
    Random::new(seed.into())
}

/// How long a command takes that is left alone.
fn duration(folder: &Path, arguments: &[&str]) -> Duration {
    let started = Instant::now();
    succeeds(folder, arguments, "");
    started.elapsed()
}

/// Kills a command somewhere on its way.
fn kill_on_its_way(folder: &Path, arguments: &[&str], whole: Duration, random: &mut Random) {
    let mut command = command(folder, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let process = Process::start(command);
    pause(whole.mul_f64(random.below(1000) as f64 / 1000.0));
    process.kill();
}

fn many_photos(folder: &Path) -> World {
    let world = World::start(folder);
    for seed in 0..40 {
        world
            .ann
            .share_photo(&world.spaces[1], &picture(40, 100 + seed));
    }
    wait_until_moved(folder);
    world
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_archive_and_the_next_clears_up() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("place")).unwrap();
    let _world = many_photos(folder);
    let mut random = seed();
    let whole = duration(folder, &["backup", "place"]);
    for round in 0..rounds("CRASH_ROUNDS") {
        // Half of the time as if it were the first at that place, and half of the time with everything inside.
        if round % 2 == 0 {
            fs::remove_dir_all(folder.join("place/photos")).unwrap();
            for archive in archives(folder) {
                fs::remove_file(archive).unwrap();
            }
        }
        let full: &[&str] = if round % 3 == 0 { &["--full"] } else { &[] };
        let backup = [&["backup", "place"], full].concat();
        kill_on_its_way(folder, &backup, whole, &mut random);
        for archive in archives(folder) {
            succeeds(folder, &["verify", archive.to_str().unwrap()], "");
        }
        succeeds(folder, &["backup", "place"], "");
        leaves_nothing(folder);
        succeeds(folder, &["verify", "place"], "");
    }
}

#[test]
fn a_server_clears_up_after_a_backup_that_was_killed() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    drop(World::start(folder));
    fs::create_dir(folder.join("data/.backup")).unwrap();
    fs::write(folder.join("data/.backup/shared-spaces.db"), "a copy").unwrap();
    let _server = Server::start(folder);
    leaves_nothing(folder);
}

#[test]
fn a_restore_that_is_killed_is_never_taken_for_a_whole_one() {
    let (home, folder) = (tempdir().unwrap(), tempdir().unwrap());
    fs::create_dir(home.path().join("place")).unwrap();
    let (home, folder) = (home.path(), folder.path());
    let world = many_photos(home);
    succeeds(home, &["backup", "place"], "");
    succeeds(home, &["backup", "place", "--full"], "");
    let before = world.answers();
    let mut random = seed();
    let data = folder.join("data");
    for round in 0..rounds("CRASH_ROUNDS") {
        let archive = &archives(home)[round as usize % 2];
        let restore = ["restore", archive.to_str().unwrap()];
        let whole = duration(folder, &restore);
        fs::remove_dir_all(&data).unwrap();
        // Cut short more than once, before it succeeds.
        for _ in 0..2 {
            kill_on_its_way(folder, &restore, whole, &mut random);
            if data.join("shared-spaces.db").exists() {
                break;
            }
            if data.join(".restore").exists() {
                let complaint = fails(folder, &["serve", "--port", "0"], "");
                assert!(complaint.contains("is unfinished"), "{complaint}");
            }
        }
        if !data.join("shared-spaces.db").exists() {
            succeeds(folder, &restore, "");
        }
        let server = Server::start(folder);
        assert_eq!(world.answers_at(&server), before);
        leaves_nothing(folder);
        server.process.terminate();
        server.process.wait();
        fs::remove_dir_all(&data).unwrap();
    }
}

#[test]
fn a_server_clears_up_after_a_restore_that_was_killed_at_its_very_end() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    drop(World::start(folder));
    fs::create_dir(folder.join("data/.restore")).unwrap();
    fs::write(folder.join("data/.restore/SHA256SUMS"), "checksums").unwrap();
    let _server = Server::start(folder);
    leaves_nothing(folder);
    assert!(!folder.join("data/.restore").exists());
}

#[test]
fn a_restore_of_another_archive_leaves_nothing_of_one_that_was_killed() {
    let (home, folder) = (tempdir().unwrap(), tempdir().unwrap());
    let world = World::start(home.path());
    succeeds(home.path(), &["backup", "old.tar.zst"], "");
    let before = world.answers();
    // As one that was killed half-way through other photos.
    let data = folder.path().join("data");
    fs::create_dir_all(data.join(".restore")).unwrap();
    fs::create_dir_all(data.join("photos/space-id-9")).unwrap();
    fs::write(data.join("photos/space-id-9/9.png"), "another photo").unwrap();
    fs::write(data.join(".draft-abcdef"), "half").unwrap();
    let archive = home.path().join("old.tar.zst");
    succeeds(folder.path(), &["restore", archive.to_str().unwrap()], "");
    assert!(!data.join("photos/space-id-9").exists());
    assert!(!data.join(".draft-abcdef").exists());
    let server = Server::start(folder.path());
    assert_eq!(world.answers_at(&server), before);
}

#[test]
fn photos_that_are_moved_and_deleted_meanwhile_neither_break_nor_falsify_a_backup() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let separate = [("SHARED_SPACES_PHOTOS__WORKER", "external")];
    let world = World::on(Server::start_with(folder, &separate));
    let mut random = seed();
    for round in 0..6 {
        let mut ids = Vec::new();
        for _ in 0..30 {
            let share = world
                .ann
                .share_photo(&world.spaces[1], &picture(24, random.next()));
            ids.push(share["id"].clone());
        }
        let archive = format!("{round}.tar.zst");
        let mut backup = command(folder, &["backup", &archive]);
        backup.stdout(Stdio::null()).stderr(Stdio::null());
        let backup = Process::start(backup);
        let worker = Process::start(command(folder, &["worker"]));
        for id in ids.iter().filter(|_| random.below(2) == 0) {
            let deleted = world.ann.delete(&format!("/shares/{id}")).unwrap();
            assert_eq!(deleted.status, 200);
        }
        assert!(backup.wait().success());
        wait_until_moved(folder);
        worker.terminate();
        worker.wait();
        succeeds(folder, &["verify", &archive], "");
    }
    // Whichever photos the last one has, they are those that were shared.
    let other = tempdir().unwrap();
    let archive = folder.join("5.tar.zst");
    succeeds(other.path(), &["restore", archive.to_str().unwrap()], "");
    let server = Server::start(other.path());
    let ann = world.ann.at(&server);
    for share in ann
        .get("/spaces/2/shares?limit=500")
        .unwrap()
        .json()
        .as_array()
        .unwrap()
    {
        if !share["image_url"].is_null() {
            let shown = ann.fetch(&share["image_url"]);
            assert_eq!(shown.status, 200);
            let now = world.ann.get(&format!("/shares/{}", share["id"])).unwrap();
            if now.status == 200 {
                let now = world.ann.fetch(&now.json()["image_url"]);
                assert_eq!(shown.bytes, now.bytes);
            }
        }
    }
}

#[test]
fn a_photo_that_is_deleted_before_it_was_read_is_accounted_for_and_no_error() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let world = World::start(folder);
    for seed in 0..8 {
        world.ann.share_photo(&world.spaces[1], &picture(24, seed));
    }
    wait_until_moved(folder);
    // The first photo is a pipe: opening it blocks, and few others are read ahead of it.
    let (first, pipe) = (
        folder.join("data/photos/space-id-1/1.png"),
        folder.join("pipe"),
    );
    fs::rename(&first, folder.join("first")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    fs::hard_link(&pipe, &first).unwrap();
    let mut backup = Process::start(command(folder, &["backup", "a.tar.zst"]));
    until("the database to be copied", || {
        let begun = files(folder).iter().any(|file| file.contains("-part-"));
        begun.then_some(())
    });
    let last = world.ann.get("/spaces/2/shares?limit=1").unwrap().json()[0]["id"].clone();
    assert_eq!(
        world.ann.delete(&format!("/shares/{last}")).unwrap().status,
        200
    );
    fs::rename(folder.join("first"), &first).unwrap();
    // The backup that waits at the pipe continues and finds the photo. On a busy machine, it may come to it only now.
    let ended = until("the backup to end", || {
        let mut options = fs::OpenOptions::new();
        let _opened = options.write(true).custom_flags(O_NONBLOCK).open(&pipe);
        backup.ended()
    });
    assert!(ended.success());

    succeeds(folder, &["verify", "a.tar.zst"], "");
    let archive = folder.join("a.tar.zst");
    let other = tempdir().unwrap();
    succeeds(other.path(), &["restore", archive.to_str().unwrap()], "");
    let server = Server::start(other.path());
    let ann = world.ann.at(&server);
    let share = ann.get(&format!("/shares/{last}")).unwrap().json();
    assert_eq!(
        (&share["text"], &share["image_url"]),
        (&json!("A photo"), &Value::Null)
    );
    let first = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&first["image_url"]).bytes, picture(24, 1));
}

/// Asks a command to stop when it has begun. It may be done before it notices: then `undo` undoes it, and it begins again.
fn stop_on_its_way(
    folder: &Path,
    arguments: [&str; 2],
    ask: fn(&Process),
    undo: impl Fn(),
) -> Option<i32> {
    for _ in 0..50 {
        let mut command = command(folder, &arguments);
        // The first tenth is done.
        command.env("RUST_LOG", "info");
        let process = Process::start_and_wait_for(command, " of ");
        ask(&process);
        let ended = process.wait();
        if !ended.success() {
            leaves_nothing(folder);
            return ended.code();
        }
        undo();
    }
    panic!("{arguments:?} is always done before it can be stopped");
}

#[test]
fn a_backup_and_a_restore_that_are_asked_to_end_clear_up_themselves() {
    let (folder, other) = (tempdir().unwrap(), tempdir().unwrap());
    let world = World::start(folder.path());
    // Large enough that each takes a while.
    for seed in 0..8 {
        world
            .ann
            .share_photo(&world.spaces[1], &picture(900, 100 + seed));
    }
    succeeds(folder.path(), &["backup", "whole.tar.zst"], "");
    let whole = folder.path().join("whole.tar.zst");
    let half = folder.path().join("half.tar.zst");
    let data = other.path().join("data");
    for (ask, code) in [
        (Process::interrupt as fn(&Process), 130),
        (Process::terminate, 143),
    ] {
        let backup = ["backup", "half.tar.zst"];
        let ended = stop_on_its_way(folder.path(), backup, ask, || {
            fs::remove_file(&half).unwrap();
        });
        assert_eq!(ended, Some(code));
        assert!(!half.exists());
        let restore = ["restore", whole.to_str().unwrap()];
        let ended = stop_on_its_way(other.path(), restore, ask, || {
            fs::remove_dir_all(&data).unwrap();
        });
        assert_eq!(ended, Some(code));
        assert!(!data.exists());
    }
    // What was there before is there again, and nothing else.
    fs::create_dir(&data).unwrap();
    let restore = ["restore", whole.to_str().unwrap()];
    stop_on_its_way(other.path(), restore, Process::interrupt, || {
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
    });
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    let again = output(
        command(other.path(), &["restore", whole.to_str().unwrap()]),
        "",
    );
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
}

#[test]
fn a_backup_that_is_stopped_in_its_middle_says_so_and_counts_for_nothing() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("place")).unwrap();
    let world = World::start(folder);
    world.ann.share_photo(&world.spaces[1], &picture(24, 1));
    wait_until_moved(folder);
    let first = folder.join("data/photos/space-id-1/1.png");
    let photo = fs::read(&first).unwrap();
    for (to, ask, code) in [
        ("a.tar.zst", Process::interrupt as fn(&Process), 130),
        ("place", Process::terminate, 143),
    ] {
        let backup = Held::at(&first, folder, command(folder, &["backup", to]));
        until("the backup to begin", || {
            folder
                .join("data/.backup/shared-spaces.db")
                .exists()
                .then_some(())
        });
        let (ended, complaint) = backup.stop(ask);
        assert_eq!(ended, Some(code), "{complaint}");
        let sentence = "It was stopped before its end: no archive was made, and none was deleted";
        assert!(complaint.contains(sentence), "{complaint}");
        leaves_nothing(folder);
        assert!(!folder.join("a.tar.zst").exists() && archives(folder).is_empty());
        fs::write(&first, &photo).unwrap();
    }
    succeeds(folder, &["backup", "place"], "");
    succeeds(folder, &["verify", "place"], "");
}
