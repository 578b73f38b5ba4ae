//! Archives by another's hand: whatever is in them, reading them costs little and runs nothing.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use sha2::{Digest, Sha256};
use tar::EntryType;
use tempfile::tempdir;

use crate::backup::damage::{Members, archive, change, change_database, pack, unpack};
use crate::backup::place::archives;
use crate::backup::world::World;
use crate::support::{Process, command, fails, files, pause, succeeds};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;
/// The size of a chunk of zeros that is compressed once and put into an archive as often as needed.
const CHUNK: u64 = 64 * MIB;
/// What a command may allocate to read an archive of some KiB. Pages of its own executable don't count: a debug build has
/// 120 MiB of them, more or less as the machine reads ahead.
const MEMORY: u64 = 128 * MIB;
const DISK: u64 = 300 * MIB;

/// The head of a member, and its bytes up to the next.
fn member(kind: EntryType, path: &str, size: u64, bytes: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header.set_entry_type(kind);
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_cksum();
    let mut all = [header.as_bytes().as_slice(), bytes].concat();
    all.resize(all.len().next_multiple_of(512), 0);
    all
}

fn file(path: &str, bytes: &[u8]) -> Vec<u8> {
    member(EntryType::Regular, path, bytes.len() as u64, bytes)
}

/// Packs what comes first, this many zeros, and what follows, with a valid checksum frame.
fn write(path: &Path, first: &[u8], zeros: u64, last: &[u8]) {
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    let mut bytes = packed(first);
    if zeros > 0 {
        let chunk = packed(&vec![0; CHUNK as usize]);
        for _ in 0..zeros / CHUNK {
            bytes.extend(&chunk);
        }
    }
    bytes.extend(packed(last));
    with_checksum_frame(path, bytes);
}

fn with_checksum_frame(path: &Path, mut bytes: Vec<u8>) {
    let sum = Sha256::digest(&bytes);
    bytes.extend([0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]);
    bytes.extend(sum);
    fs::write(path, bytes).unwrap();
}

/// How many bytes are in a folder.
fn size_of(folder: &Path) -> u64 {
    let sizes = files(folder).into_iter();
    let sizes = sizes.map(|file| fs::metadata(folder.join(file)).map_or(0, |it| it.len()));
    sizes.sum()
}

/// What a command complains of that must refuse this archive, and spend little on it.
fn refused(subcommand: &str, archive: &Path) -> String {
    let folder = tempdir().unwrap();
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let complaint = folder.path().join("complaint");
    let mut command = command(folder.path(), &[subcommand, archive.to_str().unwrap()]);
    command.env("TMPDIR", &temporary).stdout(Stdio::null());
    command.stderr(fs::File::create(&complaint).unwrap());
    let mut process = Process::start(command);
    let status = format!("/proc/{}/status", process.id());
    let (mut memory, mut disk) = (0, 0);
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        if let Some(kib) = line.and_then(|line| line.split_whitespace().next()) {
            memory = memory.max(kib.parse::<u64>().unwrap() * 1024);
        }
        disk = disk.max(size_of(&temporary) + size_of(&folder.path().join("data")));
        if let Some(status) = process.ended() {
            break status;
        }
        pause(Duration::from_millis(2));
    };
    let complaint = fs::read_to_string(complaint).unwrap();
    assert_eq!(ended.code(), Some(1), "{complaint}");
    assert!(memory > 0, "nothing was measured: {complaint}");
    assert!(memory < MEMORY, "{} MiB: {complaint}", memory / MIB);
    assert!(disk < DISK, "{} MiB on the disk: {complaint}", disk / MIB);
    assert_eq!(files(&temporary), [""; 0]);
    assert!(!folder.path().join("data").exists(), "{complaint}");
    complaint
}

/// The members of a sound archive, as they are packed.
fn first_of(members: &Members, count: usize) -> Vec<u8> {
    let members = members[..count].iter();
    members
        .flat_map(|(path, bytes)| file(path, bytes))
        .collect()
}

#[test]
fn what_would_unpack_to_gigabytes_is_refused_for_little() {
    let (_folder, path) = archive();
    let whole = unpack(&path);
    let far = "it unpacks to far more";
    let head = first_of(&whole, 1);
    let before_key = first_of(&whole, 2);
    let all = [first_of(&whole, whole.len()), vec![0; 1024]].concat();
    let large = |kind, path| member(kind, path, 8 * GIB, &[]);
    let regular = EntryType::Regular;
    type Bomb<'a> = (&'a str, Vec<u8>, u64);
    let bombs: [Bomb<'_>; 10] = [
        (
            "is not a file",
            large(EntryType::GNULongName, "././@LongLink"),
            8 * GIB,
        ),
        (
            "is not a file",
            large(EntryType::GNULongLink, "././@LongLink"),
            8 * GIB,
        ),
        (
            "is not a file",
            large(EntryType::XHeader, "PaxHeaders"),
            8 * GIB,
        ),
        (
            "is not a file",
            large(EntryType::XGlobalHeader, "PaxHeaders"),
            8 * GIB,
        ),
        (far, large(regular, "backup.json"), 8 * GIB),
        (
            "Its manifest is too long",
            member(regular, "backup.json", 2 * CHUNK, &[]),
            2 * CHUNK,
        ),
        (
            far,
            [head.clone(), large(regular, "SHA256SUMS")].concat(),
            8 * GIB,
        ),
        (
            far,
            [before_key.clone(), large(regular, "shared-spaces.db")].concat(),
            8 * GIB,
        ),
        (
            "isn't a database of that size",
            [
                before_key,
                member(regular, "shared-spaces.db", 2 * CHUNK, &[]),
            ]
            .concat(),
            2 * CHUNK,
        ),
        // After its end, which is never read.
        (far, all, 8 * GIB),
    ];
    for (words, first, zeros) in bombs {
        write(&path, &first, zeros, &[]);
        for command in ["verify", "restore"] {
            let complaint = refused(command, &path);
            assert!(complaint.contains(words), "{words}: {complaint}");
        }
    }
}

#[test]
fn an_archive_that_wants_much_memory_to_be_unpacked_is_refused() {
    let (_folder, path) = archive();
    let whole = first_of(&unpack(&path), 6);
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    std::io::copy(&mut whole.as_slice(), &mut encoder).unwrap();
    with_checksum_frame(&path, encoder.finish().unwrap());
    let complaint = refused("verify", &path);
    assert!(complaint.contains("too much memory"), "{complaint}");
}

#[test]
fn whatever_is_no_plain_file_is_refused() {
    let (_folder, path) = archive();
    let whole = unpack(&path);
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Directory,
        EntryType::GNUSparse,
        EntryType::Continuous,
    ] {
        let odd = member(kind, "photos/space-id-1/1.png", 0, &[]);
        write(&path, &[first_of(&whole, 4), odd].concat(), 0, &[]);
        let complaint = fails(
            path.parent().unwrap(),
            &["verify", path.to_str().unwrap()],
            "",
        );
        assert!(complaint.contains("is not a file"), "{kind:?}: {complaint}");
    }
}

#[test]
fn notes_without_end_and_words_for_a_terminal_are_refused() {
    let (_folder, path) = archive();
    let whole = unpack(&path);
    let mut members = whole.clone();
    let many = vec!["1-1.png"; 2_000_000];
    change(&mut members, "outcome.json", |outcome| {
        outcome["deleted"] = json!(many);
    });
    pack(&path, &members);
    let complaint = refused("verify", &path);
    assert!(
        complaint.contains("Its manifest is too long"),
        "{complaint}"
    );

    for (note, name) in [
        ("backup.json", "version"),
        ("backup.json", "photos"),
        ("outcome.json", "deleted"),
    ] {
        let mut members = whole.clone();
        change(&mut members, note, |value| {
            value[name] = if name == "deleted" {
                json!(["\u{1b}[2J"])
            } else {
                json!("\u{1b}[2J")
            };
        });
        pack(&path, &members);
        let complaint = refused("verify", &path);
        assert!(!complaint.contains('\u{1b}'), "{complaint}");
    }
}

#[test]
fn nothing_in_the_database_of_an_archive_runs() {
    let (folder, path) = archive();
    let whole = unpack(&path);
    for (words, sql) in [
        (
            "it has the trigger \\\"t\\\"",
            "create trigger t after update on photos begin delete from users; end",
        ),
        ("it has the view \\\"v\\\"", "create view v as select * from users"),
        (
            "it has the index \\\"i\\\"",
            "create index i on photos (abs(bytes)) where length(zeroblob(100000000)) > 1",
        ),
        ("which shared-spaces doesn't make", "create virtual table f using fts5 (a)"),
        (
            "its table \\\"photos\\\" differs",
            "alter table photos add column twice blob generated always as (zeroblob(bytes * 1000))",
        ),
        (
            "it has the view \\\"photos\\\"",
            "drop table photos; create view photos as with recursive n (i) as (select 1 union all select i + 1 from n)
             select i as id, '1-' || i || '.png' as name, 1 as bytes, zeroblob(32) as sha256 from n",
        ),
        (
            "it has the view \\\"refinery_schema_history\\\"",
            "drop table refinery_schema_history; create view refinery_schema_history as
             with recursive n (i) as (select 1 union all select i + 1 from n) select i as version from n",
        ),
    ] {
        let mut members = whole.clone();
        change_database(&mut members, folder.path(), sql);
        pack(&path, &members);
        for command in ["verify", "restore"] {
            let complaint = refused(command, &path);
            let words = words.replace("\\\"", "\"");
            assert!(complaint.contains(&words), "{words}: {complaint}");
        }
    }
}

#[test]
fn a_photo_of_any_size_is_not_read_into_memory() {
    let home = tempdir().unwrap();
    let home = home.path();
    fs::create_dir(home.join("place")).unwrap();
    drop(World::start(home));
    succeeds(home, &["backup", "place"], "");
    let path = archives(home)[0].clone();
    let mut members = unpack(&path);
    let size = 2 * GIB;
    let sql = format!("update photos set bytes = {size} where id = 1");
    change_database(&mut members, home, &sql);
    change(&mut members, "outcome.json", |outcome| {
        outcome["bytes"] = json!(0);
    });
    pack(&path, &members);
    // Its file has that many, though none of them is on disk.
    let database = home.join("changed.db");
    let sum: Vec<u8> = Connection::open(database)
        .unwrap()
        .query_row("select sha256 from photos where id = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    let sum = hex::encode(sum);
    let photo = home.join(format!("place/photos/{}/{sum}", &sum[..2]));
    let photo = fs::File::options().write(true).open(photo).unwrap();
    photo.set_len(size).unwrap();
    for command in ["verify", "restore"] {
        let complaint = refused(command, &path);
        assert!(complaint.contains("have changed"), "{complaint}");
    }
}

#[test]
fn nor_is_one_that_lies_within_the_archive() {
    let (folder, path) = archive();
    let mut members = unpack(&path);
    let size = 129 * MIB;
    let sql = format!("update photos set bytes = {size} where id = 1");
    change_database(&mut members, folder.path(), &sql);
    let photo = members
        .iter_mut()
        .find(|(path, _)| path == "photos/space-id-1/1.png")
        .unwrap();
    photo.1 = vec![0; size as usize];
    pack(&path, &members);
    for command in ["verify", "restore"] {
        let complaint = refused(command, &path);
        assert!(complaint.contains("have changed"), "{complaint}");
    }
}
