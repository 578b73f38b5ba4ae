//! Spaces: making, listing, renaming and deleting them.

use serde_json::json;

use crate::support::{Form, Person, TestApp, pictures, user};

#[test]
fn who_makes_a_space_is_its_admin() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.post("/spaces", json!({"name": "Family"})).is_ok();
    assert_eq!(space, json!({"id": 1, "name": "Family"}));
    assert_eq!(
        ann.get("/spaces/1").is_ok(),
        json!({
            "id": 1, "name": "Family", "is_admin": true, "member_count": 1, "pinned": [],
            "storage": {"used_bytes": 0, "max_bytes": null}
        })
    );
    let mut list = ann.get("/spaces").is_ok();
    assert!(list[0]["last_activity_at"].take().is_string());
    assert_eq!(
        list,
        json!([{
            "space": space, "is_admin": true, "member_count": 1, "latest_share": null,
            "unread": 0, "last_activity_at": null, "last_read_share_id": null
        }])
    );
}

#[test]
fn a_name_is_checked_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let post = |body| ann.post("/spaces", body);
    post(json!({})).is(400, "Invalid payload: 'name'");
    post(json!({"name": null})).is(400, "Name must be provided");
    post(json!({"name": 7})).is(400, "Name must be text");
    post(json!({"name": "x".repeat(51)})).is(400, "Name max 50 characters");
    post(json!({"name": ""})).is(400, "Name min 1 characters");
    post(json!({"name": "    "})).is(400, "Name cannot be empty");
    post(json!({"name": "a\tb"})).is(400, "Name cannot contain control characters");
    assert_eq!(app.count("select count(*) from spaces"), 0);
}

#[test]
fn my_spaces_are_sorted_by_name_whatever_the_case() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for name in ["beach", "Äpfel", "Apple", "Choir", "apple"] {
        ann.space(name);
    }
    let names: Vec<_> = ann
        .get("/spaces")
        .is_ok()
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["space"]["name"].clone())
        .collect();
    assert_eq!(names, ["Apple", "apple", "beach", "Choir", "Äpfel"]);
}

#[test]
fn a_space_is_for_its_members_only() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    assert_eq!(bob.get("/spaces").is_ok(), json!([]));
    bob.get(&format!("/spaces/{space}"))
        .is(403, "Can't access this space - not a member");
    ann.invite(space, "bob");
    let list = bob.get("/spaces").is_ok();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["space"], json!({"id": space, "name": "Family"}));
    assert_eq!(
        (&list[0]["is_admin"], &list[0]["member_count"]),
        (&json!(false), &json!(2))
    );
}

#[test]
fn a_space_tells_its_member_what_they_are_in_it_and_how_many_are_there() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    let get = |person: &Person<'_>| {
        let space = person.get("/spaces/1").is_ok();
        (space["is_admin"].clone(), space["member_count"].clone())
    };
    assert_eq!(get(&ann), (json!(true), json!(2)));
    assert_eq!(get(&bob), (json!(false), json!(2)));
    ann.promote(1, bob.id);
    ann.put("/spaces/1/members/1", json!({"is-admin": false}))
        .is(200, "Admin permission changed");
    ann.delete("/spaces/1/members/1").is(200, "Member deleted");
    assert_eq!(get(&bob), (json!(true), json!(1)));
}

#[test]
fn the_list_shows_what_was_shared_last_in_each_space() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (attic, beach, choir) = (ann.space("Attic"), ann.space("Beach"), ann.space("Choir"));
    ann.invite(attic, "bob");
    ann.share(attic, "The first");
    let photo = bob.share_photo(attic, &pictures::png(1));
    ann.share(choir, "Sing!");
    let latest = || {
        let list = ann.get("/spaces").is_ok();
        [0, 1, 2].map(|at: usize| list[at]["latest_share"].clone())
    };

    let [in_attic, in_beach, in_choir] = latest();
    assert_eq!(
        in_attic,
        json!({
            "id": photo["id"], "user": user(bob.id, "bob"), "text": "A photo",
            "timestamp": photo["timestamp"], "has_photo": true
        })
    );
    assert_eq!(in_beach, json!(null));
    assert_eq!(in_choir["has_photo"], false);

    // Editing an old share doesn't make it the latest, and the one before is shown again when the last is deleted.
    ann.share(beach, "A wave");
    ann.put_form("/shares/1", Form::text("The very first"))
        .is(200, "Share edited");
    assert_eq!(latest()[0]["id"], photo["id"]);
    bob.delete(&format!("/shares/{}", photo["id"]))
        .is(200, "Share deleted");
    assert_eq!(
        latest().map(|share| share["text"].clone()),
        ["The very first", "A wave", "Sing!"]
    );
}

#[test]
fn a_piece_of_the_list_shows_the_latest_shares_of_its_own_spaces() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for name in ["Choir", "Attic", "Beach"] {
        let space = ann.space(name);
        ann.share(space, &format!("In {name}"));
    }
    let mut texts = Vec::new();
    let mut path = Some(String::from("/spaces?limit=1"));
    while let Some(here) = path {
        let reply = ann.get(&here);
        texts.push(reply.is_ok()[0]["latest_share"]["text"].clone());
        path = reply.next();
    }
    assert_eq!(texts, ["In Attic", "In Beach", "In Choir"]);
}

#[test]
fn a_space_that_does_not_exist_is_named_as_it_was_asked_for() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for id in ["2", "0", "-1", "abc", "9223372036854775808", "1e3"] {
        ann.get(&format!("/spaces/{id}"))
            .is(404, &format!("Space with ID '{id}' doesn't exist"));
    }
}

#[test]
fn an_admin_renames_a_space() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    ann.put(
        &format!("/spaces/{space}"),
        json!({"new-name": "The family"}),
    )
    .is(200, "Space renamed");
    assert_eq!(
        ann.get(&format!("/spaces/{space}")).is_ok()["name"],
        "The family"
    );
}

#[test]
fn renaming_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let path = format!("/spaces/{space}");
    app.anonymous()
        .put("/spaces/x", json!({}))
        .is(401, "You aren't authorized");
    cid.put("/spaces/99", json!({}))
        .is(400, "Invalid payload: 'new-name'");
    cid.put("/spaces/99", json!({"new-name": null}))
        .is(400, "New name must be provided");
    cid.put("/spaces/99", json!({"new-name": "x".repeat(51)}))
        .is(400, "Name max 50 characters");
    cid.put("/spaces/99", json!({"new-name": "Club"}))
        .is(404, "Space with ID '99' doesn't exist");
    cid.put(&path, json!({"new-name": "Club"}))
        .is(403, "Can't access this space - not a member");
    bob.put(&path, json!({"new-name": "Club"}))
        .is(403, "User not admin");
    assert_eq!(ann.get(&path).is_ok()["name"], "Family");
}

#[test]
fn deleting_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let path = format!("/spaces/{space}");
    cid.delete("/spaces/99")
        .is(404, "Space with ID '99' doesn't exist");
    cid.delete(&path)
        .is(403, "Can't access this space - not a member");
    bob.delete(&path).is(403, "User not admin");
    ann.delete(&path)
        .is(400, "Space must contain only one member");
    ann.get(&path).is_ok();
}

#[test]
fn a_deleted_space_takes_its_shares_and_photos_with_it() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    let moved = ann.share_photo(space, &pictures::png(1));
    ann.share_photo(other, &pictures::png(2));
    app.move_photos();
    let waiting = ann.share_photo(space, &pictures::png(3));
    assert_eq!(
        app.files(),
        ["space-id-1/1.png", "space-id-2/2.png", "temp/1-3.png"]
    );

    ann.delete(&format!("/spaces/{space}"))
        .is(200, "Space deleted");
    ann.get(&format!("/spaces/{space}"))
        .is(404, &format!("Space with ID '{space}' doesn't exist"));
    for share in [moved, waiting] {
        ann.get(&format!("/shares/{}", share["id"]))
            .is(404, "No such share");
    }
    assert_eq!(app.files(), ["space-id-2/2.png"]);
    assert!(!app.path("photos/space-id-1").exists());
}

#[test]
fn an_id_is_never_used_twice() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let first = ann.space("Family");
    ann.delete(&format!("/spaces/{first}"))
        .is(200, "Space deleted");
    assert_eq!(ann.space("Family"), first + 1);
}

#[test]
fn a_renamed_space_moves_to_its_place_in_the_list() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for name in ["Attic", "Beach", "Choir"] {
        ann.space(name);
    }
    ann.put("/spaces/1", json!({"new-name": "zoo"}))
        .is(200, "Space renamed");
    let list = ann.get("/spaces").is_ok();
    let rows = list.as_array().unwrap().iter();
    let names: Vec<_> = rows.map(|row| row["space"]["name"].clone()).collect();
    assert_eq!(names, ["Beach", "Choir", "zoo"]);
}

#[test]
fn two_spaces_may_have_the_same_name() {
    let app = TestApp::new();
    let ann = app.person("ann");
    assert_ne!(ann.space("Family"), ann.space("Family"));
}

#[test]
fn a_space_whose_last_other_member_has_left_can_be_deleted() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    let share = bob.share(1, "Hello");
    bob.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    ann.delete("/spaces/1").is(200, "Space deleted");
    bob.delete(&format!("/shares/{share}"))
        .is(404, "No such share");
    bob.get("/spaces/1")
        .is(404, "Space with ID '1' doesn't exist");
}

#[test]
fn names_in_any_script_come_back_as_they_are_written() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for name in [
        "Семья",
        "家族の部屋",
        "משפחה",
        "👨‍👩‍👧‍👦",
        "<b>Family</b>",
        "O'Brien; drop table spaces",
        "100% \"quoted\" \\ back",
    ] {
        let space = ann.space(name);
        assert_eq!(ann.get(&format!("/spaces/{space}")).is_ok()["name"], name);
    }
    let space = ann.space("Cafe\u{301}");
    assert_eq!(
        ann.get(&format!("/spaces/{space}")).is_ok()["name"],
        "Caf\u{e9}"
    );
}
