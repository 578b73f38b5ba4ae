//! Several installations behind one proxy, each by its own name, set up as `docs/scaling.md` says.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::nginx::{ask, request, status};
use super::unix_socket::{TRUSTED, caddy_with, nginx_with, proxy, serve};
use crate::support::{PASSWORD, Server};

/// Where the page has the cell that was moved.
const ELSEWHERE: &str = "10.0.0.2:8001";

/// The block of the page that begins with this line, for the sockets of a test, with the cell that was moved at this address.
fn documented(first: &str, folder: &Path, elsewhere: &str) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scaling.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, block) = page.split_once(&format!("\n{first}\n")).unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert_eq!(block.matches("/run/").count(), 1, "{block}");
    assert_eq!(block.matches(ELSEWHERE).count(), 1, "{block}");
    let sockets = format!("{}/run/", folder.display());
    block
        .replace("/run/", &sockets)
        .replace(ELSEWHERE, elsewhere)
}

fn nginx(folder: &Path, port: u16, elsewhere: &str) -> Command {
    let first = "# nginx: in the http block, for all cells";
    let lines = documented(first, folder, elsewhere);
    let is_http = |line: &&str| !line.trim_start().starts_with("ssl_");
    let lines: Vec<&str> = lines.lines().filter(is_http).collect();
    let lines = lines.join("\n");
    let listen = format!("listen 127.0.0.1:{port};");
    assert_eq!(lines.matches("listen 443 ssl;").count(), 1, "{lines}");
    nginx_with(folder, &(lines.replace("listen 443 ssl;", &listen) + "\n"))
}

fn caddy(folder: &Path, port: u16, elsewhere: &str) -> Command {
    let first = "# Caddy: /etc/caddy/Caddyfile, a block for each cell";
    let lines = documented(first, folder, elsewhere);
    let hosts = lines.lines().map(|line| match line.strip_suffix(" {") {
        Some(host) if host.ends_with(".org") => format!("http://{host}:{port} {{\n"),
        _ => format!("{line}\n"),
    });
    caddy_with(folder, &hosts.collect::<String>())
}

/// What the proxy answers when somebody wants an account at the cell of this name.
fn registers(proxy: &Server, cell: &str, login: &str) -> String {
    let port = proxy.url.rsplit_once(':').unwrap().1;
    let host = format!("Host: {cell}.spaces.example.org:{port}\r\n");
    let account = json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD});
    let reply = ask(
        proxy,
        1,
        &request("POST /register", host.as_bytes(), &account),
    );
    status(&reply).to_owned()
}

fn cells_are_reached_by_their_names_behind(command: fn(&Path, u16, &str) -> Command) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let [here, elsewhere] = ["run/shared-spaces-ann", "elsewhere"].map(|name| {
        let folder = folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    });
    let ann = Server::start_as(serve(&here, &here.join("http.sock"), &[TRUSTED]));
    let bob = Server::start(&elsewhere);
    let (_, port) = bob.url.rsplit_once(':').unwrap();
    let moved = format!("127.0.0.1:{port}");
    let proxy = proxy(|port| command(folder.path(), port, &moved));
    for cell in ["ann", "bob"] {
        assert_eq!(registers(&proxy, cell, "ann"), "200", "no Ann yet: {cell}");
        assert_eq!(
            registers(&proxy, cell, "ann"),
            "400",
            "Ann is there: {cell}"
        );
    }
    ann.process.kill();
    assert_eq!(registers(&proxy, "ann", "carol"), "502");
    assert_eq!(
        registers(&proxy, "bob", "carol"),
        "200",
        "the other one goes on"
    );
    proxy
}

#[test]
fn behind_one_nginx_cells_are_reached_by_their_names_here_and_on_another_machine() {
    let proxy = cells_are_reached_by_their_names_behind(nginx);
    // One that isn't there, and what isn't the name of one.
    for cell in ["dan", "a.b", "..", "dan/x"] {
        let status = registers(&proxy, cell, "dan");
        assert!(["502", "400"].contains(&&*status), "{cell}: {status}");
    }
}

#[test]
fn behind_one_caddy_cells_are_reached_by_their_names_here_and_on_another_machine() {
    cells_are_reached_by_their_names_behind(caddy);
}
