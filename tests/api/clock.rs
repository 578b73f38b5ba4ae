//! A clock that was ahead and is set right, or set back by mistake: nothing is lost, nothing waits for a year, nothing holds
//! for a year longer than it should.

use std::time::Duration;

use shared_spaces::jobs::cleanup::CleanupReport;
use shared_spaces::jobs::index_previews::IndexReport;
use shared_spaces::jobs::outcome::Outcome;

use crate::support::{Person, TestApp, path_of, pictures};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// Sets the clock back, and lets pass the minute within which the server takes notice.
fn set_back(app: &TestApp, by: Duration) {
    app.app.clock.set_back(by);
    app.wait(app.app.clean_up()).unwrap();
}

#[test]
fn photos_that_waited_are_moved_at_once() {
    let app = TestApp::new();
    let ann = ann(&app);
    let shares = [1, 2].map(|seed| ann.share_photo(1, &pictures::png(seed)));
    // One is in the hands of a worker that never comes back, the other waits its turn.
    assert_eq!(app.wait(app.app.queue.receive(1, false)).unwrap().len(), 1);
    app.app.clock.set_back(YEAR);
    assert_eq!(app.process_one(), Outcome::Empty);
    set_back(&app, Duration::ZERO);
    app.move_photos();
    assert_eq!(app.files(), ["space-id-1/1.png", "space-id-1/2.png"]);
    for (share, seed) in shares.iter().zip([1, 2]) {
        let share = ann.get(&format!("/shares/{}", share["id"])).is_ok();
        let reply = app.anonymous().get(&path_of(&share["image_url"]));
        assert_eq!(reply.bytes, pictures::png(seed));
    }
}

#[test]
fn previews_that_were_to_be_looked_for_in_a_year_are_seen_at_once() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    // Before the worker has made them.
    assert_eq!(app.look_for_previews().again, 1);
    app.move_photos_without_database();
    app.app.clock.set_back(YEAR);
    assert_eq!(app.look_for_previews(), IndexReport::default());
    set_back(&app, Duration::ZERO);
    assert_eq!(app.look_for_previews().settled, 1);
    let share = ann.get("/shares/1").is_ok();
    assert!(share["image"]["placeholder"].is_string(), "{share}");
}

#[test]
fn deleted_photos_are_gone_for_good_within_minutes() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    ann.delete("/shares/1").is(200, "Share deleted");
    set_back(&app, YEAR);
    app.app.clock.advance(Duration::from_secs(6 * 60));
    let swept = app.wait(app.app.clean_up()).unwrap();
    assert_eq!(
        swept,
        CleanupReport {
            deleted: 1,
            orphans: 0
        }
    );
}

#[test]
fn sessions_outlive_a_clock_that_was_set_back_and_last_no_longer_than_others() {
    let app = TestApp::new();
    let ann = ann(&app);
    let unused = app.anonymous().signed_in("ann");
    set_back(&app, YEAR);
    ann.get("/me").is_ok();
    app.app.clock.advance(29 * DAY);
    ann.get("/me").is_ok();
    app.app.clock.advance(2 * DAY);
    ann.get("/me").is_ok();
    unused.get("/me").is(401, "You aren't authorized");
    app.anonymous().signed_in("ann").get("/me").is_ok();
}

#[test]
fn links_of_the_time_ahead_end_and_new_ones_hold() {
    let app = TestApp::new();
    let ann = ann(&app);
    let ahead = ann.share_photo(1, &pictures::png(1));
    set_back(&app, YEAR);
    let reply = app.anonymous().get(&path_of(&ahead["image_url"]));
    reply.is(403, "This link has expired");
    let now = ann.get("/shares/1").is_ok();
    let reply = app.anonymous().get(&path_of(&now["image_url"]));
    assert_eq!(reply.bytes, pictures::png(1));
    app.move_photos();
}

#[test]
fn the_newest_share_stays_first_whatever_its_time_says() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share(1, "Of the time ahead");
    set_back(&app, YEAR);
    ann.share(1, "Of now");
    let shares = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(shares[0]["text"], "Of now");
    assert!(shares[0]["timestamp"].as_str().unwrap() < shares[1]["timestamp"].as_str().unwrap());
}

#[test]
fn an_upload_that_came_to_nothing_is_deleted_by_the_next_start_whatever_its_time_says() {
    let app = TestApp::new();
    let orphan = app.path("photos/temp/1-34.png");
    std::fs::write(&orphan, pictures::png(1)).unwrap();
    let file = std::fs::File::options().write(true).open(&orphan).unwrap();
    let later = file.metadata().unwrap().modified().unwrap() + YEAR;
    file.set_modified(later).unwrap();
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport::default()
    );
    let swept = app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    assert_eq!(swept.orphans, 1);
}
