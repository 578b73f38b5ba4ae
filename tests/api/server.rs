//! The server itself: its page, and how it is.

use std::fs;

use rocket::local::blocking::Client;
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::config::Config;

use crate::support::{Reply, TestApp};

#[test]
fn the_page_says_what_this_is() {
    let app = TestApp::new();
    let reply = app.anonymous().get("/");
    assert_eq!(
        (reply.status, reply.header("Content-Type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(reply.text().contains("<h1>Shared Spaces</h1>"));
    assert_eq!(reply.header("Cache-Control"), Some("no-cache"));
    let reply = app.anonymous().get("/assets/style.css");
    assert_eq!(
        (reply.status, reply.header("Content-Type")),
        (200, Some("text/css; charset=utf-8"))
    );
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
    for _ in 0..50 {
        ann.share(ann.space("Family"), &"words ".repeat(300));
    }
    app.wait(app.app.check_database());
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
    app.wait(damaged.check_database());
    assert!(damaged.is_damaged());
    let client = Client::untracked(api::rocket(damaged)).unwrap();
    let reply = Reply::read(client.get("/ready").dispatch());
    reply.is(503, "The database is damaged, see the server's log");
}
