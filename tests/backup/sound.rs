//! What isn't sound isn't counted: damaged databases, archives that can't be read, and copies of an installation.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use tempfile::{TempDir, tempdir};

use crate::backup::damage::{change_database, pack, unpack};
use crate::backup::place::archives;
use crate::backup::schedule::{borrowed, doctor, logging, scheduled};
use crate::backup::world::{World, leaves_nothing};
use crate::support::{Server, command, fails, files, output, picture, succeeds, until};

/// A data folder without a server, and a folder for archives.
fn ended() -> TempDir {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("place")).unwrap();
    let world = World::start(folder.path());
    crate::backup::world::wait_until_moved(folder.path());
    world.server.process.terminate();
    assert!(world.server.process.wait().success());
    folder
}

fn database(folder: &Path) -> PathBuf {
    folder.join("data/shared-spaces.db")
}

/// The archives that are marked as damaged.
fn marked(folder: &Path) -> Vec<PathBuf> {
    let mut all = archives(folder);
    all.retain(|path| path.to_str().unwrap().contains(".damaged."));
    all
}

fn unmarked(folder: &Path) -> Vec<PathBuf> {
    let mut all = archives(folder);
    all.retain(|path| !path.to_str().unwrap().contains(".damaged."));
    all
}

/// Overwrites some bytes of the page on which the rows of a table begin.
fn damage(folder: &Path, table: &str) {
    let path = database(folder);
    let connection = Connection::open(&path).unwrap();
    let root = "select rootpage from sqlite_schema where name = ?";
    let page: i64 = connection
        .query_row(root, [table], |row| row.get(0))
        .unwrap();
    let size: i64 = connection
        .query_row("pragma page_size", [], |row| row.get(0))
        .unwrap();
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    let end = (page * size) as usize;
    bytes[end - 300..end].fill(0xa5);
    fs::write(&path, bytes).unwrap();
}

#[test]
fn of_a_damaged_database_an_archive_is_marked_and_no_intact_one_goes_for_it() {
    let folder = ended();
    let folder = folder.path();
    let backup = ["backup", "place", "--retain", "2"];
    succeeds(folder, &backup, "");
    succeeds(folder, &backup, "");
    let sound = unmarked(folder);
    let whole = fs::read(database(folder)).unwrap();
    damage(folder, "shares");
    for round in 1..=3 {
        let complaint = fails(folder, &backup, "");
        assert!(
            complaint.contains("The database is damaged: "),
            "{complaint}"
        );
        assert_eq!(unmarked(folder), sound);
        // There is no end to these, and they are never deleted.
        assert_eq!(marked(folder).len(), round.min(2));
    }
    leaves_nothing(folder);
    assert!(succeeds(folder, &["verify", "place"], "").contains(" is intact: "));
    let other = tempdir().unwrap();
    let place = folder.join("place");
    let said = succeeds(other.path(), &["restore", place.to_str().unwrap()], "");
    assert!(said.contains(sound[1].to_str().unwrap()), "{said}");
    let damaged = marked(folder)[0].clone();
    for command in ["verify", "restore"] {
        let other = tempdir().unwrap();
        let complaint = fails(other.path(), &[command, damaged.to_str().unwrap()], "");
        assert!(complaint.contains("is damaged: "), "{complaint}");
    }
    // A file says it inside, and the command by its end.
    let complaint = fails(folder, &["backup", "a.tar.zst"], "");
    assert!(
        complaint.contains("The database is damaged: "),
        "{complaint}"
    );
    // Once it is sound again, what is older than those that stay goes, marked or not.
    fs::write(database(folder), whole).unwrap();
    succeeds(folder, &backup, "");
    assert_eq!(unmarked(folder)[0], sound[1]);
    succeeds(folder, &backup, "");
    assert_eq!((unmarked(folder).len(), marked(folder).len()), (2, 0));
}

#[test]
fn rows_that_point_nowhere_and_programs_in_the_database_are_damage_too() {
    for sql in [
        "pragma foreign_keys = off; delete from users where login = 'bob'",
        "create trigger t after insert on shares begin delete from members; end",
    ] {
        let folder = ended();
        let folder = folder.path();
        succeeds(folder, &["backup", "place", "--retain", "1"], "");
        let sound = unmarked(folder);
        let connection = Connection::open(database(folder)).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let complaint = fails(folder, &["backup", "place", "--retain", "1"], "");
        assert!(
            complaint.contains("The database is damaged: "),
            "{complaint}"
        );
        assert_eq!(unmarked(folder), sound, "{sql}");
    }
}

#[test]
fn the_schedule_deletes_nothing_for_a_damaged_database() {
    let (folder, settings) = scheduled("1s");
    let folder = folder.path();
    let world = World::start(folder);
    succeeds(folder, &["backup", "place"], "");
    let sound = unmarked(folder);
    world.server.process.terminate();
    assert!(world.server.process.wait().success());
    damage(folder, "shares");
    let log = folder.join("log");
    let _server = logging(folder, &settings, "error", &log);
    let tried = || {
        let log = fs::read_to_string(&log).unwrap();
        let marked = log.contains("backed up a damaged database");
        let failed = log.contains(" that are marked as damaged: ");
        (marked && failed).then_some(())
    };
    until("the schedule to have tried", tried);
    assert_eq!(unmarked(folder), sound);
    assert_eq!(marked(folder).len(), 2);
    let said = doctor(folder, &settings);
    assert!(
        said.contains("error   Archives in ") && said.contains("that are marked as damaged"),
        "{said}"
    );
}

#[test]
fn only_intact_archives_count_among_those_that_stay() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let state = unmarked(folder)[0].clone();
    succeeds(folder, &["backup", "place"], "");
    succeeds(folder, &["backup", "place"], "");
    // Of two, the last bytes are others: what they need can still be read.
    for damaged in &unmarked(folder)[1..] {
        let mut bytes = fs::read(damaged).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(damaged, bytes).unwrap();
    }
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert_eq!(unmarked(folder).len(), 4, "two are sound");
    assert!(state.exists());
    succeeds(folder, &["verify", state.to_str().unwrap()], "");
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert!(!state.exists());
    assert_eq!(unmarked(folder).len(), 2);
    succeeds(folder, &["verify", "place"], "");
}

/// As they were made before a backup looked at its database.
#[test]
fn an_archive_of_a_damaged_database_counts_as_none_though_it_says_nothing_of_that() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let state = unmarked(folder)[0].clone();
    succeeds(folder, &["backup", "place"], "");
    let unsaid = unmarked(folder)[1].clone();
    let mut members = unpack(&unsaid);
    let sql = "pragma foreign_keys = off; delete from users where login = 'bob'";
    change_database(&mut members, folder, sql);
    pack(&unsaid, &members);
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert_eq!(unmarked(folder).len(), 3, "two are sound");
    assert!(state.exists());
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert!(!state.exists() && !unsaid.exists());
}

#[test]
fn an_incomplete_archive_replaces_no_complete_one() {
    let folder = ended();
    let folder = folder.path();
    let backup = ["backup", "place", "--full", "--retain", "1"];
    succeeds(folder, &backup, "");
    let complete = unmarked(folder);
    fs::remove_file(folder.join("data/photos/space-id-1/1.png")).unwrap();
    for _ in 0..2 {
        let complaint = fails(folder, &backup, "");
        assert!(
            complaint.contains("The archive is incomplete"),
            "{complaint}"
        );
    }
    assert!(unmarked(folder).starts_with(&complete));
    succeeds(folder, &["verify", complete[0].to_str().unwrap()], "");
}

#[test]
fn an_archive_whose_photos_are_gone_from_the_destination_counts_as_none() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place", "--full"], "");
    let full = unmarked(folder);
    succeeds(folder, &["backup", "place"], "");
    let photos = folder.join("place/photos");
    let photo = photos.join(&files(&photos)[0]);
    let bytes = fs::read(&photo).unwrap();
    // Where a photo of the new one is missing, it is brought; where its length is another, too, and also its bytes.
    for damaged in [None, Some(&bytes[1..]), Some(&[0; 50][..]), Some(&[])] {
        fs::remove_file(&photo).unwrap();
        if let Some(damaged) = damaged {
            fs::write(&photo, damaged).unwrap();
        }
        let said = succeeds(folder, &["backup", "place"], "");
        assert!(said.contains("1 of them new"), "{said}");
    }
    let mut other = bytes.clone();
    other[40] ^= 1;
    fs::write(&photo, other).unwrap();
    let said = succeeds(folder, &["backup", "place"], "");
    assert!(said.contains("1 of them new"), "{said}");
    succeeds(folder, &["verify", "place"], "");
    assert!(full[0].exists());
}

#[test]
fn an_archive_that_needs_a_photo_that_nobody_has_any_more_keeps_the_one_that_has_it() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place", "--full"], "");
    succeeds(folder, &["backup", "place"], "");
    let before = unmarked(folder);
    let connection = Connection::open(database(folder)).unwrap();
    let sum: String = connection
        .query_row(
            "delete from photos where id = 1 returning lower(hex(sha256))",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    fs::remove_file(folder.join(format!("place/photos/{}/{sum}", &sum[..2]))).unwrap();
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert!(before[0].exists(), "only the new one and this are sound");
    succeeds(folder, &["verify", before[0].to_str().unwrap()], "");
    succeeds(folder, &["backup", "place", "--retain", "2"], "");
    assert!(!before[0].exists() && !before[1].exists());
}

#[test]
fn no_archive_of_another_installation_goes_even_if_the_newest_cannot_be_read() {
    let folder = ended();
    succeeds(folder.path(), &["backup", "place"], "");
    succeeds(folder.path(), &["backup", "place"], "");
    let all = unmarked(folder.path());
    fs::write(&all[1], "damaged").unwrap();
    let other = ended();
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
    assert_eq!(unmarked(folder.path()), all);

    // Nor one that is among older ones of ours.
    fs::create_dir_all(other.path().join("place")).unwrap();
    succeeds(other.path(), &["backup", "place"], "");
    let foreign = other.path().join("place").join(all[0].file_name().unwrap());
    fs::copy(&all[0], &foreign).unwrap();
    let complaint = fails(other.path(), &["backup", "place", "--retain", "1"], "");
    assert!(
        complaint.contains("Nothing was deleted")
            && complaint.contains("is of another installation"),
        "{complaint}"
    );
    assert!(foreign.exists());
    assert_eq!(unmarked(other.path()).len(), 3);
}

#[test]
fn a_copy_makes_no_backups_where_its_original_does_until_it_takes_over() {
    let (folder, mut settings) = scheduled("1s");
    let folder = folder.path();
    let world = World::start(folder);
    succeeds(folder, &["backup", "place"], "");
    world.ann.share_photo(&world.spaces[0], &picture(24, 5));
    succeeds(folder, &["backup", "place"], "");
    let original = unmarked(folder);

    let copy = tempdir().unwrap();
    let copy = copy.path();
    succeeds(copy, &["restore", original[0].to_str().unwrap()], "");
    settings[1].1 = folder.join("place").to_str().unwrap().to_owned();
    let log = copy.join("log");
    let server = logging(copy, &settings, "info", &log);
    let words = "shared-spaces backup --take-over`";
    until("the server to say it", || {
        fs::read_to_string(&log)
            .unwrap()
            .contains(words)
            .then_some(())
    });
    let said = doctor(copy, &settings);
    assert!(
        said.contains("warning This data folder was restored from ") && said.contains(words),
        "{said}"
    );
    let place = folder.join("place");
    let place = place.to_str().unwrap();
    let complaint = fails(copy, &["backup", place, "--retain", "1"], "");
    assert!(complaint.contains("add --take-over"), "{complaint}");
    // Elsewhere it may go.
    succeeds(copy, &["backup", "a.tar.zst"], "");
    fs::create_dir(copy.join("place")).unwrap();
    succeeds(copy, &["backup", "place"], "");
    server.process.terminate();
    assert!(server.process.wait().success());
    assert_eq!(unmarked(folder), original);

    let mut take_over = command(copy, &["backup", "--take-over"]);
    take_over.envs(borrowed(&settings));
    assert!(output(take_over, "").status.success());
    let newest = || unmarked(folder).pop();
    let taken = newest();
    assert!(taken > original.last().cloned());
    let _server = Server::start_with(copy, &borrowed(&settings));
    until("the schedule to continue", || {
        (newest() != taken).then_some(())
    });
    assert!(!doctor(copy, &settings).contains("was restored from"));
}

#[test]
fn a_folder_that_was_copied_by_hand_makes_no_backups_where_its_original_does_either() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let original = unmarked(folder);
    let copy = tempdir().unwrap();
    let copy = copy.path();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(folder.join("data"))
        .arg(copy)
        .status();
    assert!(copied.unwrap().success());
    let place = folder.join("place");
    let place = place.to_str().unwrap();
    // Neither by itself nor once a server has served it.
    for _ in 0..2 {
        let complaint = fails(copy, &["backup", place], "");
        assert!(
            complaint.contains("a copy of") && complaint.contains("add --take-over"),
            "{complaint}"
        );
        succeeds(copy, &["user", "list"], "");
    }
    assert_eq!(unmarked(folder), original);
    succeeds(copy, &["backup", place, "--take-over"], "");
    succeeds(copy, &["backup", place], "");
    succeeds(folder, &["backup", place], "");
}

#[test]
fn an_archive_from_the_future_is_named_and_nothing_is_made_or_deleted_next_to_it() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let sound = unmarked(folder).remove(0);
    for future in [
        "shared-spaces-20990102T030405Z.tar.zst",
        "shared-spaces-99991231T235959Z.tar.zst",
        "shared-spaces-99991231T235959Z.damaged.tar.zst",
    ] {
        let path = folder.join("place").join(future);
        fs::copy(&sound, &path).unwrap();
        let before = files(&folder.join("place"));
        for keep in [&[][..], &["--retain", "1"], &["--retain", "2"]] {
            let complaint = fails(folder, &[&["backup", "place"], keep].concat(), "");
            assert!(
                complaint.contains(future)
                    && complaint.contains("No archive was made")
                    && complaint.contains("move it elsewhere"),
                "{complaint}"
            );
            assert_eq!(files(&folder.join("place")), before);
        }
        fs::remove_file(path).unwrap();
    }
    succeeds(folder, &["backup", "place", "--retain", "1"], "");
    let left = unmarked(folder);
    assert_eq!(left.len(), 1);
    assert!(left[0] > sound, "the new one stays");
    succeeds(folder, &["verify", "place"], "");
}

#[test]
fn an_archive_from_the_future_is_restored_only_where_it_is_named_itself() {
    let folder = ended();
    let folder = folder.path();
    for _ in 0..2 {
        succeeds(folder, &["backup", "place"], "");
    }
    let future = folder.join("place/shared-spaces-20990102T030405Z.tar.zst");
    fs::rename(&archives(folder)[1], &future).unwrap();
    let (place, other) = (folder.join("place"), tempdir().unwrap());
    let complaint = fails(other.path(), &["restore", place.to_str().unwrap()], "");
    assert!(
        complaint.contains("Name one of the archives in ")
            && complaint.contains("shared-spaces-20990102T030405Z.tar.zst is named after a time"),
        "{complaint}"
    );
    assert_eq!(files(other.path()), [""; 0]);
    for archive in [&archives(folder)[0], &future] {
        let other = tempdir().unwrap();
        succeeds(other.path(), &["restore", archive.to_str().unwrap()], "");
    }
}

#[test]
fn a_signing_key_that_is_none_is_not_backed_up() {
    let folder = ended();
    let folder = folder.path();
    for key in [&[][..], &[7; 31], &[7; 33]] {
        fs::write(folder.join("data/signing.key"), key).unwrap();
        for to in ["place", "a.tar.zst"] {
            let complaint = fails(folder, &["backup", to], "");
            let sentence = format!("is damaged: it has {} bytes, not 32", key.len());
            assert!(complaint.contains(&sentence), "{complaint}");
        }
    }
    assert_eq!(files(&folder.join("place")), [""; 0]);
    assert!(!folder.join("a.tar.zst").exists());
}

#[test]
fn what_only_has_the_name_of_an_archive_or_a_photo_holds_no_backup_up() {
    let folder = ended();
    let folder = folder.path();
    succeeds(folder, &["backup", "place"], "");
    let place = folder.join("place");
    let named = |day: u8| place.join(format!("shared-spaces-202001{day}T030405Z.tar.zst"));
    let pipe = |path: &Path| {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    };
    pipe(&named(10));
    fs::create_dir(named(11)).unwrap();
    let _socket = UnixListener::bind(named(12)).unwrap();
    symlink("/dev/zero", named(13)).unwrap();
    let shared = place.join("photos");
    let photo = shared.join(&files(&shared)[0]);
    fs::remove_file(&photo).unwrap();
    pipe(&photo);

    let said = succeeds(folder, &["backup", "place", "--retain", "1"], "");
    assert!(said.contains("1 of them new"), "{said}");
    assert!(photo.is_file(), "it is copied again");
    for day in 10..14 {
        assert!(named(day).symlink_metadata().is_ok(), "it isn't ours");
    }
    succeeds(folder, &["verify", "place"], "");
    let other = tempdir().unwrap();
    for no_archive in [named(10), named(12), named(13)] {
        for command in ["verify", "restore"] {
            let complaint = fails(other.path(), &[command, no_archive.to_str().unwrap()], "");
            assert!(complaint.contains("it isn't a regular file"), "{complaint}");
        }
    }
    assert_eq!(files(other.path()), [""; 0]);
}
