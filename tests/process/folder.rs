//! A data folder that is not the one that is meant: a disk that isn't mounted, a database that is gone.

use std::fs;
use std::path::Path;

use crate::support::{Person, Server, command, fails, files, output, photos, picture, run, until};

const EXPECT_DATA: (&str, &str) = ("SHARED_SPACES_EXPECT_DATA", "true");
const SERVE: [&str; 3] = ["serve", "--port", "0"];

/// What a command complains about where the settings say that there is data.
fn complaint(folder: &Path, arguments: &[&str]) -> String {
    let mut command = command(folder, arguments);
    command.env(EXPECT_DATA.0, EXPECT_DATA.1);
    let output = output(command, "");
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// A server with one shared photo, stopped again.
fn with_a_photo(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Person {
    let server = Server::start_with_arguments(folder, settings, arguments);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the photo to be moved", || {
        (photos(&folder.join("data")) == ["space-id-1/1.png"]).then_some(())
    });
    stop(server);
    ann
}

fn stop(server: Server) {
    server.process.terminate();
    assert!(server.process.wait().success());
}

fn shows_the_photo(folder: &Path, ann: &Person) {
    let server = Server::start_with(folder, &[EXPECT_DATA]);
    let ann = ann.at(&server);
    let share = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    stop(server);
}

#[test]
fn where_data_is_expected_an_empty_folder_stops_every_command_and_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for arguments in [
        &SERVE[..],
        &["worker"],
        &["user", "list"],
        &["photos", "failed"],
    ] {
        let complaint = complaint(folder, arguments);
        assert!(
            complaint.contains("expect_data says that it shouldn't be")
                && complaint.contains("add --init"),
            "{complaint}"
        );
        assert!(!folder.join("data").exists(), "{arguments:?}");
    }
    // What Docker makes in the place of a disk that isn't there.
    fs::create_dir(folder.join("data")).unwrap();
    assert!(complaint(folder, &SERVE).contains("If it is on a disk of its own, mount that"));
    assert_eq!(files(folder), [""; 0]);
    let mut doctor = command(folder, &["doctor"]);
    doctor.env(EXPECT_DATA.0, EXPECT_DATA.1);
    let said = String::from_utf8(output(doctor, "").stdout).unwrap();
    assert!(said.contains("error   The data folder"), "{said}");
}

#[test]
fn a_disk_that_is_not_mounted_stops_the_start_and_mounted_again_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ann = with_a_photo(folder, &[EXPECT_DATA], &["--init"]);
    let (data, disk) = (folder.join("data"), folder.join("disk"));
    fs::rename(&data, &disk).unwrap();
    fs::create_dir(&data).unwrap();
    complaint(folder, &SERVE);
    assert_eq!(files(&data), [""; 0]);
    fs::remove_dir(&data).unwrap();
    fs::rename(&disk, &data).unwrap();
    shows_the_photo(folder, &ann);
}

#[test]
fn new_is_for_the_first_start_alone() {
    let folder = tempfile::tempdir().unwrap();
    with_a_photo(folder.path(), &[EXPECT_DATA], &["--init"]);
    let complaint = complaint(folder.path(), &["serve", "--port", "0", "--init"]);
    assert!(complaint.contains("leave out --init"), "{complaint}");
}

#[test]
fn a_database_that_is_gone_is_not_replaced_by_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ann = with_a_photo(folder, &[], &[]);
    let (database, away) = (folder.join("data/shared-spaces.db"), folder.join("away"));
    fs::rename(&database, &away).unwrap();
    let refusal = fails(folder, &SERVE, "");
    assert!(
        refusal.contains("shared-spaces.db is gone") && refusal.contains("Restore a backup"),
        "{refusal}"
    );
    // Nor where only the photos show it.
    let marker = folder.join("data/shared-spaces.id");
    fs::rename(&marker, folder.join("marker")).unwrap();
    let refusal = fails(folder, &SERVE, "");
    assert!(refusal.contains("has photos but no database"), "{refusal}");
    assert!(!database.exists());
    fs::rename(folder.join("marker"), &marker).unwrap();
    fs::write(&database, "").unwrap();
    assert!(fails(folder, &SERVE, "").contains("shared-spaces.db is gone"));
    fs::rename(&away, &database).unwrap();
    shows_the_photo(folder, &ann);
}

#[test]
fn photos_whose_disk_is_not_mounted_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ann = with_a_photo(folder, &[], &[]);
    let (photos, disk) = (folder.join("data/photos"), folder.join("disk"));
    fs::rename(&photos, &disk).unwrap();
    for other in [None, Some("another disk")] {
        fs::create_dir(&photos).unwrap();
        if let Some(id) = other {
            fs::write(photos.join("shared-spaces.id"), format!("{id}\n")).unwrap();
        }
        let refusal = fails(folder, &SERVE, "");
        let expected = match other {
            None => "The photos are not in the folder",
            Some(_) => "belongs to another data folder",
        };
        assert!(refusal.contains(expected), "{refusal}");
        let said = String::from_utf8(run(folder, &["doctor"], "").stdout).unwrap();
        assert!(
            said.contains("error   ") && said.contains(expected),
            "{said}"
        );
        fs::remove_dir_all(&photos).unwrap();
    }
    fs::rename(&disk, &photos).unwrap();
    shows_the_photo(folder, &ann);
}

#[test]
fn who_has_lost_the_photos_can_go_on_without_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ann = with_a_photo(folder, &[], &[]);
    let photos = folder.join("data/photos");
    fs::remove_dir_all(&photos).unwrap();
    let refusal = fails(folder, &SERVE, "");
    assert!(
        refusal.contains("copy shared-spaces.id from the data folder there"),
        "{refusal}"
    );
    fs::create_dir(&photos).unwrap();
    let marker = folder.join("data/shared-spaces.id");
    fs::copy(marker, photos.join("shared-spaces.id")).unwrap();
    let server = Server::start(folder);
    let ann = ann.at(&server);
    let share = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&share["image_url"]).status, 404);
    ann.share_photo("/spaces/1", &picture(24, 2));
}

#[test]
fn a_folder_from_before_there_were_markers_gets_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let ann = with_a_photo(folder, &[], &[]);
    let markers = ["data/shared-spaces.id", "data/photos/shared-spaces.id"];
    let read = || markers.map(|marker| fs::read_to_string(folder.join(marker)).unwrap());
    let [before, _] = read();
    for marker in markers {
        fs::remove_file(folder.join(marker)).unwrap();
    }
    shows_the_photo(folder, &ann);
    let [data, photos] = read();
    assert_eq!(data, photos);
    assert_ne!(data, before);
}
