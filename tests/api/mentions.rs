//! Mentions: members who are named in a share or a comment.

use serde_json::{Value, json};

use crate::support::{Form, Person, TestApp, user};

/// A space of Ann's with Bob and Anna in it. Cid is outside.
fn family(app: &TestApp) -> [Person<'_>; 4] {
    let people = ["ann", "bob", "cid", "anna"].map(|login| app.person(login));
    people[0].space("Family");
    people[0].invite(1, "bob");
    people[0].invite(1, "anna");
    people
}

/// The logins that an object mentions.
fn named(object: &Value) -> Vec<&str> {
    let users = object["mentions"].as_array().unwrap().iter();
    users.map(|user| user["login"].as_str().unwrap()).collect()
}

#[test]
fn members_who_are_named_are_mentioned_wherever_the_text_is_shown() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let text = "@Anna, look! Ask @bob or @cid, or bob@ann.example";
    let share = bob.post_form("/spaces/1/shares", Form::text(text)).is_ok();
    assert_eq!(named(&share), ["anna", "bob"]);
    assert_eq!(share["mentions"][1], user(bob.id, "bob"));
    let comment = bob
        .post("/shares/1/comments", json!({"text": "(@ann)"}))
        .json();
    assert_eq!(named(&comment), ["ann"]);
    ann.comment(1, "Nobody");
    let list = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(list[0]["mentions"], share["mentions"]);
    let latest = &list[0]["comments"]["latest"];
    assert_eq!(
        (named(&latest[0]), named(&latest[1])),
        (vec!["ann"], vec![])
    );
    assert_eq!(ann.get("/shares/1").is_ok()["mentions"], share["mentions"]);
    assert_eq!(ann.get("/shares/1/comments").is_ok()[0], comment);
    assert_eq!(ann.get("/comments/1").is_ok(), comment);
    let edited = bob.put("/comments/1", json!({"text": "@anna"})).is_ok();
    assert_eq!(named(&edited), ["anna"]);
}

#[test]
fn a_former_member_is_no_longer_mentioned_and_a_new_one_is() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    bob.share(1, "@bob and @cid");
    let mentioned = || ann.get("/shares/1").is_ok();
    assert_eq!(named(&mentioned()), ["bob"]);
    bob.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    assert_eq!(named(&mentioned()), [""; 0]);
    ann.invite(1, "cid");
    assert_eq!(named(&mentioned()), ["cid"]);
}

#[test]
fn a_text_full_of_signs_is_shared_like_any_other() {
    let app = TestApp::new();
    let [ann, ..] = family(&app);
    let share = ann.post_form("/spaces/1/shares", Form::text(&"@".repeat(2000)));
    assert_eq!(named(&share.is_ok()), [""; 0]);
    let share = ann.post_form("/spaces/1/shares", Form::text(&"@ann".repeat(500)));
    assert_eq!(named(&share.is_ok()), ["ann"]);
    let share = ann.post_form("/spaces/1/shares", Form::text(&"@ann ".repeat(400)));
    assert_eq!(named(&share.is_ok()), ["ann"]);
}
