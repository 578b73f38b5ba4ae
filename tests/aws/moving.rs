//! Taking the photos of an installation from the disk to S3 and back.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use crate::aws::cloud::Cloud;
use crate::support::held::Held;
use crate::support::{self, Person, Process, Random, files, pause, picture, until};

/// Photos on the disk, and where S3 is.
const LOCAL: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "local"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];
/// Photos in S3, the queue in the database.
const S3: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "s3"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];
const TO_S3: [&str; 4] = ["photos", "move", "--to", "s3"];
const TO_LOCAL: [&str; 4] = ["photos", "move", "--to", "local"];

/// Every photo that S3 has, as bucket's space and key.
fn in_s3(cloud: &Cloud) -> Vec<String> {
    let mut found = Vec::new();
    for bucket in cloud.buckets() {
        let space = bucket.strip_prefix(&cloud.prefix).unwrap();
        let space = space.split_once('-').unwrap().0;
        found.extend(
            cloud
                .keys(&bucket)
                .iter()
                .map(|key| format!("{space}/{key}")),
        );
    }
    found.sort();
    found
}

fn on_disk(cloud: &Cloud) -> Vec<String> {
    support::photos(&cloud.folder().join("data"))
}

fn shows(ann: &Person, share: &str, photo: &[u8]) {
    let share: Value = ann.get(share).unwrap().json();
    let shown = ann.fetch(&share["image_url"]);
    assert_eq!((shown.status, shown.bytes.as_slice()), (200, photo));
}

fn wait_until_moved(cloud: &Cloud, count: usize) {
    until("the photos to be moved", || {
        let files = on_disk(cloud);
        let moved = files.iter().all(|file| file.starts_with("space-id-"));
        (moved && files.len() == count).then_some(())
    });
    until("their previews", || {
        let previews = support::previews(&cloud.folder().join("data"));
        (previews.len() == 2 * count).then_some(())
    });
}

#[test]
fn photos_go_to_s3_while_the_server_runs_and_come_back() {
    let cloud = Cloud::new();
    let photos: Vec<_> = (0..4).map(|seed| picture(24, seed)).collect();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let (one, two) = (ann.space("One"), ann.space("Two"));
    ann.share_photo(&one, &photos[0]);
    ann.share_photo(&one, &photos[1]);
    ann.share_photo(&two, &photos[2]);
    wait_until_moved(&cloud, 3);

    let said = cloud.succeeds(&TO_S3, &LOCAL);
    assert!(
        said.starts_with("Copied to S3: 3. Already there: 0. Each was read back and compared.\n"),
        "{said}"
    );
    assert!(
        said.contains("Nothing was deleted. To switch over: stop the server"),
        "{said}"
    );
    assert_eq!(in_s3(&cloud), ["1/1.png", "1/2.png", "2/3.png"]);
    assert_eq!(on_disk(&cloud).len(), 3);
    assert_eq!(cloud.previews().len(), 6);

    // The server continues, with photos on disk.
    assert_eq!(ann.delete("/shares/2").unwrap().status, 200);
    ann.share_photo(&two, &photos[3]);
    shows(&ann, "/shares/1", &photos[0]);
    let (_, complaint) = cloud.fails(&TO_S3, &S3);
    assert!(
        complaint.contains("A server is running on the data folder"),
        "{complaint}"
    );
    wait_until_moved(&cloud, 3);
    server.process.terminate();
    assert!(server.process.wait().success());

    let said = cloud.succeeds(&TO_S3, &S3);
    assert!(
        said.starts_with("Copied to S3: 1. Already there: 2."),
        "{said}"
    );
    assert!(
        said.ends_with("What is now in S3 was deleted from the data folder.\n"),
        "{said}"
    );
    // It is done only now, and operators see that.
    let database = Connection::open(cloud.folder().join("data/shared-spaces.db")).unwrap();
    let moved = "select group_concat(detail) from operator_log where action = 'photos_moved'";
    let moved: String = database.query_row(moved, [], |row| row.get(0)).unwrap();
    assert_eq!(moved, "s3");
    drop(database);
    assert_eq!(
        in_s3(&cloud),
        ["1/1.png", "2/3.png", "2/4.png"],
        "2 was deleted"
    );
    assert_eq!(files(&cloud.folder().join("data/photos")), [""; 0]);
    let previews = cloud.previews();
    assert_eq!(previews.len(), 6);
    assert!(previews.iter().all(|key| !key.starts_with("1/2.")));
    let server = cloud.server(&S3);
    let ann = ann.at(&server);
    for (share, photo) in [("/shares/1", 0), ("/shares/3", 2), ("/shares/4", 3)] {
        shows(&ann, share, &photos[photo]);
    }

    cloud.succeeds(&TO_LOCAL, &S3);
    server.process.terminate();
    assert!(server.process.wait().success());
    cloud.succeeds(&TO_LOCAL, &LOCAL);
    assert_eq!(cloud.buckets(), [""; 0]);
    assert_eq!(cloud.previews(), [""; 0]);
    assert_eq!(on_disk(&cloud).len(), 3);
    let previews = support::previews(&cloud.folder().join("data"));
    assert_eq!(previews.len(), 6);
    let server = cloud.server(&LOCAL);
    shows(&ann.at(&server), "/shares/4", &photos[3]);
}

#[test]
fn a_move_that_is_killed_again_and_again_loses_nothing() {
    let cloud = Cloud::new();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let photos: Vec<_> = (0..40).map(|seed| picture(24, seed)).collect();
    for photo in &photos {
        ann.share_photo(&space, photo);
    }
    wait_until_moved(&cloud, photos.len());
    server.process.terminate();
    assert!(server.process.wait().success());

    let mut random = Random::new(7);
    for round in 0..8 {
        let moving = Process::start(cloud.command(cloud.folder(), &TO_S3, &S3));
        // Each time it gets a little further before it is cut short.
        let seen = in_s3(&cloud).len();
        let goal = (seen + random.below(8) as usize).min(photos.len());
        until("the move to get on", || {
            let there = in_s3(&cloud).len();
            (there >= goal || round > 5).then_some(())
        });
        pause(std::time::Duration::from_millis(random.below(20)));
        moving.kill();
        for number in 1..=photos.len() {
            let on_disk = cloud
                .folder()
                .join(format!("data/photos/space-id-1/{number}.png"));
            let there = on_disk.exists() || in_s3(&cloud).contains(&format!("1/{number}.png"));
            assert!(there, "photo {number} is nowhere");
        }
    }
    cloud.succeeds(&TO_S3, &S3);
    assert_eq!(files(&cloud.folder().join("data/photos")), [""; 0]);
    assert_eq!(in_s3(&cloud).len(), photos.len());
    assert_eq!(cloud.previews().len(), 2 * photos.len());
    let bucket = &cloud.buckets()[0];
    for (number, photo) in (1..).zip(&photos) {
        assert_eq!(&cloud.get(bucket, &format!("{number}.png")), photo);
    }
    let data = files(&cloud.folder().join("data"));
    assert!(!data.iter().any(|file| file.contains("move")), "{data:?}");
}

#[test]
fn a_move_to_the_disk_that_is_killed_again_and_again_loses_nothing_and_leaves_nothing_lying() {
    let cloud = Cloud::new();
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let photos: Vec<_> = (0..30).map(|seed| picture(60, seed)).collect();
    for photo in &photos {
        ann.share_photo(&space, photo);
    }
    until("the photos to be moved", || {
        (in_s3(&cloud).len() == photos.len()).then_some(())
    });
    server.process.terminate();
    assert!(server.process.wait().success());

    let mut random = Random::new(8);
    for round in 0..8 {
        let moving = Process::start(cloud.command(cloud.folder(), &TO_LOCAL, &LOCAL));
        let goal = (on_disk(&cloud).len() + random.below(6) as usize).min(photos.len());
        until("the move to get on", || {
            (on_disk(&cloud).len() >= goal || round > 5).then_some(())
        });
        pause(std::time::Duration::from_millis(random.below(20)));
        moving.kill();
    }
    cloud.succeeds(&TO_LOCAL, &LOCAL);
    assert_eq!(cloud.buckets(), [""; 0]);
    let server = cloud.server(&LOCAL);
    let ann = ann.at(&server);
    for (number, photo) in (1..).zip(&photos) {
        shows(&ann, &format!("/shares/{number}"), photo);
    }
    // What a killed move was just writing is gone with the start.
    let mut expected: Vec<_> = (1..=photos.len())
        .map(|number| format!("space-id-1/{number}.png"))
        .collect();
    expected.sort();
    assert_eq!(on_disk(&cloud), expected);
}

#[test]
fn a_photo_that_is_damaged_or_missing_stays_and_is_named_and_the_others_go() {
    let cloud = Cloud::new();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..3 {
        ann.share_photo(&space, &picture(24, seed));
    }
    wait_until_moved(&cloud, 3);
    server.process.terminate();
    assert!(server.process.wait().success());
    let folder = cloud.folder().join("data/photos/space-id-1");
    let whole = fs::read(folder.join("1.png")).unwrap();
    fs::write(folder.join("1.png"), &whole[..whole.len() - 1]).unwrap();
    fs::rename(folder.join("2.png"), cloud.folder().join("2.png")).unwrap();

    let (_, complaint) = cloud.fails(&TO_S3, &S3);
    for words in [
        "1-1.png was not moved: its bytes are not those that were stored: the file is damaged",
        "1-2.png was not moved: it is missing from both stores",
        "Photos that could not be moved: 2",
    ] {
        assert!(complaint.contains(words), "{complaint}");
    }
    assert_eq!(in_s3(&cloud), ["1/3.png"]);
    assert_eq!(on_disk(&cloud), ["space-id-1/1.png"]);

    // Once they are mended, the command is run again.
    fs::write(folder.join("1.png"), whole).unwrap();
    fs::rename(cloud.folder().join("2.png"), folder.join("2.png")).unwrap();
    let said = cloud.succeeds(&TO_S3, &S3);
    assert!(
        said.starts_with("Copied to S3: 2. Already there: 1."),
        "{said}"
    );
    assert_eq!(on_disk(&cloud), [""; 0]);
}

#[test]
fn what_somebody_has_deleted_from_s3_is_copied_again_before_its_original_goes() {
    let cloud = Cloud::new();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let space = ann.space("Family");
    ann.share_photo(&space, &picture(24, 1));
    wait_until_moved(&cloud, 1);
    server.process.terminate();
    assert!(server.process.wait().success());
    cloud.succeeds(&TO_S3, &LOCAL);
    let bucket = cloud.buckets().pop().unwrap();
    cloud
        .wait(cloud.s3.delete_object().bucket(&bucket).key("1.png").send())
        .unwrap();
    let said = cloud.succeeds(&TO_S3, &S3);
    assert!(
        said.starts_with("Copied to S3: 1. Already there: 0."),
        "{said}"
    );
    assert_eq!(cloud.get(&bucket, "1.png"), picture(24, 1));
}

#[test]
fn a_move_that_is_stopped_says_so_and_goes_on_when_the_command_is_given_again() {
    let cloud = Cloud::new();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..3 {
        ann.share_photo(&space, &picture(24, seed));
    }
    wait_until_moved(&cloud, 3);
    server.process.terminate();
    assert!(server.process.wait().success());
    let first = cloud.folder().join("data/photos/space-id-1/1.png");
    let photo = fs::read(&first).unwrap();
    let moving = cloud.command(cloud.folder(), &TO_S3, &S3);
    let moving = Held::at(&first, cloud.folder(), moving);
    until("the others to be copied", || {
        (in_s3(&cloud).len() == 2).then_some(())
    });
    let (ended, complaint) = moving.stop(Process::interrupt);
    assert_eq!(ended, Some(130), "{complaint}");
    let sentence = "It was stopped before its end: run the command again to continue";
    assert!(complaint.contains(sentence), "{complaint}");
    fs::write(&first, photo).unwrap();
    assert_eq!(on_disk(&cloud).len(), 3);
    let said = cloud.succeeds(&TO_S3, &S3);
    assert!(
        said.starts_with("Copied to S3: 1. Already there: 2."),
        "{said}"
    );
    assert_eq!(on_disk(&cloud), [""; 0]);
    assert_eq!(in_s3(&cloud).len(), 3);
}
