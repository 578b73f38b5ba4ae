//! A backup into one file, and what comes back from it.

use std::fs;
use std::io::Read;

use tempfile::tempdir;

use crate::backup::world::{Meanwhile, World, leaves_nothing, wait_until_moved};
use crate::support::{Server, command, fails, files, output, picture, succeeds, until};

#[test]
fn what_is_wiped_comes_back_as_it_was_though_people_went_on_sharing() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let archive = folder.join("spaces.tar.zst");
    let archive = archive.to_str().unwrap();
    let world = World::start(folder);
    let before = world.answers();

    let meanwhile = Meanwhile::during(&world.server, || {
        let said = succeeds(folder, &["backup", archive], "");
        assert!(said.starts_with("Backed up the database and "), "{said}");
    });
    leaves_nothing(folder);
    let said = succeeds(folder, &["verify", archive], "");
    assert!(said.contains(" is intact: made 20"), "{said}");

    let gone = world.wipe(folder);
    let said = succeeds(folder, &["restore", archive], "");
    assert!(said.starts_with("Restored "), "{said}");
    leaves_nothing(folder);
    let world = gone.at(Server::start(folder));
    assert_eq!(world.answers(), before);
    meanwhile.is_as_sent(&world.server);
    let next = world.ann.share_photo(&world.spaces[0], &picture(24, 7));
    assert!(
        next["id"].as_i64().unwrap() > 5,
        "an id was given again: {next}"
    );
    wait_until_moved(folder);
}

#[test]
fn the_restored_folder_is_the_same_wherever_it_is() {
    let (home, other) = (tempdir().unwrap(), tempdir().unwrap());
    let archive = home.path().join("spaces.tar.zst");
    let archive = archive.to_str().unwrap();
    let world = World::start(home.path());
    wait_until_moved(home.path());
    succeeds(home.path(), &["backup", archive], "");
    let before = world.answers();
    // While the first still runs.
    succeeds(other.path(), &["restore", archive], "");
    let photos = |folder: &tempfile::TempDir| {
        let mut files = files(&folder.path().join("data/photos"));
        files.retain(|file| file.starts_with("space-id-"));
        files
    };
    assert_eq!(photos(&home), photos(&other));
    let second = Server::start(other.path());
    assert_eq!(world.answers_at(&second), before);
}

#[test]
fn any_program_can_unpack_an_archive_to_a_data_folder_and_check_its_checksums() {
    let folder = tempdir().unwrap();
    let archive = folder.path().join("spaces.tar.zst");
    let world = World::start(folder.path());
    succeeds(folder.path(), &["backup", archive.to_str().unwrap()], "");
    let before = world.answers();
    let gone = world.wipe(folder.path());

    let mut tar = Vec::new();
    let file = fs::File::open(&archive).unwrap();
    zstd::Decoder::new(file)
        .unwrap()
        .read_to_end(&mut tar)
        .unwrap();
    let data = folder.path().join("data");
    tar::Archive::new(tar.as_slice()).unpack(&data).unwrap();
    let checksums = fs::read_to_string(data.join("SHA256SUMS")).unwrap();
    assert_eq!(checksums.lines().count(), 5, "{checksums}");
    for line in checksums.lines() {
        use sha2::{Digest, Sha256};
        let (sum, path) = line.split_once("  ").unwrap();
        let bytes = fs::read(data.join(path)).unwrap();
        assert_eq!(hex::encode(Sha256::digest(bytes)), sum, "{path}");
    }
    let world = gone.at(Server::start(folder.path()));
    assert_eq!(world.answers(), before);
}

#[test]
fn only_its_owner_can_read_an_archive_and_what_was_restored() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let archive = folder.path().join("spaces.tar.zst");
    let world = World::start(folder.path());
    succeeds(folder.path(), &["backup", archive.to_str().unwrap()], "");
    world.wipe(folder.path());
    succeeds(folder.path(), &["restore", archive.to_str().unwrap()], "");
    let data = folder.path().join("data");
    for file in [
        archive,
        data.join("shared-spaces.db"),
        data.join("signing.key"),
    ] {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_a_sentence_and_makes_nothing() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let refused = |arguments: &[&str], words: &str| {
        let complaint = fails(folder, arguments, "");
        assert!(complaint.contains(words), "{complaint}");
    };
    refused(
        &["backup", "a.tar.zst"],
        "There is no installation in the data folder",
    );
    refused(&["verify", "a.tar.zst"], "There is no archive ./a.tar.zst");
    refused(&["restore", "a.tar.zst"], "There is no archive ./a.tar.zst");
    refused(&["verify", "."], "There is no archive in the folder .");
    assert!(!folder.join("data").exists());

    let world = World::start(folder);
    refused(&["backup", "none/a.tar.zst"], "There is no folder none");
    refused(&["backup", "none/"], "There is no folder none/");
    refused(
        &["backup", "a.tar.zst", "--retain", "2"],
        "--retain is for a folder or a prefix in S3",
    );
    refused(&["backup", "data/a.tar.zst"], "is inside the data folder");
    fs::write(folder.join("mine"), "mine").unwrap();
    refused(&["backup", "mine"], "The file ./mine already exists");
    refused(&["verify", "mine"], "The archive ./mine can't be used");
    assert_eq!(fs::read_to_string(folder.join("mine")).unwrap(), "mine");

    succeeds(folder, &["backup", "a.tar.zst"], "");
    refused(&["restore", "a.tar.zst"], "isn't empty");
    world.server.process.terminate();
    world.server.process.wait();
    let before = files(folder);
    refused(&["restore", "a.tar.zst"], "isn't empty");
    assert_eq!(files(folder), before);
}

#[test]
fn photos_on_a_disk_that_is_not_mounted_are_not_taken_for_lost() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    wait_until_moved(folder.path());
    world.kill();
    let photos = folder.path().join("data/photos");
    fs::rename(&photos, folder.path().join("disk")).unwrap();
    fs::create_dir(&photos).unwrap();
    let complaint = fails(folder.path(), &["backup", "a.tar.zst"], "");
    assert!(
        complaint.contains("The photos are not in the folder"),
        "{complaint}"
    );
    assert!(files(&photos).is_empty() && !photos.join("temp").exists());
    fs::remove_dir(&photos).unwrap();
    fs::rename(folder.path().join("disk"), &photos).unwrap();
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
}

#[test]
fn the_places_of_new_disks_are_empty_enough() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    let before = world.answers();
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
    let gone = world.wipe(folder.path());
    let data = folder.path().join("data");
    for disk in [data.join("lost+found"), data.join("photos/lost+found")] {
        fs::create_dir_all(disk).unwrap();
    }
    fs::write(data.join("photos/mine"), "mine").unwrap();
    let complaint = fails(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(complaint.contains("photos is in it"), "{complaint}");
    fs::remove_file(data.join("photos/mine")).unwrap();
    succeeds(folder.path(), &["restore", "a.tar.zst"], "");
    let world = gone.at(Server::start(folder.path()));
    assert_eq!(world.answers(), before);
}

#[test]
fn what_no_restore_has_left_is_neither_deleted_nor_written_over() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    let before = world.answers();
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
    let gone = world.wipe(folder.path());
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    // Under the name of the folder, and not as a restore makes it.
    fs::write(data.join("photos"), "mine").unwrap();
    let complaint = fails(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(complaint.contains("photos can't be read"), "{complaint}");
    fs::create_dir(data.join(".restore")).unwrap();
    let complaint = fails(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(
        complaint.contains("The leftover of an earlier restore, ")
            && complaint.contains("photos, can't be deleted"),
        "{complaint}"
    );
    assert_eq!(fs::read_to_string(data.join("photos")).unwrap(), "mine");

    // As a restore leaves them that was killed.
    fs::remove_file(data.join("photos")).unwrap();
    fs::create_dir_all(data.join("photos/space-id-1")).unwrap();
    for file in ["photos/space-id-1/9.png", "photos/half", "signing.key"] {
        fs::write(data.join(file), "half").unwrap();
    }
    succeeds(folder.path(), &["restore", "a.tar.zst"], "");
    leaves_nothing(folder.path());
    let left = files(&data.join("photos"));
    assert!(
        !left
            .iter()
            .any(|file| file.ends_with("9.png") || file.ends_with("half"))
    );
    let world = gone.at(Server::start(folder.path()));
    assert_eq!(world.answers(), before);
}

#[test]
fn a_folder_on_which_a_server_runs_is_refused_though_nothing_is_in_it_yet() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
    world.wipe(folder.path());
    // What a server holds before it has made anything.
    fs::create_dir(folder.path().join("data")).unwrap();
    let lock = fs::File::create(folder.path().join("data/serve.lock")).unwrap();
    lock.lock().unwrap();
    let complaint = fails(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(complaint.contains("A server is running"), "{complaint}");
}

#[test]
fn a_database_that_a_crash_left_unfinished_is_backed_up_whole() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    let before = world.answers();
    let gone = world.kill();
    assert!(folder.path().join("data/shared-spaces.db-wal").exists());
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
    fs::remove_dir_all(folder.path().join("data")).unwrap();
    succeeds(folder.path(), &["restore", "a.tar.zst"], "");
    let world = gone.at(Server::start(folder.path()));
    assert_eq!(world.answers(), before);
}

#[test]
fn how_far_it_has_come_is_told_in_the_log_where_there_is_no_terminal() {
    let folder = tempdir().unwrap();
    let _world = World::start(folder.path());
    let mut command = command(folder.path(), &["backup", "a.tar.zst"]);
    command.env("RUST_LOG", "info");
    let log = String::from_utf8(output(command, "").stderr).unwrap();
    // That it is made is said at the very end, to operators.
    let told: Vec<_> = log
        .lines()
        .filter(|line| !line.contains("backup made"))
        .collect();
    assert!(told.len() >= 2, "{log}");
    assert!(told.last().unwrap().contains(" of "), "{log}");
}

#[test]
fn previews_are_not_in_a_backup_and_are_made_again_after_a_restore() {
    let folder = tempdir().unwrap();
    let world = World::start(folder.path());
    let previews = folder.path().join("data/photos/previews");
    let made = || {
        until("the previews", || {
            (files(&previews).len() == 6).then_some(())
        });
    };
    made();
    let placeholders = |world: &World| {
        until("the placeholders", || {
            let images = world.ann.get("/spaces/1/images").unwrap().json();
            let images = images.as_array().unwrap().clone();
            let all: Vec<_> = images
                .iter()
                .map(|image| image["image"]["placeholder"].clone())
                .collect();
            (!all.contains(&serde_json::Value::Null)).then_some(all)
        })
    };
    let before = placeholders(&world);
    succeeds(folder.path(), &["backup", "a.tar.zst"], "");
    let gone = world.wipe(folder.path());
    succeeds(folder.path(), &["restore", "a.tar.zst"], "");
    assert!(files(&previews).is_empty());
    let world = gone.at(Server::start(folder.path()));
    made();
    assert_eq!(placeholders(&world), before);
}
