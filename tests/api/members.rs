//! Members of a space: adding, listing, promoting and removing them.

use serde_json::{Value, json};

use crate::support::{Person, TestApp, user};

/// A space of Ann's with Bob in it, and Cid outside.
fn family(app: &TestApp) -> (Person<'_>, Person<'_>, Person<'_>, String) {
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    (ann, bob, cid, format!("/spaces/{space}/members"))
}

fn admin(yes: Value) -> Value {
    json!({"is-admin": yes})
}

#[test]
fn members_are_listed_in_the_order_in_which_they_joined() {
    let app = TestApp::new();
    let (ann, bob, cid, path) = family(&app);
    ann.invite(1, "cid");
    ann.delete(&format!("{path}/{}", bob.id))
        .is(200, "Member deleted");
    ann.invite(1, "bob");
    let expected = json!([
        {"user": user(ann.id, "ann"), "is_admin": true},
        {"user": user(cid.id, "cid"), "is_admin": false},
        {"user": user(bob.id, "bob"), "is_admin": false},
    ]);
    assert_eq!(cid.get(&path).is_ok(), expected);
}

#[test]
fn listing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (_, _, cid, path) = family(&app);
    app.anonymous().get(&path).is(401, "You aren't authorized");
    cid.get("/spaces/x/members")
        .is(404, "Space with ID 'x' doesn't exist");
    cid.get(&path)
        .is(403, "Can't access this space - not a member");
}

#[test]
fn adding_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid, path) = family(&app);
    let who = |login: Value| json!({"login": login});
    cid.post("/spaces/99/members", json!({}))
        .is(400, "Invalid payload: 'login'");
    cid.post("/spaces/99/members", who(json!(null)))
        .is(400, "Login must be provided");
    cid.post("/spaces/99/members", who(json!(5)))
        .is(400, "Login must be text");
    cid.post("/spaces/99/members", who(json!("eve")))
        .is(404, "Space with ID '99' doesn't exist");
    cid.post(&path, who(json!("eve")))
        .is(403, "Can't access this space - not a member");
    bob.post(&path, who(json!("eve"))).is(403, "User not admin");
    ann.post(&path, who(json!("eve")))
        .is(404, "User with login 'eve' doesn't exist");
    ann.post(&path, who(json!("BOB")))
        .is(400, "User already member of this space");
    assert_eq!(ann.get(&path).is_ok().as_array().unwrap().len(), 2);
}

#[test]
fn removing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid, path) = family(&app);
    let (a, b, c) = (
        format!("{path}/{}", ann.id),
        format!("{path}/{}", bob.id),
        format!("{path}/{}", cid.id),
    );
    cid.delete("/spaces/99/members/x")
        .is(404, "Space with ID '99' doesn't exist");
    cid.delete(&format!("{path}/x"))
        .is(404, "User with ID 'x' doesn't exist");
    cid.delete(&format!("{path}/99"))
        .is(404, "User with ID '99' doesn't exist");
    ann.delete(&c)
        .is(403, "Can't access this space - not a member");
    cid.delete(&b)
        .is(403, "Can't access this space - not a member");
    ann.delete(&a)
        .is(400, "Can't leave space when you're an admin");
    bob.delete(&a).is(403, "User not admin");
    assert_eq!(ann.get(&path).is_ok().as_array().unwrap().len(), 2);
}

#[test]
fn a_member_leaves_and_an_admin_removes() {
    let app = TestApp::new();
    let (ann, bob, _, path) = family(&app);
    bob.delete(&format!("{path}/{}", bob.id))
        .is(200, "Member deleted");
    bob.get("/spaces/1")
        .is(403, "Can't access this space - not a member");
    ann.invite(1, "cid");
    ann.invite(1, "bob");
    ann.promote(1, bob.id);
    ann.delete(&format!("{path}/{}", bob.id))
        .is(200, "Member deleted");
    bob.get("/spaces/1")
        .is(403, "Can't access this space - not a member");
}

#[test]
fn admins_are_made_and_unmade() {
    let app = TestApp::new();
    let (ann, bob, _, path) = family(&app);
    let (a, b) = (format!("{path}/{}", ann.id), format!("{path}/{}", bob.id));
    ann.put(&b, admin(json!(true)))
        .is(200, "Admin permission changed");
    ann.put(&b, admin(json!(true)))
        .is(200, "Admin permission changed");
    bob.put(&a, admin(json!(false)))
        .is(200, "Admin permission changed");
    ann.put(&b, admin(json!(false))).is(403, "User not admin");
    ann.delete(&a).is(200, "Member deleted");
}

#[test]
fn a_space_keeps_at_least_one_admin() {
    let app = TestApp::new();
    let (ann, bob, _, path) = family(&app);
    ann.put(&format!("{path}/{}", ann.id), admin(json!(false)))
        .is(400, "Space must have at least one admin");
    ann.put(&format!("{path}/{}", bob.id), admin(json!(false)))
        .is(200, "Admin permission changed");
    ann.put(&format!("{path}/{}", ann.id), admin(json!(true)))
        .is(200, "Admin permission changed");
}

#[test]
fn changing_an_admin_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid, path) = family(&app);
    let (a, c) = (format!("{path}/{}", ann.id), format!("{path}/{}", cid.id));
    cid.put("/spaces/99/members/x", json!({}))
        .is(400, "Invalid payload: 'is-admin'");
    cid.put("/spaces/99/members/x", admin(json!(null)))
        .is(400, "Is admin must be provided");
    cid.put("/spaces/99/members/x", admin(json!("yes")))
        .is(404, "Space with ID '99' doesn't exist");
    cid.put(&format!("{path}/x"), admin(json!("yes")))
        .is(403, "Can't access this space - not a member");
    bob.put(&format!("{path}/x"), admin(json!("yes")))
        .is(403, "User not admin");
    ann.put(&format!("{path}/x"), admin(json!("yes")))
        .is(404, "User with ID 'x' doesn't exist");
    ann.put(&c, admin(json!("yes")))
        .is(403, "Can't access this space - not a member");
    for not_boolean in [
        json!("yes"),
        json!("true"),
        json!(1),
        json!(0),
        json!([]),
        json!({}),
    ] {
        ann.put(&a, admin(not_boolean))
            .is(400, "\"is admin\" must be type boolean");
    }
}

#[test]
fn a_user_that_does_not_exist_is_named_as_they_were_asked_for() {
    let app = TestApp::new();
    let (ann, _, _, path) = family(&app);
    for id in ["99", "0", "-1", "abc", "9223372036854775808", "1e3"] {
        let (path, sentence) = (
            format!("{path}/{id}"),
            format!("User with ID '{id}' doesn't exist"),
        );
        ann.delete(&path).is(404, &sentence);
        ann.put(&path, admin(json!(true))).is(404, &sentence);
    }
}

#[test]
fn a_login_that_does_not_exist_is_named_as_it_was_asked_for() {
    let app = TestApp::new();
    let (ann, _, _, path) = family(&app);
    let long = "x".repeat(500);
    for login in [
        "Eve",
        "",
        " ",
        "e've\n",
        "<script>",
        "エヴァ",
        long.as_str(),
    ] {
        ann.post(&path, json!({"login": login}))
            .is(404, &format!("User with login '{login}' doesn't exist"));
    }
}

#[test]
fn a_member_who_comes_back_is_no_admin_any_more() {
    let app = TestApp::new();
    let (ann, bob, _, path) = family(&app);
    ann.promote(1, bob.id);
    ann.delete(&format!("{path}/{}", bob.id))
        .is(200, "Member deleted");
    ann.invite(1, "bob");
    bob.put("/spaces/1", json!({"new-name": "Club"}))
        .is(403, "User not admin");
}

#[test]
fn what_a_member_shared_stays_when_they_leave() {
    let app = TestApp::new();
    let (ann, bob, _, path) = family(&app);
    let share = bob.share(1, "Hello");
    bob.delete(&format!("{path}/{}", bob.id))
        .is(200, "Member deleted");
    let list = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(list[0]["id"], share);
    assert_eq!(list[0]["user"], user(bob.id, "bob"));
}
