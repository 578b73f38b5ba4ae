//! What must never be in the logs, at any log level.

use std::fs;
use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rusqlite::Connection;
use serde_json::{Value, json};
use shared_spaces::domain::tokens::Token;

use crate::support::{PASSWORD, Server, command, output, picture, until};

/// A secret, with what it is.
type Secret = (&'static str, Vec<u8>);

/// How bytes may be written.
fn forms(bytes: &[u8]) -> Vec<String> {
    let list = format!("{bytes:?}");
    let mut forms = vec![
        hex::encode(bytes),
        hex::encode_upper(bytes),
        STANDARD.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        list.trim_matches(['[', ']']).to_owned(),
    ];
    forms.extend(String::from_utf8(bytes.to_vec()));
    forms
}

/// Those of these that a text contains.
fn found<'a>(secrets: &'a [Secret], text: &str) -> Vec<&'a str> {
    let is_contained = |(_, secret): &&Secret| forms(secret).iter().any(|form| text.contains(form));
    secrets
        .iter()
        .filter(is_contained)
        .map(|(what, _)| *what)
        .collect()
}

/// A token, and what is stored of it.
fn token(secrets: &mut Vec<Secret>, what: &'static str, token: &str) {
    secrets.push((what, token.as_bytes().to_vec()));
    let hash = Token::given(token).hash();
    secrets.push(("what is stored of a token", hash.to_vec()));
}

fn last_part<'a>(url: &'a Value, before: &str) -> &'a str {
    url.as_str().unwrap().rsplit_once(before).unwrap().1
}

/// Sends a request whose head begins like this.
fn ask(server: &Server, head: &str, body: &Value) -> String {
    let body = body.to_string();
    let mut connection = server.connect().unwrap();
    write!(
        connection,
        "{head}\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn nothing_that_opens_a_door_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let log = folder.join("log");
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env("RUST_LOG", "trace");
    let server = Server::start_logged(serve, &log);
    let mut secrets: Vec<Secret> = Vec::new();
    for password in [PASSWORD, "better horse", "third horse", "no such horse"] {
        secrets.push(("a password", password.as_bytes().to_vec()));
    }

    let (ann, bob) = (server.person("ann"), server.person("bob"));
    assert!(server.sign_in("ann", "no such horse").is_none());
    let space = ann.space("Family");
    token(&mut secrets, "a session's token", ann.token());
    token(&mut secrets, "a session's token", bob.token());
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    let id = "select id from installation";
    let id: String = database.query_row(id, [], |row| row.get(0)).unwrap();
    let by_cookie = format!(
        "GET /me HTTP/1.1\r\nCookie: shared-spaces-{id}={}",
        bob.token()
    );
    assert!(ask(&server, &by_cookie, &json!(null)).contains(r#"{"id":2,"login":"bob","#));
    // Where people may put a token by mistake.
    let in_query = format!("/me?access_token={}", bob.token());
    assert_eq!(server.anybody().get(&in_query).unwrap().status, 401);

    let change = format!(
        "PUT /change-password HTTP/1.1\r\nAuthorization: Bearer {}",
        ann.token()
    );
    let passwords = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    assert!(ask(&server, &change, &passwords).ends_with("Password changed"));

    let made = ann.post(&format!("{space}/invitations"), &json!({}));
    let url = made.unwrap().json()["url"].clone();
    let invitation = last_part(&url, "#");
    token(&mut secrets, "an invitation", invitation);
    let account = json!({"login": "cid", "password": PASSWORD, "confirm-password": PASSWORD, "invitation": invitation});
    assert!(ask(&server, "POST /register HTTP/1.1", &account).contains(r#""login":"cid""#));

    let mut reset = command(folder, &["user", "reset-link", "bob"]);
    reset.env("RUST_LOG", "trace");
    let reset = output(reset, "");
    let said = String::from_utf8(reset.stdout).unwrap();
    let link = said.lines().find(|line| line.contains("/app/")).unwrap();
    let (_, held) = link.rsplit_once('#').unwrap();
    token(&mut secrets, "a reset's token", held);
    let new =
        json!({"token": held, "new-password": "third horse", "confirm-password": "third horse"});
    let redeem = "POST /password-resets/redeem HTTP/1.1";
    assert!(ask(&server, redeem, &new).ends_with("Password changed"));

    secrets.push(("a text", b"For the family alone".to_vec()));
    let shares = format!("{space}/shares");
    let shared = ann.post_form(&shares, "For the family alone", Some(&picture(24, 1)));
    let share = shared.unwrap().json();
    let signature = last_part(&share["image_url"], "signature=");
    secrets.push(("a link's signature", signature.as_bytes().to_vec()));
    assert_eq!(ann.fetch(&share["image_url"]).status, 200);
    let preview = &share["image"]["previews"]["small"]["url"];
    assert_eq!(ann.fetch(preview).status, 200);
    // A failing store is an error in the log, with the requested path.
    let moved = folder.join("data/photos/space-id-1/1.png");
    until("the photo to be moved", || moved.exists().then_some(()));
    fs::remove_file(&moved).unwrap();
    fs::create_dir(&moved).unwrap();
    let path = format!("/photos/{}", last_part(&share["image_url"], "/photos/"));
    // The response doesn't matter here: an error, or one that breaks off.
    let _broken = server.anybody().get(&path);
    fs::remove_dir(&moved).unwrap();

    secrets.push((
        "the key",
        fs::read(folder.join("data/signing.key")).unwrap(),
    ));
    let mut rotate = command(folder, &["keys", "rotate"]);
    rotate.env("RUST_LOG", "trace");
    let rotated = output(rotate, "");
    secrets.push((
        "the new key",
        fs::read(folder.join("data/signing.key")).unwrap(),
    ));
    assert_eq!(ann.fetch(&share["image_url"]).status, 403);
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    let mut hashes = database.prepare("select password_hash from users").unwrap();
    let hashes = hashes.query_map([], |row| row.get::<_, String>(0)).unwrap();
    secrets.extend(hashes.map(|hash| ("a password's hash", hash.unwrap().into_bytes())));
    assert_eq!(ann.delete("/logout").unwrap().status, 200);
    server.process.terminate();
    assert!(server.process.wait().success());

    let mut text = fs::read_to_string(&log).unwrap();
    assert!(
        text.contains("INFO shared_spaces") && text.contains("stopped"),
        "{text}"
    );
    for output in [reset.stderr, rotated.stderr, rotated.stdout] {
        text += &String::from_utf8(output).unwrap();
    }
    assert_eq!(found(&secrets, &text), [""; 0], "{text}");
    let written = format!("said {PASSWORD}");
    assert_eq!(
        found(&secrets, &written),
        ["a password"],
        "it would be found"
    );
}
