//! The server below a path of a host, behind real proxies, set up as `docs/deployment.md` says.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::nginx::{TRUSTED, ask, body, read, request, status};
use crate::support::{PASSWORD, Server, own_port, picture};

const BASE: &str = "/spaces";

/// What the page says of a proxy: the code block that begins with this word and line, for a server of this test.
fn documented(kind: &str, first: &str, server: &Server) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deployment.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, snippet) = page.split_once(&format!("```{kind}\n{first}\n")).unwrap();
    let (snippet, _) = snippet.split_once("```").unwrap();
    let (_, port) = server.url.rsplit_once(':').unwrap();
    assert_eq!(snippet.matches("127.0.0.1:8000").count(), 1, "{snippet}");
    snippet.replace("127.0.0.1:8000", &format!("127.0.0.1:{port}"))
}

fn nginx(folder: &Path, port: u16, server: &Server) -> Command {
    let lines = documented("nginx", "# nginx: in the server block of the host", server);
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\naccess_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
         uwsgi_temp_path uwsgi; scgi_temp_path scgi;\nserver {{\nlisten 127.0.0.1:{port};\n{lines}}}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(file);
    command.args(["-e", "error.log"]);
    command
}

fn caddy(folder: &Path, port: u16, server: &Server) -> Command {
    let lines = documented("caddy", "# Caddy: in the block of the host", server);
    let configuration = format!(
        "{{\nadmin off\nauto_https off\n}}\nhttp://127.0.0.1:{port} {{\nbind 127.0.0.1\n{lines}}}\n"
    );
    let file = folder.join("Caddyfile");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(file).env("HOME", folder);
    command
}

fn haproxy(folder: &Path, port: u16, server: &Server) -> Command {
    let lines = documented("haproxy", "# haproxy: in the frontend of the host", server);
    let configuration = format!(
        "defaults\nmode http\ntimeout connect 5s\ntimeout client 60s\ntimeout server 60s\n\
         frontend host\nbind 127.0.0.1:{port}\n{lines}"
    );
    let file = folder.join("haproxy.cfg");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(file);
    command
}

/// A server below a path, and the proxy through which it is reached.
struct Below {
    server: Server,
    proxy: Server,
    /// Where browsers think that they are.
    origin: String,
}

fn below(folder: &Path, command: fn(&Path, u16, &Server) -> Command) -> Below {
    let port = own_port();
    let origin = format!("http://127.0.0.1:{port}");
    let url = format!("{origin}{BASE}/");
    let settings = [TRUSTED, ("SHARED_SPACES_PUBLIC_URL", url.as_str())];
    let server = Server::start_with(folder, &settings);
    let mut proxy = Server::start_at(command(folder, port, &server), port);
    proxy.url += BASE;
    Below {
        server,
        proxy,
        origin,
    }
}

/// A header of an answer.
fn header<'a>(reply: &'a str, name: &str) -> Option<&'a str> {
    let head = reply.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

impl Below {
    fn host(&self) -> &str {
        self.origin.strip_prefix("http://").unwrap()
    }

    fn send(&self, request: &[u8]) -> String {
        let mut connection = TcpStream::connect(self.host()).unwrap();
        connection.write_all(request).unwrap();
        read(&mut connection)
    }

    /// Sends a request without a body to the proxy.
    fn ask(&self, first: &str, more: &str) -> String {
        let host = self.host();
        let head = format!("{first} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n");
        self.send(head.as_bytes())
    }
}

fn everything_is_below_the_path(command: fn(&Path, u16, &Server) -> Command) {
    let folder = tempfile::tempdir().unwrap();
    let below = below(folder.path(), command);
    let base_url = &below.proxy.url;

    let ann = below.proxy.person("ann");
    let space = ann.space("Family");
    let photo = picture(64, 1);
    let share = ann.share_photo(&space, &photo);
    let url = share["image_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{base_url}/photos/")), "{url}");
    assert_eq!(ann.fetch(&share["image_url"]).bytes, photo);
    ann.share_photo(&space, &photo);
    let bearer = format!("Authorization: Bearer {}\r\n", ann.token());

    // Links and locations lead back to it.
    let page = below.ask(&format!("GET {BASE}{space}/shares?limit=1"), &bearer);
    let next = header(&page, "Link").unwrap();
    assert!(
        next.starts_with(&format!("<{base_url}{space}/shares?limit=1&cursor=")),
        "{next}"
    );
    let feed = below.ask(
        &format!("POST {BASE}{space}/feeds"),
        &format!("{bearer}Content-Length: 0\r\n"),
    );
    assert_eq!(
        header(&feed, "Location"),
        Some("/spaces/spaces/1/feeds/1"),
        "{feed}"
    );
    let tus = "Tus-Resumable: 1.0.0\r\nUpload-Length: 10\r\nContent-Length: 0\r\n";
    let upload = below.ask(&format!("POST {BASE}/uploads"), &format!("{bearer}{tus}"));
    let location = header(&upload, "Location").unwrap();
    let path = location
        .strip_prefix(below.origin.as_str())
        .unwrap_or(location);
    let found = below.ask(
        &format!("HEAD {path}"),
        &format!("{bearer}Tus-Resumable: 1.0.0\r\n"),
    );
    assert_eq!(
        header(&found, "Upload-Offset"),
        Some("0"),
        "{upload}{found}"
    );

    // Each file that a page names is there, and without the last slash one is led to the first page.
    let led = below.ask(&format!("GET {BASE}"), "");
    assert!(
        header(&led, "Location").unwrap().ends_with("/spaces/"),
        "{led}"
    );
    for path in ["/spaces/", "/spaces/app/spaces/1", "/spaces/docs"] {
        let page = below.ask(&format!("GET {path}"), "");
        assert_eq!(status(&page), "200", "{path}");
        let named: Vec<_> = body(&page).split("=\"/").skip(1).collect();
        assert!(named.len() > 2, "{page}");
        for file in named {
            let file = format!("/{}", file.split('"').next().unwrap());
            assert!(file.starts_with("/spaces/"), "{file}");
            assert_eq!(
                status(&below.ask(&format!("GET {file}"), "")),
                "200",
                "{file}"
            );
        }
    }
    let description = below.ask(&format!("GET {BASE}/openapi.json"), "");
    assert!(body(&description).contains(r#""servers":[{"url":"/spaces"}]"#));

    // A browser signs in, and writes by its cookie; the page of another site doesn't.
    let from = |origin: &str, first: &str, cookie: &str, json: &serde_json::Value| {
        let head = format!("Host: {}\r\nOrigin: {origin}\r\n{cookie}", below.host());
        below.send(&request(first, head.as_bytes(), json))
    };
    let login = json!({"login": "ann", "password": PASSWORD});
    let signed_in = from(&below.origin, "POST /spaces/login", "", &login);
    let cookie = header(&signed_in, "Set-Cookie").unwrap();
    let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let new = json!({"name": "Friends"});
    let made = from(&below.origin, "POST /spaces/spaces", &cookie, &new);
    assert_eq!(status(&made), "200", "{made}");
    let refused = from("http://evil.example", "POST /spaces/spaces", &cookie, &new);
    assert_eq!(status(&refused), "403", "{refused}");

    // A stream begins at once.
    let mut stream = TcpStream::connect(below.host()).unwrap();
    let host = below.host();
    let head = format!("GET {BASE}/events HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut begun = String::new();
    let mut some = [0; 4096];
    while !begun.contains("id:") {
        let read = stream.read(&mut some).unwrap();
        assert!(read > 0, "{begun}");
        begun += &String::from_utf8_lossy(&some[..read]);
    }

    // Nothing else of the host is ours.
    for path in ["/", "/me", "/spacesme", "/assets/x.js"] {
        let outside = ask(
            &below.server,
            1,
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        assert_eq!(status(&outside), "404", "{outside}");
        assert_eq!(
            body(&outside),
            "This server's pages and API are below /spaces/, and nothing else is here"
        );
    }
}

#[test]
fn behind_nginx_everything_is_below_the_path() {
    everything_is_below_the_path(nginx);
}

#[test]
fn behind_caddy_everything_is_below_the_path() {
    everything_is_below_the_path(caddy);
}

#[test]
fn behind_haproxy_everything_is_below_the_path() {
    everything_is_below_the_path(haproxy);
}
