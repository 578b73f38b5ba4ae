//! What strangers and slow readers can make the server hold in memory, over real connections.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use crate::support::{Person, Server};

const MIB: u64 = 1024;

/// The most memory that the server has had at once, in KiB.
pub(super) fn peak_memory(server: &Server) -> u64 {
    let path = format!("/proc/{}/status", server.process.id());
    let text = fs::read_to_string(path).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = line.unwrap().trim().trim_end_matches(" kB");
    digits.parse().unwrap()
}

fn status(connection: &mut TcpStream) -> String {
    let mut line = [0; "HTTP/1.1 200".len()];
    connection.read_exact(&mut line).unwrap();
    String::from_utf8_lossy(&line[9..]).into_owned()
}

/// A space whose list of shares has four million bytes.
fn long_list(ann: &Person) -> String {
    let space = ann.space("Family");
    let path = format!("{space}/shares");
    let text = "\u{1f600}".repeat(2000);
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(ann.post_form(&path, &text, None).unwrap().status, 200);
                }
            });
        }
    });
    format!("{path}?limit=500")
}

#[test]
fn slow_readers_of_long_lists_hold_little_and_another_reader_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let list = long_list(&ann);
    let ask = format!(
        "GET {list} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
        ann.token()
    );
    let length = ann.get(&list).unwrap().bytes.len() as u64;
    assert!(length > 4_000_000, "{length}");
    let before = peak_memory(&server);
    let mut slow: Vec<_> = (0..60)
        .map(|_| {
            let mut connection = server.connect_from(3).unwrap();
            connection.write_all(ask.as_bytes()).unwrap();
            let status = status(&mut connection);
            assert!(["200", "503"].contains(&&*status), "{status}");
            (connection, status)
        })
        .collect();
    let refused = slow.iter().filter(|(_, status)| status == "503").count();
    assert!(refused >= 40, "{refused}");

    let mut other = server.connect_from(2).unwrap();
    other.write_all(ask.as_bytes()).unwrap();
    assert_eq!(status(&mut other), "200");
    let mut reply = Vec::new();
    other.read_to_end(&mut reply).unwrap();
    assert!(reply.len() as u64 > length);

    let grown = peak_memory(&server) - before;
    assert!(grown < 100 * MIB, "{grown} KiB");
    // One of those who read nothing has given way, and the others get all of it.
    let mut lengths = Vec::new();
    for (connection, status) in &mut slow {
        let mut reply = Vec::new();
        let read = connection.read_to_end(&mut reply);
        if status == "200" {
            lengths.push(read.is_ok() && reply.len() as u64 > length);
        }
    }
    assert!(
        lengths.iter().filter(|whole| !**whole).count() <= 1,
        "{lengths:?}"
    );
    assert!(lengths.contains(&true), "{lengths:?}");
}

#[test]
fn large_bodies_of_strangers_hold_little_and_ordinary_ones_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let before = peak_memory(&server);
    let head = |length: usize| {
        format!(
            "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let beginning = vec![b'['; 1024 * 1024 - 1];
    let mut held: Vec<_> = (0..200)
        .map(|n: u8| {
            let mut connection = server.connect_from(2 + n % 4).unwrap();
            connection
                .write_all(head(beginning.len() + 1).as_bytes())
                .unwrap();
            connection.write_all(&beginning).unwrap();
            connection
        })
        .collect();
    let mut other = server.connect().unwrap();
    let body = r#"{"login": "ann"}"#;
    other.write_all(head(body.len()).as_bytes()).unwrap();
    other.write_all(body.as_bytes()).unwrap();
    assert_eq!(status(&mut other), "400");

    let mut refused = 0;
    for connection in &mut held {
        connection.write_all(b"[").unwrap();
        let status = status(connection);
        assert!(["400", "503"].contains(&&*status), "{status}");
        refused += u32::from(status == "503");
    }
    assert!(refused > 0);
    let grown = peak_memory(&server) - before;
    assert!(grown < 80 * MIB, "{grown} KiB");
}

#[test]
fn endless_lists_of_what_strangers_accept_hold_little() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let before = peak_memory(&server);
    let accept = "a/b,".repeat(7_000);
    let ask = format!("GET /spaces HTTP/1.1\r\nHost: a\r\nAccept: {accept}*/*\r\n\r\n");
    let mut asking: Vec<_> = (0..16)
        .map(|_| {
            let mut connection = server.connect().unwrap();
            connection.write_all(ask.as_bytes()).unwrap();
            connection
        })
        .collect();
    for connection in &mut asking {
        assert_eq!(status(connection), "401");
    }
    let grown = peak_memory(&server) - before;
    assert!(grown < 40 * MIB, "{grown} KiB");
}
