//! How servers and workers end, and what keeps them from starting.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{Process, Server, command, fails, picture};

#[test]
fn an_upload_under_way_is_finished_when_the_server_is_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let photo = picture(200, 1);
    let address = server.address();
    let request = ann.raw_form(
        &format!("{space}/shares"),
        &address,
        "A slow upload",
        &photo,
    );
    let (first, second) = request.split_at(request.len() / 2);

    let mut connection = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    connection.write_all(first).unwrap();
    // Once another request is answered after it, the slow one has surely been accepted.
    ann.get("/me").unwrap();
    server.process.terminate();
    connection.write_all(second).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    assert!(server.process.wait().success());

    let server = Server::start(folder.path());
    let ann = ann.at(&server);
    let shares = ann.get(&format!("{space}/shares")).unwrap().json();
    assert_eq!(shares[0]["text"], "A slow upload");
    assert_eq!(ann.fetch(&shares[0]["image_url"]).bytes, photo);
}

#[test]
fn connections_that_only_idle_do_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    // Far beyond the patience of this test.
    let server = Server::start_with(
        folder.path(),
        &[("ROCKET_SHUTDOWN", "{grace=3600, mercy=3600}")],
    );
    let ann = server.person("ann");
    ann.get("/me").unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());
}

#[test]
fn an_upload_that_takes_longer_than_the_grace_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("ROCKET_SHUTDOWN", "{grace=1, mercy=1}")]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let address = server.address();
    let request = ann.raw_form(
        &format!("{space}/shares"),
        &address,
        "Too slow",
        &picture(200, 1),
    );
    let mut connection = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    connection.write_all(&request[..request.len() / 2]).unwrap();
    ann.get("/me").unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());

    let server = Server::start(folder.path());
    let shares = ann
        .at(&server)
        .get(&format!("{space}/shares"))
        .unwrap()
        .json();
    assert_eq!(shares, serde_json::json!([]));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let complaint = fails(folder.path(), &["serve", "--port", "0"], "");
    assert!(
        complaint.contains("Another server is running on the data folder"),
        "{complaint}"
    );
    drop(server);
    Server::start(folder.path());
}

#[test]
fn a_port_that_is_taken_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let complaint = fails(folder.path(), &["serve", "--port", &port], "");
    assert!(
        complaint.contains("it can't listen on its address"),
        "{complaint}"
    );
}

#[test]
fn a_worker_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    drop(Server::start(folder.path()));
    let mut worker = command(folder.path(), &["worker"]);
    worker.env("RUST_LOG", "info");
    let worker = Process::start_and_wait_for(worker, "sorting photos");
    worker.terminate();
    assert!(worker.wait().success());
}
