//! S3 and SQS that are gone for a while, and messages that are none of ours.

use crate::cloud::Cloud;
use crate::proxy::Weather;
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
    until("the photos to be sorted", || {
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
fn a_message_that_is_no_photo_is_taken_out_of_the_queue_and_the_others_go_on() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for body in ["{\"Records\": []}", "../../etc/passwd", "hello"] {
        cloud
            .wait(
                cloud
                    .sqs
                    .send_message()
                    .queue_url(&cloud.queue_url)
                    .message_body(body)
                    .send(),
            )
            .unwrap();
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
    // The worker asks, is heard, and never hears.
    let asked = || cloud.messages() == 5;
    until("the worker to ask", || asked().then_some(()));
    cloud.proxy.set(Weather::Fine);
    until("the photos to be sorted", || {
        cloud.keys(&cloud.temp).is_empty().then_some(())
    });
    assert_eq!(cloud.keys(&cloud.buckets()[0]).len(), 5);
    worker.terminate();
    assert!(worker.wait().success());
}
