//! Uploads and other requests as they go over a real connection, slowly or too many at once.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Person, Server, command, photos, picture, until};

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

/// Begins an upload and doesn't send its body: the server has said that it reads it.
fn begin(server: &Server, person: &Person, space: &str) -> (TcpStream, Vec<u8>) {
    let (head, body) = person.raw_form(&format!("{space}/shares"), "A photo", &picture(200, 1));
    (server.begin(&head), body)
}

/// What is answered to an upload before its body is sent.
fn refused(server: &Server, person: &Person, space: &str) -> String {
    let (head, _) = person.raw_form(&format!("{space}/shares"), "A photo", &picture(200, 1));
    let mut connection = server.connect().unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    reply
}

fn finish((mut connection, body): (TcpStream, Vec<u8>)) -> String {
    connection.write_all(&body).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn who_is_signed_out_while_their_share_is_on_its_way_shares_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let space = ann.space("Family");
    let login = serde_json::json!({"login": "bob"});
    let added = ann.post(&format!("{space}/members"), &login).unwrap();
    assert_eq!(added.status, 200);
    let under_way = begin(&server, &bob, &space);
    assert_eq!(bob.delete("/logout").unwrap().status, 200);
    let reply = finish(under_way);
    assert!(reply.contains("HTTP/1.1 401 Unauthorized\r\n"), "{reply}");
    assert!(reply.ends_with("\r\n\r\nYou aren't authorized"), "{reply}");
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    assert_eq!(shares, serde_json::json!([]));
    assert_eq!(photos(&folder.path().join("data")), [""; 0]);
}

#[test]
fn one_persons_uploads_are_bounded_and_leave_room_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__MAX_UPLOADS_PER_USER", "2");
    let server = Server::start_with(folder.path(), &[setting]);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let (anns, bobs) = (ann.space("Family"), bob.space("Friends"));
    let under_way = [begin(&server, &ann, &anns), begin(&server, &ann, &anns)];
    let reply = refused(&server, &ann, &anns);
    assert!(reply.starts_with("HTTP/1.1 429 "), "{reply}");
    assert!(reply.contains("\r\nretry-after: "), "{reply}");
    let sentence = "You are sending too many photos at once, try again in a moment";
    assert!(reply.ends_with(sentence), "{reply}");
    bob.share_photo(&bobs, &picture(200, 1));
    let text = ann.post_form(&format!("{anns}/shares"), "Only words", None);
    assert_eq!(text.unwrap().status, 200);

    for upload in under_way {
        let reply = finish(upload);
        assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    }
    ann.share_photo(&anns, &picture(200, 2));
}

#[test]
fn everybodys_uploads_together_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__MAX_UPLOADS", "1");
    let server = Server::start_with(folder.path(), &[setting]);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let (anns, bobs) = (ann.space("Family"), bob.space("Friends"));
    let under_way = begin(&server, &ann, &anns);
    let reply = refused(&server, &bob, &bobs);
    assert!(reply.starts_with("HTTP/1.1 503 "), "{reply}");
    assert!(reply.contains("\r\nretry-after: "), "{reply}");
    drop(under_way);
    until("the abandoned upload to be forgotten", || {
        let sent = bob.post_form(&format!("{bobs}/shares"), "A photo", Some(&picture(200, 2)));
        (sent.unwrap().status == 200).then_some(())
    });
}

#[test]
fn the_holder_of_most_uploads_gives_one_up_to_who_has_none_and_reads_why() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__MAX_UPLOADS", "2");
    let server = Server::start_with(folder.path(), &[setting]);
    let (ann, bob) = (server.person("ann"), server.person("bob"));
    let (anns, bobs) = (ann.space("Family"), bob.space("Friends"));
    let under_way = [begin(&server, &ann, &anns), begin(&server, &ann, &anns)];
    let reply = finish(begin(&server, &bob, &bobs));
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    let mut statuses = under_way.map(|upload| finish(upload)[9..12].to_owned());
    statuses.sort_unstable();
    assert_eq!(statuses, ["200", "503"]);
}

#[test]
fn a_body_that_stops_half_way_is_answered_and_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT", "1s");
    let server = Server::start_with(folder.path(), &[setting]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let (mut connection, body) = begin(&server, &ann, &space);
    connection.write_all(&body[..body.len() / 2]).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 408 "), "{reply}");
    assert!(reply.contains("\r\nconnection: close\r\n"), "{reply}");
    assert!(
        reply.ends_with("\r\n\r\nThe body came too slowly"),
        "{reply}"
    );
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    assert_eq!(shares.as_array().unwrap().len(), 0);
}

#[test]
fn who_connects_and_asks_nothing_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__HEADER_TIMEOUT", "1s");
    let server = Server::start_with(folder.path(), &[setting]);
    let mut silent = server.connect().unwrap();
    let mut half = server.connect().unwrap();
    half.write_all(b"GET /health HTTP/1.1\r\nHost: local")
        .unwrap();
    for connection in [&mut silent, &mut half] {
        assert_eq!(connection.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn one_address_has_only_so_many_connections_and_the_next_is_served_when_one_ends() {
    let folder = tempfile::tempdir().unwrap();
    let setting = ("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "2");
    let server = Server::start_with(folder.path(), &[setting]);
    let ask = |connection: &mut TcpStream| {
        let asked = connection.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut reply = [0; "HTTP/1.1 200".len()];
        asked
            .and_then(|()| connection.read_exact(&mut reply))
            .ok()?;
        (&reply == b"HTTP/1.1 200").then_some(())
    };
    let mut inside = [server.connect().unwrap(), server.connect().unwrap()];
    inside
        .iter_mut()
        .for_each(|connection| ask(connection).unwrap());
    assert!(ask(&mut server.connect().unwrap()).is_none());
    drop(inside);
    until("a free slot for the next", || {
        ask(&mut server.connect().unwrap())
    });
}

/// Whether the server answers on this connection, which stays.
fn is_served(connection: &mut TcpStream) -> bool {
    let asked = connection.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut reply = Vec::new();
    while asked.is_ok() && !reply.ends_with(b"\r\n\r\nok") {
        let mut byte = [0];
        match connection.read(&mut byte) {
            Ok(1) => reply.push(byte[0]),
            _ => return false,
        }
    }
    reply.starts_with(b"HTTP/1.1 200")
}

#[test]
fn four_addresses_that_hold_all_connections_keep_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(folder.path(), &["serve", "--port", "0"]);
    serve
        .env("SHARED_SPACES_CONNECTIONS__MAX_CONNECTIONS", "64")
        .env("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "16");
    let log = folder.path().join("log");
    let server = Server::start_logged(serve, &log);
    // Nothing, half a head, half a body, and an answer before.
    let half_a_body = "POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    let mut held: Vec<_> = (0..64)
        .map(|n: u8| {
            let mut connection = server.connect_from(2 + n % 4).unwrap();
            match n / 16 {
                0 => {}
                1 => connection
                    .write_all(b"GET /health HTTP/1.1\r\nHost")
                    .unwrap(),
                2 => connection.write_all(half_a_body.as_bytes()).unwrap(),
                _ => assert!(is_served(&mut connection)),
            }
            connection
        })
        .collect();
    let mut others: Vec<_> = (0..12)
        .map(|n| server.connect_from(100 + n).unwrap())
        .collect();
    assert!(others.iter_mut().all(is_served));
    // They stay, and who had all places has most of them still.
    assert!(others.iter_mut().all(is_served));
    let served = held[48..]
        .iter_mut()
        .filter_map(|connection| is_served(connection).then_some(()));
    assert_eq!(served.count(), 16);
    server.process.terminate();
    assert!(server.process.wait().success());
    let text = std::fs::read_to_string(&log).unwrap();
    for last in 2..6 {
        let line = format!(
            "WARN shared_spaces::record: connection closed address=127.0.0.{last} limit=\"connections.max_connections\""
        );
        assert!(text.contains(&line), "{text}");
    }
}

/// A request of tus with these headers and this body: its status line.
fn tus(server: &Server, person: &Person, request: &str, headers: &str, body: &[u8]) -> String {
    let mut connection = server.connect().unwrap();
    let head = format!(
        "{request} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
         Content-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        person.token(),
        body.len(),
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn a_heic_that_becomes_too_large_for_a_quota_is_refused_also_when_it_comes_piece_by_piece() {
    let heic = include_bytes!("../../crates/heif/fuzz/corpus/heic/grid");
    let folder = tempfile::tempdir().unwrap();
    // Twice as long as a JPEG.
    let quota = (heic.len() + heic.len() / 2).to_string();
    let server = Server::start_with(
        folder.path(),
        &[("SHARED_SPACES_QUOTAS__USER", quota.as_str())],
    );
    let ann = server.person("ann");
    let length = format!("Upload-Length: {}\r\n", heic.len());
    let begun = tus(&server, &ann, "POST /uploads", &length, b"");
    assert!(begun.starts_with("HTTP/1.1 201 "), "{begun}");
    let chunk = "Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\n";
    let refused = tus(&server, &ann, "PATCH /uploads/1", chunk, heic);
    assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
    assert!(
        refused.contains("there isn't enough room left"),
        "{refused}"
    );
    assert_eq!(ann.get("/uploads/1").unwrap().status, 404);
    let me = ann.get("/me").unwrap().json();
    assert_eq!(me["storage"]["used_bytes"], 0);
}

/// A phone in a tunnel doesn't hang up. What it has sent until then isn't sent again.
#[test]
fn what_has_arrived_on_a_line_that_is_dead_stays_when_the_upload_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let bytes = picture(450, 1);
    let length = format!("Upload-Length: {}\r\n", bytes.len());
    tus(&server, &ann, "POST /uploads", &length, b"");
    let (mut lines, mut at) = (Vec::new(), 0);
    // Each less than what is written to the disk at once.
    for step in [70_000, 1, 69_999, 70_000, 70_000, 70_000] {
        let head = format!(
            "PATCH /uploads/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
             Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\n\r\n",
            ann.token(),
            bytes.len() - at
        );
        let mut line = server.begin(&head);
        line.write_all(&bytes[at..at + step]).unwrap();
        lines.push(line);
        // It may take a moment until the server has read them; what it had not read by then is sent again.
        let head = until("the bytes to be there", || {
            let head = tus(&server, &ann, "HEAD /uploads/1", "", b"");
            head.starts_with("HTTP/1.1 200 ").then_some(head)
        });
        let told = head
            .lines()
            .find_map(|line| line.strip_prefix("upload-offset: "));
        let told: usize = told.unwrap().parse().unwrap();
        assert!(told >= at && told <= at + step, "{told}");
        at = told;
    }
    assert!(at > 0, "nothing was kept");
    let chunk = format!("Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\n");
    let done = tus(&server, &ann, "PATCH /uploads/1", &chunk, &bytes[at..]);
    assert!(done.starts_with("HTTP/1.1 204 "), "{done}");
    let share = serde_json::json!({"media": [{"upload": 1}]});
    let share = ann
        .post(&format!("{}/shares", ann.space("Family")), &share)
        .unwrap()
        .json();
    assert_eq!(ann.fetch(&share["image_url"]).bytes, bytes);
}
