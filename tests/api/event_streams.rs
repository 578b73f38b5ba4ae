//! What streams of events cost, and how they go on where something is in their way.

use std::io::Read;
use std::time::Duration;

use serde_json::json;

use crate::support::{Form, Live, TestApp, pictures};

/// Shares this many texts of this length, as rows and events without requests, in the space 1 of the user 1.
fn fill(app: &TestApp, shares: i64, letters: usize) {
    let text = "語".repeat(letters);
    let filled = app.app.db.write(move |conn| {
        conn.execute(
            "with recursive n (i) as (select 1001 union all select i + 1 from n where i < 1000 + ?1)
             insert into shares (id, space_id, user_id, text, created_at) select i, 1, 1, ?2, 0 from n",
            (shares, text),
        )?;
        conn.execute_batch(
            "insert into events (space_id, kind, object_id) select 1, 'share.created', id from shares where id > 1000",
        )?;
        Ok(())
    });
    app.wait(filled).unwrap();
}

#[test]
fn a_reader_who_was_away_is_sent_little_at_a_time() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let live = Live::new(&app.app);
    let cursor = live.listen(ann.token(), "").last_id;
    fill(&app, 100, 2000);
    let mut stream = live.listen(ann.token(), &format!("?after={cursor}"));
    for share in 1001..=1100 {
        assert_eq!(stream.expect("share.created")["id"], share);
    }
    assert!(stream.largest_chunk < 48 * 1024, "{}", stream.largest_chunk);
}

#[test]
fn of_several_cursors_or_spaces_in_an_address_the_first_counts() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let live = Live::new(&app.app);
    let cursor = live.listen(ann.token(), "").last_id;
    let share = ann.share(1, "Hello");
    let later = live.listen(ann.token(), "").last_id;
    let other = ann.space("Friends");
    ann.share(other, "Elsewhere");
    let query = format!("?after={cursor}&after={later}&space=1&space={other}");
    let mut stream = live.listen(ann.token(), &query);
    assert_eq!(stream.expect("share.created")["id"], share);
    let next = ann.share(1, "Hello again");
    assert_eq!(stream.expect("share.created")["id"], next);
}

#[test]
fn a_reader_who_never_reads_takes_little_memory_and_is_left_in_the_end() {
    const EACH: usize = 6000;
    const SHARES: i64 = 5000;
    let app = TestApp::with(|config| config.connections.stall_timeout = Duration::from_secs(2));
    let ann = app.person("ann");
    ann.space("Family");
    let live = Live::new(&app.app);
    let cursor = live.listen(ann.token(), "").last_id;
    fill(&app, SHARES, EACH / 3);
    let mut idle = live.open("GET", &format!("/events?after={cursor}"), ann.token(), "");
    // As many as a session may have: another one is refused until the idle one is left. Others are served meanwhile.
    let mut other = live.listen(ann.token(), "");
    let _held: Vec<_> = (0..6).map(|_| live.listen(ann.token(), "")).collect();
    loop {
        let share = ann.share(1, "Hello");
        assert_eq!(other.expect("share.created")["id"], share);
        let one_more = live.open("GET", "/events", ann.token(), "");
        if one_more.head.starts_with("HTTP/1.1 200 ") {
            break;
        }
    }
    // The stream is over before it has sent all that there is.
    let mut sent = Vec::new();
    let ended = idle.reader.read_to_end(&mut sent);
    drop(ended);
    assert!(sent.len() < EACH * SHARES as usize / 2, "{}", sent.len());
    let share = ann.share(1, "Still here");
    assert_eq!(other.expect("share.created")["id"], share);
}

#[test]
fn who_has_closed_a_stream_holds_no_place_any_more() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let live = Live::new(&app.app);
    let mut open = live.listen(ann.token(), "");
    // As many as a session may have, as after a page was reloaded again and again.
    let closed: Vec<_> = (0..7).map(|_| live.listen(ann.token(), "")).collect();
    drop(closed);
    let another = || live.open("GET", "/events", ann.token(), "").head;
    while !another().starts_with("HTTP/1.1 200 ") {}
    // Writing to them finds out too, but only with the second beat.
    ann.share(1, "Hello");
    let mut beats = 0;
    while open.event().0 != "share.created" {
        beats += 1;
    }
    assert!(beats < 2);
}

#[test]
fn an_event_that_cant_be_read_is_left_out_after_some_attempts() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let live = Live::new(&app.app);
    let cursor = live.listen(ann.token(), "").last_id;
    let first = ann.share(space, "Before");
    ann.share_photo(space, &pictures::png(1));
    let damaged = app.app.db.write(|conn| {
        conn.execute_batch("pragma ignore_check_constraints = on")?;
        conn.execute("update photos set width = -1", [])?;
        Ok(())
    });
    app.wait(damaged).unwrap();
    let last = ann.share(space, "After");
    let mut stream = live.listen(ann.token(), &format!("?after={cursor}"));
    assert_eq!(stream.expect("share.created")["id"], first);
    assert_eq!(stream.expect("share.created")["id"], last);
    app.move_photos();
}

#[test]
fn a_change_that_changes_nothing_is_no_event() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    ann.share_photo(space, &pictures::png(1));
    app.move_photos();
    ann.put(
        "/media/1",
        json!({"caption": "A lake", "taken_at": "2019-07-14T15:30:00"}),
    )
    .is_ok();
    ann.comment(1, "Hello");
    let share = || ann.get("/shares/1").is_ok();
    let before = (share(), app.count("select count(*) from events"));
    let medium = json!({"id": 1, "caption": "A lake"});
    ann.put("/shares/1", json!({"text": "A photo", "media": [medium]}))
        .is(200, "Share edited");
    ann.put("/shares/1", json!({"media": [{"id": 1}]}))
        .is(200, "Share edited");
    ann.put_form("/shares/1", Form::text("A photo"))
        .is(200, "Share edited");
    let described = ann.put("/media/1", json!({"caption": "A lake"}));
    assert_eq!(described.header("ETag"), Some(&*app.tag(2)));
    ann.put("/media/1", json!({"taken_at": "2019-07-14T15:30:00"}))
        .is_ok();
    ann.put("/comments/1", json!({"text": "Hello"})).is_ok();
    ann.put("/spaces/1", json!({"new-name": "Family"}))
        .is(200, "Space renamed");
    let role = format!("/spaces/1/members/{}", bob.id);
    ann.put(&role, json!({"is-admin": false}))
        .is(200, "Admin permission changed");
    assert_eq!((share(), app.count("select count(*) from events")), before);
    ann.put(
        "/shares/1",
        json!({"media": [{"id": 1, "caption": "The lake"}]}),
    )
    .is(200, "Share edited");
    assert_eq!(share()["version"], app.version(3));
}

#[test]
fn the_stream_of_a_session_that_is_one_too_many_ends() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let live = Live::new(&app.app);
    let mut stream = live.listen(ann.token(), "");
    app.app.clock.advance(Duration::from_secs(1));
    let more = app.app.db.write(|conn| {
        conn.execute_batch(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
             insert into sessions (token_hash, user_id, created_at, last_used_at)
             select randomblob(32), 1, 9e15, 9e15 from n",
        )?;
        Ok(())
    });
    app.wait(more).unwrap();
    app.anonymous().signed_in("ann");
    assert!(stream.block().is_none());
}

#[test]
fn a_large_share_and_a_large_space_wait_for_memory_like_lists() {
    let app = TestApp::with(|config| config.limits.text_max = 80_000);
    let ann = app.person("ann");
    let space = ann.space("Family");
    let small = ann.share(space, "Small");
    let large = ann.share(space, &"a".repeat(80_000));
    let pinned = ann.put_nothing(&format!("/shares/{large}/pin"));
    assert_eq!(pinned.status, 204);
    let all = app.app.limits.answers.reserve(None, u64::MAX).ok().unwrap();
    for path in [format!("/shares/{large}"), format!("/spaces/{space}")] {
        assert_eq!(ann.get(&path).status, 503, "{path}");
    }
    ann.get(&format!("/shares/{small}")).is_ok();
    drop(all);
    for path in [format!("/shares/{large}"), format!("/spaces/{space}")] {
        ann.get(&path).is_ok();
    }
}
