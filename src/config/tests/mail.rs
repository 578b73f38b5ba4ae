//! The settings of mail.

use super::super::{Config, MailTls};
use super::{load, settings};

/// What mail needs, with `more` lines, some of which may be set otherwise.
fn file(more: &str) -> String {
    let mut lines = String::from(
        "[default.app]\npublic_url = \"https://spaces.example.org\"\n\n[default.app.mail]\n",
    );
    for (name, value) in [
        ("host", "mail.example.org"),
        ("from", "Shared Spaces <spaces@example.org>"),
    ] {
        if !more.contains(&format!("{name} =")) {
            lines += &format!("{name} = \"{value}\"\n");
        }
    }
    lines + more
}

fn with(more: &str) -> Result<Config, String> {
    load(|jail| jail.create_file("Rocket.toml", &file(more)).map(drop))
}

#[test]
fn a_server_and_a_sender_are_enough() {
    let config = with("").unwrap();
    let server = config.mail.server().unwrap();
    assert_eq!(
        (server.host, server.port, server.tls),
        ("mail.example.org", 587, MailTls::Starttls)
    );
    assert_eq!(server.from.email.to_string(), "spaces@example.org");
    assert!(server.credentials.is_none());
    for (tls, port) in [("implicit", 465), ("none", 25)] {
        let config = with(&format!("tls = \"{tls}\"")).unwrap();
        assert_eq!(config.mail.server().unwrap().port, port);
    }
    assert!(Config::default().mail.server().is_none());
}

#[test]
fn what_makes_no_sense_is_named() {
    for (more, named) in [
        (
            "host = \"mail.example.org:25\"",
            "mail.host must be the name",
        ),
        ("host = \"\"", "mail.host must be the name"),
        ("port = 0", "mail.port must be a port above 0"),
        ("from = \"Shared Spaces\"", "mail.from must say who sends"),
        (
            "from = \"a@b.org\\nBcc: c@d.org\"",
            "mail.from must say who sends",
        ),
        (
            "tls = \"ssl\"",
            "mail.tls must be starttls, implicit or none",
        ),
        (
            "user = \"ann\"",
            "mail.user and mail.password are only set together",
        ),
        (
            "user = \"ann\"\npassword = \"horse\"\ntls = \"none\"",
            "mail.tls can't be none with mail.user",
        ),
    ] {
        let refusal = with(more).unwrap_err();
        assert!(refusal.contains(named), "{more}: {refusal}");
    }
    let on_this_machine =
        "host = \"127.0.0.1\"\nuser = \"ann\"\npassword = \"horse\"\ntls = \"none\"";
    with(on_this_machine).unwrap();
    let alone = load(|jail| {
        jail.set_env("SHARED_SPACES_MAIL__FROM", "ann@example.org");
        Ok(())
    });
    assert!(alone.unwrap_err().contains("mail.from needs mail.host"));
    let nowhere = load(|jail| {
        jail.set_env("SHARED_SPACES_MAIL__HOST", "localhost");
        jail.set_env("SHARED_SPACES_MAIL__FROM", "ann@example.org");
        Ok(())
    });
    assert!(nowhere.unwrap_err().contains("mail.host needs public_url"));
}

#[test]
fn the_password_is_never_shown() {
    let config = with("user = \"ann\"\npassword = \"horse\"").unwrap();
    assert!(!format!("{config:?}").contains("horse"));
    let refusal = settings(|jail| {
        jail.set_env("SHARED_SPACES_MAIL__PASSWORD", "12345678");
        Ok(())
    })
    .unwrap_err();
    assert!(
        refusal.contains("mail.password must be a text"),
        "{refusal}"
    );
    assert!(!refusal.contains("12345678"), "{refusal}");
}
