//! A power cut: of all that a server has written, only what it had synced is certain to be there, and of the rest
//! perhaps some. What was acknowledged is there, byte for byte; what was deleted stays so.
//!
//! A server's system calls are recorded by strace while a user shares, edits and deletes. They are replayed up
//! to some moment on a disk that forgets, and a server is started on what is left. `POWER_ROUNDS` makes it longer,
//! `CRASH_SEED` repeats a run.

mod disk;
mod trace;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::process::crash::{Version, seen};
use crate::support::{
    Person, Random, Server, command, files, photos, picture, previews, rounds, setting, until,
};
use disk::Disk;
use trace::{CALLS, Call};

/// The states of shares, by id; `None` is one that is deleted.
type Shares = BTreeMap<i64, Option<Version>>;

/// What a server did, and what its answers said.
struct Recording {
    folder: TempDir,
    calls: Vec<Call>,
    /// How many calls had come to their ends when each answer began to go out.
    answers: Vec<usize>,
    /// The shares as they were acknowledged, by how many answers there had been.
    history: BTreeMap<usize, Shares>,
    ann: Person,
}

static RECORDING: LazyLock<Recording> = LazyLock::new(Recording::make);

impl Recording {
    fn make() -> Self {
        let (folder, log) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let log = log.path().join("log");
        let data = folder.path().join("data");
        let server = Server::start_as(traced(folder.path(), &log));
        let ann = server.person("ann");
        let space = ann.space("Family");
        let (mut shares, mut random) = (Shares::new(), Random::new(7));
        // This one stays, so that no folder is deleted with its last photo and remade: strace doesn't show which came first, if
        // two threads do both at once.
        let first = ann.share_photo(&space, &picture(24, 0));
        let first = first["id"].as_i64().unwrap();
        until("the first photo", || is_done(&data, 1).then_some(()));
        // An account, a session, a space and that share.
        let mut answers = 4;
        let mut history = BTreeMap::from([(answers, Shares::new())]);
        for step in 0..30 {
            let version = Version {
                text: format!("Something new: {step}"),
                photo: (step % 3 > 0)
                    .then(|| picture(if step % 7 == 0 { 150 } else { 24 }, random.next())),
            };
            let living: Vec<i64> = shares
                .iter()
                .filter(|(id, state)| **id != first && state.is_some())
                .map(|(id, _)| *id)
                .collect();
            match (step % 5, living.last()) {
                (3, Some(id)) if version.photo.is_some() => {
                    let path = format!("/shares/{id}");
                    let edited = ann
                        .put_form(&path, &version.text, version.photo.as_deref())
                        .unwrap();
                    assert_eq!(edited.status, 200);
                    shares.insert(*id, Some(version));
                }
                (4, Some(_)) => {
                    let id = living[random.below(living.len() as u64) as usize];
                    assert_eq!(ann.delete(&format!("/shares/{id}")).unwrap().status, 200);
                    shares.insert(id, None);
                }
                _ => {
                    let path = format!("{space}/shares");
                    let reply = ann
                        .post_form(&path, &version.text, version.photo.as_deref())
                        .unwrap();
                    shares.insert(reply.json()["id"].as_i64().unwrap(), Some(version));
                }
            }
            answers += 1;
            history.insert(answers, shares.clone());
        }
        let photos = shares
            .values()
            .flatten()
            .filter(|version| version.photo.is_some())
            .count();
        until("all photos", || is_done(&data, 1 + photos).then_some(()));
        server.process.terminate();
        assert!(server.process.wait().success());
        let log = until("the log of strace", || {
            let log = fs::read_to_string(&log).ok()?;
            log.lines().last()?.contains("+++ exited").then_some(log)
        });
        let calls = trace::read(&log);
        let answer = |call: &&Call| {
            let is_sent = matches!(
                call.name.as_str(),
                "sendto" | "write" | "writev" | "sendmsg"
            );
            is_sent && call.bytes(1).starts_with(b"HTTP/1.1 ")
        };
        let found: Vec<usize> = calls.iter().filter(answer).map(|call| call.began).collect();
        assert_eq!(found.len(), answers, "answers in the log");
        Self {
            folder,
            calls,
            answers: found,
            history,
            ann,
        }
    }

    /// What the disk keeps if the power fails after this many calls.
    fn disk(&self, calls: usize) -> Disk {
        Disk::after(self.folder.path(), &self.calls[..calls], |_| true)
    }

    /// Starts a server on what is left, and compares it with what had been acknowledged after this many calls.
    fn check(&self, calls: usize, left: &Path) {
        println!("after {calls} calls: {:?}", files(left));
        let server = Server::start(left);
        let answers = self.answers.iter().filter(|began| **began <= calls).count();
        let Some(before) = self.history.get(&answers) else {
            return;
        };
        // What was under way may have been done.
        let after = self.history.get(&(answers + 1)).unwrap_or(before);
        let ann = self.ann.at(&server);
        for (id, state) in after {
            let reply = ann.get(&format!("/shares/{id}")).unwrap();
            let found = (reply.status == 200).then(|| seen(&ann, &reply.json()));
            let states = [before.get(id).unwrap_or(&None), state];
            assert!(
                states.contains(&&found),
                "after {answers} answers and {calls} calls, share {id} is not as it was acknowledged"
            );
            if states == [&None; 2] {
                let left = files(&left.join("data/photos"));
                let name = |path: &String| {
                    path.contains(&format!("/{id}.")) || path.contains(&format!("-{id}."))
                };
                assert!(
                    !left.iter().any(name),
                    "share {id} is deleted, and there is {left:?}"
                );
            }
        }
    }
}

/// A server whose calls strace writes down.
fn traced(folder: &Path, log: &Path) -> Command {
    let works = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .output();
    assert!(
        works.as_ref().is_ok_and(|output| output.status.success()),
        "This test needs strace, which has to be installed and allowed to trace a process of one's own (ptrace): {works:?}"
    );
    let server = command(folder, &["serve", "--port", "0"]);
    let mut strace = Command::new("strace");
    strace
        .args([
            "-D",
            "-f",
            "-xx",
            "-s",
            "4000000",
            "-e",
            "signal=none",
            "-e",
        ])
        .arg(format!("trace={}", CALLS.replace(' ', "")))
        .arg("-o")
        .arg(log)
        .arg(server.get_program())
        .args(server.get_args())
        .current_dir(folder)
        .env("RUST_LOG", "error");
    for (name, value) in server.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace
}

/// Whether the worker has moved this many photos, and made the previews of each. There may be more whose share was
/// deleted while it was at work.
fn is_done(data: &Path, min: usize) -> bool {
    let (photos, previews) = (photos(data), previews(data));
    let made = |photo: &String| {
        ["small", "large"]
            .iter()
            .all(|size| previews.contains(&format!("{photo}.{size}")))
    };
    photos.len() >= min && photos.iter().all(made)
}

fn random() -> Random {
    let seed = setting("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("CRASH_SEED={seed}");
    Random::new(seed)
}

/// The bytes of all files but the one that several processes only share in memory.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let names = files(folder)
        .into_iter()
        .filter(|name| !name.ends_with("-shm"));
    let read = |name: String| (PathBuf::from(&name), fs::read(folder.join(name)).unwrap());
    names.map(read).collect()
}

#[test]
fn replayed_whole_the_disk_is_as_the_server_has_left_it() {
    let recording = &*RECORDING;
    let left = tempfile::tempdir().unwrap();
    recording
        .disk(recording.calls.len())
        .write_whole(left.path());
    let (replayed, found) = (bytes(left.path()), bytes(recording.folder.path()));
    assert!(found.len() > 30);
    assert!(
        replayed == found,
        "{:?} and {:?}",
        replayed.keys(),
        found.keys()
    );
}

#[test]
fn when_the_power_goes_right_after_an_answer_everything_acknowledged_is_there() {
    let recording = &*RECORDING;
    let mut random = random();
    for _ in 0..rounds("POWER_ROUNDS") {
        let answer = random.below(recording.answers.len() as u64) as usize;
        let calls = recording.answers[answer];
        let left = tempfile::tempdir().unwrap();
        recording.disk(calls).write_to(left.path(), None);
        recording.check(calls, left.path());
    }
}

#[test]
fn whenever_the_power_goes_and_whatever_else_is_left_everything_acknowledged_is_there() {
    let recording = &*RECORDING;
    let mut random = random();
    for _ in 0..rounds("POWER_ROUNDS") {
        let calls = random.below(recording.calls.len() as u64) as usize;
        let left = tempfile::tempdir().unwrap();
        recording
            .disk(calls)
            .write_to(left.path(), Some(&mut random));
        recording.check(calls, left.path());
    }
}

#[test]
fn when_the_power_goes_during_the_first_start_the_next_one_succeeds() {
    let recording = &*RECORDING;
    let mut random = random();
    let first = recording.answers[0];
    for round in 0..rounds("POWER_ROUNDS") {
        let calls = random.below(first as u64) as usize;
        let left = tempfile::tempdir().unwrap();
        let some = (round % 2 == 0).then_some(&mut random);
        recording.disk(calls).write_to(left.path(), some);
        let server = Server::start(left.path());
        // The first one may have made an account before.
        let bob = server.person("bob");
        let share = bob.share_photo(&bob.space("Family"), &picture(24, 1));
        assert_eq!(bob.fetch(&share["image_url"]).bytes, picture(24, 1));
    }
}

#[test]
fn without_the_syncs_this_test_would_find_losses() {
    let recording = &*RECORDING;
    let is_photo = |path: &Path| {
        let path = path.to_string_lossy();
        path.contains("/photos/") && !path.ends_with(".id")
    };
    let is_of_database = |path: &Path| path.to_string_lossy().contains("shared-spaces.db-wal");
    for left_out in [&is_photo as &dyn Fn(&Path) -> bool, &is_of_database] {
        let calls = *recording.answers.last().unwrap();
        let disk = Disk::after(recording.folder.path(), &recording.calls[..calls], |path| {
            !left_out(path)
        });
        let left = tempfile::tempdir().unwrap();
        disk.write_to(left.path(), None);
        let checked = catch_unwind(AssertUnwindSafe(|| recording.check(calls, left.path())));
        assert!(checked.is_err(), "this loss would go unnoticed");
    }
}
