//! The server itself: what it accepts, and its health.

use std::fs;

use rocket::local::blocking::Client;
use serde_json::json;
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::config::{Config, Registration};

use crate::support::{Reply, TestApp, user};

#[test]
fn anonymous_clients_learn_what_the_server_accepts() {
    let app = TestApp::new();
    let limits = json!({
        "login_min": 2, "login_max": 32, "password_min": 8, "password_max": 1024,
        "space_name_min": 1, "space_name_max": 50, "user_name_max": 50, "text_min": 1, "text_max": 2000,
        "photo_bytes": 26_214_400, "photo_pixels": 64_000_000, "jpeg_pixels": 256_000_000,
        "video_bytes": 500_000_000, "caption_max": 500, "comment_max": 2000, "media_per_share": 20, "waiting_uploads": 100,
        "waiting_bytes": 4_294_967_296_u64
    });
    let mut types = vec!["image/jpeg", "image/png", "image/webp", "image/gif"];
    types.extend(["image/heic", "image/heif"]);
    assert_eq!(
        app.anonymous().get("/server").is_ok(),
        json!({"registration": "open", "needs_first_account": true, "sends_mail": false, "limits": limits, "photo_needs_text": false,
            "photo_types": types, "video_types": ["video/mp4", "video/quicktime", "video/webm"]})
    );
}

#[test]
fn what_the_server_takes_follows_its_settings() {
    let app = TestApp::with(|config| {
        config.registration = Registration::Closed;
        config.limits.text_max = 200;
    });
    let about = app.anonymous().get("/server").is_ok();
    assert_eq!(about["registration"], "closed");
    assert_eq!(about["limits"]["text_max"], 200);
}

#[test]
fn an_empty_server_needs_its_first_account_and_that_is_registered_as_any_other() {
    let app = TestApp::new();
    let needs = || app.anonymous().get("/server").is_ok()["needs_first_account"].clone();
    assert_eq!(needs(), true);
    let first = app.anonymous().register("ann").is_ok();
    assert_eq!(first, user(1, "ann"));
    assert_eq!(needs(), false);
}

#[test]
fn health_needs_no_authentication() {
    let app = TestApp::new();
    app.anonymous().get("/health").is(200, "ok");
    app.anonymous().get("/ready").is(200, "ready");
}

#[test]
fn a_damaged_database_makes_the_server_not_ready() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for _ in 0..150 {
        ann.share(ann.space("Family"), &"words ".repeat(300));
    }
    app.wait(app.app.maintenance.check());
    app.anonymous().get("/ready").is(200, "ready");

    // What a failing disk does: half of the file turns to something else.
    let copy = tempfile::tempdir().unwrap();
    let path = copy.path().join("shared-spaces.db");
    let copied = path.to_str().unwrap().to_owned();
    let backup = app
        .app
        .db
        .read(move |conn| Ok(conn.backup("main", copied, None)?));
    app.wait(backup).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[length / 2..].fill(0x5a);
    fs::write(&path, bytes).unwrap();

    let config = Config {
        data_dir: copy.path().to_owned(),
        ..Default::default()
    };
    let damaged = App::open(config).unwrap();
    app.wait(damaged.maintenance.check());
    assert!(damaged.maintenance.is_corrupt());
    let client = Client::untracked(api::rocket(damaged)).unwrap();
    let reply = Reply::read(client.get("/ready").dispatch());
    reply.is(503, "The database is damaged, see the server's log");
}
