//! HTTPS of the server's own: what browsers and others get at its ports.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

use crate::support::{Server, TIMEOUT, command, own_port};

pub(super) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// Settings for HTTPS with a certificate of the tests.
fn settings() -> [(&'static str, String); 2] {
    ["CERTIFICATE", "KEY"].map(|what| {
        let name = if what == "KEY" {
            "first.key.pem"
        } else {
            "first.pem"
        };
        let variable = if what == "KEY" {
            "SHARED_SPACES_TLS__KEY"
        } else {
            "SHARED_SPACES_TLS__CERTIFICATE"
        };
        (variable, fixture(name).display().to_string())
    })
}

pub(super) fn start(folder: &Path, more: &[(&str, &str)]) -> Server {
    let mut command = command(folder, &["serve", "--port", "0"]);
    command
        .envs(settings())
        .envs(more.iter().copied())
        .env("RUST_LOG", "error");
    Server::start_as(command)
}

/// The certificate of the tests, and no other.
pub(super) fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let pem = fs::read(fixture("first.pem")).unwrap();
    roots
        .add(CertificateDer::from_pem_slice(&pem).unwrap())
        .unwrap();
    roots
}

/// A connection that has spoken TLS, and trusts the certificate of the tests alone.
fn connect(
    server: &Server,
    version: &'static SupportedProtocolVersion,
) -> StreamOwned<ClientConnection, TcpStream> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots())
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, server.connect().unwrap())
}

/// Sends a request, and reads the response until the connection closes.
fn ask(mut connection: impl Read + Write, request: &str) -> String {
    connection.write_all(request.as_bytes()).unwrap();
    connection.flush().unwrap();
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply).unwrap();
    String::from_utf8(reply).unwrap()
}

#[test]
fn browsers_get_pages_and_secure_cookies_over_each_version_of_tls() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    assert!(
        server.url.starts_with("https://localhost:"),
        "{}",
        server.url
    );
    for version in [&TLS13, &TLS12] {
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let reply = ask(connect(&server, version), request).to_lowercase();
        assert!(reply.starts_with("http/1.1 200 "), "{reply}");
        assert!(reply.contains("\r\nstrict-transport-security: "), "{reply}");
    }
    let body = r#"{"login":"ann","password":"correct horse","confirm-password":"correct horse"}"#;
    for path in ["/register", "/login"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nContent-Type: application/json\r\n\
            Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = ask(connect(&server, &TLS13), &request);
        assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    }
    let length = format!("{}x", "a".repeat(64));
    let request = format!(
        "GET /spaces HTTP/1.1\r\nHost: localhost\r\nX-Long: {length}\r\nConnection: close\r\n\r\n"
    );
    assert!(ask(connect(&server, &TLS13), &request).starts_with("HTTP/1.1 401 "));
}

#[test]
fn a_request_without_tls_is_told_where_https_is_and_one_that_says_nothing_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let _silent = server.connect().unwrap();
    let reply = ask(
        server.connect().unwrap(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );
    assert!(reply.starts_with("HTTP/1.1 400 "), "{reply}");
    assert!(
        reply.contains("use the address that begins with https://"),
        "{reply}"
    );
    let mut odd = server.connect().unwrap();
    odd.write_all(&[22, 3, 1, 255, 255, 0, 0, 0]).unwrap();
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(ask(connect(&server, &TLS13), request).ends_with("ok"));
}

#[test]
fn http_is_redirected_where_that_is_set_but_nothing_that_carries_a_body() {
    let folder = tempfile::tempdir().unwrap();
    // A server says only one of its ports.
    let port = own_port();
    let server = start(
        folder.path(),
        &[("SHARED_SPACES_TLS__REDIRECT_PORT", &port.to_string())],
    );
    let https = server.url.rsplit_once(':').unwrap().1;
    let connect = || {
        let connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        connection.set_read_timeout(Some(TIMEOUT)).unwrap();
        connection
    };
    let reply = ask(
        connect(),
        "GET /spaces/1?a=b HTTP/1.1\r\nHost: home.lan\r\n\r\n",
    );
    assert!(reply.starts_with("HTTP/1.1 308 "), "{reply}");
    assert!(
        reply.contains(&format!(
            "\r\nlocation: https://home.lan:{https}/spaces/1?a=b\r\n"
        )),
        "{reply}"
    );
    let reply = ask(
        connect(),
        "POST /login HTTP/1.1\r\nHost: home.lan\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert!(reply.starts_with("HTTP/1.1 400 "), "{reply}");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [(certificate, first), (key, first_key)] = settings();
    let other = fixture("renewed.key.pem").display().to_string();
    let refusals: [(&[(&str, &str)], &str); 7] = [
        (&[(certificate, &first)], "tls.certificate needs tls.key"),
        (&[(key, &first_key)], "tls.key needs tls.certificate"),
        (
            &[(certificate, &first), (key, &other)],
            "isn't that of the certificate",
        ),
        (
            &[("SHARED_SPACES_TLS__REDIRECT_PORT", "8080")],
            "tls.certificate and tls.key must be set too",
        ),
        (
            &[
                (certificate, &first),
                (key, &first_key),
                ("SHARED_SPACES_PUBLIC_URL", "http://home.lan"),
            ],
            "public_url must begin with https://",
        ),
        (
            &[
                (certificate, &first),
                (key, &first_key),
                ("SHARED_SPACES_TLS__ACME__ENABLED", "true"),
            ],
            "tls.certificate and tls.acme.enabled contradict each other",
        ),
        (
            &[
                ("SHARED_SPACES_TLS__ACME__ENABLED", "true"),
                ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org"),
            ],
            "tls.acme.enabled needs tls.acme.accept_terms = true",
        ),
    ];
    for (set, said) in refusals {
        let mut command = command(folder.path(), &["serve", "--port", "0"]);
        command.envs(set.iter().copied());
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[test]
fn the_health_command_asks_by_https() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let port = server.url.rsplit_once(':').unwrap().1;
    let mut health = command(folder.path(), &["health", "--port", port]);
    let output = health.envs(settings()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "ready\n");
}
