//! What can't be found out by probing: whether something exists that isn't one's own, or who has an account.

use serde_json::json;
use shared_spaces::config::Registration;

use super::World;
use super::table::{Row, request, table};
use crate::support::{Form, PASSWORD, Person, Reply, TestApp, path_of, pictures};

/// Asserts that both responses are the same, headers included, except for the id in the request.
#[track_caller]
fn alike(there: (&Reply, &str), not_there: (&Reply, &str)) {
    let said = |(reply, id): (&Reply, &str)| {
        assert!(reply.status >= 400, "{reply:?}");
        let headers = reply.all_headers().to_vec();
        (reply.status, headers, reply.text().replace(id, "<id>"))
    };
    let ((status, mut headers, text), (other_status, mut other_headers, other_text)) =
        (said(there), said(not_there));
    assert_eq!((status, text), (other_status, other_text));
    // Ids may have more digits or fewer.
    let length = |(name, _): &(String, String)| !name.eq_ignore_ascii_case("Content-Length");
    headers.retain(length);
    other_headers.retain(length);
    assert_eq!(headers, other_headers);
}

/// Sends the same request about something that is there and about something that isn't.
#[track_caller]
fn gets_alike(person: &Person<'_>, there: &str, not_there: &str) {
    alike(
        (&person.get(there), "<none>"),
        (&person.get(not_there), "<none>"),
    );
}

#[test]
fn who_is_not_signed_in_cannot_tell_what_is_there() {
    let world = World::new();
    let app = world.copy();
    let has_id = |row: &&Row| row.statuses[0] == 401 && row.route.contains('<');
    for row in table().iter().filter(has_id) {
        let there = app.anonymous().send(request(&app, row));
        let missing = row.path.replace("/1", "/77").replace("/4", "/78");
        let request = app.client().req(row.method, missing);
        let not_there = app.anonymous().send(request);
        alike((&there, "<none>"), (&not_there, "<none>"));
    }
}

#[test]
fn signing_in_says_the_same_of_a_login_that_nobody_has_and_of_a_wrong_password() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    for password in ["wrong horse", "x", " ", &"x".repeat(5000)] {
        let known = app.anonymous().login("ann", password);
        for login in ["bob", "a", &"b".repeat(500), "ann\u{200b}"] {
            let unknown = app.anonymous().login(login, password);
            alike((&known, "<none>"), (&unknown, "<none>"));
        }
    }
}

#[test]
fn where_nobody_may_register_a_login_that_is_taken_is_refused_like_any_other() {
    for closed in [Registration::Closed, Registration::Invite] {
        let app = TestApp::new();
        app.anonymous().register("ann").is_ok();
        let app = app.restarted_with(|config| config.registration = closed);
        let taken = app.anonymous().register("ann");
        let free = app.anonymous().register("bob");
        alike((&taken, "<none>"), (&free, "<none>"));
        let with = |login: &str| {
            let account = json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD, "invitation": "made-up"});
            app.anonymous().post("/register", account)
        };
        alike((&with("ann"), "<none>"), (&with("bob"), "<none>"));
    }
}

#[test]
fn only_an_admin_finds_out_by_adding_somebody_who_has_an_account() {
    let world = World::new();
    let app = world.copy();
    for login in ["cid", "dan", "bob"] {
        let person = app.anonymous().signed_in(login);
        let add = |login: &str| person.post("/spaces/1/members", json!({"login": login}));
        alike((&add("eve"), "<none>"), (&add("nobody"), "<none>"));
        let promote = |id: i64| {
            let path = format!("/spaces/1/members/{id}");
            person.put(&path, json!({"is-admin": true}))
        };
        alike((&promote(4), "<none>"), (&promote(77), "<none>"));
    }
}

#[test]
fn a_session_of_somebody_else_is_refused_like_one_that_never_was() {
    let world = World::new();
    let app = world.copy();
    let bob = app.anonymous().signed_in("bob");
    let end = |id: &str| bob.delete(&format!("/sessions/{id}"));
    alike((&end("1"), "'1'"), (&end("77777"), "'77777'"));
    app.anonymous()
        .with_token(&world.tokens[4])
        .get("/me")
        .is_ok();
}

#[test]
fn an_invitation_of_another_space_is_refused_like_one_that_never_was() {
    let world = World::new();
    let app = world.copy();
    let cid = app.anonymous().signed_in("cid");
    let space = cid.space("Choir");
    let revoke = |id: &str| cid.delete(&format!("/spaces/{space}/invitations/{id}"));
    // The first invitation is one into space 1.
    alike((&revoke("1"), "'1'"), (&revoke("77777"), "'77777'"));
    let ann = app.anonymous().with_token(&world.tokens[4]);
    let invitations = ann.get("/spaces/1/invitations").is_ok();
    assert_eq!(invitations.as_array().unwrap().len(), 1);
}

#[test]
fn without_a_link_a_photo_that_is_there_is_refused_like_one_that_is_not() {
    let world = World::new();
    let app = world.copy();
    for person in [
        app.anonymous(),
        app.anonymous().signed_in("cid"),
        app.anonymous().signed_in("ann"),
    ] {
        for proof in ["", "?expires=1800014400&signature=AAAA", "?expires=x"] {
            for size in ["", "/small", "/large"] {
                gets_alike(
                    &person,
                    &format!("/photos/1-1.png{size}{proof}"),
                    &format!("/photos/7-77.png{size}{proof}"),
                );
            }
        }
    }
}

#[test]
fn somebody_elses_key_for_sending_again_gives_nothing_away() {
    let world = World::new();
    let app = world.copy();
    let (bob, dan) = (
        app.anonymous().signed_in("bob"),
        app.anonymous().signed_in("dan"),
    );
    let send = |person: &Person<'_>, text: &str| {
        let form = Form::text(text).file(&pictures::png(5));
        person.share_under("holiday", 1, form).is_ok()
    };
    let bobs = send(&bob, "By the sea");
    let dans = send(&dan, "In the hills");
    assert_ne!(bobs["id"], dans["id"]);
    assert_eq!(dans["text"], "In the hills");
    assert_ne!(path_of(&bobs["image_url"]), path_of(&dans["image_url"]));
    app.move_photos();
}

#[test]
fn a_place_in_a_list_opens_no_other_list() {
    let world = World::new();
    let app = world.copy();
    let (ann, cid) = (
        app.anonymous().signed_in("ann"),
        app.anonymous().signed_in("cid"),
    );
    let next = ann.get("/spaces/1/shares?limit=1").next().unwrap();
    cid.get(&next)
        .is(403, "Can't access this space - not a member");
    let space = cid.space("Choir");
    let elsewhere = next.replace("/spaces/1/", &format!("/spaces/{space}/"));
    let reply = cid.get(&elsewhere);
    if reply.status == 200 {
        assert_eq!(reply.json(), json!([]), "{elsewhere}");
    } else {
        assert_eq!(reply.status, 400, "{elsewhere}");
    }
}
