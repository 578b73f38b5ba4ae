//! What users take along of their own.

use serde_json::{Value, json};

use super::archives::{File, names, zip};
use super::mail::World;
use crate::support::{Form, Person, TestApp, pictures};

const PATH: &str = "/me/export";

fn exported(person: &Person<'_>) -> Vec<File> {
    zip(&person.get(PATH))
}

fn file<'a>(files: &'a [File], name: &str) -> &'a [u8] {
    let found = files.iter().find(|file| file.name == name);
    &found
        .unwrap_or_else(|| panic!("{name} is not in {:?}", names(files)))
        .bytes
}

fn data(files: &[File]) -> Value {
    serde_json::from_slice(file(files, "data.json")).unwrap()
}

fn page(files: &[File]) -> String {
    String::from_utf8(file(files, "index.html").to_vec()).unwrap()
}

#[test]
fn all_that_is_ones_own_is_taken_along_and_nothing_of_others() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (family, choir) = (ann.space("Family"), ann.space("Choir"));
    for space in [family, choir] {
        ann.invite(space, "bob");
    }
    bob.put(
        "/me",
        json!({"name": "Bob", "language": "de", "time_zone": "Europe/Vienna", "quiet_hours": {"from": "13:00", "until": "15:00"}}),
    )
    .is_ok();
    bob.put(
        &format!("/spaces/{choir}/notices"),
        json!({"level": "mentions"}),
    )
    .is_ok();
    let form = Form::text("Two photos")
        .file(&pictures::png(1))
        .part("caption", None, b"The first")
        .part("taken_at", None, b"2019-07-14T15:30:05")
        .file(&pictures::png(2))
        .part("taken_at", None, b"2019-07-14T15:30:05");
    let share = bob
        .post_form(&format!("/spaces/{family}/shares"), form)
        .is_ok()["id"]
        .clone();
    let others = ann.share(family, "Words of Ann");
    ann.share_photo(family, &pictures::png(3));
    let comment = bob.comment(others, "A comment");
    ann.comment(others, "An answer of Ann");
    bob.put_nothing(&format!("/shares/{others}/reactions/%F0%9F%91%8D"));
    bob.put_nothing(&format!("/comments/{comment}/reactions/%E2%9D%A4%EF%B8%8F"));
    let left = bob.share(choir, "From a space that he has left");
    bob.delete(&format!("/spaces/{choir}/members/{}", bob.id))
        .is(200, "Member deleted");
    let renamed = json!({"new-name": "Words of Ann"});
    ann.put(&format!("/spaces/{choir}"), renamed)
        .is(200, "Space renamed");
    let request = app.client().put("/me/avatar").body(pictures::png(4));
    bob.send(request).is_ok();
    app.move_photos();

    let files = exported(&bob);
    assert_eq!(
        names(&files),
        [
            "2019-07-14 15.30.05 bob.png",
            "2019-07-14 15.30.05 bob (2).png",
            "data.json",
            "index.html",
            "avatar.jpg"
        ]
    );
    assert!(files[0].bytes == pictures::png(1) && files[1].bytes == pictures::png(2));
    let data = data(&files);
    assert_eq!(data["version"], 1);
    let profile = &data["profile"];
    assert_eq!(
        [
            &profile["login"],
            &profile["name"],
            &profile["language"],
            &profile["time_zone"],
            &profile["avatar"]
        ],
        ["bob", "Bob", "de", "Europe/Vienna", "avatar.jpg"]
    );
    assert_eq!(
        profile["quiet_hours"],
        json!({"from": "13:00", "until": "15:00"})
    );
    let spaces = data["spaces"].as_array().unwrap();
    assert_eq!(spaces.len(), 1);
    assert_eq!(
        (&spaces[0]["name"], &spaces[0]["notices"]),
        (
            &json!("Family"),
            &json!({"level": "all", "push": true, "email": false})
        )
    );
    let shares = data["shares"].as_array().unwrap();
    let ids: Vec<_> = shares.iter().map(|share| share["id"].clone()).collect();
    assert_eq!(ids, [share, json!(left)]);
    assert_eq!(
        [&shares[0]["space_name"], &shares[1]["space_name"]],
        [&json!("Family"), &json!(null)]
    );
    let media = &shares[0]["media"];
    assert_eq!(
        (
            &media[0]["file"],
            &media[0]["caption"],
            &media[0]["taken_at"]
        ),
        (
            &json!("2019-07-14 15.30.05 bob.png"),
            &json!("The first"),
            &json!("2019-07-14T15:30:05")
        )
    );
    assert_eq!(media[1]["file"], "2019-07-14 15.30.05 bob (2).png");
    assert_eq!(data["comments"][0]["text"], "A comment");
    assert_eq!(data["comments"].as_array().unwrap().len(), 1);
    assert_eq!(data["reactions"].as_array().unwrap().len(), 2);
    let page = page(&files);
    for there in [
        "Two photos",
        "The first",
        "A comment",
        "From a space that he has left",
        "lang=\"de\"",
    ] {
        assert!(page.contains(there), "{there} is not in {page}");
    }
    assert!(
        page.contains("src=\"2019%2D07%2D14%2015%2E30%2E05%20bob%20%282%29%2Epng\""),
        "{page}"
    );
    for text in [page, data.to_string()] {
        assert!(!text.contains("Ann"), "{text}");
    }
    assert_eq!(
        app.all_files()
            .iter()
            .filter(|path| path.contains("tmp"))
            .count(),
        0
    );
}

#[test]
fn who_has_made_nothing_gets_a_page_all_the_same() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let files = exported(&ann);
    assert_eq!(names(&files), ["data.json", "index.html"]);
    let data = data(&files);
    for key in ["spaces", "shares", "comments", "reactions"] {
        assert_eq!(data[key], json!([]), "{key}");
    }
    assert!(page(&files).ends_with("</body></html>\n"));
}

#[test]
fn nothing_that_was_typed_is_active_in_the_page() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.put("/me", json!({"name": "<script>{title}"})).is_ok();
    let space = ann.space("</title><img src=x>");
    ann.share(space, "<script>alert(1)</script>\" onload='x' & {lang}");
    let form =
        Form::text("A photo")
            .file(&pictures::png(1))
            .part("caption", None, b"\"><b>bold</b>");
    ann.post_form(&format!("/spaces/{space}/shares"), form)
        .is_ok();
    app.move_photos();
    let page = page(&exported(&ann));
    for tag in ["<script", "<img src=x", "<b>", "onload='"] {
        assert!(!page.contains(tag), "{tag} is in {page}");
    }
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
}

#[test]
fn a_large_export_is_the_same_row_by_row() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let filled = app.app.db.write(|conn| {
        conn.execute_batch(
            "with recursive n(i) as (select 1001 union all select i + 1 from n where i < 4000)
             insert into shares (id, space_id, user_id, text, created_at) select i, 1, 1, 'Words ' || i, i from n;
             insert into comments (id, share_id, space_id, user_id, text, created_at)
             select id, id, 1, 1, 'Said ' || id, 0 from shares",
        )?;
        Ok(())
    });
    app.wait(filled).unwrap();
    let files = exported(&ann);
    let data = data(&files);
    let shares = data["shares"].as_array().unwrap();
    assert_eq!(
        (shares.len(), data["comments"].as_array().unwrap().len()),
        (3000, 3000)
    );
    assert_eq!(shares[2999]["text"], "Words 4000");
    assert!(page(&files).contains("Said 4000"));
}

#[test]
fn the_address_for_mail_is_taken_along() {
    let world = World::new();
    let bob = world.reachable("bob");
    let exported = |person: &Person<'_>| {
        let profile = data(&exported(person))["profile"].clone();
        ["email", "unconfirmed_email", "digest"].map(|key| profile[key].clone())
    };
    assert_eq!(
        exported(&bob),
        [json!("bob@example.org"), json!(null), json!("weekly")]
    );
    bob.put(
        "/me",
        json!({"email": "new@example.org", "digest": "daily"}),
    )
    .is_ok();
    assert_eq!(
        exported(&bob),
        [
            json!("bob@example.org"),
            json!("new@example.org"),
            json!("daily")
        ]
    );
    let ann = world.app.person("ann");
    assert_eq!(exported(&ann), [json!(null), json!(null), json!("weekly")]);
}
