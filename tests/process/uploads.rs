//! Uploads as they go over a real connection.

use std::io::{Read, Write};

use crate::support::Server;

/// Most clients listen for an answer only when they have sent everything. A server that hung up on them first would be
/// a network error to them, and not a reason to sign in again.
#[test]
fn who_is_not_signed_in_any_more_sends_a_large_photo_and_reads_why_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let path = format!("{}/shares", ann.space("Family"));
    let (head, body) = ann.raw_form(&path, "A photo", &vec![0xff; 20 * 1024 * 1024]);
    assert_eq!(ann.delete("/logout").unwrap().status, 200);
    let mut connection = server.connect().unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&body).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.contains("HTTP/1.1 401 Unauthorized\r\n"), "{reply}");
    assert!(reply.ends_with("\r\n\r\nYou aren't authorized"), "{reply}");
}
