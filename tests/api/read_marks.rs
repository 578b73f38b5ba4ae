//! What is new to whom, and what they have read.

use serde_json::{Value, json};

use super::support::{Form, Live, Person, TestApp};

/// The row of a space in a person's list.
fn row(person: &Person<'_>, space: i64) -> Value {
    let spaces = person.get("/spaces").is_ok();
    let mut rows = spaces.as_array().unwrap().iter();
    rows.find(|row| row["space"]["id"] == space)
        .unwrap()
        .clone()
}

fn unread(person: &Person<'_>, space: i64) -> i64 {
    row(person, space)["unread"].as_i64().unwrap()
}

fn read(person: &Person<'_>, space: i64, share: i64) {
    let body = json!({"share_id": share});
    let reply = person.put(&format!("/spaces/{space}/read"), body);
    assert_eq!((reply.status, reply.bytes.len()), (204, 0));
}

/// Ann and Bob in a space of Ann's.
fn family(app: &TestApp) -> (Person<'_>, Person<'_>, i64) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    (ann, bob, space)
}

#[test]
fn a_share_whose_photo_took_longer_is_read_with_what_stands_above_it() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let late = ann.share(space, "With a large photo");
    let first = ann.share(space, "Meanwhile");
    // It was begun before the other, and done after it.
    let database = app.database();
    let is_done_last = format!(
        "update activity set seq = (select max(seq) + 1 from activity) where kind = 'share' and object_id = {late};
         update sqlite_sequence set seq = seq + 1 where name = 'events'"
    );
    database.execute_batch(&is_done_last).unwrap();
    assert_eq!(unread(&bob, space), 2);
    read(&bob, space, first);
    assert_eq!(unread(&bob, space), 0);
    // What is said to it from then on is new.
    ann.comment(late, "Look");
    assert_eq!(unread(&bob, space), 1);
    read(&bob, space, first);
    assert_eq!(unread(&bob, space), 1);
    read(&bob, space, late);
    assert_eq!(unread(&bob, space), 0);
}

#[test]
fn what_others_share_and_say_is_unread_until_it_is_read() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    assert_eq!((unread(&ann, space), unread(&bob, space)), (0, 0));
    let first = ann.share(space, "one");
    let second = bob.share(space, "two");
    ann.comment(second, "Nice");
    assert_eq!((unread(&ann, space), unread(&bob, space)), (1, 2));
    assert_eq!(row(&bob, space)["last_read_share_id"], json!(null));
    read(&bob, space, first);
    assert_eq!(unread(&bob, space), 1);
    assert_eq!(row(&bob, space)["last_read_share_id"], first);
    read(&bob, space, second);
    assert_eq!(unread(&bob, space), 0);
    read(&ann, space, second);
    assert_eq!(unread(&ann, space), 0);
    // What is edited is no newer.
    bob.put_form(&format!("/shares/{second}"), Form::text("Two"))
        .is(200, "Share edited");
    assert_eq!(unread(&ann, space), 0);
}

#[test]
fn a_mark_never_goes_back() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let shares: Vec<_> = (0..3).map(|_| ann.share(space, "words")).collect();
    read(&bob, space, shares[1]);
    assert_eq!(unread(&bob, space), 1);
    read(&bob, space, shares[0]);
    assert_eq!(unread(&bob, space), 1);
    assert_eq!(row(&bob, space)["last_read_share_id"], shares[1]);
}

#[test]
fn a_comment_on_an_older_share_is_unread_until_that_one_is_opened() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let (old, other, newest) = (
        ann.share(space, "old"),
        ann.share(space, "other"),
        ann.share(space, "newest"),
    );
    for share in [old, other, old] {
        ann.comment(share, "Still here");
    }
    read(&bob, space, newest);
    assert_eq!(unread(&bob, space), 3);
    read(&bob, space, old);
    assert_eq!(unread(&bob, space), 1);
    let opened = "select count(*) from opened_shares";
    assert_eq!(app.count(opened), 1);
    ann.comment(old, "And again");
    assert_eq!(unread(&bob, space), 2);
    read(&bob, space, old);
    read(&bob, space, other);
    assert_eq!(unread(&bob, space), 0);
    // Nothing is left that would be looked at again.
    assert_eq!(app.count(opened), 0);
    ann.comment(other, "Bye");
    assert_eq!(unread(&bob, space), 1);
}

#[test]
fn what_is_deleted_isnt_unread() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let cid = app.person("cid");
    ann.invite(space, "cid");
    let (first, second) = (ann.share(space, "one"), cid.share(space, "two"));
    let comment = ann.comment(first, "Nice");
    cid.comment(first, "Yes");
    cid.comment(first, "Very");
    assert_eq!(unread(&bob, space), 5);
    ann.delete(&format!("/comments/{comment}"));
    assert_eq!(unread(&bob, space), 4);
    app.remove_account("cid");
    assert_eq!(unread(&bob, space), 1);
    ann.delete(&format!("/shares/{first}"))
        .is(200, "Share deleted");
    assert_eq!(unread(&bob, space), 0);
    bob.put(
        &format!("/spaces/{space}/read"),
        json!({"share_id": second}),
    )
    .is(404, "No such share");
    // A new one takes no place that was read before.
    read(&bob, space, ann.share(space, "three"));
    let newest = ann.share(space, "four");
    read(&bob, space, newest);
    ann.delete(&format!("/shares/{newest}"))
        .is(200, "Share deleted");
    ann.share(space, "five");
    assert_eq!(unread(&bob, space), 1);
    ann.delete(&format!("/spaces/{space}/members/{}", bob.id))
        .is(200, "Member deleted");
    ann.delete(&format!("/spaces/{space}"))
        .is(200, "Space deleted");
    assert_eq!(app.count("select count(*) from activity"), 0);
}

#[test]
fn members_begin_with_what_comes_after_they_have_joined() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    ann.share(space, "one");
    let leave = || {
        bob.delete(&format!("/spaces/{space}/members/{}", bob.id))
            .is(200, "Member deleted");
    };
    assert_eq!(unread(&bob, space), 1);
    leave();
    let second = ann.share(space, "two");
    ann.invite(space, "bob");
    assert_eq!(unread(&bob, space), 0);
    assert_eq!(row(&bob, space)["last_read_share_id"], second);
    ann.share(space, "three");
    ann.comment(second, "four");
    assert_eq!(unread(&bob, space), 2);
    read(&bob, space, second);
    assert_eq!(app.count("select count(*) from opened_shares"), 1);
    leave();
    assert_eq!(app.count("select count(*) from opened_shares"), 0);
    ann.invite(space, "bob");
    assert_eq!(unread(&bob, space), 0);
}

#[test]
fn it_is_counted_to_a_hundred_and_ones_own_never() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let share = ann.share(space, "one");
    for nth in 0..120 {
        bob.comment(share, &format!("number {nth}"));
    }
    assert_eq!((unread(&ann, space), unread(&bob, space)), (100, 1));
    // However much of one's own lies between.
    add_comments(&app, space, share, bob.id, 2000);
    bob.comment(share, "the last one");
    assert_eq!(unread(&bob, space), 1);
    read(&bob, space, share);
    assert_eq!(unread(&bob, space), 0);
    add_comments(&app, space, share, bob.id, 2000);
    for _ in 0..3 {
        bob.comment(share, "mine");
    }
    ann.comment(share, "hers");
    assert_eq!(unread(&bob, space), 1);
}

/// Adds comments of one author as rows.
fn add_comments(app: &TestApp, space: i64, share: i64, user: i64, count: i64) {
    let added = app.app.db.write(move |conn| {
        let sql = format!(
            "insert into events (space_id, kind, object_id, share_id) with recursive n(i) as (select 1 union all select i + 1
             from n where i < {count}) select {space}, 'comment.edited', i, {share} from n;
             insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
             select {space}, seq, 'comment', -seq, {share}, {user}, 0 from events where kind = 'comment.edited'
             on conflict do nothing"
        );
        conn.execute_batch(&sql)?;
        Ok(())
    });
    app.wait(added).unwrap();
}

#[test]
fn only_what_is_remembered_of_opened_shares_is_kept() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    ann.share(space, "This one isn't opened");
    let shares: Vec<_> = (0..520).map(|_| ann.share(space, "words")).collect();
    let first = ann.share(space, "the newest");
    read(&bob, space, first);
    ann.share(space, "and unread");
    for &share in &shares {
        ann.comment(share, "Once more");
        read(&bob, space, share);
    }
    assert!(app.count("select count(*) from opened_shares") <= 500);
    assert_eq!(unread(&bob, space), 0);
}

#[test]
fn what_isnt_said_properly_is_refused_in_order() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let cid = app.person("cid");
    let other = ann.share(ann.space("Diary"), "elsewhere");
    let path = format!("/spaces/{space}/read");
    let answer = |person: &Person<'_>, path: &str, body: Value| {
        let reply = person.put(path, body);
        (reply.status, String::from_utf8(reply.bytes).unwrap())
    };
    let refused = |status, sentence: &str| (status, sentence.to_owned());
    for (body, status, sentence) in [
        (json!({}), 400, "Invalid payload: 'share_id'"),
        (json!({"share_id": null}), 400, "Share_id must be provided"),
        (json!({"share_id": "1"}), 400, "Share_id must be an ID"),
        (json!({"share_id": [1]}), 400, "Share_id must be an ID"),
        (json!({"share_id": other}), 404, "No such share"),
        (json!({"share_id": 0}), 404, "No such share"),
        (json!({"share_id": -1}), 404, "No such share"),
        (json!({"share_id": 1.5}), 400, "Share_id must be an ID"),
        (json!({"share_id": u64::MAX}), 404, "No such share"),
    ] {
        assert_eq!(answer(&bob, &path, body), refused(status, sentence));
    }
    // To JSON, 7 and 7.0 are the same.
    let own = ann.share(space, "Lake") as f64;
    assert_eq!(bob.put(&path, json!({"share_id": own})).status, 204);
    let body = || json!({"share_id": other});
    assert_eq!(
        answer(&cid, &path, body()),
        refused(403, "Can't access this space - not a member")
    );
    assert_eq!(
        answer(&cid, "/spaces/99/read", body()),
        refused(404, "Space with ID '99' doesn't exist")
    );
    assert_eq!(answer(&app.anonymous(), &path, json!({})).0, 401);
}

#[test]
fn spaces_are_listed_by_activity_in_pages_that_hold_still() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let spaces: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| ann.space(name)).into();
    let names = |reply: &Value| -> String {
        let rows = reply.as_array().unwrap().iter();
        rows.map(|row| row["space"]["name"].as_str().unwrap())
            .collect()
    };
    let list = "/spaces?order=activity";
    // A new one is where something has happened last.
    assert_eq!(names(&ann.get(list).is_ok()), "edcba");
    let share = ann.share(spaces[1], "words");
    ann.share(spaces[3], "words");
    ann.comment(share, "a comment");
    assert_eq!(names(&ann.get(list).is_ok()), "bdeca");
    assert_eq!(names(&ann.get("/spaces?order=name").is_ok()), "abcde");
    let (mut next, mut seen) = (Some(format!("{list}&limit=2")), String::new());
    while let Some(path) = next {
        let page = ann.get(&path);
        seen += &names(&page.is_ok());
        // What happens between the pages moves no space across them.
        ann.share(spaces[0], "words");
        ann.share(spaces[4], "words");
        next = page.next();
    }
    assert_eq!(seen, "bdeca");
    assert_eq!(names(&ann.get(list).is_ok()), "eabdc");
    ann.get("/spaces?order=age")
        .is(400, "Order must be name or activity");
    let by_name = ann.get("/spaces?limit=2").next().unwrap();
    ann.get(&(by_name + "&order=activity"))
        .is(400, "Cursor must come from a Link header of this list");
}

#[test]
fn the_last_activity_is_when_something_was_shared_or_said_last() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let made = row(&ann, space)["last_activity_at"].clone();
    assert!(made.is_string());
    let share = ann.get(&format!("/shares/{}", ann.share(space, "words")));
    let share = share.is_ok();
    assert_eq!(row(&bob, space)["last_activity_at"], share["timestamp"]);
    let path = format!("/shares/{}/comments", share["id"]);
    let comment = bob.post(&path, json!({"text": "Nice"})).json();
    assert_eq!(row(&ann, space)["last_activity_at"], comment["created_at"]);
    ann.delete(&format!("/shares/{}", share["id"]))
        .is(200, "Share deleted");
    assert_eq!(row(&bob, space)["last_activity_at"], made);
}

#[test]
fn what_is_read_on_one_device_is_read_on_all_and_nobody_else_is_told() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    let live = Live::new(&app.app);
    let share = ann.share(space, "words");
    let (mut anns, mut bobs) = (live.listen(ann.token(), ""), live.listen(bob.token(), ""));
    read(&bob, space, share);
    let told = bobs.expect("read.changed");
    let expected = row(&bob, space);
    assert_eq!(told["unread"], 0);
    for key in ["space", "unread", "last_read_share_id", "last_activity_at"] {
        assert_eq!(told[key], expected[key], "{key}");
    }
    // Reading it again changes nothing and is told to nobody.
    read(&bob, space, share);
    let next = ann.share(space, "next");
    assert_eq!(anns.expect("share.created")["id"], next);
    assert_eq!(bobs.expect("share.created")["id"], next);
}

#[test]
fn marks_come_back_with_a_backup_and_go_on() {
    let app = TestApp::new();
    let (ann, bob, space) = family(&app);
    read(&bob, space, ann.share(space, "one"));
    ann.share(space, "two");
    app.prepare_restored();
    assert_eq!(unread(&bob, space), 1);
    let three = ann.share(space, "three");
    assert_eq!(unread(&bob, space), 2);
    read(&bob, space, three);
    assert_eq!(unread(&bob, space), 0);
}
