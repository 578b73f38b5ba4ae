//! A server on a unix socket, alone and behind real proxies, set up as `docs/deployment.md` says.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::nginx::{ask, request, status};
use crate::support::{Process, Server, command, output, own_port, picture, until};

pub const TRUSTED: (&str, &str) = ("SHARED_SPACES_TRUSTED_PROXIES", r#"["unix"]"#);
const FEW: (&str, &str) = ("SHARED_SPACES_RATE_LIMITS__ACCOUNT_BURST", "2");
/// The socket of the page.
const DOCUMENTED: &str = "/run/shared-spaces/http.sock";

/// The socket of a test.
fn socket(folder: &Path) -> PathBuf {
    folder.join("http.sock")
}

/// A server on a data folder that will listen on a socket.
pub fn serve(data: &Path, socket: &Path, settings: &[(&str, &str)]) -> Command {
    let mut serve = command(data, &["serve"]);
    serve
        .env("ROCKET_ADDRESS", format!("unix:{}", socket.display()))
        .envs(settings.iter().copied())
        .env("RUST_LOG", "error");
    serve
}

/// Sends a request on the socket and reads the answer.
fn send(socket: &Path, request: &[u8]) -> String {
    let mut connection = UnixStream::connect(socket).unwrap();
    connection.write_all(request).unwrap();
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

fn answers(socket: &Path) -> bool {
    let asked = b"GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    status(&send(socket, asked)) == "200"
}

/// What a command complains about that fails as it should.
fn refused(command: Command) -> String {
    let refused = output(command, "");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    said
}

/// A guess at a password, at this host, with these lines in its head.
fn guess(host: &str, claims: &str) -> Vec<u8> {
    let login = json!({"login": "ann", "password": "wrong horse"});
    request(
        "POST /login",
        format!("Host: {host}\r\n{claims}").as_bytes(),
        &login,
    )
}

/// What the page says of a proxy, for a socket of this test.
fn documented(kind: &str, first: &str, socket: &Path) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deployment.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, snippet) = page.split_once(&format!("```{kind}\n{first}\n")).unwrap();
    let (snippet, _) = snippet.split_once("```").unwrap();
    assert_eq!(snippet.matches(DOCUMENTED).count(), 1, "{snippet}");
    snippet.replace(DOCUMENTED, socket.to_str().unwrap())
}

fn nginx(folder: &Path, port: u16, socket: &Path) -> Command {
    let first = "# nginx: by a unix socket, in the server block of the host";
    let lines = documented("nginx", first, socket);
    nginx_with(
        folder,
        &format!("server {{\nlisten 127.0.0.1:{port};\n{lines}}}\n"),
    )
}

/// nginx with these lines in its http block.
pub fn nginx_with(folder: &Path, lines: &str) -> Command {
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\naccess_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
         uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n{lines}}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(file);
    command.args(["-e", "error.log"]);
    command
}

fn caddy(folder: &Path, port: u16, socket: &Path) -> Command {
    let first = "# Caddy: by a unix socket, in the block of the host";
    let lines = documented("caddy", first, socket);
    caddy_with(folder, &format!("http://127.0.0.1:{port} {{\n{lines}}}\n"))
}

/// Caddy with these blocks of hosts.
pub fn caddy_with(folder: &Path, hosts: &str) -> Command {
    let configuration =
        format!("{{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}}\n{hosts}");
    let file = folder.join("Caddyfile");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(file).env("HOME", folder);
    command
}

/// A proxy, started for a port. It is reached as the server would be.
pub fn proxy(command: impl Fn(u16) -> Command) -> Server {
    let port = own_port();
    Server::start_at(command(port), port)
}

fn clients_are_told_apart_behind(command: fn(&Path, u16, &Path) -> Command) {
    let folder = tempfile::tempdir().unwrap();
    let socket = socket(folder.path());
    let _server = Server::start_as(serve(folder.path(), &socket, &[TRUSTED, FEW]));
    let proxy = proxy(|port| command(folder.path(), port, &socket));
    let ann = proxy.person("ann");
    let photo = picture(64, 1);
    let share = ann.share_photo(&ann.space("Family"), &photo);
    // The link is one of the proxy's, because it says what people have come to.
    let url = share["image_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/photos/", proxy.url)), "{url}");
    assert_eq!(ann.fetch(&share["image_url"]).bytes, photo);
    let host = proxy.url.strip_prefix("http://").unwrap();
    let from = |last: u8, claims: &str| status(&ask(&proxy, last, &guess(host, claims))).to_owned();
    assert_eq!([from(5, ""), from(5, "")], ["401", "401"]);
    for claims in [
        "",
        "X-Forwarded-For: 203.0.113.9\r\n",
        "X-Forwarded-For: unix\r\n",
        "X-Forwarded-For: unix:\r\n",
    ] {
        assert_eq!(from(5, claims), "429", "{claims}");
    }
    assert_eq!(from(6, ""), "401", "another client has its own attempts");
}

#[test]
fn behind_nginx_on_a_unix_socket_attempts_are_counted_for_each_client() {
    clients_are_told_apart_behind(nginx);
}

#[test]
fn behind_caddy_on_a_unix_socket_attempts_are_counted_for_each_client() {
    clients_are_told_apart_behind(caddy);
}

#[test]
fn who_comes_by_a_unix_socket_is_no_trusted_proxy_unless_the_settings_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let socket = socket(folder.path());
    let everybody = (
        "SHARED_SPACES_TRUSTED_PROXIES",
        r#"["127.0.0.1", "0.0.0.0/0", "::/0"]"#,
    );
    let _server = Server::start_as(serve(folder.path(), &socket, &[everybody, FEW]));
    let from = |address: &str| {
        let claim = format!("X-Forwarded-For: {address}\r\n");
        status(&send(&socket, &guess("a", &claim))).to_owned()
    };
    assert_eq!([from("203.0.113.1"), from("203.0.113.2")], ["401", "401"]);
    assert_eq!(from("203.0.113.3"), "429");
}

#[test]
fn only_the_account_and_the_group_of_the_server_may_connect_unless_the_settings_say_otherwise() {
    for (settings, expected) in [
        (&[][..], 0o660),
        (
            &[("SHARED_SPACES_CONNECTIONS__SOCKET_MODE", "\"0600\"")],
            0o600,
        ),
        (
            &[("SHARED_SPACES_CONNECTIONS__SOCKET_MODE", "\"666\"")],
            0o666,
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let socket = socket(folder.path());
        let _server = Server::start_as(serve(folder.path(), &socket, settings));
        let mode = fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected);
        // Nothing else is left next to it.
        let mut files = fs::read_dir(folder.path()).unwrap();
        assert!(files.all(|file| {
            let name = file.unwrap().file_name();
            name == "data" || name == "http.sock"
        }));
    }
}

#[test]
fn the_socket_of_a_dead_server_is_replaced_that_of_a_live_one_is_not_and_in_the_end_it_is_removed()
{
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = folders.each_ref().map(tempfile::TempDir::path);
    let socket = socket(first);
    let server = Server::start_as(serve(first, &socket, &[]));
    assert_eq!(server.url, format!("unix:{}", socket.display()));
    assert_eq!(
        refused(serve(second, &socket, &[])),
        format!(
            "shared-spaces: Another server is listening on unix:{}: stop it, or set another path with --address or \
             ROCKET_ADDRESS\n",
            socket.display()
        )
    );
    assert!(!second.join("data").exists());
    assert!(answers(&socket));
    server.process.kill();
    assert!(UnixStream::connect(&socket).is_err() && socket.exists());
    let server = Server::start_as(serve(second, &socket, &[]));
    assert!(answers(&socket));
    server.process.terminate();
    assert!(server.process.wait().success());
    assert!(!socket.exists());
}

#[test]
fn of_two_servers_that_find_the_socket_of_a_dead_one_at_the_same_time_one_gets_it() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [dead, one, other] = folders.each_ref().map(tempfile::TempDir::path);
    let socket = socket(dead);
    Server::start_as(serve(dead, &socket, &[])).process.kill();
    let start = |folder: &Path| {
        let mut serve = serve(folder, &socket, &[]);
        serve.stderr(File::create(folder.join("log")).unwrap());
        Process::start(serve)
    };
    let mut both = [(one, start(one)), (other, start(other))];
    let lost = until("one to end", || {
        both.iter_mut().position(|(_, process)| process.has_ended())
    });
    let said = fs::read_to_string(both[lost].0.join("log")).unwrap();
    assert!(
        said.contains("Another server is listening on unix:"),
        "{said}"
    );
    assert!(answers(&socket));
    assert!(!both[1 - lost].1.has_ended());
}

#[test]
fn a_socket_that_another_server_has_made_meanwhile_is_left_alone_at_the_end() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = folders.each_ref().map(tempfile::TempDir::path);
    let socket = socket(first);
    let server = Server::start_as(serve(first, &socket, &[]));
    fs::remove_file(&socket).unwrap();
    let _other = Server::start_as(serve(second, &socket, &[]));
    server.process.terminate();
    assert!(server.process.wait().success());
    assert!(answers(&socket));
}

#[test]
fn what_is_no_socket_stays_and_what_makes_no_sense_with_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let socket = socket(folder.path());
    fs::write(&socket, "precious").unwrap();
    let said = refused(serve(folder.path(), &socket, &[]));
    assert!(
        said.contains("something that isn't a socket is there"),
        "{said}"
    );
    assert_eq!(fs::read(&socket).unwrap(), b"precious");
    fs::remove_file(&socket).unwrap();

    let nowhere = folder.path().join("nowhere/http.sock");
    let said = refused(serve(folder.path(), &nowhere, &[]));
    assert!(said.contains("its folder must exist"), "{said}");

    let mut with_port = serve(folder.path(), &socket, &[]);
    with_port.args(["--port", "8001"]);
    let said = refused(with_port);
    assert!(
        said.contains("is a unix socket, which has no port: leave out --port"),
        "{said}"
    );

    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    let key = folder.path().join("key.pem");
    fs::copy(tls.join("first.key.pem"), &key).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let mut with_tls = serve(folder.path(), &socket, &[]);
    with_tls
        .env("SHARED_SPACES_TLS__CERTIFICATE", tls.join("first.pem"))
        .env("SHARED_SPACES_TLS__KEY", key);
    let said = refused(with_tls);
    assert!(
        said.contains("remove tls.certificate and tls.key, or set address to an IP address"),
        "{said}"
    );
    for (mode, shown) in [("\"0990\"", "0990"), ("\"1777\"", "1777"), ("\"rw\"", "rw")] {
        let setting = ("SHARED_SPACES_CONNECTIONS__SOCKET_MODE", mode);
        let said = refused(serve(folder.path(), &socket, &[setting]));
        let sentence = format!(
            "must be permissions in octal digits, such as \"0660\" for the account and the group of the server, not '{shown}'"
        );
        assert!(said.contains(&sentence), "{said}");
    }
    assert!(!folder.path().join("data").exists() && !socket.exists());
}

#[test]
fn a_server_on_a_unix_socket_is_healthy_while_it_runs_and_the_doctor_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let socket = socket(folder.path());
    let address = format!("unix:{}", socket.display());
    let with = |what: &str, trusted: &str| {
        let mut command = command(folder.path(), &[what]);
        command
            .env("ROCKET_ADDRESS", &address)
            .env("SHARED_SPACES_TRUSTED_PROXIES", trusted);
        command
    };
    let said = output(with("doctor", "[]"), "");
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(
        said.contains(&format!("The server can listen on {address}.")),
        "{said}"
    );
    assert!(
        said.contains("trusted_proxies doesn't have \"unix\""),
        "{said}"
    );
    let said = output(with("doctor", r#"["unix"]"#), "");
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(!said.contains("trusted_proxies"), "{said}");

    let said = refused(with("health", "[]"));
    assert!(
        said.starts_with(&format!("shared-spaces: No server answers at {address}: ")),
        "{said}"
    );
    let server = Server::start_as(serve(folder.path(), &socket, &[]));
    assert_eq!(output(with("health", "[]"), "").stdout, b"ready\n");
    let named = command(folder.path(), &["health", "--address", &address]);
    assert_eq!(output(named, "").stdout, b"ready\n");
    fs::rename(folder.path().join("data"), folder.path().join("elsewhere")).unwrap();
    let said = refused(with("health", "[]"));
    assert!(
        said.starts_with(&format!(
            "shared-spaces: The server at {address} isn't ready: "
        )),
        "{said}"
    );
    drop(server);
}
