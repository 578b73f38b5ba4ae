//! How refusals are written, and input that no well-behaved client would send.

use rocket::http::{ContentType, Header};
use serde_json::{Value, json};

use crate::support::{Form, Reply, TestApp, pictures};

#[test]
fn who_prefers_json_gets_problem_details_with_the_same_sentence() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let reply = ann.get_with("/spaces/7", "Accept", "application/json");
    assert_eq!(
        (reply.status, reply.header("Content-Type")),
        (404, Some("application/problem+json"))
    );
    let expected = json!({
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Space with ID '7' doesn't exist",
        "code": "no_such_space",
        "params": {"id": "7"},
    });
    assert_eq!(reply.json(), expected);
    let reply = app
        .anonymous()
        .get_with("/me", "Accept", "application/problem+json");
    assert_eq!(reply.json()["code"], "unauthorized");
    assert_eq!(reply.header("WWW-Authenticate"), Some("Bearer"));
}

#[test]
fn preferences_are_weighed() {
    let app = TestApp::new();
    let json = [
        "application/json",
        "application/problem+json",
        "application/json, text/plain;q=0.9",
        "application/*",
        "application/json, */*;q=0.5",
        "application/json, */*",
    ];
    let text = [
        "*/*",
        "text/plain",
        "text/html",
        "application/json, text/plain",
        "application/json;q=0.5, text/plain",
        "application/json;q=0.5, */*",
        "application/json, text/plain, */*",
        "image/avif, */*",
        "application/json;q=0",
    ];
    for accept in json {
        let reply = app.anonymous().get_with("/me", "Accept", accept);
        assert_eq!(
            reply.header("Content-Type"),
            Some("application/problem+json"),
            "{accept}"
        );
    }
    for accept in text {
        app.anonymous()
            .get_with("/me", "Accept", accept)
            .is(401, "You aren't authorized");
    }
}

#[test]
fn unknown_paths_and_wrong_methods_are_distinguished() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for path in [
        "/nothing",
        "/spaces/1/nothing",
        "/assets/nothing.js",
        "/spaces/1/members/2/3",
    ] {
        ann.get(path).is(404, "No such page or endpoint");
    }
    let reply = ann.delete("/spaces");
    reply.is(405, "Method not allowed");
    assert_eq!(reply.header("Allow"), Some("GET, HEAD, POST"));
    let reply = ann.send(app.client().patch("/shares/1"));
    reply.is(405, "Method not allowed");
    assert_eq!(reply.header("Allow"), Some("DELETE, GET, HEAD, PUT"));
}

#[test]
fn a_body_that_is_no_json_object_is_refused_with_a_reason() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let post = |kind: ContentType, body: &[u8]| {
        ann.send(app.client().post("/spaces").header(kind).body(body))
    };
    let wrong_type = "The body must be JSON, with Content-Type: application/json";
    post(ContentType::Plain, b"{\"name\": \"Family\"}").is(415, wrong_type);
    post(ContentType::Form, b"name=Family").is(415, wrong_type);
    ann.send(app.client().post("/spaces").body("{}"))
        .is(415, wrong_type);
    for body in ["[]", "\"name\"", "7", "null", "true"] {
        post(ContentType::JSON, body.as_bytes()).is(400, "The body must be a JSON object");
    }
    let deep = "[".repeat(100_000);
    let malformed: [&[u8]; 8] = [
        br#"{"name": "\ud800"}"#,
        b"",
        b"{",
        b"{\"name\": }",
        b"{\"name\": \"\xff\"}",
        b"{'name': 'Family'}",
        b"\0",
        deep.as_bytes(),
    ];
    for body in malformed {
        let reply = post(ContentType::JSON, body);
        assert_eq!(reply.status, 400);
        assert!(
            reply.text().starts_with("The body isn't valid JSON: "),
            "{}",
            reply.text()
        );
    }
    let with_charset = ContentType::parse_flexible("application/json; charset=utf-8").unwrap();
    post(with_charset, b"{\"name\": \"Family\"}").is_ok();
}

#[test]
fn a_json_body_over_the_limit_is_refused() {
    let app = TestApp::new();
    app.anonymous()
        .post("/register", json!({"login": "x".repeat(1024 * 1024)}))
        .is(413, "Body max 1 MiB");
    app.anonymous()
        .post("/register", json!({"login": "x".repeat(1024 * 1024 - 20)}))
        .is(400, "Invalid payload: 'password'");
}

#[test]
fn escaped_nul_bytes_are_refused_with_a_sentence() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let body = r#"{"name": "Fam\u0000ily"}"#;
    ann.send(
        app.client()
            .post("/spaces")
            .header(ContentType::JSON)
            .body(body),
    )
    .is(400, "Name cannot contain NUL characters");
    ann.space("Family");
    ann.post("/spaces/1/members", json!({"login": "b\0b"}))
        .is(404, "User with login 'b\0b' doesn't exist");
}

#[test]
fn forms_that_are_malformed_are_refused_with_a_reason() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let post = |kind: &str, body: &[u8]| {
        let kind = Header::new("Content-Type", kind.to_owned());
        ann.send(
            app.client()
                .post("/spaces/1/shares")
                .header(kind)
                .body(body),
        )
    };
    let wrong_type = "The form must be sent as multipart/form-data with a boundary, or as application/x-www-form-urlencoded";
    post("multipart/form-data", b"text=Hello").is(415, wrong_type);
    post("text/plain", b"text=Hello").is(415, wrong_type);
    post("application/json", b"text=Hello").is(
        400,
        "The body isn't valid JSON: expected ident at line 1 column 2",
    );
    ann.send(app.client().post("/spaces/1/shares").body("text=Hello"))
        .is(415, wrong_type);
    ann.send(app.client().post("/spaces/1/shares"))
        .is(400, "Text must be provided");

    let whole = Form::text("Hello").file(&pictures::png(1)).body();
    let kind = Form::content_type().to_string();
    for end in [10, 80, 120, 200, whole.len() - 10] {
        let reply = post(&kind, &whole[..end]);
        assert_eq!(reply.status, 400, "cut off at {end}: {}", reply.text());
        assert_eq!(reply.text(), "The body ends before it is complete");
    }
    post(&kind, b"").is(400, "The body ends before it is complete");
    let no_name = b"--a-boundary-that-no-photo-has\r\nContent-Disposition: form-data\r\n\r\nHello\r\n--a-boundary-that-no-photo-has--\r\n";
    post(&kind, no_name).is(400, "Text must be provided");
    assert_eq!(app.count("select count(*) from shares"), 0);
    assert!(app.files().is_empty());
}

#[test]
fn no_input_on_any_route_is_answered_500() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.share(1, "Hello");
    let ids = [
        "1",
        "0",
        "-1",
        "99999999999999999999",
        "1%00",
        "%ff",
        "..",
        "%2e%2e%2f",
        "a'b",
        "1;drop",
        "💥",
        "*",
    ];
    let bodies: [Value; 6] = [
        json!(null),
        json!([1]),
        json!({"name": {"a": 1}}),
        json!({"login": "\u{202e}\0"}),
        json!({"is-admin": 1e300}),
        json!({"new-name": "\u{feff}\u{feff}\u{feff}"}),
    ];
    let refused = |reply: Reply| assert!(reply.status < 500, "{} {}", reply.status, reply.text());
    for path in [
        "/spaces/{}",
        "/spaces/{}/members",
        "/spaces/{}/members/{}",
        "/spaces/{}/shares",
        "/spaces/{}/images",
        "/shares/{}",
        "/photos/{}",
    ] {
        for id in ids {
            let path = path.replace("{}", id);
            let Ok(path) = rocket::http::uri::Origin::parse_owned(path) else {
                continue;
            };
            let path = path.to_string();
            refused(ann.get(&path));
            for body in &bodies {
                refused(ann.post(&path, body.clone()));
                if !path.starts_with("/spaces/1/members/1") && path != "/spaces/1" {
                    refused(ann.put(&path, body.clone()));
                }
            }
            refused(ann.post_form(&path, Form::text("\u{0}\u{1}\u{2}")));
        }
    }
    for path in ["/register", "/login", "/spaces", "/change-password"] {
        for body in &bodies {
            refused(ann.post(path, body.clone()));
            refused(ann.put(path, body.clone()));
        }
    }
}

#[test]
fn answers_of_the_api_are_not_kept_by_anybody() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for path in ["/me", "/spaces", "/nothing"] {
        assert_eq!(
            ann.get(path).header("Cache-Control"),
            Some("no-store"),
            "{path}"
        );
    }
}

#[test]
fn other_origins_are_let_in_only_by_the_setting() {
    let origin = "https://app.example.org";
    let app = TestApp::with(|config| config.cors_origins = vec![origin.to_owned()]);
    let ann = app.person("ann");
    let reply = ann.get_with("/me", "Origin", origin);
    assert_eq!(reply.header("Access-Control-Allow-Origin"), Some(origin));
    assert_eq!(reply.header("Access-Control-Allow-Credentials"), None);
    assert_eq!(
        ann.get_with("/me", "Origin", "https://evil.example")
            .header("Access-Control-Allow-Origin"),
        None
    );

    let preflight = |path: &'static str, origin: &'static str| {
        let request = app
            .client()
            .options(path)
            .header(Header::new("Origin", origin));
        app.anonymous()
            .send(request.header(Header::new("Access-Control-Request-Method", "PUT")))
    };
    let reply = preflight("/shares/1", origin);
    assert_eq!((reply.status, reply.bytes.len()), (204, 0));
    assert_eq!(
        reply.header("Access-Control-Allow-Methods"),
        Some("DELETE, GET, HEAD, PUT")
    );
    assert_eq!(
        reply.header("Access-Control-Allow-Headers"),
        Some(
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Shared-Spaces-User, Tus-Resumable, \
             Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override"
        )
    );
    assert_eq!(preflight("/nothing", origin).status, 404);
    assert_eq!(preflight("/shares/1", "https://evil.example").status, 405);

    let closed = TestApp::new();
    assert_eq!(
        closed
            .anonymous()
            .get_with("/health", "Origin", origin)
            .header("Access-Control-Allow-Origin"),
        None
    );
}

#[test]
fn an_accept_header_that_makes_no_sense_means_text() {
    let app = TestApp::new();
    for accept in [
        "",
        ",",
        "json",
        "application",
        "application/json/x",
        "\u{fffd}",
    ] {
        app.anonymous()
            .get_with("/me", "Accept", accept)
            .is(401, "You aren't authorized");
    }
}

#[test]
fn media_types_are_written_in_any_case_and_boundaries_in_quotes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let post = |path: &'static str, kind: &'static str, body: Vec<u8>| {
        let kind = Header::new("Content-Type", kind);
        ann.send(app.client().post(path).header(kind).body(body))
    };
    let json = br#"{"name": "Family"}"#;
    post("/spaces", "Application/JSON; Charset=UTF-8", json.to_vec()).is_ok();
    let form = Form::text("Hello").body();
    for kind in [
        "Multipart/Form-Data; Boundary=a-boundary-that-no-photo-has",
        "multipart/form-data; boundary=\"a-boundary-that-no-photo-has\"",
        "multipart/form-data; charset=utf-8; boundary=a-boundary-that-no-photo-has",
    ] {
        let reply = post("/spaces/1/shares", kind, form.clone());
        assert_eq!(reply.status, 200, "{kind}: {}", reply.text());
    }
    let urlencoded = "application/x-www-form-urlencoded; charset=UTF-8";
    post("/spaces/1/shares", urlencoded, b"text=Hello".to_vec()).is_ok();
}

#[test]
fn what_was_asked_for_is_repeated_as_text_and_never_as_a_page() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let reply = ann.get("/spaces/%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    reply.is(
        404,
        "Space with ID '<script>alert(1)</script>' doesn't exist",
    );
    assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
}

#[test]
fn a_path_that_ends_too_early_leads_nowhere() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for path in [
        "/shares/", "/photos/", "/assets/", "/shares", "/photos", "/assets",
    ] {
        ann.get(path).is(404, "No such page or endpoint");
    }
}

#[test]
fn the_page_has_no_files_outside_its_folder() {
    let app = TestApp::new();
    for path in [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e%2findex.html",
        "/assets/..",
        "/..%2f",
    ] {
        app.anonymous()
            .get(path)
            .is(404, "No such page or endpoint");
    }
}

#[test]
fn a_slash_at_the_end_changes_no_answer() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for path in ["/spaces", "/spaces/1", "/spaces/1/members"] {
        let slash = format!("{path}/");
        assert_eq!(ann.get(&slash).is_ok(), ann.get(path).is_ok());
        let [plain, slash] =
            [path, slash.as_str()].map(|path| ann.send(app.client().patch(path.to_owned())));
        plain.is(405, "Method not allowed");
        slash.is(405, "Method not allowed");
        assert_eq!(slash.header("Allow"), plain.header("Allow"), "{path}/");
    }
}

/// Some frameworks let a form override the method; ours must not, whatever the text begins with.
#[test]
fn a_field_of_a_form_does_not_change_the_method() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let post = |path: &'static str, body: &'static str| {
        ann.send(app.client().post(path).header(ContentType::Form).body(body))
    };
    let share = ann.share(1, "Hello");
    assert_eq!(share, 1);
    post("/shares/1", "_method=delete").is(405, "Method not allowed");
    post("/shares/1", "_method=put&text=Goodbye").is(405, "Method not allowed");
    post("/spaces/1", "_method=delete").is(405, "Method not allowed");
    assert_eq!(ann.get("/shares/1").is_ok()["text"], "Hello");
    let shared = post("/spaces/1/shares", "_method=put&text=Hello+again").is_ok();
    assert_eq!(shared["text"], "Hello again");
}

#[test]
fn who_is_refused_from_another_origin_may_read_why() {
    let origin = "https://app.example.org";
    let app = TestApp::with(|config| config.cors_origins = vec![origin.to_owned()]);
    for path in ["/me", "/nothing", "/photos/1-1.png"] {
        let reply = app.anonymous().get_with(path, "Origin", origin);
        assert!(reply.status >= 400);
        assert_eq!(
            reply.header("Access-Control-Allow-Origin"),
            Some(origin),
            "{path}"
        );
    }
    // What may read answers may not use the cookie for that.
    let ann = app.person("ann");
    let request = app
        .client()
        .delete("/logout")
        .header(app.cookie(ann.token()))
        .header(Header::new("Origin", origin));
    app.anonymous()
        .send(request)
        .is(403, "Requests with the cookie must come from this site");
}
