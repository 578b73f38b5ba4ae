//! Backups at a place, where archives share their photos and old ones go.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::backup::world::World;
use crate::support::{Server, command, fails, files, picture, succeeds};

/// A folder for archives, next to the data folder of a running server.
fn place() -> (TempDir, World) {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("place")).unwrap();
    let world = World::start(folder.path());
    (folder, world)
}

/// The archives at a place, the oldest first.
pub fn archives(folder: &Path) -> Vec<PathBuf> {
    let place = folder.join("place");
    let names = files(&place).into_iter();
    names
        .filter(|file| file.ends_with(".tar.zst"))
        .map(|file| place.join(file))
        .collect()
}

fn photos(folder: &Path) -> usize {
    files(&folder.join("place/photos")).len()
}

/// What the people of `world` are answered where this archive was restored.
fn restored(archive: &Path, world: &World) -> Vec<Value> {
    let other = tempdir().unwrap();
    succeeds(other.path(), &["restore", archive.to_str().unwrap()], "");
    let server = Server::start(other.path());
    world.answers_at(&server)
}

#[test]
fn a_photo_is_copied_to_a_destination_once() {
    let (folder, world) = place();
    let folder = folder.path();
    let said = succeeds(folder, &["backup", "place"], "");
    assert!(
        said.contains("3 photos") && said.contains("3 of them new and 0 there already"),
        "{said}"
    );
    let first = world.answers();
    world.ann.share_photo(&world.spaces[0], &picture(24, 5));
    // The same picture twice is one.
    world.ann.share_photo(&world.spaces[1], &picture(24, 1));
    let said = succeeds(folder, &["backup", "place"], "");
    assert!(
        said.contains("5 photos") && said.contains("1 of them new and 4 there already"),
        "{said}"
    );
    let second = world.answers();

    let archives = archives(folder);
    assert_eq!((archives.len(), photos(folder)), (2, 4));
    let said = succeeds(folder, &["verify", "place"], "");
    assert_eq!(
        said.lines()
            .filter(|line| line.contains(" is intact: "))
            .count(),
        2,
        "{said}"
    );
    assert_eq!(restored(&archives[0], &world), first);
    assert_eq!(restored(&archives[1], &world), second);
    assert_eq!(
        restored(&folder.join("place"), &world),
        second,
        "the newest"
    );
}

#[test]
fn the_newest_archives_stay_whole_and_what_was_deleted_goes_with_the_last_that_has_it() {
    let (folder, world) = place();
    let folder = folder.path();
    let backup = || succeeds(folder, &["backup", "place", "--retain", "3"], "");
    backup();
    world.ann.share_photo(&world.spaces[0], &picture(24, 5));
    let mut states = vec![world.answers()];
    backup();
    assert_eq!(world.ann.delete("/shares/6").unwrap().status, 200);
    for round in 0..2 {
        states.push(world.answers());
        backup();
        assert_eq!(archives(folder).len(), 3);
        assert_eq!(
            photos(folder),
            4,
            "round {round}: an archive still has the photo"
        );
    }
    for (archive, state) in archives(folder).iter().zip(&states) {
        assert_eq!(&restored(archive, &world), state);
    }
    let said = backup();
    assert!(said.contains("deleted 1 old archive and 1 photo"), "{said}");
    assert_eq!(photos(folder), 3);
    succeeds(folder, &["verify", "place"], "");
}

#[test]
fn a_full_archive_needs_nothing_next_to_it() {
    let (folder, world) = place();
    let folder = folder.path();
    succeeds(folder, &["backup", "place", "--full"], "");
    assert_eq!(photos(folder), 0);
    let elsewhere = folder.join("elsewhere.tar.zst");
    fs::rename(&archives(folder)[0], &elsewhere).unwrap();
    assert_eq!(restored(&elsewhere, &world), world.answers());
}

#[test]
fn a_photo_that_is_missing_or_changed_next_to_an_archive_is_named() {
    let (folder, world) = place();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let shared = folder.join("place/photos");
    let all = files(&shared);
    let whole: Vec<_> = all
        .iter()
        .map(|file| fs::read(shared.join(file)).unwrap())
        .collect();
    let other = tempdir().unwrap();
    let archive = archives(folder)[0].clone();
    let restore = ["restore", archive.to_str().unwrap()];
    for (damaged, words) in [
        (None, "is missing from the folder"),
        (
            Some(whole[0][..whole[0].len() - 1].to_vec()),
            "have changed",
        ),
        (Some([&whole[0][..], b"x"].concat()), "have changed"),
    ] {
        fs::remove_file(shared.join(&all[0])).unwrap();
        if let Some(bytes) = damaged {
            fs::write(shared.join(&all[0]), bytes).unwrap();
        }
        for (at, command) in [(folder, ["verify", "place"]), (other.path(), restore)] {
            let complaint = fails(at, &command, "");
            assert!(
                complaint.contains(&all[0]) && complaint.contains(words),
                "{complaint}"
            );
        }
        assert_eq!(files(&other.path().join("data")), [""; 0]);
        fs::write(shared.join(&all[0]), &whole[0]).unwrap();
    }

    // An operator who has nothing better restores what is there.
    fs::remove_file(shared.join(&all[0])).unwrap();
    let complaint = fails(other.path(), &["restore", restore[1], "--incomplete"], "");
    assert!(
        complaint.contains("Their shares were restored without them"),
        "{complaint}"
    );
    let server = Server::start(other.path());
    let ann = world.ann.at(&server);
    let texts = |person: &crate::support::Person| {
        let shares = person.get("/spaces/1/shares").unwrap().json();
        shares
            .as_array()
            .unwrap()
            .iter()
            .map(|share| share["text"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(texts(&ann), texts(&world.ann));
    for share in ann
        .get("/spaces/1/shares")
        .unwrap()
        .json()
        .as_array()
        .unwrap()
    {
        if !share["image_url"].is_null() {
            assert_eq!(ann.fetch(&share["image_url"]).status, 200);
        }
    }

    // The next backup brings again what is missing.
    let said = succeeds(folder, &["backup", "place"], "");
    assert!(said.contains("1 of them new and 2 there already"), "{said}");
    succeeds(folder, &["verify", "place"], "");
}

#[test]
fn nothing_is_deleted_as_long_as_nobody_knows_what_an_archive_needs() {
    let (folder, world) = place();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    succeeds(folder, &["backup", "place"], "");
    assert_eq!(world.ann.delete("/shares/1").unwrap().status, 200);
    let damaged = archives(folder)[1].clone();
    fs::write(&damaged, "damaged").unwrap();
    let complaint = fails(folder, &["backup", "place", "--retain", "2"], "");
    assert!(
        complaint.contains("Nothing was deleted, because the archive"),
        "{complaint}"
    );
    assert_eq!((archives(folder).len(), photos(folder)), (3, 3));
    let complaint = fails(folder, &["verify", "place"], "");
    assert!(
        complaint.contains("Archives that are not intact: 1 of 3"),
        "{complaint}"
    );
    fs::remove_file(damaged).unwrap();
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert_eq!((archives(folder).len(), photos(folder)), (2, 2));
}

#[test]
fn the_archives_of_another_installation_are_left_alone() {
    let (folder, _world) = place();
    succeeds(folder.path(), &["backup", "place"], "");
    let other = tempdir().unwrap();
    let _other_world = World::start(other.path());
    let place = folder.path().join("place");
    let complaint = fails(
        other.path(),
        &["backup", place.to_str().unwrap(), "--retain", "1"],
        "",
    );
    assert!(
        complaint.contains("archives of another installation"),
        "{complaint}"
    );
    assert_eq!(archives(folder.path()).len(), 1);
}

#[test]
fn what_the_store_has_lost_is_kept_by_the_destination_and_told_when_it_is_not() {
    let (folder, world) = place();
    let folder = folder.path();
    crate::backup::world::wait_until_moved(folder);
    succeeds(folder, &["backup", "place"], "");
    let state = world.answers();
    let first = folder.join("data/photos/space-id-1/1.png");
    fs::remove_file(&first).unwrap();
    let complaint = fails(folder, &["backup", "place", "--retain", "1"], "");
    assert!(
        complaint.contains("1-1.png is at the backup destination, but the photo store has lost it"),
        "{complaint}"
    );
    assert_eq!(restored(&folder.join("place"), &world), state);

    // Where no backup has it, there is nothing but to say so.
    let second = folder.join("data/photos/space-id-1/2.png");
    let bytes = fs::read(&second).unwrap();
    fs::write(&second, &bytes[1..]).unwrap();
    let complaint = fails(folder, &["backup", "a.tar.zst"], "");
    for words in [
        "1-1.png is not in the archive: it is missing from the store",
        "1-2.png is not in the archive: its bytes are not those that were stored",
        "The archive is incomplete, and is marked so. Photos that are missing or damaged: 2",
    ] {
        assert!(complaint.contains(words), "{complaint}");
    }
    let complaint = fails(folder, &["verify", "a.tar.zst"], "");
    for words in [
        "1-1.png: it is missing from the store",
        "a.tar.zst is incomplete: 2 photos",
    ] {
        assert!(complaint.contains(words), "{complaint}");
    }
    let (other, archive) = (tempdir().unwrap(), folder.join("a.tar.zst"));
    let archive = archive.to_str().unwrap();
    let complaint = fails(other.path(), &["restore", archive], "");
    assert!(
        complaint.contains("run the command again with --incomplete"),
        "{complaint}"
    );
    let complaint = fails(other.path(), &["restore", archive, "--incomplete"], "");
    assert!(
        complaint.contains("1-1.png: it is missing from the store"),
        "{complaint}"
    );
    assert_eq!(
        files(&other.path().join("data/photos")),
        ["space-id-2/3.png"]
    );
    let server = Server::start(other.path());
    let ann = world.ann.at(&server);
    assert_eq!(
        ann.get("/shares/1").unwrap().json()["image_url"],
        Value::Null
    );
}

#[test]
fn a_destination_stays_the_same_when_the_key_that_signs_links_is_changed_and_after_a_restore() {
    let (folder, world) = place();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    succeeds(folder, &["keys", "rotate"], "");
    let said = succeeds(folder, &["backup", "place"], "");
    assert!(said.contains("3 there already"), "{said}");
    let answers = world.answers();
    let gone = world.wipe(folder);
    let place = folder.join("place");
    succeeds(folder, &["restore", place.to_str().unwrap()], "");
    // Once with the word of the archive, and once when the key was changed again.
    succeeds(folder, &["backup", "place", "--take-over"], "");
    succeeds(folder, &["keys", "rotate"], "");
    succeeds(folder, &["backup", "place"], "");
    assert_eq!(archives(folder).len(), 4);
    assert_eq!(gone.at(Server::start(folder)).answers(), answers);
}

#[test]
fn an_archive_that_a_backup_deletes_while_others_are_verified_is_no_damage() {
    let (folder, _world) = place();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let made = archives(folder).remove(0);
    for minute in 0..40 {
        let copy = format!("place/shared-spaces-20200102T03{minute:02}05Z.tar.zst");
        fs::copy(&made, folder.join(copy)).unwrap();
    }
    let mut verify = command(folder, &["verify", "place"]);
    let mut verify = verify
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(verify.stdout.take().unwrap());
    let mut first = String::new();
    said.read_line(&mut first).unwrap();
    assert!(first.contains(" is intact"), "{first}");
    // Whichever end is verified first, one of these is still to come.
    let all = archives(folder);
    for gone in [&all[0], &all[all.len() - 1]] {
        fs::remove_file(gone).unwrap();
    }
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    let ended = verify.wait_with_output().unwrap();
    let complained = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{complained}");
    assert!(
        complained.contains(" was deleted meanwhile"),
        "{complained}"
    );
}
