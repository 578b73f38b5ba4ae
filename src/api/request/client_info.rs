//! Who is at the other end, and how they came here: past proxies, where those are trusted.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use rocket::State;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use crate::api::request::headers;
use crate::app::App;
use crate::config::TrustedProxies;
use crate::server::{Peer, parse_host};

/// What a proxy says about its clients.
const FORWARDED_FOR: &str = "X-Forwarded-For";
const FORWARDED_PROTO: &str = "X-Forwarded-Proto";
const FORWARDED_HOST: &str = "X-Forwarded-Host";
/// The headers that show a proxy, whether or not it is trusted.
const TRACES: [&str; 5] = [
    FORWARDED_FOR,
    FORWARDED_PROTO,
    FORWARDED_HOST,
    "Forwarded",
    "X-Real-IP",
];

/// The client that sends a request, signed in or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Where they are.
    pub address: IpAddr,
    /// Whether they have come by HTTPS, as far as is known.
    pub is_https: bool,
    /// What they have come to, as our links begin: scheme, host and port, and the path below which this server is.
    pub base_url: String,
}

/// The address of a client behind a trusted proxy; `None` for one that connects directly.
pub fn behind_proxy(app: &App, request: &Request<'_>) -> Option<IpAddr> {
    let is_proxy = Peer::of(request).is_trusted_by(&app.config.trusted_proxies);
    is_proxy.then(|| ClientInfo::of(app, request).address)
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r ClientInfo {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        Outcome::Success(ClientInfo::of(app, request))
    }
}

impl ClientInfo {
    /// The client that sends this request.
    pub fn of<'r>(app: &App, request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self::find(app, request))
    }

    fn find(app: &App, request: &Request<'_>) -> Self {
        let config = &app.config;
        let peer = Peer::of(request);
        let believed = peer.is_trusted_by(&config.trusted_proxies);
        if !believed {
            warn_once(peer, request);
        }
        // The last value, because clients before the proxy could have written the others.
        let forwarded = |name: &str| {
            let values = believed.then(|| headers::values(request, name));
            values
                .into_iter()
                .flatten()
                .flat_map(|value| value.split(','))
                .map(str::trim)
                .last()
        };
        let is_https = config.is_https()
            || config.public_url.is_none()
                && forwarded(FORWARDED_PROTO)
                    .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        let base_url = config.public_url.clone().unwrap_or_else(|| {
            let scheme = if is_https { "https" } else { "http" };
            let host = forwarded(FORWARDED_HOST).and_then(parse_host);
            match host.as_ref().or(request.host()) {
                Some(host) => format!("{scheme}://{host}"),
                None => format!("{scheme}://localhost:{}", request.rocket().config().port),
            }
        });
        let hops = headers::values(request, FORWARDED_FOR);
        Self {
            address: address(&config.trusted_proxies, peer, hops),
            is_https,
            base_url,
        }
    }
}

/// Goes back along the way of a request, as long as each proxy on it is trusted.
fn address<'a>(
    proxies: &TrustedProxies,
    peer: Peer,
    headers: impl Iterator<Item = &'a str>,
) -> IpAddr {
    let hops: Vec<_> = headers.flat_map(|header| header.split(',')).collect();
    let (mut address, mut is_proxy) = (peer.address(), peer.is_trusted_by(proxies));
    for hop in hops.into_iter().rev().map(str::trim) {
        let Some(before) = parse(hop).filter(|_| is_proxy) else {
            break;
        };
        (address, is_proxy) = (before, proxies.contains(before));
    }
    address
}

/// An address as proxies write it, perhaps with a port or in brackets.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare
        .parse()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// All clients behind an untrusted proxy count as one, which its operator should know.
fn warn_once(peer: Peer, request: &Request<'_>) {
    static WARNING: Once = Once::new();
    if WARNING.is_completed() {
        return;
    }
    // Once through the few headers, because each look-up of a name reads and hashes it.
    if let Some(header) = request
        .headers()
        .iter()
        .find_map(|header| TRACES.into_iter().find(|name| header.name() == *name))
    {
        WARNING.call_once(|| {
            tracing::warn!(
                %peer,
                header,
                "ignored a forwarding header of a proxy that isn't in trusted_proxies; all clients behind it count as one address"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: &str = r#"["127.0.0.1", "10.0.0.0/8", "fd00::/8"]"#;

    fn found(peer: &str, headers: &[&str]) -> String {
        let proxies = serde_json::from_str(PROXIES).unwrap();
        let peer = Peer::Tcp(SocketAddr::new(peer.parse().unwrap(), 1));
        address(&proxies, peer, headers.iter().copied()).to_string()
    }

    #[test]
    fn without_a_proxy_the_address_is_that_of_the_connection_whatever_the_headers_say() {
        assert_eq!(found("192.0.2.7", &[]), "192.0.2.7");
        assert_eq!(found("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
    }

    #[test]
    fn a_proxy_is_believed_and_what_its_client_made_up_is_not() {
        assert_eq!(found("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            found("127.0.0.1", &["203.0.113.9, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            found("127.0.0.1", &["203.0.113.9", "198.51.100.1"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn by_a_unix_socket_a_proxy_is_believed_if_the_settings_name_it_and_127_0_0_1_names_none() {
        for (trusted, expected) in [
            (r#"["unix"]"#, "198.51.100.1"),
            (r#"["unix", "198.51.100.1"]"#, "203.0.113.9"),
            (r#"["127.0.0.1", "0.0.0.0/0", "::/0"]"#, "127.0.0.1"),
            ("[]", "127.0.0.1"),
        ] {
            let proxies = serde_json::from_str(trusted).unwrap();
            let way = ["203.0.113.9, 198.51.100.1"].into_iter();
            let found = address(&proxies, Peer::UnixSocket, way);
            assert_eq!(found.to_string(), expected, "{trusted}");
        }
        let unix = serde_json::from_str(r#"["unix"]"#).unwrap();
        let peer = Peer::Tcp(SocketAddr::from(([127, 0, 0, 1], 1)));
        let found = address(&unix, peer, ["198.51.100.1"].into_iter());
        assert_eq!(found.to_string(), "127.0.0.1");
    }

    #[test]
    fn behind_several_proxies_the_last_that_is_none_of_ours_is_asked_for() {
        let way = "203.0.113.9, 198.51.100.1, fd00::5, 10.1.2.3";
        assert_eq!(found("127.0.0.1", &[way]), "198.51.100.1");
        assert_eq!(
            found("127.0.0.1", &["10.0.0.9, 10.1.2.3"]),
            "10.0.0.9",
            "all are ours"
        );
    }

    #[test]
    fn what_is_no_address_ends_the_way_back() {
        for hop in ["unknown", "", "_hidden", "1.2.3", "198.51.100.1:99999"] {
            assert_eq!(
                found("127.0.0.1", &[&format!("198.51.100.1, {hop}")]),
                "127.0.0.1",
                "{hop}"
            );
        }
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_seen_through() {
        for (hop, expected) in [
            ("198.51.100.1:8080", "198.51.100.1"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
        ] {
            assert_eq!(found("127.0.0.1", &[hop]), expected);
        }
    }
}
