//! What health checks are told by the executable itself.

use tokio::net::TcpSocket;

use crate::support::{Server, command, fails, output, succeeds};

#[test]
fn a_server_that_is_ready_is_healthy() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (_, port) = server.url.rsplit_once(':').unwrap();
    assert_eq!(
        succeeds(folder.path(), &["health", "--port", port], ""),
        "ready\n"
    );
    // As in a container, where it listens on all addresses by its settings.
    let mut by_settings = command(folder.path(), &["health"]);
    by_settings
        .env("ROCKET_ADDRESS", "0.0.0.0")
        .env("ROCKET_PORT", port);
    assert!(output(by_settings, "").status.success());
}

#[test]
fn a_server_without_its_data_is_not_healthy_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (_, port) = server.url.rsplit_once(':').unwrap();
    let data = folder.path().join("data");
    std::fs::rename(&data, folder.path().join("elsewhere")).unwrap();
    let complaint = fails(folder.path(), &["health", "--port", port], "");
    let begins = format!("shared-spaces: The server at http://127.0.0.1:{port} isn't ready: ");
    assert!(complaint.starts_with(&begins), "{complaint}");
    assert!(!data.exists());
}

#[test]
fn where_no_server_is_none_is_healthy() {
    let folder = tempfile::tempdir().unwrap();
    // Bound, so that nothing else can listen on it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port().to_string();
    let complaint = fails(folder.path(), &["health", "--port", &port], "");
    let begins = format!("shared-spaces: No server answers at http://127.0.0.1:{port}: ");
    assert!(complaint.starts_with(&begins), "{complaint}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
