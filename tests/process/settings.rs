//! What the executable says of itself, and of settings that it can't use.

use std::fs;

use clap::CommandFactory;
use shared_spaces::cli::Cli;

use crate::support::{command, fails, run, succeeds};

/// The words of every command that does something, without the program's own name.
fn commands(parent: &clap::Command, words: &[String]) -> Vec<Vec<String>> {
    let children = parent.get_subcommands().map(|child| {
        let words = [words, &[child.get_name().to_owned()]].concat();
        if child.has_subcommands() {
            commands(child, &words)
        } else {
            vec![words]
        }
    });
    children.flatten().collect()
}

#[test]
fn help_tells_every_command_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let overview = succeeds(folder.path(), &["--help"], "");
    assert!(overview.contains("--data-dir"), "{overview}");
    let commands = commands(&Cli::command(), &[]);
    assert!(commands.len() > 5, "{commands:?}");
    for words in commands {
        assert!(overview.contains(&format!("  {} ", words[0])), "{overview}");
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let own = succeeds(folder.path(), &arguments, "");
        let examples = [&overview, &own].map(|help| help.split_once("Example").map(|(_, end)| end));
        let call = format!("shared-spaces {}", words.join(" "));
        assert!(
            examples.iter().flatten().any(|text| text.contains(&call)),
            "{call:?} has no example in\n{overview}\n{own}"
        );
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let said = succeeds(folder.path(), &["--version"], "");
    assert_eq!(
        said,
        concat!("shared-spaces ", env!("CARGO_PKG_VERSION"), "\n")
    );
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
