//! Archives that earlier versions have made, restored by today's.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::tempdir;

use crate::support::{Person, Server, fails, files, succeeds};

/// The archives that were kept, one of each format that there has been and one of each kind.
fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives");
    let kept = files(&folder).into_iter();
    kept.filter(|file| file.ends_with(".tar.zst"))
        .map(|file| folder.join(file))
        .collect()
}

/// What the space's shares say, the newest first.
fn texts(person: &Person) -> Vec<Value> {
    let shares = person.get("/spaces/1/shares").unwrap().json();
    let shares = shares.as_array().unwrap().iter();
    shares.map(|share| share["text"].clone()).collect()
}

#[test]
fn an_archive_of_every_earlier_version_is_intact_and_comes_back_as_it_was() {
    let kept = kept();
    assert!(kept.len() >= 2);
    for archive in kept {
        let folder = tempdir().unwrap();
        let archive = archive.to_str().unwrap();
        succeeds(folder.path(), &["verify", archive], "");
        succeeds(folder.path(), &["restore", archive], "");
        let server = Server::start(folder.path());
        let ann = server.sign_in("ann", crate::support::PASSWORD).unwrap();
        let bob = server.sign_in("bob", crate::support::PASSWORD).unwrap();
        let texts = texts(&ann);
        assert_eq!(texts, ["No photo", "A cat", "The garden"], "{archive}");
        for (share, picture) in [(1, "1.jpg"), (2, "2.webp")] {
            let name = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/fixtures/archives")
                .join(picture);
            let share = bob.get(&format!("/shares/{share}")).unwrap().json();
            assert_eq!(
                bob.fetch(&share["image_url"]).bytes,
                fs::read(name).unwrap(),
                "{archive}"
            );
        }
        // What was used up before the backup, or may have been after it, isn't given again.
        let next = ann
            .post_form("/spaces/1/shares", "Another", None)
            .unwrap()
            .json();
        assert!(next["id"].as_i64().unwrap() > 5, "{archive}: {next}");
    }
}

#[test]
fn a_database_of_every_earlier_schema_is_backed_up_as_it_is_and_comes_back_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let schemas = files(&folder)
        .into_iter()
        .filter(|file| file.ends_with(".sql"));
    let mut tried = 0;
    for schema in schemas {
        let home = tempdir().unwrap();
        let data = home.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("signing.key"), [7; 32]).unwrap();
        let database = Connection::open(data.join("shared-spaces.db")).unwrap();
        let sql = fs::read_to_string(folder.join(&schema)).unwrap();
        database.execute_batch(&sql).unwrap();
        let version = |database: &Connection| {
            let newest = "select max(version) from refinery_schema_history";
            database
                .query_row(newest, [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        let before = version(&database);
        // There are no bytes to its photos.
        let archive = home.path().join("a.tar.zst");
        let archive = archive.to_str().unwrap();
        let complaint = fails(home.path(), &["backup", archive], "");
        assert!(
            complaint.contains("The archive is incomplete"),
            "{schema}: {complaint}"
        );
        assert_eq!(
            version(&database),
            before,
            "{schema}: it was upgraded by the backup"
        );

        let other = tempdir().unwrap();
        fails(other.path(), &["restore", archive, "--incomplete"], "");
        let restored = Connection::open(other.path().join("data/shared-spaces.db")).unwrap();
        assert!(version(&restored) >= before, "{schema}");
        let server = Server::start(other.path());
        let bob = server.sign_in("bob", crate::support::PASSWORD).unwrap();
        let texts = texts(&bob);
        let all = [
            "The garden at noon",
            "Grüße, 日本, 👍",
            "Nice weather - let's have a barbecue",
        ];
        assert_eq!(texts, all, "{schema}");
        tried += 1;
    }
    assert!(tried >= 4);
}
