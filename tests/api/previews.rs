//! Previews: small and large pictures of photos, by the same links.

use std::fs;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use shared_spaces::jobs::cleanup::CleanupReport;
use shared_spaces::jobs::index_previews::IndexReport;
use shared_spaces::jobs::outcome::Outcome;
use shared_spaces::jobs::process_photo::PhotoWorker;

use crate::support::{Form, Person, Reply, TestApp, path_of, pictures};

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// The path of the link to a preview of a share's photo.
fn preview(share: &Value, size: &str) -> String {
    path_of(&share["image"]["previews"][size]["url"])
}

/// Shares a photo and has it moved. The worker has recorded what it has made, so no look at the store is needed.
fn share_moved(app: &TestApp, photo: &[u8]) -> Value {
    let ann = app.anonymous().signed_in("ann");
    let share = ann.share_photo(1, photo);
    app.move_photos();
    assert_eq!(app.look_for_previews(), IndexReport::default());
    ann.get(&format!("/shares/{}", share["id"])).is_ok()
}

const SEEN: IndexReport = IndexReport {
    settled: 1,
    again: 0,
    asked: 0,
};

#[track_caller]
fn is_kept_for_good(reply: &Reply) {
    let cache = reply.header("Cache-Control").unwrap();
    assert!(cache.starts_with("private, immutable, max-age="), "{cache}");
}

/// A WebP with everything right but the packed pixels, which cleaning doesn't check.
pub fn undecodable() -> Vec<u8> {
    let mut webp = pictures::plain(ImageFormat::WebP, 1);
    let chunk = webp.windows(4).position(|kind| kind == b"VP8L").unwrap();
    let length = u32::from_le_bytes(webp[chunk + 4..chunk + 8].try_into().unwrap()) as usize;
    // Behind its length come a signature and the measures of the picture.
    webp[chunk + 13..chunk + 8 + length].fill(0xff);
    webp
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
    app.move_photos();
}

#[test]
fn the_link_to_a_preview_is_signed_like_that_to_its_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    let (share, other) = (
        ann.share_photo(1, &pictures::png(1)),
        ann.share_photo(1, &pictures::png(2)),
    );
    app.move_photos();
    let path = preview(&share, "small");
    let (place, proof) = path.split_once('?').unwrap();
    assert!(share["image_url"].as_str().unwrap().ends_with(proof));

    let anonymous = app.anonymous();
    for wrong in [
        place.to_owned(),
        format!("{place}?expires=99999999999&signature=AAAA"),
        path.replace("expires=", "expires=9"),
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
    app.move_photos();
    ann.delete("/shares/1").is(200, "Share deleted");
    for size in ["small", "large"] {
        app.anonymous()
            .get(&preview(&share, size))
            .is(404, "No such photo");
    }
    assert!(app.files().is_empty());
}

#[test]
fn a_photo_in_its_space_is_shown_small_and_large_the_right_way_up() {
    let app = TestApp::new();
    ann(&app);
    let share = share_moved(&app, &pictures::sample("tree.jpg"));
    let whole = app.anonymous().get(&path_of(&share["image_url"]));
    let mut tags = vec![whole.header("ETag").unwrap().to_owned()];
    for (size, width, height) in [("small", 267, 400), ("large", 480, 720)] {
        let path = preview(&share, size);
        let reply = app.anonymous().get(&path);
        assert_eq!(reply.header("Content-Type"), Some("image/jpeg"));
        is_kept_for_good(&reply);
        let image = image::load_from_memory(&reply.bytes).unwrap();
        assert_eq!((image.width(), image.height()), (width, height), "{size}");
        assert!(reply.bytes.len() < whole.bytes.len());
        let shown = &share["image"]["previews"][size];
        assert_eq!(
            (&shown["width"], &shown["height"]),
            (&json!(width), &json!(height))
        );

        let tag = reply.header("ETag").unwrap().to_owned();
        let again = app.anonymous().get_with(&path, "If-None-Match", &tag);
        assert_eq!((again.status, again.bytes.len()), (304, 0));
        let part = app.anonymous().get_with(&path, "Range", "bytes=2-9");
        assert_eq!((part.status, &part.bytes[..]), (206, &reply.bytes[2..=9]));
        let head = app.anonymous().send(app.client().head(path));
        let length = reply.bytes.len().to_string();
        assert_eq!(head.header("Content-Length"), Some(length.as_str()));
        assert!(!tags.contains(&tag), "{size}");
        tags.push(tag);
    }
    assert_eq!(
        app.previews(),
        [
            "previews/space-id-1/1.jpg.large",
            "previews/space-id-1/1.jpg.small"
        ]
    );
}

#[test]
fn a_seen_photo_tells_what_to_show_until_it_is_there() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = share_moved(&app, &pictures::sample("tree.jpg"));
    let placeholder = share["image"]["placeholder"].as_str().unwrap();
    let hash = STANDARD.decode(placeholder).unwrap();
    let ratio = thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap();
    assert!((0.5..0.85).contains(&ratio), "{ratio}");
    let listed = ann.get("/spaces/1/images").is_ok();
    assert_eq!(listed[0]["image"], share["image"]);
}

#[test]
fn what_one_sees_through_stays_so() {
    let app = TestApp::new();
    ann(&app);
    let mut glass = DynamicImage::new_rgba8(500, 300).into_rgba8();
    glass.put_pixel(7, 7, image::Rgba([9, 9, 9, 255]));
    let mut png = std::io::Cursor::new(Vec::new());
    glass.write_to(&mut png, ImageFormat::Png).unwrap();
    let share = share_moved(&app, png.get_ref());
    for size in ["small", "large"] {
        let reply = app.anonymous().get(&preview(&share, size));
        assert_eq!(reply.header("Content-Type"), Some("image/webp"));
        let image = image::load_from_memory(&reply.bytes).unwrap();
        assert_eq!(image.into_rgba8()[(200, 200)][3], 0);
    }
}

#[test]
fn what_moves_is_small_by_its_first_frame_and_large_as_it_is() {
    let app = TestApp::new();
    ann(&app);
    let share = share_moved(&app, &pictures::sample("wave.gif"));
    let whole = app.anonymous().get(&path_of(&share["image_url"]));
    let small = app.anonymous().get(&preview(&share, "small"));
    assert_eq!(small.header("Content-Type"), Some("image/jpeg"));
    let large = app.anonymous().get(&preview(&share, "large"));
    assert_eq!(
        (large.header("Content-Type"), &large.bytes),
        (Some("image/gif"), &whole.bytes)
    );
    is_kept_for_good(&large);
    assert_eq!(app.previews(), ["previews/space-id-1/1.gif.small"]);
}

#[test]
fn a_photo_that_cannot_be_decoded_is_moved_all_the_same_and_not_tried_again() {
    let app = TestApp::new();
    ann(&app);
    let share = share_moved(&app, &undecodable());
    assert_eq!(share["image"]["placeholder"], Value::Null);
    for size in ["small", "large"] {
        let reply = app.anonymous().get(&preview(&share, size));
        assert_eq!((reply.status, &reply.bytes), (200, &undecodable()));
        is_kept_for_good(&reply);
    }
    app.app
        .clock
        .advance(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(app.look_for_previews(), IndexReport::default());
    assert_eq!(app.process_one(), Outcome::Empty);
}

#[test]
fn a_preview_that_got_lost_is_replaced_by_the_photo_for_a_moment() {
    let app = TestApp::new();
    ann(&app);
    let share = share_moved(&app, &pictures::png(1));
    fs::remove_file(app.path("photos/previews/space-id-1/1.png.small")).unwrap();
    let reply = app.anonymous().get(&preview(&share, "small"));
    assert_eq!(reply.bytes, pictures::png(1));
    assert_eq!(reply.header("Cache-Control"), Some("private, max-age=30"));
}

#[test]
fn previews_go_with_the_photo_that_is_deleted_or_replaced_and_with_the_space() {
    let app = TestApp::new();
    let ann = ann(&app);
    for seed in 1..=3 {
        share_moved(&app, &pictures::png(seed));
    }
    ann.delete("/shares/1").is(200, "Share deleted");
    let newer = Form::text("A newer photo").file(&pictures::png(4));
    ann.put_form("/shares/2", newer).is(200, "Share edited");
    assert_eq!(
        app.previews(),
        [
            "previews/space-id-1/3.png.large",
            "previews/space-id-1/3.png.small"
        ]
    );
    app.move_photos();
    ann.delete("/spaces/1").is(200, "Space deleted");
    assert!(app.previews().is_empty() && app.files().is_empty());
    assert!(!app.path("photos/previews/space-id-1").exists());
}

#[test]
fn previews_that_a_worker_brings_back_are_deleted_by_the_tombstone_of_their_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    share_moved(&app, &pictures::png(1));
    let kept = app.path("photos/previews/space-id-1/1.png.small");
    let bytes = fs::read(&kept).unwrap();
    ann.delete("/shares/1").is(200, "Share deleted");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, bytes).unwrap();
    app.app.clock.advance(Duration::from_secs(10 * 60));
    let swept = app.wait(app.app.clean_up()).unwrap();
    assert_eq!(
        swept,
        CleanupReport {
            deleted: 1,
            orphans: 0
        }
    );
    assert!(app.previews().is_empty());
}

#[test]
fn a_worker_that_died_between_moving_a_photo_and_its_previews_loses_none() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    let taken = app.wait(app.app.queue.receive(1, false)).unwrap().remove(0);
    app.wait(app.app.photos.move_to_space(&taken.name)).unwrap();
    assert_eq!(
        app.look_for_previews(),
        IndexReport {
            again: 1,
            ..IndexReport::default()
        }
    );
    app.app.clock.advance(Duration::from_secs(61));
    assert_eq!(
        app.process_one(),
        Outcome::Moved("1-1.png".parse().unwrap())
    );
    assert_eq!(app.previews().len(), 2);
    app.app.clock.advance(Duration::from_secs(60));
    assert_eq!(app.look_for_previews(), IndexReport::default());
    let share = app.anonymous().signed_in("ann").get("/shares/1").is_ok();
    assert!(share["image"]["placeholder"].is_string(), "{share}");
}

#[test]
fn a_photo_whose_previews_cannot_be_written_down_is_moved_all_the_same_and_they_are_found() {
    let (app, other) = (TestApp::new(), TestApp::new());
    ann(&app).share_photo(1, &pictures::sample("tree.jpg"));
    // The database in which it would be recorded is gone.
    fs::rename(other.path("shared-spaces.db"), other.path("moved.db")).unwrap();
    let (photos, queue) = (app.app.photos.clone(), app.app.queue.clone());
    let gone = Some(other.app.preview_indexer.clone());
    let worker = PhotoWorker::new(photos, queue, app.app.thumbnailer(), gone);
    let moved = app.wait(worker.step()).unwrap();
    assert_eq!(moved, Outcome::Moved("1-1.jpg".parse().unwrap()));
    assert_eq!(app.look_for_previews(), SEEN);
}

#[test]
fn what_a_worker_without_a_database_has_made_is_found_in_the_store() {
    let app = TestApp::new();
    let ann = ann(&app);
    let moving = pictures::sample("wave.gif");
    for photo in [pictures::sample("tree.jpg"), moving, undecodable()] {
        ann.share_photo(1, &photo);
    }
    app.move_photos_without_database();
    let image = |share| ann.get(&format!("/shares/{share}")).is_ok()["image"].clone();
    let before = [1, 2, 3].map(image);
    assert_eq!(app.look_for_previews().settled, 3);
    for (before, share) in before.into_iter().zip([1, 2, 3]) {
        let after = image(share);
        assert!(before["placeholder"].is_null());
        assert_eq!(after["placeholder"].is_string(), share != 3, "{after}");
        for known in ["width", "height", "animated"] {
            assert_eq!(after[known], before[known], "{known} was known before");
        }
    }
}

#[test]
fn where_no_previews_are_wanted_none_are_made() {
    let app = TestApp::with(|config| config.photos.previews = false);
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    assert!(app.previews().is_empty());
    let reply = app.anonymous().get(&preview(&share, "small"));
    assert_eq!(reply.bytes, pictures::png(1));
}

/// Photos that were moved long ago, by a worker that made no previews, and that are recorded as they are stored.
fn from_before(app: &TestApp) {
    let aged = app.app.db.write(|conn| {
        conn.execute_batch(
            "update photos set animated = 0, created_at = 0, previews_due_at = 0;
             update photos set width = height, height = width where name = '1-1.jpg';",
        )?;
        Ok(())
    });
    app.wait(aged).unwrap();
}

#[test]
fn photos_from_before_get_their_previews_and_are_told_as_they_are_shown() {
    let app = TestApp::with(|config| config.photos.previews = false);
    let person = ann(&app);
    for name in ["tree.jpg", "spin.png", "lake.png"] {
        person.share_photo(1, &pictures::sample(name));
    }
    app.move_photos();
    from_before(&app);
    assert_eq!(person.get("/shares/1").is_ok()["image"]["width"], 720);
    let app = app.restarted_with(|config| config.photos.previews = true);

    let asked = IndexReport {
        settled: 0,
        again: 3,
        asked: 3,
    };
    assert_eq!(app.look_for_previews(), asked);
    assert_eq!(app.look_for_previews().asked, 0, "they are on their way");
    app.move_photos();
    assert_eq!(app.look_for_previews(), IndexReport::default());
    let person = app.anonymous().signed_in("ann");
    let image = |share| person.get(&format!("/shares/{share}")).is_ok()["image"].clone();
    let (turned, moving, still) = (image(1), image(2), image(3));
    assert_eq!(
        (&turned["width"], &turned["height"]),
        (&json!(480), &json!(720))
    );
    assert_eq!(
        (&moving["animated"], &still["animated"]),
        (&json!(true), &json!(false))
    );
    for image in [turned, moving, still] {
        assert!(image["placeholder"].is_string());
    }
}

#[test]
fn new_photos_do_not_wait_behind_those_from_before() {
    let app = TestApp::with(|config| config.photos.previews = false);
    let person = ann(&app);
    for seed in 0..40 {
        person.share_photo(1, &pictures::png(seed));
    }
    app.move_photos();
    from_before(&app);
    let app = app.restarted_with(|config| config.photos.previews = true);
    let waiting = || app.count("select count(*) from photo_jobs");
    assert_eq!(app.look_for_previews().asked, 16);
    assert_eq!(app.look_for_previews().asked, 0);
    assert_eq!(waiting(), 16);
    let person = app.anonymous().signed_in("ann");
    let share = person.share_photo(1, &pictures::png(41));
    app.move_photos();
    let mut asked = 16;
    while asked < 40 {
        asked += app.look_for_previews().asked;
        assert!((1..=16).contains(&waiting()));
        app.move_photos();
    }
    assert_eq!(app.previews().len(), 2 * 41);
    let reply = app.anonymous().get(&preview(&share, "small"));
    is_kept_for_good(&reply);
}

#[test]
fn a_photo_that_stays_without_previews_is_looked_at_more_and_more_seldom() {
    let app = TestApp::new().leaving_jobs();
    ann(&app).share_photo(1, &pictures::png(1));
    let mut looks = 0;
    for _ in 0..24 * 60 {
        app.app.clock.advance(Duration::from_secs(60));
        looks += app.look_for_previews().again;
    }
    assert!((10..30).contains(&looks), "{looks}");
}

#[test]
fn previews_that_may_be_elsewhere_now_are_looked_for_again_and_shown_meanwhile() {
    let app = TestApp::new();
    ann(&app);
    let share = share_moved(&app, &pictures::png(1));
    let unseen = app
        .app
        .db
        .write(|conn| Ok(shared_spaces::domain::photos::reset_previews(conn)?));
    app.wait(unseen).unwrap();
    is_kept_for_good(&app.anonymous().get(&preview(&share, "small")));
    assert_eq!(app.look_for_previews(), SEEN);
    let person = app.anonymous().signed_in("ann");
    assert_eq!(person.get("/shares/1").is_ok()["image"], share["image"]);
}
