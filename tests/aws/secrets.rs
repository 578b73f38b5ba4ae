//! What must never be in the logs of a server that talks to Amazon, at any log level.

use std::fs;

use crate::aws::cloud::Cloud;
use crate::support::{Server, picture, until};

#[test]
fn credentials_and_signatures_are_not_logged() {
    const SECRET: &str = "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY";
    const SESSION: &str = "FwoGZXIvYXdzEBYaDEXAMPLETOKEN";
    let cloud = Cloud::new();
    let log = cloud.folder().join("log");
    let others = [
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", SESSION),
        ("SHARED_SPACES_PHOTOS__WORKER", "embedded"),
    ];
    let mut serve = cloud.command(cloud.folder(), &["serve", "--port", "0"], &others);
    serve.env("RUST_LOG", "trace");
    let server = Server::start_logged(serve, &log);
    let ann = server.person("ann");
    let share = ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the photo to be moved", || {
        (cloud.buckets().len() == 1 && cloud.messages() == 0).then_some(())
    });
    // By a link that S3 signs.
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    server.process.terminate();
    assert!(server.process.wait().success());

    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("TRACE S3.GetObject"));
    let link = share["image_url"].as_str().unwrap();
    let (_, signature) = link.rsplit_once("signature=").unwrap();
    for secret in [SECRET, SESSION, signature, ann.token(), "X-Amz-Signature="] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}
