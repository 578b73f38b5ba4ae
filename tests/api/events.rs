//! Events as they happen: over real connections, because a stream is longer than a request.

use serde_json::{Value, json};
use shared_spaces::app::App;
use shared_spaces::clock::Timestamp;
use shared_spaces::domain::text::GivenLogin;
use shared_spaces::domain::{account_removal, events, photos, users};

use super::previews::undecodable;
use super::support::{Form, Live, Person, TestApp, pictures, user};

/// What a request in the address of another user returns.
fn of(person: &Person<'_>, path: &str) -> Value {
    person.get(path).is_ok()
}

/// Without the proofs of links, which differ from one moment to the next, and without the port, which these requests lack.
fn unsigned(value: Value) -> String {
    let text = value.to_string().replace("localhost:8000", "localhost");
    let links = text.split("?expires=").enumerate();
    links
        .map(|(at, rest)| match at {
            0 => rest,
            _ => rest.split_once('"').map_or("", |(_, rest)| rest),
        })
        .collect()
}

#[test]
fn a_member_is_sent_each_change_once_in_order_with_what_its_endpoint_returns() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let live = Live::new(&app.app);
    let mut stream = live.listen(bob.token(), "");
    for header in [
        "content-type: text/event-stream\r\n",
        "cache-control: no-store, no-transform\r\n",
        "x-accel-buffering: no\r\n",
    ] {
        let head = stream.head.to_lowercase();
        assert!(head.contains(header), "{header} is not in {head}");
    }

    let form = Form::text("Lake").file(&pictures::png(1));
    let share = ann
        .post_form(&format!("/spaces/{space}/shares"), form)
        .is_ok();
    let path = format!("/shares/{}", share["id"]);
    let (name, created) = stream.event();
    assert_eq!(name, "share.created");
    assert_eq!(created["space_id"], space);
    let mut expected = of(&bob, &path);
    expected["space_id"] = json!(space);
    assert_eq!(unsigned(created), unsigned(expected));
    app.move_photos();
    let ready = stream.expect("media.ready");
    assert_eq!(ready["share_id"], share["id"]);
    assert_eq!(ready["id"], share["media"][0]["id"]);
    assert!(ready["placeholder"].is_string());
    ann.put_form(&path, Form::text("The lake"))
        .is(200, "Share edited");
    assert_eq!(stream.expect("share.edited")["text"], "The lake");
    let caption = format!("/media/{}", share["media"][0]["id"]);
    ann.put(&caption, json!({"caption": "Blue"})).is_ok();
    assert_eq!(stream.expect("share.edited")["media"][0]["caption"], "Blue");
    let comments = format!("{path}/comments");
    let said = bob.post(&comments, json!({"text": "Nice"}));
    let comment = stream.expect("comment.created");
    assert_eq!(
        (comment["share_id"].clone(), comment["text"].clone()),
        (share["id"].clone(), json!("Nice"))
    );
    assert_eq!(said.status, 201);
    let comment = format!("/comments/{}", comment["id"]);
    bob.put(&comment, json!({"text": "Very nice"})).is_ok();
    assert_eq!(stream.expect("comment.edited")["text"], "Very nice");
    for path in [path.as_str(), comment.as_str()] {
        ann.put_nothing(&format!("{path}/reactions/%F0%9F%91%8D"));
        let changed = stream.expect("reaction.changed");
        let of = if path == comment {
            said.json()["id"].clone()
        } else {
            Value::Null
        };
        assert_eq!(
            changed,
            json!({"share_id": share["id"], "comment_id": of,
                "reactions": [{"emoji": "\u{1f44d}", "count": 1, "mine": false}]})
        );
        // The same again changes nothing.
        ann.put_nothing(&format!("{path}/reactions/%F0%9F%91%8D"));
        ann.delete(&format!("{path}/reactions/%F0%9F%91%8D"));
        assert_eq!(stream.expect("reaction.changed")["reactions"], json!([]));
    }
    ann.delete(&comment);
    let gone = json!({"id": said.json()["id"], "share_id": share["id"]});
    assert_eq!(stream.expect("comment.deleted"), gone);
    ann.delete(&path).is(200, "Share deleted");
    assert_eq!(stream.expect("share.deleted"), json!({"id": share["id"]}));

    ann.invite(space, "cid");
    let member = json!({"user": user(cid.id, "cid"), "is_admin": false});
    assert_eq!(subset(stream.expect("member.joined"), &member), member);
    let path = format!("/spaces/{space}/members/{}", cid.id);
    ann.put(&path, json!({"is-admin": true}))
        .is(200, "Admin permission changed");
    assert_eq!(stream.expect("member.changed")["is_admin"], true);
    ann.put(&path, json!({"is-admin": false}))
        .is(200, "Admin permission changed");
    assert_eq!(stream.expect("member.changed")["is_admin"], false);
    ann.delete(&path).is(200, "Member deleted");
    assert_eq!(stream.expect("member.left"), json!({"id": cid.id}));
    ann.put(&format!("/spaces/{space}"), json!({"new-name": "Kin"}))
        .is(200, "Space renamed");
    let mut changed = stream.expect("space.changed");
    assert_eq!(changed["name"], "Kin");
    assert_eq!(changed["is_admin"], false);
    changed["space_id"] = Value::Null;

    // Of a space of their own, on their other devices.
    let own = bob.space("Diary");
    assert_eq!(stream.expect("member.joined")["user"]["login"], "bob");
    bob.delete(&format!("/spaces/{own}"))
        .is(200, "Space deleted");
    assert_eq!(stream.expect("space.deleted"), json!({"id": own}));
}

/// The keys of a value that another has, so that what is added later doesn't matter.
fn subset(value: Value, of: &Value) -> Value {
    match (value, of) {
        (Value::Object(map), Value::Object(of)) => of
            .iter()
            .map(|(key, of)| (key.clone(), subset(map[key].clone(), of)))
            .collect(),
        (value, _) => value,
    }
}

#[test]
fn a_reader_that_is_behind_is_sent_the_reactions_once_and_they_go_with_their_account() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let share = ann.share(space, "Lake");
    let comment = ann.comment(share, "Nice");
    let live = Live::new(&app.app);
    let stream = live.listen(ann.token(), "");
    for path in [format!("/shares/{share}"), format!("/comments/{comment}")] {
        for emoji in ["%F0%9F%91%8D", "%F0%9F%98%82", "%F0%9F%8E%89"] {
            assert_eq!(
                bob.put_nothing(&format!("{path}/reactions/{emoji}")).status,
                204
            );
        }
    }
    let mut behind = live.listen(ann.token(), &format!("?after={}", stream.last_id));
    for of in [Value::Null, json!(comment)] {
        let changed = behind.expect("reaction.changed");
        assert_eq!(changed["comment_id"], of);
        assert_eq!(changed["reactions"].as_array().unwrap().len(), 3);
    }
    app.remove_account("bob");
    behind.expect("member.left");
    for _ in 0..2 {
        assert_eq!(behind.expect("reaction.changed")["reactions"], json!([]));
    }
}

#[test]
fn a_stream_resumes_after_the_last_event_by_address_and_by_header() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let live = Live::new(&app.app);
    let mut stream = live.listen(ann.token(), "");
    let before = stream.last_id.clone();
    let first = ann.share(space, "one");
    stream.expect("share.created");
    let after_one = stream.last_id.clone();
    drop(stream);
    let (second, third) = (ann.share(space, "two"), ann.share(space, "three"));
    let ids = |mut stream: super::support::Stream, count: usize| -> Vec<Value> {
        let events = (0..count).map(|_| stream.expect("share.created")["id"].take());
        events.collect()
    };
    let resumed = live.listen(ann.token(), &format!("?after={after_one}"));
    assert_eq!(ids(resumed, 2), [json!(second), json!(third)]);
    // What a browser names when it reconnects by itself is newer than the address.
    let header = format!("Last-Event-ID: {after_one}\r\n");
    let mut resumed = live.open(
        "GET",
        &format!("/events?after={before}"),
        ann.token(),
        &header,
    );
    resumed.block().unwrap();
    assert_eq!(ids(resumed, 2), [json!(second), json!(third)]);
    let resumed = live.listen(ann.token(), &format!("?after={before}"));
    assert_eq!(ids(resumed, 3), [json!(first), json!(second), json!(third)]);
    live.stop();

    let token = ann.token().to_owned();
    let app = app.restarted();
    let live = Live::new(&app.app);
    let resumed = live.listen(&token, &format!("?after={after_one}"));
    assert_eq!(ids(resumed, 2), [json!(second), json!(third)]);
}

#[test]
fn what_cant_be_resumed_is_reset() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let live = Live::new(&app.app);
    let stream = live.listen(ann.token(), "");
    let cursor = stream.last_id.clone();
    let (epoch, seq) = cursor.split_once('-').unwrap();
    let ahead = format!("{epoch}-{}", seq.parse::<i64>().unwrap() + 1);
    let path = |cursor: &str| format!("/events?after={cursor}");
    let is_reset = |cursor: &str| {
        let mut stream = live.open("GET", &path(cursor), ann.token(), "");
        let begin = stream.block().unwrap();
        (begin.name == "reset").then_some(stream)
    };
    for odd in [ahead.as_str(), "ffffffff-1", "1", "%20", "-", "0-0-0"] {
        let mut stream = is_reset(odd).expect(odd);
        assert!(stream.last_id.starts_with(epoch));
        let share = ann.share(space, "afterwards");
        assert_eq!(stream.expect("share.created")["id"], share);
    }
    assert!(is_reset(&cursor).is_none());

    // After hours, and more events than are kept in any case.
    let now = Timestamp(app.app.now().0 + 3 * 60 * 60 * 1000);
    let filled = app.app.db.write(|conn| {
        conn.execute_batch(
            "insert into events (kind, object_id) with recursive n (n) as (select 1 union all select n + 1 from n where n < 10100)
             select 'share.edited', n from n",
        )?;
        Ok(())
    });
    app.wait(filled).unwrap();
    while app
        .wait(app.app.db.write(move |conn| Ok(events::prune(conn, now)?)))
        .unwrap()
    {}
    assert!(is_reset(&cursor).is_some());
    let stream = live.listen(ann.token(), "");
    assert!(is_reset(&stream.last_id).is_none());

    app.prepare_restored();
    assert!(is_reset(&stream.last_id).is_some());
}

#[test]
fn previews_that_are_found_again_as_they_were_are_no_event() {
    const READY: &str = "select count(*) from events where kind = 'media.ready'";
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    ann.share_photo(space, &pictures::png(1));
    ann.share_photo(space, &undecodable());
    app.move_photos();
    assert_eq!(app.count(READY), 2);
    // As they are years later: what has no previews was known to have none.
    let aged = app.app.db.write(|conn| {
        conn.execute("update photos set created_at = 0", [])?;
        Ok(photos::reset_previews(conn)?)
    });
    app.wait(aged).unwrap();
    assert_eq!(app.look_for_previews().settled, 2);
    assert_eq!(app.count(READY), 2, "after a move");
    app.prepare_restored();
    assert_eq!(app.look_for_previews().settled, 2);
    assert_eq!(app.count(READY), 0, "after a restore");
    // What looks different now is one.
    let unlike = app.app.db.write(|conn| {
        conn.execute("update photos set placeholder = zeroblob(9)", [])?;
        Ok(photos::reset_previews(conn)?)
    });
    app.wait(unlike).unwrap();
    app.look_for_previews();
    assert_eq!(app.count(READY), 2);
}

#[test]
fn a_removed_member_is_sent_nothing_and_their_stream_ends() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    let live = Live::new(&app.app);
    for round in 0..20 {
        ann.invite(space, "bob");
        let mut stream = live.listen(bob.token(), "");
        // On either side of the removal.
        let before = ann.share(space, "before");
        ann.delete(&format!("/spaces/{space}/members/{}", bob.id))
            .is(200, "Member deleted");
        let secret = ann.share(space, "secret");
        let mut shares = Vec::new();
        while let Some(block) = stream.block() {
            if block.name == "share.created" {
                shares.push(block.data["id"].as_i64().unwrap());
            } else {
                assert!(block.name.is_empty(), "{round}: {block:?}");
            }
        }
        assert!(!shares.contains(&secret), "{round}");
        assert!(
            shares.is_empty() || shares == [before],
            "{round}: {shares:?}"
        );
        // What comes after it isn't theirs, and the stream doesn't end again for the same reason.
        let own = bob.space("Diary");
        let mut resumed = live.listen(bob.token(), &format!("?after={}", stream.last_id));
        assert_eq!(resumed.expect("member.joined")["user"]["id"], bob.id);
        bob.delete(&format!("/spaces/{own}"))
            .is(200, "Space deleted");
    }
}

#[test]
fn a_stream_ends_with_its_session() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    let live = Live::new(&app.app);
    let (mut anns, mut bobs) = (live.listen(ann.token(), ""), live.listen(bob.token(), ""));
    let other = app.anonymous().signed_in("ann");
    let mut others = live.listen(other.token(), "");
    other.delete("/logout").is(200, "Logged out");
    assert!(others.block().is_none());
    app.remove_account("bob");
    assert!(bobs.block().is_none());
    // And that of nobody else.
    let space = ann.space("Choir");
    let joined = anns.event().1;
    assert_eq!(joined["space_id"], space);
}

#[test]
fn what_another_process_changes_is_sent_too() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let live = Live::new(&app.app);
    let mut stream = live.listen(ann.token(), "");
    // As the command line does it, with a connection of its own.
    let command = App::open((*app.app.config).clone()).unwrap();
    let now = command.now();
    let removed = command.db.write(move |conn| {
        let user = users::get_by_login(conn, &GivenLogin::new(String::from("bob")))?;
        account_removal::begin(conn, &user, now)
    });
    app.wait(removed).unwrap();
    assert_eq!(stream.expect("member.left"), json!({"id": bob.id}));
}

#[test]
fn what_changes_of_an_account_is_sent_to_all_devices_of_its_user_and_to_nobody_else() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let live = Live::new(&app.app);
    let mut of_ann = live.listen(ann.token(), "");
    let mut of_bob = live.listen(bob.token(), "");
    let mut expect = |what: &str| {
        let (name, data) = of_bob.event();
        assert_eq!(
            (name.as_str(), unsigned(data)),
            ("me.changed", unsigned(of(&bob, "/me"))),
            "{what}"
        );
    };
    // Bob is in no space, where others would see it.
    let quiet = json!({"from": "21:00", "until": "06:30"});
    bob.put("/me", json!({"language": "de", "quiet_hours": quiet}))
        .is_ok();
    expect("language");
    bob.put("/me", json!({"digest": "daily"})).is_ok();
    expect("digest");
    bob.put_form("/me/avatar", Form::default().file(&pictures::png(1)))
        .is_ok();
    expect("picture");
    assert_eq!(bob.delete("/me/avatar").status, 204);
    expect("no picture");
    ann.put("/operator/users/2", json!({"is_operator": true}));
    expect("right");
    // What changes nothing is no event.
    bob.put("/me", json!({})).is_ok();
    assert_eq!(bob.delete("/me/avatar").status, 204);
    ann.put("/me", json!({"time_zone": "Europe/Vienna"}))
        .is_ok();
    let space = bob.space("Choir");
    let invited = bob.post(&format!("/spaces/{space}/members"), json!({"login": "ann"}));
    invited.is(200, "Member added");
    assert_eq!(of_ann.event().0, "me.changed");
    assert_eq!(of_ann.event().0, "member.joined");
}

#[test]
fn a_stream_can_be_of_one_space_that_is_the_readers() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (family, choir) = (ann.space("Family"), ann.space("Choir"));
    let live = Live::new(&app.app);
    let mut stream = live.listen(ann.token(), &format!("?space={choir}"));
    ann.share(family, "elsewhere");
    let share = ann.share(choir, "here");
    assert_eq!(stream.expect("share.created")["id"], share);
    let path = format!("/events?space={choir}");
    bob.get(&path)
        .is(403, "Can't access this space - not a member");
    bob.get("/events?space=99")
        .is(404, "Space with ID '99' doesn't exist");
    bob.get("/events?space=x")
        .is(404, "Space with ID 'x' doesn't exist");
    app.anonymous()
        .get("/events")
        .is(401, "You aren't authorized");
}

#[test]
fn a_session_has_only_so_many_streams() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let live = Live::new(&app.app);
    let held: Vec<_> = (0..8).map(|_| live.listen(ann.token(), "")).collect();
    let refused = live.open("GET", "/events", ann.token(), "");
    assert!(
        refused.head.starts_with("HTTP/1.1 429 "),
        "{}",
        refused.head
    );
    assert_eq!(
        refused.text(),
        "You have too many event streams open at once, try again when one is closed"
    );
    // They don't count as connections or requests.
    assert_eq!(held.len(), 8);
    assert!(
        live.open("HEAD", "/me", ann.token(), "")
            .head
            .starts_with("HTTP/1.1 200 ")
    );
}

#[test]
fn head_is_answered_and_not_streamed() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let live = Live::new(&app.app);
    for _ in 0..20 {
        let answer = live.open("HEAD", "/events", ann.token(), "");
        assert!(answer.head.starts_with("HTTP/1.1 200 "), "{}", answer.head);
        assert!(answer.head.to_lowercase().contains("text/event-stream"));
    }
}

#[test]
fn who_doesnt_read_holds_up_nobody() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let live = Live::new(&app.app);
    let idle = live.listen(ann.token(), "");
    let mut stream = live.listen(ann.token(), "");
    let text = "words ".repeat(330) + "end";
    for _ in 0..100 {
        ann.share(space, &text);
        assert_eq!(stream.expect("share.created")["text"], text);
    }
    drop(stream);
    live.stop();
    drop(idle);
}

#[test]
fn a_server_that_stops_says_when_to_come_back_and_waits_for_no_stream() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let live = Live::new(&app.app);
    let mut streams: Vec<_> = (0..3).map(|_| live.listen(ann.token(), "")).collect();
    live.stop();
    for stream in &mut streams {
        let last = stream.block().unwrap();
        let after: u32 = last.retry.unwrap().parse().unwrap();
        assert!((1000..3000).contains(&after));
        assert!(stream.block().is_none());
    }
}
