//! How much memory backups take, however much there is to back up.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tempfile::{TempDir, tempdir};

use crate::support::{Person, Process, Server, command, pause};

pub const MIB: u64 = 1024 * 1024;

/// A data folder with this many photos of this many bytes each, nearly all zeros.
fn photos(count: u64, bytes: u64) -> TempDir {
    photos_of_ann(count, bytes).0
}

/// The same, and a user who may see them.
pub fn photos_of_ann(count: u64, bytes: u64) -> (TempDir, Person) {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    ann.space("Family");
    server.process.terminate();
    assert!(server.process.wait().success());
    let data = folder.path().join("data");
    let moved = data.join("photos/space-id-1");
    fs::create_dir(&moved).unwrap();
    let database = Connection::open(data.join("shared-spaces.db")).unwrap();
    let all = database.unchecked_transaction().unwrap();
    for id in 1..=count {
        let mut photo = vec![0; bytes as usize];
        photo[..8].copy_from_slice(&id.to_le_bytes());
        let sum: [u8; 32] = Sha256::digest(&photo).into();
        let mut file = fs::File::create(moved.join(format!("{id}.jpg"))).unwrap();
        file.write_all(&photo[..8]).unwrap();
        file.set_len(bytes).unwrap();
        let share = "insert into shares (id, space_id, user_id, text, created_at) values (?, 1, 1, 'A photo', 0)";
        all.execute(share, [id as i64]).unwrap();
        let row = "insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
            values (?1, ?1, 1, 0, '1-' || ?1 || '.jpg', 1, 1, ?2, ?3, 0)";
        all.execute(row, (id as i64, bytes as i64, sum)).unwrap();
    }
    all.commit().unwrap();
    (folder, ann)
}

/// The most memory in bytes that a process has had at once; `None` where it is over.
pub fn peak_memory(id: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// The most memory that a command has had at once.
pub fn peak(mut command: Command) -> u64 {
    command.env("RUST_LOG", "off").stdout(Stdio::null());
    let mut process = Process::start(command);
    let mut peak = 0;
    loop {
        peak = peak_memory(process.id()).unwrap_or(peak);
        if let Some(status) = process.ended() {
            assert!(status.success());
            return peak;
        }
        pause(Duration::from_millis(2));
    }
}

/// What each of the commands takes at most, on the data folder in `folder`.
fn peaks(folder: &Path) -> Vec<(&'static str, u64)> {
    fs::create_dir(folder.join("place")).unwrap();
    let other = tempdir().unwrap();
    let archive = folder.join("a.tar.zst");
    let archive = archive.to_str().unwrap();
    let at = |folder: &Path, arguments: &[&str]| peak(command(folder, arguments));
    vec![
        ("backup to a file", at(folder, &["backup", archive])),
        ("backup to a folder", at(folder, &["backup", "place"])),
        ("again", at(folder, &["backup", "place", "--retain", "1"])),
        ("verify a file", at(folder, &["verify", archive])),
        ("verify a folder", at(folder, &["verify", "place"])),
        ("restore", at(other.path(), &["restore", archive])),
    ]
}

/// Ten times as much to do takes about as much memory: at most a third more and a few MiB.
fn stay_flat(little: &TempDir, much: &TempDir) {
    stay_flat_within(little, much, 6 * MIB);
}

/// The same, and at most this much more.
fn stay_flat_within(little: &TempDir, much: &TempDir, more: u64) {
    let (little, much) = (peaks(little.path()), peaks(much.path()));
    for ((what, little), (_, much)) in little.into_iter().zip(much) {
        println!(
            "{what}: {} MiB, and {} MiB with much more",
            little / MIB,
            much / MIB
        );
        assert!(little > MIB, "{what}: nothing was measured");
        assert!(
            much < little + little / 3 + more,
            "{what} takes {} MiB, and {} MiB with much more",
            little / MIB,
            much / MIB
        );
    }
}

#[test]
fn memory_stays_flat_with_ten_times_the_bytes() {
    stay_flat(&photos(8, 4 * MIB), &photos(80, 4 * MIB));
}

#[test]
fn memory_stays_flat_with_ten_times_the_photos() {
    stay_flat(&photos(200, 100), &photos(2000, 100));
}

#[test]
fn memory_stays_flat_with_one_photo_two_hundred_times_as_large() {
    stay_flat_within(&photos(1, MIB), &photos(1, 200 * MIB), 48 * MIB);
}
