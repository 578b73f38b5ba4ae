//! What users are told of: their inbox, and how much of each space.

use serde_json::{Value, json};
use shared_spaces::domain::restore;

use crate::support::{Form, Live, Person, TestApp};

/// The inbox: of each notice its kind, who has done it, and what it is about.
fn inbox(person: &Person<'_>) -> Vec<String> {
    let notices = person.get("/notices").is_ok();
    let line = |notice: &Value| {
        let text = |key: &str| notice[key].as_str().unwrap_or("-").to_owned();
        let login = notice["user"]["login"].as_str().unwrap();
        format!("{} {login}: {}", text("kind"), text("excerpt"))
    };
    notices.as_array().unwrap().iter().map(line).collect()
}

fn unread(person: &Person<'_>) -> i64 {
    person.get("/me").is_ok()["unread_notices"]
        .as_i64()
        .unwrap()
}

/// Ann, who runs a space, and two members; what was to be told of their joining is told.
fn three(app: &TestApp) -> (Person<'_>, Person<'_>, Person<'_>, i64) {
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    ann.invite(space, "cid");
    (ann, bob, cid, space)
}

fn rename(person: &Person<'_>, comment: i64, text: &str) {
    let path = format!("/comments/{comment}");
    person.put(&path, json!({"text": text})).is_ok();
}

#[test]
fn users_are_told_of_mentions_of_comments_on_their_shares_and_of_replies() {
    let app = TestApp::new();
    let (ann, bob, cid, space) = three(&app);
    let share = ann.share(space, "Who comes, @bob?");
    bob.comment(share, "Me");
    cid.comment(share, "Me too, @ann");
    ann.comment(share, "Good");
    assert_eq!(inbox(&ann), [""; 0], "nobody waits for it");
    app.notify_all();
    assert_eq!(
        inbox(&ann),
        ["mention cid: Me too, @ann", "comment bob: Me"]
    );
    assert_eq!(
        inbox(&bob),
        [
            "reply ann: Good",
            "reply cid: Me too, @ann",
            "mention ann: Who comes, @bob?"
        ]
    );
    assert_eq!(inbox(&cid), ["reply ann: Good"]);
    let notices = bob.get("/notices").is_ok();
    assert_eq!(notices[1]["space"], json!({"id": space, "name": "Family"}));
    assert_eq!(notices[1]["share_id"], share);
    assert_eq!(notices[1]["comment_id"], 2);
    assert_eq!(notices[2]["comment_id"], Value::Null);
    let comment = bob.get("/comments/2").is_ok();
    assert_eq!(notices[1]["created_at"], comment["created_at"]);
    // Twice is once.
    app.notify_all();
    assert_eq!(inbox(&bob).len(), 3);
}

#[test]
fn who_shares_and_who_only_looks_is_told_nothing_of_it() {
    let app = TestApp::new();
    let (ann, bob, _, space) = three(&app);
    let share = ann.share(space, "I, @ann, say so");
    ann.comment(share, "And again, @ann");
    bob.share(space, "Something else");
    app.notify_all();
    assert_eq!(inbox(&ann), [""; 0]);
    assert_eq!(inbox(&bob), [""; 0]);
}

#[test]
fn admins_are_told_who_has_joined_unless_they_have_added_them() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    ann.promote(space, 2);
    let link = ann
        .post(&format!("/spaces/{space}/invitations"), json!({}))
        .json();
    let token = link["url"].as_str().unwrap().split('#').nth(1).unwrap();
    cid.post("/invitations/accept", json!({"token": token}))
        .is_ok();
    app.person("dan");
    bob.invite(space, "dan");
    app.notify_all();
    assert_eq!(inbox(&ann), ["join dan: -", "join cid: -"]);
    assert_eq!(inbox(&bob), ["join cid: -"]);
    assert_eq!(inbox(&cid), [""; 0]);
    // Who leaves hasn't joined any more.
    cid.delete(&format!("/spaces/{space}/members/3"))
        .is(200, "Member deleted");
    assert_eq!(inbox(&ann), ["join dan: -"]);
}

#[test]
fn an_edit_tells_only_those_whom_it_mentions_for_the_first_time() {
    let app = TestApp::new();
    let (ann, bob, cid, space) = three(&app);
    let share = ann.share(space, "@bob");
    let comment = ann.comment(share, "Well");
    app.notify_all();
    assert_eq!(unread(&bob), 1);
    bob.put("/notices/read", json!({}));
    let text = Form::text("@bob and @cid");
    ann.put_form(&format!("/shares/{share}"), text)
        .is(200, "Share edited");
    rename(&ann, comment, "Well, @cid");
    rename(&ann, comment, "Well, well");
    app.notify_all();
    assert_eq!(inbox(&bob), ["mention ann: @bob and @cid"]);
    assert_eq!(unread(&bob), 0);
    assert_eq!(inbox(&cid), ["mention ann: @bob and @cid"]);
    rename(&ann, comment, "Well, @cid");
    app.notify_all();
    assert_eq!(
        inbox(&cid),
        ["mention ann: Well, @cid", "mention ann: @bob and @cid"]
    );
}

#[test]
fn how_much_one_is_told_of_a_space_is_theirs_to_say() {
    let app = TestApp::new();
    let (ann, bob, _, space) = three(&app);
    let path = format!("/spaces/{space}/notices");
    let at_first = json!({"level": "all", "push": true, "email": false});
    assert_eq!(bob.get(&path).is_ok(), at_first);
    let set = bob.put(&path, json!({"level": "none", "email": true}));
    let quiet = json!({"level": "none", "push": true, "email": true});
    assert_eq!(set.is_ok(), quiet);
    assert_eq!(bob.get(&path).is_ok(), quiet);
    assert_eq!(ann.get(&path).is_ok(), at_first);
    ann.share(space, "@bob");
    app.notify_all();
    assert_eq!(inbox(&bob), [""; 0]);
    bob.put(&path, json!({"level": "mentions", "push": false}))
        .is_ok();
    ann.share(space, "@bob?");
    app.notify_all();
    assert_eq!(inbox(&bob), ["mention ann: @bob?"]);
    // It ends with the membership.
    let member = format!("/spaces/{space}/members/2");
    ann.delete(&member).is(200, "Member deleted");
    ann.invite(space, "bob");
    assert_eq!(bob.get(&path).is_ok(), at_first);
    for (body, refusal) in [
        (json!({}), "Invalid payload: 'level'"),
        (json!({"level": null}), "Level must be provided"),
        (json!({"level": 1}), "Level must be text"),
        (
            json!({"level": "some"}),
            "Level must be all, mentions or none",
        ),
        (
            json!({"level": "all", "push": "yes"}),
            "Push must be true or false",
        ),
        (
            json!({"level": "all", "email": 1}),
            "Email must be true or false",
        ),
    ] {
        bob.put(&path, body).is(400, refusal);
    }
}

#[test]
fn what_goes_takes_its_notices_with_it() {
    let app = TestApp::new();
    let (ann, bob, cid, space) = three(&app);
    let (kept, gone) = (ann.share(space, "@bob"), ann.share(space, "@bob, look"));
    cid.comment(gone, "@bob, hello");
    let comment = cid.comment(kept, "@bob, well");
    let waiting = cid.comment(kept, "@bob, now");
    app.notify_all();
    assert_eq!(inbox(&bob).len(), 5);
    ann.delete(&format!("/shares/{gone}"))
        .is(200, "Share deleted");
    cid.delete(&format!("/comments/{comment}"));
    cid.comment(kept, "@bob, quickly");
    cid.delete(&format!("/comments/{}", waiting + 1));
    app.notify_all();
    assert_eq!(inbox(&bob), ["mention cid: @bob, now", "mention ann: @bob"]);
    assert_eq!(unread(&bob), 2);
    ann.delete(&format!("/spaces/{space}/members/2"))
        .is(200, "Member deleted");
    ann.share(space, "@bob, are you there?");
    app.notify_all();
    assert_eq!(inbox(&bob), [""; 0]);
    assert_eq!(unread(&bob), 0);
    // Nor do they come back with a member who does.
    ann.invite(space, "bob");
    app.notify_all();
    assert_eq!(inbox(&bob), [""; 0]);
    assert_eq!(inbox(&ann), ["comment cid: @bob, now"]);
    app.remove_account("cid");
    app.notify_all();
    assert_eq!(inbox(&ann), [""; 0]);
}

#[test]
fn what_happens_while_somebody_is_removed_is_not_for_them() {
    let app = TestApp::new();
    let (ann, bob, _, space) = three(&app);
    ann.share(space, "@bob, and everybody");
    ann.delete(&format!("/spaces/{space}/members/2"))
        .is(200, "Member deleted");
    app.notify_all();
    assert_eq!(inbox(&bob), [""; 0]);
}

#[test]
fn notices_are_read_up_to_one_or_all() {
    let app = TestApp::new();
    let (ann, bob, cid, space) = three(&app);
    for number in 1..=5 {
        ann.share(space, &format!("@bob, @cid {number}"));
    }
    app.notify_all();
    let ids: Vec<i64> = bob
        .get("/notices")
        .is_ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["id"].as_i64().unwrap())
        .collect();
    assert_eq!(unread(&bob), 5);
    let read = |body: Value| assert_eq!(bob.put("/notices/read", body).status, 204);
    // To JSON, 7 and 7.0 are the same.
    read(json!({"up_to": ids[3] as f64}));
    assert_eq!(unread(&bob), 3);
    let is_read: Vec<Value> = bob
        .get("/notices")
        .is_ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["is_read"].clone())
        .collect();
    assert_eq!(is_read, [false, false, false, true, true]);
    assert_eq!(
        bob.get(&format!("/notices/{}", ids[4])).is_ok()["is_read"],
        true
    );
    // An earlier one again takes nothing back.
    read(json!({"up_to": ids[4]}));
    assert_eq!(unread(&bob), 3);
    assert_eq!(bob.put_nothing("/notices/read").status, 204);
    assert_eq!((unread(&bob), unread(&cid)), (0, 5));
    read(json!({"up_to": null}));
    for wrong in [json!("7"), json!(0), json!(-1), json!(1.5), json!([])] {
        bob.put("/notices/read", json!({"up_to": wrong}))
            .is(400, "Up_to must be an ID");
    }
    let another = format!("/notices/{}", ids[0]);
    assert_eq!(cid.get(&another).status, 404);
    bob.get("/notices/0")
        .is(404, "Notice with ID '0' doesn't exist");
}

#[test]
fn an_inbox_has_pages_and_keeps_the_last_thousand() {
    let app = TestApp::new();
    let (ann, bob, _, space) = three(&app);
    for number in 0..1003 {
        ann.share(space, &format!("@bob {number}"));
    }
    app.notify_all();
    assert_eq!(unread(&bob), 100, "counted no further");
    let mut path = String::from("/notices?limit=500");
    let mut texts = Vec::new();
    loop {
        let reply = bob.get(&path);
        let notices = reply.is_ok();
        let rows = notices.as_array().unwrap().iter();
        texts.extend(rows.map(|notice| notice["excerpt"].as_str().unwrap().to_owned()));
        let Some(link) = reply.header("Link") else {
            break;
        };
        let url = link.trim_start_matches('<').split('>').next().unwrap();
        path = url.trim_start_matches("http://localhost:8000").to_owned();
    }
    let expected: Vec<String> = (3..1003)
        .rev()
        .map(|number| format!("@bob {number}"))
        .collect();
    assert_eq!(texts, expected);
    bob.get("/notices?cursor=nonsense")
        .is(400, "Cursor must come from a Link header of this list");
}

#[test]
fn only_the_streams_of_the_user_are_sent_their_notices() {
    let app = TestApp::new();
    let (ann, bob, cid, space) = three(&app);
    app.notify_all();
    let live = Live::new(&app.app);
    let (mut of_bob, mut of_cid) = (live.listen(bob.token(), ""), live.listen(cid.token(), ""));
    let share = ann.share(space, "@bob");
    app.notify_all();
    assert_eq!(of_bob.event().0, "share.created");
    let created = of_bob.expect("notice.created");
    let path = format!("/notices/{}", created["id"]);
    assert_eq!(created, bob.get(&path).is_ok());
    bob.put_nothing("/notices/read");
    let read = json!({"up_to": created["id"], "unread_notices": 0});
    assert_eq!(of_bob.event(), (String::from("notices.read"), read));
    ann.delete(&format!("/shares/{share}"))
        .is(200, "Share deleted");
    let names = [of_cid.event().0, of_cid.event().0];
    assert_eq!(names, ["share.created", "share.deleted"]);
}

#[test]
fn how_much_one_is_told_of_a_space_is_sent_to_ones_own_devices_alone() {
    let app = TestApp::new();
    let (_, bob, cid, space) = three(&app);
    let live = Live::new(&app.app);
    let (mut of_bob, mut of_cid) = (live.listen(bob.token(), ""), live.listen(cid.token(), ""));
    let path = format!("/spaces/{space}/notices");
    let chosen = bob.put(&path, json!({"level": "mentions"})).is_ok();
    let told = of_bob.event();
    assert_eq!(told.0, "notices.changed");
    assert_eq!(told.1["space_id"], space);
    for (field, value) in chosen.as_object().unwrap() {
        assert_eq!(told.1[field], *value);
    }
    // What changes nothing is no event, and Cid hears only of her own.
    bob.put(&path, json!({"level": "mentions", "push": true}))
        .is_ok();
    cid.put(&path, json!({"level": "none"})).is_ok();
    assert_eq!(of_cid.expect("notices.changed")["level"], "none");
    bob.put(&path, json!({"level": "all"})).is_ok();
    assert_eq!(of_bob.expect("notices.changed")["level"], "all");
}

#[test]
fn a_restored_inbox_goes_on_with_other_ids() {
    let app = TestApp::new();
    let (ann, _, _, space) = three(&app);
    ann.share(space, "@bob");
    app.notify_all();
    ann.share(space, "@bob, too");
    let prepared = app
        .app
        .db
        .write(|conn| Ok(restore::prepare_restored(conn, &[])?));
    app.wait(prepared).unwrap();
    let app = app.restarted();
    app.notify_all();
    let bob = app.anonymous().signed_in("bob");
    let ids: Vec<Value> = bob
        .get("/notices")
        .is_ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["id"].clone())
        .collect();
    assert_eq!(ids, [1_000_002, 1]);
}
