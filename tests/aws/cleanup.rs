//! What lies in buckets and belongs to nothing, deleted by the command.

use serde_json::Value;

use crate::aws::cloud::Cloud;
use crate::support::{picture, until};

fn cleaned(cloud: &Cloud, arguments: &[&str]) -> Value {
    let all = [&["photos", "cleanup", "--json"], arguments].concat();
    serde_json::from_str(&cloud.succeeds(&all, &[])).unwrap()
}

#[test]
fn objects_of_no_share_are_deleted_with_the_bucket_of_a_space_that_is_gone() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let _worker = cloud.worker();
    let ann = server.person("ann");
    let (family, friends) = (ann.space("Family"), ann.space("Friends"));
    for space in [&family, &friends] {
        ann.share_photo(space, &picture(24, 1));
    }
    let previews = until("the photos to be moved, with previews", || {
        let previews = cloud.previews();
        let is_done = cloud.buckets().len() == 2 && cloud.keys(&cloud.temp).is_empty();
        (is_done && previews.len() == 4).then_some(previews)
    });
    let buckets = cloud.buckets();
    assert_eq!(ann.delete(&friends).unwrap().status, 200);
    let [own, gone] = [&buckets[0], &buckets[1]];
    until("the bucket of the space to be deleted", || {
        (!cloud.buckets().contains(gone)).then_some(())
    });
    drop(server);
    let used = cloud.keys(own);

    cloud.make_bucket(gone);
    let foreign = format!("{}1-99999", cloud.prefix);
    cloud.make_bucket(&foreign);
    let of_previews = cloud.preview_bucket();
    for (bucket, key) in [
        (own, "998.png"),
        (gone, "5.png"),
        (&of_previews, "1/998.png.small"),
        (&of_previews, "2/5.png.large"),
        (&cloud.temp, "1-997.png"),
        // These stay.
        (own, "holiday.png"),
        (&foreign, "996.png"),
        (&cloud.temp, "backup/a.tar.zst"),
    ] {
        cloud.put_old(bucket, key, b"the bytes");
    }
    cloud.put(own, "995.png", b"young");
    cloud.put(&cloud.temp, "1-995.png", b"young");

    let found = cleaned(&cloud, &["--dry-run"]);
    assert_eq!(found["summary"]["orphans"], 5, "{found}");
    assert_eq!(cloud.keys(gone), ["5.png"]);

    // What S3 refuses stays, is named, and doesn't count as deleted; the rest goes.
    cloud.proxy.refuse("POST", own);
    cloud.proxy.refuse("DELETE", own);
    let (printed, complaint) = cloud.fails(&["photos", "cleanup", "--json"], &[]);
    cloud.proxy.relent();
    let said: Value = serde_json::from_str(&printed).unwrap();
    let summary = &said["summary"];
    assert_eq!(
        (&summary["orphans"], &summary["failed"]),
        (&4.into(), &1.into()),
        "{said}"
    );
    assert!(
        complaint.ends_with("1 file couldn't be deleted\n"),
        "{complaint}"
    );
    assert!(cloud.keys(own).contains(&"998.png".into()));

    let said = cleaned(&cloud, &[]);
    let summary = &said["summary"];
    assert_eq!(
        (&summary["orphans"], &summary["bytes"]),
        (&1.into(), &9.into()),
        "{said}"
    );
    assert_eq!(
        (&summary["young"], &summary["unrecognized"]),
        (&2.into(), &3.into()),
        "{said}"
    );
    let mut left = [&used[..], &["995.png".into(), "holiday.png".into()]].concat();
    left.sort();
    assert_eq!(cloud.keys(own), left);
    assert_eq!(cloud.keys(&cloud.temp), ["1-995.png", "backup/a.tar.zst"]);
    assert_eq!(cloud.keys(&foreign), ["996.png"]);
    assert!(!cloud.buckets().contains(gone));
    let kept = previews.into_iter().filter(|key| key.starts_with("1/"));
    assert_eq!(cloud.previews(), kept.collect::<Vec<_>>());
    assert_eq!(cleaned(&cloud, &[])["summary"]["orphans"], 0);
    cloud.succeeds(&["photos", "verify"], &[]);
}
