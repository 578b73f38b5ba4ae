//! The way of a photo with photos in S3 and the queue in SQS, from the upload to its deletion.

use serde_json::json;

use crate::aws::cloud::Cloud;
use crate::support::{picture, until};

fn is_bucket_of(name: &str, prefix: &str, space: u32) -> bool {
    let digits = name.strip_prefix(&format!("{prefix}{space}-"));
    digits
        .is_some_and(|digits| digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn photo_goes_all_the_way(fifo: bool) {
    let cloud = Cloud::with_queue(fifo);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    until("the temporary bucket", || {
        cloud
            .wait(cloud.s3.head_bucket().bucket(&cloud.temp).send())
            .ok()
    });
    let photo = picture(64, 1);
    let share = ann.share_photo(&space, &photo);
    assert_eq!(cloud.keys(&cloud.temp), ["1-1.png"]);
    assert_eq!(
        ann.fetch(&share["image_url"]).bytes,
        photo,
        "before it is moved"
    );
    until("the message", || (cloud.messages() == 1).then_some(()));

    let worker = cloud.worker();
    until("the photo to be moved", || {
        (cloud.buckets().len() == 1 && cloud.messages() == 0).then_some(())
    });
    let bucket = cloud.buckets().remove(0);
    assert!(is_bucket_of(&bucket, &cloud.prefix, 1), "{bucket}");
    assert_eq!(cloud.keys(&bucket), ["1.png"]);
    assert!(cloud.keys(&cloud.temp).is_empty());
    let reply = ann.fetch(&share["image_url"]);
    assert_eq!(
        (reply.status, reply.bytes),
        (200, photo),
        "by a redirect, after it is moved"
    );
    // What S3 signs is signed for `GET`: a `HEAD` is answered from here.
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .build()
        .into();
    let head = agent.head(share["image_url"].as_str().unwrap()).call();
    let head = head.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(
        head.headers()["Content-Length"],
        picture(64, 1).len().to_string().as_str()
    );
    let saved = format!("{}&download=Ours", share["image_url"].as_str().unwrap());
    let reply = ureq::get(&saved).call().unwrap();
    assert_eq!(
        reply.headers()["Content-Disposition"],
        "attachment; filename*=UTF-8''Ours%2Epng"
    );

    let sizes = ["1/1.png.large", "1/1.png.small"];
    until("the previews", || (cloud.previews() == sizes).then_some(()));
    let seen = until("the previews to be seen", || {
        let image = ann.get("/shares/1").unwrap().json()["image"].clone();
        image["placeholder"].is_string().then_some(image)
    });
    let bytes = cloud.get(&cloud.preview_bucket(), sizes[1]);
    let reply = ann.fetch(&seen["previews"]["small"]["url"]);
    assert_eq!((reply.status, &reply.bytes), (200, &bytes));
    let head = cloud.s3.head_object().bucket(cloud.preview_bucket());
    let head = cloud.wait(head.key(sizes[1]).send()).unwrap();
    assert_eq!(head.content_type(), Some("image/jpeg"));

    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    assert!(cloud.keys(&bucket).is_empty());
    assert!(cloud.previews().is_empty());
    assert_eq!(ann.fetch(&share["image_url"]).status, 404);
    assert_eq!(ann.delete(&space).unwrap().status, 200);
    assert!(cloud.buckets().is_empty());
    worker.terminate();
    assert!(worker.wait().success());
}

#[test]
fn a_photo_goes_all_the_way_through_a_fifo_queue() {
    photo_goes_all_the_way(true);
}

#[test]
fn a_photo_goes_all_the_way_through_a_standard_queue() {
    photo_goes_all_the_way(false);
}

#[test]
fn s3_with_the_local_queue_needs_no_separate_worker() {
    let cloud = Cloud::new();
    let server = cloud.server(&[
        ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
        ("SHARED_SPACES_PHOTOS__DELIVERY", "stream"),
    ]);
    let ann = server.person("ann");
    let share = ann.share_photo(&ann.space("Family"), &picture(64, 1));
    until("the photo to be moved", || {
        (cloud.buckets().len() == 1 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(64, 1));
    let url = until("the previews to be seen", || {
        let image = ann.get("/shares/1").unwrap().json()["image"].clone();
        let is_seen = image["placeholder"].is_string();
        is_seen.then(|| image["previews"]["large"]["url"].clone())
    });
    let bytes = cloud.get(&cloud.preview_bucket(), "1/1.png.large");
    assert_eq!(ann.fetch(&url).bytes, bytes);
}

#[test]
fn a_zip_of_what_is_in_s3_comes_through_the_server_and_breaks_off_where_an_object_is_gone() {
    let cloud = Cloud::new();
    let server = cloud.server(&[("SHARED_SPACES_PHOTOS__QUEUE", "local")]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    // The middle one is more than is asked of S3 at once.
    let photos = [picture(64, 1), picture(1800, 2), picture(64, 3)];
    assert!(photos[1].len() > 9 * 1024 * 1024);
    let files = photos.each_ref().map(Vec::as_slice);
    let shared = ann.post_photos(&format!("{space}/shares"), "Photos", &files);
    assert_eq!(shared.unwrap().status, 200);
    let archive = format!("{space}/archive");
    let zip = ann.get(&archive).unwrap().bytes;
    let has = |photo: &[u8]| memchr::memmem::find(&zip, photo).is_some();
    assert!(
        photos.iter().all(|photo| has(photo)),
        "before they are moved"
    );
    let bucket = until("the photos to be moved", || {
        let bucket = cloud.buckets().pop()?;
        (cloud.keys(&bucket).len() == 3 && cloud.keys(&cloud.temp).is_empty()).then_some(bucket)
    });
    assert!(ann.get(&archive).unwrap().bytes == zip);
    let gone = cloud.s3.delete_object().bucket(&bucket).key("1.2.png");
    cloud.wait(gone.send()).unwrap();
    ann.get(&archive).unwrap_err();
}

#[test]
fn all_spaces_share_one_bucket_where_buckets_are_rationed() {
    let cloud = Cloud::new();
    let bucket = format!("{}all", cloud.prefix);
    let layout = [
        ("SHARED_SPACES_PHOTOS__LAYOUT", "prefix"),
        ("SHARED_SPACES_PHOTOS__BUCKET", &bucket),
        ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
    ];
    let server = cloud.server(&layout);
    let ann = server.person("ann");
    let share = ann.share_photo(&ann.space("Family"), &picture(64, 1));
    ann.share_photo(&ann.space("Choir"), &picture(64, 2));
    let expected = [
        format!("{}1/1.png", cloud.prefix),
        format!("{}2/2.png", cloud.prefix),
    ];
    until("the photos to be moved", || {
        (cloud.keys(&bucket) == expected).then_some(())
    });
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(64, 1));
    assert_eq!(cloud.buckets(), [bucket]);
}

#[test]
fn spaces_whose_numbers_begin_alike_are_kept_apart() {
    let cloud = Cloud::new();
    // Buckets that are there already, as the original system made them.
    for bucket in [
        format!("{}12-54321", cloud.prefix),
        format!("{}1-12345", cloud.prefix),
    ] {
        cloud.make_bucket(&bucket);
    }
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let spaces: Vec<String> = (1..=12)
        .map(|number| ann.space(&format!("Space {number}")))
        .collect();
    for space in [0, 10, 11] {
        ann.share_photo(&spaces[space], &picture(24, space as u64));
    }
    let _worker = cloud.worker();
    until("the photos to be moved", || {
        (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    let buckets = cloud.buckets();
    assert_eq!(buckets.len(), 3, "{buckets:?}");
    assert_eq!(cloud.keys(&format!("{}1-12345", cloud.prefix)), ["1.png"]);
    assert_eq!(cloud.keys(&format!("{}12-54321", cloud.prefix)), ["3.png"]);
    let eleven = buckets
        .iter()
        .find(|bucket| is_bucket_of(bucket, &cloud.prefix, 11))
        .unwrap();
    assert_eq!(cloud.keys(eleven), ["2.png"]);
}

#[test]
fn a_share_with_a_new_photo_leaves_only_that_one() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let old = ann.share_photo(&space, &picture(24, 1));
    assert_eq!(
        ann.put_form("/shares/1", "Another photo", Some(&picture(24, 2)))
            .unwrap()
            .status,
        200
    );
    let _worker = cloud.worker();
    until("the photo to be moved", || {
        (cloud.buckets().len() == 1 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    assert_eq!(cloud.keys(&cloud.buckets()[0]), ["1.2.png"]);
    assert_eq!(ann.fetch(&old["image_url"]).status, 404);
    let new = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&new["image_url"]).bytes, picture(24, 2));
    assert_ne!(new["image_url"], json!(null));
}
