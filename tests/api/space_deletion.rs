//! A large space is deleted some rows at a time, so that others can write in between. For all users it is gone immediately.

use std::time::Duration;

use serde_json::json;
use shared_spaces::domain::access;
use shared_spaces::domain::ids::{Id, RawId, SpaceId};
use shared_spaces::domain::space_deletion::{self, CHUNK, Progress};

use crate::support::{Form, Person, TestApp, path_of, pictures};

/// More than goes in two transactions.
const SHARES: i64 = 2 * CHUNK as i64 + 7;
const LEFT: &str = "select (select count(*) from shares where space_id = 1) + (select count(*) from photos where space_id = 1)";

/// Adds shares with photos, as rows without bytes, to the space 1 of the user 1, after the existing ones.
fn fill(app: &TestApp) {
    let filled = app.app.db.write(|conn| {
        conn.execute_batch(&format!(
            "with recursive n(i) as (select 1001 union all select i + 1 from n where i < 1000 + {SHARES})
             insert into shares (id, space_id, user_id, text, created_at) select i, 1, 1, 'Words', 0 from n;
             insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
             select id, id, 1, 0, '1-' || id || '.jpg', 1, 1, 1, zeroblob(32), 0 from shares where id > 1000"
        ))?;
        Ok(())
    });
    app.wait(filled).unwrap();
}

/// Begins to delete the space 1, as a server does that is killed after the first transaction.
fn begin(app: &TestApp) -> Progress {
    let now = app.app.now();
    let begun = app.app.db.write(move |conn| {
        let admin = access::operator(conn, &RawId::new("1"))?;
        space_deletion::begin(conn, &admin, now)
    });
    app.wait(begun).unwrap()
}

fn finish(app: &TestApp) {
    app.wait(app.app.space_deletion().finish_all()).unwrap();
}

/// Ann with a space of many shares, who invites Bob, who shares a photo; returns the path to the photo.
fn family<'a>(app: &'a TestApp) -> (Person<'a>, Person<'a>, String) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let form = Form::text("Hello").file(&pictures::png(1));
    let share = bob.share_under("a-key", space, form).is_ok();
    ann.delete("/spaces/1/members/2").is(200, "Member deleted");
    fill(app);
    (ann, bob, path_of(&share["image_url"]))
}

#[test]
fn a_space_of_which_there_are_still_rows_is_gone_for_everybody() {
    let app = TestApp::new();
    let (ann, bob, photo) = family(&app);
    assert_eq!(ann.get(&photo).status, 200);
    assert!(!begin(&app).is_over);
    assert!(app.count(LEFT) > 0);

    assert_eq!(ann.get("/spaces").is_ok(), json!([]));
    let missing = "Space with ID '1' doesn't exist";
    for path in ["", "/shares", "/images", "/members", "/invitations"] {
        ann.get(&format!("/spaces/1{path}")).is(404, missing);
    }
    ann.post_form("/spaces/1/shares", Form::text("Anybody?"))
        .is(404, missing);
    ann.delete("/spaces/1").is(404, missing);
    for share in [1, 1000 + SHARES] {
        let share = format!("/shares/{share}");
        ann.get(&share).is(404, "No such share");
        ann.delete(&share).is(404, "No such share");
    }
    // A former member may still delete their own shares, but not those that are gone.
    bob.delete("/shares/1").is(404, "No such share");
    bob.put_form("/shares/1", Form::text("Other words"))
        .is(404, "No such share");
    assert_eq!(app.anonymous().get(&photo).status, 404);
    finish(&app);
    assert_eq!(app.count(LEFT), 0);
}

#[test]
fn a_deletion_that_broke_off_is_finished_by_the_next_start_and_no_id_comes_back() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    app.move_photos();
    let token = ann.token().to_owned();
    begin(&app);
    let app = app.restarted();
    finish(&app);
    assert_eq!(app.count(LEFT), 0);
    assert_eq!(app.count("select count(*) from spaces"), 0);
    assert_eq!(
        app.count("select count(*) from pragma_foreign_key_check"),
        0
    );
    let tombstones = app.count("select count(*) from tombstones");
    assert_eq!(tombstones, SHARES + 1);
    // The bytes that the killed process would have deleted immediately.
    app.app.clock.advance(Duration::from_secs(6 * 60));
    app.wait(app.app.clean_up()).unwrap();
    assert_eq!(app.files(), [""; 0]);
    // Again, now that no row is left to show which ids there were.
    let app = app.restarted();
    let ann = app.anonymous().with_token(&token);
    let space = ann.space("Choir");
    assert_eq!(space, 2);
    assert!(ann.share(space, "Hello") > 1000 + SHARES);
    let last: i64 = app.count("select id from last_ids where kind = 'photo'");
    assert!(last >= 1000 + SHARES, "{last}");
}

#[test]
fn each_transaction_deletes_a_bounded_number_of_rows() {
    let app = TestApp::new();
    let _family = family(&app);
    let (mut before, mut transactions) = (app.count(LEFT), 1);
    let mut progress = begin(&app);
    loop {
        let left = app.count(LEFT);
        assert!((before - left) as usize <= CHUNK, "{before} {left}");
        before = left;
        if progress.is_over {
            break;
        }
        let now = app.app.now();
        let more = app.app.db.write(move |conn| {
            let space = SpaceId::from_number(1);
            Ok(space_deletion::remove_chunk(conn, space, now)?)
        });
        progress = app.wait(more).unwrap();
        transactions += 1;
    }
    assert_eq!(before, 0);
    assert_eq!(transactions, 2 * (SHARES as usize + 1) / CHUNK + 1);
}

#[test]
fn a_key_of_a_share_that_goes_can_be_used_again() {
    let app = TestApp::new();
    let (_ann, bob, _) = family(&app);
    begin(&app);
    // Its photo has gone, and its row is still there.
    assert_eq!(
        app.count("select count(*) from shares where client_key is not null"),
        1
    );
    let space = bob.space("Choir");
    let share = bob.share_under("a-key", space, Form::text("Again")).is_ok();
    assert_eq!(share["text"], "Again");
    let same = bob.share_under("a-key", space, Form::text("Again")).is_ok();
    assert_eq!(share["id"], same["id"]);
    finish(&app);
    assert_eq!(app.count("select count(*) from shares"), 1);
}

#[test]
fn a_request_deletes_all_of_a_large_space_before_it_is_answered() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    ann.delete("/spaces/1").is(200, "Space deleted");
    assert_eq!(app.count(LEFT), 0);
    assert_eq!(app.count("select count(*) from spaces"), 0);
    assert_eq!(app.files(), [""; 0]);
}
