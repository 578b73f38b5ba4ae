//! Methods that no route has, over a real connection.

use std::io::{Read, Write};

use crate::support::Server;

#[test]
fn a_method_that_nobody_has_heard_of_is_refused_like_any_other_that_no_route_has() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let answer = |method: &str, path: &str| {
        let mut connection = server.connect().unwrap();
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    };
    for method in ["QUERY", "BREW", "TRACE", "PATCH"] {
        let refused = answer(method, "/health");
        assert!(
            refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"),
            "{method}: {refused}"
        );
        assert!(
            refused.to_lowercase().contains("\r\nallow: get, head\r\n"),
            "{method}: {refused}"
        );
        assert!(
            refused.ends_with("\r\n\r\nMethod not allowed"),
            "{method}: {refused}"
        );
        let nowhere = answer(method, "/nowhere");
        assert!(
            nowhere.starts_with("HTTP/1.1 404 Not Found\r\n"),
            "{method}: {nowhere}"
        );
    }
}
