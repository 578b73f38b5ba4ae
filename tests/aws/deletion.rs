//! Deletion means deletion: the bytes of deleted photos and of their previews are in no bucket any more.

use serde_json::json;

use crate::aws::cloud::Cloud;
use crate::support::{Person, picture, until};

/// The objects that hold these bytes.
fn holding(cloud: &Cloud, photo: &[u8]) -> Vec<String> {
    let common = vec![cloud.temp.clone(), cloud.preview_bucket()];
    let buckets = [common, cloud.buckets()].concat();
    let objects = buckets.iter().flat_map(|bucket| {
        let keys = cloud.keys(bucket).into_iter();
        keys.map(move |key| (bucket.clone(), key))
    });
    let holding = objects.filter(|(bucket, key)| cloud.get(bucket, key) == photo);
    holding
        .map(|(bucket, key)| format!("{bucket}/{key}"))
        .collect()
}

/// Shares three photos, moves two of them, and replaces one of those by a fourth. Returns the photos, and after them
/// the previews that were made.
fn share_photos(cloud: &Cloud, ann: &Person, space: &str) -> Vec<Vec<u8>> {
    let mut photos: Vec<_> = (1..=4).map(|seed| picture(24, seed)).collect();
    let worker = cloud.worker();
    ann.share_photo(space, &photos[0]);
    let replaced = ann.share_photo(space, &photos[1]);
    until("the photos to be moved", || {
        (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    worker.terminate();
    assert!(worker.wait().success());
    let previews = cloud.previews();
    assert_eq!(previews.len(), 4, "{previews:?}");
    photos.extend(
        previews
            .iter()
            .map(|key| cloud.get(&cloud.preview_bucket(), key)),
    );
    ann.share_photo(space, &photos[2]);
    let path = format!("/shares/{}", replaced["id"]);
    let reply = ann.put_form(&path, "Another", Some(&photos[3])).unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(holding(cloud, &photos[1]), [""; 0], "it was replaced");
    photos
}

#[test]
fn deleted_shares_leave_no_bytes_in_s3() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let photos = share_photos(&cloud, &ann, &ann.space("Family"));
    for (share, photo) in [(1, 0), (2, 3), (3, 2)] {
        assert_eq!(holding(&cloud, &photos[photo]).len(), 1);
        let reply = ann.delete(&format!("/shares/{share}")).unwrap();
        assert_eq!(reply.status, 200);
        assert_eq!(holding(&cloud, &photos[photo]), [""; 0]);
    }
    leaves_nothing(&cloud, &photos);
}

fn leaves_nothing(cloud: &Cloud, photos: &[Vec<u8>]) {
    for photo in photos {
        assert_eq!(holding(cloud, photo), [""; 0]);
    }
    assert_eq!(cloud.previews(), [""; 0]);
}

#[test]
fn a_deleted_space_leaves_no_bytes_in_s3() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let photos = share_photos(&cloud, &ann, &space);
    assert_eq!(ann.delete(&space).unwrap().status, 200);
    leaves_nothing(&cloud, &photos);
    assert_eq!(cloud.buckets(), [""; 0]);
}

#[test]
fn a_removed_account_leaves_no_bytes_in_s3() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    let path = format!("{space}/members");
    let added = ann.post(&path, &json!({"login": "bob"})).unwrap();
    assert_eq!(added.status, 200);
    let photos = share_photos(&cloud, &bob, &space);
    ann.share_photo(&space, &picture(24, 9));
    cloud.succeeds(&["user", "remove", "bob", "--yes"], &[]);
    leaves_nothing(&cloud, &photos);
    assert_eq!(holding(&cloud, &picture(24, 9)).len(), 1, "it is ann's");
}

#[test]
fn the_photos_of_a_space_are_deleted_by_a_few_requests() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let worker = cloud.worker();
    for seed in 0..30 {
        ann.share_photo(&space, &picture(24, seed));
    }
    until("the photos to be moved", || {
        (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
    });
    // It would go on asking for photos, more often the longer this takes.
    drop(worker);
    let before = cloud.proxy.requests();
    assert_eq!(ann.delete(&space).unwrap().status, 200);
    let requests = cloud.proxy.requests() - before;
    assert!((1..20).contains(&requests), "{requests} requests");
    assert_eq!(cloud.buckets(), [""; 0]);
}
