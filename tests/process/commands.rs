//! Commands that are given in a wrong place or in a wrong way, and what the right ones list.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::said::misunderstood;
use crate::support::{PASSWORD, Process, Server, command, fails, output, succeeds, until};

#[test]
fn no_command_but_serve_makes_an_installation() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["user", "list"][..],
        &["user", "add", "ann"],
        &["user", "reset-password", "ann"],
        &["user", "reset-link", "ann"],
        &["user", "remove", "ann", "--yes"],
        &["invitation", "add"],
        &["invitation", "list"],
        &["invitation", "revoke", "1"],
        &["user", "disable", "ann"],
        &["user", "enable", "ann"],
        &["user", "sessions", "ann"],
        &["space", "list"],
        &["space", "show", "1"],
        &["space", "transfer", "1", "ann"],
        &["space", "remove", "1", "--yes"],
        &["status"],
        &["photos", "failed"],
        &["photos", "retry", "--all"],
        &["photos", "move", "--to", "s3"],
        &["photos", "move", "--to", "local"],
        &["keys", "rotate"],
        &["backup", "here.tar.zst"],
        &["backup"],
    ] {
        let complaint = fails(folder.path(), arguments, PASSWORD);
        let data = folder.path().join("data");
        assert!(
            complaint.contains(&format!(
                "There is no installation in the data folder {}",
                data.display()
            )) && complaint.contains("--data-dir"),
            "{arguments:?}: {complaint}"
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "{arguments:?}"
        );
    }
    let worker = command(folder.path(), &["worker"]);
    let worker = Process::start_and_wait_for(worker, "waiting for a server to create it");
    worker.terminate();
    worker.wait();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // What is left of a first start that failed immediately isn't an installation either.
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/shared-spaces.db"), "").unwrap();
    let complaint = fails(folder.path(), &["user", "list"], "");
    assert!(
        complaint.contains("There is no installation"),
        "{complaint}"
    );
}

#[test]
fn lists_are_there_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let list = |words: &[&str]| succeeds(folder.path(), words, "");
    let parsed = |words: &[&str]| -> Value { serde_json::from_str(&list(words)).unwrap() };
    assert_eq!(list(&["space", "list"]), "There are no spaces yet.\n");
    assert_eq!(parsed(&["space", "list", "--json"]), json!([]));
    let (ann, _bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    ann.space("Garden");
    ann.post(&format!("{space}/members"), &json!({"login": "bob"}))
        .unwrap();
    ann.post_form(&format!("{space}/shares"), "Hello", None)
        .unwrap();
    assert_eq!(
        list(&["space", "list"]),
        "1\t2 members\t1 share\tFamily\n2\t1 member\t0 shares\tGarden\n"
    );
    assert_eq!(
        parsed(&["space", "list", "--json"])[0],
        json!({"id": 1, "name": "Family", "members": 2, "shares": 1})
    );
    assert_eq!(
        parsed(&["user", "list", "--json"]),
        json!([
            {"id": 1, "login": "ann", "name": "ann", "is_operator": true},
            {"id": 2, "login": "bob", "name": "bob", "is_operator": false}
        ])
    );
    list(&["invitation", "add", "--space", "2"]);
    assert_eq!(
        parsed(&["invitation", "list", "--json"])[0]["space_id"],
        json!(2)
    );
    assert_eq!(
        parsed(&["photos", "failed", "--json"]),
        json!({"photos": [], "foreign": [], "remaining": 0, "without_previews": []})
    );
    let findings = parsed(&["doctor", "--json"]);
    let findings = findings.as_array().unwrap();
    assert!(
        findings.iter().any(|finding| finding["severity"] == "ok"),
        "{findings:?}"
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding["message"].is_string()),
        "{findings:?}"
    );
    let no_photo_failed = json!({
        "severity": "ok", "code": "no_photo_failed", "params": {}, "message": "No photo has failed"
    });
    assert!(findings.contains(&no_photo_failed), "{findings:?}");
    let folder = &findings
        .iter()
        .find(|finding| finding["code"] == "data_folder_writable");
    let named = folder.and_then(|finding| finding["params"]["folder"].as_str());
    assert!(
        named.is_some_and(|folder| folder.ends_with("data")),
        "{findings:?}"
    );
}

#[test]
fn an_address_can_be_given_without_the_word_serve_and_to_no_other_command() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_as(command(
        folder.path(),
        &["--address", "127.0.0.1", "--port", "0"],
    ));
    assert_eq!(server.anybody().get("/health").unwrap().status, 200);
    for arguments in [
        &["--port", "1", "user", "list"][..],
        &["--port", "1", "--worker"],
    ] {
        let complaint = misunderstood(folder.path(), arguments);
        assert!(
            complaint.contains("options of `shared-spaces serve`"),
            "{complaint}"
        );
    }
    misunderstood(folder.path(), &["user", "list", "--port", "1"]);
}

#[test]
fn the_doctor_knows_the_port_the_space_and_who_may_come() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let doctor = |settings: &[(&str, &str)]| {
        let mut doctor = command(folder.path(), &["doctor"]);
        doctor.envs(settings.iter().copied());
        String::from_utf8(output(doctor, "").stdout).unwrap()
    };
    let port = address.port().to_string();
    let said = doctor(&[
        ("ROCKET_PORT", &port),
        ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org"),
    ]);
    assert!(
        said.contains(&format!(
            "warning Another program is listening on {address}: "
        )),
        "{said}"
    );
    assert!(
        said.contains("warning Anyone who can reach the server can create an account"),
        "{said}"
    );
    let said = doctor(&[
        ("ROCKET_PORT", "0"),
        ("SHARED_SPACES_REGISTRATION", "invite"),
    ]);
    assert!(
        said.contains("ok      The server can listen on 127.0.0.1:0"),
        "{said}"
    );
    assert!(!said.contains("make an account"), "{said}");
    let _server = Server::start(folder.path());
    let said = doctor(&[("ROCKET_PORT", &port)]);
    assert!(
        said.contains("ok      A server is running on the data folder"),
        "{said}"
    );
    assert!(said.contains("The disk of the data folder has "), "{said}");
}

/// An environment without credentials for Amazon.
fn without_credentials(mut command: Command, folder: &Path) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", folder);
    command
}

#[test]
fn without_credentials_photos_are_not_moved_and_one_sentence_says_why() {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));
    let moving = command(folder.path(), &["photos", "move", "--to", "s3"]);
    let moving = without_credentials(moving, folder.path());
    let moved = output(moving, "");
    let complaint = String::from_utf8(moved.stderr).unwrap();
    assert_eq!(moved.status.code(), Some(1));
    assert!(
        complaint.ends_with("No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile\n"),
        "{complaint}"
    );
    assert_eq!(complaint.lines().count(), 1, "{complaint}");

    // Nor does a server fill its log with where they were looked for.
    let mut serve = without_credentials(
        command(folder.path(), &["serve", "--port", "0"]),
        folder.path(),
    );
    serve.env("SHARED_SPACES_PHOTOS__STORE", "s3");
    let log = folder.path().join("log");
    let server = Server::start_logged(serve, &log);
    let said = until("the server to look for S3", || {
        let said = std::fs::read_to_string(&log).unwrap();
        said.contains("could not prepare the photo store")
            .then_some(said)
    });
    let lines = said
        .lines()
        .filter(|line| !line.starts_with("Shared Spaces is up"));
    for line in lines {
        assert!(line.contains(" shared_spaces::"), "{said}");
    }
    drop(server);
}
