//! The audit log for the operator, and what fail2ban makes of it.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, command, output, picture, until};

/// The event of a line and its fields, without the time: `sign-in failed address=… login=…`.
fn lines(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap();
    let events = text.lines().filter_map(|line| {
        let (before, event) = line.split_once(" shared_spaces::record: ")?;
        let (_, level) = before.split_once(' ')?;
        Some(format!("{} {event}", level.trim()))
    });
    events.collect()
}

fn start(folder: &Path, settings: &[(&str, &str)]) -> Server {
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.envs(settings.iter().copied());
    Server::start_logged(serve, &folder.join("log"))
}

fn end(server: Server) {
    server.process.terminate();
    assert!(server.process.wait().success());
}

/// Sends a JSON body with these headers, and returns the status line of the response.
fn send(server: &Server, request: &str, headers: &str, body: &Value) -> String {
    let body = body.to_string();
    let mut connection = server.connect().unwrap();
    write!(
        connection,
        "{request} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    reply.lines().next().unwrap().to_owned()
}

fn sign_in(server: &Server, headers: &str, login: &str, password: &str) -> String {
    let body = json!({"login": login, "password": password});
    send(server, "POST /login", headers, &body)
}

#[test]
fn each_thing_that_an_operator_must_know_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = start(folder, &[("SHARED_SPACES_RATE_LIMITS__ACCOUNT_BURST", "2")]);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    let made = ann
        .post(&format!("{space}/invitations"), &json!({"uses": 2}))
        .unwrap()
        .json();
    let url = made["url"].as_str().unwrap().to_owned();
    let token = url.rsplit_once('#').unwrap().1;
    assert_eq!(
        bob.post("/invitations/accept", &json!({"token": token}))
            .unwrap()
            .status,
        200
    );
    let cid = json!({"login": "cid", "password": PASSWORD, "confirm-password": PASSWORD, "invitation": token});
    assert_eq!(
        server.anybody().post("/register", &cid).unwrap().status,
        200
    );
    let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
    let as_ann = bearer(ann.token());
    send(
        &server,
        &format!("PUT {space}/members/2"),
        &as_ann,
        &json!({"is-admin": true}),
    );
    send(
        &server,
        &format!("PUT {space}/members/2"),
        &as_ann,
        &json!({"is-admin": false}),
    );
    assert_eq!(
        ann.delete(&format!("{space}/members/2")).unwrap().status,
        200
    );
    assert_eq!(
        ann.post(&format!("{space}/members"), &json!({"login": "bob"}))
            .unwrap()
            .status,
        200
    );
    let more = ann
        .post(&format!("{space}/invitations"), &json!({}))
        .unwrap()
        .json();
    let more = format!("{space}/invitations/{}", more["id"]);
    assert_eq!(ann.delete(&more).unwrap().status, 204);
    let own = bob.space("Mine");
    assert_eq!(bob.delete(&own).unwrap().status, 200);
    let feeds = format!("{space}/feeds");
    for _ in 0..2 {
        assert_eq!(bob.post(&feeds, &json!({})).unwrap().status, 201);
    }
    assert_eq!(bob.delete(&format!("{feeds}/1")).unwrap().status, 204);
    let change = |old: &str| {
        let body = json!({"old-password": old, "new-password": "better horse", "confirm-password": "better horse"});
        send(&server, "PUT /change-password", &bearer(bob.token()), &body)
    };
    assert!(change("no such horse").contains(" 401 "));
    assert!(change(PASSWORD).contains(" 200 "));
    for _ in 0..4 {
        sign_in(&server, "", "nobody", "no such horse");
    }
    let by_command = |arguments: &[&str]| {
        let said = output(command(folder, arguments), "third horse\n");
        assert!(said.status.success());
        (
            String::from_utf8(said.stdout).unwrap(),
            String::from_utf8(said.stderr).unwrap(),
        )
    };
    let (said, log) = by_command(&["user", "reset-link", "bob"]);
    assert!(
        log.contains(
            " INFO shared_spaces::record: reset link made by=command-line user=2 login=\"bob\""
        ),
        "{log}"
    );
    let held = said
        .lines()
        .find_map(|line| line.split_once("/app/password-reset#"))
        .unwrap()
        .1;
    let new =
        json!({"token": held, "new-password": "third horse", "confirm-password": "third horse"});
    assert_eq!(
        server
            .anybody()
            .post("/password-resets/redeem", &new)
            .unwrap()
            .status,
        200
    );
    for (arguments, line) in [
        (
            &["user", "add", "dee"][..],
            "INFO shared_spaces::record: account made by=command-line user=4 login=\"dee\"",
        ),
        (
            &["user", "reset-password", "dee"],
            "INFO shared_spaces::record: password reset by=command-line user=4 login=\"dee\"",
        ),
        (
            &["user", "remove", "dee", "--yes"],
            "INFO shared_spaces::record: account removed by=command-line user=4 login=\"dee\"",
        ),
        (
            &["invitation", "add"],
            "INFO shared_spaces::record: invitation made by=command-line invitation=3 uses=1",
        ),
        (
            &["invitation", "revoke", "3"],
            "INFO shared_spaces::record: invitation revoked by=command-line invitation=3",
        ),
        (
            &["keys", "rotate"],
            "WARN shared_spaces::record: keys rotated by=command-line",
        ),
    ] {
        let (_, log) = by_command(arguments);
        assert!(log.contains(line) && log.lines().count() == 1, "{log}");
    }
    assert_eq!(
        ann.post_form(&format!("{space}/shares"), "Hello", None)
            .unwrap()
            .status,
        200
    );
    assert_eq!(ann.get(&format!("{space}/shares")).unwrap().status, 200);
    end(server);
    let here = "address=127.0.0.1";
    let expected = [
        format!("INFO account made {here} user=1 login=\"ann\""),
        format!("INFO signed in {here} user=1 login=\"ann\""),
        format!("INFO account made {here} user=2 login=\"bob\""),
        format!("INFO signed in {here} user=2 login=\"bob\""),
        format!("INFO invitation made {here} by=1 invitation=1 space=1 uses=2"),
        format!("INFO invitation used {here} by=2 user=2 login=\"bob\" space=1"),
        format!("INFO account made {here} user=3 login=\"cid\""),
        format!("INFO invitation used {here} user=3 login=\"cid\" space=1"),
        format!("INFO member promoted {here} by=1 space=1 user=2"),
        format!("INFO member demoted {here} by=1 space=1 user=2"),
        format!("INFO member removed {here} by=1 space=1 user=2"),
        format!("INFO member added {here} by=1 space=1 login=\"bob\""),
        format!("INFO invitation made {here} by=1 invitation=2 space=1 uses=1"),
        format!("INFO invitation revoked {here} by=1 invitation=2"),
        format!("INFO space deleted {here} by=2 space=2"),
        format!("INFO feed made {here} by=2 feed=1 space=1"),
        format!("INFO feed made {here} by=2 feed=2 space=1"),
        format!("INFO feed revoked {here} by=2 feed=1"),
        format!("WARN wrong password {here} by=2 login=\"bob\""),
        format!("INFO password changed {here} by=2 user=2 login=\"bob\""),
        format!("INFO feed revoked {here} by=2 feed=2"),
        format!("WARN sign-in failed {here} login=\"nobody\""),
        format!("WARN sign-in failed {here} login=\"nobody\""),
        // Of those that follow, one a minute is enough.
        format!("WARN limit met {here} route=\"POST /login\""),
        format!("INFO password reset {here} user=2 login=\"bob\""),
    ];
    let events = lines(&folder.join("log"));
    let (first, rest) = events.split_at(expected.len().min(events.len()));
    assert_eq!(first, expected);
    assert!(
        rest.iter()
            .all(|line| line == "WARN keys rotated by=command-line"),
        "{rest:?}"
    );
}

#[test]
fn a_photo_that_cant_be_deleted_is_one_line_with_how_often_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = start(folder, &[]);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    let photo = folder.join("data/photos/space-id-1/1.png");
    until("the photo to be moved", || photo.is_file().then_some(()));
    // No program can delete it as a file.
    fs::remove_file(&photo).unwrap();
    fs::create_dir(&photo).unwrap();
    fs::write(photo.join("in the way"), "").unwrap();
    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    end(server);
    // Nor an abandoned upload.
    let upload = folder.join("data/photos/temp/1-9.png");
    fs::create_dir(&upload).unwrap();
    fs::write(upload.join("in the way"), "").unwrap();

    let server = start(folder, &[]);
    end(server);
    let events = lines(&folder.join("log"));
    let failed: Vec<_> = events
        .iter()
        .filter_map(|line| line.strip_prefix("ERROR deletion failed "))
        .collect();
    let [line, of_upload] = failed[..] else {
        panic!("{events:?}")
    };
    assert!(line.starts_with("photos=1 attempts=1 since=20"), "{line}");
    assert!(line.contains("Z why=\"") && line.ends_with('"'), "{line}");
    assert!(
        of_upload.starts_with("photos=1 attempts=1 why=\""),
        "{of_upload}"
    );
}

#[test]
fn fail2ban_bans_who_guesses_and_nobody_whom_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let settings = [
        ("SHARED_SPACES_TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
        ("SHARED_SPACES_RATE_LIMITS__ADDRESS_BURST", "30"),
    ];
    let server = start(folder, &settings);
    server.person("ann");
    let from = |address: &str| format!("X-Forwarded-For: {address}\r\n");
    let victim = "203.0.113.9";
    let hostile = [
        "ann".to_owned(),
        format!("x\" address={victim} login=\"y"),
        format!("x\" WARN shared_spaces::record: sign-in failed address={victim} login=\"y"),
        format!(
            "x\n2026-01-01T00:00:00.000000Z  WARN shared_spaces::record: sign-in failed address={victim} login=\"y\""
        ),
        format!(
            "x\r\n\u{2028}\u{85}WARN shared_spaces::record: sign-in failed address={victim} login=\"y\""
        ),
        format!("from {victim} port 22"),
        format!("\u{1b}[2K\u{1b}[1G\u{202e}\u{8}{victim}"),
        format!("\\\" address={victim}"),
        "a".repeat(10_000),
    ];
    for login in &hostile {
        let status = sign_in(&server, &from("198.51.100.7"), login, "no such horse");
        assert!(
            status.contains(" 401 ") || status.contains(" 400 "),
            "{status}"
        );
    }
    sign_in(&server, &from("2001:db8::7"), "ann", "no such horse");
    // fail2ban ignores successful sign-ins.
    assert!(sign_in(&server, &from("198.51.100.8"), "ann", PASSWORD).contains(" 200 "));
    // What a client of the proxy claims isn't trusted.
    sign_in(
        &server,
        &from(&format!("{victim}, 198.51.100.7")),
        "ann",
        "no such horse",
    );
    end(server);

    let log = folder.join("log");
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.lines().all(|line| line.len() < 2000), "{text}");
    assert!(
        !text.contains(['\u{1b}', '\u{202e}', '\u{85}', '\u{2028}', '\r']),
        "{text}"
    );
    // As systemd's journal and syslog have it.
    let journal = folder.join("journal");
    let prefixed = text
        .lines()
        .map(|line| format!("Nov 28 01:22:53 home shared-spaces[4242]: {line}\n"));
    fs::write(&journal, prefixed.collect::<String>()).unwrap();
    let failed = lines(&log)
        .iter()
        .filter(|line| line.contains("sign-in failed"))
        .count();
    assert!(failed >= 3);
    for log in [&log, &journal] {
        let found = banned(log);
        assert_eq!(found.len(), failed, "{found:?}\n{text}");
        assert!(
            found
                .iter()
                .all(|address| address == "198.51.100.7" || address == "2001:db8::7"),
            "{found:?}"
        );
        assert!(
            found.iter().any(|address| address == "2001:db8::7"),
            "{found:?}"
        );
    }
}

#[test]
fn fail2ban_bans_who_wants_too_many_connections() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let setting = ("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "1");
    let server = start(folder, &[setting]);
    let _first = server.connect_from(7).unwrap();
    for _ in 0..3 {
        let mut next = server.connect_from(7).unwrap();
        assert!(matches!(next.read(&mut [0]), Ok(0) | Err(_)));
    }
    end(server);
    let log = folder.join("log");
    let line = "WARN connection refused address=127.0.0.7 limit=\"connections.max_per_ip\"";
    assert!(lines(&log).iter().any(|event| event == line));
    let found = banned(&log);
    assert!(
        !found.is_empty() && found.iter().all(|address| address == "127.0.0.7"),
        "{found:?}"
    );
}

/// The addresses that fail2ban finds in a log by our filter, one for each line that it takes.
pub(crate) fn banned(log: &Path) -> Vec<String> {
    let filter = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/fail2ban/shared-spaces.conf"
    );
    let run = Command::new("fail2ban-regex")
        .args(["--out", "ip"])
        .arg(log)
        .arg(filter)
        .output()
        .unwrap_or_else(|error| {
            panic!("fail2ban-regex can't be run ({error}): scripts/needs installs it")
        });
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let said = String::from_utf8(run.stdout).unwrap();
    said.lines().map(str::to_owned).collect()
}
