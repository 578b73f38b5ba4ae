//! Who is at the other end of a connection.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rocket::Request;
use rocket::local::asynchronous::LocalRequest;

use crate::config::TrustedProxies;

/// The other end of a connection: a client, or a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// At this address.
    Tcp(SocketAddr),
    /// A program of this machine that may open the unix socket.
    UnixSocket,
}

impl Display for Peer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(_) => self.address().fmt(formatter),
            Self::UnixSocket => formatter.write_str("unix"),
        }
    }
}

impl Peer {
    /// Who has sent this request. One that has come by no connection is from this machine.
    pub fn of(request: &Request<'_>) -> Self {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        *request.local_cache(|| Self::Tcp(request.remote().unwrap_or(here)))
    }

    /// The request with who has sent it.
    pub(super) fn mark(self, request: LocalRequest<'_>) -> LocalRequest<'_> {
        match self {
            Self::Tcp(address) => request.remote(address),
            Self::UnixSocket => {
                request.inner().local_cache(|| self);
                request
            }
        }
    }

    /// Where it is: a unix socket leads to this machine.
    pub fn address(self) -> IpAddr {
        match self {
            Self::Tcp(address) => address.ip().to_canonical(),
            Self::UnixSocket => Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// Whether it is a proxy whose headers are trusted. To trust 127.0.0.1 is not to trust unix sockets, nor the other way
    /// round.
    pub fn is_trusted_by(self, proxies: &TrustedProxies) -> bool {
        match self {
            Self::Tcp(_) => proxies.contains(self.address()),
            Self::UnixSocket => proxies.contain_unix_sockets(),
        }
    }
}
