//! To which addresses push messages may be sent. A browser names its push service; somebody else could name anything, such as what
//! only this server can reach. So an address is checked when it is named, and what a name leads to is checked again at each sending.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// The longest address.
pub const MAX_LENGTH: usize = 500;

/// Networks that aren't public (IANA's registries of special-purpose addresses).
const SPECIAL_V4: [([u8; 4], u8); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];
/// Those of IPv6 that are public.
const GLOBAL_V6: ([u16; 8], u8) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
/// And of these, those that aren't, or that lead to IPv4.
const SPECIAL_V6: [([u16; 8], u8); 4] = [
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Whether an address is one of the public Internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(network, length)| {
            Ipv4Net::new(Ipv4Addr::from(*network), *length)
                .is_ok_and(|network| network.contains(&address))
        }),
        IpAddr::V6(address) => {
            let is_in = |(network, length): &([u16; 8], u8)| {
                Ipv6Net::new(Ipv6Addr::from(*network), *length)
                    .is_ok_and(|network| network.contains(&address))
            };
            is_in(&GLOBAL_V6) && !SPECIAL_V6.iter().any(is_in)
        }
    }
}

/// The address of a browser at its push service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    /// Whether the operator names its service, which may then be anywhere.
    is_own: bool,
}

impl Endpoint {
    /// Checks an address. `own` are the origins of services that the operator trusts.
    pub fn parse(text: &str, own: &[String]) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.fragment().is_some() {
            return None;
        }
        let origin = url.origin().ascii_serialization();
        if own.contains(&origin) {
            return Some(Self { url, is_own: true });
        }
        let is_public = match url.host()? {
            Host::Domain(name) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name.contains('.') && !is_local(name)
            }
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
        };
        let is_usual = url.scheme() == "https" && url.port().is_none();
        (is_usual && is_public).then_some(Self { url, is_own: false })
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The service.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether the operator names the service.
    pub fn is_own(&self) -> bool {
        self.is_own
    }
}

/// Whether a name is one of a local network, whatever a resolver makes of it (RFC 6761, RFC 6762, RFC 8375).
fn is_local(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    [
        "localhost",
        "local",
        "internal",
        "invalid",
        "test",
        "example",
        "arpa",
        "onion",
    ]
    .iter()
    .any(|local| last.eq_ignore_ascii_case(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(text: &str) -> bool {
        Endpoint::parse(text, &[String::from("http://127.0.0.1:8080")]).is_some()
    }

    #[test]
    fn services_of_the_internet_are_taken() {
        for text in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QGuQ",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d%3d",
            "https://push.example.org:443/1",
            "https://8.8.8.8/1",
            "https://[2606:4700::1111]/1",
            // The operator's own.
            "http://127.0.0.1:8080/1",
        ] {
            assert!(is_taken(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_on_an_own_network_is_not() {
        for text in [
            "http://push.example.org/1",
            "https://push.example.org:8443/1",
            "https://ann@push.example.org/1",
            "https://:secret@push.example.org/1",
            "https://push.example.org/1#2",
            "https://localhost/1",
            "https://push/1",
            "https://push./1",
            "https://push.localhost/1",
            "https://printer.local/1",
            "https://metadata.google.internal/1",
            "https://127.0.0.1/1",
            "https://2130706433/1",
            "https://0x7f.1/1",
            "https://127.0.0.1./1",
            "https://10.0.0.1/1",
            "https://100.64.0.1/1",
            "https://169.254.169.254/latest",
            "https://172.31.255.255/1",
            "https://192.168.1.1/1",
            "https://0.0.0.0/1",
            "https://255.255.255.255/1",
            "https://224.0.0.1/1",
            "https://[::1]/1",
            "https://[::]/1",
            "https://[::ffff:8.8.8.8]/1",
            "https://[64:ff9b::7f00:1]/1",
            "https://[fe80::1]/1",
            "https://[fc00::1]/1",
            "https://[2001:db8::1]/1",
            "https://[2002:7f00:1::]/1",
            "https://[ff02::1]/1",
            "http://127.0.0.1:8081/1",
            "https://127.0.0.1:8080/1",
            "ftp://push.example.org/1",
            "file:///etc/passwd",
            "data:,x",
            "push.example.org",
            "",
        ] {
            assert!(!is_taken(text), "{text}");
        }
        let long = |length: usize| format!("https://push.example.org/{}", "x".repeat(length - 25));
        assert!(is_taken(&long(500)) && !is_taken(&long(501)));
    }
}
