//! What the doctor says of S3 and SQS.

use crate::aws::cloud::Cloud;
use crate::aws::proxy::Weather;

const DOCTOR: [&str; 1] = ["doctor"];

#[test]
fn what_works_is_said_to_be_good_and_nothing_is_left_of_the_looking() {
    let cloud = Cloud::with_dead_letters(true);
    let stream = ("SHARED_SPACES_PHOTOS__DELIVERY", "stream");
    let said = cloud.succeeds(&DOCTOR, &[stream]);
    let works = |line: &str| line.starts_with("ok ") || line.contains("No backup is configured");
    assert!(said.lines().all(works), "{said}");
    for words in [
        "photos are in S3, the queue is in SQS",
        "objects can be put, read, copied and deleted.",
        "-previews, previews can be put, read and deleted",
        "a FIFO queue",
        "dead-letter queue after 1 attempt. There are none",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(cloud.keys(&cloud.temp), [""; 0]);
    assert_eq!(cloud.previews(), [""; 0]);
    assert_eq!(cloud.messages(), 0);
}

#[test]
fn links_that_only_this_machine_can_follow_are_a_warning() {
    let cloud = Cloud::with_dead_letters(true);
    let said = cloud.succeeds(&DOCTOR, &[]);
    let words = "which only this machine can reach. If they are elsewhere, set photos.delivery";
    assert!(
        said.contains("warning Browsers are sent to 127.0.0.1:"),
        "{said}"
    );
    assert!(said.contains(words), "{said}");
    let followed = "ok      A browser can follow a link signed for S3, to 127.0.0.1:";
    assert!(said.contains(followed), "{said}");
}

#[test]
fn a_queue_that_loses_failed_photos_is_a_warning() {
    let cloud = Cloud::with_queue(false);
    let said = cloud.succeeds(&DOCTOR, &[]);
    assert!(said.contains("a standard queue"), "{said}");
    assert!(
        said.contains("warning The queue has no dead-letter queue"),
        "{said}"
    );
    assert!(
        said.contains("warning The queue hides a photo for only 3 seconds"),
        "{said}"
    );
}

#[test]
fn a_queue_that_is_not_there_is_named() {
    let cloud = Cloud::new();
    let elsewhere = cloud.queue_url.replace("photos-", "fotos-");
    let (said, complaint) =
        cloud.fails(&DOCTOR, &[("SHARED_SPACES_PHOTOS__QUEUE_URL", &elsewhere)]);
    assert!(
        said.contains("There is no such queue: check photos.queue_url and AWS_REGION"),
        "{said}"
    );
    assert!(
        complaint.contains("Problems that keep Shared Spaces from working: 1"),
        "{complaint}"
    );
}

#[test]
fn an_s3_that_does_not_answer_is_told_with_what_to_look_at() {
    let cloud = Cloud::new();
    cloud.proxy.set(Weather::Gone);
    let (said, _) = cloud.fails(&DOCTOR, &[]);
    assert_eq!(
        said.matches("It can't be reached: check the network and AWS_ENDPOINT_URL")
            .count(),
        2,
        "{said}"
    );
}
