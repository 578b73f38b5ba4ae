//! The setting of proxies: whose `X-Forwarded-*` headers are trusted.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Addresses and networks of proxies whose `X-Forwarded-*` headers are trusted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct TrustedProxies(Vec<Network>);

/// What a unix socket is called.
const UNIX: &str = "unix";

/// `192.0.2.1`, `2001:db8::1`, a network such as `10.0.0.0/8`, or `unix`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
enum Network {
    Ip(IpNet),
    UnixSocket,
}

impl TrustedProxies {
    /// Whether no proxies are trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let contains = |network: &Network| match network {
            Network::Ip(network) => network.contains(&address),
            Network::UnixSocket => false,
        };
        self.0.iter().any(contains)
    }

    /// Whether whoever connects by a unix socket is one of them.
    pub fn contain_unix_sockets(&self) -> bool {
        let mut networks = self.0.iter();
        networks.any(|network| matches!(network, Network::UnixSocket))
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == UNIX {
            return Ok(Self::UnixSocket);
        }
        let network = text
            .parse()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self::Ip).map_err(|_| {
            format!("The setting trusted_proxies must name addresses such as 127.0.0.1, networks such as 10.0.0.0/8, or unix for unix sockets, not '{text}'")
        })
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        match network {
            Network::Ip(network) => network.to_string(),
            Network::UnixSocket => UNIX.to_owned(),
        }
    }
}
