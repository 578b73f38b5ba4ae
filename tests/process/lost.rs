//! A data folder that disappears while a server runs: nothing is acknowledged that the next start won't find.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::disk::Mount;
use crate::support::{Person, Reply, Server, command, files, photos, picture, until};

const GONE: &[u8] = b"The server's data is not where it was, nothing can be saved until it is back";
const NO_PHOTOS: &[u8] = b"Photos can't be stored or shown at the moment, try again in a moment";

/// A server, a user with a share and a photo in a space, and the folder that holds all of it.
struct World {
    server: Server,
    ann: Person,
    share: Value,
    data: PathBuf,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self::with(|_| ())
    }

    /// In a folder that is prepared first.
    fn with(prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // With a folder between, which can be renamed too.
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        let data = home.join("data");
        prepare(&data);
        let log = folder.path().join("log");
        let server = Server::start_logged(serve(&home), &log);
        let ann = server.person("ann");
        let share = ann.share_photo(&ann.space("Family"), &picture(24, 1));
        until("the photo to be moved", || {
            (photos(&data) == ["space-id-1/1.png"]).then_some(())
        });
        Self {
            server,
            ann,
            share,
            data,
            log,
            _folder: folder,
        }
    }

    fn share_text(&self) -> Reply {
        self.ann
            .post_form("/spaces/1/shares", "Some words", None)
            .unwrap()
    }

    fn share_picture(&self, seed: u64) -> Reply {
        let photo = picture(24, seed);
        self.ann
            .post_form("/spaces/1/shares", "A photo", Some(&photo))
            .unwrap()
    }

    #[track_caller]
    fn keeps_nothing(&self) {
        refused(&self.share_text(), 503, GONE);
        refused(&self.ann.get("/ready").unwrap(), 503, GONE);
        let reply = self.ann.delete("/shares/1").unwrap();
        refused(&reply, 503, GONE);
        let reply = self.share_picture(2);
        assert_eq!(reply.status, 503, "{reply:?}");
        let said = fs::read_to_string(&self.log).unwrap();
        assert_eq!(said.matches("data folder is gone").count(), 1, "{said}");
    }

    #[track_caller]
    fn keeps_all(&self) {
        assert_eq!(self.ann.get("/ready").unwrap().bytes, b"ready");
        assert_eq!(self.share_text().status, 200);
        let made = self.share_picture(3);
        assert_eq!(made.status, 200);
        let photo = self.ann.fetch(&made.json()["image_url"]);
        assert_eq!(photo.bytes, picture(24, 3));
        assert_eq!(
            self.ann.fetch(&self.share["image_url"]).bytes,
            picture(24, 1)
        );
    }
}

fn serve(folder: &Path) -> Command {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command.env("RUST_LOG", "warn");
    command
}

#[track_caller]
fn refused(reply: &Reply, status: u16, sentence: &[u8]) {
    let said = String::from_utf8_lossy(&reply.bytes);
    assert!(
        reply.status == status && reply.bytes == sentence,
        "{} {said}",
        reply.status
    );
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

#[test]
fn while_the_marker_of_the_folder_is_away_nothing_is_kept() {
    let world = World::new();
    let marker = world.data.join("shared-spaces.id");
    let away = world.data.with_file_name("away");
    fs::rename(&marker, &away).unwrap();
    world.keeps_nothing();
    fs::rename(&away, &marker).unwrap();
    world.keeps_all();
}

#[test]
fn while_the_folder_is_away_nothing_is_kept_and_once_it_is_back_everything_goes_on() {
    let world = World::new();
    let away = world.data.with_file_name("away");
    fs::rename(&world.data, &away).unwrap();
    world.keeps_nothing();
    // Reads still work, as far as the open files have the data.
    assert_eq!(world.ann.get("/shares/1").unwrap().status, 200);
    assert!(!world.data.exists());
    fs::rename(&away, &world.data).unwrap();
    world.keeps_all();
    let said = fs::read_to_string(&world.log).unwrap();
    assert!(said.contains("data folder is back"), "{said}");
    // What was refused was not kept; what was kept outlives the server.
    let shares = |ann: &Person| {
        ann.get("/spaces/1/shares")
            .unwrap()
            .json()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(shares(&world.ann), 3);
    let home = world.data.parent().unwrap();
    world.server.process.kill();
    assert_eq!(shares(&world.ann.at(&Server::start(home))), 3);
}

#[test]
fn a_folder_above_that_is_renamed_takes_the_data_away_too() {
    let world = World::new();
    let home = world.data.parent().unwrap();
    let other = home.with_file_name("other");
    fs::rename(home, &other).unwrap();
    world.keeps_nothing();
    fs::rename(&other, home).unwrap();
    world.keeps_all();
}

#[test]
fn after_the_folder_was_removed_nothing_is_kept_and_nothing_begun_again() {
    let world = World::new();
    // The server may make a file in it meanwhile.
    until("the folder to be removed", || {
        fs::remove_dir_all(&world.data).ok()
    });
    world.keeps_nothing();
    assert!(!world.data.exists());
    // An empty one, as systems make where a disk isn't mounted.
    fs::create_dir(&world.data).unwrap();
    world.keeps_nothing();
    assert_eq!(files(&world.data), [""; 0]);
}

#[test]
fn a_disk_that_is_unmounted_takes_the_data_away() {
    let mut disk = None;
    let world = World::with(|data| disk = Some(Mount::disk(data, "30m")));
    drop(disk);
    assert_eq!(files(&world.data), [""; 0]);
    world.keeps_nothing();
    assert_eq!(files(&world.data), [""; 0]);
}

#[test]
fn another_installation_that_replaced_ours_is_neither_shown_nor_changed() {
    let world = World::new();
    // The same names, other people and photos.
    let other = World::new();
    assert_eq!(other.ann.delete("/shares/1").unwrap().status, 200);
    let bea = other.server.person("bea");
    bea.share_photo(&bea.space("Theirs"), &picture(24, 7));
    other.ann.share_photo("/spaces/1", &picture(24, 8));
    until("the photos to be moved", || {
        (photos(&other.data) == ["space-id-1/3.png", "space-id-2/2.png"]).then_some(())
    });
    let (theirs, home) = (other.data.clone(), other.data.with_file_name("theirs"));
    let (token, log) = (bea.token().to_owned(), other.log.clone());
    other.server.process.terminate();
    assert!(
        other.server.process.wait().success(),
        "{}",
        fs::read_to_string(log).unwrap()
    );
    copy(&theirs, &home);
    fs::rename(
        theirs.join("photos/space-id-1/3.png"),
        theirs.join("photos/space-id-1/1.png"),
    )
    .unwrap();
    // What a cleanup would take for an abandoned upload.
    fs::write(theirs.join("photos/temp/1-9.png"), picture(24, 9)).unwrap();
    let (before, ours) = (contents(&theirs), world.data.with_file_name("ours"));
    fs::rename(&world.data, &ours).unwrap();
    fs::rename(&theirs, &world.data).unwrap();
    world.keeps_nothing();
    refused(&world.ann.fetch(&world.share["image_url"]), 503, NO_PHOTOS);
    // Nor is a link signed that opens anything there.
    let share = world.ann.get("/shares/1").unwrap().json();
    refused(&world.ann.fetch(&share["image_url"]), 503, NO_PHOTOS);
    // More readers than have a connection open already.
    let readers: Vec<_> = (0..20)
        .map(|_| {
            let (ann, bea) = (world.ann.clone(), world.ann.with_token(&token));
            std::thread::spawn(move || {
                (ann.get("/shares/1").unwrap(), bea.get("/shares/2").unwrap())
            })
        })
        .collect();
    for reader in readers {
        let (mine, theirs) = reader.join().unwrap();
        assert!(matches!(mine.status, 200 | 503), "{mine:?}");
        assert!(matches!(theirs.status, 401 | 503), "{theirs:?}");
    }
    assert_eq!(contents(&world.data), before);
}

/// The bytes of all files but the locks.
fn contents(data: &Path) -> Vec<(String, Vec<u8>)> {
    let files = files(data).into_iter();
    let kept = files.filter(|file| !file.ends_with(".lock") && !file.ends_with("-shm"));
    kept.map(|file| (file.clone(), fs::read(data.join(file)).unwrap()))
        .collect()
}

#[test]
fn a_file_of_the_database_that_is_removed_or_replaced_alone_is_missed() {
    for (file, replaced) in [
        ("shared-spaces.db", false),
        ("shared-spaces.db", true),
        ("shared-spaces.db-wal", false),
        ("shared-spaces.db-wal", true),
        ("shared-spaces.db-shm", false),
        ("serve.lock", false),
        ("serve.lock", true),
    ] {
        let world = World::new();
        let (path, away) = (world.data.join(file), world.data.join("away"));
        fs::rename(&path, &away).unwrap();
        if replaced {
            fs::copy(&away, &path).unwrap();
        }
        world.keeps_nothing();
        fs::rename(&away, &path).unwrap();
        world.keeps_all();
    }
}

#[test]
fn photos_whose_folder_goes_are_neither_stored_nor_shown_nor_deleted_until_it_is_back() {
    let world = World::new();
    let (photos_at, away) = (world.data.join("photos"), world.data.join("away"));
    fs::rename(&photos_at, &away).unwrap();
    let other = [None, Some("another's")];
    for other in other {
        if let Some(id) = other {
            for folder in ["temp", "space-id-1"] {
                fs::create_dir_all(photos_at.join(folder)).unwrap();
            }
            fs::write(photos_at.join("shared-spaces.id"), format!("{id}\n")).unwrap();
            fs::write(photos_at.join("space-id-1/1.png"), picture(24, 5)).unwrap();
        }
        refused(&world.share_picture(2), 503, NO_PHOTOS);
        refused(&world.ann.get("/ready").unwrap(), 503, NO_PHOTOS);
        refused(&world.ann.fetch(&world.share["image_url"]), 503, NO_PHOTOS);
        assert_eq!(world.share_text().status, 200);
        assert_eq!(photos_at.exists(), other.is_some());
    }
    let deleted = world.share_text().json()["id"].clone();
    assert_eq!(
        world
            .ann
            .delete(&format!("/shares/{deleted}"))
            .unwrap()
            .status,
        200
    );
    assert_eq!(photos(&world.data), ["space-id-1/1.png"]);
    fs::remove_dir_all(&photos_at).unwrap();
    fs::rename(&away, &photos_at).unwrap();
    world.keeps_all();
}

#[test]
fn the_temporary_folder_is_made_again_and_the_server_is_ready_once_it_is_there() {
    let world = World::new();
    let temp = world.data.join("photos/temp");
    // While previews are put there, it may not be empty in the moment when it goes.
    let remove = || until("the folder to be gone", || fs::remove_dir_all(&temp).ok());
    remove();
    // At the first photo, even if `/ready` was never requested.
    assert_eq!(world.share_picture(4).status, 200);
    remove();
    world.keeps_all();
    remove();
    assert_eq!(world.ann.get("/ready").unwrap().bytes, b"ready");
    assert!(temp.is_dir());
    // If it can't be made, the server doesn't report that all is well.
    remove();
    fs::write(&temp, "no folder").unwrap();
    refused(&world.ann.get("/ready").unwrap(), 503, NO_PHOTOS);
    refused(&world.share_picture(2), 503, NO_PHOTOS);
    fs::remove_file(&temp).unwrap();
    world.keeps_all();
}
