//! Photos: what is taken and what is refused, links to them, the move to their space, and deletion.

use std::fs;
use std::io::Cursor;
use std::time::Duration;

use image::ImageFormat;
use rocket::http::Header;
use serde_json::Value;
use shared_spaces::jobs::cleanup::CleanupReport;
use shared_spaces::jobs::outcome::Outcome;
use shared_spaces::queue::{Disposition, Failure};
use shared_spaces::storage::Moved;

use crate::support::{Form, Person, Reply, TestApp, path_of, pictures};

const PATH: &str = "/spaces/1/shares";

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

fn fetch(app: &TestApp, share: &Value) -> Reply {
    app.anonymous().get(&path_of(&share["image_url"]))
}

#[test]
fn a_photo_of_each_type_arrives_is_moved_and_served() {
    let app = TestApp::new();
    let ann = ann(&app);
    let types = [
        (ImageFormat::Jpeg, "jpg", "image/jpeg"),
        (ImageFormat::Png, "png", "image/png"),
        (ImageFormat::WebP, "webp", "image/webp"),
        (ImageFormat::Gif, "gif", "image/gif"),
    ];
    for (format, extension, media_type) in types {
        let picture = pictures::plain(format, 1);
        let share = ann.share_photo(1, &picture);
        assert_eq!(
            app.files().last().unwrap(),
            &format!("temp/1-{}.{extension}", share["id"])
        );
        assert_eq!(fetch(&app, &share).bytes, picture, "before the move");
        app.move_photos();
        assert!(
            app.path(&format!("photos/space-id-1/{}.{extension}", share["id"]))
                .is_file()
        );
        let reply = fetch(&app, &share);
        assert_eq!(
            (reply.status, &reply.bytes),
            (200, &picture),
            "after the move"
        );
        assert_eq!(reply.header("Content-Type"), Some(media_type));
    }
}

#[test]
fn a_photo_is_shown_or_saved_under_the_name_that_its_link_says() {
    let app = TestApp::new();
    let share = ann(&app).share_photo(1, &pictures::png(1));
    app.move_photos();
    let link = path_of(&share["image_url"]);
    let shown = app.anonymous().get(&link);
    assert_eq!(shown.header("Content-Disposition"), None);
    for (wish, name) in [("Our%20garden", "Our%20garden%2Epng"), ("", "1%2Epng")] {
        let saved = app.anonymous().get(&format!("{link}&download={wish}"));
        assert_eq!((saved.status, &saved.bytes), (200, &shown.bytes));
        let expected = format!("attachment; filename*=UTF-8''{name}");
        assert_eq!(saved.header("Content-Disposition"), Some(&*expected));
    }
    let other = link.replace("signature=", "signature=A");
    let refused = app.anonymous().get(&format!("{other}&download=a"));
    assert_eq!(refused.header("Content-Disposition"), None);
    refused.is(403, "This link isn't valid");
}

#[test]
fn a_real_photo_keeps_every_pixel_and_loses_its_position() {
    let app = TestApp::new();
    let ann = ann(&app);
    for name in ["garden.jpg", "tree.jpg", "lake.png", "cat.webp", "wave.gif"] {
        let original = pictures::sample(name);
        let share = ann.share_photo(1, &original);
        app.move_photos();
        let served = fetch(&app, &share).bytes;
        let decoded = |bytes: &[u8]| image::load_from_memory(bytes).unwrap();
        assert!(
            decoded(&served) == decoded(&original),
            "{name} looks different"
        );
        assert!(
            !served.windows(6).any(|window| window == b"SECRET"),
            "{name} still has metadata"
        );
        let exif = exif::Reader::new().read_from_container(&mut Cursor::new(&served));
        let tags: Vec<_> = exif
            .iter()
            .flat_map(exif::Exif::fields)
            .map(|field| field.tag)
            .collect();
        assert!(
            tags.iter().all(|tag| *tag == exif::Tag::Orientation),
            "{name}: {tags:?}"
        );
    }
}

#[test]
fn what_is_no_photo_is_refused_and_nothing_is_kept() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = |bytes: &[u8]| ann.post_form(PATH, Form::text("A photo").file(bytes));
    let types = "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM";
    share(b"Dear diary").is(415, types);
    share(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")
        .is(415, types);
    share(b"<html><script>alert(1)</script></html>").is(415, types);
    share(&pictures::bomb()).is(413, "Photo max 64 million pixels");
    for (width, height) in [(64_000_000, 1), (1, 64_000_000), (65_536, 900)] {
        let long = pictures::png_that_says(width, height);
        share(&long).is(413, "Photo max 65535 pixels on a side");
    }
    let jpeg = pictures::plain(ImageFormat::Jpeg, 1);
    share(&jpeg[..jpeg.len() / 2]).is(400, "Photo is damaged: it ends before the picture does");
    share(b"\xff\xd8\xff\xe0 and then nothing of a picture")
        .is(400, "Photo is damaged: it ends before the picture does");
    assert_eq!(app.count("select count(*) from shares"), 0);
    assert_eq!(app.count("select count(*) from photos"), 0);
    assert!(app.files().is_empty());
}

#[test]
fn a_polyglot_comes_out_as_a_picture_and_nothing_else() {
    let app = TestApp::new();
    let ann = ann(&app);
    let picture = pictures::png(1);
    let polyglot = [&picture[..], b"PK\x03\x04<script>alert(1)</script>"].concat();
    let share = ann.share_photo(1, &polyglot);
    app.move_photos();
    assert_eq!(fetch(&app, &share).bytes, picture);
}

#[test]
fn a_photo_over_the_limit_is_refused_after_the_text_and_the_space() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 2 * 1024 * 1024);
    let (ann, bob) = (ann(&app), app.person("bob"));
    let large = vec![0xff; 3 * 1024 * 1024];
    let form = || Form::default().file(&large);
    bob.post_form("/spaces/9/shares", form().part("text", None, b"x\0"))
        .is(400, "Text cannot contain NUL characters");
    bob.post_form("/spaces/9/shares", form())
        .is(404, "Space with ID '9' doesn't exist");
    bob.post_form(PATH, form().part("text", None, b"Hello"))
        .is(403, "Can't access this space - not a member");
    ann.post_form(PATH, form().part("text", None, b"Hello"))
        .is(413, "Photo max 2 MiB");
    assert!(app.files().is_empty());
}

#[test]
fn a_body_far_over_the_limit_is_not_read_to_its_end() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 1024);
    let ann = ann(&app);
    let huge = vec![0xff; 65 * 1024 * 1024];
    ann.post_form(PATH, Form::default().file(&huge))
        .is(413, "Photo max 1024 bytes");
    assert!(app.files().is_empty());
}

#[test]
fn limits_that_are_no_round_numbers_are_named_exactly() {
    let app = TestApp::with(|config| {
        config.limits.photo_bytes = 1000;
        config.limits.photo_pixels = 191;
    });
    let ann = ann(&app);
    let share = |bytes: &[u8]| ann.post_form(PATH, Form::text("A photo").file(bytes));
    share(&[0xff; 1001]).is(413, "Photo max 1000 bytes");
    share(&pictures::png(1)).is(413, "Photo max 191 pixels");
}

#[test]
fn the_name_of_a_file_is_ignored_whatever_it_is() {
    let app = TestApp::new();
    let ann = ann(&app);
    for name in [
        "../../../etc/passwd",
        "a\\..\\b.exe",
        "photo.svg",
        "%2e%2e%2f",
        "NUL",
    ] {
        let form = Form::text("A photo").part("file", Some(name), &pictures::png(1));
        ann.post_form(PATH, form).is_ok();
    }
    app.move_photos();
    let expected: Vec<_> = (1..=5)
        .map(|share| format!("space-id-1/{share}.png"))
        .collect();
    assert_eq!(app.files(), expected);
}

#[test]
fn links_begin_with_the_host_that_was_asked_or_the_public_address() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let list = ann.get_at("spaces.local:8080", "/spaces/1/images").is_ok();
    let url = list[0]["image_url"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http://spaces.local:8080/photos/1-1.png?expires="),
        "{url}"
    );

    let app =
        TestApp::with(|config| config.public_url = Some("https://spaces.example.org".to_owned()));
    let ann = self::ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    assert!(
        share["image_url"]
            .as_str()
            .unwrap()
            .starts_with("https://spaces.example.org/photos/1-1.png?")
    );
}

#[test]
fn a_link_stays_the_same_for_a_while_so_that_browsers_can_keep_the_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    assert_eq!(
        ann.get("/shares/1").is_ok()["image_url"],
        share["image_url"]
    );
    let reply = fetch(&app, &share);
    let cache = reply.header("Cache-Control").unwrap();
    assert!(cache.starts_with("private, immutable, max-age="), "{cache}");
}

#[test]
fn a_link_ends_within_a_day() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    app.app.clock.advance(Duration::from_secs(24 * 60 * 60));
    fetch(&app, &share).is(403, "This link has expired");
    let again = ann.get("/shares/1").is_ok();
    assert_eq!(fetch(&app, &again).status, 200);
}

#[test]
fn nobody_can_make_or_change_a_link() {
    let app = TestApp::new();
    let ann = ann(&app);
    let first = path_of(&ann.share_photo(1, &pictures::png(1))["image_url"]);
    let second = path_of(&ann.share_photo(1, &pictures::png(2))["image_url"]);
    app.move_photos();
    let invalid = |path: &str| app.anonymous().get(path).is(403, "This link isn't valid");
    for at in first.find("expires=").unwrap() + 8..first.len() {
        let old = first.as_bytes()[at];
        if old == b'&'
            || first[..at].ends_with('&')
            || first[at..].contains("signature=") && !old.is_ascii_digit()
        {
            continue;
        }
        let new = if old == b'5' { '6' } else { '5' };
        let changed = format!("{}{new}{}", &first[..at], &first[at + 1..]);
        let reply = app.anonymous().get(&changed);
        assert_eq!(reply.status, 403, "{changed}");
    }
    let (_, proof) = first.split_once('?').unwrap();
    let (other, _) = second.split_once('?').unwrap();
    invalid(&format!("{other}?{proof}"));
    invalid(other);
    invalid(&format!("{other}?expires=99999999999&signature=AAAA"));
    invalid(&format!("/photos/..%2Fsigning.key?{proof}"));
    invalid(&format!("/photos/1-99.png?{proof}"));
    ann.get(other).is(403, "This link isn't valid");
}

#[test]
fn parts_of_a_photo_are_served() {
    let app = TestApp::new();
    let ann = ann(&app);
    let picture = pictures::png(1);
    let path = path_of(&ann.share_photo(1, &picture)["image_url"]);
    app.move_photos();
    let part = |range: &str| app.anonymous().get_with(&path, "Range", range);

    let whole = app.anonymous().get(&path);
    assert_eq!(whole.header("Accept-Ranges"), Some("bytes"));
    assert_eq!(
        whole.header("Content-Length"),
        Some(picture.len().to_string().as_str())
    );

    let reply = part("bytes=2-5");
    assert_eq!((reply.status, &reply.bytes[..]), (206, &picture[2..=5]));
    assert_eq!(
        reply.header("Content-Range"),
        Some(format!("bytes 2-5/{}", picture.len()).as_str())
    );
    assert_eq!(reply.header("Content-Length"), Some("4"));
    assert_eq!(part("bytes=-7").bytes, picture[picture.len() - 7..]);
    assert_eq!(part("bytes=9-").bytes, picture[9..]);

    let reply = part("bytes=999999-");
    assert_eq!(reply.status, 416);
    assert_eq!(
        reply.header("Content-Range"),
        Some(format!("bytes */{}", picture.len()).as_str())
    );
    for nonsense in ["bytes=5-2", "bytes=x", "pages=1-2", "bytes=0-1,4-5"] {
        let reply = part(nonsense);
        assert_eq!(
            (reply.status, reply.bytes),
            (200, picture.clone()),
            "{nonsense}"
        );
    }
}

#[test]
fn who_has_the_photo_is_not_sent_it_again() {
    let app = TestApp::new();
    let ann = ann(&app);
    let path = path_of(&ann.share_photo(1, &pictures::png(1))["image_url"]);
    let other = path_of(&ann.share_photo(1, &pictures::png(2))["image_url"]);
    app.move_photos();
    let tag = app
        .anonymous()
        .get(&path)
        .header("ETag")
        .unwrap()
        .to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    let reply = app.anonymous().get_with(&path, "If-None-Match", &tag);
    assert_eq!((reply.status, reply.bytes.len()), (304, 0));
    assert_eq!(reply.header("ETag"), Some(tag.as_str()));
    assert_eq!(
        app.anonymous()
            .get_with(&other, "If-None-Match", &tag)
            .status,
        200
    );

    let ranged = |if_range: &str| {
        let request = app
            .client()
            .get(path.clone())
            .header(Header::new("Range", "bytes=0-3"));
        app.anonymous()
            .send(request.header(Header::new("If-Range", if_range.to_owned())))
            .status
    };
    assert_eq!((ranged(&tag), ranged("\"other\"")), (206, 200));
}

#[test]
fn head_tells_about_a_photo_without_sending_it() {
    let app = TestApp::new();
    let ann = ann(&app);
    let picture = pictures::png(1);
    let path = path_of(&ann.share_photo(1, &picture)["image_url"]);
    app.move_photos();
    let reply = app.anonymous().send(app.client().head(path));
    assert_eq!((reply.status, reply.bytes.len()), (200, 0));
    assert_eq!(
        reply.header("Content-Length"),
        Some(picture.len().to_string().as_str())
    );
}

#[test]
fn a_deleted_photo_is_gone_at_once_from_everywhere() {
    let app = TestApp::new();
    let ann = ann(&app);
    let (moved, waiting) = (
        ann.share_photo(1, &pictures::png(1)),
        ann.share_photo(1, &pictures::png(2)),
    );
    assert_eq!(
        app.process_one(),
        Outcome::Moved("1-1.png".parse().unwrap())
    );
    for share in [&moved, &waiting] {
        ann.delete(&format!("/shares/{}", share["id"]))
            .is(200, "Share deleted");
        fetch(&app, share).is(404, "No such photo");
    }
    assert!(app.files().is_empty());
    assert_eq!(app.process_one(), Outcome::Empty);
}

#[test]
fn what_could_not_be_deleted_at_once_is_deleted_by_its_tombstone() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let bytes = fs::read(app.path("photos/space-id-1/1.png")).unwrap();
    ann.delete("/shares/1").is(200, "Share deleted");
    // The server restarts, and then a worker that had claimed the photo brings it back.
    app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    fs::create_dir_all(app.path("photos/space-id-1")).unwrap();
    fs::write(app.path("photos/space-id-1/1.png"), bytes).unwrap();
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport::default()
    );
    app.app.clock.advance(Duration::from_secs(10 * 60));
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport {
            deleted: 1,
            orphans: 0
        }
    );
    assert!(app.files().is_empty());
    assert_eq!(app.count("select count(*) from tombstones"), 0);
}

#[test]
fn a_cleanup_takes_orphans_and_leaves_what_waits_to_be_moved() {
    let app = TestApp::new();
    let ann = ann(&app);
    let waiting = ann.share_photo(1, &pictures::png(1));
    fs::write(app.path("photos/temp/1-99.png"), b"an abandoned upload").unwrap();
    fs::write(app.path("photos/temp/.part-x"), b"half of one").unwrap();
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport::default(),
        "they are too new"
    );
    assert_eq!(
        app.wait(app.app.cleanup().delete_everything_due()).unwrap(),
        CleanupReport {
            deleted: 0,
            orphans: 1
        }
    );
    assert_eq!(app.files(), ["temp/1-1.png"]);
    app.move_photos();
    assert_eq!(fetch(&app, &waiting).bytes, pictures::png(1));
}

#[test]
fn a_photo_that_cannot_be_moved_is_tried_later_then_fails_then_sent_again() {
    let app = TestApp::with(|config| config.photos.max_attempts = 3);
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    let name = || "1-1.png".parse().unwrap();
    let hidden = app.path("photos/hidden");
    fs::rename(app.path("photos/temp/1-1.png"), &hidden).unwrap();

    assert_eq!(app.process_one(), Outcome::Retried(name()));
    assert_eq!(app.process_one(), Outcome::Empty, "it waits");
    app.app.clock.advance(Duration::from_secs(2));
    assert_eq!(app.process_one(), Outcome::Retried(name()));
    app.app.clock.advance(Duration::from_secs(2));
    assert_eq!(app.process_one(), Outcome::Empty, "it waits longer");
    app.app.clock.advance(Duration::from_secs(2));
    assert_eq!(app.process_one(), Outcome::Failed(name()));
    app.app.clock.advance(Duration::from_secs(60 * 60 * 24));
    assert_eq!(app.process_one(), Outcome::Empty, "it is set aside");
    let (ann, share_path) = (
        ann.with_token(app.anonymous().signed_in("ann").token()),
        "/shares/1",
    );
    ann.get(share_path).is_ok();
    fetch(&app, &ann.get(share_path).is_ok()).is(404, "No such photo");

    fs::rename(&hidden, app.path("photos/temp/1-1.png")).unwrap();
    let sent = app.wait(app.app.queue.retry(Some(&[name()])));
    assert_eq!(sent.unwrap(), [name()]);
    assert_eq!(app.process_one(), Outcome::Moved(name()));
    assert!(share["image_url"].is_string());
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn a_worker_that_died_with_a_photo_in_hand_loses_nothing() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    // Taken, moved, and never acknowledged.
    let taken = app.wait(app.app.queue.receive(1, false)).unwrap().remove(0);
    app.wait(app.app.photos.move_to_space(&taken.name)).unwrap();
    assert_eq!(
        app.process_one(),
        Outcome::Empty,
        "no other worker claims it yet"
    );
    app.app.clock.advance(Duration::from_secs(61));
    assert_eq!(
        app.process_one(),
        Outcome::Moved("1-1.png".parse().unwrap())
    );
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn a_photo_that_ends_its_worker_every_time_is_set_aside_too() {
    let app = TestApp::with(|config| config.photos.max_attempts = 2).leaving_jobs();
    ann(&app).share_photo(1, &pictures::png(1));
    for _ in 0..2 {
        assert_eq!(app.wait(app.app.queue.receive(1, false)).unwrap().len(), 1);
        app.app.clock.advance(Duration::from_secs(61));
    }
    assert!(
        app.wait(app.app.queue.receive(1, false))
            .unwrap()
            .is_empty()
    );
    let failed = app
        .app
        .db
        .read(|conn| Ok(shared_spaces::domain::jobs::list_failed(conn)?));
    assert_eq!(
        app.wait(failed).unwrap()[0].last_error,
        "its worker ended without saying why"
    );
}

#[test]
fn a_share_deleted_while_its_photo_is_in_a_workers_hand_stays_deleted() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    let taken = app.wait(app.app.queue.receive(1, false)).unwrap().remove(0);
    ann.delete("/shares/1").is(200, "Share deleted");
    let moved = app.wait(app.app.photos.move_to_space(&taken.name));
    assert_eq!(moved.unwrap(), Moved::Missing);
    let next = app.wait(app.app.queue.nack(&taken, &Failure::Missing));
    assert_eq!(next.unwrap(), Disposition::Gone);
    app.app.clock.advance(Duration::from_secs(61));
    assert_eq!(app.process_one(), Outcome::Empty);
    assert!(app.files().is_empty());
}

#[test]
fn a_file_that_was_emptied_shortened_or_lengthened_is_not_sent_as_the_photo() {
    let app = TestApp::new();
    let share = ann(&app).share_photo(1, &pictures::png(1));
    app.move_photos();
    let path = app.path("photos/space-id-1/1.png");
    let whole = fs::read(&path).unwrap();
    let longer = [&whole[..], b"more"].concat();
    for bytes in [&[][..], &whole[..whole.len() - 1], &longer] {
        fs::write(&path, bytes).unwrap();
        fetch(&app, &share).is(
            500,
            "This photo is damaged on the server, see the server's log",
        );
    }
    fs::remove_file(&path).unwrap();
    fetch(&app, &share).is(404, "No such photo");
    fs::write(&path, &whole).unwrap();
    assert_eq!(fetch(&app, &share).bytes, whole);
}

#[test]
fn what_is_no_photo_is_refused_with_all_types_that_are_taken_here() {
    for (heic, videos, sentence) in [
        (
            true,
            500,
            "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
        ),
        (true, 0, "Photo must be a JPEG, PNG, WebP, GIF or HEIC"),
        (
            false,
            500,
            "Photo must be a JPEG, PNG, WebP, GIF, MP4, MOV or WebM",
        ),
        (false, 0, "Photo must be a JPEG, PNG, WebP or GIF"),
    ] {
        let app = TestApp::with(|config| {
            config.photos.heic = heic;
            config.limits.video_bytes = videos;
        });
        let ann = ann(&app);
        ann.post_form(PATH, Form::text("A photo").file(b"Dear diary"))
            .is(415, sentence);
    }
}
