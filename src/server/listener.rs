//! Where the server listens: the address is bound before anything is made, and accepts connections only when all is ready.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// How many connections may wait to be accepted.
const WAITING: u32 = 1024;

/// An address that no other process can take any more. Connections are refused until it listens.
pub struct BoundListener {
    address: SocketAddr,
    socket: TcpSocket,
}

impl BoundListener {
    /// Binds an address; port 0 is any free one.
    ///
    /// # Errors
    /// It can't be bound; see [`cannot_listen`].
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A server that is restarted at once finds old connections that aren't quite closed. On Windows, this would
        // let other processes bind the address too.
        if cfg!(not(windows)) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(address)?;
        Ok(Self { address, socket })
    }

    /// The address as it was requested.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens.
    ///
    /// # Errors
    /// Another program was quicker.
    pub fn listen(self) -> io::Result<TcpListener> {
        self.socket.listen(WAITING)
    }
}

/// Why an address can't be listened on, and what to do.
pub fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "Another program is listening on {address}: stop it, or set another port with --port or ROCKET_PORT"
        ),
        ErrorKind::PermissionDenied => format!(
            "This account may not listen on {address}: set a port of 1024 or above, with --port or ROCKET_PORT"
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{} is not an address of this machine: set another with --address or ROCKET_ADDRESS, such as 127.0.0.1 for \
            this machine only or 0.0.0.0 for the whole network",
            address.ip()
        ),
        _ => format!(
            "The server can't listen on {address} (--address and --port, or ROCKET_ADDRESS and ROCKET_PORT): {error}"
        ),
    }
}
