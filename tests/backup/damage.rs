//! Archives that are damaged, cut short, or of another installation.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared_spaces::backup::blocking::Blocking;
use shared_spaces::backup::destination::Target;
use shared_spaces::backup::progress::Progress;
use shared_spaces::backup::verify::verify;
use shared_spaces::config::Config;
use tempfile::{TempDir, tempdir};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::backup::world::World;
use crate::support::{fails, files, succeeds};

/// An archive with everything inside.
pub fn archive() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.tar.zst");
    drop(World::start(folder.path()));
    succeeds(folder.path(), &["backup", path.to_str().unwrap()], "");
    (folder, path)
}

/// What `verify` says of an archive, without starting a process for it.
fn verified(runtime: &Runtime, archive: &Path) -> Result<(), String> {
    let archive = archive.to_str().unwrap().to_owned();
    runtime.block_on(async {
        let blocking = Blocking::new(CancellationToken::new());
        let check = move || -> anyhow::Result<()> {
            let archives = Target::parse(&archive, &Config::default(), &blocking)?.all()?;
            verify(&archives[0], &blocking, &Progress::logged(), |_, _| {}).map(drop)
        };
        let done = tokio::task::spawn_blocking(check).await.unwrap();
        done.map_err(|error| format!("{error:#}"))
    })
}

#[test]
fn a_changed_bit_anywhere_in_an_archive_is_found() {
    let (_folder, path) = archive();
    let runtime = Runtime::new().unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!(verified(&runtime, &path), Ok(()));
    let (length, mut tried) = (whole.len(), 0);
    let ends = (0..60).chain(length - 60..length);
    for at in ends.chain((60..length - 60).step_by(length / 150)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        let said = verified(&runtime, &path).expect_err(&format!("byte {at} of {length}"));
        assert!(
            said.starts_with("The archive ") && said.contains("can't be used"),
            "{said}"
        );
        tried += 1;
    }
    assert!(tried > 200);
}

#[test]
fn an_archive_that_was_cut_short_or_has_grown_is_found() {
    let (_folder, path) = archive();
    let runtime = Runtime::new().unwrap();
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len())
        .step_by(whole.len() / 60)
        .chain([whole.len() - 1])
    {
        fs::write(&path, &whole[..length]).unwrap();
        let said = verified(&runtime, &path).expect_err(&format!("{length} bytes"));
        assert!(said.contains("it was cut short"), "{said}");
    }
    fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
    assert!(
        verified(&runtime, &path)
            .unwrap_err()
            .contains("something was added")
    );
}

#[test]
fn a_damaged_archive_is_told_in_a_sentence_and_leaves_nothing_when_it_is_restored() {
    let (folder, path) = archive();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - 1000;
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let complaint = fails(folder.path(), &["verify", path.to_str().unwrap()], "");
    let sentence = format!(
        "shared-spaces: The archive {} can't be used: ",
        path.display()
    );
    assert!(complaint.contains(&sentence), "{complaint}");
    let other = tempdir().unwrap();
    let complaint = fails(other.path(), &["restore", path.to_str().unwrap()], "");
    assert!(complaint.contains("can't be used"), "{complaint}");
    assert_eq!(files(&other.path().join("data")), [""; 0]);
}

/// The members of an archive.
pub type Members = Vec<(String, Vec<u8>)>;

pub fn unpack(path: &Path) -> Members {
    let decoder = zstd::Decoder::new(fs::File::open(path).unwrap()).unwrap();
    let mut tar = tar::Archive::new(decoder);
    let mut members = Vec::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        std::io::copy(&mut entry, &mut bytes).unwrap();
        members.push((path, bytes));
    }
    members
}

/// Writes an archive as another program could, with the right checksum frame.
pub fn pack(path: &Path, members: &Members) {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for (path, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        if path.ends_with('/') {
            header.set_entry_type(tar::EntryType::Directory);
        }
        // As it is, also where a careful program would refuse it.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    let mut bytes = tar.into_inner().unwrap().finish().unwrap();
    let sum = Sha256::digest(&bytes);
    bytes
        .write_all(&[0x5e, 0x2a, 0x4d, 0x18, 32, 0, 0, 0])
        .unwrap();
    bytes.write_all(&sum).unwrap();
    fs::write(path, bytes).unwrap();
}

pub fn change(members: &mut Members, path: &str, change: impl FnOnce(&mut Value)) {
    let member = members.iter_mut().find(|(found, _)| found == path).unwrap();
    let mut value = serde_json::from_slice(&member.1).unwrap();
    change(&mut value);
    member.1 = serde_json::to_vec(&value).unwrap();
}

#[test]
fn an_archive_whose_parts_do_not_fit_each_other_is_found_whatever_its_checksums_say() {
    let (_folder, path) = archive();
    let runtime = Runtime::new().unwrap();
    let whole = unpack(&path);
    pack(&path, &whole);
    assert_eq!(verified(&runtime, &path), Ok(()));

    let at = |path: &str| whole.iter().position(|member| member.0 == path).unwrap();
    let (checksums, first) = (at("SHA256SUMS"), at("photos/space-id-1/1.png"));
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Members));
    let changes: [Change<'_>; 20] = [
        ("is missing, and it doesn't say why", &|members| {
            drop(members.remove(first));
        }),
        ("has no such photo", &|members| {
            members.swap(first, first + 1);
        }),
        ("has no such photo", &|members| {
            members.insert(first, members[first].clone());
        }),
        ("The bytes of its photo 1-1.png have changed", &|members| {
            members[first].1[50] ^= 1;
        }),
        ("and the database says", &|members| members[first].1.push(0)),
        ("which doesn't belong in", &|members| {
            members.insert(first, ("more".into(), Vec::new()));
        }),
        ("\"photos/\" is not a file", &|members| {
            members.insert(first, ("photos/".into(), Vec::new()));
        }),
        ("Its backup.json can't be understood", &|members| {
            members[0].1 = b"{}".to_vec();
        }),
        (
            "Its signing key is damaged: it has 5000 bytes, not 32",
            &|members| {
                members[checksums + 2].1.resize(5000, b'0');
            },
        ),
        (
            "Its database is damaged, or not one of shared-spaces",
            &|members| {
                change(members, "backup.json", |head| head["schema"] = json!(1));
            },
        ),
        ("although it says that they are next to it", &|members| {
            change(members, "backup.json", |head| {
                head["photos"] = json!("beside");
            });
        }),
        ("Its manifest can't be read", &|members| {
            members.last_mut().unwrap().1 = b"{}".to_vec();
        }),
        ("which doesn't belong in", &|members| {
            members[first].0 = "../../1.png".into();
        }),
        ("Something follows its end", &|members| {
            members.push(("more".into(), Vec::new()));
        }),
        ("It is cut off before its end", &|members| {
            drop(members.pop());
        }),
        ("where shared-spaces.db was expected", &|members| {
            drop(members.remove(checksums + 1));
        }),
        ("signing.key is not the one", &|members| {
            members[checksums + 2].1[0] ^= 1;
        }),
        ("shared-spaces.db is not the one", &|members| {
            members[checksums + 1].1[2000] ^= 1;
        }),
        ("SHA256SUMS has", &|members| {
            let text = String::from_utf8(members[checksums].1.clone()).unwrap();
            members[checksums].1 = text.replace("1/1.png", "1/9.png").into_bytes();
        }),
        ("It says that it has 4 photos", &|members| {
            change(members, "outcome.json", |outcome| {
                outcome["photos"] = json!(4);
            });
        }),
    ];
    for (words, change) in changes {
        let mut members = whole.clone();
        change(&mut members);
        pack(&path, &members);
        let said = verified(&runtime, &path).expect_err(words);
        assert!(said.contains(words), "{words:?} isn't in {said:?}");
    }
}

/// Does this to the database of an archive, whose sum is then right again.
pub fn change_database(members: &mut Members, folder: &Path, sql: &str) {
    let database = folder.join("changed.db");
    fs::write(&database, &members[2].1).unwrap();
    rusqlite::Connection::open(&database)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
    members[2].1 = fs::read(&database).unwrap();
    let sum = hex::encode(Sha256::digest(&members[2].1));
    let text = String::from_utf8(members[1].1.clone()).unwrap();
    let (_, rest) = text.split_once("  ").unwrap();
    members[1].1 = format!("{sum}  {rest}").into_bytes();
}

#[test]
fn a_signing_key_with_which_no_server_starts_is_found_though_its_sum_is_right() {
    let (_folder, path) = archive();
    let whole = unpack(&path);
    let at = |path: &str| whole.iter().position(|member| member.0 == path).unwrap();
    let (checksums, key) = (at("SHA256SUMS"), at("signing.key"));
    let sum = |key: &[u8]| hex::encode(Sha256::digest(key));
    for length in [0, 1, 31, 33] {
        let mut members = whole.clone();
        members[key].1.resize(length, b'0');
        let text = String::from_utf8(whole[checksums].1.clone()).unwrap();
        let text = text.replace(&sum(&whole[key].1), &sum(&members[key].1));
        members[checksums].1 = text.into_bytes();
        pack(&path, &members);
        let archive = path.to_str().unwrap();
        let other = tempdir().unwrap();
        for command in ["verify", "restore"] {
            let complaint = fails(other.path(), &[command, archive], "");
            let words = format!("ts signing key is damaged: it has {length} bytes, not 32");
            assert!(complaint.contains(&words), "{complaint}");
        }
        assert!(!other.path().join("data").exists());
    }
}

#[test]
fn a_database_that_was_damaged_before_it_was_backed_up_is_found_and_not_restored() {
    let (folder, path) = archive();
    let whole = unpack(&path);
    for (words, sql) in [
        (
            "point nowhere",
            "pragma foreign_keys = off; delete from users where login = 'bob'",
        ),
        (
            "is missing",
            "pragma writable_schema = on; delete from sqlite_schema where type = 'index' and sql is not null",
        ),
    ] {
        let mut members = whole.clone();
        change_database(&mut members, folder.path(), sql);
        pack(&path, &members);
        let other = tempdir().unwrap();
        for command in ["verify", "restore"] {
            let complaint = fails(other.path(), &[command, path.to_str().unwrap()], "");
            assert!(
                complaint.contains("he archive ") && complaint.contains(words),
                "{complaint}"
            );
        }
        assert_eq!(files(&other.path().join("data")), [""; 0]);
    }
}

#[test]
fn an_archive_from_a_newer_version_is_refused() {
    let (folder, path) = archive();
    let whole = unpack(&path);
    let newer_database = |members: &mut Members| {
        let newer = "insert into refinery_schema_history values (9999, 'later', '2030-01-01', '1')";
        change_database(members, folder.path(), newer);
    };
    let newer_format = |members: &mut Members| {
        change(members, "backup.json", |head| {
            *head = json!({"format": 2, "elsewhere": true});
        });
    };
    for (words, change) in [
        (
            "has schema 9999, and this version",
            &newer_database as &dyn Fn(&mut Members),
        ),
        ("It has format 2, and this version", &newer_format),
    ] {
        let mut members = whole.clone();
        change(&mut members);
        pack(&path, &members);
        let archive = path.to_str().unwrap();
        let other = tempdir().unwrap();
        for command in ["verify", "restore"] {
            let complaint = fails(other.path(), &[command, archive], "");
            assert!(complaint.contains(words), "{complaint}");
        }
        assert!(!other.path().join("data/shared-spaces.db").exists());
    }
}
