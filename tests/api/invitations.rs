//! Invitations: links by which people join.

use std::time::Duration;

use serde_json::{Value, json};
use shared_spaces::config::Registration;

use crate::support::{PASSWORD, Person, Reply, TestApp, user};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NOT_VALID: &str = "This invitation isn't valid, or not any more";

/// Creates an invitation into a space, and returns it with its token.
fn invitation(admin: &Person<'_>, space: i64, terms: Value) -> (Value, String) {
    let reply = admin.post(&format!("/spaces/{space}/invitations"), terms);
    assert_eq!(reply.status, 201, "{}", reply.text());
    let made = reply.json();
    let url = made["url"].as_str().unwrap();
    let token = url.strip_prefix("http://localhost:8000/app/invitation#");
    let token = token.unwrap().to_owned();
    (made, token)
}

fn register(app: &TestApp, login: &str, token: &str) -> Reply {
    let account = json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD, "invitation": token});
    app.anonymous().post("/register", account)
}

fn offer(app: &TestApp, token: &str) -> Reply {
    app.anonymous()
        .post("/invitations/offer", json!({"token": token}))
}

fn members(person: &Person<'_>, space: i64) -> Vec<(String, bool)> {
    let members = person.get(&format!("/spaces/{space}/members")).is_ok();
    let of = |member: &Value| {
        let login = member["user"]["login"].as_str().unwrap().to_owned();
        (login, member["is_admin"].as_bool().unwrap())
    };
    members.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_link_gives_an_account_and_a_place_in_the_space_at_once() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let (made, token) = invitation(&ann, space, json!({}));
    assert_eq!(
        (&made["role"], &made["uses_left"]),
        (&json!("member"), &json!(1))
    );
    assert_eq!(made["created_by"], user(1, "ann"));
    assert!(made["qr"].as_str().unwrap().contains("<svg"));

    let offered = offer(&app, &token).is_ok();
    assert_eq!(offered["space"], json!({"id": space, "name": "Family"}));
    assert_eq!(
        (&offered["invited_by"], &offered["role"]),
        (&json!("ann"), &json!("member"))
    );

    register(&app, "bob", &token).is_ok();
    assert_eq!(
        members(&ann, space),
        [("ann".to_owned(), true), ("bob".to_owned(), false)]
    );
    // It was for one.
    offer(&app, &token).is(404, NOT_VALID);
    register(&app, "cid", &token).is(404, NOT_VALID);
    assert_eq!(app.anonymous().login("cid", PASSWORD).status, 401);
    assert_eq!(
        ann.get(&format!("/spaces/{space}/invitations")).is_ok(),
        json!([])
    );
}

#[test]
fn who_has_an_account_joins_with_it() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    let (_, token) = invitation(&ann, space, json!({"role": "admin", "uses": 2, "days": 1}));
    let accept = |person: &Person<'_>| person.post("/invitations/accept", json!({"token": token}));
    assert_eq!(accept(&bob).is_ok(), json!({"id": space, "name": "Family"}));
    assert_eq!(
        members(&bob, space),
        [("ann".to_owned(), true), ("bob".to_owned(), true)]
    );
    // An existing member uses nothing up.
    accept(&bob).is(400, "User already member of this space");
    accept(&app.person("cid")).is_ok();
    accept(&app.person("dan")).is(404, NOT_VALID);
}

#[test]
fn an_invitation_ends_with_its_time_its_maker_and_its_revocation() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    ann.promote(space, bob.id);

    let (_, expiring) = invitation(&ann, space, json!({"days": 2}));
    let (revoked, of_revoked) = invitation(&ann, space, json!({}));
    let (_, of_bob) = invitation(&bob, space, json!({"days": 30}));
    let gone = ann.delete(&format!("/spaces/{space}/invitations/{}", revoked["id"]));
    assert_eq!((gone.status, gone.bytes), (204, Vec::new()));
    offer(&app, &of_revoked).is(404, NOT_VALID);

    app.app.clock.advance(DAY * 2 - Duration::from_secs(60));
    offer(&app, &expiring).is_ok();
    app.app.clock.advance(Duration::from_secs(60));
    offer(&app, &expiring).is(404, NOT_VALID);

    // It rested on Bob's right.
    offer(&app, &of_bob).is_ok();
    let bob_in_space = format!("/spaces/{space}/members/{}", bob.id);
    ann.put(&bob_in_space, json!({"is-admin": false}))
        .is(200, "Admin permission changed");
    offer(&app, &of_bob).is(404, NOT_VALID);
    // The admins see it as what it is, and it doesn't come back with the right.
    let listed = ann.get(&format!("/spaces/{space}/invitations")).is_ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["is_valid"], false);
    assert_eq!(listed[0]["created_by"]["login"], "bob");
    ann.promote(space, bob.id);
    offer(&app, &of_bob).is(404, NOT_VALID);
    app.person("cid")
        .post("/invitations/accept", json!({"token": of_bob}))
        .is(404, NOT_VALID);
    let (made, _) = invitation(&bob, space, json!({}));
    assert_eq!(made["is_valid"], true);
    let gone = ann.delete(&format!("/spaces/{space}/invitations/{}", listed[0]["id"]));
    assert_eq!(gone.status, 204);
}

#[test]
fn a_link_ends_for_good_with_the_admin_whose_space_is_handed_over() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = bob.space("Family");
    let (_, token) = invitation(&bob, space, json!({"role": "admin"}));
    offer(&app, &token).is_ok();
    let path = format!("/operator/spaces/{space}");
    ann.put(&path, json!({"transfer_to": "cid"})).is_ok();
    offer(&app, &token).is(404, NOT_VALID);
    cid.promote(space, bob.id);
    offer(&app, &token).is(404, NOT_VALID);
}

#[test]
fn a_link_rests_while_the_account_of_its_maker_is_disabled() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = bob.space("Family");
    let (_, token) = invitation(&bob, space, json!({"role": "admin"}));
    let path = format!("/operator/users/{}", bob.id);
    ann.put(&path, json!({"disabled": true})).is_ok();
    offer(&app, &token).is(404, NOT_VALID);
    accept(&app.person("cid"), &token).is(404, NOT_VALID);
    ann.put(&path, json!({"disabled": false})).is_ok();
    offer(&app, &token).is_ok();
}

fn accept(person: &Person<'_>, token: &str) -> Reply {
    person.post("/invitations/accept", json!({"token": token}))
}

fn take_out(admin: &Person<'_>, space: i64, person: &Person<'_>) {
    admin
        .delete(&format!("/spaces/{space}/members/{}", person.id))
        .is(200, "Member deleted");
}

#[test]
fn who_was_taken_out_does_not_come_back_by_a_link_from_before() {
    let app = TestApp::new();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|login| app.person(login));
    let space = ann.space("Family");
    let (_, older) = invitation(&ann, space, json!({"uses": 5}));
    let (_, old) = invitation(&ann, space, json!({"uses": 5}));
    accept(&bob, &old).is_ok();
    take_out(&ann, space, &bob);
    for token in [&old, &older] {
        accept(&bob, token).is(404, NOT_VALID);
    }
    // Others come by it as before; and a link of afterwards is for everybody.
    accept(&cid, &old).is_ok();
    let (_, new) = invitation(&ann, space, json!({"uses": 5}));
    accept(&bob, &new).is_ok();
    // An admin let them in again; and a member who leaves on their own may change their mind.
    bob.delete(&format!("/spaces/{space}/members/{}", bob.id))
        .is(200, "Member deleted");
    accept(&bob, &old).is_ok();
    take_out(&ann, space, &bob);
    accept(&bob, &new).is(404, NOT_VALID);
    ann.invite(space, "bob");
    bob.get(&format!("/spaces/{space}")).is_ok();
}

#[test]
fn a_clock_that_is_set_back_opens_no_link_to_who_was_taken_out() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    app.app.clock.advance(DAY);
    let (_, token) = invitation(&ann, space, json!({"uses": 5}));
    accept(&bob, &token).is_ok();
    app.app.clock.set_back(DAY);
    take_out(&ann, space, &bob);
    accept(&bob, &token).is(404, NOT_VALID);
}

#[test]
fn what_is_remembered_of_who_was_taken_out_goes_with_the_links() {
    let app = TestApp::new();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|login| app.person(login));
    let space = ann.space("Family");
    let remembered = || app.count("select count(*) from removals");
    ann.invite(space, "bob");
    take_out(&ann, space, &bob);
    assert_eq!(remembered(), 0, "no link is open");
    let (made, _) = invitation(&ann, space, json!({"uses": 2, "days": 1}));
    for _ in 0..3 {
        ann.invite(space, "bob");
        take_out(&ann, space, &bob);
    }
    ann.invite(space, "cid");
    take_out(&ann, space, &cid);
    assert_eq!(remembered(), 2);
    app.remove_account("cid");
    assert_eq!(remembered(), 1);
    ann.delete(&format!("/spaces/{space}/invitations/{}", made["id"]));
    assert_eq!(remembered(), 0);
    let _ = invitation(&ann, space, json!({"uses": 2, "days": 1}));
    ann.invite(space, "bob");
    take_out(&ann, space, &bob);
    app.app.clock.advance(DAY);
    let _ = invitation(&ann, space, json!({}));
    assert_eq!(remembered(), 0);
}

#[test]
fn taking_somebody_out_can_end_all_links_into_the_space() {
    let app = TestApp::new();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|login| app.person(login));
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    ann.invite(space, "bob");
    let (_, token) = invitation(&ann, space, json!({"uses": 5}));
    let (_, elsewhere) = invitation(&ann, other, json!({"uses": 5}));
    let path = format!("/spaces/{space}/members/{}", bob.id);
    ann.delete(&format!("{path}?end_invitations=true&end_invitations=true"))
        .is(400, "End_invitations must be true or false");
    ann.delete(&format!("{path}?end_invitations=perhaps"))
        .is(400, "End_invitations must be true or false");
    // They can't be ended by the member who leaves.
    bob.delete(&format!("{path}?end_invitations=true"))
        .is(403, "User not admin");
    bob.get(&format!("/spaces/{space}")).is_ok();
    ann.delete(&format!("{path}?end_invitations=true"))
        .is(200, "Member deleted");
    for person in [&bob, &cid] {
        accept(person, &token).is(404, NOT_VALID);
    }
    assert_eq!(
        ann.get(&format!("/spaces/{space}/invitations")).is_ok(),
        json!([])
    );
    accept(&cid, &elsewhere).is_ok();
}

#[test]
fn a_link_of_an_admin_who_left_or_whose_account_is_gone_ends_for_good() {
    let app = TestApp::new();
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|login| app.person(login));
    let space = ann.space("Family");
    for person in [&bob, &cid] {
        let login = person.get("/me").is_ok()["login"]
            .as_str()
            .unwrap()
            .to_owned();
        ann.invite(space, &login);
        ann.promote(space, person.id);
    }
    let (_, of_bob) = invitation(&bob, space, json!({"role": "admin", "uses": 5}));
    let (_, of_cid) = invitation(&cid, space, json!({"uses": 5}));
    take_out(&ann, space, &bob);
    ann.invite(space, "bob");
    ann.promote(space, bob.id);
    offer(&app, &of_bob).is(404, NOT_VALID);
    app.remove_account("cid");
    offer(&app, &of_cid).is(404, NOT_VALID);
}

#[test]
fn only_the_admins_of_the_space_make_see_and_revoke_its_invitations() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let (space, other) = (ann.space("Family"), cid.space("Choir"));
    ann.invite(space, "bob");
    let (made, _) = invitation(&ann, space, json!({"uses": 3}));
    let path = format!("/spaces/{space}/invitations");
    for (person, sentence) in [
        (&bob, "User not admin"),
        (&cid, "Can't access this space - not a member"),
    ] {
        person.get(&path).is(403, sentence);
        person.post(&path, json!({})).is(403, sentence);
        person
            .delete(&format!("{path}/{}", made["id"]))
            .is(403, sentence);
    }
    // Nor by way of a space of one's own.
    let by_way = format!("/spaces/{other}/invitations/{}", made["id"]);
    cid.delete(&by_way).is(
        404,
        &format!("Invitation with ID '{}' doesn't exist", made["id"]),
    );
    let listed = ann.get(&path).is_ok();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["uses_left"]),
        (&made["id"], &json!(3))
    );
    assert!(listed[0]["url"].is_null(), "the link is shown once");
    ann.delete(&format!("{path}/x"))
        .is(404, "Invitation with ID 'x' doesn't exist");
}

#[test]
fn terms_that_make_no_sense_are_refused() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let path = format!("/spaces/{}/invitations", ann.space("Family"));
    for (terms, sentence) in [
        (json!({"role": "owner"}), "Role must be member or admin"),
        (json!({"role": 7}), "Role must be text"),
        (json!({"uses": 0}), "Uses must be a number from 1 to 1000"),
        (
            json!({"uses": "many"}),
            "Uses must be a number from 1 to 1000",
        ),
        (json!({"uses": 1.5}), "Uses must be a number from 1 to 1000"),
        (json!({"days": 366}), "Days must be a number from 1 to 365"),
    ] {
        ann.post(&path, terms).is(400, sentence);
    }
    let (made, _) = invitation(&ann, 1, json!({"uses": 7.0}));
    assert_eq!(made["uses_left"], 7);
    let (made, _) = invitation(&ann, 1, json!({"role": null, "uses": null, "days": null}));
    assert_eq!(made["uses_left"], 1);
}

#[test]
fn where_registration_needs_an_invitation_nobody_comes_without() {
    let app = TestApp::with(|config| config.registration = Registration::Invite);
    app.anonymous()
        .register("ann")
        .is(403, "Registration needs an invitation");
    register(&app, "ann", "made-up").is(404, NOT_VALID);
    assert_eq!(
        app.anonymous().get("/server").is_ok()["registration"],
        "invite"
    );
    assert_eq!(app.count("select count(*) from users"), 0);
}

#[test]
fn a_login_that_is_taken_uses_no_invitation_up() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let (_, token) = invitation(&ann, space, json!({}));
    register(&app, "ANN", &token).is(400, "User already exists");
    register(&app, "bob", &token).is_ok();
}

#[test]
fn what_is_stored_of_a_link_does_not_open_anything() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let (_, token) = invitation(&ann, space, json!({}));
    let kept = app.snapshot().join("\n");
    assert!(!kept.contains(&token));
    assert!(kept.contains("invitations: "));
}
