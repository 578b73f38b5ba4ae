//! Mail by a real server, with STARTTLS and a password.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::json;

use crate::python::python;
use crate::support::{Server, command, output, own_port, until};

/// The version of aiosmtpd that these tests were written with.
const AIOSMTPD: &str = "aiosmtpd==1.4.6";
const PASSWORD: &str = "correct battery";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// A mail server that keeps what it gets in a folder.
struct MailServer {
    child: std::process::Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl MailServer {
    fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process/mail.py");
        let mut child = Command::new(python("aiosmtpd", AIOSMTPD))
            .arg(script)
            .arg(folder.path())
            .args([fixture("first.pem"), fixture("first.key.pem")])
            .arg(PASSWORD)
            .env("MAIL_PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().strip_prefix("port ").unwrap().parse().unwrap();
        Self {
            child,
            port,
            folder,
        }
    }

    fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let mails = files.filter(|path| path.extension().is_some_and(|kind| kind == "eml"));
        mails
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn settings(port: u16, password: &str) -> Vec<(&'static str, String)> {
    vec![
        (
            "SHARED_SPACES_PUBLIC_URL",
            String::from("https://spaces.example.org"),
        ),
        ("SHARED_SPACES_MAIL__HOST", String::from("127.0.0.1")),
        ("SHARED_SPACES_MAIL__PORT", port.to_string()),
        ("SHARED_SPACES_MAIL__USER", String::from("spaces")),
        ("SHARED_SPACES_MAIL__PASSWORD", password.to_owned()),
        (
            "SHARED_SPACES_MAIL__FROM",
            String::from("Shared Spaces <spaces@example.org>"),
        ),
        // The authority that this machine trusts.
        ("SSL_CERT_FILE", fixture("first.pem").display().to_string()),
    ]
}

fn start(folder: &Path, port: u16) -> Server {
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.envs(settings(port, PASSWORD));
    Server::start_as(serve)
}

#[test]
fn the_doctor_signs_in_at_the_mail_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = MailServer::start(0);
    let said = |settings: Vec<(&'static str, String)>| {
        let mut doctor = command(folder.path(), &["doctor"]);
        doctor.envs(settings);
        let output = output(doctor, "");
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (is_well, well) = said(settings(server.port, PASSWORD));
    assert!(is_well, "{well}");
    let words = format!(
        "ok      The mail server 127.0.0.1, port {}, can be reached, and takes the password",
        server.port
    );
    assert!(well.contains(&words), "{well}");
    let mut untrusted = settings(server.port, PASSWORD);
    untrusted.pop();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for settings in [
        settings(server.port, "wrong battery"),
        settings(free, PASSWORD),
        untrusted,
    ] {
        let (is_well, said) = said(settings);
        assert!(!is_well && said.contains("can't be used"), "{said}");
        assert!(!said.contains("battery"), "{said}");
    }
    assert!(server.mails().is_empty());
}

#[test]
fn the_password_of_the_mail_server_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = command(folder.path(), &["config"]);
    config.envs(settings(25, PASSWORD));
    let said = String::from_utf8(output(config, "").stdout).unwrap();
    assert!(said.contains("mail.password = \"(hidden)\""), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
}

#[test]
fn a_mail_outlives_the_process_and_comes_once() {
    let folder = tempfile::tempdir().unwrap();
    // At first, the server takes no mail: it accepts connections, and is silent.
    let port = own_port();
    let silent = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let server = start(folder.path(), port);
    let ann = server.person("ann");
    assert!(ann.put("/me", &json!({"email": "ann@example.org"})).is_ok());
    let _asked = silent.accept().unwrap();
    server.process.kill();
    drop((silent, _asked));
    let database = Connection::open(folder.path().join("data/shared-spaces.db")).unwrap();
    // Otherwise it would be sent again after three minutes: another process may still be sending it.
    let due = database.execute("update mails set due_at = 1 where due_at is not null", ());
    assert_eq!(due.unwrap(), 1);
    drop(database);
    let mails = MailServer::start(port);
    let server = start(folder.path(), port);
    let mail = until("the mail", || mails.mails().pop());
    for words in [
        "To: ann@example.org",
        "https://spaces.example.org/email-confirmations/",
        "Message-ID: <1.",
    ] {
        assert!(mail.contains(words), "{mail}");
    }
    server.process.terminate();
    assert!(server.process.wait().success());
    let server = start(folder.path(), port);
    let ann = server.sign_in("ann", crate::support::PASSWORD).unwrap();
    assert!(
        ann.put("/me", &json!({"email": "second@example.org"}))
            .is_ok()
    );
    until("the second mail", || {
        (mails.mails().len() > 1).then_some(())
    });
    let of_first = |mails: Vec<String>| {
        mails
            .iter()
            .filter(|mail| mail.contains("To: ann@"))
            .count()
    };
    assert_eq!((of_first(mails.mails()), mails.mails().len()), (1, 2));
}
