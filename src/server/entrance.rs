//! Where requests come in: a port, or a unix socket.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::net::SocketAddr;

use anyhow::{Result, anyhow};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::listener::{self, BoundListener, cannot_listen};
use super::peer::Peer;
#[cfg(unix)]
use super::unix_socket::{BoundSocket, FreePath};
use crate::config::{Address, Listener, SocketMode};
use crate::process::service::Passed;

/// A connection: of a unix socket where there are any.
#[cfg(unix)]
pub(super) type Stream = tokio_util::either::Either<tokio::net::TcpStream, UnixStream>;
/// A connection.
#[cfg(not(unix))]
pub(super) type Stream = tokio_util::either::Either<tokio::net::TcpStream, tokio::io::Empty>;

/// Where connections will be accepted, once all is ready.
pub enum Reserved {
    /// A port.
    Tcp(BoundListener),
    /// A unix socket.
    #[cfg(unix)]
    Unix(FreePath),
    /// A unix socket that the service manager has opened.
    #[cfg(unix)]
    Passed(BoundSocket),
}

/// Where connections are accepted.
pub enum Entrance {
    /// A port.
    Tcp(TcpListener),
    /// A unix socket.
    #[cfg(unix)]
    Unix(BoundSocket),
}

impl Reserved {
    /// Reserves what the settings name.
    ///
    /// # Errors
    /// It can't be listened on.
    pub async fn new(settings: &Listener, mode: SocketMode) -> Result<Self> {
        match &settings.address {
            Address::Ip(ip) => {
                let address = SocketAddr::new(*ip, settings.port);
                let bound = BoundListener::new(address);
                let bound = bound.map_err(|error| anyhow!(cannot_listen(address, &error)))?;
                Ok(Self::Tcp(bound))
            }
            #[cfg(unix)]
            Address::Unix(path) => FreePath::find(path, mode).await.map(Self::Unix),
            #[cfg(not(unix))]
            Address::Unix(_) => {
                let _ = mode;
                Err(anyhow!("This system has no unix sockets"))
            }
        }
    }

    /// Takes over what is listened on already.
    ///
    /// # Errors
    /// It can't be used.
    pub fn passed(passed: Passed) -> io::Result<Self> {
        match passed {
            Passed::Tcp(listener) => BoundListener::passed(listener).map(Self::Tcp),
            #[cfg(unix)]
            Passed::Unix(listener) => BoundSocket::passed(listener).map(Self::Passed),
        }
    }

    /// Whether it is a unix socket.
    pub fn is_unix_socket(&self) -> bool {
        !matches!(self, Self::Tcp(_))
    }

    /// Accepts connections from now on.
    ///
    /// # Errors
    /// Another program was quicker.
    pub async fn listen(self) -> Result<Entrance> {
        match self {
            Self::Tcp(bound) => {
                let address = bound.address();
                let listener = bound.listen();
                let listener = listener.map_err(|error| anyhow!(cannot_listen(address, &error)))?;
                Ok(Entrance::Tcp(listener))
            }
            #[cfg(unix)]
            Self::Unix(path) => path.listen().await.map(Entrance::Unix),
            #[cfg(unix)]
            Self::Passed(socket) => Ok(Entrance::Unix(socket)),
        }
    }
}

impl Entrance {
    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                listener::prepare(&stream);
                Ok((Stream::Left(stream), Peer::Tcp(peer)))
            }
            #[cfg(unix)]
            Self::Unix(socket) => {
                let stream = socket.accept().await?;
                Ok((Stream::Right(stream), Peer::UnixSocket))
            }
        }
    }

    /// Its address; `None` for a unix socket.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }
}

impl Display for Entrance {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(address) => address.fmt(formatter),
                Err(_) => formatter.write_str("an unknown address"),
            },
            #[cfg(unix)]
            Self::Unix(socket) => write!(formatter, "unix:{}", socket.path().display()),
        }
    }
}

impl From<TcpListener> for Entrance {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}
