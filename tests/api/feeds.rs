//! Feeds: secret addresses at which a member's feed reader fetches what is new in a space.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Form, PASSWORD, Person, Reply, TestApp, path_of, pictures};

const GONE: &str = "No such feed";

/// Creates a feed; returns it and the path of its address.
fn feed(person: &Person<'_>, space: i64) -> (Value, String) {
    let reply = person.post(&format!("/spaces/{space}/feeds"), json!({}));
    assert_eq!(reply.status, 201, "{}", reply.text());
    let made = reply.json();
    let path = made["url"]
        .as_str()
        .unwrap()
        .strip_prefix("http://localhost:8000")
        .unwrap()
        .to_owned();
    (made, path)
}

fn fetch(app: &TestApp, path: &str) -> Reply {
    app.anonymous().get(path)
}

/// The texts of all elements with this name, without what they contain.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let named = document
        .descendants()
        .filter(|node| node.tag_name().name() == name);
    named
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_feed_has_what_is_new_with_its_authors_and_photos() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family & <friends>");
    ann.invite(space, "bob");
    ann.share(space, "First: a < b && \"c\"\nsecond line");
    let photo = bob
        .post_form(
            &format!("/spaces/{space}/shares"),
            Form::text("").file(&pictures::png(1)),
        )
        .is_ok();
    app.move_photos();
    let (made, path) = feed(&bob, space);
    let reply = fetch(&app, &path);
    assert_eq!(
        reply.header("Content-Type"),
        Some("application/atom+xml; charset=utf-8")
    );
    assert_eq!(reply.header("Cache-Control"), Some("private, no-cache"));
    let xml = reply.text();
    assert_eq!(
        texts(&xml, "title"),
        ["Family & <friends>", "A photo", "First: a < b && \"c\""]
    );
    assert_eq!(texts(&xml, "name"), ["bob", "ann"]);
    let contents = texts(&xml, "content");
    assert_eq!(
        contents[1],
        "<p>First: a &lt; b &amp;&amp; &quot;c&quot;<br>second line</p>"
    );
    let link = format!(
        "<img src=\"{}/photos/1-2.png\"",
        made["url"].as_str().unwrap()
    );
    assert!(contents[0].contains(&link), "{}", contents[0]);
    let updated = texts(&xml, "updated");
    assert_eq!(updated[0], photo["timestamp"].as_str().unwrap());
    // Each thing has an id of its own, which stays.
    let ids = texts(&xml, "id");
    assert_eq!(ids.len(), 3);
    assert!(
        ids.iter()
            .all(|id| id.starts_with("urn:uuid:") && id.len() == 45),
        "{ids:?}"
    );
    assert_eq!(texts(&fetch(&app, &path).text(), "id"), ids);
}

#[test]
fn a_feed_that_has_not_changed_is_not_sent_again() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let (_, path) = feed(&ann, space);
    let etag = fetch(&app, &path).header("ETag").unwrap().to_owned();
    let again = || app.anonymous().get_with(&path, "If-None-Match", &etag);
    let same = again();
    assert_eq!((same.status, same.text().as_str()), (304, ""));
    ann.share(space, "Something new");
    assert_eq!(again().status, 200);
}

#[test]
fn characters_that_xml_cannot_have_are_left_out() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    ann.share(space, "a bell \u{7} rings\u{b}, \u{1b}[31m and \u{fffe}");
    let (_, path) = feed(&ann, space);
    let xml = fetch(&app, &path).text();
    assert_eq!(texts(&xml, "title")[1], "a bell  rings, [31m and ");
}

#[test]
fn the_title_is_the_beginning_of_the_first_line_with_words() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    ann.share(space, &format!("\n  {}\nmore", "ö".repeat(100)));
    let (_, path) = feed(&ann, space);
    let title = texts(&fetch(&app, &path).text(), "title").remove(1);
    assert_eq!(title, format!("{}…", "ö".repeat(80)));
}

#[test]
fn a_feed_is_its_members_alone_and_ends_when_it_is_revoked() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let (made, path) = feed(&bob, space);
    let (_, other) = feed(&bob, space);
    let listed = bob.get(&format!("/spaces/{space}/feeds")).is_ok();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(
        listed[0],
        json!({"id": made["id"], "created_at": made["created_at"]})
    );
    // Not even the admin sees it or ends it.
    assert_eq!(
        ann.get(&format!("/spaces/{space}/feeds")).is_ok(),
        json!([])
    );
    let own = format!("/spaces/{space}/feeds/{}", made["id"]);
    ann.delete(&own)
        .is(404, &format!("Feed with ID '{}' doesn't exist", made["id"]));
    assert_eq!(bob.delete(&own).status, 204);
    fetch(&app, &path).is(404, GONE);
    bob.delete(&own)
        .is(404, &format!("Feed with ID '{}' doesn't exist", made["id"]));
    assert_eq!(fetch(&app, &other).status, 200);
}

#[test]
fn a_feed_ends_with_the_membership_and_does_not_come_back_with_it() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let (_, path) = feed(&bob, space);
    assert_eq!(fetch(&app, &path).status, 200);
    ann.delete(&format!("/spaces/{space}/members/{}", bob.id))
        .is(200, "Member deleted");
    fetch(&app, &path).is(404, GONE);
    ann.invite(space, "bob");
    fetch(&app, &path).is(404, GONE);
    assert_eq!(
        bob.get(&format!("/spaces/{space}/feeds")).is_ok(),
        json!([])
    );
}

#[test]
fn a_feed_ends_with_its_space_and_with_the_account() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    ann.invite(other, "bob");
    let (_, of_space) = feed(&ann, space);
    let (_, of_bob) = feed(&bob, other);
    ann.delete(&format!("/spaces/{space}"))
        .is(200, "Space deleted");
    fetch(&app, &of_space).is(404, GONE);
    app.remove_account("bob");
    fetch(&app, &of_bob).is(404, GONE);
}

#[test]
fn addresses_that_were_never_made_lead_nowhere() {
    let app = TestApp::new();
    let long = "a".repeat(5000);
    for token in ["made-up", "", "%00", "..", &long] {
        assert_eq!(
            fetch(&app, &format!("/feeds/{token}")).status,
            404,
            "{token}"
        );
    }
}

#[test]
fn a_member_has_at_most_ten_feeds_of_a_space() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    for _ in 0..10 {
        feed(&ann, space);
    }
    ann.post(&format!("/spaces/{space}/feeds"), json!({})).is(
        409,
        "You have 10 feeds of this space, and nobody can have more: revoke one first",
    );
    feed(&ann, other);
    let first = ann.get(&format!("/spaces/{space}/feeds?limit=1")).is_ok()[0]["id"].clone();
    assert_eq!(
        ann.delete(&format!("/spaces/{space}/feeds/{first}")).status,
        204
    );
    feed(&ann, space);
}

#[test]
fn what_is_stolen_from_the_database_opens_no_feed() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let (_, path) = feed(&ann, ann.space("Family"));
    let token = path.strip_prefix("/feeds/").unwrap();
    let files = ["shared-spaces.db", "shared-spaces.db-wal"];
    let bytes: Vec<u8> = files
        .iter()
        .filter_map(|file| std::fs::read(app.path(file)).ok())
        .flatten()
        .collect();
    assert!(
        !bytes
            .windows(token.len())
            .any(|window| window == token.as_bytes())
    );
}

#[test]
fn the_pictures_of_a_feed_are_below_its_address_and_hold_as_long_as_it() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    ann.invite(space, "bob");
    let share = ann.share_photo(space, &pictures::sample("tree.jpg"));
    ann.share_photo(other, &pictures::png(1));
    let (made, path) = feed(&bob, space);
    let picture = format!("{path}/photos/1-1.jpg");
    assert_eq!(
        fetch(&app, &picture).header("Cache-Control"),
        Some("private, max-age=30")
    );
    app.move_photos();
    let preview = path_of(&share["media"][0]["previews"]["large"]["url"]);
    let shown = fetch(&app, &picture);
    assert_eq!(shown.bytes, app.anonymous().get(&preview).bytes);
    for (name, value) in [
        ("Content-Type", "image/jpeg"),
        ("Cache-Control", "private, immutable, max-age=86400"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    ] {
        assert_eq!(shown.header(name), Some(value));
    }
    assert!(
        shown
            .header("Content-Security-Policy")
            .unwrap()
            .ends_with("sandbox")
    );
    let tag = shown.header("ETag").unwrap();
    let again = app.anonymous().get_with(&picture, "If-None-Match", tag);
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    // Neither what another space has, nor what isn't there.
    for name in [
        "2-2.png",
        "1-2.png",
        "1-99.jpg",
        "x",
        "..",
        "%00",
        "1-1.jpg/large",
    ] {
        assert_eq!(
            fetch(&app, &format!("{path}/photos/{name}")).status,
            404,
            "{name}"
        );
    }
    let feed_before = fetch(&app, &path).header("ETag").unwrap().to_owned();
    app.app
        .clock
        .advance(Duration::from_secs(400 * 24 * 60 * 60));
    assert_eq!(fetch(&app, &picture).status, 200);
    assert_eq!(fetch(&app, &path).header("ETag"), Some(&*feed_before));
    fetch(&app, "/feeds/made-up/photos/1-1.jpg").is(404, GONE);
    let bob = app.anonymous().signed_in("bob");
    let own = format!("/spaces/{space}/feeds/{}", made["id"]);
    assert_eq!(bob.delete(&own).status, 204);
    fetch(&app, &picture).is(404, GONE);
}

#[test]
fn where_a_new_feed_is_said_to_be_it_is() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let reply = bob.post(&format!("/spaces/{space}/feeds"), json!({}));
    let place = reply.header("Location").unwrap();
    let made = reply.json();
    let found = bob.get(place).is_ok();
    assert_eq!(
        found,
        json!({"id": made["id"], "created_at": made["created_at"]})
    );
    let missing = format!("Feed with ID '{}' doesn't exist", made["id"]);
    ann.get(place).is(404, &missing);
    assert_eq!(bob.delete(place).status, 204);
    bob.get(place).is(404, &missing);
}

#[test]
fn with_another_password_a_users_feeds_end_and_nobody_elses() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (space, other) = (ann.space("Family"), ann.space("Choir"));
    ann.invite(space, "bob");
    let feeds = || [feed(&ann, space).1, feed(&ann, other).1];
    let (mine, bobs) = (feeds(), feed(&bob, space).1);
    let change = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    let mut wrong = change.clone();
    wrong["old-password"] = json!("no such horse");
    ann.put("/change-password", wrong).is(401, "Wrong password");
    assert_eq!(fetch(&app, &mine[0]).status, 200);
    ann.put("/change-password", change)
        .is(200, "Password changed");
    for path in &mine {
        fetch(&app, path).is(404, GONE);
    }
    let mine = feeds();
    let token = app.reset_token("ann");
    assert_eq!(fetch(&app, &mine[0]).status, 200);
    let reset =
        json!({"token": token, "new-password": "third horse", "confirm-password": "third horse"});
    app.anonymous()
        .post("/password-resets/redeem", reset)
        .is(200, "Password changed");
    for path in &mine {
        fetch(&app, path).is(404, GONE);
    }
    assert_eq!(fetch(&app, &bobs).status, 200);
}

#[test]
fn after_a_restore_no_feed_is_there_and_no_id_comes_back() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let (_, path) = feed(&ann, space);
    app.prepare_restored();
    fetch(&app, &path).is(404, GONE);
    let (made, _) = feed(&ann, space);
    assert!(made["id"].as_i64().unwrap() > 1_000_000);
}
