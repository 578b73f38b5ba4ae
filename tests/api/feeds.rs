//! Feeds: secret addresses at which a member's feed reader fetches what is new in a space.

use serde_json::{Value, json};

use crate::support::{Form, Person, Reply, TestApp, pictures};

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
    app.sort_all();
    let (_, path) = feed(&bob, space);
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
    let link = photo["media"][0]["previews"]["large"]["url"]
        .as_str()
        .unwrap();
    assert!(
        contents[0].contains(&format!("<img src=\"{}\"", link.replace('&', "&amp;"))),
        "{}",
        contents[0]
    );
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
