//! The executable under a service manager: what it tells it, and the socket that it takes from it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::support::{Process, Server, TIMEOUT, command};

/// A socket for what the service manager is told, in this folder.
fn manager(folder: &Path) -> UnixDatagram {
    let manager = UnixDatagram::bind(folder.join("manager")).unwrap();
    manager.set_read_timeout(Some(TIMEOUT)).unwrap();
    manager
}

/// The next message.
fn told(manager: &UnixDatagram) -> String {
    let mut message = [0; 4096];
    let length = manager.recv(&mut message).unwrap();
    String::from_utf8(message[..length].to_vec()).unwrap()
}

/// A server that is started with a socket, `times` over, as systemd does it.
fn activated(folder: &Path, socket: impl Into<OwnedFd>, times: usize) -> Command {
    let server = command(folder, &["serve"]);
    let files: String = (3..3 + times).map(|file| format!("{file}<&0 ")).collect();
    let script =
        format!("export LISTEN_PID=$$ LISTEN_FDS={times}; exec \"$@\" {files} 0< /dev/null");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script, "sh"])
        .arg(server.get_program())
        .args(server.get_args())
        .current_dir(folder)
        .stdin(socket.into());
    for (name, _) in server.get_envs() {
        shell.env_remove(name);
    }
    shell
}

/// How a process has ended that should fail, and what it complained about.
fn failed(folder: &Path, mut command: Command) -> (ExitStatus, String) {
    let log = folder.join("log");
    command.stderr(File::create(&log).unwrap());
    let status = Process::spawn(command).wait();
    (status, fs::read_to_string(log).unwrap())
}

fn get(address: SocketAddr, path: &str) -> u16 {
    let reply = ureq::get(format!("http://{address}{path}")).call().unwrap();
    reply.status().as_u16()
}

#[test]
fn the_service_manager_is_told_when_requests_are_answered_and_when_that_ends() {
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(folder.path());
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut server = activated(folder.path(), socket, 1);
    server.env("NOTIFY_SOCKET", folder.path().join("manager"));
    let server = Process::spawn(server);
    assert_eq!(told(&manager), "READY=1\n");
    assert_eq!(get(address, "/ready"), 200);
    server.terminate();
    // Half a minute for requests, and a minute for photos.
    assert_eq!(told(&manager), "STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000\n");
    assert!(server.wait().success());
}

#[test]
fn a_connection_from_before_the_start_is_served_on_a_passed_socket() {
    let folder = tempfile::tempdir().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    // The system accepts it, and it waits for the server.
    let early = std::thread::spawn(move || get(address, "/health"));
    let server = Process::spawn(activated(folder.path(), socket, 1));
    assert_eq!(early.join().unwrap(), 200);
    server.terminate();
    assert!(server.wait().success());
}

#[test]
fn a_unix_socket_is_passed_and_stays_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("http.sock");
    let socket = UnixListener::bind(&path).unwrap();
    for _ in 0..2 {
        // The system accepts it, and it waits for the server.
        let mut early = UnixStream::connect(&path).unwrap();
        early
            .write_all(b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .unwrap();
        let server = Process::spawn(activated(folder.path(), socket.try_clone().unwrap(), 1));
        let mut reply = String::new();
        early.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
        server.terminate();
        assert!(server.wait().success());
        assert!(path.exists());
    }
}

#[test]
fn a_socket_that_can_not_be_listened_on_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let two = TcpListener::bind("127.0.0.1:0").unwrap();
    let connected = std::net::TcpStream::connect(two.local_addr().unwrap()).unwrap();
    let unix = UnixDatagram::bind(folder.path().join("unix")).unwrap();
    for (command, why) in [
        (activated(folder.path(), two, 2), "there is more than one"),
        (
            activated(folder.path(), connected, 1),
            "it isn't a listening TCP or unix socket",
        ),
        (
            activated(folder.path(), unix, 1),
            "it isn't a listening TCP or unix socket",
        ),
    ] {
        let (status, complaint) = failed(folder.path(), command);
        assert_eq!(status.code(), Some(1), "{complaint}");
        let sentence = "The socket that the service manager has passed can't be used: ";
        assert!(
            complaint.contains(&format!("{sentence}{why}")),
            "{complaint}"
        );
        assert!(!folder.path().join("data").exists(), "{why}");
    }
}

#[test]
fn signs_of_life_are_given_again_and_again_if_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let manager = manager(folder.path());
    let mut server = command(folder.path(), &["serve", "--port", "0"]);
    server
        .env("NOTIFY_SOCKET", folder.path().join("manager"))
        .env("WATCHDOG_USEC", "150000");
    let _server = Server::start_as(server);
    let messages: Vec<_> = (0..5).map(|_| told(&manager)).collect();
    let signs = messages.iter().filter(|message| *message == "WATCHDOG=1\n");
    assert_eq!(signs.count(), 4, "{messages:?}");
}

#[test]
fn a_worker_tells_the_service_manager_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let manager = manager(folder.path());
    let mut worker = command(folder.path(), &["worker"]);
    worker
        .env("NOTIFY_SOCKET", folder.path().join("manager"))
        .env("WATCHDOG_USEC", "600000000");
    let worker = Process::start(worker);
    let mut begun = [told(&manager), told(&manager)];
    begun.sort();
    assert_eq!(begun, ["READY=1\n", "WATCHDOG=1\n"]);
    worker.terminate();
    assert_eq!(
        told(&manager),
        "STOPPING=1\nEXTEND_TIMEOUT_USEC=120000000\n"
    );
    assert!(worker.wait().success());
    drop(server);
}
