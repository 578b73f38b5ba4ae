//! Accounts by the command line, while a server runs.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use crate::support::{
    PASSWORD, Server, command, fails, output, photos, picture, run, succeeds, until,
};

#[test]
fn an_account_is_made_while_registration_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("SHARED_SPACES_REGISTRATION", "closed")]);
    let made = succeeds(folder.path(), &["user", "add", "Ann"], "correct horse\n");
    assert_eq!(made, "Created account Ann (ID 1)\n");
    let ann = server.sign_in("ann", PASSWORD).unwrap();
    let me = ann.get("/me").unwrap().json();
    assert_eq!((&me["id"], &me["login"]), (&json!(1), &json!("Ann")));
    assert_eq!(
        succeeds(folder.path(), &["user", "list"], ""),
        "1\tAnn\toperator\n"
    );
}

#[test]
fn what_the_rules_refuse_the_command_line_refuses_too() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    assert_eq!(
        succeeds(folder.path(), &["user", "list"], ""),
        "Nobody has an account yet.\n"
    );
    let add = |login: &str, password: &str| fails(folder.path(), &["user", "add", login], password);
    assert_eq!(
        add("a", PASSWORD),
        "shared-spaces: Login min 2 characters: see the settings limits.login_min and limits.login_max\n"
    );
    assert_eq!(
        add("ann", "short\n"),
        "shared-spaces: Password min 8 characters: see the settings limits.password_min and limits.password_max\n"
    );
    assert!(add("ann", "").starts_with("shared-spaces: There is no password on standard input"));
    succeeds(folder.path(), &["user", "add", "ann"], PASSWORD);
    assert_eq!(add("ANN", PASSWORD), "shared-spaces: User already exists\n");
    for command in ["reset-password", "remove"] {
        let complaint = fails(folder.path(), &["user", command, "bob"], PASSWORD);
        assert_eq!(
            complaint,
            "shared-spaces: User with login 'bob' doesn't exist: `shared-spaces user list` lists them all\n"
        );
    }
}

#[test]
fn a_forgotten_password_is_rescued_and_every_session_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let said = succeeds(
        folder.path(),
        &["user", "reset-password", "ann"],
        "better horse\n",
    );
    assert_eq!(
        said,
        "Password of ann changed; all their sessions and feeds ended\n"
    );
    assert_eq!(ann.get("/me").unwrap().status, 401);
    assert!(server.sign_in("ann", PASSWORD).is_none());
    assert!(server.sign_in("ann", "better horse").is_some());
}

#[test]
fn a_removed_account_leaves_no_share_and_no_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let shared = ann.space("Family");
    ann.post(&format!("{shared}/members"), &json!({"login": "bob"}))
        .unwrap();
    let own = bob.space("Only mine");
    bob.share_photo(&shared, &picture(24, 1));
    bob.share_photo(&own, &picture(24, 2));
    ann.share_photo(&shared, &picture(24, 3));

    let complaint = fails(folder.path(), &["user", "remove", "bob"], "");
    assert!(complaint.contains("confirm with --yes"), "{complaint}");
    assert_eq!(bob.get("/me").unwrap().status, 200);
    assert_eq!(
        succeeds(folder.path(), &["user", "remove", "bob", "--yes"], ""),
        "Removed account bob\n"
    );
    assert_eq!(bob.get("/me").unwrap().status, 401);
    assert_eq!(
        ann.get(&format!("{shared}/shares"))
            .unwrap()
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        ann.get(&format!("{shared}/members"))
            .unwrap()
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let left = photos(&folder.path().join("data"));
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].ends_with("3.png"), "{left:?}");
}

#[test]
fn the_only_admin_of_others_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (ann, _bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    ann.post(&format!("{space}/members"), &json!({"login": "bob"}))
        .unwrap();
    let complaint = fails(folder.path(), &["user", "remove", "ann", "--yes"], "");
    assert!(
        complaint.contains("User 'ann' is the only admin of 'Family'"),
        "{complaint}"
    );
    assert_eq!(ann.get("/me").unwrap().status, 200);
}

#[test]
fn a_password_is_never_an_argument_that_others_could_read() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["add", "reset-password"] {
        for arguments in [
            &["user", command, "ann", PASSWORD][..],
            &["user", command, "ann", "--password", PASSWORD],
        ] {
            let output = run(folder.path(), arguments, "");
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        }
    }
}

/// The secret of the link that a command has shown.
fn secret(said: &str, page: &str) -> String {
    let link = said.lines().find(|line| line.starts_with("http")).unwrap();
    let secret = link.strip_prefix(&format!("https://spaces.example.org/app/{page}#"));
    secret.unwrap_or_else(|| panic!("{said}")).to_owned()
}

#[test]
fn links_are_made_on_the_command_line_and_used_at_the_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_REGISTRATION", "invite"),
        ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org"),
    ];
    let server = Server::start_with(folder.path(), &settings);
    let with_settings = |arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command.envs(settings);
        String::from_utf8(output(command, "").stdout).unwrap()
    };
    let said = with_settings(&["invitation", "add"]);
    assert!(said.contains('█'), "no QR code: {said}");
    let anybody = server.anybody();
    let account = json!({"login": "ann", "password": PASSWORD, "confirm-password": PASSWORD,
        "invitation": secret(&said, "invitation")});
    assert_eq!(anybody.post("/register", &account).unwrap().status, 200);

    let ann = server.sign_in("ann", PASSWORD).unwrap();
    let space = ann.space("Family");
    with_settings(&[
        "invitation",
        "add",
        "--space",
        "1",
        "--admin",
        "--uses",
        "2",
    ]);
    assert!(with_settings(&["invitation", "list"]).contains("2\tspace 1 as admin\t2 left\t"));
    let listed = ann.get(&format!("{space}/invitations")).unwrap().json();
    assert_eq!(listed[0]["created_by"], json!(null));
    assert_eq!(
        with_settings(&["invitation", "revoke", "2"]),
        "Revoked invitation 2\n"
    );
    assert_eq!(
        with_settings(&["invitation", "list"]),
        "There are no invitations.\n"
    );

    let said = with_settings(&["user", "reset-link", "ann"]);
    let reset = json!({"token": secret(&said, "password-reset"), "new-password": "better horse",
        "confirm-password": "better horse"});
    assert_eq!(
        anybody
            .post("/password-resets/redeem", &reset)
            .unwrap()
            .status,
        200
    );
    assert!(server.sign_in("ann", "better horse").is_some());
}

#[test]
fn invitations_that_make_no_sense_are_refused_on_the_command_line_too() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    for (arguments, sentence) in [
        (
            &["invitation", "add", "--space", "7"][..],
            "Space with ID '7' doesn't exist: `shared-spaces space list` lists them all",
        ),
        (
            &["invitation", "revoke", "7"],
            "Invitation with ID '7' doesn't exist: `shared-spaces invitation list` lists them all",
        ),
        (
            &["user", "reset-link", "bob"],
            "User with login 'bob' doesn't exist: `shared-spaces user list` lists them all",
        ),
    ] {
        assert_eq!(
            fails(folder.path(), arguments, ""),
            format!("shared-spaces: {sentence}\n")
        );
    }
}

#[test]
fn logins_that_look_alike_are_told_to_the_operator_while_the_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.person("bob");
    drop(server);
    // As an older version took it: its second letter is Cyrillic.
    let database = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    database
        .execute("update users set login = 'bоb'", [])
        .unwrap();
    let log = folder.path().join("log");
    let server = Server::start_logged(command(folder.path(), &["serve", "--port", "0"]), &log);
    assert_eq!(server.anybody().get("/health").unwrap().status, 200);
    let told = until("The log tells of it", || {
        let log = fs::read_to_string(&log).unwrap();
        let line = log.lines().find(|line| line.contains("some logins"))?;
        Some(line.to_owned())
    });
    assert!(
        told.contains("first=\"bоb\" reason=Login cannot mix letters of different scripts"),
        "{told}"
    );
}
