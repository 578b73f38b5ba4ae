//! What an operator does with spaces, accounts and sessions by the command line, while a server runs.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{
    PASSWORD, Person, Server, command, fails, photos, picture, run, succeeds, until,
};

/// A server with a space of ann's in which bob is a member; the last is the space's path.
fn family(folder: &Path) -> (Server, Person, Person, String) {
    let server = Server::start(folder);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    ann.post(&format!("{space}/members"), &json!({"login": "bob"}))
        .unwrap();
    (server, ann, bob, space)
}

/// The lines that a command has logged for the operator, without times.
fn audited(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = run(folder, arguments, "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let events = said
        .lines()
        .filter_map(|line| line.split_once(" shared_spaces::record: "));
    events.map(|(_, event)| event.to_owned()).collect()
}

#[test]
fn a_space_is_shown_without_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, ann, bob, space) = family(folder.path());
    let share = json!({"text": "Nobody else reads this"});
    bob.post(&format!("{space}/shares"), &share).unwrap();
    ann.share_photo(&space, &picture(24, 1));
    let shown = succeeds(folder.path(), &["space", "show", "1"], "");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "1\tFamily");
    assert!(lines[1].starts_with("Made 20"), "{shown}");
    assert!(
        lines[2].starts_with("2 shares, 0 comments, 1 photo, 0 videos: "),
        "{shown}"
    );
    assert!(lines[3].starts_with("1\tadmin\tsince 20"), "{shown}");
    assert!(lines[3].ends_with("Z\tann"), "{shown}");
    assert!(lines[4].starts_with("2\tmember\tsince 20"), "{shown}");
    assert!(!shown.contains("Nobody"), "{shown}");

    let shown = succeeds(folder.path(), &["space", "show", "1", "--json"], "");
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["members"][1]["user"]["login"], "bob");
    assert_eq!(shown["members"][1]["is_admin"], false);
    assert_eq!((&shown["shares"], &shown["photos"]), (&2.into(), &1.into()));
    assert!(shown["bytes"].as_i64().unwrap() > 0);
    assert_eq!(
        fails(folder.path(), &["space", "show", "7"], ""),
        "shared-spaces: Space with ID '7' doesn't exist: `shared-spaces space list` lists them all\n"
    );
}

#[test]
fn a_space_whose_admin_is_lost_goes_to_another_user() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ann, bob, space) = family(folder.path());
    let rename = |person: &Person| {
        let renamed = person.put(&space, &json!({"new-name": "Friends"}));
        renamed.unwrap().status
    };
    assert_eq!((rename(&ann), rename(&bob)), (200, 403));
    let transfer = ["space", "transfer", "1", "BOB"];
    assert_eq!(
        succeeds(folder.path(), &transfer, ""),
        "bob is the only admin of space 1\nann is a plain member from now on\n"
    );
    assert_eq!((rename(&ann), rename(&bob)), (403, 200));
    // Again, it changes nothing, and has nothing to log.
    assert!(audited(folder.path(), &transfer).is_empty());

    // Somebody from outside becomes a member first.
    let cid = server.person("cid");
    assert_eq!(rename(&cid), 403);
    assert_eq!(
        audited(folder.path(), &["space", "transfer", "1", "cid"]),
        [
            "member added by=command-line space=1 login=\"cid\"",
            "member promoted by=command-line space=1 user=3",
            "member demoted by=command-line space=1 user=2",
        ]
    );
    assert_eq!((rename(&cid), rename(&bob)), (200, 403));
    assert_eq!(
        fails(folder.path(), &["space", "transfer", "1", "dora"], ""),
        "shared-spaces: User with login 'dora' doesn't exist: `shared-spaces user list` lists them all\n"
    );
}

#[test]
fn a_removed_space_is_gone_for_all_its_members_and_so_are_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, ann, bob, space) = family(folder.path());
    bob.share_photo(&space, &picture(24, 1));
    let kept = ann.space("Garden");
    ann.share_photo(&kept, &picture(24, 2));
    let complaint = fails(folder.path(), &["space", "remove", "1"], "");
    assert!(
        complaint.contains("Removing a space can't be undone: confirm with --yes"),
        "{complaint}"
    );
    assert_eq!(bob.get(&space).unwrap().status, 200);
    assert_eq!(
        audited(folder.path(), &["space", "remove", "1", "--yes"]),
        ["space deleted by=command-line space=1"]
    );
    for person in [&ann, &bob] {
        assert_eq!(person.get(&space).unwrap().status, 404);
    }
    let left = photos(&folder.path().join("data"));
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(ann.get(&kept).unwrap().status, 200);
    let again = fails(folder.path(), &["space", "remove", "1", "--yes"], "");
    assert!(again.contains("Space with ID '1' doesn't exist"), "{again}");
}

#[test]
fn a_disabled_user_is_signed_out_and_kept_out_until_they_are_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let serve = command(folder.path(), &["serve", "--port", "0"]);
    let server = Server::start_logged(serve, &log);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    ann.post(&format!("{space}/members"), &json!({"login": "bob"}))
        .unwrap();
    bob.post(&format!("{space}/shares"), &json!({"text": "Hello"}))
        .unwrap();
    let feed = bob.post(&format!("{space}/feeds"), &json!({})).unwrap();
    let feed = feed.json()["url"].as_str().unwrap().to_owned();
    let feed = feed.strip_prefix(&server.url).unwrap_or(&feed).to_owned();
    assert_eq!(server.anybody().get(&feed).unwrap().status, 200);

    assert_eq!(
        audited(folder.path(), &["user", "disable", "Bob"]),
        ["account disabled by=command-line user=2 login=\"bob\""]
    );
    assert_eq!(bob.get("/me").unwrap().status, 401);
    assert_eq!(server.anybody().get(&feed).unwrap().status, 404);
    let sign_in = |password| {
        let body = json!({"login": "bob", "password": password});
        let reply = server.anybody().post("/login", &body).unwrap();
        (reply.status, String::from_utf8(reply.bytes).unwrap())
    };
    let sentence = "This account is disabled: ask whoever runs the server";
    assert_eq!(sign_in(PASSWORD), (403, sentence.to_owned()));
    // Only who knows the password learns of it.
    assert_eq!(sign_in("wrong horse").0, 401);
    let logged = fs::read_to_string(&log).unwrap();
    assert!(
        logged.contains("sign-in to a disabled account address=127.0.0.1 user=2 login=\"bob\""),
        "{logged}"
    );
    // What they have shared stays.
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    assert_eq!(shares[0]["user"]["login"], "bob");
    let listed = succeeds(folder.path(), &["user", "list"], "");
    assert!(listed.contains("2\tbob\tdisabled 20"), "{listed}");
    assert_eq!(
        fails(folder.path(), &["user", "disable", "bob"], ""),
        "shared-spaces: bob is disabled already\n"
    );

    assert_eq!(
        succeeds(folder.path(), &["user", "enable", "bob"], ""),
        "Enabled bob: they can sign in again\n"
    );
    assert_eq!(sign_in(PASSWORD).0, 200);
    assert_eq!(server.anybody().get(&feed).unwrap().status, 200);
    assert_eq!(
        fails(folder.path(), &["user", "enable", "bob"], ""),
        "shared-spaces: bob isn't disabled\n"
    );
}

#[test]
fn the_first_user_is_an_operator_and_the_command_makes_others() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, ann, bob, _) = family(folder.path());
    let is_operator = |person: &Person| person.get("/operator/log").unwrap().status == 200;
    assert!(is_operator(&ann) && !is_operator(&bob));
    assert_eq!(
        fails(folder.path(), &["user", "operator", "ann", "--revoke"], ""),
        "shared-spaces: User 'ann' is the only operator who can sign in: make another user an operator first\n"
    );
    assert_eq!(
        audited(folder.path(), &["user", "operator", "Bob"]),
        ["operator granted by=command-line user=2 login=\"bob\""]
    );
    assert_eq!(
        fails(folder.path(), &["user", "operator", "bob"], ""),
        "shared-spaces: bob is an operator already\n"
    );
    assert_eq!(
        succeeds(folder.path(), &["user", "operator", "ann", "--revoke"], ""),
        "ann isn't an operator any more\n"
    );
    assert!(is_operator(&bob) && !is_operator(&ann));
    assert_eq!(
        succeeds(folder.path(), &["user", "list"], ""),
        "1\tann\n2\tbob\toperator\n"
    );
    // What is done by commands is in the log that operators see.
    succeeds(folder.path(), &["space", "quota", "1", "1KB"], "");
    let log = bob.get("/operator/log").unwrap().json();
    let lines: Vec<_> = log.as_array().unwrap().iter().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert_eq!(lines[0]["who"], Value::Null);
    assert_eq!(
        (&lines[0]["action"], &lines[0]["about"], &lines[0]["detail"]),
        (
            &"space_quota_changed".into(),
            &"Family".into(),
            &"1000".into()
        )
    );
    assert_eq!(lines[2]["action"], "operator_granted");
}

/// The log that operators see: what was done on the command line, and what was chosen; the newest first.
fn done_by_commands(ann: &Person) -> Vec<(String, Value)> {
    let log = ann.get("/operator/log").unwrap().json();
    let lines = log.as_array().unwrap().iter();
    let by_commands = lines.filter(|line| line["who"].is_null());
    by_commands
        .map(|line| {
            (
                line["action"].as_str().unwrap().to_owned(),
                line["detail"].clone(),
            )
        })
        .collect()
}

#[test]
fn what_commands_change_beyond_the_database_is_in_the_log_of_operators_too() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, ann, _, _) = family(folder.path());
    let archive = folder.path().join("a.tar.zst");
    let archive = archive.to_str().unwrap();
    assert_eq!(
        audited(folder.path(), &["backup", archive]),
        [format!("backup made by=command-line archive={archive:?}")]
    );
    fails(folder.path(), &["backup", archive], "");
    succeeds(folder.path(), &["keys", "rotate"], "");
    let _orphan = orphan(folder.path());
    succeeds(folder.path(), &["photos", "cleanup", "--dry-run"], "");
    assert_eq!(
        audited(folder.path(), &["photos", "cleanup"]),
        ["orphans deleted by=command-line files=1"]
    );
    // Nothing is left to be deleted.
    succeeds(folder.path(), &["photos", "cleanup"], "");
    assert_eq!(
        done_by_commands(&ann),
        [
            (String::from("orphans_deleted"), json!("1")),
            (String::from("keys_rotated"), Value::Null),
            (String::from("backup_made"), json!(archive)),
        ]
    );
}

/// Puts a file that belongs to nothing into the photo store, as if it had been there for long.
fn orphan(folder: &Path) -> PathBuf {
    let orphan = folder.join("data/photos/space-id-1/999.png");
    fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    fs::write(&orphan, "of nothing").unwrap();
    let before = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let file = File::options().append(true).open(&orphan).unwrap();
    file.set_modified(before).unwrap();
    orphan
}

#[test]
fn a_command_whose_line_cannot_be_written_has_done_its_work_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ..) = family(folder.path());
    server.process.terminate();
    assert!(server.process.wait().success());
    let database = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    database
        .execute_batch(
            "create trigger refuse before insert on operator_log begin select raise(abort, 'no line'); end",
        )
        .unwrap();
    let orphan = orphan(folder.path());
    let output = run(folder.path(), &["photos", "cleanup"], "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("This isn't in the log of what operators did: "),
        "{said}"
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("Deleted 1 file"));
    assert!(!orphan.exists());
}

/// As before an upgrade, which begins with a backup.
#[test]
fn a_command_does_not_upgrade_a_database_to_log_what_it_did_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ..) = family(folder.path());
    server.process.terminate();
    assert!(server.process.wait().success());
    let database = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    let newest = "select max(version) from refinery_schema_history";
    let schema = || -> i64 { database.query_row(newest, [], |row| row.get(0)).unwrap() };
    // All that the migrations from 37 on have made.
    database
        .execute_batch(
            "alter table users drop column password_version;
             drop table counted_confirmations;
             delete from refinery_schema_history where version >= 37",
        )
        .unwrap();
    let older = schema();
    for arguments in [&["backup", "a.tar.zst"][..], &["keys", "rotate"]] {
        let output = run(folder.path(), arguments, "");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains(
                "This isn't in the log of what operators did: The database has the schema of another version."
            ),
            "{said}"
        );
        assert_eq!(schema(), older);
    }
    assert!(folder.path().join("a.tar.zst").exists());
}

#[test]
fn invitations_to_accounts_are_bounded_on_the_command_line_too() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    let invite = ["invitation", "add"];
    succeeds(folder.path(), &invite, "");
    let database = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    database
        .execute_batch(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
             insert into invitations (token_hash, as_admin, uses_left, created_at, expires_at)
             select randomblob(32), 0, 1, 0, (select expires_at from invitations) from n",
        )
        .unwrap();
    assert_eq!(
        fails(folder.path(), &invite, ""),
        "shared-spaces: A server has at most 100 open invitations to accounts: revoke one with `shared-spaces invitation revoke`, or \
         wait until one ends\n"
    );
    succeeds(folder.path(), &["invitation", "revoke", "7"], "");
    succeeds(folder.path(), &invite, "");
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let first = server.person("ann");
    let second = server.sign_in("ann", PASSWORD).unwrap();
    let third = server.sign_in("ann", PASSWORD).unwrap();
    let _bob = server.person("bob");
    let sessions = ["user", "sessions", "ann"];
    let listed = succeeds(folder.path(), &sessions, "");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.starts_with("3\tlast used 20"), "{listed}");
    let json = succeeds(folder.path(), &[&sessions[..], &["--json"]].concat(), "");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[2]["id"], 1);

    let end = |id| [&sessions[..], &["--end", id]].concat();
    assert_eq!(
        succeeds(folder.path(), &end("2"), ""),
        "Ended session 2 of ann\n"
    );
    let statuses = || [&first, &second, &third].map(|person| person.get("/me").unwrap().status);
    assert_eq!(statuses(), [200, 401, 200]);
    // Another's isn't theirs.
    assert_eq!(
        fails(folder.path(), &end("4"), ""),
        "shared-spaces: Session with ID '4' doesn't exist: `shared-spaces user sessions` lists those of a user\n"
    );
    let all = [&sessions[..], &["--end-all"]].concat();
    assert_eq!(
        audited(folder.path(), &all),
        ["sessions ended by=command-line user=1 login=\"ann\""]
    );
    assert_eq!(statuses(), [401, 401, 401]);
    assert_eq!(
        succeeds(folder.path(), &sessions, ""),
        "ann isn't signed in anywhere.\n"
    );
}

#[test]
fn the_status_says_at_a_glance_what_there_is_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ann, _bob, space) = family(folder.path());
    ann.share_photo(&space, &picture(24, 1));
    succeeds(folder.path(), &["user", "disable", "bob"], "");
    let status = || succeeds(folder.path(), &["status"], "");
    let said = until("the photo to be in its space", || {
        let said = status();
        said.contains("queue      empty").then_some(said)
    });
    for line in [
        concat!("version    ", env!("CARGO_PKG_VERSION")),
        "server     running on the data folder",
        "people     2 accounts, 1 of them disabled, 1 session",
        "spaces     1",
        "shared     1 share, 0 comments, 1 photo, 0 videos: ",
        "queue      empty",
        "failed     nothing",
        "waiting    0 uploads, 0 deleted spaces, 0 photos to delete",
        "database   ",
        "disk       ",
    ] {
        assert!(said.contains(line), "{line:?} is not in\n{said}");
    }
    let json = succeeds(folder.path(), &["status", "--json"], "");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["users"], &json["is_served"]),
        (&2.into(), &true.into())
    );
    assert!(json["database_bytes"].as_u64().unwrap() > 0);
    server.process.terminate();
    assert!(server.process.wait().success());
    assert!(status().contains("server     not running"));
}

#[test]
fn the_quotas_of_one_space_and_one_user_are_shown_and_set_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, ann, bob, space) = family(folder.path());
    let told = |arguments: &[&str]| succeeds(folder.path(), arguments, "");
    assert_eq!(
        told(&["space", "quota", "1"]),
        "Space 1 uses 0 B without a quota, because the setting quotas.space is 0\n"
    );
    assert_eq!(
        audited(folder.path(), &["space", "quota", "1", "1KB"]),
        [r#"space quota changed by=command-line space=1 quota="1000""#]
    );
    let photo = picture(24, 1);
    let share = |person: &Person| {
        let shares = format!("{space}/shares");
        person.post_form(&shares, "A photo", Some(&photo)).unwrap()
    };
    assert_eq!(share(&ann).status, 413);
    assert_eq!(
        audited(folder.path(), &["space", "quota", "1", "default"]),
        [r#"space quota changed by=command-line space=1 quota="default""#]
    );
    assert_eq!(
        told(&["user", "quota", "bob", "1KB"]),
        "bob uses 0 B of its own quota, 1000 B\n"
    );
    assert_eq!((share(&ann).status, share(&bob).status), (200, 413));
    let shown: Value = serde_json::from_str(&told(&["user", "quota", "bob", "--json"])).unwrap();
    assert_eq!(
        shown,
        json!({"used_bytes": 0, "max_bytes": 1000, "is_default": false})
    );
    told(&["user", "quota", "bob", "none"]);
    assert_eq!(share(&bob).status, 200);
    for (arguments, complaint) in [
        (["space", "quota", "9"], "Space with ID '9' doesn't exist"),
        (
            ["user", "quota", "eve"],
            "User with login 'eve' doesn't exist",
        ),
    ] {
        let said = fails(folder.path(), &arguments, "");
        assert!(said.contains(complaint), "{said}");
    }
    let output = run(folder.path(), &["space", "quota", "1", "ten"], "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("it must be a size above 0, such as 10GiB"),
        "{said}"
    );
}
