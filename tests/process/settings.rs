//! What the executable says of itself, and of settings that it can't use.

use std::fs;

use crate::support::{command, fails, run, succeeds};

#[test]
fn help_names_every_command_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let help = succeeds(folder.path(), &["help"], "");
    for part in [
        "serve",
        "worker",
        "user",
        "photos",
        "Examples:",
        "shared-spaces user add ann",
        "--data-dir",
    ] {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
    for command in [
        ["help", "user", "add"],
        ["help", "user", "remove"],
        ["help", "photos", "retry"],
    ] {
        let help = succeeds(folder.path(), &command, "");
        assert!(help.contains("Example"), "{help}");
    }
    assert!(succeeds(folder.path(), &["--version"], "").starts_with("shared-spaces "));
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = |name: &str, value: &str| {
        let output = command(folder.path(), &["user", "list"])
            .env(name, value)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(complaint("SHARED_SPACES_TYPO", "1").contains("typo"));
    assert!(complaint("SHARED_SPACES_LIMITS__TEXT_MAX", "many").contains("TEXT_MAX"));
    assert!(complaint("SHARED_SPACES_REGISTRATION", "perhaps").contains("REGISTRATION"));
    assert!(complaint("RUST_LOG", "a=b=c").contains("RUST_LOG"));

    fs::write(
        folder.path().join("Rocket.toml"),
        "[default.app]\nregistratoin = \"closed\"",
    )
    .unwrap();
    assert!(fails(folder.path(), &["user", "list"], "").contains("registratoin"));
    fs::write(folder.path().join("Rocket.toml"), "[default.app\n").unwrap();
    assert!(fails(folder.path(), &["user", "list"], "").contains("Rocket.toml"));
}

#[test]
fn worker_as_an_option_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = fails(folder.path(), &["--worker", "user", "list"], "");
    assert!(
        complaint.contains("--worker is a command of its own"),
        "{complaint}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "a file stands in the way").unwrap();
    let output = run(folder.path(), &["user", "list"], "");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("The data folder") && complaint.contains("can't be made"),
        "{complaint}"
    );
}
