//! The server itself: its page, and how it is.

use crate::support::TestApp;

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

    // What a failing disk does: pages of the file turn to something else.
    let spoilt = app.app.db.write(|conn| {
        conn.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
        Ok(())
    });
    app.wait(async { drop(spoilt.await) });
    let folder = app.path("");
    let copy = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(folder.join("shared-spaces.db")).unwrap();
    let length = bytes.len();
    bytes[length / 2..].fill(0x5a);
    std::fs::write(copy.path().join("shared-spaces.db"), bytes).unwrap();
    let config = shared_spaces::config::Config {
        data_dir: copy.path().to_owned(),
        ..Default::default()
    };
    let damaged = shared_spaces::app::App::open(config).unwrap();
    app.wait(damaged.check_database());
    assert!(damaged.is_damaged());
    let client =
        rocket::local::blocking::Client::untracked(shared_spaces::api::rocket(damaged)).unwrap();
    let reply = crate::support::Reply::read(client.get("/ready").dispatch());
    reply.is(503, "The database is damaged, see the server's log");
}
