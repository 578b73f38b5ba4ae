//! A clock that was ahead and is set right, or set back by mistake: nothing is lost, nothing waits for a year, nothing holds
//! for a year longer than it should.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shared_spaces::jobs::cleanup::CleanupReport;
use shared_spaces::jobs::index_previews::IndexReport;
use shared_spaces::jobs::outcome::Outcome;

use crate::support::{Form, Person, TestApp, path_of, pictures};

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

/// Makes the photos in a folder as old as they seem once the clock was set two days ahead.
fn age(temp: &Path) {
    for entry in std::fs::read_dir(temp).unwrap().flatten() {
        let is_whole = !entry.file_name().to_string_lossy().starts_with('.');
        // It may be gone by now.
        if is_whole && let Ok(file) = File::options().append(true).open(entry.path()) {
            let now = file.metadata().unwrap().modified().unwrap();
            file.set_modified(now - 2 * DAY).unwrap();
        }
    }
}

/// So that nothing waits for ever for a test that fails.
struct SetWhenDropped<'a>(&'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn photos_on_their_way_to_a_share_stay_however_old_the_clock_makes_them() {
    const SHARES: u32 = 30;
    let app = TestApp::new();
    let ann = ann(&app);
    let (token, is_over) = (ann.token().to_owned(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let (server, temp) = (app.app.clone(), app.path("photos/temp"));
        let is_over = &is_over;
        scope.spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            while !is_over.load(Ordering::Relaxed) {
                age(&temp);
                runtime.block_on(server.clean_up()).unwrap();
            }
        });
        let _over = SetWhenDropped(is_over);
        let ann = app.anonymous().with_token(&token);
        for nth in 0..SHARES {
            let photos = (0..3).map(|of| pictures::png(3 * nth + of));
            let form = photos.fold(Form::text("Three"), |form, photo| form.file(&photo));
            let share = ann.post_form("/spaces/1/shares", form).is_ok();
            let path = format!("/shares/{}", share["id"]);
            let form = Form::text("Another").file(&pictures::png(nth));
            ann.put_form(&path, form).is(200, "Share edited");
        }
    });
    app.move_photos();
    assert_eq!(app.files().len(), 3 * SHARES as usize);
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
    let file = File::options().write(true).open(&orphan).unwrap();
    let later = file.metadata().unwrap().modified().unwrap() + YEAR;
    file.set_modified(later).unwrap();
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport::default()
    );
    let swept = app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    assert_eq!(swept.orphans, 1);
}
