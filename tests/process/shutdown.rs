//! How servers and workers end, and what keeps them from starting.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;

use crate::support::{Person, Process, Server, command, fails, pause, picture, until};

/// An upload whose head the server has read and which it waits for.
struct Upload {
    connection: TcpStream,
    /// What is still to be sent.
    rest: Vec<u8>,
}

impl Upload {
    fn begin(server: &Server, person: &Person, space: &str, text: &str, photo: &[u8]) -> Self {
        let (head, rest) = person.raw_form(&format!("{space}/shares"), text, photo);
        let connection = server.begin(&head);
        Self { connection, rest }
    }

    fn send_half(&mut self) {
        let rest = self.rest.split_off(self.rest.len() / 2);
        self.connection.write_all(&self.rest).unwrap();
        self.rest = rest;
    }

    /// Sends the rest as over a slow line, for about a second, and returns the response, empty if none came.
    fn finish_slowly(mut self) -> String {
        for chunk in self.rest.chunks(self.rest.len() / 20) {
            // A server that has exited doesn't respond, which the assertion then shows.
            let _sent = self.connection.write_all(chunk);
            pause(Duration::from_millis(50));
        }
        let mut reply = String::new();
        let _read = self.connection.read_to_string(&mut reply);
        reply
    }
}

/// Asks a server to stop, and waits until it accepts no more connections.
fn ask_to_end(server: &Server) {
    server.process.terminate();
    until("the server to close its door", || server.connect().err());
}

#[test]
fn uploads_under_way_are_finished_when_the_server_is_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let photos = [picture(200, 1), picture(200, 2), picture(200, 3)];
    let mut uploads: Vec<_> = photos
        .iter()
        .map(|photo| Upload::begin(&server, &ann, &space, "A slow upload", photo))
        .collect();
    uploads.iter_mut().for_each(Upload::send_half);
    // Once a request that comes later is answered, they have surely been accepted.
    ann.get("/me").unwrap();
    ask_to_end(&server);
    std::thread::scope(|scope| {
        for upload in uploads {
            scope.spawn(move || {
                let reply = upload.finish_slowly();
                assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
            });
        }
    });
    assert!(server.process.wait().success());

    let server = Server::start(folder.path());
    let ann = ann.at(&server);
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    let mut kept: Vec<_> = shares
        .as_array()
        .unwrap()
        .iter()
        .map(|share| ann.fetch(&share["image_url"]).bytes)
        .collect();
    kept.sort();
    let mut sent = photos.to_vec();
    sent.sort();
    assert!(kept == sent, "not every photo is there as it was sent");
}

#[test]
fn an_upload_whose_body_is_still_to_come_is_finished_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let upload = Upload::begin(
        &server,
        &ann,
        &ann.space("Family"),
        "Hardly begun",
        &picture(24, 1),
    );
    ask_to_end(&server);
    let reply = upload.finish_slowly();
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    assert!(server.process.wait().success());
}

#[test]
fn a_download_under_way_is_finished_when_the_server_is_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    // More than what the system takes in for a reader that doesn't read.
    let photo = picture(1600, 1);
    let share = ann.share_photo(&ann.space("Family"), &photo);
    let path = share["image_url"]
        .as_str()
        .unwrap()
        .strip_prefix(&server.url)
        .unwrap();
    let mut connection = server.connect().unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut reply = vec![0; 1000];
    connection.read_exact(&mut reply).unwrap();
    ask_to_end(&server);
    connection.read_to_end(&mut reply).unwrap();
    assert!(
        reply.ends_with(&photo),
        "only {} bytes came of {}",
        reply.len(),
        photo.len()
    );
    assert!(server.process.wait().success());
}

#[test]
fn connections_that_only_idle_do_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    // Far longer than this test waits.
    let server = Server::start_with(folder.path(), &[("ROCKET_SHUTDOWN", "{grace=3600}")]);
    let ann = server.person("ann");
    let _silent = server.connect().unwrap();
    let mut stammering = server.connect().unwrap();
    stammering
        .write_all(b"GET /me HTTP/1.1\r\nHost: loc")
        .unwrap();
    ann.get("/me").unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());
}

#[test]
fn an_upload_that_takes_longer_than_the_grace_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("ROCKET_SHUTDOWN", "{grace=1}")]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let mut upload = Upload::begin(&server, &ann, &space, "Too slow", &picture(200, 1));
    upload.send_half();
    ann.get("/me").unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());

    let server = Server::start(folder.path());
    let shares = ann
        .at(&server)
        .get(&format!("{space}/shares"))
        .unwrap()
        .json();
    assert_eq!(shares, json!([]));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let complaint = fails(folder.path(), &["serve", "--port", "0"], "");
    assert!(
        complaint.contains("A server is running on the data folder"),
        "{complaint}"
    );
    drop(server);
    Server::start(folder.path());
}

#[test]
fn a_port_that_is_taken_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let port = address.port().to_string();
    let complaint = fails(folder.path(), &["serve", "--port", &port], "");
    let sentence = format!(
        "shared-spaces: Another program is listening on {address}: stop it, or set another port with --port or \
        ROCKET_PORT\n"
    );
    assert_eq!(complaint, sentence);
    // An address that is kept for examples in documents.
    let complaint = fails(folder.path(), &["serve", "--address", "203.0.113.9"], "");
    assert!(
        complaint.contains("203.0.113.9 is not an address of this machine"),
        "{complaint}"
    );
    // No request was begun whose response couldn't be delivered.
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_worker_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));
    let mut worker = command(folder.path(), &["worker"]);
    worker.env("RUST_LOG", "info");
    let worker = Process::start_and_wait_for(worker, "worker started");
    worker.terminate();
    assert!(worker.wait().success());
}

#[test]
fn the_keyboard_can_end_both() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut worker = command(folder.path(), &["worker"]);
    worker.env("RUST_LOG", "info");
    let worker = Process::start_and_wait_for(worker, "worker started");
    for process in [server.process, worker] {
        process.interrupt();
        assert!(process.wait().success());
    }
}
