//! Disks and databases that fail for a while, and the tasks in the background that outlast it.

use std::fs::{self, OpenOptions};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rocket::futures::future::join;
use rocket::tokio::runtime::Builder;
use rocket::tokio::time::sleep;
use shared_spaces::jobs::cleanup::CleanupReport;
use shared_spaces::jobs::process_photo::ProcessPhotos;
use shared_spaces::jobs::runner::{Job, run};
use shared_spaces::metrics::Metrics;
use tokio_util::sync::CancellationToken;

use crate::support::{Form, Person, TIMEOUT, TestApp, hurried, pictures};

const PATH: &str = "/spaces/1/shares";
const LATER: &str = "Photos can't be stored or shown at the moment, try again in a moment";

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// Runs a job while a story runs.
async fn run_during(story: impl Future<Output = ()>, job: impl Job) {
    let stop = CancellationToken::new();
    let story = async {
        story.await;
        stop.cancel();
    };
    join(run(job, stop.clone(), Metrics::default()), story).await;
}

#[test]
fn while_photos_cannot_be_stored_texts_still_can_and_nothing_is_half_there() {
    let app = TestApp::new();
    let ann = ann(&app);
    let (temp, away) = (app.path("photos/temp"), app.path("away"));
    fs::rename(&temp, &away).unwrap();
    // Were it only gone, it would be made again.
    fs::write(&temp, "where the folder was").unwrap();
    ann.post_form(PATH, Form::text("A photo").file(&pictures::png(1)))
        .is(503, LATER);
    ann.share(1, "Only words");
    ann.put_form(
        "/shares/2",
        Form::text("Now with a photo").file(&pictures::png(2)),
    )
    .is(503, LATER);
    assert_eq!(ann.get("/shares/2").is_ok()["text"], "Only words");
    assert_eq!(app.count("select count(*) from photos"), 0);

    fs::remove_file(&temp).unwrap();
    fs::rename(&away, &temp).unwrap();
    ann.share_photo(1, &pictures::png(3));
    app.move_photos();
    assert_eq!(app.files(), ["space-id-1/3.png"]);
}

#[test]
fn where_nobody_knows_whether_a_share_was_written_its_photo_stays_until_the_cleanup_has_asked() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let database = rusqlite::Connection::open(app.path("shared-spaces.db")).unwrap();
    let failing = "create trigger failing before insert on photos begin select raise(abort, 'the disk fails'); end";
    database.execute_batch(failing).unwrap();
    let form = |seed| Form::text("A photo").file(&pictures::png(seed));
    assert_eq!(ann.post_form(PATH, form(2)).status, 500);
    assert_eq!(ann.put_form("/shares/1", form(3)).status, 500);
    assert_eq!(
        app.files().len(),
        3,
        "the one of before, and both that may be needed"
    );
    assert!(app.files().contains(&"space-id-1/1.png".to_owned()));
    database.execute_batch("drop trigger failing").unwrap();
    app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn a_photo_that_cannot_be_deleted_yet_is_deleted_later() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let (folder, away) = (app.path("photos/space-id-1"), app.path("away"));
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "where the folder was").unwrap();
    ann.delete("/shares/1").is(200, "Share deleted");
    app.app.clock.advance(Duration::from_secs(10 * 60));
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport::default()
    );
    assert_eq!(app.count("select count(*) from tombstones"), 1);

    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();
    assert_eq!(
        app.wait(app.app.clean_up()).unwrap(),
        CleanupReport {
            deleted: 1,
            orphans: 0
        }
    );
    assert!(app.files().is_empty());
}

#[test]
fn a_photo_that_cannot_be_read_is_no_missing_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let (folder, away) = (app.path("photos/space-id-1"), app.path("away"));
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "where the folder was").unwrap();
    let path = crate::support::path_of(&share["image_url"]);
    app.anonymous().get(&path).is(503, LATER);
    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();
    assert_eq!(app.anonymous().get(&path).status, 200);
}

#[test]
fn the_worker_goes_on_after_its_queue_has_failed() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    let rename = |sql: &'static str| app.app.db.write(move |conn| Ok(conn.execute_batch(sql)?));
    app.wait(rename("alter table photo_jobs rename to elsewhere"))
        .unwrap();
    let photo_worker = app.app.photo_worker();
    hurried(async {
        let repaired = async {
            sleep(Duration::from_secs(3)).await;
            rename("alter table elsewhere rename to photo_jobs")
                .await
                .unwrap();
            sleep(Duration::from_secs(10)).await;
        };
        run_during(repaired, ProcessPhotos::from(photo_worker)).await;
    });
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn a_photo_that_takes_long_does_not_hold_back_the_next() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    // Opening a pipe blocks until another process writes into it.
    let pipe = app.path("photos/temp/1-1.png");
    fs::remove_file(&pipe).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // The next one has a preview, so that it doesn't wait for a thread to make it.
    let previews = app.path("photos/previews/space-id-1");
    fs::create_dir_all(&previews).unwrap();
    fs::write(previews.join("2.png.small"), "").unwrap();
    let stop = CancellationToken::new();
    let job = ProcessPhotos::from(app.app.photo_worker());
    let until = |is_so: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !is_so() && began.elapsed() < TIMEOUT {
            thread::yield_now();
        }
        is_so()
    };
    let waiting = || app.count("select count(*) from photo_jobs");
    thread::scope(|scope| {
        let stopping = stop.clone();
        let worker = scope.spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(job, stopping, Metrics::default()));
        });
        let moved = app.path("photos/space-id-1/1.png");
        let is_in_hand = until(&|| moved.exists());
        ann.share_photo(1, &pictures::png(2));
        let is_next_done = until(&|| waiting() == 1);
        // What is in hand is finished before the end, and isn't done before it is.
        stop.cancel();
        let is_waited_for = !worker.is_finished() && waiting() == 1;
        let writer = OpenOptions::new().write(true).open(&moved).unwrap();
        fs::remove_file(&moved).unwrap();
        fs::write(&moved, pictures::png(1)).unwrap();
        drop(writer);
        worker.join().unwrap();
        assert!(is_in_hand && is_next_done && is_waited_for);
    });
    assert_eq!(waiting(), 0);
    assert_eq!(app.files(), ["space-id-1/1.png", "space-id-1/2.png"]);
}

#[test]
fn the_cleanup_runs_every_minute_and_goes_on_after_it_has_failed() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    ann.delete("/shares/1").is(200, "Share deleted");
    app.app.clock.advance(Duration::from_secs(10 * 60));
    let (temp, away) = (app.path("photos/temp"), app.path("away"));
    fs::rename(&temp, &away).unwrap();
    let cleanup = app.app.cleanup();
    hurried(async { run_during(sleep(Duration::from_secs(70)), cleanup.clone()).await });
    assert_eq!(app.count("select count(*) from tombstones"), 1);
    fs::rename(&away, &temp).unwrap();
    let remaining = || {
        let count = "select count(*) from tombstones";
        app.app
            .db
            .read(move |conn| Ok(conn.query_row(count, [], |row| row.get::<_, i64>(0))?))
    };
    // The database has threads of its own, for which a hurried clock doesn't wait.
    let swept = async {
        while remaining().await.unwrap() > 0 {
            sleep(Duration::from_secs(1)).await;
        }
    };
    hurried(async { run_during(swept, cleanup).await });
    assert_eq!(app.count("select count(*) from tombstones"), 0);
}

#[test]
fn while_another_process_locks_the_database_reading_goes_on_and_writing_is_put_off() {
    let app = TestApp::new();
    let ann = ann(&app);
    let other = rusqlite::Connection::open(app.path("shared-spaces.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();
    // Its use would be recorded now, but who only reads needn't wait for that.
    app.app.clock.advance(Duration::from_secs(2 * 60 * 60));
    ann.get("/me").is_ok();
    let reply = app.anonymous().login("ann", crate::support::PASSWORD);
    reply.is(503, "The server is busy, try again in a moment");
    assert_eq!(reply.header("Retry-After"), Some("2"));
    other.execute_batch("rollback").unwrap();
    app.anonymous()
        .login("ann", crate::support::PASSWORD)
        .is_ok();
}

#[test]
fn damage_is_noticed_within_a_day_and_so_is_its_end() {
    let app = TestApp::new();
    let ann = ann(&app);
    for _ in 0..50 {
        ann.share(1, &"words ".repeat(300));
    }
    app.wait(app.app.db.checkpoint_wal()).unwrap();
    let path = app.path("shared-spaces.db");
    let sound = fs::read(&path).unwrap();
    let mut damaged = sound.clone();
    damaged[sound.len() / 2..].fill(0x5a);
    // A connection that has read the file before notices that it is another one only after a write.
    let replace = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("pragma user_version = 1").unwrap();
    };
    let (upkeep, hour) = (app.app.maintenance.clone(), Duration::from_secs(60 * 60));
    hurried(async {
        let story = async {
            sleep(hour / 2).await;
            assert!(!upkeep.is_corrupt());
            replace(&damaged);
            sleep(hour).await;
            assert!(upkeep.is_corrupt());
            replace(&sound);
            sleep(23 * hour).await;
            assert!(upkeep.is_corrupt());
            sleep(hour).await;
            assert!(!upkeep.is_corrupt());
        };
        run_during(story, upkeep.job()).await;
    });
    app.anonymous().get("/ready").is(200, "ready");
}

#[test]
fn a_damaged_database_is_not_rewritten_until_it_is_mended() {
    let app = TestApp::new();
    let ann = ann(&app);
    for _ in 0..50 {
        ann.share(1, &"words ".repeat(300));
    }
    for share in 1..50 {
        ann.delete(&format!("/shares/{share}"))
            .is(200, "Share deleted");
    }
    app.wait(app.app.db.checkpoint_wal()).unwrap();
    let path = app.path("shared-spaces.db");
    let length = || fs::metadata(&path).unwrap().len();
    let (full, other) = (length(), rusqlite::Connection::open(&path).unwrap());
    // What SQLite would copy silently, though the table can't have it.
    let allowing = |before: &str, after: &str, sql: &str| {
        let schema = |from: &str, to: &str| {
            format!(
                "pragma writable_schema = on;
                 update sqlite_schema set sql = replace(sql, '{from}', '{to}') where name = 'shares';
                 pragma writable_schema = reset;"
            )
        };
        let all = schema(before, after) + sql + &schema(after, before);
        other.execute_batch(&all).unwrap();
    };
    allowing(
        "text text not null",
        "text text",
        "update shares set text = null;",
    );
    let (upkeep, hour) = (app.app.maintenance.clone(), Duration::from_secs(60 * 60));
    // The database has threads of its own, for which a hurried clock doesn't wait.
    let began = Instant::now();
    let until = async |what: &dyn Fn() -> bool| {
        while !what() {
            assert!(began.elapsed() < TIMEOUT, "waited too long");
            sleep(hour).await;
        }
    };
    hurried(async {
        let story = async {
            until(&|| upkeep.is_corrupt()).await;
            sleep(100 * hour).await;
            assert_eq!(length(), full);
            other
                .execute_batch("update shares set text = 'words'")
                .unwrap();
            until(&|| !upkeep.is_corrupt()).await;
            until(&|| length() < full).await;
        };
        run_during(story, upkeep.job()).await;
    });
}
