//! Shares: writing, reading, editing and deleting them.

use picture::PreviewSize;
use rocket::http::ContentType;
use serde_json::{Value, json};
use shared_spaces::domain::ids::Id;
use shared_spaces::domain::photo_name::PhotoName;

use crate::support::{Form, Person, Reply, TestApp, path_of, pictures, user};

/// A space of Ann's with Bob in it, and Cid outside.
fn family(app: &TestApp) -> (Person<'_>, Person<'_>, Person<'_>) {
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    ann.space("Family");
    ann.invite(1, "bob");
    (ann, bob, cid)
}

const PATH: &str = "/spaces/1/shares";

fn urlencoded(app: &TestApp, person: &Person<'_>, body: &str) -> Reply {
    person.send(app.client().post(PATH).header(ContentType::Form).body(body))
}

#[test]
fn a_text_is_shared_and_read() {
    let app = TestApp::new();
    let (ann, bob, _) = family(&app);
    let before = app.app.now().rfc3339();
    let share = bob
        .post_form(PATH, Form::text("Nice weather - let's have a barbecue"))
        .is_ok();
    let timestamp = share["timestamp"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": 1,
        "space": {"id": 1, "name": "Family"},
        "user": user(bob.id, "bob"),
        "text": "Nice weather - let's have a barbecue",
        "timestamp": timestamp,
        "edited_at": null,
        "version": app.version(1),
        "image_url": null,
        "image": null,
        "media": [],
        "comments": {"count": 0, "latest": []},
        "reactions": [],
        "mentions": [],
    });
    assert_eq!(share, expected);
    // To the second: how many digits follow depends on the moment.
    let after = app.app.now().rfc3339();
    assert!(
        (&before[..19]..=&after[..19]).contains(&&timestamp[..19]) && timestamp.ends_with('Z'),
        "{timestamp}"
    );
    assert_eq!(ann.get("/shares/1").is_ok(), expected);
}

#[test]
fn shares_are_listed_newest_first_without_their_space() {
    let app = TestApp::new();
    let (ann, bob, _) = family(&app);
    let (first, second) = (ann.share(1, "The first"), bob.share(1, "The second"));
    let list = bob.get(PATH).is_ok();
    let ids: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|share| share["id"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, [second, first]);
    let keys: Vec<_> = list[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "comments",
            "edited_at",
            "id",
            "image",
            "image_url",
            "media",
            "mentions",
            "reactions",
            "text",
            "timestamp",
            "user",
            "version"
        ]
    );
}

#[test]
fn sharing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid) = family(&app);
    let bad = || Form::default().file(b"no picture");
    app.anonymous()
        .post_form(PATH, bad())
        .is(401, "You aren't authorized");
    cid.post_form("/spaces/x/shares", Form::default())
        .is(400, "Text must be provided");
    for form in [bad, Form::default] {
        let long = form().part("text", None, "x".repeat(2001).as_bytes());
        cid.post_form("/spaces/x/shares", long)
            .is(400, "Text max 2000 characters");
    }
    cid.post_form("/spaces/x/shares", Form::text(""))
        .is(400, "Text min 1 characters");
    cid.post_form("/spaces/x/shares", Form::text(" \n "))
        .is(400, "Text cannot be empty");
    cid.post_form("/spaces/x/shares", bad())
        .is(404, "Space with ID 'x' doesn't exist");
    cid.post_form("/spaces/x/shares", bad().part("text", None, b"Hello"))
        .is(404, "Space with ID 'x' doesn't exist");
    cid.post_form(PATH, bad().part("text", None, b"Hello"))
        .is(403, "Can't access this space - not a member");
    for member in [ann, bob] {
        let form = bad().part("text", None, b"Hello");
        member.post_form(PATH, form).is(
            415,
            "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
        );
    }
    assert_eq!(app.count("select count(*) from shares"), 0);
    assert!(app.files().is_empty());
}

#[test]
fn a_form_may_be_urlencoded() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let share = urlencoded(&app, &ann, "text=Gr%C3%BC%C3%9Fe+%26+K%C3%BCsse&file=").is_ok();
    assert_eq!(share["text"], "Grüße & Küsse");
    urlencoded(&app, &ann, "").is(400, "Text must be provided");
    urlencoded(&app, &ann, "Text=Hello").is(400, "Text must be provided");
    urlencoded(&app, &ann, &format!("text={}", "x".repeat(300_000)))
        .is(400, "Text max 2000 characters");
    let other = format!("other={}", "x".repeat(300_000));
    for form in [format!("text=Hello&{other}"), format!("{other}&text=Hello")] {
        urlencoded(&app, &ann, &form).is(413, "Body max 196608 bytes");
    }
}

#[test]
fn texts_in_any_script_are_counted_in_characters_after_normalisation() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    for text in [
        "👍",
        "ok",
        "日本語",
        "👨‍👩‍👧‍👦",
        "שלום",
        "a\r\nb",
        &"é".repeat(2000),
        &"e\u{301}".repeat(2000),
        &"👍".repeat(2000),
    ] {
        let share = ann.post_form(PATH, Form::text(text)).is_ok();
        let length = share["text"].as_str().unwrap().chars().count();
        assert!((1..=2000).contains(&length));
    }
    ann.post_form(PATH, Form::text(&"👍".repeat(2001)))
        .is(400, "Text max 2000 characters");
    ann.post_form(PATH, Form::text("a\0b"))
        .is(400, "Text cannot contain NUL characters");
    ann.post_form(PATH, Form::default().part("text", None, b"caf\xe9"))
        .is(400, "Text must be UTF-8");
}

#[test]
fn an_untouched_file_input_is_no_photo() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let form = Form::text("Hello").part("file", Some(""), b"");
    assert_eq!(ann.post_form(PATH, form).is_ok()["image_url"], Value::Null);
    let form = Form::text("Hello").part("file", None, b"");
    assert_eq!(ann.post_form(PATH, form).is_ok()["image_url"], Value::Null);
    let form = Form::text("Hello").part("file", Some("empty.jpg"), b"");
    ann.post_form(PATH, form).is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
}

#[test]
fn what_a_form_says_beside_an_untouched_file_input_is_about_nothing() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let untouched = |form: Form| form.part("file", Some(""), b"");
    let form = untouched(Form::text("Hello"))
        .part("poster", Some(""), b"")
        .part("caption", None, b"")
        .part("taken_at", None, b"");
    assert_eq!(ann.post_form(PATH, form).is_ok()["media"], json!([]));
    // Words aren't dropped, and aren't taken for those of the photo before.
    let form = untouched(Form::text("Hello").file(&pictures::png(1)));
    ann.post_form(PATH, form.part("caption", None, b"The lake"))
        .is(400, "Caption must stand behind the file that it is about");
    let form = untouched(Form::text("Hello").file(&pictures::png(1)));
    ann.post_form(PATH, form.part("poster", Some("a.png"), &pictures::png(2)))
        .is(400, "Poster must stand behind the file that it is about");
}

#[test]
fn a_share_may_come_before_its_text_in_the_form() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let form = Form::default()
        .file(&pictures::png(1))
        .part("text", None, b"Hello")
        .part("other", None, b"ignored");
    assert!(ann.post_form(PATH, form).is_ok()["image_url"].is_string());
    app.move_photos();
}

#[test]
fn reading_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, _, cid) = family(&app);
    let share = ann.share(1, "Hello");
    app.anonymous()
        .get(&format!("/shares/{share}"))
        .is(401, "You aren't authorized");
    for id in ["99", "0", "-1", "x", "9223372036854775808"] {
        ann.get(&format!("/shares/{id}")).is(404, "No such share");
    }
    cid.get(&format!("/shares/{share}"))
        .is(403, "Can't access this space - not a member");
    cid.get("/spaces/99/shares")
        .is(404, "Space with ID '99' doesn't exist");
    cid.get(PATH)
        .is(403, "Can't access this space - not a member");
}

#[test]
fn editing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob, cid) = family(&app);
    let share = bob.share(1, "Hello");
    let path = format!("/shares/{share}");
    let bad = || Form::text("Goodbye").file(b"no picture");
    app.anonymous()
        .put_form(&path, bad())
        .is(401, "You aren't authorized");
    cid.put_form("/shares/99", Form::default())
        .is(400, "Text must be provided");
    cid.put_form("/shares/99", Form::text(""))
        .is(400, "Text min 1 characters");
    cid.put_form("/shares/99", bad()).is(404, "No such share");
    cid.put_form(&path, bad())
        .is(403, "User doesn't own this share");
    ann.put_form(&path, bad())
        .is(403, "User doesn't own this share");
    bob.put_form(&path, bad()).is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    ann.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    bob.put_form(&path, bad())
        .is(403, "Can't access this space - not a member");
    assert_eq!(ann.get(&path).is_ok()["text"], "Hello");
}

#[test]
fn editing_replaces_the_text_and_keeps_the_photo() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    ann.put_form("/shares/1", Form::text("Another text"))
        .is(200, "Share edited");
    let edited = ann.get("/shares/1").is_ok();
    assert_eq!(edited["text"], "Another text");
    assert_eq!(
        (&edited["timestamp"], &edited["image_url"]),
        (&share["timestamp"], &share["image_url"])
    );
}

#[test]
fn a_new_photo_replaces_the_old_one() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let old = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    ann.put_form(
        "/shares/1",
        Form::text("Another photo").file(&pictures::png(2)),
    )
    .is(200, "Share edited");
    let new = ann.get("/shares/1").is_ok();
    assert!(new["image"]["id"].as_i64() > old["image"]["id"].as_i64());
    assert_eq!(
        app.anonymous().get(&path_of(&new["image_url"])).bytes,
        pictures::png(2)
    );
    app.anonymous()
        .get(&path_of(&old["image_url"]))
        .is(404, "No such photo");
    app.move_photos();
    assert_eq!(app.files(), ["space-id-1/1.2.png"]);
    assert_eq!(
        app.anonymous().get(&path_of(&new["image_url"])).bytes,
        pictures::png(2)
    );
}

#[test]
fn a_text_share_gets_a_photo_later() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    ann.share(1, "Hello");
    ann.put_form(
        "/shares/1",
        Form::text("With a photo").file(&pictures::png(1)),
    )
    .is(200, "Share edited");
    app.move_photos();
    let url = ann.get("/shares/1").is_ok()["image_url"].clone();
    assert_eq!(app.anonymous().get(&path_of(&url)).bytes, pictures::png(1));
}

#[test]
fn owners_and_admins_delete_and_nobody_else() {
    let app = TestApp::new();
    let (ann, bob, cid) = family(&app);
    ann.invite(1, "cid");
    let (first, second, third) = (
        bob.share(1, "First"),
        bob.share(1, "Second"),
        ann.share(1, "Third"),
    );
    app.anonymous()
        .delete(&format!("/shares/{first}"))
        .is(401, "You aren't authorized");
    cid.delete("/shares/99").is(404, "No such share");
    cid.delete(&format!("/shares/{first}"))
        .is(403, "User doesn't own this share");
    bob.delete(&format!("/shares/{third}"))
        .is(403, "User doesn't own this share");
    bob.delete(&format!("/shares/{first}"))
        .is(200, "Share deleted");
    ann.delete(&format!("/shares/{second}"))
        .is(200, "Share deleted");
    ann.get(&format!("/shares/{first}"))
        .is(404, "No such share");
    assert_eq!(ann.get(PATH).is_ok().as_array().unwrap().len(), 1);
}

#[test]
fn who_has_left_may_still_delete_what_was_theirs() {
    let app = TestApp::new();
    let (_, bob, _) = family(&app);
    let share = bob.share(1, "Hello");
    bob.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    bob.get(&format!("/shares/{share}"))
        .is(403, "Can't access this space - not a member");
    bob.delete(&format!("/shares/{share}"))
        .is(200, "Share deleted");
}

#[test]
fn a_former_admin_may_not_delete_what_others_shared() {
    let app = TestApp::new();
    let (ann, bob, _) = family(&app);
    let share = ann.share(1, "Hello");
    ann.promote(1, bob.id);
    ann.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    bob.delete(&format!("/shares/{share}"))
        .is(403, "User doesn't own this share");
}

#[test]
fn ids_of_shares_go_on_after_deletion_and_restart() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let token = ann.token().to_owned();
    let last = ann.share(1, "Hello");
    ann.delete(&format!("/shares/{last}"))
        .is(200, "Share deleted");
    let app = app.restarted();
    assert_eq!(
        app.anonymous().with_token(&token).share(1, "Hello again"),
        last + 1
    );
}

#[test]
fn what_a_crash_has_left_of_a_share_is_never_shown_with_another() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let token = ann.token().to_owned();
    let before = ann.share(1, "Hello");
    let interrupted = app.wait(app.app.reserve_share()).unwrap();
    assert_eq!(interrupted.number(), before + 1);
    // As from an upload whose share was being made: all of it is in the store, and the process dies before its row is written.
    let name: PhotoName = format!("1-{interrupted}.png").parse().unwrap();
    for size in [PreviewSize::Large, PreviewSize::Small] {
        let preview = b"of a photo that was never shared".to_vec();
        app.wait(app.app.photos.put_preview(&name, size, preview))
            .unwrap();
    }
    let app = app.killed();
    let ann = app.anonymous().with_token(&token);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    assert!(share["id"].as_i64().unwrap() > interrupted.number());
    app.look_for_previews();
    let small = format!("previews/space-id-1/{}.png.small", share["id"]);
    let shown = app.previews();
    assert!(shown.contains(&small), "{shown:?}");
    app.wait(app.app.photos.delete(&name)).unwrap();
    // Of the next ones, some were reserved and none was allocated: those come back when the process ends in order.
    let app = app.restarted();
    let next = app.anonymous().with_token(&token).share(1, "Hello again");
    assert_eq!(next, share["id"].as_i64().unwrap() + 1);
}

#[test]
fn a_urlencoded_form_names_uploads_and_says_what_they_show() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let upload = |seed| {
        let request = app.client().post("/uploads").body(pictures::png(seed));
        ann.send(request).json()["id"].to_string()
    };
    let (first, second) = (upload(1), upload(2));
    let form = format!(
        "upload={first}&caption=The+l%C3%A4ke&taken_at=2019-07-14T06:30&upload={second}&upload=&caption=&other=%ff"
    );
    let share = urlencoded(&app, &ann, &form).is_ok();
    let media = share["media"].as_array().unwrap();
    assert_eq!(media.len(), 2);
    assert_eq!(media[0]["caption"], "The läke");
    assert_eq!(media[0]["taken_at"], "2019-07-14T06:30:00");
    assert_eq!(media[1]["caption"], Value::Null);
    app.move_photos();
    // An edit lists the photos that stay.
    let request = app.client().put("/shares/1").header(ContentType::Form);
    let form = format!("text=One&media={}", media[1]["id"]);
    ann.send(request.body(form)).is(200, "Share edited");
    let edited = ann.get("/shares/1").is_ok();
    assert_eq!(edited["media"].as_array().unwrap().len(), 1);
    assert_eq!(edited["media"][0]["id"], media[1]["id"]);
    urlencoded(&app, &ann, "text=Hello&keep_dates=no").is(400, "Keep_dates must be true or false");
    urlencoded(&app, &ann, "text=Hello&caption=Lake")
        .is(400, "Caption must stand behind the file that it is about");
    urlencoded(&app, &ann, "upload=77").is(404, "Upload with ID '77' doesn't exist");
}

#[test]
fn editing_may_be_urlencoded_and_leaves_the_photo() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    let share = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    for body in ["text=Another+text", "text=Another+text&file="] {
        let request = app.client().put("/shares/1").header(ContentType::Form);
        ann.send(request.body(body)).is(200, "Share edited");
        let edited = ann.get("/shares/1").is_ok();
        assert_eq!(edited["text"], "Another text");
        assert_eq!(edited["image_url"], share["image_url"]);
    }
}

#[test]
fn a_text_that_is_not_utf8_is_refused_in_either_form() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    ann.post_form(PATH, Form::default().part("text", None, b"caf\xe9"))
        .is(400, "Text must be UTF-8");
    urlencoded(&app, &ann, "text=caf%E9").is(400, "Text must be UTF-8");
}

#[test]
fn markup_and_quotes_are_nothing_but_text() {
    let app = TestApp::new();
    let (ann, ..) = family(&app);
    for text in [
        "<script>alert(1)</script>",
        "Robert'); drop table shares;--",
        "\"quoted\" & 100% \\ \u{202e}backwards",
    ] {
        let share = ann.share(1, text);
        assert_eq!(ann.get(&format!("/shares/{share}")).is_ok()["text"], text);
    }
}
