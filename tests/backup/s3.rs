//! Photos in S3, and backups there, as moto plays it.

use std::collections::BTreeSet;
use std::fs;

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::cloud::{Cloud, LISTED_AT_ONCE};
use crate::aws::proxy::Weather;
use crate::backup::world::{Meanwhile, World, leaves_nothing};
use crate::support::{Process, Random, Server, files, pause, picture, succeeds, until};

/// Photos in S3, the queue in the database.
pub const S3: [(&str, &str); 1] = [("SHARED_SPACES_PHOTOS__QUEUE", "local")];
/// Photos on the disk, and backups where S3 is.
const LOCAL: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "local"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];

/// A cloud with a bucket for backups, and the address of a place in it.
pub fn cloud() -> (Cloud, String, String) {
    let cloud = Cloud::new();
    let bucket = format!("backups-{}", cloud.temp);
    cloud.make_bucket(&bucket);
    let place = format!("s3://{bucket}/spaces");
    (cloud, bucket, place)
}

/// Waits until all photos are in the buckets of their spaces.
pub fn wait_until_moved(cloud: &Cloud, buckets: usize) {
    until("the photos to be moved", || {
        (cloud.keys(&cloud.temp).is_empty() && cloud.buckets().len() == buckets).then_some(())
    });
}

/// Deletes all photos with their buckets.
fn wipe(cloud: &Cloud) {
    for bucket in cloud.buckets().into_iter().chain([cloud.temp.clone()]) {
        let keys = cloud.keys(&bucket).into_iter();
        let keys = keys.map(|key| ObjectIdentifier::builder().key(key).build().unwrap());
        let all = Delete::builder().set_objects(Some(keys.collect())).build();
        let delete = cloud.s3.delete_objects().bucket(&bucket);
        // There may be nothing in it.
        let _deleted = cloud.wait(delete.delete(all.unwrap()).send());
        cloud
            .wait(cloud.s3.delete_bucket().bucket(bucket).send())
            .unwrap();
    }
    assert!(cloud.buckets().is_empty());
}

fn archives(cloud: &Cloud, bucket: &str) -> Vec<String> {
    let keys = cloud.keys(bucket).into_iter();
    keys.filter(|key| key.ends_with(".tar.zst")).collect()
}

fn photos(cloud: &Cloud, bucket: &str) -> usize {
    let keys = cloud.keys(bucket);
    keys.iter().filter(|key| key.contains("/photos/")).count()
}

fn unfinished_uploads(cloud: &Cloud, bucket: &str) -> BTreeSet<String> {
    let list = cloud.s3.list_multipart_uploads().bucket(bucket).send();
    let list = cloud.wait(list).unwrap();
    let ids = list
        .uploads()
        .iter()
        .filter_map(|upload| upload.upload_id());
    ids.map(str::to_owned).collect()
}

/// Starts a backup and waits until it uploads: by an upload of its own, since it clears up those before it.
fn begin_upload(cloud: &Cloud, bucket: &str, file: &str) -> Process {
    let before = unfinished_uploads(cloud, bucket);
    let backup = Process::start(cloud.command(cloud.folder(), &["backup", file], &LOCAL));
    until("the upload to begin", || {
        (!unfinished_uploads(cloud, bucket).is_subset(&before)).then_some(())
    });
    backup
}

#[test]
fn what_is_wiped_comes_back_from_s3_to_s3_though_people_went_on_sharing() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    let before = world.answers();
    let meanwhile = Meanwhile::during(&world.server, || {
        cloud.succeeds(&["backup", &place], &S3);
    });
    let said = cloud.succeeds(&["verify", &place], &S3);
    assert!(said.contains(" is intact: "), "{said}");

    let gone = world.wipe(cloud.folder());
    wipe(&cloud);
    cloud.succeeds(&["restore", &place], &S3);
    leaves_nothing(cloud.folder());
    assert_eq!(files(&cloud.folder().join("data/photos")), [""; 0]);
    let world = gone.at(cloud.server(&S3));
    assert_eq!(world.answers(), before);
    meanwhile.is_as_sent(&world.server);
}

#[test]
fn after_a_restore_no_new_photo_meets_a_newer_one_of_before_under_its_name() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&S3));
    cloud.succeeds(&["backup", &place], &S3);
    let lost = world.ann.share_photo(&world.spaces[0], &picture(24, 50));
    wait_until_moved(&cloud, 2);
    let gone = world.wipe(cloud.folder());
    cloud.succeeds(&["restore", &place], &S3);
    // No worker runs, so that an older photo would be found first.
    let separate = [("SHARED_SPACES_PHOTOS__WORKER", "external")];
    let world = gone.at(cloud.server(&[&S3[..], &separate].concat()));
    let new = world.ann.share_photo(&world.spaces[0], &picture(24, 51));
    assert!(new["id"].as_i64() > lost["id"].as_i64());
    let shown = world.ann.fetch(&new["image_url"]);
    assert!(shown.bytes == picture(24, 51), "it is another photo");
}

#[test]
fn an_archive_in_s3_is_restored_to_the_disk_and_one_on_the_disk_to_s3() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&LOCAL));
    crate::backup::world::wait_until_moved(cloud.folder());
    let before = world.answers();
    let file = cloud.folder().join("a.tar.zst");
    let file = file.to_str().unwrap();
    cloud.succeeds(&["backup", &place], &LOCAL);
    cloud.succeeds(&["backup", file], &LOCAL);

    let gone = world.wipe(cloud.folder());
    cloud.succeeds(&["restore", file], &S3);
    let world = gone.at(cloud.server(&S3));
    assert_eq!(world.answers(), before);
    assert_eq!(cloud.buckets().len(), 2);

    let gone = world.wipe(cloud.folder());
    cloud.succeeds(&["restore", &place], &LOCAL);
    let world = gone.at(cloud.server(&LOCAL));
    assert_eq!(world.answers(), before);
}

#[test]
fn old_archives_go_from_s3_with_the_photos_that_nobody_needs() {
    let (cloud, bucket, place) = cloud();
    let world = World::on(cloud.server(&LOCAL));
    let backup = || cloud.succeeds(&["backup", &place, "--retain", "2"], &LOCAL);
    let said = backup();
    assert!(said.contains("3 of them new and 0 there already"), "{said}");
    assert_eq!(world.ann.delete("/shares/1").unwrap().status, 200);
    let said = backup();
    assert!(said.contains("0 of them new and 2 there already"), "{said}");
    assert_eq!(
        (archives(&cloud, &bucket).len(), photos(&cloud, &bucket)),
        (2, 3)
    );
    let said = backup();
    assert!(said.contains("deleted 1 old archive and 1 photo"), "{said}");
    assert_eq!(
        (archives(&cloud, &bucket).len(), photos(&cloud, &bucket)),
        (2, 2)
    );
    let said = cloud.succeeds(&["verify", &place], &LOCAL);
    assert_eq!(said.lines().count(), 2, "{said}");

    // What is missing there is named.
    let photo = cloud
        .keys(&bucket)
        .into_iter()
        .find(|key| key.contains("/photos/"))
        .unwrap();
    let delete = cloud.s3.delete_object().bucket(&bucket).key(&photo);
    cloud.wait(delete.send()).unwrap();
    let (_, complaint) = cloud.fails(&["verify", &place], &LOCAL);
    let file = photo.strip_prefix("spaces/").unwrap();
    assert!(
        complaint.contains(&format!("its file {file} is missing from {place}")),
        "{complaint}"
    );
}

#[test]
fn a_destination_with_more_photos_than_s3_lists_at_once_is_seen_as_a_whole() {
    let (cloud, bucket, place) = cloud();
    let world = World::on(cloud.server(&LOCAL));
    cloud.succeeds(&["backup", &place], &LOCAL);
    // Photos of deleted archives, before and after those that are needed.
    let old = LISTED_AT_ONCE + 10;
    for number in 0..old {
        let sum = format!("{:02x}{}{number:06x}", number % 256, "0".repeat(56));
        cloud.put(
            &bucket,
            &format!("spaces/photos/{}/{sum}", &sum[..2]),
            b"old",
        );
    }
    let said = cloud.succeeds(&["backup", &place, "--retain", "1"], &LOCAL);
    assert!(said.contains("0 of them new and 3 there already"), "{said}");
    assert!(
        said.contains(&format!("deleted 1 old archive and {old} photos")),
        "{said}"
    );
    assert_eq!(photos(&cloud, &bucket), 3);
    drop(world);
}

/// A server whose archive has more than two parts: of noise, which can't be made smaller.
fn large(cloud: &Cloud) -> World {
    let world = World::on(cloud.server(&LOCAL));
    for seed in 0..7 {
        world
            .ann
            .share_photo(&world.spaces[1], &picture(1000, 100 + seed));
    }
    crate::backup::world::wait_until_moved(cloud.folder());
    world
}

#[test]
fn a_large_archive_goes_in_parts_and_is_intact() {
    let (cloud, bucket, place) = cloud();
    let _world = large(&cloud);
    let file = format!("{place}/all.tar.zst");
    cloud.succeeds(&["backup", &file], &LOCAL);
    let size = cloud.get(&bucket, "spaces/all.tar.zst").len();
    assert!(size > 17 * 1024 * 1024, "{size} bytes");
    assert!(unfinished_uploads(&cloud, &bucket).is_empty());
    let said = cloud.succeeds(&["verify", &file], &LOCAL);
    assert!(said.contains("10 photos"), "{said}");
    let (_, complaint) = cloud.fails(&["backup", &file], &LOCAL);
    assert!(complaint.contains("already exists"), "{complaint}");
}

#[test]
fn a_large_archive_of_which_s3_only_says_that_it_was_put_together_is_no_backup() {
    let (cloud, bucket, place) = cloud();
    let _world = large(&cloud);
    let file = format!("{place}/all.tar.zst");
    let said =
        "<CompleteMultipartUploadResult><ETag>\"a-2\"</ETag></CompleteMultipartUploadResult>";
    cloud.proxy.answer("POST", "uploadId=", 200, said);
    let (_, complaint) = cloud.fails(&["backup", &file], &LOCAL);
    assert!(
        complaint.contains("S3 returned success, but the object is missing"),
        "{complaint}"
    );
    cloud.proxy.relent();
    cloud.succeeds(&["backup", &file], &LOCAL);
    assert!(unfinished_uploads(&cloud, &bucket).is_empty());
    cloud.succeeds(&["verify", &file], &LOCAL);
}

#[test]
fn an_archive_that_cannot_be_read_again_is_no_backup_and_costs_no_older_one() {
    let (cloud, bucket, place) = cloud();
    let _world = World::on(cloud.server(&LOCAL));
    crate::backup::world::wait_until_moved(cloud.folder());
    cloud.succeeds(&["backup", &place], &LOCAL);
    let kept = archives(&cloud, &bucket);
    for arguments in [
        &["backup", &place][..],
        &["backup", &place, "--retain", "1"],
    ] {
        cloud.proxy.answer("GET", ".tar.zst", 206, "half of it");
        let (_, complaint) = cloud.fails(arguments, &LOCAL);
        cloud.proxy.relent();
        assert!(complaint.contains("failed verification"), "{complaint}");
        assert_eq!(archives(&cloud, &bucket), kept);
        leaves_nothing(cloud.folder());
    }
    cloud.succeeds(&["backup", &place, "--retain", "1"], &LOCAL);
    assert_eq!(archives(&cloud, &bucket).len(), 1);
    cloud.succeeds(&["verify", &place], &LOCAL);
}

#[test]
fn nothing_is_left_of_an_upload_that_is_killed_once_there_is_another_backup() {
    let (cloud, bucket, place) = cloud();
    let _world = large(&cloud);
    let mut random = Random::new(std::process::id().into());
    let half = format!("{place}/half.tar.zst");
    for _ in 0..4 {
        let backup = begin_upload(&cloud, &bucket, &half);
        pause(std::time::Duration::from_millis(random.below(50)));
        backup.kill();
    }
    assert!(
        !cloud
            .keys(&bucket)
            .contains(&"spaces/half.tar.zst".to_owned())
    );
    assert_eq!(unfinished_uploads(&cloud, &bucket).len(), 1);
    cloud.succeeds(&["backup", &half], &LOCAL);
    assert!(unfinished_uploads(&cloud, &bucket).is_empty());
    leaves_nothing(cloud.folder());
}

#[test]
fn a_backup_that_is_asked_to_end_gives_up_its_upload_itself() {
    let (cloud, bucket, place) = cloud();
    let _world = large(&cloud);
    let half = format!("{place}/half.tar.zst");
    let backup = begin_upload(&cloud, &bucket, &half);
    backup.terminate();
    assert_eq!(backup.wait().code(), Some(143));
    assert!(unfinished_uploads(&cloud, &bucket).is_empty());
    assert!(archives(&cloud, &bucket).is_empty());
    leaves_nothing(cloud.folder());
}

#[test]
fn a_backup_gives_up_unfinished_uploads_of_archives_and_photos_and_leaves_those_of_others() {
    let (cloud, bucket, place) = cloud();
    let _world = World::on(cloud.server(&LOCAL));
    crate::backup::world::wait_until_moved(cloud.folder());
    let begin = |key: &str| {
        let begin = cloud.s3.create_multipart_upload().bucket(&bucket).key(key);
        let begun = cloud.wait(begin.send()).unwrap();
        begun.upload_id().unwrap().to_owned()
    };
    begin("spaces/shared-spaces-20260517T093000Z.tar.zst");
    // Those of other programs, and of backups of other servers next to it and below it.
    let others = BTreeSet::from([
        begin("spaces/film.mp4"),
        begin("spaces/dump.tar.zst"),
        begin("spaces/bob/shared-spaces-20260517T093000Z.tar.zst"),
        begin("elsewhere/shared-spaces-20260517T093000Z.tar.zst"),
    ]);
    assert_eq!(unfinished_uploads(&cloud, &bucket).len(), 5);
    cloud.succeeds(&["backup", &place], &LOCAL);
    assert_eq!(unfinished_uploads(&cloud, &bucket), others);
}

#[test]
fn what_is_in_s3_is_neither_deleted_nor_replaced_by_a_restore() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    let before = world.answers();
    cloud.succeeds(&["backup", &place], &S3);
    world.ann.share_photo(&world.spaces[0], &picture(24, 9));
    wait_until_moved(&cloud, 2);
    let gone = world.wipe(cloud.folder());

    // The same photos are taken for what they are, and the later one stays.
    cloud.succeeds(&["restore", &place], &S3);
    let bucket = cloud
        .buckets()
        .into_iter()
        .find(|name| name.contains("id-1-"))
        .unwrap();
    assert!(cloud.keys(&bucket).contains(&"6.png".to_owned()));
    let world = gone.at(cloud.server(&S3));
    assert_eq!(world.answers(), before);

    world.wipe(cloud.folder());
    cloud.put(&bucket, "1.png", b"another photo");
    let (_, complaint) = cloud.fails(&["restore", &place], &S3);
    assert!(
        complaint.contains("already has another photo 1-1.png, which was kept"),
        "{complaint}"
    );
    assert_eq!(cloud.get(&bucket, "1.png"), b"another photo");
    assert_eq!(files(&cloud.folder().join("data")), [""; 0]);
}

#[test]
fn a_bucket_that_is_not_there_or_has_photos_is_refused() {
    let (cloud, bucket, _) = cloud();
    let _world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    for (to, words) in [
        ("s3://", "doesn't name a bucket"),
        (
            "s3://nobodys-bucket/spaces",
            "There is no bucket nobodys-bucket",
        ),
        (
            &format!("s3://{}/backups", cloud.temp),
            "is one of those for photos",
        ),
        (
            &format!("s3://{}/backups", cloud.preview_bucket()),
            "is one of those for photos",
        ),
        (
            &format!("s3://{}", cloud.buckets()[0]),
            "is one of those for photos",
        ),
    ] {
        let (_, complaint) = cloud.fails(&["backup", to], &S3);
        assert!(complaint.contains(words), "{complaint}");
    }
    let (_, complaint) = cloud.fails(&["restore", &format!("s3://{bucket}")], &S3);
    assert!(complaint.contains("There is no archive in"), "{complaint}");
}

#[test]
fn where_s3_does_not_answer_a_backup_says_so_and_leaves_nothing() {
    let (cloud, bucket, place) = cloud();
    let world = World::on(cloud.server(&LOCAL));
    world.ann.share_photo(&world.spaces[1], &picture(300, 1));
    crate::backup::world::wait_until_moved(cloud.folder());
    cloud.proxy.set(Weather::HalfWay);
    let (_, complaint) = cloud.fails(&["backup", &place], &LOCAL);
    assert!(complaint.contains("can't be written to"), "{complaint}");
    leaves_nothing(cloud.folder());
    assert!(archives(&cloud, &bucket).is_empty());
    cloud.proxy.set(Weather::Fine);
    cloud.succeeds(&["backup", &place], &LOCAL);
    cloud.succeeds(&["verify", &place], &LOCAL);
}

#[test]
fn what_s3_refuses_a_backup_is_told_with_the_bucket_and_costs_no_archive() {
    let (cloud, bucket, place) = cloud();
    let _world = World::on(cloud.server(&LOCAL));
    crate::backup::world::wait_until_moved(cloud.folder());
    // A key that may not look for uploads that were cut short leaves them to a rule of the bucket.
    cloud.proxy.refuse("GET", "uploads");
    cloud.succeeds(&["backup", &place], &LOCAL);
    cloud.proxy.relent();
    let kept = archives(&cloud, &bucket);
    assert_eq!((kept.len(), photos(&cloud, &bucket)), (1, 3));

    let path = format!("/{bucket}");
    let archive = format!("/{}", kept[0]);
    let backup = ["backup", &place, "--retain", "1"];
    let verify = ["verify", &place];
    for (arguments, method, part, words) in [
        (
            &backup[..],
            "GET",
            &path,
            format!("The bucket {bucket} can't be reached"),
        ),
        (
            &backup,
            "PUT",
            &path,
            format!("can't be written to the bucket {bucket}"),
        ),
        (
            &backup,
            "DELETE",
            &archive,
            format!("s3://{bucket}{archive} can't be deleted"),
        ),
        (
            &verify,
            "HEAD",
            &archive,
            format!("s3://{bucket}{archive} can't be read"),
        ),
        (
            &verify,
            "GET",
            &archive,
            format!("s3://{bucket}{archive} can't be read"),
        ),
    ] {
        cloud.proxy.refuse(method, part);
        let (_, complaint) = cloud.fails(arguments, &LOCAL);
        cloud.proxy.relent();
        assert!(complaint.contains(&words), "{words:?} isn't in {complaint}");
        assert!(archives(&cloud, &bucket).contains(&kept[0]));
        leaves_nothing(cloud.folder());
    }
    cloud.proxy.answer("GET", &archive, 206, "half of it");
    let (_, complaint) = cloud.fails(&verify, &LOCAL);
    cloud.proxy.relent();
    assert!(
        complaint.contains("got 10 bytes instead of "),
        "{complaint}"
    );
    cloud.succeeds(&verify, &LOCAL);
    cloud.succeeds(&backup, &LOCAL);
    assert_eq!(archives(&cloud, &bucket).len(), 1);
}

#[test]
fn photos_that_s3_gives_back_wrong_are_named() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    let bucket = cloud
        .buckets()
        .into_iter()
        .find(|name| name.contains("id-1-"))
        .unwrap();
    cloud.put(&bucket, "1.png", b"another photo");
    let (said, complaint) = cloud.fails(&["backup", &place], &S3);
    assert!(said.contains("2 photos"), "{said}");
    assert!(
        complaint.contains("1-1.png is not in the archive: its bytes are not those"),
        "{complaint}"
    );
    // As many as are sound come back.
    world.wipe(cloud.folder());
    let folder = cloud.folder().join("elsewhere");
    fs::create_dir(&folder).unwrap();
    let restore = cloud.command(&folder, &["restore", &place, "--incomplete"], &LOCAL);
    let output = crate::support::output(restore, "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(files(&folder.join("data/photos")).len(), 2);
    drop(Server::start(&folder));
    succeeds(&folder, &["doctor"], "");
}
