//! S3 and SQS that answer, and don't do what they are asked: a key that may do too little, or a name that others have.

use std::time::Duration;

use anyhow::Result;
use picture::PreviewSize;
use shared_spaces::check::Severity;
use shared_spaces::clock::Clock;
use shared_spaces::config::{Layout, Photos};
use shared_spaces::queue::{Failure, PhotoQueue, SqsQueue};
use shared_spaces::storage::aws::Aws;
use shared_spaces::storage::{Moved, PhotoStore, S3Store};

use crate::aws::cloud::{Cloud, config};
use crate::aws::contract::{bytes, name, settings};

/// What S3 says of a bucket that it has already.
const TAKEN: &str = "<Error><Code>BucketAlreadyExists</Code><Message>Taken</Message></Error>";
const OURS: &str = "<Error><Code>BucketAlreadyOwnedByYou</Code><Message>Yours</Message></Error>";

/// How the proxy is reached.
fn aws(cloud: &Cloud) -> Aws {
    let endpoint = format!("http://127.0.0.1:{}", cloud.proxy.port());
    Aws::with(cloud.wait(config(&endpoint)))
}

pub fn store(cloud: &Cloud, settings: &Photos) -> PhotoStore {
    PhotoStore::S3(S3Store::new(settings, aws(cloud)))
}

fn queue(cloud: &Cloud) -> PhotoQueue {
    let url = cloud.queue_url.clone();
    PhotoQueue::Sqs(SqsQueue::new(url, aws(cloud), Clock::default()))
}

/// The error of work that S3 doesn't do.
#[track_caller]
pub fn error_of<T>(cloud: &Cloud, work: impl Future<Output = Result<T>>) -> String {
    match cloud.wait(work) {
        Ok(_) => panic!("it was done"),
        Err(error) => error.to_string(),
    }
}

/// The error of work while S3 refuses such requests.
#[track_caller]
fn refused<T>(
    cloud: &Cloud,
    method: &'static str,
    part: &str,
    work: impl Future<Output = Result<T>>,
) -> String {
    cloud.proxy.refuse(method, part);
    let error = error_of(cloud, work);
    cloud.proxy.relent();
    error
}

/// A store with a photo in its space, that photo's bucket, and a photo that has arrived.
pub fn with_photos(cloud: &Cloud) -> (PhotoStore, String) {
    let store = store(cloud, &settings(cloud));
    let work = async {
        store.prepare().await?;
        let moved = name("1-34.png");
        store.put_temporary(&moved, b"moved".to_vec()).await?;
        store.move_to_space(&moved).await?;
        let arrived = name("1-35.png");
        store.put_temporary(&arrived, b"arrived".to_vec()).await
    };
    cloud.wait(work).unwrap();
    let bucket = cloud.buckets().pop().unwrap();
    (store, bucket)
}

#[test]
fn a_photo_that_s3_refuses_to_take_sort_or_give_is_named_and_nothing_is_lost() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let (moved, arrived) = (name("1-34.png"), name("1-35.png"));
    let temp = &cloud.temp;
    let (put, get, delete) = ("PUT", "GET", "DELETE");

    let other = name("1-36.png");
    let work = store.put_temporary(&other, b"other".to_vec());
    assert_eq!(
        refused(&cloud, put, "/1-36.png", work),
        format!("The photo 1-36.png can't be put into the bucket {temp}")
    );
    let work = store.put_preview(&moved, PreviewSize::Small, b"small".to_vec());
    assert_eq!(
        refused(&cloud, put, "/34.png.small", work),
        format!(
            "A preview of the photo 1-34.png can't be put into the bucket {}",
            cloud.preview_bucket()
        )
    );
    assert_eq!(
        refused(&cloud, put, "/35.png", store.move_to_space(&arrived)),
        format!("The object 1-35.png can't be copied to {bucket}")
    );
    assert_eq!(
        refused(&cloud, delete, "/1-35.png", store.move_to_space(&arrived)),
        format!("The object 1-35.png of {temp} can't be deleted")
    );
    assert_eq!(
        cloud.wait(store.move_to_space(&arrived)).unwrap(),
        Moved::Done
    );
    assert_eq!(
        refused(&cloud, "HEAD", "/34.png", store.open(&moved)),
        format!("The object 34.png of {bucket} can't be found")
    );
    let opened = cloud.wait(store.open(&moved)).unwrap().unwrap();
    assert_eq!(
        refused(&cloud, get, "/34.png", opened.read_all()),
        format!("The object 34.png of {bucket} can't be read")
    );
    let listed = store.list_temporary(Duration::ZERO);
    assert_eq!(
        refused(&cloud, get, &format!("/{temp}"), listed),
        format!("The bucket {temp} can't be listed")
    );

    for (photo, expected) in [(&moved, b"moved".to_vec()), (&arrived, b"arrived".to_vec())] {
        assert_eq!(cloud.wait(bytes(&store, photo)).unwrap(), expected);
    }
    assert_eq!(cloud.wait(bytes(&store, &other)), None);
}

#[test]
fn a_deletion_that_s3_refuses_is_told_and_done_later() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let photos = [name("1-34.png"), name("1-35.png")];
    let temp = &cloud.temp;

    // One of many isn't deleted, and S3 reports that in a response with status 200.
    let kept = "<DeleteResult><Error><Key>34.png</Key><Code>AccessDenied</Code><Message>It is locked</Message></Error>\
                </DeleteResult>";
    cloud.proxy.answer("POST", &format!("/{bucket}"), 200, kept);
    assert_eq!(
        refused(
            &cloud,
            "DELETE",
            &format!("/{bucket}/34.png"),
            store.delete_all(&photos)
        ),
        format!("The object 34.png of {bucket} can't be deleted")
    );
    assert_eq!(cloud.keys(&bucket), ["34.png"]);
    assert_eq!(cloud.keys(temp), [""; 0], "the other is gone");

    // What is refused together is deleted one by one, and what is refused in one bucket is deleted in the others.
    cloud.put(temp, "1-34.png", b"in both");
    cloud.proxy.refuse("POST", "delete");
    assert_eq!(
        refused(
            &cloud,
            "DELETE",
            &format!("/{temp}/1-34.png"),
            store.delete_all(&photos)
        ),
        format!("The object 1-34.png of {temp} can't be deleted")
    );
    assert_eq!(cloud.keys(temp), ["1-34.png"]);
    assert_eq!(cloud.keys(&bucket), [""; 0]);
    cloud.put(&bucket, "34.png", b"in both");
    cloud.proxy.refuse("POST", "delete");
    cloud.wait(store.delete_all(&photos)).unwrap();
    cloud.proxy.relent();
    assert_eq!(cloud.keys(temp), [""; 0]);
    assert_eq!(cloud.keys(&bucket), [""; 0]);
    cloud.put(&bucket, "34.png", b"left");

    let bucket_path = format!("/{bucket}");
    assert_eq!(
        refused(&cloud, "GET", &bucket_path, store.delete_space("1")),
        format!("The bucket {bucket} can't be listed")
    );
    assert_eq!(
        refused(&cloud, "DELETE", &bucket_path, store.delete_space("1")),
        format!("The bucket {bucket} can't be deleted")
    );
    let late = "<Error><Code>BucketNotEmpty</Code><Message>Not empty</Message></Error>";
    cloud.proxy.answer("DELETE", &bucket_path, 409, late);
    assert_eq!(
        error_of(&cloud, store.delete_space("1")),
        format!("The bucket {bucket} can't be deleted: something was put there meanwhile")
    );
    cloud.proxy.relent();
    cloud.wait(store.delete_space("1")).unwrap();
    assert_eq!(cloud.buckets(), [""; 0]);
}

#[test]
fn the_poster_of_a_film_that_was_never_shared_goes_before_the_film_by_which_it_is_found() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    let films = [name("1-34.mp4")];
    let came = async {
        store.prepare().await?;
        store.put_temporary(&films[0], b"film".to_vec()).await?;
        store.put_poster(&films[0], b"poster".to_vec()).await
    };
    cloud.wait(came).unwrap();
    cloud.proxy.refuse("POST", "delete");
    let work = store.delete_abandoned(&films);
    refused(&cloud, "DELETE", "/34.mp4.poster", work);
    assert_eq!(cloud.keys(&cloud.temp), ["1-34.mp4"]);
    cloud.wait(store.delete_abandoned(&films)).unwrap();
    assert_eq!(cloud.keys(&cloud.temp), [""; 0]);
    assert_eq!(cloud.previews(), [""; 0]);
}

#[test]
fn a_bucket_in_which_others_have_put_something_outlives_the_photos_of_its_space() {
    let cloud = Cloud::new();
    let (store, bucket) = with_photos(&cloud);
    let photos = [name("1-34.png"), name("1-35.png")];
    cloud.put(&bucket, "readme.txt", b"the operator's own");
    cloud.wait(store.delete_all(&photos)).unwrap();
    cloud.wait(store.delete_space_if_empty("1")).unwrap();
    assert_eq!(cloud.keys(&bucket), ["readme.txt"]);
    let delete = cloud.s3.delete_object().bucket(&bucket).key("readme.txt");
    cloud.wait(delete.send()).unwrap();
    for _ in 0..2 {
        cloud.wait(store.delete_space_if_empty("1")).unwrap();
        assert_eq!(cloud.buckets(), [""; 0]);
    }
}

#[test]
fn whether_there_was_an_earlier_installation_is_not_guessed_where_s3_does_not_say() {
    for (layout, part) in [
        (Layout::Buckets, "ListBuckets"),
        (Layout::Prefix, "list-type=2"),
    ] {
        let cloud = Cloud::new();
        let settings = Photos {
            layout,
            ..settings(&cloud)
        };
        let store = store(&cloud, &settings);
        assert_eq!(cloud.wait(store.find_existing()).unwrap(), None);
        let error = refused(&cloud, "GET", part, store.find_existing());
        assert!(error.ends_with(" can't be listed"), "{error}");
    }
}

#[test]
fn a_bucket_that_can_not_be_made_or_is_somebody_elses_is_named() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    let temp = &cloud.temp;
    let path = format!("/{temp}");
    assert_eq!(
        refused(&cloud, "PUT", &path, store.prepare()),
        format!("The bucket {temp} can't be created")
    );
    cloud.proxy.answer("PUT", &path, 409, TAKEN);
    assert_eq!(
        error_of(&cloud, store.prepare()),
        format!("The bucket {temp} belongs to somebody else: choose another name in the settings")
    );
}

#[test]
fn where_others_have_every_name_of_a_bucket_a_photo_waits_and_is_shown_meanwhile() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    let photo = name("1-34.png");
    let work = async {
        store.prepare().await?;
        store.put_temporary(&photo, b"photo".to_vec()).await
    };
    cloud.wait(work).unwrap();
    let names = format!("/{}1-", cloud.prefix);
    cloud.proxy.answer("PUT", &names, 409, TAKEN);
    assert_eq!(
        error_of(&cloud, store.move_to_space(&photo)),
        "No bucket can be created for space 1: 50 names are taken"
    );
    cloud.proxy.relent();
    // It is said to be ours, and isn't there.
    let no_bucket = "<Error><Code>NoSuchBucket</Code></Error>";
    cloud.proxy.answer("PUT", "CopyObject", 404, no_bucket);
    cloud.proxy.answer("PUT", &names, 409, OURS);
    let error = error_of(&cloud, store.move_to_space(&photo));
    assert!(error.ends_with(" doesn't exist"), "{error}");
    assert_eq!(cloud.wait(bytes(&store, &photo)).unwrap(), b"photo");
    cloud.proxy.relent();
    assert_eq!(
        cloud.wait(store.move_to_space(&photo)).unwrap(),
        Moved::Done
    );
    assert_eq!(cloud.wait(bytes(&store, &photo)).unwrap(), b"photo");
}

#[test]
fn the_doctor_names_what_s3_refuses_and_goes_on_where_it_can() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    let (temp, previews) = (&cloud.temp, cloud.preview_bucket());
    let examined = || {
        let mut found = Vec::new();
        cloud.wait(store.run_checks(&mut |finding| found.push(finding)));
        found.retain(|finding| finding.severity == Severity::Error);
        let sentences = found.into_iter().map(|finding| finding.message);
        sentences.collect::<Vec<_>>()
    };
    assert_eq!(examined(), [""; 0], "it makes the buckets");
    for (method, part, words) in [
        (
            "PUT",
            format!("/{temp}/"),
            format!("An object can't be put into the bucket {temp}: "),
        ),
        (
            "PUT",
            String::from("-second"),
            String::from("can't be copied to "),
        ),
        (
            "GET",
            format!("/{temp}/"),
            format!("An object can't be read from the bucket {temp}: "),
        ),
        (
            "GET",
            String::from("ListBuckets"),
            String::from("The buckets can't be listed: "),
        ),
        (
            "GET",
            String::from("X-Amz-Signature"),
            String::from("A signed link doesn't work: "),
        ),
        (
            "PUT",
            format!("/{previews}/"),
            format!("An object can't be put into the bucket {previews}: "),
        ),
        (
            "GET",
            format!("/{previews}/"),
            format!("An object can't be read from the bucket {previews}: "),
        ),
    ] {
        cloud.proxy.refuse(method, &part);
        let found = examined();
        cloud.proxy.relent();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(&words), "{words:?} isn't in {found:?}");
    }
    cloud.proxy.refuse("POST", "delete");
    assert_eq!(examined(), [""; 0], "one by one it works");
    cloud.proxy.refuse("DELETE", &format!("/{temp}/"));
    let found = examined();
    cloud.proxy.relent();
    assert_eq!(found.len(), 1, "{found:?}");
    let words = format!(" of {temp} can't be deleted: ");
    assert!(found[0].contains(&words), "{found:?}");
    let changed = "S3 returned other bytes than were put: something in between changes them";
    for (part, sentence) in [
        (format!("/{previews}/doctor-"), changed),
        (
            String::from("X-Amz-Signature"),
            "A signed link returns other bytes than its object has",
        ),
    ] {
        cloud
            .proxy
            .answer("GET", &part, 200, "A page of somebody else");
        let found = examined();
        assert!(
            found.len() == 1 && found[0].starts_with(sentence),
            "{found:?}"
        );
        cloud.proxy.relent();
    }
    for key in cloud.keys(temp) {
        // What could not be deleted.
        assert!(key.starts_with("doctor-"), "{key}");
        let delete = cloud.s3.delete_object().bucket(temp).key(key);
        cloud.wait(delete.send()).unwrap();
    }
    assert_eq!(examined(), [""; 0]);
    assert_eq!(cloud.keys(temp), [""; 0], "it leaves nothing");
    assert_eq!(cloud.previews(), [""; 0]);
}

#[test]
fn what_sqs_refuses_is_told_and_the_photo_stays_in_the_queue() {
    let cloud = Cloud::with_queue(false);
    let queue = queue(&cloud);
    let photo = name("1-34.png");
    let post = "POST";
    let work = queue.send(vec![photo.clone()]);
    assert_eq!(
        refused(&cloud, post, "AmazonSQS.SendMessageBatch", work),
        "SQS refuses new photos"
    );
    assert_eq!(cloud.messages(), 0);
    cloud.wait(queue.send(vec![photo.clone()])).unwrap();
    let work = queue.receive(10, false);
    assert_eq!(
        refused(&cloud, post, "AmazonSQS.ReceiveMessage", work),
        "Messages can't be received from SQS"
    );
    let mut received = cloud.wait(queue.receive(10, false)).unwrap();
    let message = received.pop().unwrap();
    let work = queue.extend(&message);
    assert_eq!(
        refused(&cloud, post, "AmazonSQS.GetQueueAttributes", work),
        "The attributes of the queue can't be read"
    );
    let work = queue.nack(&message, &Failure::Missing);
    assert_eq!(
        refused(&cloud, post, "AmazonSQS.ChangeMessageVisibility", work),
        "A message can't be returned to SQS"
    );
    let work = queue.acknowledge(message);
    assert_eq!(
        refused(&cloud, post, "AmazonSQS.DeleteMessage", work),
        "A message can't be deleted from SQS"
    );
    assert_eq!(cloud.messages(), 1);
}

#[test]
fn a_name_that_sqs_refuses_among_others_is_kept_for_another_time() {
    let cloud = Cloud::with_queue(false);
    let queue = queue(&cloud);
    let names = ["1-1.png", "1-2.png"].map(name);
    let half = r#"{"Successful": [{"Id": "1", "MessageId": "1", "MD5OfMessageBody": ""}],
        "Failed": [{"Id": "0", "Code": "Overloaded", "Message": "Later", "SenderFault": false}]}"#;
    cloud.proxy.answer("POST", "SendMessageBatch", 200, half);
    let accepted = cloud.wait(queue.send(names.to_vec())).unwrap();
    assert_eq!(accepted, names[1..]);
}

#[test]
fn the_doctor_names_a_queue_that_is_not_what_its_address_says_or_does_not_tell() {
    let cloud = Cloud::with_dead_letters(false);
    let examined = |action: &str, status: u16, body: &str| {
        let queue = queue(&cloud);
        let mut found = Vec::new();
        cloud.proxy.answer("POST", action, status, body);
        cloud.wait(queue.run_checks(&mut |finding| found.push(finding)));
        cloud.proxy.relent();
        found.retain(|finding| finding.severity == Severity::Error);
        found
            .into_iter()
            .map(|finding| finding.message)
            .collect::<String>()
    };
    let fifo = r#"{"Attributes": {"FifoQueue": "true", "VisibilityTimeout": "60"}}"#;
    let said = examined("GetQueueAttributes", 200, fifo);
    assert!(
        said.contains("contradicts the queue itself on whether it is FIFO"),
        "{said}"
    );
    let said = examined("GetQueueUrl", 403, "{}");
    let words = "The dead-letter queue arn:aws:sqs:us-east-1:123456789012:failed-";
    assert!(
        said.contains(words) && said.contains(" can't be found"),
        "{said}"
    );
}
