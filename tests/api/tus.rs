//! Uploads by tus 1.0.0: begun, gone on with, and what is refused.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rocket::http::{Header, Method};
use serde_json::json;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::support::{Person, Reply, TestApp, pictures};
use crate::uploads::{ann, waiting};

const CHUNK: &str = "application/offset+octet-stream";

/// A request with the headers of tus, and these.
fn tus(
    app: &TestApp,
    person: &Person<'_>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut request = app.client().req(method, path.to_owned());
    request.add_header(Header::new("Tus-Resumable", "1.0.0"));
    for (name, value) in headers {
        request.add_header(Header::new((*name).to_owned(), (*value).to_owned()));
    }
    person.send(request.body(body))
}

fn begin(app: &TestApp, person: &Person<'_>, length: usize) -> Reply {
    let length = length.to_string();
    let headers = [("Upload-Length", length.as_str())];
    tus(app, person, Method::Post, "/uploads", &headers, b"")
}

fn append(app: &TestApp, person: &Person<'_>, path: &str, at: usize, body: &[u8]) -> Reply {
    let at = at.to_string();
    let headers = [("Upload-Offset", at.as_str()), ("Content-Type", CHUNK)];
    tus(app, person, Method::Patch, path, &headers, body)
}

fn offset(app: &TestApp, person: &Person<'_>, path: &str) -> Option<usize> {
    let reply = tus(app, person, Method::Head, path, &[], b"");
    reply.header("Upload-Offset")?.parse().ok()
}

#[test]
fn an_upload_comes_piece_by_piece_and_is_then_a_photo() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    let begun = begin(&app, &ann, photo.len());
    assert_eq!(
        (
            begun.status,
            begun.header("Location"),
            begun.header("Upload-Offset")
        ),
        (201, Some("/uploads/1"), Some("0"))
    );
    assert_eq!(begun.header("Tus-Resumable"), Some("1.0.0"));
    let path = "/uploads/1";
    assert_eq!(ann.get(path).is_ok()["kind"], json!(null));
    ann.post("/spaces/1/shares", json!({"media": [{"upload": 1}]}))
        .is(409, "Upload with ID '1' isn't complete");
    let half = photo.len() / 2;
    let reply = append(&app, &ann, path, 0, &photo[..half]);
    assert_eq!((reply.status, reply.text().as_str()), (204, ""));
    assert_eq!(
        reply.header("Upload-Offset"),
        Some(half.to_string().as_str())
    );
    let head = tus(&app, &ann, Method::Head, path, &[], b"");
    assert_eq!(head.status, 200);
    assert_eq!(
        head.header("Upload-Offset"),
        Some(half.to_string().as_str())
    );
    assert_eq!(
        head.header("Upload-Length"),
        Some(photo.len().to_string().as_str())
    );
    assert_eq!(head.header("Cache-Control"), Some("no-store"));
    assert!(head.header("Upload-Expires").unwrap().ends_with(" GMT"));
    let app = app.restarted();
    let ann = app.anonymous().signed_in("ann");
    let last = append(&app, &ann, path, half, &photo[half..]);
    assert_eq!(last.status, 204);
    assert_eq!(ann.get(path).is_ok()["kind"], "photo");
    assert_eq!(offset(&app, &ann, path), Some(photo.len()));
    assert_eq!(append(&app, &ann, path, photo.len(), b"").status, 204);
    ann.post("/spaces/1/shares", json!({"media": [{"upload": 1}]}))
        .is_ok();
    assert_eq!(offset(&app, &ann, path), None);
    assert_eq!(waiting(&app), 0);
    app.move_photos();
}

#[test]
fn what_became_of_an_upload_that_came_in_pieces_is_read_at_its_address_by_its_owner() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    let film = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
    let photo = [&pictures::sample("tree.jpg")[..], film].concat();
    let path = "/uploads/1";
    assert_eq!(begin(&app, &ann, photo.len()).status, 201);
    assert_eq!(append(&app, &ann, path, 0, &photo[..99]).status, 204);
    let before = ann.get(path).is_ok();
    assert_eq!(
        (&before["offset"], &before["dropped"]),
        (&json!(99), &json!(null))
    );
    assert_eq!(append(&app, &ann, path, 99, &photo[99..]).status, 204);
    let whole = ann.send(app.client().post("/uploads").body(&photo)).json();
    let mut read = ann.get(path).is_ok();
    assert_eq!(read["dropped"], "motion_photo_film");
    for own in ["id", "expires_at"] {
        read[own] = whole[own].clone();
    }
    assert_eq!(read, whole);
    bob.get(path).is(404, "Upload with ID '1' doesn't exist");
    assert_eq!(offset(&app, &ann, path), Some(photo.len()));
}

#[test]
fn an_upload_may_begin_with_its_first_bytes() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    let length = photo.len().to_string();
    let headers = [("Upload-Length", length.as_str()), ("Content-Type", CHUNK)];
    let reply = tus(&app, &ann, Method::Post, "/uploads", &headers, &photo[..10]);
    assert_eq!(
        (reply.status, reply.header("Upload-Offset")),
        (201, Some("10"))
    );
    let whole = tus(&app, &ann, Method::Post, "/uploads", &headers, &photo);
    assert_eq!(
        (whole.status, whole.json()["kind"].as_str()),
        (201, Some("photo"))
    );
    // More than it has said.
    let more = [&photo[..], b"x"].concat();
    tus(&app, &ann, Method::Post, "/uploads", &headers, &more)
        .is(413, &format!("Upload max {length} bytes"));
}

#[test]
fn of_an_upload_that_fails_at_its_beginning_nothing_stays() {
    let app = TestApp::new();
    let ann = ann(&app);
    let before = app.snapshot();
    let post = |length: usize, checksum: &str, body: &[u8]| {
        let length = length.to_string();
        let headers = [
            ("Upload-Length", length.as_str()),
            ("Content-Type", CHUNK),
            ("Upload-Checksum", checksum),
        ];
        tus(&app, &ann, Method::Post, "/uploads", &headers, body)
    };
    let sum = |body: &[u8]| format!("sha1 {}", STANDARD.encode(Sha1::digest(body)));
    // Of another body; of more than was announced; of what isn't taken.
    post(100, &sum(b"one"), b"two").is(460, "The bytes have another checksum, and were dropped");
    post(2, &sum(b"two"), b"two").is(413, "Upload max 2 bytes");
    assert_eq!(post(4, &sum(b"text"), b"text").status, 415);
    assert_eq!(app.snapshot(), before);
    assert_eq!(waiting(&app), 0);
    assert_eq!(post(100, &sum(b"two"), b"two").status, 201);
}

#[test]
fn under_a_key_an_upload_stays_for_whoever_was_told_of_it_though_its_first_bytes_fail() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    let length = photo.len().to_string();
    let headers = [
        ("Upload-Length", length.as_str()),
        ("Content-Type", CHUNK),
        ("Upload-Checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("Idempotency-Key", "one"),
    ];
    let first = tus(&app, &ann, Method::Post, "/uploads", &headers, &photo);
    assert_eq!(first.status, 460);
    // As the retry of the same client is told, which then continues there.
    let headers = [
        ("Upload-Length", length.as_str()),
        ("Idempotency-Key", "one"),
    ];
    let again = tus(&app, &ann, Method::Post, "/uploads", &headers, b"");
    let path = again.header("Location").unwrap().to_owned();
    assert_eq!((again.status, path.as_str()), (201, "/uploads/1"));
    assert_eq!(append(&app, &ann, &path, 0, &photo).status, 204);
    assert_eq!(ann.get(&path).is_ok()["kind"], "photo");
}

#[test]
fn a_whole_body_under_the_key_of_an_upload_that_comes_piece_by_piece_is_refused() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    let length = photo.len().to_string();
    let key = ("Idempotency-Key", "one");
    let headers = [("Upload-Length", length.as_str()), key];
    let begun = tus(&app, &ann, Method::Post, "/uploads", &headers, b"");
    assert_eq!(begun.status, 201);
    let whole = || {
        let request = app.client().post("/uploads").body(&photo);
        ann.send(request.header(Header::new(key.0, key.1)))
    };
    whole().is(422, "This Idempotency-Key was used for another upload");
    assert_eq!(append(&app, &ann, "/uploads/1", 0, &photo).status, 204);
    assert_eq!(whole().json()["id"], json!(1));
}

#[test]
fn what_comes_behind_the_last_byte_is_refused() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    begin(&app, &ann, photo.len());
    let path = "/uploads/1";
    assert_eq!(append(&app, &ann, path, 0, &photo).status, 204);
    let before = app.snapshot();
    append(&app, &ann, path, photo.len(), b"more")
        .is(413, &format!("Upload max {} bytes", photo.len()));
    assert_eq!(app.snapshot(), before);
    assert_eq!(append(&app, &ann, path, photo.len(), b"").status, 204);
}

#[test]
fn a_piece_without_bytes_lets_an_upload_stay_no_longer() {
    let app = TestApp::new();
    let ann = ann(&app);
    begin(&app, &ann, 100);
    let path = "/uploads/1";
    append(&app, &ann, path, 0, b"0123456789");
    let expires = || {
        let reply = tus(&app, &ann, Method::Head, path, &[], b"");
        reply.header("Upload-Expires").unwrap().to_owned()
    };
    let before = expires();
    app.app.clock.advance(Duration::from_secs(60 * 60));
    let reply = append(&app, &ann, path, 10, b"");
    assert_eq!(reply.header("Upload-Expires"), Some(before.as_str()));
    assert_eq!(expires(), before);
    let reply = append(&app, &ann, path, 10, b"x");
    assert_ne!(reply.header("Upload-Expires"), Some(before.as_str()));
    assert_eq!(reply.header("Upload-Expires"), Some(expires().as_str()));
}

#[test]
fn what_the_server_can_do_is_told_to_anybody() {
    let app = TestApp::new();
    let reply = app.anonymous().send(app.client().options("/uploads"));
    assert_eq!(reply.status, 204);
    let told = |name| reply.header(name).unwrap();
    assert_eq!(told("Tus-Version"), "1.0.0");
    assert_eq!(
        told("Tus-Extension"),
        "creation,creation-with-upload,expiration,termination,checksum"
    );
    assert_eq!(told("Tus-Checksum-Algorithm"), "sha1,sha256");
    assert_eq!(told("Tus-Max-Size"), "500000000");
}

#[test]
fn what_another_version_or_a_malformed_header_asks_changes_nothing() {
    let app = TestApp::new();
    let ann = ann(&app);
    begin(&app, &ann, 100);
    append(&app, &ann, "/uploads/1", 0, b"0123456789");
    let before = app.snapshot();
    let version =
        "This server speaks tus 1.0.0: the request must have the header Tus-Resumable: 1.0.0";
    for (method, path) in [
        (Method::Post, "/uploads"),
        (Method::Patch, "/uploads/1"),
        (Method::Delete, "/uploads/1"),
    ] {
        let request = app.client().req(method, path);
        let reply = ann.send(request.header(Header::new("Tus-Resumable", "0.2.2")));
        reply.is(412, version);
        assert_eq!(reply.header("Tus-Version"), Some("1.0.0"));
        assert_eq!(reply.header("Tus-Resumable"), Some("1.0.0"));
    }
    assert_eq!(ann.send(app.client().head("/uploads/1")).status, 412);
    assert_eq!(ann.send(app.client().patch("/uploads/1")).status, 412);
    // Taken for a whole file, its beginning would be called complete.
    for (name, value) in [
        ("Upload-Length", "9"),
        ("Upload-Checksum", "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
        ("Content-Type", CHUNK),
    ] {
        let request = app
            .client()
            .post("/uploads")
            .header(Header::new(name, value));
        ann.send(request.body(b"abc")).is(412, version);
    }
    let post = |headers: &[(&str, &str)], body: &[u8]| {
        tus(&app, &ann, Method::Post, "/uploads", headers, body)
    };
    let length = "The header Upload-Length must be given once, as a number";
    for headers in [
        &[][..],
        &[("Upload-Defer-Length", "1")],
        &[("Upload-Length", "-1")],
        &[("Upload-Length", "9223372036854775808")],
        &[("Upload-Length", "many")],
    ] {
        post(headers, b"").is(400, length);
    }
    let concat = [("Upload-Length", "9"), ("Upload-Concat", "partial")];
    post(&concat, b"").is(
        400,
        "An upload is sent as one, and not in parts that are put together",
    );
    post(&[("Upload-Length", "500000001")], b"").is(413, "Video max 500000000 bytes");
    let patch =
        |headers: &[(&str, &str)]| tus(&app, &ann, Method::Patch, "/uploads/1", headers, b"abc");
    let kind = "The bytes must be sent with Content-Type: application/offset+octet-stream";
    patch(&[("Upload-Offset", "10")]).is(415, kind);
    patch(&[("Content-Type", CHUNK)]).is(
        400,
        "The header Upload-Offset must be given once, as a number",
    );
    let sum = "The header Upload-Checksum must name sha1 or sha256, and the checksum in base64";
    for checksum in ["md5 AAAAAAAAAAAAAAAAAAAAAA==", "sha1 ?", "sha1"] {
        patch(&[
            ("Content-Type", CHUNK),
            ("Upload-Offset", "10"),
            ("Upload-Checksum", checksum),
        ])
        .is(400, sum);
    }
    for wrong in [0, 9, 11, 1000] {
        append(&app, &ann, "/uploads/1", wrong, b"x")
            .is(409, "Upload with ID '1' goes on at byte 10");
    }
    append(&app, &ann, "/uploads/1", 10, &[0; 91]).is(413, "Upload max 100 bytes");
    assert_eq!(app.snapshot(), before);
    assert_eq!(offset(&app, &ann, "/uploads/1"), Some(10));
}

#[test]
fn a_piece_with_another_checksum_is_as_if_it_had_never_come() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::png(1);
    begin(&app, &ann, photo.len());
    let send = |at: usize, body: &[u8], checksum: &str| {
        let at = at.to_string();
        let headers = [
            ("Upload-Offset", at.as_str()),
            ("Content-Type", CHUNK),
            ("Upload-Checksum", checksum),
        ];
        tus(&app, &ann, Method::Patch, "/uploads/1", &headers, body)
    };
    let (first, rest) = photo.split_at(50);
    let sha1 = format!("sha1 {}", STANDARD.encode(Sha1::digest(first)));
    let sha256 = format!("sha256 {}", STANDARD.encode(Sha256::digest(rest)));
    let dropped = "The bytes have another checksum, and were dropped";
    send(0, b"something else", &sha1).is(460, dropped);
    assert_eq!(offset(&app, &ann, "/uploads/1"), Some(0));
    assert_eq!(send(0, first, &sha1).status, 204);
    send(50, &rest[1..], &sha256).is(460, dropped);
    assert_eq!(offset(&app, &ann, "/uploads/1"), Some(50));
    assert_eq!(send(50, rest, &sha256).status, 204);
    assert_eq!(ann.get("/uploads/1").is_ok()["kind"], "photo");
}

#[test]
fn an_upload_of_somebody_else_is_none() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    begin(&app, &ann, 100);
    let before = app.snapshot();
    for path in ["/uploads/1", "/uploads/2", "/uploads/x"] {
        assert_eq!(offset(&app, &bob, path), None);
        let missing = format!(
            "Upload with ID '{}' doesn't exist",
            &path["/uploads/".len()..]
        );
        append(&app, &bob, path, 0, b"abc").is(404, &missing);
        tus(&app, &bob, Method::Delete, path, &[], b"").is(404, &missing);
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn what_turns_out_to_be_no_photo_is_refused_with_its_last_byte_and_gone() {
    let app = TestApp::new();
    let ann = ann(&app);
    begin(&app, &ann, 10);
    append(&app, &ann, "/uploads/1", 0, b"0123456789").is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    ann.get("/uploads/1")
        .is(404, "Upload with ID '1' doesn't exist");
    begin(&app, &ann, 0).is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    assert_eq!(waiting(&app), 0);
}

#[test]
fn clients_that_can_only_post_say_what_they_mean() {
    let app = TestApp::new();
    let ann = ann(&app);
    begin(&app, &ann, 10);
    let headers = [
        ("X-HTTP-Method-Override", "PATCH"),
        ("Upload-Offset", "0"),
        ("Content-Type", CHUNK),
    ];
    let reply = tus(&app, &ann, Method::Post, "/uploads/1", &headers, b"abc");
    assert_eq!(
        (reply.status, reply.header("Upload-Offset")),
        (204, Some("3"))
    );
    let headers = [("X-HTTP-Method-Override", "DELETE")];
    let reply = tus(&app, &ann, Method::Post, "/uploads/1", &headers, b"");
    assert_eq!(reply.status, 204);
    assert_eq!(ann.get("/uploads/1").status, 404);
}

#[test]
fn each_piece_moves_the_end_of_an_upload() {
    let app = TestApp::new();
    let ann = ann(&app);
    begin(&app, &ann, 10);
    let hours = Duration::from_secs(60 * 60);
    app.app.clock.advance(20 * hours);
    append(&app, &ann, "/uploads/1", 0, b"abc");
    app.app.clock.advance(20 * hours);
    app.wait(app.app.expiry().run_once()).unwrap();
    assert_eq!(offset(&app, &ann, "/uploads/1"), Some(3));
    app.app.clock.advance(4 * hours);
    assert_eq!(offset(&app, &ann, "/uploads/1"), None);
    append(&app, &ann, "/uploads/1", 3, b"def").is(404, "Upload with ID '1' doesn't exist");
    assert_eq!(app.wait(app.app.expiry().run_once()).unwrap(), 1);
}

#[test]
fn uploads_that_never_come_are_bounded() {
    let app = TestApp::with(|config| config.limits.waiting_uploads = 50);
    let ann = ann(&app);
    let made = (0..60).filter(|_| begin(&app, &ann, 1000).status == 201);
    assert_eq!(made.count(), 50);
    assert_eq!(waiting(&app), 50);
}

#[test]
fn the_bytes_that_an_upload_is_to_have_count_from_its_beginning() {
    let app = TestApp::with(|config| config.limits.waiting_bytes = 1000);
    let ann = ann(&app);
    assert_eq!(begin(&app, &ann, 600).status, 201);
    begin(&app, &ann, 600).is(413, "Uploads that wait for their share max 1000 bytes");
    assert_eq!(begin(&app, &ann, 400).status, 201);
}

#[test]
fn pages_of_other_origins_may_use_it_where_they_may_use_anything() {
    let app = TestApp::with(|config| {
        config.cors_origins = vec![String::from("https://app.example.org")];
    });
    let preflight = app.client().options("/uploads/1");
    let preflight = preflight
        .header(Header::new("Origin", "https://app.example.org"))
        .header(Header::new("Access-Control-Request-Method", "PATCH"));
    let reply = app.anonymous().send(preflight);
    assert_eq!(reply.status, 204);
    let methods = reply.header("Access-Control-Allow-Methods").unwrap();
    assert_eq!(methods, "DELETE, GET, HEAD, OPTIONS, PATCH");
    let allowed = reply.header("Access-Control-Allow-Headers").unwrap();
    for name in ["Tus-Resumable", "Upload-Offset", "Upload-Checksum"] {
        assert!(allowed.split(", ").any(|header| header == name), "{name}");
    }
    let exposed = reply.header("Access-Control-Expose-Headers").unwrap();
    for name in ["Location", "Upload-Offset", "Upload-Expires"] {
        assert!(exposed.split(", ").any(|header| header == name), "{name}");
    }
}
