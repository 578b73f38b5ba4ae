//! One journey through everything that uses S3, with each quirk of real stores, and on another engine than moto.

use serde_json::Value;
use shared_spaces::storage::{ABANDONED, StoredItem};

use crate::aws::cloud::Cloud;
use crate::aws::contract::{name, settings};
use crate::aws::engine::{ministack, seaweedfs};
use crate::aws::gates::{Gate, before};
use crate::aws::refused::store;
use crate::support::{self, Person, Server, files, picture, until};

/// Photos in S3, the queue in the database.
const S3: [(&str, &str); 1] = [("SHARED_SPACES_PHOTOS__QUEUE", "local")];
/// Photos on the disk.
const LOCAL: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "local"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];
const UNAVAILABLE: &[u8] = b"Photos can't be stored or shown at the moment, try again in a moment";

/// Runs a command until it succeeds. Failures are reported, and nothing else.
fn in_the_end(cloud: &Cloud, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let mut complaints = Vec::new();
    for _ in 0..8 {
        let output = cloud.run(arguments, settings);
        if output.status.success() {
            return String::from_utf8(output.stdout).unwrap();
        }
        assert_eq!(output.status.code(), Some(1));
        let said = [output.stdout, output.stderr].concat();
        complaints.push(String::from_utf8(said).unwrap());
    }
    panic!("{arguments:?}: {complaints:?}");
}

/// Shares a photo, again where S3 hasn't kept it: then it was refused.
fn share(ann: &Person, space: &str, photo: &[u8]) -> Value {
    until("the photo to be taken", || {
        let form = ann.post_form(&format!("{space}/shares"), "Look", Some(photo));
        let reply = form.unwrap();
        if reply.status == 200 {
            return Some(reply.json());
        }
        assert_eq!((reply.status, reply.bytes.as_slice()), (503, UNAVAILABLE));
        None
    })
}

fn shows(ann: &Person, share: &Value, photo: &[u8]) {
    until("the photo to be shown", || {
        let share = ann.get(&format!("/shares/{}", share["id"])).unwrap().json();
        let shown = ann.fetch(&share["image_url"]);
        assert!([200, 503].contains(&shown.status), "{}", shown.status);
        (shown.status == 200).then(|| assert!(shown.bytes == photo))
    });
}

/// The objects in the buckets of photos and previews.
fn objects(cloud: &Cloud) -> Vec<String> {
    let common = vec![cloud.temp.clone(), cloud.preview_bucket()];
    let buckets = [common, cloud.buckets()].concat();
    let keys = buckets.iter().map(|bucket| {
        let keys = cloud.keys(bucket).into_iter();
        keys.map(|key| format!("{bucket}/{key}"))
            .collect::<Vec<_>>()
    });
    keys.flatten().collect()
}

fn ends(server: Server) {
    server.process.terminate();
    assert!(server.process.wait().success());
}

/// From the first account to a photo that is shown, moved to its space, deleted, backed up, restored and taken to the disk and back.
fn journey(cloud: &Cloud) {
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let space = ann.space("Family");
    until("the server to be ready", || {
        (ann.get("/ready").unwrap().status == 200).then_some(())
    });
    let photos = [picture(24, 1), picture(60, 2)];
    let kept = share(&ann, &space, &photos[0]);
    shows(&ann, &kept, &photos[0]);
    let deleted = share(&ann, &space, &photos[1]);
    // A photo in the bucket of its space, with two previews, and nothing in the temporary one.
    until("the photos to be moved, with their previews", || {
        let all = objects(cloud);
        let waiting = all
            .iter()
            .any(|key| key.starts_with(&format!("{}/", cloud.temp)));
        (all.len() == 6 && !waiting).then_some(())
    });
    shows(&ann, &kept, &photos[0]);

    let path = format!("/shares/{}", deleted["id"]);
    assert_eq!(ann.delete(&path).unwrap().status, 200);
    let left = objects(cloud);
    assert_eq!(left.len(), 3, "{left:?}");

    let said = in_the_end(cloud, &["doctor"], &S3);
    assert!(!said.contains("error   "), "{said}");
    assert!(
        said.contains("objects can be put, read, copied and deleted"),
        "{said}"
    );
    assert!(
        said.contains("A browser can follow a link signed for S3"),
        "{said}"
    );
    assert_eq!(objects(cloud), left, "it leaves nothing");

    let bucket = format!("backups-{}", cloud.temp);
    cloud.make_bucket(&bucket);
    let place = format!("s3://{bucket}/spaces");
    in_the_end(cloud, &["backup", &place], &S3);
    in_the_end(cloud, &["verify", &place], &S3);
    ends(server);
    std::fs::remove_dir_all(cloud.folder().join("data")).unwrap();
    for key in left {
        let (bucket, key) = key.split_once('/').unwrap();
        let delete = cloud.s3.delete_object().bucket(bucket).key(key);
        cloud.wait(delete.send()).unwrap();
    }
    in_the_end(cloud, &["restore", &place], &S3);
    let server = cloud.server(&S3);
    shows(&ann.at(&server), &kept, &photos[0]);
    ends(server);
    // The original is gone, and this takes its place.
    in_the_end(cloud, &["backup", &place, "--take-over"], &S3);

    let to_local = ["photos", "move", "--to", "local"];
    in_the_end(cloud, &to_local, &LOCAL);
    let photos_in_s3 = |cloud: &Cloud| {
        let all = objects(cloud).into_iter();
        all.filter(|key| key.starts_with(&cloud.prefix)).count()
    };
    assert_eq!(photos_in_s3(cloud), 0);
    assert_eq!(support::photos(&cloud.folder().join("data")).len(), 1);
    let server = cloud.server(&LOCAL);
    shows(&ann.at(&server), &kept, &photos[0]);
    ends(server);
    in_the_end(cloud, &["photos", "move", "--to", "s3"], &S3);
    assert_eq!(photos_in_s3(cloud), 1);
    assert_eq!(files(&cloud.folder().join("data/photos")), [""; 0]);
    let server = cloud.server(&S3);
    shows(&ann.at(&server), &kept, &photos[0]);
}

fn journey_behind(gate: Gate) {
    journey_behind_all(&[gate]);
}

fn journey_behind_all(gates: &[Gate]) {
    assert!(gates.iter().all(|gate| Gate::PASSABLE.contains(gate)));
    let moto = Cloud::moto();
    let outermost = gates.iter().fold(moto, |port, gate| before(port, *gate));
    journey(&Cloud::at(moto, outermost));
}

// What one of these finds is found by one of the long form, which tells which habit it was.
#[test]
fn everything_works_on_an_old_store_that_is_slow_to_make_buckets_and_whose_clock_is_ahead() {
    journey_behind_all(&[
        Gate::RefusesChecksums,
        Gate::RefusesUnsignedHeaders,
        Gate::SlowBuckets,
        Gate::Clock(3 * 3600),
    ]);
}

#[test]
fn everything_works_on_a_store_that_deletes_without_naming_what_and_whose_clock_is_behind() {
    journey_behind_all(&[Gate::Quiet, Gate::Clock(-3 * 3600)]);
}

#[test]
fn everything_works_where_deleting_takes_a_content_md5() {
    journey_behind(Gate::WantsContentMd5);
    // With it, many go by one request.
    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::WantsContentMd5));
    let said = in_the_end(&cloud, &["doctor"], &S3);
    assert!(
        said.contains("can be put, read, copied and deleted.\n"),
        "{said}"
    );
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_checksums_and_deleting_many_are_not_implemented() {
    journey_behind(Gate::RefusesChecksums);
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_nothing_unsigned_may_stand_next_to_a_signature() {
    journey_behind(Gate::RefusesUnsignedHeaders);
}

#[test]
fn nothing_is_lost_where_an_answer_of_success_has_an_error_inside() {
    journey_behind(Gate::ErrorIn200);
}

#[test]
fn nothing_is_lost_where_an_answer_of_success_has_nothing_inside() {
    journey_behind(Gate::NothingIn200);
}

#[test]
fn nothing_is_lost_where_half_of_what_is_put_is_kept() {
    journey_behind(Gate::KeepsHalf);
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_buckets_are_there_some_time_after_they_are_made() {
    journey_behind(Gate::SlowBuckets);
}

#[test]
fn everything_works_where_requests_are_put_off_now_and_then() {
    journey_behind(Gate::SlowDown);
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_deletions_are_answered_without_a_name() {
    journey_behind(Gate::Quiet);
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_the_clock_of_the_store_is_hours_ahead() {
    journey_behind(Gate::Clock(3 * 3600));
}

#[test]
#[ignore = "in the long form: scripts/test --long"]
fn everything_works_where_the_clock_of_the_store_is_hours_behind() {
    journey_behind(Gate::Clock(-3 * 3600));
}

#[test]
fn how_long_something_has_been_in_s3_is_counted_by_the_clock_there() {
    let moto = Cloud::moto();
    // By which all that is put now was put two days ago.
    let cloud = Cloud::at(moto, before(moto, Gate::Clock(2 * 24 * 3600)));
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let photo = name("1-34.png");
    let put = store.put_temporary(&photo, b"photo".to_vec());
    cloud.wait(put).unwrap();
    let found = cloud.wait(store.list_temporary(ABANDONED)).unwrap();
    assert_eq!(found, [photo]);
    let mut old = 0;
    let count = &mut async |items: Vec<StoredItem>| {
        old += items.iter().filter(|item| item.is_old).count();
        Ok(())
    };
    cloud.wait(store.list_all(ABANDONED, count)).unwrap();
    assert_eq!(old, 1);
}

#[test]
fn a_clock_that_is_off_and_can_be_corrected_is_told_by_doctor_and_in_the_log() {
    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::Clock(3 * 3600)));
    let log = cloud.folder().join("log");
    let mut command = cloud.command(cloud.folder(), &[], &S3);
    command.env("RUST_LOG", "warn");
    let server = Server::start_logged(command, &log);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let kept = share(&ann, &space, &picture(24, 1));
    shows(&ann, &kept, &picture(24, 1));
    let said = in_the_end(&cloud, &["doctor"], &S3);
    let message = "The clock of this machine is 180 minutes behind that of S3: set it";
    assert!(said.contains(message), "{said}");
    ends(server);
    let log = std::fs::read_to_string(log).unwrap();
    let message = "system clock is 180 minutes behind that of S3";
    assert_eq!(log.matches(message).count(), 1, "{log}");
}

#[test]
fn everything_works_on_ministack() {
    journey(&Cloud::at(ministack(), ministack()));
}

#[test]
fn everything_works_on_seaweedfs() {
    journey(&Cloud::at(seaweedfs(), seaweedfs()));
}

#[test]
fn on_seaweedfs_whose_buckets_go_with_all_that_is_in_them_what_is_no_photo_outlives_a_move() {
    let cloud = Cloud::at(seaweedfs(), seaweedfs());
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let space = ann.space("Family");
    share(&ann, &space, &picture(24, 1));
    until("the photo to be moved", || {
        let bucket = cloud.buckets().pop()?;
        (cloud.keys(&bucket) == ["1.png"] && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    ends(server);
    let bucket = cloud.buckets().remove(0);
    cloud.put(&bucket, "readme.txt", b"the operator's own");
    in_the_end(&cloud, &["photos", "move", "--to", "local"], &LOCAL);
    assert_eq!(cloud.keys(&bucket), ["readme.txt"]);
}

#[test]
fn a_clock_that_is_off_is_named_and_texts_are_shared_meanwhile() {
    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::ClockOff));
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    assert_eq!(
        ann.post_form(&path, "Only words", None).unwrap().status,
        200
    );
    let refused = ann.post_form(&path, "A photo", Some(&picture(24, 1)));
    let refused = refused.unwrap();
    assert_eq!(
        (refused.status, refused.bytes.as_slice()),
        (503, UNAVAILABLE)
    );
    let ready = ann.get("/ready").unwrap();
    assert_eq!((ready.status, ready.bytes.as_slice()), (503, UNAVAILABLE));
    let (said, _) = cloud.fails(&["doctor"], &S3);
    assert!(
        said.contains("The clock of this machine is wrong: set it"),
        "{said}"
    );
}

#[test]
fn a_store_that_takes_nothing_for_now_is_named_and_texts_are_shared_meanwhile() {
    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::AlwaysSlowDown));
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    assert_eq!(
        ann.post_form(&path, "Only words", None).unwrap().status,
        200
    );
    let refused = ann.post_form(&path, "A photo", Some(&picture(24, 1)));
    let refused = refused.unwrap();
    assert_eq!(
        (refused.status, refused.bytes.as_slice()),
        (503, UNAVAILABLE)
    );
    let (said, _) = cloud.fails(&["doctor"], &S3);
    assert!(said.contains("It is throttling requests"), "{said}");
}
