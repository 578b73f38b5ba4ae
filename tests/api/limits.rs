//! Limits: what is exactly at one is accepted, what is beyond it is refused with an error that names it.

use image::ImageFormat;
use rocket::http::ContentType;
use serde_json::json;
use shared_spaces::config::Limits;

use crate::support::{Form, Reply, TestApp, pictures};

const PATH: &str = "/spaces/1/shares";

fn register(app: &TestApp, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password, "confirm-password": password});
    app.anonymous().post("/register", body)
}

#[test]
fn a_login_and_a_password_may_be_as_long_and_as_short_as_their_limits() {
    let app = TestApp::new();
    register(&app, "ann", &"p".repeat(8)).is_ok();
    register(&app, "jo", &"p".repeat(8)).is_ok();
    register(&app, "j", &"p".repeat(8)).is(400, "Login min 2 characters");
    register(&app, &"b".repeat(32), &"p".repeat(1024)).is_ok();
    register(&app, "cid", &"é".repeat(1024)).is_ok();
    register(&app, "dan", &"p".repeat(7)).is(400, "Password min 8 characters");
    register(&app, "dan", &"é".repeat(1025)).is(400, "Password max 1024 characters");
    app.anonymous().login("ann", &"p".repeat(8)).is_ok();
    app.anonymous().login("cid", &"é".repeat(1024)).is_ok();
}

#[test]
fn a_name_and_a_text_may_be_as_long_and_as_short_as_their_limits() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("x");
    ann.space(&"é".repeat(50));
    ann.post("/spaces", json!({"name": "é".repeat(51)}))
        .is(400, "Name max 50 characters");
    ann.put("/spaces/1", json!({"new-name": "é".repeat(50)}))
        .is(200, "Space renamed");
    ann.put("/spaces/1", json!({"new-name": ""}))
        .is(400, "Name min 1 characters");
    ann.put("/spaces/1", json!({"new-name": " \t "}))
        .is(400, "Name cannot be empty");
    let share = ann.share(1, "👍");
    let edit = |text: &str| ann.put_form(&format!("/shares/{share}"), Form::text(text));
    edit(&"x".repeat(2000)).is(200, "Share edited");
    edit(&"x".repeat(2001)).is(400, "Text max 2000 characters");
    edit("ok").is(200, "Share edited");
    edit("").is(400, "Text min 1 characters");
    edit(" \r\n ").is(400, "Text cannot be empty");
}

#[test]
fn a_limit_is_tested_before_what_else_is_wrong_with_a_text() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let post = |name: &str| ann.post("/spaces", json!({"name": name}));
    post(&" ".repeat(51)).is(400, "Name max 50 characters");
    post("").is(400, "Name min 1 characters");
    post("\u{3000}\u{2003}\u{a0}").is(400, "Name cannot be empty");
    let (long, blank) = (" ".repeat(1025), " ".repeat(8));
    let change = |new: &str| {
        let body =
            json!({"old-password": "wrong", "new-password": new, "confirm-password": "other"});
        ann.put("/change-password", body)
    };
    change(&long).is(400, "New password max 1024 characters");
    change("").is(400, "New password min 8 characters");
    change(&blank).is(400, "New password cannot be empty");
    change("eight\0chars").is(400, "New password cannot contain NUL characters");
}

/// Existing clients of the seed were written for these.
#[test]
fn the_limits_of_the_seed_can_be_restored() {
    let app = TestApp::with(|config| config.limits = Limits::of_the_original());
    register(&app, "jo", "abc").is(400, "Login min 3 characters");
    register(&app, &"a".repeat(16), "abc").is(400, "Login max 15 characters");
    register(&app, "ann", "ab").is(400, "Password min 3 characters");
    register(&app, &"a".repeat(15), "abc").is_ok();
    let ann = app.person("ann");
    let post = |name: &str| ann.post("/spaces", json!({"name": name}));
    post(&"x".repeat(16)).is(400, "Name max 15 characters");
    post(&"x".repeat(15)).is_ok();
    let share = |text: &str| ann.post_form(PATH, Form::text(text));
    post("xx").is(400, "Name min 3 characters");
    share("xx").is(400, "Text min 3 characters");
    share(&"x".repeat(201)).is(400, "Text max 200 characters");
    share(&"x".repeat(200)).is_ok();
}

#[test]
fn other_minima_are_named_too() {
    let app = TestApp::with(|config| {
        config.limits.login_min = 5;
        config.limits.space_name_min = 1;
        config.limits.text_min = 10;
    });
    register(&app, "anna", "correct horse").is(400, "Login min 5 characters");
    let ann = app.person("annabel");
    ann.space("X");
    ann.post("/spaces", json!({"name": ""}))
        .is(400, "Name min 1 characters");
    ann.post_form(PATH, Form::text("too short"))
        .is(400, "Text min 10 characters");
}

#[test]
fn a_photo_may_have_as_many_bytes_and_pixels_as_the_limits() {
    let picture = pictures::png(1);
    let length = picture.len() as u64;
    let app = TestApp::with(|config| {
        config.limits.photo_bytes = length;
        config.limits.photo_pixels = 16 * 12;
    });
    let ann = app.person("ann");
    ann.space("Family");
    ann.share_photo(1, &picture);
    app.move_photos();
    let longer = [&picture[..], b"x"].concat();
    ann.post_form(PATH, Form::text("A photo").file(&longer))
        .is(413, &format!("Photo max {length} bytes"));
}

#[test]
fn a_jpeg_may_have_more_pixels_than_other_photos_unless_it_is_progressive() {
    let app = TestApp::with(|config| {
        config.limits.photo_pixels = 191;
        config.limits.jpeg_pixels = 192;
    });
    let ann = app.person("ann");
    ann.space("Family");
    let share = |bytes: &[u8]| ann.post_form(PATH, Form::text("A photo").file(bytes));
    let jpeg = pictures::plain(ImageFormat::Jpeg, 1);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]);
    let frame = frame.unwrap();
    let mut larger = jpeg.clone();
    larger[frame + 6] += 1;
    let mut progressive = jpeg.clone();
    progressive[frame + 1] = 0xc2;
    share(&larger).is(413, "Photo max 192 pixels");
    share(&progressive).is(413, "Photo max 191 pixels");
    share(&pictures::png(1)).is(413, "Photo max 191 pixels");
    assert!(app.files().is_empty());
    share(&jpeg).is_ok();
    app.move_photos();
    let limits = &app.anonymous().get("/server").is_ok()["limits"];
    assert_eq!(
        (&limits["photo_pixels"], &limits["jpeg_pixels"]),
        (&json!(191), &json!(192))
    );
    // It never has fewer than others.
    let app = TestApp::with(|config| config.limits.jpeg_pixels = 100);
    let limits = &app.anonymous().get("/server").is_ok()["limits"];
    assert_eq!(limits["jpeg_pixels"], json!(64_000_000));
}

#[test]
fn a_new_photo_of_an_old_share_has_the_same_limits_and_leaves_the_old_one() {
    let picture = pictures::png(1);
    let length = picture.len() as u64;
    let app = TestApp::with(|config| config.limits.photo_bytes = length);
    let ann = app.person("ann");
    ann.space("Family");
    ann.share_photo(1, &picture);
    app.move_photos();
    let old = ann.get("/shares/1").is_ok();
    let edit = |file: &[u8]| ann.put_form("/shares/1", Form::text("Another").file(file));
    edit(&[&picture[..], b"x"].concat()).is(413, &format!("Photo max {length} bytes"));
    edit(b"Dear diary").is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    edit(&picture[..40]).is(400, "Photo is damaged: it ends before the picture does");
    edit(&pictures::bomb()[..length as usize]).is(413, "Photo max 64 million pixels");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(share, old);
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn with_no_settings_a_photo_has_at_most_25_mebibytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let mut large = pictures::png(1);
    large.resize(25 * 1024 * 1024, 0);
    // What follows the picture's end counts as sent, and isn't kept.
    ann.share_photo(1, &large);
    app.move_photos();
    large.push(0);
    ann.post_form(PATH, Form::text("A photo").file(&large))
        .is(413, "Photo max 25 MiB");
    assert_eq!(app.files(), ["space-id-1/1.png"]);
}

#[test]
fn a_json_body_may_have_exactly_one_mebibyte() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let post = |length: usize| {
        let mut body = br#"{"name": "Family"}"#.to_vec();
        body.resize(length, b' ');
        ann.send(
            app.client()
                .post("/spaces")
                .header(ContentType::JSON)
                .body(body),
        )
    };
    post(1024 * 1024).is_ok();
    post(1024 * 1024 + 1).is(413, "Body max 1 MiB");
}

/// Writes into the database what would take long by requests.
fn write(app: &TestApp, sql: &'static str) {
    let written = app.app.db.write(move |conn| Ok(conn.execute_batch(sql)?));
    app.wait(written).unwrap();
}

#[test]
fn of_many_sessions_the_hundred_last_used_stay() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    write(
        &app,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 120)
         insert into sessions (token_hash, user_id, created_at, last_used_at)
         select randomblob(32), 1, 0, (select min(last_used_at) from sessions) - i from n",
    );
    let again = ann.signed_in("ann");
    assert_eq!(
        app.count("select count(*) from sessions where user_id = 1"),
        100
    );
    for person in [&ann, &again, &bob] {
        person.get("/me").is_ok();
    }
}

#[test]
fn somebody_can_have_made_a_thousand_spaces_also_if_they_have_left_them() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    write(
        &app,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 999)
         insert into spaces (name, name_key, created_at, founder_id) select 'Other', 'other', 0, 1 from n",
    );
    let make = || ann.post("/spaces", json!({"name": "Friends"}));
    let sentence = "You have made 1000 spaces, and nobody can have made more: delete one first";
    make().is(409, sentence);
    ann.post("/spaces", json!({"name": "x".repeat(51)}))
        .is(400, "Name max 50 characters");
    bob.space("Friends");
    ann.delete("/spaces/1").is(200, "Space deleted");
    make().is_ok();
    make().is(409, sentence);
}

#[test]
fn a_space_has_a_hundred_open_invitations_at_most() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let (family, friends) = (ann.space("Family"), ann.space("Friends"));
    let invite = |space: i64| ann.post(&format!("/spaces/{space}/invitations"), json!({}));
    assert_eq!(invite(family).status, 201);
    write(
        &app,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
         insert into invitations (token_hash, space_id, as_admin, uses_left, created_by, created_at, expires_at)
         select randomblob(32), 1, 0, 1, 1, 0, (select expires_at from invitations) from n",
    );
    let sentence = "A space has at most 100 open invitations: take one back first";
    invite(family).is(409, sentence);
    assert_eq!(invite(friends).status, 201);
    assert_eq!(ann.delete("/spaces/1/invitations/1").status, 204);
    assert_eq!(invite(family).status, 201);
    invite(family).is(409, sentence);
    // Those that are used up don't count, and are gone.
    write(
        &app,
        "update invitations set uses_left = 0 where space_id = 1 and id <= 50",
    );
    assert_eq!(invite(family).status, 201);
    assert_eq!(
        app.count("select count(*) from invitations where space_id = 1 and uses_left = 0"),
        0
    );
}

#[test]
fn a_server_has_a_hundred_open_invitations_to_accounts_at_most() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let family = ann.space("Family");
    let invite = || ann.post("/operator/invitations", json!({}));
    invite().is_ok();
    write(
        &app,
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
         insert into invitations (token_hash, as_admin, uses_left, created_at, expires_at)
         select randomblob(32), 0, 1, 0, (select expires_at from invitations) from n",
    );
    let sentence = "A server has at most 100 open invitations to accounts: revoke one with `shared-spaces invitation revoke`, or wait \
                    until one ends";
    invite().is(409, sentence);
    // Those into spaces are counted on their own.
    let into = ann.post(&format!("/spaces/{family}/invitations"), json!({}));
    assert_eq!(into.status, 201);
    // Those that are used up or have ended don't count, and are gone.
    write(&app, "update invitations set uses_left = 0 where id = 1");
    invite().is_ok();
    invite().is(409, sentence);
    write(&app, "update invitations set expires_at = 1 where id = 2");
    invite().is_ok();
    assert_eq!(
        app.count("select count(*) from invitations where space_id is null"),
        100
    );
}
