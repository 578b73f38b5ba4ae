//! What the photo store has lost and the backup destination still has: the loss is reported.

use std::fs;

use tempfile::tempdir;

use crate::backup::s3::{S3, cloud, wait_until_moved};
use crate::backup::world::World;
use crate::support::{Server, fails, succeeds};

#[test]
fn what_the_store_has_lost_and_the_destination_still_has_is_told_and_the_archive_is_whole() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("place")).unwrap();
    let world = World::start(folder);
    crate::backup::world::wait_until_moved(folder);
    let before = world.answers();
    let backup = ["backup", "place", "--retain", "1"];
    succeeds(folder, &backup, "");
    fs::remove_file(folder.join("data/photos/space-id-1/1.png")).unwrap();
    fs::write(folder.join("data/photos/space-id-1/2.png"), "short").unwrap();
    for _ in 0..2 {
        let complaint = fails(folder, &backup, "");
        for words in [
            "1-1.png is at the backup destination, but the photo store has lost it",
            "1-2.png is at the backup destination",
            "The archive is complete",
            "Photos that the store has lost: 2.",
        ] {
            assert!(complaint.contains(words), "{words:?} isn't in {complaint}");
        }
    }
    // One that was deleted isn't lost.
    assert_eq!(world.ann.delete("/shares/3").unwrap().status, 200);
    assert!(fails(folder, &backup, "").contains("has lost: 2."));
    assert!(succeeds(folder, &["verify", "place"], "").contains(" is intact: "));
    let other = tempdir().unwrap();
    let place = folder.join("place");
    succeeds(other.path(), &["restore", place.to_str().unwrap()], "");
    let server = Server::start(other.path());
    let answers = world.answers_at(&server);
    assert_eq!(answers[0], before[0]);
    let photo = other.path().join("data/photos/space-id-1/2.png");
    assert!(fs::metadata(photo).unwrap().len() > 5);
}

#[test]
fn what_s3_has_lost_and_the_destination_still_has_is_told() {
    let (cloud, _, place) = cloud();
    let _world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    cloud.succeeds(&["backup", &place], &S3);
    cloud.succeeds(&["backup", &place], &S3);
    let bucket = cloud.buckets().remove(0);
    let delete = cloud.s3.delete_object().bucket(&bucket).key("1.png");
    cloud.wait(delete.send()).unwrap();
    let (_, complaint) = cloud.fails(&["backup", &place], &S3);
    assert!(
        complaint.contains("1-1.png is at the backup destination")
            && complaint.contains("has lost: 1."),
        "{complaint}"
    );
}
