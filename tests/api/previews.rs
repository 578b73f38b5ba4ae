//! Previews: small and large pictures of photos, by the same links.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Person, TestApp, path_of, pictures};

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// The path of the link to a preview of a share's photo.
fn preview(share: &Value, size: &str) -> String {
    path_of(&share["image"]["previews"][size]["url"])
}

#[test]
fn until_there_is_a_preview_its_link_gives_the_photo_for_a_moment() {
    let app = TestApp::new();
    let ann = ann(&app);
    let picture = pictures::png(1);
    let share = ann.share_photo(1, &picture);
    for size in ["small", "large"] {
        let reply = app.anonymous().get(&preview(&share, size));
        assert_eq!((reply.status, &reply.bytes), (200, &picture));
        assert_eq!(reply.header("Content-Type"), Some("image/png"));
        assert_eq!(
            reply.header("Cache-Control"),
            Some("private, max-age=30"),
            "the preview comes soon"
        );
    }
    app.sort_all();
}

#[test]
fn the_link_to_a_preview_is_signed_like_that_to_its_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    let (share, other) = (
        ann.share_photo(1, &pictures::png(1)),
        ann.share_photo(1, &pictures::png(2)),
    );
    app.sort_all();
    let path = preview(&share, "small");
    let (place, proof) = path.split_once('?').unwrap();
    assert!(share["image_url"].as_str().unwrap().ends_with(proof));

    let anonymous = app.anonymous();
    for wrong in [
        place.to_owned(),
        format!("{place}?expires=99999999999&signature=AAAA"),
        path.replace("expires=1", "expires=2"),
        format!("/photos/1-99.png/small?{proof}"),
        format!("/photos/..%2F1-1.png/small?{proof}"),
        preview(&other, "small").replace("1-2.png", "1-1.png"),
    ] {
        anonymous.get(&wrong).is(403, "This link isn't valid");
    }
    ann.get(place).is(403, "This link isn't valid");
    for unknown in ["huge", "Small", "small.jpg"] {
        anonymous
            .get(&format!("/photos/1-1.png/{unknown}?{proof}"))
            .is(404, "No such page or endpoint");
    }
    app.app.clock.advance(Duration::from_secs(24 * 60 * 60));
    anonymous.get(&path).is(403, "This link has expired");
}

#[test]
fn with_a_photo_its_previews_are_gone() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.sort_all();
    ann.delete("/shares/1").is(200, "Share deleted");
    for size in ["small", "large"] {
        app.anonymous()
            .get(&preview(&share, size))
            .is(404, "No such photo");
    }
    assert!(app.files().is_empty());
}
