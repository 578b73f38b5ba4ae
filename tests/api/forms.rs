//! Forms as clients and strangers write them: what is taken, what isn't, and what a form may cost.

use rocket::http::Header;
use serde_json::Value;

use crate::support::{Form, Person, Reply, TestApp, pictures};

const PATH: &str = "/spaces/1/shares";
const KIND: &str = "multipart/form-data; boundary=x";

/// Sends a body verbatim.
fn post(app: &TestApp, ann: &Person<'_>, path: &'static str, kind: &str, body: &[u8]) -> Reply {
    let kind = Header::new("Content-Type", kind.to_owned());
    ann.send(app.client().post(path).header(kind).body(body))
}

/// A part of a form whose boundary is `x`.
fn part(headers: &str, content: &[u8]) -> Vec<u8> {
    [
        b"--x\r\n",
        headers.as_bytes(),
        b"\r\n\r\n",
        content,
        b"\r\n",
    ]
    .concat()
}

fn text() -> Vec<u8> {
    part("Content-Disposition: form-data; name=\"text\"", b"Hello")
}

#[track_caller]
fn says(reply: &Reply, text: &str) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["text"], text);
}

#[test]
fn types_and_headers_may_be_written_in_any_way_that_the_standards_know() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let whole = [&text()[..], b"--x--\r\n"].concat();
    for kind in [
        "multipart/form-data; boundary=x;",
        "multipart/form-data; boundary=\"x\"",
        "Multipart/Form-Data; Boundary=x; charset=UTF-8",
        "multipart/form-data;charset=utf-8 ;boundary=x ;",
    ] {
        says(&post(&app, &ann, PATH, kind, &whole), "Hello");
    }
    for disposition in [
        "Content-Disposition: form-data; Name=\"text\"",
        "content-disposition: Form-Data; NAME=text",
        "CONTENT-DISPOSITION: FORM-DATA ; name = \"text\";",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition:form-data;name=\"te\\xt\"",
        "Content-Disposition: form-data; x=\"a; name=b\"; name=\"text\"",
    ] {
        let form = [part(disposition, b"Hello"), b"--x--".to_vec()].concat();
        says(&post(&app, &ann, PATH, KIND, &form), "Hello");
    }
    for kind in [
        "application/x-www-form-urlencoded;",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8;",
    ] {
        says(
            &post(&app, &ann, PATH, kind, b"text=Hello+you"),
            "Hello you",
        );
    }
}

#[test]
fn a_photo_is_taken_whatever_the_capitals_of_its_headers() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let photo = part(
        "content-disposition: FORM-DATA; NAME=\"file\"; FILENAME=\"a.png\"",
        &pictures::png(1),
    );
    let form = [&text()[..], &photo, b"--x--\r\n"].concat();
    let share = post(&app, &ann, PATH, KIND, &form).is_ok();
    assert!(share["image_url"].is_string(), "{share}");
    app.move_photos();
}

/// Some libraries name a file only so where its name has other letters than those of ASCII, and browsers write a backslash as
/// it is.
#[test]
fn a_photo_is_taken_however_the_name_of_its_file_is_written() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for (seed, name) in [
        "filename*=UTF-8''gr%C3%BC%C3%9Fe.png",
        "FileName*=utf-8'de'a.png",
        "filename*0=\"a\"; filename*1=\".png\"",
        "filename=\"C:\\photos\\\"",
        "filename=\"ä.png\"",
        "filename=a.png",
    ]
    .into_iter()
    .enumerate()
    {
        let header = format!("Content-Disposition: form-data; name=\"file\"; {name}");
        let photo = part(&header, &pictures::png(seed as u32));
        let form = [&text()[..], &photo, b"--x--\r\n"].concat();
        let share = post(&app, &ann, PATH, KIND, &form).is_ok();
        assert!(share["image_url"].is_string(), "{name}: {share}");
    }
    app.move_photos();
}

/// It might have been the photo, and a user who is told that it was stored may delete their own.
#[test]
fn a_part_that_does_not_say_what_it_is_in_a_way_that_can_be_read_refuses_the_form() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for header in [
        "Content-Disposition: form-data; name=\"file\"; filename=\"a.png",
        "Content-Disposition: form-data; name=\"file; filename=a.png",
    ] {
        let photo = part(header, &pictures::png(1));
        let form = [&text()[..], &photo, b"--x--\r\n"].concat();
        post(&app, &ann, PATH, KIND, &form).is(
            400,
            "The form can't be read: the headers of a part are malformed",
        );
    }
    assert_eq!(app.count("select count(*) from shares"), 0);
    assert_eq!(app.files(), [""; 0]);
}

/// As the first client of the original system sends it if no photo was chosen.
#[test]
fn a_part_that_is_called_file_and_names_no_file_is_none() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let no_file = part(
        "Content-Disposition: form-data; name=\"file\"",
        b"undefined",
    );
    let form = [&text()[..], &no_file, b"--x--\r\n"].concat();
    let share = post(&app, &ann, PATH, KIND, &form).is_ok();
    assert_eq!(share["image_url"], Value::Null);
}

#[test]
fn a_boundary_is_neither_missing_nor_longer_than_boundaries_are() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let long = "y".repeat(70);
    let form = |boundary: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHello\r\n--{boundary}--"
        )
    };
    let kind = |boundary: &str| format!("multipart/form-data; boundary={boundary}");
    says(
        &post(&app, &ann, PATH, &kind(&long), form(&long).as_bytes()),
        "Hello",
    );
    for boundary in ["", &format!("{long}y"), &"y".repeat(20_000), "\"x"] {
        let reply = post(&app, &ann, PATH, &kind(boundary), form(boundary).as_bytes());
        assert_eq!(reply.status, 415, "{}", reply.text());
    }
}

#[test]
fn what_stands_before_the_content_of_a_part_is_bounded() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let refusal = "The form can't be read: more than 16 KiB stand before the content of a part";
    let many = "a".repeat(8 * 1024 * 1024);
    let lines = "X-A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".repeat(100_000);
    for beginning in [
        many.clone(),
        "\r\n".repeat(1_000_000),
        format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{many}"),
        format!("--x\r\nContent-Disposition: form-data; name=\"{many}"),
        format!("--x\r\n{lines}"),
        format!("--x\r\n{many}"),
        format!("--x{}", " ".repeat(1_000_000)),
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\nb\r\n--x--",
            &many[..17_000]
        ),
    ] {
        let before = [text(), beginning.clone().into_bytes()].concat();
        // Without a boundary, all of it is the content of the part before.
        let also_behind = beginning.starts_with("--x").then_some(before);
        for form in also_behind.into_iter().chain([beginning.into_bytes()]) {
            let reply = post(&app, &ann, PATH, KIND, &form);
            assert_eq!(reply.status, 400);
            assert!(
                reply.text() == refusal
                    || reply
                        .text()
                        .ends_with("the headers of a part are malformed"),
                "{}",
                reply.text()
            );
        }
    }
    let close = format!(
        "Content-Disposition: form-data; name=\"text\"; filename=\"{}\"",
        &many[..16_000]
    );
    let form = [&b"A preamble\r\n"[..], &part(&close, b"Hello"), b"--x--"].concat();
    says(&post(&app, &ann, PATH, KIND, &form), "Hello");
}

#[test]
fn a_form_has_only_so_many_parts() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let other = part("Content-Disposition: form-data; name=\"other\"", b"");
    let form = |count| [other.repeat(count), text(), b"--x--".to_vec()].concat();
    says(&post(&app, &ann, PATH, KIND, &form(127)), "Hello");
    for count in [128, 50_000] {
        post(&app, &ann, PATH, KIND, &form(count))
            .is(400, "The form can't be read: it has more than 128 parts");
    }
}

#[test]
fn as_many_photos_as_a_share_may_have_come_in_a_form_with_all_that_is_said_of_each() {
    const PHOTOS: u32 = 50;
    let app =
        TestApp::with(|config| config.limits.media_per_share = PHOTOS as usize).leaving_jobs();
    let ann = app.person("ann");
    ann.space("Family");
    let form = (0..PHOTOS).fold(Form::text("An album"), |form, nth| {
        form.file(&pictures::png(nth))
            .part("caption", None, format!("Number {nth}").as_bytes())
            .part("taken_at", None, b"2019-07-14T06:30")
    });
    let share = ann.post_form(PATH, form).is_ok();
    let media = share["media"].as_array().unwrap();
    assert_eq!(media.len(), PHOTOS as usize);
    assert_eq!(media[49]["caption"], "Number 49");
    let other = part("Content-Disposition: form-data; name=\"other\"", b"");
    let form = [other.repeat(212), text(), b"--x--".to_vec()].concat();
    post(&app, &ann, PATH, KIND, &form)
        .is(400, "The form can't be read: it has more than 212 parts");
}

#[test]
fn what_stands_in_parts_that_arent_ours_and_behind_the_last_is_passed_over() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let nameless = part("Content-Type: text/plain", &vec![b'\r'; 3 * 1024 * 1024]);
    let form = [
        &nameless[..],
        &text(),
        b"--x--\r\n",
        &vec![b'-'; 1024 * 1024],
    ]
    .concat();
    says(&post(&app, &ann, PATH, KIND, &form), "Hello");
}

#[test]
fn a_packed_body_is_refused_and_the_answer_says_how_to_send_it() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let coded = |path: &'static str, kind: &'static str, coding: &'static str, body: &str| {
        let request = app
            .client()
            .post(path)
            .header(Header::new("Content-Type", kind));
        ann.send(
            request
                .header(Header::new("Content-Encoding", coding))
                .body(body),
        )
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for coding in ["gzip", "identity, br", "GZIP", "deflate"] {
        for reply in [
            coded(PATH, form, coding, "text=Hello"),
            coded("/spaces", json, coding, "{\"name\": \"Friends\"}"),
        ] {
            reply.is(
                415,
                "The body must be sent as it is, without a Content-Encoding",
            );
            assert_eq!(reply.header("Accept-Encoding"), Some("identity"));
        }
    }
    coded(PATH, form, "identity", "text=Hello").is_ok();
    coded("/spaces", json, "Identity", "{\"name\": \"Friends\"}").is_ok();
}

#[test]
fn json_may_begin_with_a_byte_order_mark_and_have_a_type_with_parameters() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = b"{\"name\": \"Family\"}";
    let marked = [&b"\xef\xbb\xbf"[..], space].concat();
    post(&app, &ann, "/spaces", "application/json", &marked).is_ok();
    post(
        &app,
        &ann,
        "/spaces",
        "Application/JSON; charset=utf-8;",
        space,
    )
    .is_ok();
    let twice = [&b"\xef\xbb\xbf"[..], &marked].concat();
    assert_eq!(
        post(&app, &ann, "/spaces", "application/json", &twice).status,
        400
    );
}
