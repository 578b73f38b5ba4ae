//! How many connections there are, in total and from each address, and which one is closed when all slots are taken.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::config::Config;
use crate::limits::fair::{FairLimit, Refused};
use crate::limits::subnet::client_subnet;
use crate::logging::audit::{self, Seldom};
use crate::server::peer::Peer;
use crate::server::slot::ConnectionSlot;

/// The settings that the log names.
const MAX_CONNECTIONS: &str = "connections.max_connections";
const MAX_PER_IP: &str = "connections.max_per_ip";
/// How soon it checks again whether a connection has become slow.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// All connected clients; clones share them.
#[derive(Clone)]
pub(super) struct ConnectionLimits {
    config: Arc<Config>,
    seldom: Seldom,
    limit: FairLimit<IpAddr>,
}

impl ConnectionLimits {
    pub(super) fn new(app: &App) -> Self {
        let settings = &app.config.connections;
        let (max, max_per_key) = (settings.max_connections as u64, settings.max_per_ip as u64);
        Self {
            config: app.config.clone(),
            seldom: app.seldom.clone(),
            limit: FairLimit::new(max, max_per_key),
        }
    }

    /// Admits a client from this address, unless there are too many from there. When all slots are taken, another connection
    /// is closed: one of those who have more than this client would have, or one that is slow. A client who has none yet
    /// waits until that is so.
    pub(super) async fn admit(&self, peer: Peer) -> Option<ConnectionSlot> {
        let address = peer.address();
        // A proxy connects for many clients, which are known only by their requests.
        let is_proxy = peer.is_trusted_by(&self.config.trusted_proxies);
        let key = (!is_proxy).then(|| client_subnet(address));
        loop {
            match self.limit.reserve(key, 1) {
                Ok(reservation) => return Some(ConnectionSlot::new(reservation)),
                Err(Refused::All { has_some: false }) => {
                    // After the pause, or as soon as a connection ends.
                    let _left = timeout(LOOK_AGAIN, self.limit.freed()).await;
                }
                Err(Refused::All { has_some: true }) => {
                    self.tell_refused(address, MAX_CONNECTIONS);
                    return None;
                }
                Err(Refused::Own) => {
                    self.tell_refused(address, MAX_PER_IP);
                    return None;
                }
            }
        }
    }

    /// Logs that a connection was closed for another.
    pub(super) fn tell_closed(&self, key: Option<IpAddr>) {
        // While a proxy waits for its next client, the connection has no client address.
        let due = key.filter(|address| self.seldom.is_due(*address, "connection closed"));
        if let Some(address) = due {
            audit::connection_closed(address, MAX_CONNECTIONS);
        }
    }

    fn tell_refused(&self, address: IpAddr, limit: &str) {
        if self.seldom.is_due(address, "connection refused") {
            audit::connection_refused(address, limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;
    use crate::clock::Clock;

    fn limits(change: impl FnOnce(&mut Config)) -> ConnectionLimits {
        let mut config = Config::default();
        change(&mut config);
        let settings = &config.connections;
        ConnectionLimits {
            limit: FairLimit::new(settings.max_connections as u64, settings.max_per_ip as u64),
            seldom: Seldom::new(&Clock::default()),
            config: Arc::new(config),
        }
    }

    async fn come(limits: &ConnectionLimits, from: &str) -> Option<ConnectionSlot> {
        let address = SocketAddr::new(from.parse().unwrap(), 1);
        limits.admit(Peer::Tcp(address)).await
    }

    async fn must_leave(line: &ConnectionSlot) -> bool {
        timeout(Duration::ZERO, line.preempted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn too_many_from_one_address_are_turned_away_and_others_are_not() {
        let limits = limits(|config| config.connections.max_per_ip = 2);
        let here = [
            come(&limits, "192.0.2.1").await,
            come(&limits, "192.0.2.1").await,
        ];
        assert!(here.iter().all(Option::is_some));
        assert!(come(&limits, "192.0.2.1").await.is_none());
        assert!(come(&limits, "::ffff:192.0.2.1").await.is_none());
        assert!(come(&limits, "192.0.2.2").await.is_some());
        drop(here);
        assert!(come(&limits, "192.0.2.1").await.is_some());
        let _one = [
            come(&limits, "2001:db8::1").await,
            come(&limits, "2001:db8::2").await,
        ];
        assert!(come(&limits, "2001:db8::3").await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_trusted_proxy_comes_for_many() {
        let limits = limits(|config| {
            config.connections.max_per_ip = 1;
            config.trusted_proxies = serde_json::from_str(r#"["10.0.0.1"]"#).unwrap();
        });
        let mut inside = Vec::new();
        for _ in 0..20 {
            inside.push(come(&limits, "10.0.0.1").await.unwrap());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_by_a_unix_socket_comes_for_many_only_if_the_settings_say_so() {
        for (trusted, admitted) in [(r#"["127.0.0.1"]"#, 2), (r#"["unix"]"#, 20)] {
            let limits = limits(|config| {
                config.connections.max_per_ip = 2;
                config.trusted_proxies = serde_json::from_str(trusted).unwrap();
            });
            let mut inside = Vec::new();
            for _ in 0..20 {
                inside.extend(limits.admit(Peer::UnixSocket).await);
            }
            assert_eq!(inside.len(), admitted, "{trusted}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn four_addresses_that_have_all_connections_keep_nobody_out() {
        let limits = limits(|_| ());
        let mut inside = Vec::new();
        for n in 0..512 {
            let line = come(&limits, &format!("192.0.2.{}", n % 4)).await.unwrap();
            line.begin(None);
            inside.push(line);
        }
        let mut others = Vec::new();
        for n in 0..50 {
            others.push(come(&limits, &format!("198.51.100.{n}")).await.unwrap());
        }
        let mut left = 0;
        for line in &inside {
            left += usize::from(must_leave(line).await);
        }
        assert_eq!(left, 50);
        for line in &others {
            assert!(!must_leave(line).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn five_clients_through_a_proxy_keep_no_sixth_out() {
        let limits = limits(|config| {
            config.trusted_proxies = serde_json::from_str(r#"["10.0.0.1"]"#).unwrap();
        });
        let mut inside = Vec::new();
        for n in 0..512_u16 {
            let line = come(&limits, "10.0.0.1").await.unwrap();
            line.begin(Some(IpAddr::from([192, 0, 2, (n % 5) as u8])));
            inside.push(line);
        }
        let sixth = come(&limits, "10.0.0.1").await.unwrap();
        sixth.begin(Some(IpAddr::from([192, 0, 2, 77])));
        let direct = come(&limits, "198.51.100.1").await.unwrap();
        let mut left = 0;
        for line in &inside {
            left += usize::from(must_leave(line).await);
        }
        assert_eq!(left, 2);
        assert!(!must_leave(&sixth).await && !must_leave(&direct).await);
    }

    #[tokio::test(start_paused = true)]
    async fn when_the_house_is_full_a_newcomer_waits_until_somebody_leaves_or_is_slow() {
        let limits = limits(|config| config.connections.max_connections = 1);
        let first = come(&limits, "192.0.2.1").await.unwrap();
        assert!(come(&limits, "192.0.2.1").await.is_none());
        let mut second = std::pin::pin!(come(&limits, "192.0.2.2"));
        assert!(timeout(Duration::ZERO, &mut second).await.is_err());
        drop(first);
        let second = second.await.unwrap();
        let third = come(&limits, "192.0.2.3").await;
        assert!(third.is_some() && must_leave(&second).await);
    }
}
