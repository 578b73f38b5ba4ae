//! What commands print, and where: for people, for programs, and after the reader has gone.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{PASSWORD, Server, command, fails, output, own_port, run, succeeds};

/// What is said of a command line that can't be understood.
#[track_caller]
pub fn misunderstood(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, "");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A standard output whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn who_has_read_enough_ends_no_command_with_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    succeeds(folder.path(), &["user", "add", "ann"], PASSWORD);
    for arguments in [
        &["user", "list"][..],
        &["user", "list", "--json"],
        &["user", "reset-link", "ann"],
        &["space", "list"],
        &["invitation", "add"],
        &["invitation", "list"],
        &["photos", "failed"],
        &["photos", "retry", "--all"],
        &["backup", "a.tar.zst"],
        &["verify", "a.tar.zst"],
        &["keys", "rotate"],
        &["doctor"],
        &["doctor", "--json"],
        &["--help"],
    ] {
        let mut command = command(folder.path(), arguments);
        let ended = command.stdin(Stdio::null()).stdout(closed()).output();
        let ended = ended.unwrap();
        let complaint = String::from_utf8(ended.stderr).unwrap();
        assert!(ended.status.success(), "{arguments:?}: {complaint}");
        assert!(
            !complaint.contains("panicked"),
            "{arguments:?}: {complaint}"
        );
    }
    // Its work was done all the same.
    assert!(folder.path().join("a.tar.zst").exists());
    server.process.terminate();
    assert!(server.process.wait().success());
    // It can't say on which port it is.
    let port = own_port();
    let mut serve = command(folder.path(), &["serve", "--port", &port.to_string()]);
    serve.stdout(closed());
    let server = Server::start_at(serve, port);
    assert_eq!(server.anybody().get("/health").unwrap().status, 200);
    server.process.terminate();
    assert!(server.process.wait().success());
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_said_for_lack_of_space_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut list = command(folder.path(), &["user", "list"]);
    let ended = list.stdout(full).output().unwrap();
    let complaint = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{complaint}");
    assert!(
        complaint.starts_with("shared-spaces: Standard output can't be written to"),
        "{complaint}"
    );
}

#[test]
fn a_password_is_the_first_line_of_standard_input_and_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let endless = "a".repeat(10_000_000);
    for (given, words) in [
        (
            "",
            "There is no password on standard input: write it there as the first line",
        ),
        (
            "\n",
            "Password min 8 characters: see the settings limits.password_min",
        ),
        ("short\n", "Password min 8 characters"),
        (&endless, "Password max 1024 characters"),
    ] {
        let complaint = fails(folder.path(), &["user", "add", "ann"], given);
        assert!(complaint.contains(words), "{complaint}");
    }
    let latin = folder.path().join("latin");
    fs::write(&latin, b"caf\xe9 caf\xe9 caf\xe9\n").unwrap();
    let mut add = command(folder.path(), &["user", "add", "ann"]);
    let ended = add.stdin(fs::File::open(latin).unwrap()).output().unwrap();
    let complaint = String::from_utf8(ended.stderr).unwrap();
    assert!(complaint.contains("isn't UTF-8 text"), "{complaint}");
    assert_eq!(
        succeeds(folder.path(), &["user", "list"], ""),
        "Nobody has an account yet.\n"
    );
    let lines = format!("{PASSWORD}\r\nanother line\n");
    succeeds(folder.path(), &["user", "add", "ann"], &lines);
    assert!(server.sign_in("ann", PASSWORD).is_some());
}

#[test]
fn what_is_not_there_is_told_with_the_command_that_lists_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    for (arguments, said) in [
        (
            &["user", "reset-password", "bob"][..],
            "User with login 'bob' doesn't exist: `shared-spaces user list` lists",
        ),
        (
            &["user", "reset-link", "bob"],
            "`shared-spaces user list` lists",
        ),
        (
            &["user", "remove", "bob", "--yes"],
            "`shared-spaces user list` lists",
        ),
        (
            &["invitation", "add", "--space", "7"],
            "`shared-spaces space list` lists",
        ),
        (
            &["invitation", "add", "--space", "x"],
            "`shared-spaces space list` lists",
        ),
        (
            &["invitation", "add", "--space", "-1"],
            "`shared-spaces space list` lists",
        ),
        (
            &["invitation", "revoke", "-1"],
            "`shared-spaces invitation list` lists",
        ),
        (
            &["photos", "retry", "1-1.jpg"],
            "see `shared-spaces photos failed`",
        ),
        (
            &["verify", "http://a.example/b"],
            "is not a destination for archives: name a file, a folder",
        ),
        (&["backup", ""], "The name of the archive is empty"),
    ] {
        let complaint = fails(folder.path(), arguments, PASSWORD);
        assert!(complaint.contains(said), "{complaint}");
    }
    // What is typed into a command can't control the terminal that shows the answer.
    let complaint = fails(
        folder.path(),
        &["user", "remove", "\u{1b}[31mred", "--yes"],
        "",
    );
    assert!(complaint.contains("'\\u{1b}[31mred'"), "{complaint}");
}

#[test]
fn numbers_out_of_bounds_are_refused_with_the_bounds() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, bounds) in [
        (
            &["user", "reset-link", "ann", "--hours", "0"][..],
            "from 1 to 8760",
        ),
        (
            &["user", "reset-link", "ann", "--hours", "soon"],
            "from 1 to 8760",
        ),
        (&["invitation", "add", "--uses", "-3"], "from 1 to 1000"),
        (
            &["invitation", "add", "--days", "99999999999999999999"],
            "from 1 to 365",
        ),
        (&["backup", "a", "--retain", "0"], "from 1 to 4294967295"),
        (&["serve", "--port", "http"], "from 0 to 65535"),
        (&["serve", "--port", "-1"], "from 0 to 65535"),
        (&["serve", "--address", "localhost"], "such as 127.0.0.1"),
    ] {
        let complaint = misunderstood(folder.path(), arguments);
        assert!(complaint.contains(bounds), "{complaint}");
    }
    let mut odd = command(folder.path(), &["user", "add"]);
    odd.arg(OsStr::from_bytes(b"f\xff"));
    assert_eq!(output(odd, "").status.code(), Some(2));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_file_is_no_data_folder_and_no_command_waits_for_it_to_become_one() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("file"), folder.path().join("data"));
    fs::write(&file, "not a folder").unwrap();
    for (target, said) in [
        (file.clone(), "data is a file and not a folder"),
        (file.join("in"), "because something above it is a file"),
    ] {
        symlink(&target, &data).unwrap();
        for arguments in [
            &["user", "list"][..],
            &["space", "list", "--json"],
            &["photos", "failed"],
            &["keys", "rotate"],
            &["backup", "a.tar.zst"],
            &["worker"],
            &["serve", "--port", "0"],
        ] {
            let complaint = fails(folder.path(), arguments, "");
            assert!(complaint.contains(said), "{arguments:?}: {complaint}");
        }
        fs::remove_file(&data).unwrap();
    }
}

#[test]
fn the_doctor_reports_all_settings_that_are_wrong_at_once_also_to_programs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default]\nport = \"80\"\n[default.app]\nregistration = 1\n[default.app.limits]\ntext_max = 2\nphoto_bytes = -1\n",
    )
    .unwrap();
    let ended = run(folder.path(), &["doctor"], "");
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(1));
    for line in [
        "error   The setting port must be a whole number from 0 to 65535, not '80': write it without quotes (port is set in \
         Rocket.toml, line 2).",
        "error   The setting registration must be open, invite or closed, not 1 (registration is set in Rocket.toml, line 4).",
        "error   The setting limits.photo_bytes must be a whole number of 0 or more, not -1 (limits.photo_bytes is set in \
         Rocket.toml, line 7).",
    ] {
        assert!(said.lines().any(|one| one == line), "{line}\n{said}");
    }
    let ended = run(folder.path(), &["doctor", "--json"], "");
    assert_eq!(ended.status.code(), Some(1));
    let findings: Value = serde_json::from_slice(&ended.stdout).unwrap();
    let findings = findings.as_array().unwrap();
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(
        findings
            .iter()
            .all(|finding| finding["severity"] == "error" && finding["code"] == "setting_refused"),
        "{findings:?}"
    );
    assert_eq!(
        findings[0]["params"],
        json!({"error": findings[0]["message"]})
    );
}

#[test]
fn the_doctor_names_settings_that_are_for_nothing_as_the_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = command(folder.path(), &["doctor"]);
    doctor.envs([
        (
            "SHARED_SPACES_PHOTOS__QUEUE_URL",
            "https://sqs.example/1/photos",
        ),
        ("SHARED_SPACES_PHOTOS__TEMP_BUCKET", "my-temp"),
        ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org"),
    ]);
    let said = String::from_utf8(output(doctor, "").stdout).unwrap();
    for words in [
        "warning photos.queue_url is set, but photos.queue is local",
        "warning photos.store is local, but these settings are for photos in S3: photos.temp_bucket.",
        "warning public_url begins with https://, so there is a proxy in front, but trusted_proxies names none",
    ] {
        assert!(said.contains(words), "{said}");
    }
}
