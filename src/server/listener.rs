//! Where the server listens: the address is bound before anything is made, and accepts connections only when all is ready.

use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How many connections may wait to be accepted.
pub(super) const WAITING: u32 = 1024;
/// For how many milliseconds sent bytes may stay unconfirmed.
#[cfg(target_os = "linux")]
const UNCONFIRMED: u32 = 60_000;

/// An address that no other process can take any more. Connections are refused until it listens, or wait if the service
/// manager has opened the socket.
pub struct BoundListener {
    address: SocketAddr,
    socket: Socket,
}

enum Socket {
    /// One of our own, which doesn't listen yet.
    Bound(TcpSocket),
    /// One that was listening before this process started.
    Passed(net::TcpListener),
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
        let socket = Socket::Bound(socket);
        Ok(Self { address, socket })
    }

    /// Takes over a socket that is listening already.
    ///
    /// # Errors
    /// It has no address, or can't be used without blocking.
    pub fn passed(listener: net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let socket = Socket::Passed(listener);
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
        match self.socket {
            Socket::Bound(socket) => socket.listen(WAITING),
            Socket::Passed(listener) => TcpListener::from_std(listener),
        }
    }
}

/// Prepares a connection that was accepted.
pub(super) fn prepare(stream: &TcpStream) {
    send_at_once(stream);
    end_when_vanished(stream);
}

/// Has the system send what is written at once. Otherwise it keeps a short end of a response back until the other side has
/// confirmed all before it, and that waits up to 40 ms for something to send along with its confirmation.
fn send_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not have what is written sent at once");
    }
}

/// Has the system end a connection whose other side hasn't confirmed for a minute what was sent to it: a phone that has lost its network
/// says nothing, and an event stream to it would stay open for a quarter of an hour.
fn end_when_vanished(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, UNCONFIRMED) {
        tracing::debug!(%error, "could not limit the time for unconfirmed bytes");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ends of a connection, of which the first was accepted and prepared.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (other, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, _) = accepted.unwrap();
        prepare(&stream);
        (stream, other.unwrap())
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_connection_whose_other_side_has_vanished_ends_after_a_minute() {
        let (stream, _other) = connection().await;
        let limit = rustix::net::sockopt::tcp_user_timeout(&stream).unwrap();
        assert_eq!(limit, 60_000);
    }

    #[tokio::test]
    async fn the_short_end_of_a_response_does_not_wait_for_a_confirmation() {
        let (stream, _other) = connection().await;
        assert!(stream.nodelay().unwrap());
    }
}
