//! The server behind a real nginx, set up as `docs/deployment.md` says.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::record::banned;
use crate::support::{PASSWORD, Person, Server, command, output, own_port, picture, until};

/// The trusted proxy, as the page sets it.
pub const TRUSTED: (&str, &str) = ("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.1"]"#);
/// The largest photo, as uploaded.
const MAX_PHOTO: usize = 25 * 1024 * 1024;

/// What the page says of nginx, for a server and ports of this test and, if there is one, the certificate.
fn documented(server: &Server, port: u16, certificate: Option<&Path>) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deployment.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, snippet) = page.split_once("```nginx\n").unwrap();
    let (snippet, _) = snippet.split_once("```").unwrap();
    let (_, own_port) = server.url.rsplit_once(':').unwrap();
    let mut text = snippet.to_owned();
    let mut replace = |from: &str, to: &str| {
        assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
        text = text.replace(from, to);
    };
    replace("127.0.0.1:8000", &format!("127.0.0.1:{own_port}"));
    let (key, pem) = ("/etc/ssl/spaces.key", "/etc/ssl/spaces.pem");
    match certificate {
        Some(folder) => {
            replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"));
            for path in [key, pem] {
                replace(path, folder.join(&path[9..]).to_str().unwrap());
            }
        }
        None => {
            replace("listen 443 ssl", &format!("listen 127.0.0.1:{port}"));
            replace(&format!("    ssl_certificate     {pem};\n"), "");
            replace(&format!("    ssl_certificate_key {key};\n"), "");
        }
    }
    text
}

/// The bytes of a body above which nginx refuses it itself, as the page says them.
fn documented_max_body() -> u64 {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deployment.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, size) = page.split_once("client_max_body_size ").unwrap();
    let (mebibytes, _) = size.split_once("m;").unwrap();
    mebibytes.parse::<u64>().unwrap() * 1024 * 1024
}

/// nginx in front of a server, in a folder of its own. It is reached as the server would be.
fn nginx(folder: &Path, server: &Server, certificate: Option<&Path>) -> Server {
    let folder = folder.join("nginx");
    fs::create_dir_all(&folder).unwrap();
    let port = own_port();
    // One process, so that none is left when it is killed, and none needs another account of the system.
    let configuration = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\naccess_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
         uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n{}}}\n",
        documented(server, port, certificate)
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(&folder)
        .arg("-c")
        .arg(&file)
        .args(["-e", "error.log"]);
    Server::start_at(command, port)
}

/// What comes on a connection until the other side closes it.
pub fn read(connection: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply).unwrap();
    String::from_utf8_lossy(&reply).into_owned()
}

/// Sends bytes from an address of this machine and reads the answer.
pub fn ask(server: &Server, from: u8, request: &[u8]) -> String {
    let mut connection = server.connect_from(from).unwrap();
    connection.write_all(request).unwrap();
    read(&mut connection)
}

pub fn status(reply: &str) -> &str {
    reply.get(9..12).unwrap_or_default()
}

pub fn body(reply: &str) -> &str {
    reply.split_once("\r\n\r\n").unwrap().1
}

/// A request with a JSON body and these lines in its head.
pub fn request(first: &str, head: &[u8], body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    let more = format!(
        "Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    [first.as_bytes(), b" HTTP/1.1\r\n", head, more.as_bytes()].concat()
}

/// Begins an upload from an address, and sends no more than this much of its body.
fn hang(nginx: &Server, from: u8, (head, form): &(String, Vec<u8>), sent: usize) -> TcpStream {
    let mut connection = nginx.connect_from(from).unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&form[..sent]).unwrap();
    connection
}

/// A user uses the server as usual.
fn is_served(person: &Person, space: &str, seed: u64) {
    let photo = picture(64, seed);
    let share = person.share_photo(space, &photo);
    let list = person.get(&format!("{space}/shares")).unwrap();
    assert_eq!(list.status, 200);
    assert_eq!(list.json()[0]["id"], share["id"]);
}

#[test]
fn while_hundreds_of_slow_uploads_hang_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[TRUSTED]);
    let nginx = nginx(folder.path(), &server, None);
    let (ann, bob) = (nginx.person("ann"), nginx.person("bob"));
    let (anns, bobs) = (ann.space("Family"), bob.space("Friends"));
    // More from one address than it may have at once: if that were refused, they would hang.
    let path = format!("{anns}/shares");
    let upload = nginx.anybody().raw_form(&path, "A photo", &picture(200, 1));
    let _strangers: Vec<_> = (0..200).map(|_| hang(&nginx, 2, &upload, 1)).collect();
    until("the address to have as much as it may", || {
        let reply = ask(
            &nginx,
            2,
            b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        );
        (status(&reply) == "429").then_some(())
    });
    // And more of one account than it may have.
    let upload = ann.raw_form(&path, "A photo", &picture(200, 1));
    let mut own: Vec<_> = (0..11).map(|_| hang(&nginx, 3, &upload, 400)).collect();
    until("the account to have as much as it may", || {
        // A whole upload may be quicker than some of these, which are then refused, and leaves room for another.
        own.push(hang(&nginx, 3, &upload, 400));
        let reply = read(&mut hang(&nginx, 3, &upload, upload.1.len()));
        reply.contains("HTTP/1.1 429 ").then_some(())
    });
    is_served(&bob, &bobs, 1);
    // The page opens for her too, despite her many connections.
    let token = format!("Authorization: Bearer {}\r\n", ann.token());
    let from_there = format!("GET /me HTTP/1.1\r\nHost: a\r\n{token}Connection: close\r\n\r\n");
    assert_eq!(status(&ask(&nginx, 3, from_there.as_bytes())), "200");
}

#[test]
fn while_slow_uploads_from_several_addresses_fill_all_connections_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let few = ("SHARED_SPACES_CONNECTIONS__MAX_CONNECTIONS", "64");
    let server = Server::start_with(folder.path(), &[TRUSTED, few]);
    let nginx = nginx(folder.path(), &server, None);
    let bob = nginx.person("bob");
    let bobs = bob.space("Friends");
    let upload = nginx
        .anybody()
        .raw_form(&format!("{bobs}/shares"), "A photo", &picture(200, 1));
    let strangers: Vec<_> = (0..200)
        .map(|number| hang(&nginx, 2 + number % 5, &upload, 1))
        .collect();
    for seed in 0..3 {
        is_served(&bob, &bobs, seed);
    }
    drop(strangers);
}

#[test]
fn while_readers_of_large_photos_and_lists_dont_read_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[TRUSTED]);
    let nginx = nginx(folder.path(), &server, None);
    let (ann, bob) = (nginx.person("ann"), nginx.person("bob"));
    let (anns, bobs) = (ann.space("Family"), bob.space("Friends"));
    let photo = picture(600, 1);
    let share = ann.share_photo(&anns, &photo);
    let long = "long ".repeat(390);
    for _ in 0..40 {
        let shared = ann.post_form(&format!("{anns}/shares"), &long, None);
        assert_eq!(shared.unwrap().status, 200);
    }
    let url = share["image_url"].as_str().unwrap();
    let (_, path) = url.split_once("/photos/").unwrap();
    let token = format!("Authorization: Bearer {}\r\n", ann.token());
    let slow = |what: &str, last: u8| {
        let mut connection = nginx.connect_from(last).unwrap();
        let head = format!("GET {what} HTTP/1.1\r\nHost: a\r\n{token}Connection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        connection
    };
    let (photos, list) = (
        format!("/photos/{path}"),
        format!("{anns}/shares?limit=500"),
    );
    let mut readers: Vec<_> = (0..100)
        .flat_map(|_| [slow(&photos, 2), slow(&list, 3)])
        .collect();
    is_served(&bob, &bobs, 2);
    // A client that reads late still gets all of it.
    let mut whole = Vec::new();
    readers[0].read_to_end(&mut whole).unwrap();
    assert!(whole.ends_with(&photo[..]));
    assert!(read(&mut readers[1]).contains(long.trim()));
}

#[test]
fn whatever_a_client_claims_attempts_are_counted_for_the_address_that_nginx_saw_and_the_log_names_it()
 {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let log = folder.join("log");
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.envs([TRUSTED, ("SHARED_SPACES_RATE_LIMITS__ACCOUNT_BURST", "2")]);
    let server = Server::start_logged(serve, &log);
    let nginx = nginx(folder, &server, None);
    let guess = |from: u8, claims: &[u8]| {
        let login = json!({"login": "ann", "password": "wrong horse"});
        let head = [b"Host: a\r\n", claims].concat();
        status(&ask(&nginx, from, &request("POST /login", &head, &login))).to_owned()
    };
    assert_eq!([guess(5, b""), guess(5, b"")], ["401", "401"]);
    for claims in [
        &b""[..],
        b"X-Forwarded-For: 203.0.113.9\r\n",
        b"X-Forwarded-For: \xff\r\n",
        b"X-Forwarded-For: \xff, 203.0.113.9\r\n",
        b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 203.0.113.10\r\n",
        b"X-Forwarded-For: ,,,\r\nx-forwarded-for: unknown\r\n",
        b"X-Forwarded-For: 127.0.0.1\r\n",
        b"X-Forwarded-For: [::1]:80, ::ffff:127.0.0.1\r\n",
        b"X-Forwarded-For:\r\n",
        b"X_Forwarded_For: 203.0.113.9\r\n",
        b"Forwarded: for=203.0.113.9\r\n",
        b"Forwarded: for=\xff;by=127.0.0.1\r\nX-Real-IP: 203.0.113.9\r\n",
        b"X-Real-IP: \xfe\xff\r\nX-Client-IP: 203.0.113.9\r\n",
        b"X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n",
    ] {
        assert_eq!(
            guess(5, claims),
            "429",
            "{}",
            String::from_utf8_lossy(claims)
        );
    }
    let others = guess(6, b"X-Forwarded-For: 127.0.0.5\r\n");
    assert_eq!(others, "401", "another client has its own attempts");
    server.process.terminate();
    assert!(server.process.wait().success());
    let mut found = banned(&log);
    found.dedup();
    assert_eq!(found, ["127.0.0.5", "127.0.0.6"]);
}

#[test]
fn who_closes_their_sending_side_after_the_request_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[TRUSTED]);
    let nginx = nginx(folder.path(), &server, None);
    let ann = nginx.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    for seed in 0..20 {
        let (head, form) = ann.raw_form(&path, "A photo", &picture(100, seed));
        let mut connection = nginx.connect_from(2).unwrap();
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(&form).unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        let reply = read(&mut connection);
        assert!(reply.contains("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("\"text\":\"A photo\""), "{reply}");
    }
}

#[test]
fn an_odd_host_is_refused_or_served_and_never_becomes_part_of_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let public = ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org");
    let server = Server::start_with(folder.path(), &[TRUSTED, public]);
    let nginx = nginx(folder.path(), &server, None);
    let ann = nginx.person("ann");
    let share = ann.share_photo(&ann.space("Family"), &picture(24, 1));
    let path = format!("/shares/{}", share["id"]);
    let get = |version: &str, head: &str| {
        let token = ann.token();
        let head = format!(
            "GET {path} HTTP/{version}\r\n{head}Authorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        ask(&nginx, 2, head.as_bytes())
    };
    for head in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nhost: evil.example\r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host:\r\n",
        "Host: evil.example\u{1}\r\n",
    ] {
        let reply = get("1.1", head);
        assert_eq!(status(&reply), "400", "{head}{reply}");
        assert!(!reply.contains("evil.example"), "{head}{reply}");
    }
    for (version, head) in [
        ("1.0", ""),
        ("1.0", "Host: evil.example\r\n"),
        ("1.1", "Host: evil.example\r\n"),
        ("1.1", "Host: evil.example:81\r\n"),
        ("1.1", "Host: EVIL.example.\r\n"),
        ("1.1", "Host: [::1]:8080\r\n"),
        (
            "1.1",
            "Host: spaces.example.org\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: http\r\n",
        ),
        (
            "1.1",
            "Host: spaces.example.org\r\nForwarded: host=evil.example\r\n",
        ),
    ] {
        let reply = get(version, head);
        assert_eq!(status(&reply), "200", "{head}{reply}");
        let share: Value = serde_json::from_str(body(&reply)).unwrap();
        let link = share["image_url"].as_str().unwrap();
        let ours = "https://spaces.example.org/photos/";
        assert!(link.starts_with(ours), "{head}{reply}");
        assert!(!reply.to_lowercase().contains("evil"), "{head}{reply}");
    }
}

/// A photo of this many bytes. The cleaner drops most of them.
fn photo_of(size: usize) -> Vec<u8> {
    let small = picture(24, 1);
    // Behind the signature and the header, a chunk that says nothing: its length, its name, what is in it, and its checksum.
    let (head, rest) = small.split_at(33);
    let mut chunk = b"teXt".to_vec();
    chunk.resize(size - small.len() - 8, b'a');
    let length = u32::try_from(chunk.len() - 4).unwrap();
    let checksum = crc32fast::hash(&chunk).to_be_bytes();
    [head, &length.to_be_bytes(), &chunk, &checksum, rest].concat()
}

#[test]
fn photos_up_to_the_limit_pass_and_larger_ones_are_refused_in_our_words_until_nginx_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[TRUSTED]);
    let nginx = nginx(folder.path(), &server, None);
    let ann = nginx.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    let share = |size: usize| {
        let reply = ann.post_form(&path, "A photo", Some(&photo_of(size)));
        let reply = reply.unwrap();
        (
            reply.status,
            String::from_utf8_lossy(&reply.bytes).into_owned(),
        )
    };
    let (code, reply) = share(MAX_PHOTO);
    assert_eq!(code, 200, "{reply}");
    for size in [MAX_PHOTO + 1, 60 * 1024 * 1024] {
        assert_eq!(share(size), (413, "Photo max 25 MiB".to_owned()));
    }
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: {}\r\n\r\n",
        ann.token(),
        documented_max_body() + 1
    );
    let reply = ask(&nginx, 2, head.as_bytes());
    assert_eq!(status(&reply), "413", "{reply}");
    assert!(reply.contains("\r\nContent-Type: text/html\r\n"), "{reply}");
}

#[test]
fn on_plain_http_and_another_port_signing_in_and_a_write_by_the_cookie_work() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[TRUSTED]);
    let nginx = nginx(folder.path(), &server, None);
    nginx.person("ann");
    let (_, port) = nginx.url.rsplit_once(':').unwrap();
    let from_page = |first: &str, cookie: &str, body: &Value| {
        let head =
            format!("Host: home.example:{port}\r\nOrigin: http://home.example:{port}\r\n{cookie}");
        ask(&nginx, 2, &request(first, head.as_bytes(), body))
    };
    let login = json!({"login": "ann", "password": PASSWORD});
    let reply = from_page("POST /login", "", &login);
    assert_eq!(status(&reply), "200", "{reply}");
    let cookie = reply
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let (cookie, _) = value.split_once(';')?;
            name.eq_ignore_ascii_case("set-cookie")
                .then(|| format!("Cookie: {cookie}\r\n"))
        })
        .unwrap();
    let reply = from_page("POST /spaces", &cookie, &json!({"name": "Family"}));
    assert_eq!(status(&reply), "200", "{reply}");
}

#[test]
fn on_https_as_documented_a_browser_signs_in_and_writes_by_its_cookie() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let public = ("SHARED_SPACES_PUBLIC_URL", "https://spaces.example.org");
    let server = Server::start_with(folder, &[TRUSTED, public]);
    server.person("ann");
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        "spaces.key",
        "-out",
        "spaces.pem",
        "-days",
        "2",
        "-subj",
        "/CN=spaces.example.org",
        "-addext",
        "subjectAltName=DNS:spaces.example.org",
    ]);
    let made = output(openssl, "");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let nginx = nginx(folder, &server, Some(folder));
    let (_, port) = nginx.url.rsplit_once(':').unwrap();
    let curl = |path: &str, body: &Value| {
        let mut curl = Command::new("curl");
        curl.current_dir(folder)
            .args([
                "--silent",
                "--show-error",
                "--include",
                "--cacert",
                "spaces.pem",
            ])
            .args([
                "--noproxy",
                "*",
                "--connect-to",
                &format!("spaces.example.org:443:127.0.0.1:{port}"),
            ])
            .args(["--cookie", "jar", "--cookie-jar", "jar"])
            .args([
                "--header",
                "Origin: https://spaces.example.org",
                "--header",
                "Content-Type: application/json",
            ])
            .args(["--data", &body.to_string()])
            .arg(format!("https://spaces.example.org{path}"));
        let said = output(curl, "");
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        String::from_utf8(said.stdout).unwrap()
    };
    let reply = curl("/login", &json!({"login": "ann", "password": PASSWORD}));
    assert_eq!(status(&reply), "200", "{reply}");
    assert!(
        reply
            .to_lowercase()
            .contains("\r\nset-cookie: __host-shared-spaces-"),
        "{reply}"
    );
    let reply = curl("/spaces", &json!({"name": "Family"}));
    assert_eq!(status(&reply), "200", "{reply}");
}
