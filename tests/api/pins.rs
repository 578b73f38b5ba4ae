//! Pins: shares that admins keep at the top of their space.

use serde_json::Value;

use crate::support::{Person, TestApp, pictures};

const NOT_ADMIN: &str = "User not admin";

/// A space of Ann's with Bob in it. Cid is outside.
fn family(app: &TestApp) -> [Person<'_>; 3] {
    let people = ["ann", "bob", "cid"].map(|login| app.person(login));
    people[0].space("Family");
    people[0].invite(1, "bob");
    people
}

/// The ids of what is pinned.
fn pinned(person: &Person<'_>) -> Vec<i64> {
    let space = person.get("/spaces/1").is_ok();
    let shares = space["pinned"].as_array().unwrap().iter();
    shares.map(|share| share["id"].as_i64().unwrap()).collect()
}

fn pin(person: &Person<'_>, share: i64) {
    let reply = person.put_nothing(&format!("/shares/{share}/pin"));
    assert_eq!((reply.status, reply.text().as_str()), (204, ""));
}

fn unpin(person: &Person<'_>, share: i64) {
    assert_eq!(person.delete(&format!("/shares/{share}/pin")).status, 204);
}

#[test]
fn admins_pin_shares_and_every_member_sees_them_the_last_pinned_first() {
    let app = TestApp::new();
    let [ann, bob, _] = family(&app);
    assert!(pinned(&bob).is_empty());
    for _ in 0..3 {
        bob.share(1, "Hello");
    }
    bob.share_photo(1, &pictures::png(1));
    app.move_photos();
    for share in [4, 2] {
        pin(&ann, share);
        app.app.clock.advance(std::time::Duration::from_secs(1));
    }
    bob.comment(2, "What a sight!");
    assert_eq!(pinned(&bob), [2, 4]);
    let shown = &bob.get("/spaces/1").is_ok()["pinned"];
    let listed = bob.get("/spaces/1/shares").is_ok();
    assert_eq!(shown[0], listed[2]);
    assert_eq!(shown[1]["media"].as_array().unwrap().len(), 1);
    // Again it changes nothing, and stays where it is.
    let before = app.snapshot();
    pin(&ann, 4);
    assert_eq!(app.snapshot(), before);
    unpin(&ann, 4);
    unpin(&ann, 4);
    assert_eq!(pinned(&bob), [2]);
    pin(&ann, 4);
    ann.delete("/shares/2").is(200, "Share deleted");
    assert_eq!(pinned(&ann), [4]);
}

#[test]
fn nobody_else_pins_and_nothing_that_is_not_there_is_pinned() {
    let app = TestApp::new();
    let [ann, bob, cid] = family(&app);
    let share = bob.share(1, "Hello");
    let before = app.snapshot();
    let path = format!("/shares/{share}/pin");
    bob.put_nothing(&path).is(403, NOT_ADMIN);
    bob.delete(&path).is(403, NOT_ADMIN);
    for request in [cid.put_nothing(&path), cid.delete(&path)] {
        request.is(403, "Can't access this space - not a member");
    }
    for id in ["0", "9", "x", "9223372036854775808"] {
        ann.put_nothing(&format!("/shares/{id}/pin"))
            .is(404, "No such share");
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn the_pins_of_a_space_are_limited() {
    let app = TestApp::new();
    let [ann, ..] = family(&app);
    for _ in 0..11 {
        ann.share(1, "Hello");
    }
    for share in 1..=10 {
        pin(&ann, share);
    }
    ann.put_nothing("/shares/11/pin").is(
        409,
        "A space has at most 10 pinned shares: take one from the top first",
    );
    pin(&ann, 3);
    unpin(&ann, 3);
    pin(&ann, 11);
    assert_eq!(pinned(&ann).len(), 10);
}

#[test]
fn pins_go_with_their_shares() {
    let app = TestApp::new();
    let [ann, bob, _] = family(&app);
    for person in [&ann, &bob] {
        let share = person.share(1, "Hello");
        pin(&ann, share);
    }
    app.remove_account("bob");
    assert_eq!(pinned(&ann), [1]);
    ann.delete("/spaces/1").is(200, "Space deleted");
    assert_eq!(app.count("select count(*) from pins"), 0);
    let space: Value = ann.get("/spaces").is_ok();
    assert_eq!(space, serde_json::json!([]));
}
