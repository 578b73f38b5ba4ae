//! What S3 says and isn't so: nothing is deleted, and nothing counts as done, on its word alone.

use std::time::Duration;

use picture::PreviewSize;
use shared_spaces::clock::Clock;
use shared_spaces::db::Db;
use shared_spaces::domain::tombstones::{self, GRACE};
use shared_spaces::jobs::cleanup::Cleanup;
use shared_spaces::storage::{Moved, PhotoStore};

use crate::aws::cloud::Cloud;
use crate::aws::contract::{bytes, name};
use crate::aws::gates::{Gate, before};
use crate::aws::refused::{error_of, with_photos};
use crate::support::{picture, until};

fn all(error: anyhow::Error) -> String {
    format!("{error:#}")
}

#[test]
fn a_copy_that_was_only_said_to_be_made_costs_no_photo() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let arrived = name("1-35.png");
    let tag =
        "<CopyObjectResult><ETag>\"d41d8cd98f00b204e9800998ecf8427e\"</ETag></CopyObjectResult>";
    let error = "<Error><Code>InternalError</Code><Message>We have met an error</Message></Error>";
    for answer in ["", "<CopyObjectResult></CopyObjectResult>", tag, error] {
        cloud.proxy.answer("PUT", "CopyObject", 200, answer);
        assert_eq!(
            error_of(&cloud, store.move_to_space(&arrived)),
            format!("The object 1-35.png can't be copied to {bucket}")
        );
        cloud.proxy.relent();
        assert_eq!(cloud.keys(&cloud.temp), ["1-35.png"], "{answer:?}");
    }
    // Another half is there from before.
    cloud.put(&bucket, "35.png", b"arri");
    cloud.proxy.answer("PUT", "CopyObject", 200, tag);
    let error = cloud.wait(store.move_to_space(&arrived)).unwrap_err();
    assert!(all(error).contains("has only 4 of 7 bytes"));
    cloud.proxy.relent();
    assert_eq!(
        cloud.wait(store.move_to_space(&arrived)).unwrap(),
        Moved::Done
    );
    assert_eq!(cloud.wait(bytes(&store, &arrived)).unwrap(), b"arrived");
    assert_eq!(cloud.keys(&cloud.temp), [""; 0]);
}

#[test]
fn what_was_put_and_is_not_there_or_half_is_not_acknowledged() {
    let cloud = Cloud::new();
    let (store, _) = with_photos(&cloud);
    let other = name("1-36.png");
    cloud.proxy.answer("PUT", "/1-36.png", 200, "");
    let error = cloud.wait(store.put_temporary(&other, b"other".to_vec()));
    assert!(all(error.unwrap_err()).ends_with("the object is missing"));
    cloud.proxy.answer("PUT", "/36.png.small", 200, "");
    let error = cloud.wait(store.put_preview(&other, PreviewSize::Small, b"small".to_vec()));
    assert!(all(error.unwrap_err()).ends_with("the object is missing"));
    cloud.proxy.relent();

    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::KeepsHalf));
    let store = crate::aws::refused::store(&cloud, &crate::aws::contract::settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let error = cloud.wait(store.put_temporary(&other, b"other".to_vec()));
    assert!(all(error.unwrap_err()).ends_with("has only 2 of 5 bytes"));
    cloud
        .wait(store.put_temporary(&other, b"other".to_vec()))
        .unwrap();
}

#[test]
fn what_answers_everything_with_a_page_is_not_taken_for_a_store_that_is_ready() {
    let moto = Cloud::moto();
    let cloud = Cloud::at(moto, before(moto, Gate::SignInPage));
    let store = crate::aws::refused::store(&cloud, &crate::aws::contract::settings(&cloud));
    let error = cloud.wait(store.prepare()).unwrap_err();
    assert!(all(error).contains("can't be listed"));
    assert!(!store.is_ready());
}

#[test]
fn what_is_missing_in_a_list_that_is_none_does_not_count_as_gone() {
    let cloud = Cloud::new();
    let (_, bucket) = with_photos(&cloud);
    // One that doesn't know the bucket yet.
    let store = crate::aws::refused::store(&cloud, &crate::aws::contract::settings(&cloud));
    let moved = name("1-34.png");
    let buckets = "<ListAllMyBucketsResult></ListAllMyBucketsResult>";
    cloud.proxy.answer("GET", "ListBuckets", 200, buckets);
    assert_eq!(
        error_of(&cloud, store.open(&moved)),
        "The buckets can't be listed: S3 returned something else"
    );
    cloud.wait(store.delete(&moved)).unwrap_err();
    cloud.proxy.relent();
    assert_eq!(cloud.keys(&bucket), ["34.png"]);

    let cut = "<ListBucketResult><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";
    for list in ["<ListBucketResult></ListBucketResult>", cut, ""] {
        cloud.proxy.answer("GET", "list-type=2", 200, list);
        cloud
            .wait(store.list_temporary(Duration::ZERO))
            .unwrap_err();
        cloud.wait(store.delete_space("1")).unwrap_err();
        cloud.wait(store.delete_space_if_empty("1")).unwrap_err();
        cloud.proxy.relent();
    }
    assert_eq!(cloud.keys(&bucket), ["34.png"]);
}

#[test]
fn bytes_that_are_fewer_than_those_of_the_photo_are_no_photo() {
    let cloud = Cloud::new();
    let (store, _) = with_photos(&cloud);
    let moved = name("1-34.png");
    let opened = cloud.wait(store.open(&moved)).unwrap().unwrap();
    cloud.proxy.answer("GET", "/34.png", 206, "sor");
    let error = cloud.wait(opened.read_all()).unwrap_err();
    assert!(all(error).contains("S3 returned other bytes than were requested"));
    cloud.proxy.relent();
    // The whole, although the end was requested.
    let opened = cloud.wait(store.open(&moved)).unwrap().unwrap();
    cloud.proxy.answer("GET", "/34.png", 200, "sor");
    cloud.wait(opened.read(3, 3)).map(drop).unwrap_err();
    cloud.proxy.relent();

    // Neither is an answer without any an empty preview, which would say that there never is one.
    cloud.proxy.answer("HEAD", "/34.png", 200, "");
    cloud
        .wait(store.open_preview(&moved, PreviewSize::Small))
        .unwrap_err();
    cloud.wait(store.open(&moved)).unwrap_err();
    cloud.proxy.relent();
}

#[test]
fn a_deletion_that_was_only_said_to_be_done_is_not() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let moved = name("1-34.png");
    for answer in ["", "<DeleteResult></DeleteResult>", "<html></html>"] {
        cloud.proxy.answer("POST", "delete", 200, answer);
        cloud.proxy.answer("DELETE", "/34.png", 200, "");
        let error = cloud.wait(store.delete(&moved)).unwrap_err();
        assert!(all(error).ends_with("it is still there"), "{answer:?}");
        cloud.proxy.relent();
        assert_eq!(cloud.keys(&bucket), ["34.png"]);
    }
    // Where only many are answered so, each is deleted by itself.
    cloud.proxy.answer("POST", "delete", 200, "");
    cloud.wait(store.delete(&moved)).unwrap();
    assert_eq!(cloud.keys(&bucket), [""; 0]);
}

#[test]
fn a_message_that_comes_again_after_its_space_was_deleted_makes_no_bucket() {
    let cloud = Cloud::new();
    let (store, _) = with_photos(&cloud);
    cloud.wait(store.delete(&name("1-34.png"))).unwrap();
    cloud.wait(store.delete_space("1")).unwrap();
    for _ in 0..2 {
        let moved = cloud.wait(store.move_to_space(&name("1-34.png"))).unwrap();
        assert_eq!(moved, Moved::Missing);
        assert_eq!(cloud.buckets(), [""; 0]);
    }
}

#[test]
fn the_bucket_of_a_space_is_there_before_the_name_of_its_first_photo_is_queued() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the message", || (cloud.messages() == 1).then_some(()));
    let prefix = format!("{}1-", cloud.prefix);
    let buckets = cloud.buckets();
    assert!(
        buckets.len() == 1 && buckets[0].starts_with(&prefix),
        "{buckets:?}"
    );

    // Where a server may not make any, workers do.
    cloud.proxy.refuse("PUT", &format!("/{}2-", cloud.prefix));
    ann.share_photo(&ann.space("Choir"), &picture(24, 2));
    until("the message", || (cloud.messages() == 2).then_some(()));
    assert_eq!(cloud.buckets(), buckets);
}

#[test]
fn a_temporary_bucket_that_is_removed_under_the_server_is_made_again() {
    let cloud = Cloud::new();
    let server = cloud.server(&[("SHARED_SPACES_PHOTOS__QUEUE", "local")]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let ready = |status| {
        until("the server to say so", || {
            (ann.get("/ready").unwrap().status == status).then_some(())
        });
    };
    ready(200);
    for seed in 0..2 {
        let delete = cloud.s3.delete_bucket().bucket(&cloud.temp);
        cloud.wait(delete.send()).unwrap();
        ann.share_photo(&space, &picture(24, seed));
        until("the photo to be moved", || {
            let moved = cloud
                .buckets()
                .pop()
                .map(|bucket| cloud.keys(&bucket).len());
            (moved == Some(seed as usize + 1) && cloud.keys(&cloud.temp).is_empty()).then_some(())
        });
        ready(200);
    }
    // Where it can't be made, the server isn't ready.
    let delete = cloud.s3.delete_bucket().bucket(&cloud.temp);
    cloud.wait(delete.send()).unwrap();
    let missing = "<Error><Code>NoSuchBucket</Code><Message>No such bucket</Message></Error>";
    cloud.proxy.answer("PUT", ".png", 404, missing);
    cloud.proxy.refuse("PUT", &format!("/{}", cloud.temp));
    let path = format!("{space}/shares");
    let reply = ann.post_form(&path, "A photo", Some(&picture(24, 9)));
    assert_eq!(reply.unwrap().status, 503);
    ready(503);
    cloud.proxy.relent();
    ann.share_photo(&space, &picture(24, 9));
    ready(200);
}

#[test]
fn a_store_is_ready_only_when_its_buckets_are_there() {
    let moto = Cloud::moto();
    let gate = before(moto, Gate::SlowBuckets);
    let cloud = Cloud::at(gate, gate);
    let store = crate::aws::refused::store(&cloud, &crate::aws::contract::settings(&cloud));
    assert!(!store.is_ready());
    cloud.wait(store.prepare()).unwrap();
    assert!(store.is_ready());
    for bucket in [&cloud.temp, &cloud.preview_bucket()] {
        cloud
            .wait(cloud.s3.head_bucket().bucket(bucket).send())
            .unwrap();
    }
}

#[test]
fn a_cleanup_makes_the_temporary_bucket_again_before_anybody_needs_it() {
    let cloud = Cloud::new();
    let store = crate::aws::refused::store(&cloud, &crate::aws::contract::settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let delete = cloud.s3.delete_bucket().bucket(&cloud.temp);
    cloud.wait(delete.send()).unwrap();
    let listed = cloud.wait(store.list_temporary(Duration::ZERO)).unwrap();
    assert!(listed.is_empty() && store.is_ready());
    cloud
        .wait(cloud.s3.head_bucket().bucket(&cloud.temp).send())
        .unwrap();
}

#[test]
fn a_deletion_that_keeps_failing_is_counted_and_the_doctor_reports() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let data = cloud.folder().join("data");
    std::fs::create_dir(&data).unwrap();
    let path = data.join("shared-spaces.db");
    let (db, clock) = (Db::open(&path).unwrap(), Clock::default());
    let photo = name("1-34.png");
    let (now, deleted) = (clock.now(), photo.clone());
    let write = db.write(move |conn| Ok(tombstones::add(conn, &deleted, now)?));
    cloud.wait(write).unwrap();
    let cleanup = Cleanup::new(db.clone(), store.clone(), clock.clone());
    cloud.proxy.refuse("POST", "delete");
    cloud.proxy.refuse("DELETE", "/34.png");
    clock.advance(GRACE);
    let clean_up = |times| {
        for _ in 0..times {
            assert_eq!(cloud.wait(cleanup.run_once()).unwrap().deleted, 0);
        }
    };
    clean_up(2);
    let failing = || {
        cloud
            .wait(db.read(|conn| Ok(tombstones::failing(conn)?)))
            .unwrap()
    };
    let found = failing().unwrap();
    assert_eq!((found.photos, found.attempts, found.since), (1, 2, now));
    assert!(
        found
            .why
            .contains(&format!("34.png of {bucket} can't be deleted")),
        "{}",
        found.why
    );

    let doctor = || {
        let queue = ("SHARED_SPACES_PHOTOS__QUEUE", "local");
        let output = cloud.run(&["doctor"], &[queue]);
        String::from_utf8(output.stdout).unwrap()
    };
    cloud.proxy.relent();
    let words = "Deleted photos that are still in the store: 1. The first was due at ";
    let said = doctor();
    assert!(said.contains(&format!("warning {words}")), "{said}");
    cloud.proxy.refuse("POST", "delete");
    cloud.proxy.refuse("DELETE", "/34.png");
    clean_up(3);
    cloud.proxy.relent();
    let said = doctor();
    assert!(said.contains(&format!("error   {words}")), "{said}");
    assert!(said.contains("it was tried 5 times"), "{said}");
    assert!(
        said.contains("The policy of this access key doesn't allow it"),
        "{said}"
    );

    assert_eq!(cloud.wait(cleanup.run_once()).unwrap().deleted, 1);
    assert_eq!(cloud.keys(&bucket), [""; 0]);
    assert_eq!(failing(), None);
    assert!(!doctor().contains(words));
}

#[test]
fn a_temporary_store_that_may_not_be_listed_keeps_no_deletion_from_being_done() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let (db, clock) = (
        Db::open(&cloud.folder().join("a.db")).unwrap(),
        Clock::default(),
    );
    let now = clock.now();
    let write = db.write(move |conn| Ok(tombstones::add(conn, &name("1-34.png"), now)?));
    cloud.wait(write).unwrap();
    clock.advance(GRACE);
    cloud.proxy.refuse("GET", "list-type=2");
    let cleanup = Cleanup::new(db, PhotoStore::clone(&store), clock);
    cloud.wait(cleanup.run_once()).unwrap_err();
    assert_eq!(cloud.keys(&bucket), [""; 0]);
}
