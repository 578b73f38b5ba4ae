//! Certificates that the server orders itself, at an authority for tests.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::support::pebble::{Pebble, Ports, connect, directory, fixture, trusting};
use crate::support::{Server, command, own_port, until};

const NAME: &str = "spaces.example.org";
const OTHER_NAME: &str = "photos.example.org";
/// Longer than any test.
const LONG: u32 = 30 * 24 * 60 * 60;

/// A server at these ports that orders its certificates at a directory.
fn serve(folder: &Path, directory: &str, ports: Ports, has_redirect: bool) -> Command {
    let mut serve = command(folder, &["serve", "--port", &ports.https.to_string()]);
    serve
        .envs(settings(directory))
        .env("RUST_LOG", "info")
        .env("NO_COLOR", "1");
    if has_redirect {
        serve.env("SHARED_SPACES_TLS__REDIRECT_PORT", ports.http.to_string());
    }
    serve
}

fn settings(directory: &str) -> [(&'static str, String); 6] {
    [
        ("SHARED_SPACES_PUBLIC_URL", format!("https://{NAME}")),
        ("SHARED_SPACES_TLS__ACME__ENABLED", "true".into()),
        ("SHARED_SPACES_TLS__ACME__ACCEPT_TERMS", "true".into()),
        (
            "SHARED_SPACES_TLS__ACME__DOMAINS",
            format!(r#"["{NAME}", "{OTHER_NAME}"]"#),
        ),
        ("SHARED_SPACES_TLS__ACME__DIRECTORY", directory.into()),
        (
            "SHARED_SPACES_TLS__ACME__ROOT",
            fixture("first.pem").display().to_string(),
        ),
    ]
}

fn own_ports() -> Ports {
    Ports {
        http: own_port(),
        https: own_port(),
    }
}

/// The certificate that the server shows for a name to who trusts this root, once it shows one.
fn shown(root: &CertificateDer<'static>, name: &'static str, port: u16) -> CertificateDer<'static> {
    until("a certificate to be shown", || {
        let connection = connect(trusting(root.clone()), name, port).ok()?;
        let chain = connection.conn.peer_certificates()?;
        Some(chain[0].clone().into_owned())
    })
}

/// Waits for a line of the log.
fn wait_for(log: &Path, words: &str) -> String {
    until(words, || {
        let said = fs::read_to_string(log).unwrap();
        let mut lines = said.lines();
        lines.find(|line| line.contains(words)).map(str::to_owned)
    })
}

fn doctor(folder: &Path, directory: &str) -> String {
    said_by(command(folder, &["doctor"]), directory)
}

fn status(folder: &Path, directory: &str) -> String {
    said_by(command(folder, &["status"]), directory)
}

fn said_by(mut command: Command, directory: &str) -> String {
    let output = command.envs(settings(directory)).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Orders a certificate in one way, and shows it again after a start where the authority is gone.
fn is_ordered_and_kept(has_redirect: bool) {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    // The authority finds the server in the one way only.
    let looked_at = if has_redirect {
        Ports {
            https: own_port(),
            ..ports
        }
    } else {
        Ports {
            http: own_port(),
            ..ports
        }
    };
    let pebble = Pebble::start(folder.path(), looked_at, LONG);
    let (directory, root) = (pebble.directory(), pebble.root());
    let log = folder.path().join("server.log");
    let command = serve(folder.path(), &directory, ports, has_redirect);
    let server = Server::start_logged(command, &log);
    let first = shown(&root, NAME, ports.https);
    assert_eq!(shown(&root, OTHER_NAME, ports.https), first);
    let mut connection = connect(trusting(root.clone()), NAME, ports.https).unwrap();
    connection
        .write_all(b"GET /ready HTTP/1.1\r\nHost: spaces.example.org\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    // Nobody waits for a challenge any more.
    let mut challenge = trusting(root.clone());
    challenge.alpn_protocols = vec![b"acme-tls/1".to_vec()];
    assert!(connect(challenge, NAME, ports.https).is_err());
    let checks = doctor(folder.path(), &directory);
    assert!(checks.contains("in 29 days"), "{checks}");
    let status = status(folder.path(), &directory);
    assert!(
        status.contains("https      the certificate ends on 20"),
        "{status}"
    );
    for (name, mode) in [
        ("", 0o700),
        ("account.json", 0o600),
        ("certificate.pem", 0o600),
    ] {
        let path = folder.path().join("data/acme").join(name);
        let permissions = fs::metadata(path).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode, "{name}");
    }
    server.process.terminate();
    assert!(server.process.wait().success());
    drop(pebble);
    let log = folder.path().join("again.log");
    let command = serve(folder.path(), &directory, ports, has_redirect);
    let again = Server::start_logged(command, &log);
    assert_eq!(shown(&root, NAME, ports.https), first);
    // It asks when to renew it, in vain, and uses what it has.
    let said = wait_for(&log, "could not ask when to renew the certificate");
    assert!(said.contains(&directory), "{said}");
    assert_eq!(shown(&root, NAME, ports.https), first);
    again.process.terminate();
    assert!(again.process.wait().success());
}

#[test]
fn a_certificate_is_ordered_by_http_and_kept() {
    is_ordered_and_kept(true);
}

#[test]
fn a_certificate_is_ordered_by_tls_and_kept() {
    is_ordered_and_kept(false);
}

#[test]
fn a_certificate_is_renewed_and_the_next_handshake_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    let pebble = Pebble::start(folder.path(), ports, 9);
    let root = pebble.root();
    let log = folder.path().join("server.log");
    let command = serve(folder.path(), &pebble.directory(), ports, true);
    let _server = Server::start_logged(command, &log);
    let first = shown(&root, NAME, ports.https);
    until("another certificate", || {
        (shown(&root, NAME, ports.https) != first).then_some(())
    });
}

#[test]
fn a_certificate_that_cannot_be_kept_is_used_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    let pebble = Pebble::start(folder.path(), ports, 9);
    let root = pebble.root();
    let log = folder.path().join("server.log");
    let command = serve(folder.path(), &pebble.directory(), ports, true);
    let _server = Server::start_logged(command, &log);
    let first = shown(&root, NAME, ports.https);
    // Where a folder is, no file can be put.
    let kept = folder.path().join("data/acme/certificate.pem");
    until("the first certificate to be kept", || {
        fs::remove_file(&kept).ok()
    });
    fs::create_dir(&kept).unwrap();
    until("another certificate", || {
        (shown(&root, NAME, ports.https) != first).then_some(())
    });
    wait_for(&log, "was ordered and is used, but can't be kept");
}

#[test]
fn an_account_that_the_authority_has_forgotten_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    let pebble = Pebble::start(folder.path(), ports, LONG);
    let (port, directory, root) = (pebble.port, pebble.directory(), pebble.root());
    let log = folder.path().join("server.log");
    let server = Server::start_logged(serve(folder.path(), &directory, ports, false), &log);
    shown(&root, NAME, ports.https);
    server.process.terminate();
    assert!(server.process.wait().success());
    drop(pebble);
    fs::remove_file(folder.path().join("data/acme/certificate.pem")).unwrap();
    let pebble = Pebble::start_at(folder.path(), ports, LONG, Some(port));
    let log = folder.path().join("again.log");
    let _again = Server::start_logged(serve(folder.path(), &directory, ports, false), &log);
    shown(&pebble.root(), NAME, ports.https);
}

#[test]
fn where_no_certificate_can_be_ordered_the_server_starts_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    // Nothing listens there.
    let nowhere = directory(own_port());
    let log = folder.path().join("server.log");
    let server = Server::start_logged(serve(folder.path(), &nowhere, ports, true), &log);
    let said = wait_for(&log, "could not order a certificate");
    assert!(said.contains("connections by HTTPS fail"), "{said}");
    assert!(
        said.contains(&nowhere) && said.contains("tls.acme.root"),
        "{said}"
    );
    let any = trusting(CertificateDer::from_pem_file(fixture("first.pem")).unwrap());
    assert!(connect(any, NAME, ports.https).is_err());
    let mut health = command(
        folder.path(),
        &["health", "--port", &ports.https.to_string()],
    );
    let health = health.envs(settings(&nowhere)).output().unwrap();
    let unhealthy = String::from_utf8(health.stderr).unwrap();
    assert!(
        unhealthy
            .ends_with("isn't ready: it has no certificate yet; `shared-spaces doctor` says why\n"),
        "{unhealthy}"
    );
    let status = status(folder.path(), &nowhere);
    assert!(
        status.contains("https      no certificate yet: see "),
        "{status}"
    );
    let checks = doctor(folder.path(), &nowhere);
    assert!(
        checks.contains("There is no certificate for spaces.example.org"),
        "{checks}"
    );
    assert!(checks.contains(&nowhere), "{checks}");
    server.process.terminate();
    assert!(server.process.wait().success());
    // A start doesn't ask again at once.
    let state = || fs::read_to_string(folder.path().join("data/acme/state.json")).unwrap();
    let before = state();
    let log = folder.path().join("again.log");
    let server = Server::start_logged(serve(folder.path(), &nowhere, ports, true), &log);
    wait_for(&log, "there is no certificate yet");
    server.process.terminate();
    assert!(server.process.wait().success());
    assert_eq!(state(), before);
    // With another directory, it does. This one doesn't find the server.
    let elsewhere = own_ports();
    let pebble = Pebble::start(folder.path(), elsewhere, LONG);
    let log = folder.path().join("elsewhere.log");
    let command = serve(folder.path(), &pebble.directory(), ports, true);
    let _server = Server::start_logged(command, &log);
    let said = wait_for(&log, "could not order a certificate");
    assert!(said.contains("port 80 of that name"), "{said}");
}

#[test]
fn a_directory_whose_certificate_is_not_trusted_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let ports = own_ports();
    let pebble = Pebble::start(folder.path(), ports, LONG);
    let log = folder.path().join("server.log");
    let mut command = serve(folder.path(), &pebble.directory(), ports, false);
    command.env("SHARED_SPACES_TLS__ACME__ROOT", fixture("renewed.pem"));
    let _server = Server::start_logged(command, &log);
    let said = wait_for(&log, "could not order a certificate");
    assert!(
        said.contains("check tls.acme.directory, tls.acme.root"),
        "{said}"
    );
    let mut command = serve(folder.path(), &pebble.directory(), ports, false);
    command.env("SHARED_SPACES_TLS__ACME__ROOT", fixture("first.key.pem"));
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("of tls.acme.root contains no certificate"),
        "{error}"
    );
}

type Connection = StreamOwned<ServerConnection, TcpStream>;

/// A directory of our own, and its requests: what it does with each, by the address of the whole and the first line.
fn directory_of_ours(
    answer: impl Fn(&str, &str, &mut Connection) -> io::Result<()> + Send + 'static,
) -> (String, Receiver<String>) {
    let chain = vec![CertificateDer::from_pem_file(fixture("first.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(fixture("first.key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let base = format!("https://localhost:{port}");
    let (asked, requests) = channel();
    // It ends with the process of the tests.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut connection = StreamOwned::new(connection, stream.unwrap());
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let Some(first) = head.lines().next() else {
                continue;
            };
            if asked.send(first.to_owned()).is_err() {
                return;
            }
            // The client may leave at any time.
            let _left = answer(&base, first, &mut connection);
        }
    });
    (directory(port), requests)
}

#[test]
fn a_directory_that_answers_without_an_end_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, _requests) = directory_of_ours(|_, _, connection| {
        connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n{")?;
        loop {
            connection.write_all(&[b' '; 16 * 1024])?;
        }
    });
    let log = folder.path().join("server.log");
    let _server = Server::start_logged(serve(folder.path(), &directory, own_ports(), false), &log);
    let said = wait_for(&log, "could not order a certificate");
    assert!(said.contains("longer than 256 KiB"), "{said}");
}

#[test]
fn the_server_stops_at_once_while_a_directory_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (release, held) = channel::<()>();
    let (directory, requests) = directory_of_ours(move |_, _, _| {
        // Until the test ends.
        let _released = held.recv();
        Ok(())
    });
    let log = folder.path().join("server.log");
    let server = Server::start_logged(serve(folder.path(), &directory, own_ports(), false), &log);
    assert!(requests.recv().unwrap().starts_with("GET /dir "));
    server.process.terminate();
    assert!(server.process.wait().success());
    let said = fs::read_to_string(&log).unwrap();
    assert!(!said.contains("could not order a certificate"), "{said}");
    drop(release);
}

#[test]
fn a_certificate_is_renewed_as_soon_as_the_directory_suggests() {
    let folder = tempfile::tempdir().unwrap();
    let (directory, requests) = directory_of_ours(|base, request, connection| {
        let body = if request.contains(" /dir ") {
            let at = |path: &str| format!("{base}/{path}");
            json!({"newNonce": at("nonce"), "newAccount": at("account"), "newOrder": at("order"),
                "renewalInfo": at("renewal")})
        } else {
            let window = json!({"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"});
            json!({"suggestedWindow": window})
        };
        let body = body.to_string();
        let length = body.len();
        write!(
            connection,
            "HTTP/1.1 200 OK\r\nRetry-After: 21600\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )?;
        connection.flush()
    });
    // As if it had been ordered there.
    let kept = folder.path().join("data/acme");
    fs::create_dir_all(&kept).unwrap();
    let [key, chain] = ["first.key.pem", "first.pem"].map(|name| fs::read(fixture(name)).unwrap());
    fs::write(kept.join("certificate.pem"), [&key[..], &chain].concat()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
    let account = json!({"directory": directory, "email": null, "credentials": {
        "id": "https://localhost/account/1", "directory": directory,
        "key_pkcs8": URL_SAFE_NO_PAD.encode(key.secret_der()),
    }});
    fs::write(kept.join("account.json"), account.to_string()).unwrap();
    let state = json!({"directory": directory});
    fs::write(kept.join("state.json"), state.to_string()).unwrap();
    let log = folder.path().join("server.log");
    let ports = own_ports();
    let mut command = serve(folder.path(), &directory, ports, false);
    command
        .env("SHARED_SPACES_PUBLIC_URL", "https://localhost")
        .env_remove("SHARED_SPACES_TLS__ACME__DOMAINS");
    let _server = Server::start_logged(command, &log);
    let next = || requests.recv().unwrap();
    assert!(next().starts_with("GET /dir "));
    let renewal = next();
    let id = "3n-wSADJX2apJmA3LRvOGWTp_Pg.EVnMhwB871Hx-Bd7-kXzaQE0vrU";
    assert!(
        renewal.starts_with(&format!("GET /renewal/{id} ")),
        "{renewal}"
    );
    assert!(next().starts_with("GET /dir "));
    assert!(next().starts_with("HEAD /nonce "));
    // That it isn't ordered there changes nothing for others.
    let said = wait_for(&log, "could not order a certificate");
    assert!(said.contains("the one of before is used on"), "{said}");
    let root = CertificateDer::from_pem_slice(&chain).unwrap();
    assert_eq!(shown(&root, "localhost", ports.https), root);
}
