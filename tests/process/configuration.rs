//! The settings that are in force, a file of settings anywhere, and the description of the API without a server.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, command, fails, output, succeeds};

fn said(command: Command) -> String {
    let output = output(command, "");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What is said of a setting, without the spaces in between.
fn line(said: &str, name: &str) -> String {
    let begins = [format!("{name} = "), format!("# {name} is")];
    let line = said
        .lines()
        .find(|line| begins.iter().any(|begin| line.starts_with(begin)));
    let words: Vec<&str> = line.unwrap_or("none").split_whitespace().collect();
    words.join(" ")
}

#[test]
fn each_setting_is_shown_with_where_it_was_set() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Rocket.toml"),
        "[default]\nport = 8765\n\n[default.app]\nregistration = \"invite\"\nlimits.text_max = 99\n",
    )
    .unwrap();
    let mut config = command(folder.path(), &["config"]);
    config.env("SHARED_SPACES_LIMITS__TEXT_MAX", "77").env(
        "SHARED_SPACES_PHOTOS__QUEUE_URL",
        "https://ann:horse@sqs.example.org/1/photos",
    );
    let said = said(config);
    let data = folder.path().join("data");
    assert!(
        said.starts_with("# The settings in force; the file is Rocket.toml\n\n[default]\n"),
        "{said}"
    );
    for (name, expected) in [
        ("address", r#"address = "127.0.0.1" # default"#.to_owned()),
        ("port", "port = 8765 # in Rocket.toml, line 2".to_owned()),
        (
            "registration",
            r#"registration = "invite" # in Rocket.toml, line 5"#.to_owned(),
        ),
        (
            "limits.text_max",
            "limits.text_max = 77 # by the environment variable SHARED_SPACES_LIMITS__TEXT_MAX".to_owned(),
        ),
        ("public_url", "# public_url is not set".to_owned()),
        (
            "data_dir",
            format!("data_dir = {:?} # by the option --data-dir", data.display().to_string()),
        ),
        (
            "connections.stall_timeout",
            r#"connections.stall_timeout = "30s" # default"#.to_owned(),
        ),
        (
            "photos.queue_url",
            r#"photos.queue_url = "https://(hidden)@sqs.example.org/1/photos" # by the environment variable SHARED_SPACES_PHOTOS__QUEUE_URL"#
                .to_owned(),
        ),
    ] {
        assert_eq!(line(&said, name), expected);
    }
    assert!(!said.contains("horse"), "{said}");
    // It makes nothing.
    assert!(!data.exists());
}

#[test]
fn what_is_shown_can_be_used_as_a_file_of_settings() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = command(folder.path(), &["config"]);
    config.env("SHARED_SPACES_REGISTRATION", "closed");
    let shown = said(config);
    let file = folder.path().join("elsewhere.toml");
    fs::write(&file, &shown).unwrap();
    let again = said(command(
        folder.path(),
        &["config", "--config", file.to_str().unwrap()],
    ));
    let values = |said: &str| -> Vec<String> {
        let lines = said.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split(" # ").next().unwrap().trim_end().to_owned())
            .collect()
    };
    assert_eq!(values(&again), values(&shown));
    assert!(line(&again, "registration").contains("elsewhere.toml, line "));
}

#[test]
fn settings_are_shown_to_programs_too() {
    let folder = tempfile::tempdir().unwrap();
    let said = succeeds(folder.path(), &["config", "--json"], "");
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["file"], json!(null));
    let settings = said["settings"].as_array().unwrap();
    let port = settings.iter().find(|setting| setting["name"] == "port");
    assert_eq!(
        port,
        Some(&json!({"name": "port", "table": "default", "value": 8000, "source": null}))
    );
}

#[test]
fn a_file_that_is_named_takes_the_place_of_the_one_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), "[default]\nport = 1\n").unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("mine.toml");
    fs::write(&file, "[default]\nport = 0\n").unwrap();
    let mut serve = command(folder.path(), &["serve", "--config"]);
    serve.arg(&file);
    let server = Server::start_as(serve);
    assert_eq!(server.anybody().get("/health").unwrap().status, 200);

    fs::write(&file, "[default]\nprot = 0\n").unwrap();
    let name = file.to_str().unwrap();
    let complaint = fails(folder.path(), &["doctor", "--config", name], "");
    assert!(!complaint.is_empty());
    let complaint = fails(folder.path(), &["config", "--config", name], "");
    assert!(
        complaint.contains(&format!("{name}, line 2: prot has no effect")),
        "{complaint}"
    );
    let missing = Path::new("nothing.toml");
    assert_eq!(
        fails(folder.path(), &["config", "--config", "nothing.toml"], ""),
        format!(
            "shared-spaces: The option --config names the file {}, which doesn't exist\n",
            missing.display()
        )
    );
    let complaint = fails(folder.path(), &["config", "--config", "."], "");
    assert!(
        complaint.contains("The option --config names ., which is a folder and not a file"),
        "{complaint}"
    );
}

#[test]
fn the_description_is_the_same_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let describe = || -> Value {
        let said = succeeds(folder.path(), &["openapi"], "");
        serde_json::from_str(&said).unwrap()
    };
    assert_eq!(describe()["openapi"], "3.1.0");
    assert!(!folder.path().join("data").exists());
    let server = Server::start(folder.path());
    let served = server.anybody().get("/openapi.json").unwrap().json();
    assert_eq!(describe(), served);
}
