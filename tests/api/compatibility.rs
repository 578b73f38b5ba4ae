//! Shares without words, and what clients of the original system were written for.

use serde_json::{Value, json};
use shared_spaces::config::Config;

use crate::support::{Form, Person, TestApp, path_of, pictures};

const PATH: &str = "/spaces/1/shares";

/// A server for clients of the original system.
fn original() -> TestApp {
    TestApp::with(|config| {
        *config = Config {
            data_dir: config.data_dir.clone(),
            ..Config::for_original_clients()
        };
    })
}

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

fn photo(number: u32) -> Form {
    Form::default().file(&pictures::png(number))
}

#[test]
fn a_photo_is_shared_without_a_word() {
    let app = TestApp::new();
    let ann = ann(&app);
    for form in [
        photo(1),
        photo(2).part("text", None, b""),
        photo(3).part("text", None, b" \r\n "),
    ] {
        let share = ann.post_form(PATH, form).is_ok();
        assert_eq!(share["text"], "");
        assert!(share["image_url"].is_string());
    }
    assert_eq!(
        ann.get("/spaces").is_ok()[0]["latest_share"]["text"],
        Value::from("")
    );
    ann.post_form(PATH, Form::default().part("file", Some(""), b""))
        .is(400, "Text must be provided");
    ann.post_form(PATH, Form::text("").part("file", None, b"undefined"))
        .is(400, "Text min 1 characters");
    app.move_photos();
}

#[test]
fn the_words_next_to_a_photo_can_be_taken_away_and_those_without_one_cannot() {
    let app = TestApp::new();
    let ann = ann(&app);
    let (with, without) = (
        ann.share_photo(1, &pictures::png(1))["id"].clone(),
        ann.share(1, "Hello"),
    );
    let (with, without) = (format!("/shares/{with}"), format!("/shares/{without}"));
    ann.put_form(&with, Form::text(" ")).is(200, "Share edited");
    assert_eq!(ann.get(&with).is_ok()["text"], "");
    ann.put_form(&without, Form::text(" "))
        .is(400, "Text cannot be empty");
    ann.put_form(&without, Form::text(""))
        .is(400, "Text min 1 characters");
    assert_eq!(ann.get(&without).is_ok()["text"], "Hello");
    // A user who may not edit it learns nothing about its photo.
    let bob = app.person("bob");
    bob.put_form(&with, Form::text(""))
        .is(400, "Text min 1 characters");
    bob.put_form(&with, Form::text("Hello"))
        .is(403, "User doesn't own this share");
    app.move_photos();
}

#[test]
fn a_new_photo_alone_leaves_the_words_and_nothing_at_all_is_refused() {
    let app = TestApp::new();
    let ann = ann(&app);
    let path = format!("/shares/{}", ann.share(1, "Hello"));
    ann.put_form(&path, photo(1)).is(200, "Share edited");
    let share = ann.get(&path).is_ok();
    assert_eq!(share["text"], "Hello");
    assert!(share["image_url"].is_string());
    ann.put_form(&path, Form::default())
        .is(400, "Text must be provided");
    ann.put_form(&path, photo(2).part("text", None, b""))
        .is(200, "Share edited");
    assert_eq!(ann.get(&path).is_ok()["text"], "");
    app.move_photos();
}

/// As the original's client does where its user has chosen a new photo.
#[test]
fn a_photo_may_come_twice_in_one_form_and_no_other_beside_it_where_one_is_the_limit() {
    let app = TestApp::with(|config| {
        config.limits.photo_bytes = 6 * 1024 * 1024;
        config.limits.media_per_share = 1;
    });
    let ann = ann(&app);
    let path = format!("/shares/{}", ann.share(1, "Hello"));
    let shown = || {
        app.move_photos();
        let url = path_of(&ann.get(&path).is_ok()["image_url"]);
        app.anonymous().get(&url).bytes
    };
    let twice = photo(1).file(&pictures::png(1));
    ann.put_form(&path, twice).is(200, "Share edited");
    assert_eq!(shown(), pictures::png(1));
    // Small ones are compared in memory, large ones with what is on the disk.
    let large = |last| [&pictures::png(2)[..], &[0; 5 * 1024 * 1024], &[last]].concat();
    for (first, second) in [
        (pictures::png(2), pictures::png(3)),
        (pictures::png(2), large(0)),
        (large(0), large(1)),
        (large(0), pictures::png(2)),
        (pictures::png(2), Vec::new()),
        (pictures::png(2), b"Dear diary".to_vec()),
    ] {
        let several = Form::text("Hello").file(&first).file(&second);
        ann.put_form(&path, several)
            .is(400, "A share has at most one photo");
    }
    assert_eq!(shown(), pictures::png(1));
    let beside_untouched = photo(2).part("file", Some(""), b"");
    ann.put_form(&path, beside_untouched)
        .is(200, "Share edited");
    assert_eq!(shown(), pictures::png(2));
    let untouched = Form::text("Hello")
        .part("file", None, b"undefined")
        .part("file", Some(""), b"")
        .file(&pictures::png(4));
    ann.put_form(&path, untouched).is(200, "Share edited");
    assert_eq!(shown(), pictures::png(4));
}

#[test]
fn the_largest_photo_may_come_twice_in_one_form() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 66 * 1024 * 1024);
    let ann = ann(&app);
    let mut large = pictures::png(1);
    large.resize(66 * 1024 * 1024, 0);
    let form = Form::text("Hello").file(&large).file(&large);
    ann.post_form(PATH, form).is_ok();
    app.move_photos();
}

#[test]
fn clients_of_the_original_are_served_as_they_were_written_for() {
    let app = original();
    let ann = ann(&app);
    for form in [photo(1), photo(1).part("text", None, b"")] {
        let reply = ann.post_form(PATH, form);
        assert_eq!(reply.status, 400);
        assert!(
            ["Text must be provided", "Text min 3 characters"].contains(&&*reply.text()),
            "{}",
            reply.text()
        );
    }
    let share = ann.post_form(PATH, photo(1).part("text", None, b"Hello"));
    let path = format!("/shares/{}", share.is_ok()["id"]);
    ann.put_form(&path, photo(1))
        .is(400, "Text must be provided");
    ann.put_form(&path, Form::text(""))
        .is(400, "Text min 3 characters");
    ann.put_form(&path, Form::text(&"x".repeat(201)))
        .is(400, "Text max 200 characters");
    ann.post("/spaces", json!({"name": "x".repeat(16)}))
        .is(400, "Name max 15 characters");
    app.anonymous()
        .register("jo")
        .is(400, "Login min 3 characters");
    assert_eq!(
        app.anonymous().get("/server").is_ok()["photo_needs_text"],
        true
    );
    app.move_photos();
}

#[test]
fn clients_of_the_original_read_times_in_utc_that_say_no_zone() {
    let (app, usual) = (original(), TestApp::new());
    let before = time(&app.app.now().rfc3339());
    for (app, length) in [(&app, "2026-05-17T09:30:00".len()), (&usual, 0)] {
        let ann = ann(app);
        let made = ann.share_photo(1, &pictures::png(1));
        app.move_photos();
        let one = ann.get("/shares/1").is_ok();
        let listed = ann.get(PATH).is_ok()[0].clone();
        let image = ann.get("/spaces/1/images").is_ok()[0].clone();
        for seen in [made, one, listed, image] {
            let timestamp = seen["timestamp"].as_str().unwrap();
            assert_eq!(timestamp.ends_with('Z'), length == 0, "{timestamp}");
            assert!(length == 0 || timestamp.len() == length, "{timestamp}");
            assert!(time(timestamp) >= before, "{timestamp}");
        }
    }
}

/// A time without its fraction and its zone.
fn time(text: &str) -> String {
    text[.."2026-05-17T09:30:00".len()].to_owned()
}
