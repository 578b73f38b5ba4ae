//! A data folder that is empty although S3 has photos: its disk isn't mounted.

use std::fs;

use crate::aws::cloud::Cloud;
use crate::aws::proxy::Weather;
use crate::support::{files, picture, until};

const SERVE: [&str; 3] = ["serve", "--port", "0"];
const LOCAL_QUEUE: (&str, &str) = ("SHARED_SPACES_PHOTOS__QUEUE", "local");

/// A data folder with a photo in its space, whose disk is then away.
fn with_a_disk_that_is_away(settings: &[(&str, &str)]) -> Cloud {
    let cloud = Cloud::new();
    let server = cloud.server(settings);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the photo to be moved", || {
        let one_bucket = cloud.keys("all-spaces").len();
        (cloud.buckets().len() + one_bucket == 1 && cloud.keys(&cloud.temp).is_empty())
            .then_some(())
    });
    server.process.terminate();
    assert!(server.process.wait().success());
    fs::rename(cloud.folder().join("data"), cloud.folder().join("disk")).unwrap();
    cloud
}

#[test]
fn an_empty_data_folder_is_refused_where_s3_has_photos() {
    for layout in ["buckets", "prefix"] {
        let settings = [
            LOCAL_QUEUE,
            ("SHARED_SPACES_PHOTOS__LAYOUT", layout),
            ("SHARED_SPACES_PHOTOS__BUCKET", "all-spaces"),
        ];
        let cloud = with_a_disk_that_is_away(&settings);
        let data = cloud.folder().join("data");
        for arguments in [
            &SERVE[..],
            &["worker"],
            &["user", "list"],
            &["photos", "failed"],
        ] {
            let (_, complaint) = cloud.fails(arguments, &settings);
            assert!(
                complaint.contains("S3 has photos of an earlier installation, in ")
                    && complaint.contains("If the folder is on a disk of its own, mount that"),
                "{complaint}"
            );
            assert_eq!(files(&data), [""; 0], "{arguments:?}");
        }
        fs::rename(cloud.folder().join("disk"), &data).unwrap();
        let server = cloud.server(&settings);
        let ann = server.sign_in("ann", crate::support::PASSWORD).unwrap();
        let share = ann.get("/shares/1").unwrap().json();
        assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    }
}

#[test]
fn a_folder_that_was_begun_while_s3_was_gone_is_refused_when_it_is_back() {
    let cloud = with_a_disk_that_is_away(&[LOCAL_QUEUE]);
    for _ in 0..2 {
        cloud.proxy.set(Weather::Gone);
        let server = cloud.server(&[LOCAL_QUEUE]);
        cloud.proxy.set(Weather::Fine);
        assert_eq!(server.process.wait().code(), Some(1));
    }
    let (_, complaint) = cloud.fails(&SERVE, &[LOCAL_QUEUE]);
    assert!(
        complaint.contains("S3 has photos of an earlier installation"),
        "{complaint}"
    );
}

#[test]
fn buckets_that_others_have_made_are_no_reason_to_refuse() {
    let cloud = Cloud::new();
    let theirs = format!("{}1-00000", cloud.prefix);
    cloud.make_bucket(&theirs);
    cloud.put(&theirs, "34.png", b"an old photo");
    let server = cloud.server(&[LOCAL_QUEUE]);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the photo to be moved", || {
        (cloud.keys(&theirs) == ["1.png", "34.png"]).then_some(())
    });
}
