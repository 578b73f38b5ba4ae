//! Films: how they are shared, described, played in ranges, edited and deleted, and which are refused.

use std::fs;

use rocket::http::Header;
use serde_json::{Value, json};

use crate::support::{Form, Person, Reply, TestApp, path_of, pictures};

const PATH: &str = "/spaces/1/shares";
const MP4: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
const MOV: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/hevc.mov");
const WEBM: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/vp9.webm");
/// What the films of the corpus say wherever one can say something.
const SECRET: &[u8] = b"SECRET";

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

fn film(bytes: &[u8]) -> Form {
    Form::default().part("file", Some("film.mp4"), bytes)
}

fn with_poster(bytes: &[u8], poster: &[u8]) -> Form {
    film(bytes).part("poster", Some("poster.png"), poster)
}

fn fetch(app: &TestApp, url: &Value) -> Reply {
    app.anonymous().get(&path_of(url))
}

fn is_found(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A film with a meaningless box of this many bytes in it.
fn with_a_free_box(bytes: usize) -> Vec<u8> {
    let length = u32::try_from(bytes + 8).unwrap().to_be_bytes();
    [MP4, &length, b"free", &vec![7; bytes]].concat()
}

#[test]
fn a_film_is_shown_by_its_poster_and_played_as_it_is() {
    let app = TestApp::new();
    let ann = ann(&app);
    let poster = pictures::png(1);
    let form = with_poster(MP4, &poster).part("caption", None, b"Jump!");
    let share = ann.post_form(PATH, form).is_ok();
    let medium = &share["media"][0];
    assert_eq!(medium["kind"], "video");
    assert_eq!(medium["caption"], "Jump!");
    assert_eq!(
        (&medium["width"], &medium["height"], &medium["animated"]),
        (&json!(32), &json!(32), &json!(false))
    );
    let long = medium["duration_seconds"].as_f64().unwrap();
    assert!(long > 0.0 && long < 5.0, "{long}");
    assert_eq!(share["image_url"], medium["poster_url"]);
    for round in 0..2 {
        let shown = fetch(&app, &medium["poster_url"]);
        assert_eq!((shown.status, &shown.bytes), (200, &poster));
        assert_eq!(shown.header("Content-Type"), Some("image/png"));
        for size in ["small", "large"] {
            let preview = fetch(&app, &medium["previews"][size]["url"]);
            let kind = preview.header("Content-Type").unwrap();
            assert!(kind.starts_with("image/"), "{kind}");
            assert_eq!(preview.bytes == poster, round == 0);
        }
        let played = fetch(&app, &medium["url"]);
        assert_eq!(played.header("Content-Type"), Some("video/mp4"));
        assert_eq!(played.header("Accept-Ranges"), Some("bytes"));
        assert!(is_found(MP4, SECRET) && !is_found(&played.bytes, SECRET));
        app.move_photos();
    }
    assert_eq!(app.files(), ["space-id-1/1.mp4"]);
    assert_eq!(
        app.previews(),
        [
            "previews/space-id-1/1.mp4.large",
            "previews/space-id-1/1.mp4.poster",
            "previews/space-id-1/1.mp4.small"
        ]
    );
    let listed = &ann.get(PATH).is_ok()[0];
    assert!(listed["image"]["placeholder"].is_string());
    assert_eq!(listed["media"][0]["width"], 32);
    let row = &ann.get("/spaces/1/images").is_ok()[0];
    assert_eq!(row["media"]["kind"], "video");
    assert_eq!(row["image_url"], row["media"]["poster_url"]);
    ann.delete("/shares/1").is(200, "Share deleted");
    assert!(app.files().is_empty() && app.previews().is_empty());
    fetch(&app, &medium["url"]).is(404, "No such photo");
    fetch(&app, &medium["poster_url"]).is(404, "No such photo");
}

#[test]
fn a_player_gets_the_bytes_that_it_asks_for() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = ann.post_form(PATH, film(MP4)).is_ok();
    let path = path_of(&share["media"][0]["url"]);
    for _ in 0..2 {
        let whole = app.anonymous().get(&path);
        let (bytes, tag) = (whole.bytes.clone(), whole.header("ETag").unwrap());
        let length = bytes.len();
        let get = |range: &str| app.anonymous().get_with(&path, "Range", range);
        let first = get("bytes=0-1");
        assert_eq!((first.status, &first.bytes[..]), (206, &bytes[..2]));
        let said = format!("bytes 0-1/{length}");
        assert_eq!(first.header("Content-Range"), Some(&*said));
        assert_eq!(first.header("Content-Length"), Some("2"));
        assert_eq!(first.header("Content-Type"), Some("video/mp4"));
        assert_eq!(first.header("ETag"), Some(tag));
        let rest = get("bytes=100-");
        assert_eq!((rest.status, &rest.bytes[..]), (206, &bytes[100..]));
        let said = format!("bytes 100-{}/{length}", length - 1);
        assert_eq!(rest.header("Content-Range"), Some(&*said));
        // Several ranges may be answered with the whole.
        let several = get("bytes=0-1,5-6");
        assert_eq!((several.status, &several.bytes), (200, &bytes));
        let beyond = get(&format!("bytes={length}-"));
        beyond.is(416, "The file has no such range of bytes");
        let said = format!("bytes */{length}");
        assert_eq!(beyond.header("Content-Range"), Some(&*said));
        app.move_photos();
    }
}

#[test]
fn each_kind_of_film_is_told_by_its_bytes_and_keeps_its_kind() {
    let app = TestApp::new();
    let ann = ann(&app);
    let misnamed = Form::default().part("file", Some("photo.jpg"), MP4);
    let misnamed = misnamed.part("file", Some("film.mp4"), &pictures::png(1));
    let form = misnamed
        .part("file", Some("a.png"), MOV)
        .part("file", Some("b"), WEBM);
    let share = ann.post_form(PATH, form).is_ok();
    app.move_photos();
    let kinds = ["video/mp4", "image/png", "video/mp4", "video/webm"];
    for (medium, kind) in share["media"].as_array().unwrap().iter().zip(kinds) {
        let is_video = medium["kind"] == "video";
        assert_eq!(is_video, kind.starts_with("video/"));
        let sent = fetch(&app, &medium["url"]);
        assert_eq!(sent.header("Content-Type"), Some(kind));
        assert!(!is_found(&sent.bytes, SECRET));
    }
    assert_eq!(
        app.files(),
        [
            "space-id-1/1.2.png",
            "space-id-1/1.3.mov",
            "space-id-1/1.4.webm",
            "space-id-1/1.mp4"
        ]
    );
}

#[test]
fn a_film_without_a_poster_has_no_picture_and_says_so() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.post_form(PATH, film(WEBM)).is_ok();
    app.move_photos();
    let share = ann.get("/shares/1").is_ok();
    let medium = &share["media"][0];
    for value in [
        &share["image_url"],
        &share["image"],
        &medium["poster_url"],
        &medium["placeholder"],
    ] {
        assert_eq!(*value, Value::Null);
    }
    let row = &ann.get("/spaces/1/images").is_ok()[0];
    assert_eq!(
        (&row["image_url"], &row["image"]),
        (&Value::Null, &Value::Null)
    );
    for size in ["small", "large"] {
        let preview = fetch(&app, &medium["previews"][size]["url"]);
        preview.is(404, "This video has no poster");
    }
    let path = path_of(&medium["url"]);
    let poster = path.replace('?', "/poster?");
    app.anonymous()
        .get(&poster)
        .is(404, "This video has no poster");
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let photo = ann.get("/shares/2").is_ok()["media"][0]["url"].clone();
    let poster = path_of(&photo).replace('?', "/poster?");
    app.anonymous()
        .get(&poster)
        .is(404, "This video has no poster");
}

#[test]
fn what_is_no_film_or_says_what_it_isnt_is_refused_and_leaves_nothing() {
    let app = TestApp::new();
    let ann = ann(&app);
    let before = app.snapshot();
    let mut lying = MP4.to_vec();
    // Its table of contents begins after the brands, and claims the greatest possible length.
    let moov = lying.windows(4).position(|at| at == b"moov").unwrap();
    lying[moov - 4..moov].copy_from_slice(&[0xff; 4]);
    let endless = [
        &MP4[..moov - 4],
        b"\0\0\0\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff",
    ]
    .concat();
    let html = [
        &b"\0\0\0\x18ftypisom<script>alert(1)</script>"[..],
        &[0; 2000],
    ]
    .concat();
    for (bytes, status, sentence) in [
        (
            &b""[..],
            415,
            "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
        ),
        (
            &MP4[..MP4.len() - 10],
            400,
            "Video is damaged: it ends before the film does",
        ),
        (
            b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
            400,
            "Video is damaged: it has no table of contents, as if its recording was cut off",
        ),
        (
            &lying,
            415,
            "Video can't be taken, because its table of contents is larger than 64 MiB",
        ),
        (
            &endless,
            415,
            "Video can't be taken, because its table of contents is larger than 64 MiB",
        ),
        (&html, 400, "Video is damaged: it ends before the film does"),
        (
            b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff",
            400,
            "Video is damaged: a part of it doesn't say how long it is",
        ),
    ] {
        let reply = ann.post_form(PATH, film(bytes));
        assert_eq!((reply.status, reply.text().as_str()), (status, sentence));
        assert_eq!(app.snapshot(), before, "{sentence}");
    }
    let form = Form::text("Two").file(&pictures::png(1)).file(&lying);
    ann.post_form(PATH, form).is(
        415,
        "Video 2 can't be taken, because its table of contents is larger than 64 MiB",
    );
    assert_eq!(app.snapshot(), before);
}

#[test]
fn a_film_may_have_more_bytes_than_a_photo_and_not_more_than_its_own_limit() {
    let change = |video_bytes: u64| {
        move |config: &mut shared_spaces::config::Config| {
            config.limits.photo_bytes = 64 * 1024;
            config.limits.video_bytes = video_bytes;
        }
    };
    let large = with_a_free_box(6 * 1024 * 1024);
    let app = TestApp::with(change(large.len() as u64));
    let ann = ann(&app);
    let share = ann.post_form(PATH, film(&large)).is_ok();
    let played = fetch(&app, &share["media"][0]["url"]);
    assert!(played.bytes.len() < MP4.len(), "what is no film has gone");
    app.move_photos();
    let larger = with_a_free_box(6 * 1024 * 1024 + 1);
    let before = app.snapshot();
    ann.post_form(PATH, film(&larger))
        .is(413, &format!("Video max {} bytes", large.len()));
    let mut noise = pictures::png(1);
    noise.resize(64 * 1024 + 1, 0);
    ann.post_form(PATH, film(&noise))
        .is(413, "Photo max 65536 bytes");
    assert_eq!(app.snapshot(), before);
    let app = app.restarted_with(change(0));
    let ann = app.anonymous().signed_in("ann");
    let before = app.snapshot();
    for bytes in [MP4, MOV, WEBM, &large] {
        ann.post_form(PATH, film(bytes))
            .is(415, "Videos can't be shared on this server");
    }
    assert_eq!(app.snapshot(), before);
    let server = app.anonymous().get("/server").is_ok();
    assert_eq!(server["video_types"], json!([]));
}

#[test]
fn a_poster_is_a_photo_behind_its_film() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 64 * 1024);
    let ann = ann(&app);
    let before = app.snapshot();
    let poster = pictures::png(1);
    for (form, status, sentence) in [
        (
            with_poster(MP4, MP4),
            415,
            "Poster must be a JPEG, PNG, WebP, GIF or HEIC",
        ),
        (
            with_poster(MP4, &pictures::bomb()),
            413,
            "Poster max 64 million pixels",
        ),
        (
            with_poster(MP4, &poster[..poster.len() / 2]),
            400,
            "Poster is damaged: it ends before the picture does",
        ),
        (
            with_poster(MP4, &vec![0; 64 * 1024 + 1]),
            413,
            "Poster max 65536 bytes",
        ),
        (
            with_poster(&poster, &poster),
            400,
            "Poster must stand behind a video",
        ),
        (
            Form::text("Hi").part("poster", Some("p.png"), &poster),
            400,
            "Poster must stand behind the file that it is about",
        ),
    ] {
        let reply = ann.post_form(PATH, form);
        assert_eq!((reply.status, reply.text().as_str()), (status, sentence));
        assert_eq!(app.snapshot(), before);
    }
    // Of the same film, the first counts, and so does its poster.
    let form = with_poster(MP4, &poster)
        .part("poster", Some("p.png"), &pictures::png(2))
        .file(MP4)
        .part("poster", Some("p.png"), &pictures::png(3));
    let share = ann.post_form(PATH, form).is_ok();
    assert_eq!(share["media"].as_array().unwrap().len(), 1);
    assert_eq!(fetch(&app, &share["image_url"]).bytes, poster);
    app.move_photos();
}

#[test]
fn a_film_that_is_replaced_goes_with_its_poster() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.post_form(PATH, with_poster(MP4, &pictures::png(1)))
        .is_ok();
    app.move_photos();
    ann.put_form("/shares/1", with_poster(WEBM, &pictures::png(2)))
        .is(200, "Share edited");
    app.move_photos();
    assert_eq!(app.files(), ["space-id-1/1.2.webm"]);
    assert_eq!(
        app.previews(),
        [
            "previews/space-id-1/1.2.webm.large",
            "previews/space-id-1/1.2.webm.poster",
            "previews/space-id-1/1.2.webm.small"
        ]
    );
    ann.put_form("/shares/1", Form::default().file(&pictures::png(3)))
        .is(200, "Share edited");
    assert_eq!(app.files().len(), 1);
    assert!(app.previews().is_empty());
    app.move_photos();
}

#[test]
fn a_form_with_more_films_than_it_can_have_is_refused_before_it_is_read() {
    let app = TestApp::with(|config| {
        config.limits.photo_bytes = 1000;
        config.limits.video_bytes = 40 * 1024 * 1024;
    });
    let ann = ann(&app);
    let film = with_a_free_box(36 * 1024 * 1024);
    let form = || {
        let form = Form::text("The whole holiday");
        let films = [0, 1, 2].map(|nth| [film.as_slice(), &[nth; 9]].concat());
        films
            .iter()
            .fold(form, |form, film| form.part("file", Some("a.mp4"), film))
    };
    let before = app.snapshot();
    // Wherever it is sent, because nothing of it is looked at.
    let max = 21 * 1000 + 40 * 1024 * 1024;
    for path in [PATH, "/spaces/9/shares"] {
        let reply = ann.post_form(path, form());
        assert_eq!(reply.status, 413, "{}", reply.text());
        let sentence = reply.text();
        let said = sentence.strip_prefix("A form has at most ").unwrap();
        let (bytes, rest) = said.split_once(' ').unwrap();
        assert_eq!(rest, "bytes: send videos one by one, as uploads");
        assert!(bytes.parse::<usize>().unwrap() > max, "{bytes}");
    }
    assert_eq!(app.snapshot(), before);
    // Where it says how long it is, nothing is waited for.
    let told = app.client().post(PATH).header(Form::content_type());
    let told = told.header(Header::new("Content-Length", "120000000"));
    let reply = ann.send(told.body("--"));
    assert_eq!(reply.status, 413, "{}", reply.text());
}

#[test]
fn on_a_full_disk_a_film_is_refused_before_anything_of_it_is_written() {
    let app = TestApp::new();
    let ann = ann(&app);
    // The space that is kept for deleting was needed, and can't be had again.
    let reserve = app.path("reserve");
    let _none_yet = fs::remove_file(&reserve);
    std::os::unix::fs::symlink("/dev/full", &reserve).unwrap();
    let film = with_a_free_box(6 * 1024 * 1024);
    let full = "The server's disk is full, nothing can be saved until there is room again";
    for path in [PATH, "/spaces/9/shares"] {
        ann.post_form(path, Form::text("Jump!").part("file", Some("a.mp4"), &film))
            .is(507, full);
    }
}

/// The film with another time at which it was made, in seconds since 1904.
fn made(seconds: u32) -> Vec<u8> {
    let mut film = MP4.to_vec();
    let head = film.windows(4).position(|four| four == b"mvhd").unwrap();
    film[head + 8..head + 12].copy_from_slice(&seconds.to_be_bytes());
    film
}

#[test]
fn the_date_that_a_film_tells_is_kept_unless_its_sharer_leaves_it_out_or_it_cannot_be() {
    let app = TestApp::new();
    let ann = ann(&app);
    let dated = |form: Form| {
        let share = ann.post_form(PATH, form).is_ok();
        share["media"][0]["taken_at"].clone()
    };
    assert_eq!(dated(film(MP4)), "2024-08-17T12:34:56Z");
    assert_eq!(dated(film(MOV)), "2024-08-17T12:34:56Z");
    let said = film(MP4).part("taken_at", None, b"2019-07-14T06:30");
    assert_eq!(dated(said), "2019-07-14T06:30:00");
    for left_out in [
        film(MP4).part("taken_at", None, b"none"),
        film(MP4).part("keep_dates", None, b"false"),
        // Clocks that were never set, that count from 1970, and that are far ahead.
        film(&made(0)),
        film(&made(2_082_844_800)),
        film(&made(1_723_898_096)),
        film(&made(u32::MAX)),
    ] {
        assert_eq!(dated(left_out), Value::Null);
    }
    let upload = ann.send(app.client().post("/uploads").body(MP4));
    let media = json!([{"upload": upload.json()["id"], "taken_at": null}]);
    let share = ann.post(PATH, json!({"media": media})).is_ok();
    assert_eq!(share["media"][0]["taken_at"], Value::Null);
    app.move_photos();
    let listed = ann.get("/spaces/1/images?by=taken").is_ok();
    assert_eq!(listed[0]["media"]["taken_at"], "2019-07-14T06:30:00");
    assert_eq!(listed[1]["media"]["taken_at"], "2024-08-17T12:34:56Z");
}

#[test]
fn an_abandoned_film_stays_until_its_poster_is_gone() {
    let app = TestApp::new();
    let poster = app.path("photos/previews/space-id-1/9.mp4.poster");
    // As what can't be deleted.
    fs::create_dir_all(poster.join("full")).unwrap();
    fs::write(app.path("photos/temp/1-9.mp4"), b"a film").unwrap();
    let clean_up = || app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    assert_eq!(clean_up().orphans, 0);
    assert_eq!(app.files(), ["temp/1-9.mp4"]);
    fs::remove_dir_all(&poster).unwrap();
    fs::write(&poster, b"its poster").unwrap();
    assert_eq!(clean_up().orphans, 1);
    assert_eq!((app.files().len(), app.previews().len()), (0, 0));
}
