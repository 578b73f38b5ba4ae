//! Archives that earlier versions have made, restored by today's.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::tempdir;

use crate::support::{Server, files, succeeds};

/// The archives that were kept, one of each format that there has been and one of each kind.
fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archives");
    let kept = files(&folder).into_iter();
    kept.filter(|file| file.ends_with(".tar.zst"))
        .map(|file| folder.join(file))
        .collect()
}

#[test]
fn an_archive_of_every_earlier_version_is_sound_and_comes_back_as_it_was() {
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
        let shares = ann.get("/spaces/1/shares").unwrap().json();
        let texts: Vec<_> = shares
            .as_array()
            .unwrap()
            .iter()
            .map(|share| &share["text"])
            .collect();
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
        // What was used up before the backup isn't given again.
        let next = ann
            .post_form("/spaces/1/shares", "Another", None)
            .unwrap()
            .json();
        assert_eq!(next["id"], 5, "{archive}");
    }
}
