//! Ports for programs that can't choose one and say which.

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::ops::Range;
use std::process::Command;
use std::sync::Mutex;

use super::{Process, Server, until};

/// Linux gives none of these to a program that asks for any port. It gives one that another program has let go again at once, so
/// that a port that was free a moment ago may be taken. Of those above 10,000, browsers refuse 10080 alone.
const PORTS: Range<u16> = 11_000..32_768;
/// A process that has bound a UDP port of this address holds the TCP port of that number; `bench/measure/processes.py` and
/// `tests/web/ports.ts` follow the same rule.
const HELD: Ipv4Addr = Ipv4Addr::new(127, 1, 1, 1);

/// What this process holds until it ends, and where it looks next.
static OWN: Mutex<(Vec<UdpSocket>, u16)> = Mutex::new((Vec::new(), 0));

/// A port that no other test is given, and that nothing listens on.
pub fn own_port() -> u16 {
    let mut own = OWN.lock().unwrap();
    let (held, next) = &mut *own;
    for _ in PORTS {
        let port = PORTS.start + *next;
        *next = (*next + 1) % (PORTS.end - PORTS.start);
        let Ok(socket) = UdpSocket::bind((HELD, port)) else {
            continue;
        };
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            held.push(socket);
            return port;
        }
    }
    panic!("no port from {} to {} is free", PORTS.start, PORTS.end - 1)
}

impl Server {
    /// By a command that listens at this port and doesn't say so.
    pub fn start_at(command: Command, port: u16) -> Self {
        let what = format!("{command:?}");
        let mut process = Process::start(command);
        until("a program to listen", || {
            assert!(!process.has_ended(), "{what} has ended");
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()
        });
        let url = format!("http://127.0.0.1:{port}");
        Self { process, url }
    }
}
