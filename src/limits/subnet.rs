//! What counts as one address.

use std::net::IpAddr;

/// The part of an address that identifies a household: with IPv6, that is a /64.
pub fn client_subnet(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}
