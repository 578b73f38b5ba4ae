//! Whether the photos in S3 are as they were stored.

use crate::aws::cloud::Cloud;
use crate::aws::proxy::Weather;
use crate::support::{picture, until};

const S3: [(&str, &str); 1] = [("SHARED_SPACES_PHOTOS__QUEUE", "local")];
const VERIFY: [&str; 2] = ["photos", "verify"];

#[test]
fn photos_that_s3_has_lost_or_changed_are_told_by_verify_and_by_the_doctor() {
    let cloud = Cloud::new();
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    let space = ann.space("Family");
    for seed in 0..4 {
        ann.share_photo(&space, &picture(24, seed));
    }
    let bucket = until("the photos to be moved, with previews", || {
        let bucket = cloud.buckets().into_iter().next()?;
        (cloud.keys(&bucket).len() == 4 && cloud.previews().len() == 8).then_some(bucket)
    });
    let said = cloud.succeeds(&VERIFY, &S3);
    assert!(said.contains("Checked 4 photos"), "{said}");
    assert!(
        cloud
            .succeeds(&["doctor"], &S3)
            .contains("Checked 4 photos: all intact")
    );

    let delete = cloud.s3.delete_object().bucket(&bucket).key("1.png");
    cloud.wait(delete.send()).unwrap();
    let mut bytes = cloud.get(&bucket, "2.png");
    cloud.put(&bucket, "3.png", &bytes[..20]);
    bytes[30] ^= 1;
    cloud.put(&bucket, "2.png", &bytes);
    let (said, complaint) = cloud.fails(&VERIFY, &S3);
    for words in [
        "1-1.png, of share 1 in space 1, is missing",
        "1-2.png, of share 2 in space 1, has changed",
        "1-3.png, of share 3 in space 1, is damaged: it has 20 bytes",
        "1 intact, 1 missing, 2 changed.",
    ] {
        assert!(said.contains(words), "{words:?} isn't in {said}");
    }
    assert!(
        complaint.contains("Missing photos: 1. Changed photos: 2."),
        "{complaint}"
    );
    let (said, _) = cloud.fails(&["doctor"], &S3);
    let words = "1 missing from the store, 2 changed, 0 unreadable";
    assert!(said.contains(words), "{said}");
}

#[test]
fn an_s3_that_does_not_answer_has_lost_nothing() {
    let cloud = Cloud::new();
    let server = cloud.server(&S3);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    cloud.proxy.set(Weather::Gone);
    let done = cloud.run(&VERIFY, &S3);
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(
        said.contains("1-1.png, of share 1 in space 1, can't be read: ")
            && said.contains("It can't be reached: check the network and AWS_ENDPOINT_URL"),
        "{said}"
    );
}
