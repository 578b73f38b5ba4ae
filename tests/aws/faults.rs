//! S3 and SQS that are unreachable for a while, and messages that aren't ours.

use std::thread;

use crate::aws::cloud::Cloud;
use crate::aws::proxy::Weather;
use crate::support::{picture, until};

/// A photo whose message is refused is sent later, so the outbox shouldn't wait longer than the test.
#[test]
fn while_s3_is_gone_texts_are_shared_and_photos_are_refused_for_now() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let path = format!("{space}/shares");
    ann.share_photo(&space, &picture(24, 1));

    cloud.proxy.set(Weather::Gone);
    assert_eq!(
        ann.post_form(&path, "Only words", None).unwrap().status,
        200
    );
    let reply = ann
        .post_form(&path, "A photo", Some(&picture(24, 2)))
        .unwrap();
    assert_eq!(reply.status, 503);
    assert_eq!(
        reply.bytes,
        b"Photos can't be stored or shown at the moment, try again in a moment"
    );
    let shares = ann.get(&path).unwrap().json();
    assert_eq!(shares.as_array().unwrap().len(), 2, "nothing is half there");

    cloud.proxy.set(Weather::Fine);
    ann.share_photo(&space, &picture(24, 3));
    let _worker = cloud.worker();
    until("the photos to be moved", || {
        (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    assert_eq!(cloud.keys(&cloud.buckets()[0]).len(), 2);
}

#[test]
fn a_server_that_starts_while_s3_is_gone_serves_texts_and_recovers() {
    let cloud = Cloud::new();
    cloud.proxy.set(Weather::Gone);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    assert_eq!(
        ann.post_form(&format!("{space}/shares"), "Only words", None)
            .unwrap()
            .status,
        200
    );
    cloud.proxy.set(Weather::Fine);
    until("the temporary bucket", || {
        cloud
            .wait(cloud.s3.head_bucket().bucket(&cloud.temp).send())
            .ok()
    });
    ann.share_photo(&space, &picture(24, 1));
}

#[test]
fn a_server_that_starts_while_s3_does_not_answer_serves_texts_at_once() {
    let cloud = Cloud::new();
    cloud.proxy.set(Weather::Stalled);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    let reply = ann.post_form(&path, "Only words", None).unwrap();
    assert_eq!(reply.status, 200);
    server.process.terminate();
    assert!(server.process.wait().success());
}

#[test]
fn a_queue_that_does_not_answer_holds_up_neither_a_photo_nor_the_end() {
    let cloud = Cloud::new();
    let direct = cloud.config.endpoint_url().unwrap().to_owned();
    let server = cloud.server(&[("AWS_ENDPOINT_URL_S3", &direct)]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    cloud.proxy.set(Weather::Stalled);
    ann.share_photo(&space, &picture(24, 1));
    server.process.terminate();
    assert!(server.process.wait().success());

    cloud.proxy.set(Weather::Fine);
    let _server = cloud.server(&[]);
    let _worker = cloud.worker();
    until("the photo to be moved", || {
        let bucket = cloud.buckets().pop()?;
        (cloud.keys(&bucket) == ["1.png"]).then_some(())
    });
}

#[test]
fn a_message_that_is_no_photo_is_taken_out_of_the_queue_and_the_others_go_on() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for body in ["{\"Records\": []}", "../../etc/passwd", "hello"] {
        cloud.send(body);
    }
    ann.share_photo(&space, &picture(24, 1));
    let _worker = cloud.worker();
    until("the queue to be empty", || {
        (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    assert_eq!(cloud.keys(&cloud.buckets()[0]), ["1.png"]);
}

#[test]
fn an_answer_that_is_lost_loses_no_photo() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..5 {
        ann.share_photo(&space, &picture(24, seed));
    }
    until("the messages", || (cloud.messages() == 5).then_some(()));
    cloud.proxy.set(Weather::NoAnswer);
    let worker = cloud.worker();
    // The worker's request arrives, and the response never does.
    let asked = || cloud.messages() == 5;
    until("the worker to ask", || asked().then_some(()));
    cloud.proxy.set(Weather::Fine);
    until("the photos to be moved", || {
        cloud.keys(&cloud.temp).is_empty().then_some(())
    });
    assert_eq!(cloud.keys(&cloud.buckets()[0]).len(), 5);
    worker.terminate();
    assert!(worker.wait().success());
}

#[test]
fn while_s3_is_slow_only_photos_wait() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let path = format!("{space}/shares");
    ann.share_photo(&space, &picture(24, 1));

    cloud.proxy.set(Weather::Stalled);
    thread::scope(|scope| {
        let photo = scope.spawn(|| ann.post_form(&path, "A photo", Some(&picture(24, 2))));
        for number in 0..5 {
            let text = format!("Words {number}");
            assert_eq!(ann.post_form(&path, &text, None).unwrap().status, 200);
        }
        assert!(!photo.is_finished(), "nothing has got to S3");
        cloud.proxy.set(Weather::Fine);
        assert_eq!(photo.join().unwrap().unwrap().status, 200);
    });
    assert_eq!(ann.get(&path).unwrap().json().as_array().unwrap().len(), 7);
}

#[test]
fn a_photo_that_breaks_off_half_way_to_s3_is_refused_for_now_and_leaves_no_share() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let path = format!("{space}/shares");
    let photo = picture(200, 1);
    ann.share_photo(&space, &picture(24, 1));

    cloud.proxy.set(Weather::HalfWay);
    let reply = ann.post_form(&path, "A photo", Some(&photo)).unwrap();
    assert_eq!(reply.status, 503);
    let edited = ann.put_form("/shares/1", "Another", Some(&photo)).unwrap();
    assert_eq!(edited.status, 503);
    cloud.proxy.set(Weather::Fine);
    let shares = ann.get(&path).unwrap().json();
    assert_eq!(shares.as_array().unwrap().len(), 1);
    assert_eq!(shares[0]["text"], "A photo", "and it is as it was");

    let share = ann.share_photo(&space, &photo);
    let _worker = cloud.worker();
    let key = format!("{}.png", share["id"]);
    until("the photo to be moved", || {
        let bucket = cloud.buckets().pop()?;
        (cloud.keys(&bucket).len() == 2).then(|| assert_eq!(cloud.get(&bucket, &key), photo))
    });
}

#[test]
fn a_bucket_name_that_somebody_else_has_is_tried_again_with_other_digits() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let worker = cloud.worker();
    ann.share_photo(&space, &picture(24, 1));
    let first = until("the bucket", || cloud.buckets().pop());
    until("the photo to be moved and the worker to say so", || {
        (cloud.keys(&cloud.temp).is_empty() && cloud.messages() == 0).then_some(())
    });
    // The name is free again, and another process takes it first.
    worker.kill();
    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    assert_eq!(ann.delete(&space).unwrap().status, 200);
    assert_eq!(cloud.buckets(), [""; 0]);
    let somebody_else = cloud.s3.create_bucket().bucket(&first).customize();
    let taken = somebody_else.mutate_request(|request| {
        request
            .headers_mut()
            .insert("x-moto-account-id", "999999999999");
    });
    cloud.wait(taken.send()).unwrap();
    cloud.put(&cloud.temp, "1-34.png", b"a late photo");
    cloud.send("1-34.png");
    let _worker = cloud.worker();
    let second = until("another bucket", || cloud.buckets().pop());
    assert_ne!(second, first);
    until("the photo to be moved", || {
        (cloud.keys(&second) == ["34.png"]).then_some(())
    });
}

#[test]
fn a_photo_that_is_deleted_before_it_is_moved_does_not_hold_up_the_next_of_its_space() {
    for cloud in [Cloud::new(), Cloud::with_dead_letters(true)] {
        let server = cloud.server(&[]);
        let ann = server.person("ann");
        let space = ann.space("Family");
        let sent = |count| until("the messages", || (cloud.messages() == count).then_some(()));
        for seed in 0..3 {
            ann.share_photo(&space, &picture(24, seed.into()));
            // A photo that is deleted before its name was sent has no message.
            sent(seed + 1);
            let deleted = ann.delete(&format!("/shares/{}", seed + 1));
            assert_eq!(deleted.unwrap().status, 200);
        }
        ann.share_photo(&space, &picture(24, 7));
        sent(4);
        let _worker = cloud.worker();
        until("the queue to be empty", || {
            (cloud.messages() == 0).then_some(())
        });
        assert_eq!(cloud.keys(&cloud.buckets()[0]), ["4.png"]);
    }
}
