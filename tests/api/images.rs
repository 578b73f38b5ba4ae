//! The list of a space's photos.

use serde_json::{Value, json};

use crate::archives::{names, zip};
use crate::support::{Form, TestApp, path_of, pictures, user};

#[test]
fn photos_are_listed_oldest_share_first_and_texts_are_not() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Choir");
    let first = ann.share_photo(1, &pictures::png(1));
    ann.share(1, "Only words");
    ann.share_photo(2, &pictures::png(2));
    let second = ann.share_photo(1, &pictures::png(3));
    ann.put_form(
        &format!("/shares/{}", first["id"]),
        Form::text("A newer photo").file(&pictures::png(4)),
    )
    .is(200, "Share edited");
    app.move_photos();
    let second = ann.get(&format!("/shares/{}", second["id"])).is_ok();
    let list = ann.get("/spaces/1/images").is_ok();
    let fetched: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| app.anonymous().get(&path_of(&row["image_url"])).bytes)
        .collect();
    assert!(fetched == [pictures::png(4), pictures::png(3)]);
    assert_eq!(
        list[1],
        json!({
            "image_url": second["image_url"],
            "image": second["image"],
            "media": second["media"][0],
            "share_id": second["id"],
            "user": user(ann.id, "ann"),
            "timestamp": second["timestamp"],
        })
    );
}

#[test]
fn photos_are_listed_newest_share_first_on_request_and_in_pages_too() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for seed in 1..=5 {
        ann.share_photo(1, &pictures::png(seed));
    }
    app.move_photos();
    let ids = |rows: &Value| -> Vec<i64> {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row["share_id"].as_i64().unwrap()).collect()
    };
    for (order, expected) in [("newest", [5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5])] {
        let path = format!("/spaces/1/images?order={order}");
        let whole = ann.get(&path);
        assert_eq!(whole.next(), None);
        assert_eq!(ids(&whole.is_ok()), expected);
        let (mut found, mut next) = (Vec::new(), Some(format!("{path}&limit=2")));
        while let Some(path) = next {
            let page = ann.get(&path);
            found.extend(ids(&page.is_ok()));
            next = page.next();
        }
        assert_eq!(found, expected);
    }
    for order in ["", "random", "Newest"] {
        ann.get(&format!("/spaces/1/images?order={order}"))
            .is(400, "Order must be oldest or newest");
    }
}

#[test]
fn videos_and_photos_are_listed_alone_on_request_and_in_pages_too() {
    const MP4: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let mixed = |seeds: [u32; 2], taken: &str| {
        let form = form_of(&pictures::png(seeds[0]));
        let form = form.part("file", Some("a.mp4"), MP4);
        let form = form.part("taken_at", None, taken.as_bytes());
        ann.post_form("/spaces/1/shares", form.file(&pictures::png(seeds[1])))
            .is_ok();
    };
    mixed([1, 2], "2019-07-14T06:30");
    ann.share(1, "Only words");
    mixed([3, 4], "2018-07-14T06:30");
    mixed([5, 6], "2020-07-14T06:30");
    app.move_photos();
    let walk = |query: &str| -> Vec<(Value, i64)> {
        let (mut found, mut next) = (
            Vec::new(),
            Some(format!("/spaces/1/images?{query}&limit=2")),
        );
        while let Some(path) = next {
            let page = ann.get(&path);
            let rows = page.is_ok();
            let rows = rows.as_array().unwrap().iter();
            found.extend(rows.map(|row| {
                (
                    row["media"]["kind"].clone(),
                    row["share_id"].as_i64().unwrap(),
                )
            }));
            next = page.next();
        }
        found
    };
    let of = |kind: &str, shares: &[i64]| -> Vec<(Value, i64)> {
        shares.iter().map(|share| (json!(kind), *share)).collect()
    };
    assert_eq!(walk("kind=video"), of("video", &[1, 3, 4]));
    assert_eq!(walk("kind=video&order=newest"), of("video", &[4, 3, 1]));
    assert_eq!(walk("by=taken&kind=video"), of("video", &[3, 1, 4]));
    assert_eq!(
        walk("kind=photo&order=newest"),
        of("photo", &[4, 4, 3, 3, 1, 1])
    );
    assert_eq!(walk("by=shared").len(), 9);
    // The ZIP of a space knows the same kinds.
    for (query, photos, videos) in [("", 6, 3), ("?kind=photo", 6, 0), ("?kind=video", 0, 3)] {
        let files = zip(&ann.get(&format!("/spaces/1/archive{query}")));
        let names = names(&files);
        let found = names.iter().filter(|name| name.ends_with(".mp4")).count();
        assert_eq!((names.len() - found, found), (photos, videos), "{names:?}");
    }
    for list in ["images", "archive"] {
        for kind in ["", "videos", "Photo"] {
            ann.get(&format!("/spaces/1/{list}?kind={kind}"))
                .is(400, "Kind must be photo or video");
        }
    }
}

#[test]
fn a_photo_tells_how_it_is_shown_before_anybody_has_fetched_it() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    // The second is rotated by 90 degrees, the fourth is upside down; a WebP isn't rotated, as in browsers.
    for (name, (width, height), small, large, animated) in [
        ("garden.jpg", (1200, 800), (400, 267), (1200, 800), false),
        ("tree.jpg", (480, 720), (267, 400), (480, 720), false),
        ("wave.gif", (64, 48), (64, 48), (64, 48), true),
        ("lake.png", (240, 160), (240, 160), (240, 160), false),
        ("spin.png", (64, 48), (64, 48), (64, 48), true),
        ("spin.webp", (64, 48), (64, 48), (64, 48), true),
        ("cat.webp", (240, 160), (240, 160), (240, 160), false),
    ] {
        let share = ann.share_photo(1, &pictures::sample(name));
        let url = share["image_url"].as_str().unwrap();
        let (photo, proof) = url.split_once('?').unwrap();
        let preview = |size: &str, (width, height): (u32, u32)| json!({"url": format!("{photo}/{size}?{proof}"), "width": width, "height": height});
        let expected = json!({
            "id": share["image"]["id"],
            "width": width,
            "height": height,
            "placeholder": null,
            "animated": animated,
            "previews": {"small": preview("small", small), "large": preview("large", large)},
        });
        assert_eq!(share["image"], expected, "{name}");
        assert_eq!(
            ann.get(&format!("/shares/{}", share["id"])).is_ok()["image"],
            expected
        );
    }
    app.move_photos();
}

#[test]
fn listing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    app.anonymous()
        .get("/spaces/1/images")
        .is(401, "You aren't authorized");
    bob.get("/spaces/99/images")
        .is(404, "Space with ID '99' doesn't exist");
    bob.get("/spaces/1/images")
        .is(403, "Can't access this space - not a member");
    assert_eq!(ann.get("/spaces/1/images").is_ok(), json!([]));
}

/// A JPEG whose camera has written when it was taken.
fn dated_jpeg(seed: u32, exif: &str) -> Vec<u8> {
    let jpeg = pictures::plain(image::ImageFormat::Jpeg, seed);
    let date = format!("{exif}\0");
    // A directory with one entry, which leads to that of the camera, with the date after it.
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    block.extend(b"\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0");
    block.extend(b"\0\x01\x90\x03\0\x02\0\0\0\x14\0\0\0\x2c\0\0\0\0");
    block.extend(date.as_bytes());
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let segment = [&b"\xff\xe1"[..], &length, &block].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

#[test]
fn the_date_that_a_photo_tells_is_kept_unless_it_is_left_out_or_replaced_or_in_the_future() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let photo = |seed| dated_jpeg(seed, "2019:07:14 15:30:59");
    let form = Form::default()
        .file(&photo(1))
        .file(&photo(2))
        .part("taken_at", None, b"none")
        .file(&photo(3))
        .part("taken_at", None, b"1969-07-20T20:17:40Z");
    let left_out = form_of(&photo(4)).part("keep_dates", None, b"false");
    let kept = form_of(&photo(5)).part("keep_dates", None, b"true");
    let in_the_future = form_of(&dated_jpeg(6, "9000:07:14 15:30:59"));
    let dates = |form| -> Vec<Value> {
        let share = ann.post_form("/spaces/1/shares", form).is_ok();
        let media = share["media"].as_array().unwrap().iter();
        media.map(|medium| medium["taken_at"].clone()).collect()
    };
    assert_eq!(
        dates(form),
        [
            json!("2019-07-14T15:30:59"),
            Value::Null,
            json!("1969-07-20T20:17:40Z")
        ]
    );
    assert_eq!(dates(left_out), [Value::Null]);
    assert_eq!(dates(kept), ["2019-07-14T15:30:59"]);
    assert_eq!(dates(in_the_future), [Value::Null]);
    app.move_photos();
    let date = b"2019:07:14";
    for file in app.files() {
        let stored = std::fs::read(app.path(&format!("photos/{file}"))).unwrap();
        assert!(!stored.windows(date.len()).any(|bytes| bytes == date));
    }
}

fn form_of(photo: &[u8]) -> Form {
    Form::default().file(photo)
}
