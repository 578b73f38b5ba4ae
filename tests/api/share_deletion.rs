//! A share with a long conversation is deleted some rows at a time, so that others can write in between.

use std::time::Duration;

use serde_json::json;
use shared_spaces::domain::access;
use shared_spaces::domain::ids::RawId;
use shared_spaces::domain::share_deletion;
use shared_spaces::domain::space_deletion::CHUNK;

use crate::races::{act, race};
use crate::support::{Person, TestApp, pictures};

/// As many ids as a server reserves at once: what comes into the database by another way has ids beyond these.
const RESERVED: i64 = 1000;
const SHARE: &str = "/shares/1";
const COMMENTS: &str = "select count(*) from comments";
const REACTIONS: &str = "select count(*) from reactions";

/// Ann with a photo that has this many comments by her, each with a reaction.
fn talk(app: &TestApp, comments: usize) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let filled = app.app.db.write(move |conn| {
        conn.execute_batch(&format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {comments})
             insert into comments (space_id, share_id, id, user_id, created_at, text) select 1, 1, {RESERVED} + i, 1, 0, 'Words' from n;
             insert into reactions (space_id, share_id, comment_id, base, user_id, emoji, created_at)
             select 1, 1, id, '👍', 1, '👍', 0 from comments"
        ))?;
        Ok(())
    });
    app.wait(filled).unwrap();
    ann
}

/// Begins to delete the share, as a server does that is killed after the first transaction.
fn begin(app: &TestApp) -> bool {
    let now = app.app.now();
    let begun = app.app.db.write(move |conn| {
        let session = conn.query_row("select id from sessions", [], |row| row.get(0))?;
        let lifetime = Duration::from_secs(3600);
        let session = shared_spaces::domain::sessions::confirm(conn, session, now, lifetime)?;
        let deletable = access::share(conn, &session, &RawId::new("1"))?.delete()?;
        share_deletion::begin(conn, &deletable, now)
    });
    app.wait(begun).unwrap().is_over
}

#[test]
fn a_request_deletes_all_of_a_long_conversation_before_it_is_answered() {
    let app = TestApp::new();
    let ann = talk(&app, 3 * CHUNK);
    ann.delete(SHARE).is(200, "Share deleted");
    ann.get(SHARE).is(404, "No such share");
    assert_eq!((app.count(COMMENTS), app.count(REACTIONS)), (0, 0));
    assert_eq!(app.count("select count(*) from share_deletions"), 0);
    assert_eq!(
        app.count("select count(*) from events where kind = 'share.deleted'"),
        1
    );
    assert_eq!(app.files(), [""; 0]);
    // No id comes back.
    let token = ann.token().to_owned();
    let app = app.restarted();
    let ann = app.anonymous().with_token(&token);
    let share = ann.share(1, "Again");
    assert_eq!(ann.comment(share, "Hello"), RESERVED + 3 * CHUNK as i64 + 1);
}

#[test]
fn each_transaction_deletes_a_bounded_number_of_rows_and_the_next_start_finishes() {
    let app = TestApp::new();
    let ann = talk(&app, 2 * CHUNK);
    let token = ann.token().to_owned();
    assert!(!begin(&app));
    let left = app.count(COMMENTS) + app.count(REACTIONS);
    assert_eq!(left as usize, 3 * CHUNK);
    // It is there until all of that is gone, with its photo.
    let share = ann.get(SHARE).is_ok();
    assert_eq!(share["media"].as_array().unwrap().len(), 1);
    let app = app.restarted();
    app.wait(app.app.space_deletion().finish_all()).unwrap();
    let ann = app.anonymous().with_token(&token);
    ann.get(SHARE).is(404, "No such share");
    assert_eq!((app.count(COMMENTS), app.count(REACTIONS)), (0, 0));
    assert_eq!(app.files(), [""; 0]);
}

#[test]
fn two_who_delete_it_at_once_both_succeed_or_are_told_that_it_is_gone() {
    let app = TestApp::new();
    let ann = talk(&app, 3 * CHUNK);
    let delete = || act(ann.token(), |me: &Person<'_>| me.delete(SHARE));
    let replies = race(&app, vec![delete(), delete()]);
    for reply in &replies {
        assert!([200, 404].contains(&reply.status), "{replies:?}");
    }
    assert_eq!(
        app.count("select count(*) from events where kind = 'share.deleted'"),
        1
    );
}

#[test]
fn others_write_while_a_long_conversation_goes() {
    const COMMENTS: i64 = 20_000;
    let app = TestApp::new();
    let ann = talk(&app, COMMENTS as usize);
    let deleting = act(ann.token(), |me: &Person<'_>| me.delete(SHARE));
    let writing = act(ann.token(), |me: &Person<'_>| {
        let mut has_written_between = false;
        loop {
            let written = me.post("/spaces/1/shares", json!({"text": "While it goes"}));
            let share = me.get(SHARE);
            if share.status == 404 {
                assert!(has_written_between);
                return written;
            }
            let left = share.is_ok()["comments"]["count"].as_i64().unwrap();
            has_written_between |= (1..COMMENTS).contains(&left);
        }
    });
    let replies = race(&app, vec![deleting, writing]);
    assert!(
        replies.iter().all(|reply| reply.status == 200),
        "{replies:?}"
    );
}
