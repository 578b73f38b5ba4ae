//! Refusals as problem details (RFC 9457): the same status and the same sentence as in plain text, and a word for
//! programs that stays what it is.

use std::time::Duration;

use rocket::http::{Accept, ContentType, Header, Status};
use rocket::local::blocking::LocalRequest;
use serde_json::{Value, json};
use shared_spaces::config::Registration;

use crate::support::{Form, PASSWORD, Person, TestApp, path_of, pictures};

/// Sends a request twice, and expects the same refusal as text and as problem details.
#[track_caller]
fn refused(
    person: &Person<'_>,
    request: &LocalRequest<'_>,
    status: u16,
    code: &str,
    sentence: &str,
) {
    let plain = person.send(request.clone());
    plain.is(status, sentence);
    let reply = person.send(request.clone().header(Accept::JSON));
    assert_eq!(
        (reply.status, reply.header("Content-Type")),
        (status, Some("application/problem+json")),
        "{sentence}"
    );
    let problem = reply.json();
    // What they are is tested next to the refusals (`src/error/tests.rs`).
    let params = &problem["params"];
    assert!(params.is_object(), "{sentence}");
    let expected = json!({
        "type": "about:blank",
        "title": Status::new(status).reason(),
        "status": status,
        "detail": sentence,
        "code": code,
        "params": params,
    });
    assert_eq!(problem, expected);
    for header in ["WWW-Authenticate", "Allow"] {
        assert_eq!(reply.header(header), plain.header(header), "{sentence}");
    }
}

fn post<'a>(app: &'a TestApp, path: &str, body: &Value) -> LocalRequest<'a> {
    let request = app.client().post(path.to_owned());
    request.header(ContentType::JSON).body(body.to_string())
}

fn put<'a>(app: &'a TestApp, path: &str, body: &Value) -> LocalRequest<'a> {
    let request = app.client().put(path.to_owned());
    request.header(ContentType::JSON).body(body.to_string())
}

fn share(app: &TestApp, form: Form) -> LocalRequest<'_> {
    let request = app.client().post("/spaces/1/shares");
    request.header(Form::content_type()).body(form.body())
}

#[test]
fn what_cannot_be_understood() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let name = |value: Value| post(&app, "/spaces", &json!({"name": value}));
    let expect = |request: &LocalRequest<'_>, status, code, sentence: &str| {
        refused(&ann, request, status, code, sentence);
    };
    expect(
        &post(&app, "/spaces", &json!({})),
        400,
        "missing_key",
        "Invalid payload: 'name'",
    );
    expect(
        &name(json!(null)),
        400,
        "not_provided",
        "Name must be provided",
    );
    expect(&name(json!(1)), 400, "not_text", "Name must be text");
    expect(
        &name(json!("x".repeat(51))),
        400,
        "too_long",
        "Name max 50 characters",
    );
    expect(&name(json!("")), 400, "too_short", "Name min 1 characters");
    expect(&name(json!("   ")), 400, "blank", "Name cannot be empty");
    expect(
        &name(json!("a\0b")),
        400,
        "forbidden_characters",
        "Name cannot contain NUL characters",
    );
    expect(
        &post(&app, "/spaces", &json!([])),
        400,
        "malformed",
        "The body must be a JSON object",
    );
    expect(
        &app.client().get("/spaces?limit=0"),
        400,
        "malformed",
        "Limit must be a number from 1 to 500",
    );
    expect(
        &app.client().post("/spaces").body("{}"),
        415,
        "wrong_content_type",
        "The body must be JSON, with Content-Type: application/json",
    );
    expect(
        &name(json!("x".repeat(1024 * 1024))),
        413,
        "too_large",
        "Body max 1 MiB",
    );
    expect(
        &app.client().get("/nothing"),
        404,
        "no_such_endpoint",
        "No such page or endpoint",
    );
    expect(
        &app.client().delete("/spaces"),
        405,
        "method_not_allowed",
        "Method not allowed",
    );
}

#[test]
fn accounts_and_sessions() {
    let app = TestApp::new();
    let (ann, nobody) = (app.person("ann"), app.anonymous());
    let register = |login: &str, confirm: &str| {
        let body = json!({"login": login, "password": PASSWORD, "confirm-password": confirm});
        post(&app, "/register", &body)
    };
    let change = |old: &str, confirm: &str| {
        let body = json!({"old-password": old, "new-password": "better horse", "confirm-password": confirm});
        put(&app, "/change-password", &body)
    };
    refused(
        &nobody,
        &app.client().get("/me"),
        401,
        "unauthorized",
        "You aren't authorized",
    );
    refused(
        &nobody.with_token("wrong"),
        &app.client().get("/me"),
        401,
        "unauthorized",
        "You aren't authorized",
    );
    refused(
        &nobody,
        &register("bob", "other horse"),
        400,
        "passwords_dont_match",
        "Passwords don't match",
    );
    refused(
        &nobody,
        &register("ANN", PASSWORD),
        400,
        "user_exists",
        "User already exists",
    );
    let body = json!({"login": "ann", "password": "wrong"});
    refused(
        &nobody,
        &post(&app, "/login", &body),
        401,
        "wrong_login",
        "Wrong login and/or password",
    );
    refused(
        &ann,
        &change("wrong", "better horse"),
        401,
        "wrong_password",
        "Wrong password",
    );
    refused(
        &ann,
        &change(PASSWORD, "other horse"),
        400,
        "new_passwords_dont_match",
        "New passwords don't match",
    );
    refused(
        &ann.by_cookie(),
        &app.client().get("/logout"),
        403,
        "cookie_logout_by_get",
        "Sign out with DELETE /logout",
    );
    let elsewhere = app
        .client()
        .delete("/logout")
        .header(app.cookie(ann.token()))
        .header(Header::new("Origin", "https://evil.example"));
    refused(
        &nobody,
        &elsewhere,
        403,
        "cross_origin",
        "Requests with the cookie must come from this site",
    );
    let for_bob = Header::new("Shared-Spaces-User", "2");
    refused(
        &ann,
        &app.client().get("/me").header(for_bob),
        409,
        "other_account",
        "This session belongs to another account than the request is made for",
    );
    let app = TestApp::with(|config| config.registration = Registration::Closed);
    let body = json!({"login": "ann", "password": PASSWORD, "confirm-password": PASSWORD});
    refused(
        &app.anonymous(),
        &post(&app, "/register", &body),
        403,
        "registration_closed",
        "Registration is closed",
    );
}

#[test]
fn spaces_and_members() {
    let app = TestApp::new();
    let (ann, bob, cid) = (app.person("ann"), app.person("bob"), app.person("cid"));
    ann.space("Family");
    ann.invite(1, "bob");
    let get = |path: &str| app.client().get(path.to_owned());
    let delete = |path: &str| app.client().delete(path.to_owned());
    let add = |login: &str| post(&app, "/spaces/1/members", &json!({"login": login}));
    let admin = |user: i64, yes: Value| {
        let path = format!("/spaces/1/members/{user}");
        put(&app, &path, &json!({"is-admin": yes}))
    };
    refused(
        &ann,
        &get("/spaces/9"),
        404,
        "no_such_space",
        "Space with ID '9' doesn't exist",
    );
    refused(
        &cid,
        &get("/spaces/1"),
        403,
        "not_a_member",
        "Can't access this space - not a member",
    );
    refused(
        &bob,
        &delete("/spaces/1"),
        403,
        "not_an_admin",
        "User not admin",
    );
    refused(
        &ann,
        &delete("/spaces/1"),
        400,
        "space_has_members",
        "Space must contain only one member",
    );
    refused(
        &ann,
        &add("eve"),
        404,
        "no_such_login",
        "User with login 'eve' doesn't exist",
    );
    refused(
        &ann,
        &add("bob"),
        400,
        "already_member",
        "User already member of this space",
    );
    refused(
        &ann,
        &delete("/spaces/1/members/99"),
        404,
        "no_such_user",
        "User with ID '99' doesn't exist",
    );
    refused(
        &ann,
        &delete(&format!("/spaces/1/members/{}", ann.id)),
        400,
        "admin_cant_leave",
        "Can't leave space when you're an admin",
    );
    refused(
        &ann,
        &admin(bob.id, json!("yes")),
        400,
        "not_boolean",
        "\"is admin\" must be type boolean",
    );
    refused(
        &ann,
        &admin(ann.id, json!(false)),
        400,
        "last_admin",
        "Space must have at least one admin",
    );
}

#[test]
fn shares_and_photos() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 1024 * 1024);
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    let photo = |bytes: &[u8]| share(&app, Form::text("A photo").file(bytes));
    refused(
        &ann,
        &share(&app, Form::default()),
        400,
        "not_provided",
        "Text must be provided",
    );
    refused(
        &ann,
        &photo(b"Dear diary"),
        415,
        "photo_type",
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    refused(
        &ann,
        &photo(&pictures::png(1)[..40]),
        400,
        "photo_damaged",
        "Photo is damaged: it ends before the picture does",
    );
    let mut deep = pictures::sample("cmyk.jpg");
    let frame = deep.windows(2).rposition(|pair| pair == [0xff, 0xc0]);
    deep[frame.unwrap() + 4] = 12;
    refused(
        &ann,
        &photo(&deep),
        415,
        "photo_not_shown",
        "Photo is of a kind that browsers don't show: it is a JPEG with more than 8 bits a colour",
    );
    refused(
        &ann,
        &photo(&vec![0; 1024 * 1024 + 1]),
        413,
        "too_large",
        "Photo max 1 MiB",
    );
    refused(
        &ann,
        &photo(&pictures::bomb()),
        413,
        "too_large",
        "Photo max 64 million pixels",
    );
    refused(
        &ann,
        &app.client().get("/shares/9"),
        404,
        "no_such_share",
        "No such share",
    );

    let share = ann.share_photo(1, &pictures::png(1));
    let (path, url) = (
        format!("/shares/{}", share["id"]),
        path_of(&share["image_url"]),
    );
    app.move_photos();
    refused(
        &bob,
        &app.client().delete(path.clone()),
        403,
        "not_the_owner",
        "User doesn't own this share",
    );
    let fetch = |path: &str| app.client().get(path.to_owned());
    let nobody = app.anonymous();
    refused(
        &nobody,
        &fetch(url.split('?').next().unwrap()),
        403,
        "bad_link",
        "This link isn't valid",
    );
    ann.delete(&path).is(200, "Share deleted");
    refused(&nobody, &fetch(&url), 404, "no_such_photo", "No such photo");
    app.app.clock.advance(Duration::from_secs(24 * 60 * 60));
    refused(
        &nobody,
        &fetch(&url),
        403,
        "expired_link",
        "This link has expired",
    );
}

#[test]
fn a_range_that_a_photo_does_not_have() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let url = path_of(&ann.share_photo(1, &pictures::png(1))["image_url"]);
    app.move_photos();
    let request = app
        .client()
        .get(url)
        .header(Header::new("Range", "bytes=999999-"))
        .header(Accept::JSON);
    let reply = app.anonymous().send(request);
    assert_eq!(reply.status, 416);
    assert_eq!(
        reply.header("Content-Type"),
        Some("application/problem+json"),
        "{}",
        reply.text()
    );
    assert_eq!(reply.json()["status"], 416);
    assert!(reply.json()["code"].is_string());
}

#[test]
fn types_in_accept_are_the_same_in_capitals() {
    let app = TestApp::new();
    for (accept, kind) in [
        ("Application/JSON", "application/problem+json"),
        (
            "TEXT/plain, application/*;q=0.5",
            "text/plain; charset=utf-8",
        ),
        (
            "text/html, Application/Problem+Json",
            "application/problem+json",
        ),
    ] {
        let request = app
            .client()
            .get("/me")
            .header(Header::new("Accept", accept));
        let reply = app.anonymous().send(request);
        assert_eq!(
            (reply.status, reply.header("Content-Type")),
            (401, Some(kind)),
            "{accept}"
        );
    }
}
