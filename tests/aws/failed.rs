//! Photos that could not be moved to their space, in the dead-letter queue of SQS.

use crate::aws::cloud::Cloud;
use crate::support::until;

const FAILED: [&str; 2] = ["photos", "failed"];

fn failed_photos_are_listed_and_sent_again(fifo: bool) {
    let cloud = Cloud::with_dead_letters(fifo);
    cloud.make_bucket(&cloud.temp);
    assert_eq!(cloud.succeeds(&FAILED, &[]), "No photo has failed.\n");
    let names = ["1-1.png", "1-2.png", "2-3.png", "12-4.png"];
    names.iter().for_each(|name| cloud.send(name));
    cloud.send("hello");
    let _worker = cloud.worker();
    until("all to be set aside", || {
        (cloud.failed_messages() == 5).then_some(())
    });

    // Looking changes nothing, so it can be done twice.
    for _ in 0..2 {
        let listed = cloud.succeeds(&FAILED, &[]);
        for name in names {
            let line = format!("{name}  sent 20");
            assert_eq!(listed.matches(&line).count(), 1, "{listed}");
        }
        assert!(
            listed.contains("\"hello\"  is not the name of a photo"),
            "{listed}"
        );
        assert_eq!(listed.lines().count(), 5, "{listed}");
    }

    let (_, complaint) = cloud.fails(&["photos", "retry", "1-77.png"], &[]);
    assert!(
        complaint.contains("Not among the failed photos: 1-77.png"),
        "{complaint}"
    );
    assert_eq!(cloud.failed_messages(), 5);
    names
        .iter()
        .for_each(|name| cloud.put(&cloud.temp, name, name.as_bytes()));
    let sent = cloud.succeeds(&["photos", "retry", "1-2.png"], &[]);
    assert_eq!(sent, "Re-queued 1-2.png\n");
    until("one to be moved", || {
        (cloud.keys(&cloud.temp).len() == 3).then_some(())
    });
    assert_eq!(cloud.failed_messages(), 4);
    assert_eq!(
        cloud.succeeds(&["photos", "retry", "--all"], &[]),
        "Re-queued 3 photos\n"
    );
    until("all to be moved", || {
        cloud.keys(&cloud.temp).is_empty().then_some(())
    });
    assert_eq!(
        cloud.failed_messages(),
        1,
        "a message that names no photo stays"
    );
    assert_eq!(cloud.buckets().len(), 3);
}

#[test]
fn failed_photos_of_a_fifo_queue_are_listed_and_sent_again() {
    failed_photos_are_listed_and_sent_again(true);
}

#[test]
fn failed_photos_of_a_standard_queue_are_listed_and_sent_again() {
    failed_photos_are_listed_and_sent_again(false);
}

#[test]
fn without_a_dead_letter_queue_the_command_says_so() {
    let cloud = Cloud::new();
    let (_, complaint) = cloud.fails(&FAILED, &[]);
    assert!(
        complaint.contains("The queue has no dead-letter queue"),
        "{complaint}"
    );
}

#[test]
fn without_a_dead_letter_queue_what_is_no_photo_is_dropped_and_photos_behind_it_are_moved() {
    let cloud = Cloud::with_queue(false);
    cloud.make_bucket(&cloud.temp);
    cloud.put(&cloud.temp, "1-1.png", b"a photo");
    cloud.send("hello");
    cloud.send("1-1.png");
    let _worker = cloud.worker();
    until("only photos to be taken", || {
        (cloud.keys(&cloud.temp).is_empty() && cloud.messages() == 0).then_some(())
    });
    assert_eq!(cloud.buckets().len(), 1);
}
