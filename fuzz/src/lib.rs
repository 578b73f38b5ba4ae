//! A server in this process with one person and one photo, for the targets that ask one.

use rocket::http::{ContentType, Header};
use rocket::local::blocking::{Client, LocalResponse};
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::config::Config;

/// Ann, as she registers.
const REGISTRATION: &str =
    r#"{"login": "ann", "password": "correct horse", "confirm-password": "correct horse"}"#;
const LOGIN: &str = r#"{"login": "ann", "password": "correct horse"}"#;
/// Stored unchanged: it contains nothing but the picture.
const PHOTO: &[u8] = include_bytes!("../../crates/picture/fuzz/corpus/previews/still.plain.gif");

/// A server that runs in this process.
struct Server {
    client: Client,
    token: String,
    link: String,
}

fn start() -> Server {
    let folder = tempfile::tempdir().expect("a folder can be made").keep();
    let config = Config {
        data_dir: folder.join("data"),
        ..Config::default()
    };
    let app = App::open(config).expect("the settings are good");
    let client = Client::untracked(api::rocket(app)).expect("the server starts");
    let json = |path: &'static str, body: &'static str| {
        let reply = client
            .post(path)
            .header(ContentType::JSON)
            .body(body)
            .dispatch();
        said(reply)
    };
    json("/register", REGISTRATION);
    let token = between(&json("/login", LOGIN), "\"access_token\":\"", "\"");
    let authorization = Header::new("Authorization", format!("Bearer {token}"));
    let as_ann = |path: &'static str, kind: &'static str, body: Vec<u8>| {
        let request = client.post(path).header(Header::new("Content-Type", kind));
        let request = request.header(authorization.clone());
        said(request.body(body).dispatch())
    };
    as_ann(
        "/spaces",
        "application/json",
        br#"{"name": "Family"}"#.to_vec(),
    );
    let head = b"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nA photo\r\n\
        --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gif\"\r\n\r\n";
    let form = [head, PHOTO, b"\r\n--x--\r\n"].concat();
    let share = as_ann("/spaces/1/shares", "multipart/form-data; boundary=x", form);
    let link = format!("/photos/{}", between(&share, "/photos/", "\""));
    Server {
        client,
        token,
        link,
    }
}

/// What a server answered that did what it was asked.
fn said(reply: LocalResponse<'_>) -> String {
    let status = reply.status();
    let said = reply.into_string().unwrap_or_default();
    assert!(status.code < 300, "{status}: {said}");
    said
}

fn between(text: &str, before: &str, after: &str) -> String {
    let found = text
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once(after));
    found.expect("the answer has it").0.to_owned()
}

fn the_server() -> &'static Server {
    // Its client belongs to one thread, and libFuzzer has no more.
    thread_local! {
        static SERVER: &'static Server = Box::leak(Box::new(start()));
    }
    SERVER.with(|server| *server)
}

/// The server, and the token of a signed-in user.
pub fn server() -> (&'static Client, &'static str) {
    let server = the_server();
    (&server.client, &server.token)
}

/// The link to a photo, and its bytes.
pub fn photo() -> (&'static str, &'static [u8]) {
    (&the_server().link, PHOTO)
}

/// A refusal is one sentence, and reveals nothing about the inside.
pub fn is_sentence(reply: LocalResponse<'_>) {
    let kind = reply.content_type();
    assert_eq!(kind, Some(ContentType::Plain), "{:?}", reply.headers());
    let said = reply.into_string().expect("it is text");
    assert!(!said.is_empty() && said.len() < 500, "{said:?}");
    assert!(
        !said.contains("/src/") && !said.contains("panicked"),
        "{said:?}"
    );
}
