//! Setting a new password by a link, for who forgot the old one.

use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, Reply, TestApp};

const HOLDS: Duration = Duration::from_secs(24 * 60 * 60);
const NOT_VALID: &str = "This link isn't valid, or not any more";

fn redeem(app: &TestApp, token: &str, password: &str, again: &str) -> Reply {
    let body = json!({"token": token, "new-password": password, "confirm-password": again});
    app.anonymous().post("/password-resets/redeem", body)
}

#[test]
fn a_link_sets_a_new_password_once_and_ends_every_session() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let token = app.reset_token("ann");
    redeem(&app, &token, "better horse", "better horse").is(200, "Password changed");
    ann.get("/me").is(401, "You aren't authorized");
    assert_eq!(app.anonymous().login("ann", PASSWORD).status, 401);
    app.anonymous().login("ann", "better horse").is_ok();
    redeem(&app, &token, "third horse", "third horse").is(404, NOT_VALID);
}

#[test]
fn a_password_that_is_refused_leaves_the_link_as_it_was() {
    let app = TestApp::new();
    app.person("ann");
    let token = app.reset_token("ann");
    redeem(&app, &token, "short", "short").is(400, "New password min 8 characters");
    redeem(&app, &token, "better horse", "other horse").is(400, "New passwords don't match");
    redeem(&app, &token, "better horse", "better horse").is(200, "Password changed");
}

#[test]
fn the_password_is_the_same_however_its_accents_are_typed() {
    let app = TestApp::new();
    app.person("ann");
    let token = app.reset_token("ann");
    let (composed, decomposed) = ("gar\u{e7}on-caf\u{e9}", "garc\u{327}on-cafe\u{301}");
    redeem(&app, &token, composed, decomposed).is(200, "Password changed");
    app.anonymous().login("ann", composed).is_ok();
}

#[test]
fn texts_without_end_are_refused_for_their_length() {
    let app = TestApp::new();
    app.person("ann");
    let (token, long) = (app.reset_token("ann"), "\u{fdfa}".repeat(170_000));
    redeem(&app, &long, "better horse", "better horse").is(404, NOT_VALID);
    redeem(&app, &token, &long, &long).is(400, "New password max 1024 characters");
    redeem(&app, &token, "better horse", &long).is(400, "New passwords don't match");
}

#[test]
fn a_link_ends_with_its_time_and_with_the_next_one() {
    let app = TestApp::new();
    app.person("ann");
    let first = app.reset_token("ann");
    let second = app.reset_token("ann");
    redeem(&app, &first, "better horse", "better horse").is(404, NOT_VALID);
    app.app.clock.advance(HOLDS);
    redeem(&app, &second, "better horse", "better horse").is(404, NOT_VALID);
    redeem(&app, "made-up", "better horse", "better horse").is(404, NOT_VALID);
    app.anonymous().login("ann", PASSWORD).is_ok();
}

#[test]
fn a_link_ends_when_its_account_is_disabled() {
    let app = TestApp::new();
    app.person("ann");
    let before = app.reset_token("ann");
    app.disable("ann");
    redeem(&app, &before, "better horse", "better horse").is(404, NOT_VALID);
    let meanwhile = app.reset_token("ann");
    redeem(&app, &meanwhile, "better horse", "better horse").is(404, NOT_VALID);
    app.enable("ann");
    redeem(&app, &before, "better horse", "better horse").is(404, NOT_VALID);
    app.anonymous().login("ann", PASSWORD).is_ok();
}
