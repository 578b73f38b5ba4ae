//! Requests as strangers and odd clients write them, over a real connection.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::support::{PASSWORD, Server, TIMEOUT, command, picture, until};

/// Sends bytes and reads what comes until the other side closes.
fn ask(server: &Server, request: &[u8]) -> String {
    let mut connection = server.connect().unwrap();
    connection.write_all(request).unwrap();
    connection.shutdown(Shutdown::Write).unwrap();
    let mut reply = Vec::new();
    connection.read_to_end(&mut reply).unwrap();
    String::from_utf8(reply).unwrap()
}

fn status(reply: &str) -> &str {
    reply.get(9..12).unwrap_or_default()
}

fn has_headers_of_every_answer(reply: &str) -> bool {
    let reply = reply.to_lowercase();
    [
        "content-security-policy: ",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "cache-control: no-store",
    ]
    .iter()
    .all(|header| reply.contains(header))
}

#[test]
fn an_answer_on_a_connection_has_each_header_of_every_answer_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    for path in ["/", "/health", "/me", "/nothing", "/photos/1-1.jpg"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let reply = ask(&server, request.as_bytes()).to_lowercase();
        let (head, _) = reply.split_once("\r\n\r\n").unwrap();
        for name in [
            "cache-control",
            "content-security-policy",
            "cross-origin-resource-policy",
            "permissions-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options",
            "x-request-id",
        ] {
            let times = head.matches(&format!("\r\n{name}: ")).count();
            assert_eq!(times, 1, "{name} of {path}: {head}");
        }
    }
}

#[test]
fn a_request_names_one_host_and_a_refusal_has_the_headers_of_every_answer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    for (head, sentence) in [
        (
            "GET /health HTTP/1.1\r\n",
            "The request must say which host it is for",
        ),
        (
            "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n",
            "The request names more than one host",
        ),
        (
            "GET /health HTTP/1.1\r\nHost: a\r\nhost: b\r\n",
            "The request names more than one host",
        ),
        (
            "GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
            "The request names more than one host",
        ),
        (
            "GET /health HTTP/1.1\r\nHost: a b\r\n",
            "The host of the request can't be read",
        ),
        (
            "GET /health HTTP/1.1\r\nHost:\r\n",
            "The host of the request can't be read",
        ),
        (
            "GET * HTTP/1.1\r\nHost: a\r\n",
            "The address of the request can't be read",
        ),
        (
            "GET a.example:80 HTTP/1.1\r\nHost: a\r\n",
            "The address of the request can't be read",
        ),
        (
            "GET /a|b HTTP/1.1\r\nHost: a\r\n",
            "The address of the request can't be read",
        ),
    ] {
        let reply = ask(
            &server,
            format!("{head}Connection: close\r\n\r\n").as_bytes(),
        );
        assert_eq!(status(&reply), "400", "{head}{reply}");
        assert!(
            reply.ends_with(&format!("\r\n\r\n{sentence}")),
            "{head}{reply}"
        );
        assert!(has_headers_of_every_answer(&reply), "{head}{reply}");
    }
    for head in [
        "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.0\r\n\r\n",
        "GET http://a.example/health HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
    ] {
        assert_eq!(status(&ask(&server, head.as_bytes())), "200", "{head}");
    }
}

#[test]
fn what_could_be_read_in_two_ways_is_refused_or_ends_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let refused = [
        "get /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /he\0alth HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n1234",
        "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n1234",
        "POST /login HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n0\r\n\r\n",
        "GET ftp://a/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ];
    for request in refused {
        let reply = ask(&server, request.as_bytes());
        assert!(["400", "405"].contains(&status(&reply)), "{request}{reply}");
        assert!(has_headers_of_every_answer(&reply), "{request}{reply}");
        let (_, sentence) = reply.split_once("\r\n\r\n").unwrap();
        assert!(
            sentence.ends_with(|last: char| last.is_alphanumeric()),
            "{request}{reply}"
        );
    }
    // Both: the length is ignored, and nothing after it is taken for another request.
    let both = "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
                GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
    let reply = ask(&server, both.as_bytes());
    assert_eq!(reply.matches("HTTP/1.1 ").count(), 1, "{reply}");
}

#[test]
fn what_is_no_request_is_refused_with_a_sentence_also_behind_one_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let health = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
    let large = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n",
        "x".repeat(40_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
        "X-Many: y\r\n".repeat(200)
    );
    for (request, expected, sentence) in [
        ("nonsense\r\n\r\n", "400", "The request can't be read"),
        (
            "GET / HTTP/3.7\r\nHost: a\r\n\r\n",
            "400",
            "The request can't be read",
        ),
        (
            &large,
            "431",
            "The head of a request max 32 KiB, and 100 headers",
        ),
        (
            &many,
            "431",
            "The head of a request max 32 KiB, and 100 headers",
        ),
    ] {
        for before in ["", health] {
            let reply = ask(&server, format!("{before}{request}").as_bytes());
            let answers = if before.is_empty() { 1 } else { 2 };
            assert_eq!(reply.matches("HTTP/1.1 ").count(), answers, "{reply}");
            let last = &reply[reply.rfind("HTTP/1.1 ").unwrap()..];
            assert_eq!(status(last), expected, "{reply}");
            assert!(has_headers_of_every_answer(last), "{reply}");
            assert!(last.contains("\r\nconnection: close\r\n"), "{reply}");
            let length = format!("\r\ncontent-length: {}\r\n", sentence.len());
            assert!(last.contains(&length), "{reply}");
            assert!(last.ends_with(&format!("\r\n\r\n{sentence}")), "{reply}");
        }
    }
}

#[test]
fn who_has_sent_everything_and_says_so_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    for seed in 0..10 {
        let (head, body) = ann.raw_form(&path, "A photo", &picture(100, seed));
        let head = head.replace("Expect: 100-continue\r\n", "");
        let reply = ask(&server, &[head.as_bytes(), &body].concat());
        assert_eq!(status(&reply), "200", "{reply}");
    }
}

#[test]
fn who_asks_whether_to_send_a_body_that_nobody_wants_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    ann.space("Family");
    let own = format!("Authorization: Bearer {}\r\n", ann.token());
    for (request, who, length, refusal) in [
        ("POST /uploads", "", 5_000_000, "401"),
        ("PUT /me/avatar", "", 5_000_000, "401"),
        ("POST /spaces/1/shares", "", 5_000_000, "401"),
        ("POST /uploads", &own, 10_000_000_000u64, "413"),
        ("POST /spaces/1/shares", &own, 10_000_000_000, "413"),
        ("PUT /spaces/2/avatar", &own, 5_000_000, "404"),
    ] {
        let kind = match request.ends_with("shares") {
            true => "multipart/form-data; boundary=x",
            false => "image/jpeg",
        };
        let head = format!(
            "{request} HTTP/1.1\r\nHost: a\r\n{who}Content-Type: {kind}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        );
        let reply = ask(&server, head.as_bytes());
        assert_eq!(status(&reply), refusal, "{request}: {reply}");
    }
}

#[test]
fn what_nobody_wants_of_a_body_is_read_for_a_moment_and_then_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT", "1s"),
        ("SHARED_SPACES_LIMITS__PHOTO_BYTES", "1000"),
    ];
    let server = Server::start_with(folder.path(), &settings);
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    let signed_in = format!("Authorization: Bearer {}\r\n", ann.token());
    // Of a stranger, and of a photo that is too large.
    for (headers, expected) in [("", "401"), (&signed_in, "413")] {
        let mut connection = server.connect().unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\n{headers}Content-Type: multipart/form-data; boundary=x\r\n\
             Content-Length: 1000000000\r\n\r\n--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\na\r\n--x\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).unwrap();
        // Steadily, and fewer bytes in all than are read of a body in any case.
        let pause = Some(Duration::from_millis(20));
        connection.set_read_timeout(pause).unwrap();
        let mut is_answered = || {
            connection.write_all(&[b'y'; 64 * 1024]).is_err()
                || connection.peek(&mut [0]).is_ok_and(|read| read > 0)
        };
        assert!((0..900).any(|_| is_answered()), "it never stops listening");
        connection.set_read_timeout(Some(TIMEOUT)).unwrap();
        let mut reply = [0; 12];
        connection.read_exact(&mut reply).unwrap();
        assert!(reply.ends_with(expected.as_bytes()), "{reply:?}");
    }
}

#[test]
fn nothing_that_a_client_puts_before_a_proxys_word_gives_more_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.1"]"#),
        ("SHARED_SPACES_RATE_LIMITS__ACCOUNT_BURST", "2"),
    ];
    let server = Server::start_with(folder.path(), &settings);
    let guess = |way: &[u8]| {
        let body = br#"{"login": "ann", "password": "wrong horse"}"#;
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nX-Forwarded-For: ",
            body.len()
        );
        let reply = ask(&server, &[head.as_bytes(), way, b"\r\n\r\n", body].concat());
        status(&reply).to_owned()
    };
    assert_eq!(
        [guess(b"198.51.100.1"), guess(b"198.51.100.1")],
        ["401", "401"]
    );
    for before in [
        &b"\xff"[..],
        b"",
        b"203.0.113.7",
        b"unknown",
        b",,,",
        b"\xc3\xa9 \xff\xfe",
    ] {
        let way = [before, b", 198.51.100.1"].concat();
        assert_eq!(guess(&way), "429", "{before:?}");
    }
}

/// Cookies aren't bound to a port, so those of another server at the same host are sent along.
#[test]
fn a_neighbours_cookie_with_bytes_that_are_no_text_keeps_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    server.person("ann");
    let sign_in = |cookies: &[u8]| {
        let body = format!(r#"{{"login": "ann", "password": "{PASSWORD}"}}"#);
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nCookie: ",
            body.len()
        );
        ask(
            &server,
            &[head.as_bytes(), cookies, b"\r\n\r\n", body.as_bytes()].concat(),
        )
    };
    let reply = sign_in(b"theme=gr\xfcn");
    assert_eq!(status(&reply), "200", "{reply}");
    let ours = reply
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next())
        .find(|cookie| !cookie.contains("-browser="))
        .unwrap();
    for cookies in [
        [b"theme=gr\xfcn; ", ours.as_bytes()].concat(),
        [ours.as_bytes(), b"; theme=gr\xfcn"].concat(),
        [b"\xff=1; ", ours.as_bytes(), b"; a=\xc3"].concat(),
    ] {
        let head = b"GET /me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: ";
        let reply = ask(&server, &[&head[..], &cookies, b"\r\n\r\n"].concat());
        assert_eq!(status(&reply), "200", "{cookies:?} {reply}");
    }
}

/// Begins to sign in through a proxy, for a client at this address, and doesn't go on.
fn slow_login(server: &Server, from: &str) -> TcpStream {
    server.begin(&format!(
        "POST /login HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {from}\r\nContent-Type: application/json\r\n\
         Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    ))
}

fn health_through_proxy(server: &Server, from: &str) -> String {
    let head = format!(
        "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: {from}\r\n\r\n"
    );
    ask(server, head.as_bytes())
}

#[test]
fn five_who_hold_all_connections_through_a_proxy_keep_no_sixth_out() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.1"]"#),
        ("SHARED_SPACES_CONNECTIONS__MAX_CONNECTIONS", "20"),
        ("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "4"),
    ];
    let mut serve = command(folder.path(), &["serve", "--port", "0"]);
    serve.envs(settings);
    let log = folder.path().join("log");
    let server = Server::start_logged(serve, &log);
    let _held: Vec<_> = (0..20)
        .map(|n| slow_login(&server, &format!("198.51.100.{}", n % 5)))
        .collect();
    for n in 10..20 {
        let reply = health_through_proxy(&server, &format!("198.51.100.{n}"));
        assert_eq!(status(&reply), "200", "{reply}");
    }
    // They give way as the clients that the proxy names, and immediately, not only once they are slow.
    until("the log to name one of them", || {
        let said = std::fs::read_to_string(&log).unwrap();
        said.contains("connection closed address=198.51.100.")
            .then_some(())
    });
    // Nor a client that connects directly.
    let mut direct = server.connect_from(9).unwrap();
    direct
        .write_all(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut reply = String::new();
    direct.read_to_string(&mut reply).unwrap();
    assert_eq!(status(&reply), "200", "{reply}");
}

#[test]
fn who_comes_through_a_proxy_has_only_so_many_requests_at_once_and_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.1"]"#),
        ("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "2"),
    ];
    let server = Server::start_with(folder.path(), &settings);
    let _held = [
        slow_login(&server, "198.51.100.1"),
        slow_login(&server, "198.51.100.1"),
    ];
    let health = |from: &str| health_through_proxy(&server, from);
    let refused = health("203.0.113.9, 198.51.100.1");
    assert_eq!(status(&refused), "429", "{refused}");
    assert!(refused.contains("\r\nretry-after: "), "{refused}");
    assert_eq!(status(&health("198.51.100.2")), "200");
}

#[test]
fn a_browser_is_known_to_the_server_that_is_started_next() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_TRUSTED_PROXIES", r#"["127.0.0.1"]"#),
        ("SHARED_SPACES_RATE_LIMITS__ACCOUNT_BURST", "1"),
        ("SHARED_SPACES_RATE_LIMITS__ACCOUNT_PER_HOUR", "1"),
    ];
    let sign_in = |server: &Server, from: &str, password: &str, cookies: &str| {
        let body = format!(r#"{{"login": "ann", "password": "{password}"}}"#);
        let request = format!(
            "POST /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: {from}\r\nCookie: {cookies}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        ask(server, request.as_bytes())
    };
    let server = Server::start_with(folder.path(), &settings);
    server.person("ann");
    let reply = sign_in(&server, "192.0.2.1", PASSWORD, "");
    let cookies: Vec<_> = reply
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next())
        .collect();
    let cookies = cookies.join("; ");
    server.process.terminate();
    assert!(server.process.wait().success());

    let server = Server::start_with(folder.path(), &settings);
    for host in 1..=4 {
        let from = format!("198.51.100.{host}");
        let guessed = sign_in(&server, &from, "wrong horse", "");
        assert_eq!(status(&guessed), "401", "{guessed}");
    }
    let without = sign_in(&server, "192.0.2.1", PASSWORD, "");
    assert_eq!(status(&without), "429", "{without}");
    let with = sign_in(&server, "192.0.2.1", PASSWORD, &cookies);
    assert_eq!(status(&with), "200", "{with}");
}
