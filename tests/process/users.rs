//! Accounts by the command line, beside a running server.

use serde_json::json;

use crate::support::{PASSWORD, Server, fails, files, picture, run, succeeds};

#[test]
fn an_account_is_made_while_registration_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("SHARED_SPACES_REGISTRATION", "closed")]);
    let made = succeeds(folder.path(), &["user", "add", "Ann"], "correct horse\n");
    assert_eq!(made, "Made the account 'Ann' with ID 1\n");
    let ann = server.sign_in("ann", PASSWORD).unwrap();
    assert_eq!(
        ann.get("/me").unwrap().json(),
        json!({"id": 1, "login": "Ann"})
    );
    assert_eq!(succeeds(folder.path(), &["user", "list"], ""), "1\tAnn\n");
}

#[test]
fn what_the_rules_refuse_the_command_line_refuses_too() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        succeeds(folder.path(), &["user", "list"], ""),
        "Nobody has an account yet.\n"
    );
    let add = |login: &str, password: &str| fails(folder.path(), &["user", "add", login], password);
    assert_eq!(
        add("an", PASSWORD),
        "shared-spaces: Login min 3 characters\n"
    );
    assert_eq!(
        add("ann", "short\n"),
        "shared-spaces: Password min 8 characters\n"
    );
    assert_eq!(add("ann", ""), "shared-spaces: Password min 8 characters\n");
    succeeds(folder.path(), &["user", "add", "ann"], PASSWORD);
    assert_eq!(add("ANN", PASSWORD), "shared-spaces: User already exists\n");
    for command in ["reset-password", "remove"] {
        let complaint = fails(folder.path(), &["user", command, "bob"], PASSWORD);
        assert_eq!(
            complaint,
            "shared-spaces: User with login 'bob' doesn't exist\n"
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
        "'ann' has a new password, and is signed out everywhere\n"
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
    assert!(
        complaint.contains("say --yes if you are sure"),
        "{complaint}"
    );
    assert_eq!(bob.get("/me").unwrap().status, 200);
    assert_eq!(
        succeeds(folder.path(), &["user", "remove", "bob", "--yes"], ""),
        "Removed 'bob'\n"
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
    let left = files(&folder.path().join("data/photos"));
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
