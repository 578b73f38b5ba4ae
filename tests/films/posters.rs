//! Posters that ffmpeg makes, with programs in its place that behave as it might: it may be missing, broken or endless, and it runs
//! only where it can be kept from files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::tempdir;

use super::served::wait_until_moved;
use crate::support::{Person, Server, command, output, photos, previews, until};

const FILM: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
/// How long a stop waits for jobs that don't end; ffmpeg is ended at once.
const JOBS_MAY_TAKE: Duration = Duration::from_secs(60);
const SETTING: &str = "SHARED_SPACES_PHOTOS__FFMPEG";
/// Starts a program on a kernel that answers as one without Landlock: 444 is `landlock_create_ruleset`, and 38 `ENOSYS`.
const WITHOUT_LANDLOCK: &str = "
import ctypes, os, struct, sys
rules = b''.join(struct.pack('HBBI', *rule) for rule in [
    (0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7fff0000)])
kept = ctypes.create_string_buffer(rules)
filter = ctypes.create_string_buffer(struct.pack('HxxxxxxP', 4, ctypes.addressof(kept)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(filter), 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[1], sys.argv[1:])
";

/// A program in the place of ffmpeg.
fn program(folder: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("ffmpeg");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// One that makes this picture of every film.
fn makes(folder: &Path, picture: &[u8]) -> PathBuf {
    use base64::Engine;
    let picture = base64::engine::general_purpose::STANDARD.encode(picture);
    program(folder, &format!("base64 -d <<END\n{picture}\nEND"))
}

/// A command on a kernel without Landlock.
fn without_landlock(plain: &Command) -> Command {
    let mut command = Command::new("python3");
    command
        .args(["-c", WITHOUT_LANDLOCK])
        .arg(plain.get_program());
    command.args(plain.get_args());
    command.current_dir(plain.get_current_dir().unwrap());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// A server with this ffmpeg, whose log is in the file.
fn serve(folder: &Path, ffmpeg: &Path, log: &Path) -> Command {
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env(SETTING, ffmpeg).env("RUST_LOG", "warn");
    fs::write(log, "").unwrap();
    serve
}

/// Shares films without a picture, one after the other.
fn share(ann: &Person, space: &str, count: usize) {
    for _ in 0..count {
        let sent = ann.post_files(&format!("{space}/shares"), &[("file", FILM)]);
        assert_eq!(sent.unwrap().status, 200);
    }
}

/// How often the log says something.
fn said(log: &Path, words: &str) -> usize {
    fs::read_to_string(log).unwrap().matches(words).count()
}

#[test]
fn ffmpeg_does_not_run_where_it_could_reach_files_and_the_doctor_says_so() {
    let folder = tempdir().unwrap();
    let ffmpeg = makes(folder.path(), &crate::support::picture(60, 7));
    let log = folder.path().join("log");
    let serve = serve(folder.path(), &ffmpeg, &log);
    let server = Server::start_logged(without_landlock(&serve), &log);
    let ann = server.person("ann");
    let space = ann.space("Family");
    share(&ann, &space, 3);
    wait_until_moved(&folder.path().join("data"), 3);
    let listed = ann.get(&format!("{space}/images")).unwrap().json();
    for row in listed.as_array().unwrap() {
        assert_eq!(row["image_url"], Value::Null);
    }
    let once = said(&log, "can't keep ffmpeg from other files");
    assert_eq!(once, 1, "{}", fs::read_to_string(&log).unwrap());

    let mut doctor = command(folder.path(), &["doctor"]);
    doctor.env(SETTING, &ffmpeg);
    let checked = output(without_landlock(&doctor), "");
    let checked = String::from_utf8(checked.stdout).unwrap();
    let warning = format!(
        "because {} couldn't be kept from other files",
        ffmpeg.display()
    );
    assert!(checked.contains(&warning), "{checked}");
    let checked = output(doctor, "");
    let checked = String::from_utf8(checked.stdout).unwrap();
    let there = format!("get one by {}", ffmpeg.display());
    assert!(
        checked.contains(&there) || checked.contains(&warning),
        "{checked}"
    );
}

#[test]
fn an_ffmpeg_that_cannot_be_started_costs_a_film_nothing_but_its_picture() {
    let folder = tempdir().unwrap();
    let (missing, broken) = (folder.path().join("missing"), folder.path().join("broken"));
    fs::write(&broken, "no program").unwrap();
    for ffmpeg in [missing, broken] {
        let folder = tempdir().unwrap();
        let log = folder.path().join("log");
        let serve = serve(folder.path(), &ffmpeg, &log);
        let server = Server::start_logged(serve, &log);
        let ann = server.person("ann");
        let space = ann.space("Family");
        share(&ann, &space, 3);
        wait_until_moved(&folder.path().join("data"), 3);
        let text = fs::read_to_string(&log).unwrap();
        assert_eq!(said(&log, "get none"), 1, "{text}");
        assert_eq!(said(&log, "could not move"), 0, "{text}");
    }
}

#[test]
fn ffmpeg_is_off_where_the_setting_says_so() {
    let folder = tempdir().unwrap();
    let mut doctor = command(folder.path(), &["doctor"]);
    doctor.env(SETTING, "off");
    let checked = String::from_utf8(output(doctor, "").stdout).unwrap();
    assert!(
        checked.contains("because photos.ffmpeg = \"off\""),
        "{checked}"
    );
    let mut doctor = command(folder.path(), &["doctor"]);
    doctor.env(SETTING, "bin/ffmpeg");
    let refused = String::from_utf8(output(doctor, "").stdout).unwrap();
    let why = "'bin/ffmpeg' is neither \"auto\" nor \"off\" nor the whole path of ffmpeg";
    assert!(
        refused.contains("photos.ffmpeg") && refused.contains(why),
        "{refused}"
    );
}

#[test]
fn nothing_waits_for_ffmpeg_and_the_end_of_the_server_ends_it() {
    let folder = tempdir().unwrap();
    // By how long it would sleep, it is known among all processes.
    let long = format!("86{}", std::process::id());
    let ffmpeg = program(folder.path(), &format!("sleep {long} | sleep {long}"));
    let log = folder.path().join("log");
    let server = Server::start_logged(serve(folder.path(), &ffmpeg, &log), &log);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let data = folder.path().join("data");
    // More films than are worked on at once.
    share(&ann, &space, 12);
    until("ffmpeg to run", || (sleeping(&long) == 2).then_some(()));
    for seed in 1..=3 {
        ann.share_photo(&space, &crate::support::picture(24, seed));
    }
    until("the photos to have previews, and all to be moved", || {
        let moved = photos(&data);
        let are_moved = moved.len() == 15 && moved.iter().all(|file| file.starts_with("space"));
        (are_moved && previews(&data).len() == 6).then_some(())
    });
    let jobs = || {
        let database = rusqlite::Connection::open(data.join("shared-spaces.db")).unwrap();
        let count = database.query_row("select count(*) from photo_jobs", [], |row| row.get(0));
        count.unwrap()
    };
    until("every message to be acknowledged", || {
        let left: i64 = jobs();
        (left == 0).then_some(())
    });
    assert_eq!(sleeping(&long), 2);
    let asked = Instant::now();
    server.process.terminate();
    assert!(server.process.wait().success());
    assert!(asked.elapsed() < JOBS_MAY_TAKE, "{:?}", asked.elapsed());
    until("ffmpeg and what it has started to end", || {
        (sleeping(&long) == 0).then_some(())
    });
}

/// How many processes sleep for this long.
pub fn sleeping(long: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap();
    let lines = processes.filter_map(|process| fs::read(process.ok()?.path().join("cmdline")).ok());
    let wanted = format!("sleep\0{long}\0").into_bytes();
    lines.filter(|line| *line == wanted).count()
}
