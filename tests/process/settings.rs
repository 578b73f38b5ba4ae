//! What the executable says of itself, and of settings that it can't use.

use std::fs;
use std::io::{Read, Write};

use clap::CommandFactory;
use shared_spaces::commands::cli::Cli;

use crate::process::said::misunderstood;
use crate::support::{Server, command, fails, succeeds, until};

/// The words of every command that people use, without the program's own name. What the server starts itself is hidden.
fn commands(parent: &clap::Command, words: &[String]) -> Vec<Vec<String>> {
    let shown = parent
        .get_subcommands()
        .filter(|child| !child.is_hide_set());
    let children = shown.map(|child| {
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
    for (name, value) in [
        ("SHARED_SPACES_LIMITS__TEXT_MAX", "many"),
        ("SHARED_SPACES_REGISTRATION", "perhaps"),
        ("ROCKET_TLS", "{certs=\"a.pem\", key=\"b.pem\"}"),
        ("ROCKET_ADRESS", "0.0.0.0"),
        ("ROCKET_PORT", "http"),
    ] {
        let said = complaint(name, value);
        assert!(said.contains(name), "{said}");
    }
    assert!(complaint("RUST_LOG", "a=b=c").contains("RUST_LOG"));
    let said = complaint("RUST_LOG", "loud");
    let words = "RUST_LOG names \"loud\", which is neither a level";
    assert!(said.contains(words), "{said}");

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
fn no_command_begins_with_a_setting_that_has_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default]\nport = 0\n\n[default.tls]\ncerts = \"a.pem\"",
    )
    .unwrap();
    for arguments in [&["serve"][..], &["worker"], &["--worker"], &[]] {
        let complaint = fails(folder.path(), arguments, "");
        assert!(
            complaint.starts_with("shared-spaces: Rocket.toml, line 4: tls has no effect"),
            "{complaint}"
        );
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn how_much_is_logged_is_a_setting_and_rust_log_goes_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let logged = |settings: &[(&str, &str)]| {
        let mut serve = command(folder.path(), &["serve", "--port", "0"]);
        serve.envs(settings.iter().copied());
        let log = folder.path().join("log");
        let server = Server::start_logged(serve, &log);
        server.process.terminate();
        assert!(server.process.wait().success());
        fs::read_to_string(log).unwrap().contains("stopped")
    };
    assert!(logged(&[]));
    assert!(logged(&[("ROCKET_LOG_LEVEL", "normal")]));
    assert!(!logged(&[("ROCKET_LOG_LEVEL", "critical")]));
    assert!(logged(&[
        ("ROCKET_LOG_LEVEL", "critical"),
        ("RUST_LOG", "info")
    ]));
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default]\nlog_level = \"off\"",
    )
    .unwrap();
    assert!(!logged(&[]));
}

#[test]
fn no_request_brings_colours_or_lines_of_others_into_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut serve = command(folder.path(), &["serve", "--port", "0"]);
    serve.env("ROCKET_LOG_LEVEL", "debug");
    let server = Server::start_logged(serve, &log);
    for kind in ["malformed", "a/b; =", "\u{1b}[31mred", "text/"] {
        let mut connection = server.connect().unwrap();
        let request = format!(
            "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nAccept: {kind}\r\n\
             Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        connection.read_to_end(&mut reply).unwrap();
    }
    let ann = server.person("ann");
    assert_eq!(ann.get("/me?signature=secret").unwrap().status, 200);
    server.process.terminate();
    assert!(server.process.wait().success());
    let text = fs::read_to_string(log).unwrap();
    assert!(
        text.contains("stopped") && !text.contains('\u{1b}'),
        "{text}"
    );
    assert!(!text.contains("signature=secret"), "{text}");
}

#[test]
fn the_address_that_is_told_can_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(folder.path(), &["serve", "--address", "::", "--port", "0"]);
    serve.env("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org");
    let log = folder.path().join("log");
    let server = Server::start_logged(serve, &log);
    assert!(server.url.starts_with("http://[::]:"), "{}", server.url);
    let said = until("all to be said", || {
        let said = fs::read_to_string(&log).unwrap();
        said.contains("People").then_some(said)
    });
    assert!(
        said.contains("\nPeople reach it by https://spaces.example.org\n"),
        "{said}"
    );
}

#[test]
fn worker_as_an_option_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = misunderstood(folder.path(), &["--worker", "user", "list"]);
    assert!(complaint.contains("--worker is the command"), "{complaint}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "a file is in the way").unwrap();
    let complaint = fails(folder.path(), &["serve", "--port", "0"], "");
    assert!(
        complaint.contains("The data folder") && complaint.contains("is a file and not a folder"),
        "{complaint}"
    );
}
