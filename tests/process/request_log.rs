//! The line that each request leaves in the log, and what none of them says.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use serde_json::Value;

use crate::support::{Server, command, picture, until};

/// The lines of requests, without the time.
fn lines(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap();
    let logged = text
        .lines()
        .filter_map(|line| line.split_once(" shared_spaces::request: "));
    logged.map(|(_, fields)| fields.to_owned()).collect()
}

/// Sends a request verbatim, and returns the request id of the response.
fn ask(server: &Server, request: &str) -> String {
    let mut connection = server.connect().unwrap();
    write!(
        connection,
        "{request}Host: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let head = answer.split("\r\n\r\n").next().unwrap();
    let id = head
        .lines()
        .find_map(|line| line.strip_prefix("x-request-id: "));
    id.unwrap_or_else(|| panic!("no id in {head}")).to_owned()
}

/// The line of the request with this id, once it is there: it is written when the answer is sent.
fn line_of(log: &Path, id: &str) -> String {
    let end = format!(" id=\"{id}\"");
    until("the line of a request", || {
        lines(log).into_iter().find(|line| line.ends_with(&end))
    })
}

#[test]
fn each_request_is_one_line_with_its_route_and_never_with_what_was_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let log = folder.join("log");
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.0/8"]"#);
    let server = Server::start_logged(serve, &log);
    let ann = server.person("ann");
    let space = ann.space("Garden");
    let share: Value = ann.share_photo(&space, &picture(60, 1));
    let link = share["image_url"].as_str().unwrap();
    let path = link
        .split_once("://")
        .map_or(link, |(_, rest)| &rest[rest.find('/').unwrap()..]);
    let token = ann.token();

    let id = ask(&server, &format!("GET {path} HTTP/1.1\r\n"));
    let photo = line_of(&log, &id);
    assert!(
        photo.starts_with("request method=\"GET\" route=\"/photos/<name>\" status=200 ms="),
        "{photo}"
    );

    let id = ask(
        &server,
        &format!("GET {space}/shares?limit=7 HTTP/1.1\r\nAuthorization: Bearer {token}\r\n"),
    );
    let list = line_of(&log, &id);
    assert!(
        list.starts_with("request method=\"GET\" route=\"/spaces/<id>/shares\" status=200 ms="),
        "{list}"
    );

    let id = ask(&server, "GET /nowhere/geheim?token=geheim HTTP/1.1\r\n");
    let nowhere = line_of(&log, &id);
    assert!(
        nowhere.starts_with("request method=\"GET\" route=\"-\" status=404 ms="),
        "{nowhere}"
    );

    let id = ask(
        &server,
        "GEHEIM /health HTTP/1.1\r\nX-Request-Id: ours-1\r\nX-Forwarded-For: 192.0.2.7\r\n",
    );
    assert_eq!(id, "ours-1");
    let odd = line_of(&log, &id);
    assert!(
        odd.starts_with("request method=\"other\" route=\"-\" status="),
        "{odd}"
    );

    let (signature, words) = (path.split_once('?').unwrap().1, "geheim");
    let all = lines(&log).join("\n");
    for secret in [signature, token, words, "GEHEIM", "limit=7", "Garden"] {
        assert!(!all.contains(secret), "{secret} is in\n{all}");
    }
    let mut ids: Vec<_> = all
        .lines()
        .filter_map(|line| line.split(" id=").nth(1))
        .collect();
    let requests = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), requests, "an id is twice in\n{all}");
}

#[test]
fn an_error_of_the_server_has_the_id_that_its_client_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let log = folder.join("log");
    let server = Server::start_logged(command(folder, &["serve", "--port", "0"]), &log);
    let ann = server.person("ann");
    let space = ann.space("Garden");
    let share = ann.share_photo(&space, &picture(60, 1));
    let name = until("the photo in the store of its space", || {
        crate::support::photos(&folder.join("data"))
            .into_iter()
            .find(|path| path.contains("space-id-1"))
    });
    let file = folder.join("data/photos").join(name);
    let space = file.parent().unwrap();
    fs::remove_dir_all(space).unwrap();
    fs::write(space, b"no folder").unwrap();
    let link = share["image_url"].as_str().unwrap();
    let path = &link[link.find("/photos/").unwrap()..];

    let id = ask(&server, &format!("GET {path} HTTP/1.1\r\n"));

    assert!(line_of(&log, &id).contains(" status=50"));
    let text = fs::read_to_string(&log).unwrap();
    let error = text
        .lines()
        .find(|line| line.contains("ERROR") && line.contains(&id));
    assert!(error.is_some(), "no error with {id} in\n{text}");
}
