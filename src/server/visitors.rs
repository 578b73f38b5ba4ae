//! How many connections there are, in all and from each address.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::address::network;
use crate::config::Config;
use crate::places::{Place, Places};

/// Whoever is connected.
pub(super) struct Visitors {
    config: Arc<Config>,
    room: Arc<Semaphore>,
    by_address: Places<IpAddr>,
}

/// Room for a connection, until it is dropped.
pub(super) struct Room {
    _room: OwnedSemaphorePermit,
    /// None for a proxy, which comes for many.
    _place: Option<Place<IpAddr>>,
}

impl Visitors {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            room: Arc::new(Semaphore::new(config.connections.most)),
            by_address: Places::new(config.connections.most_per_address),
            config,
        }
    }

    /// Waits until there is room for one more.
    pub(super) async fn wait_for_room(&self) -> OwnedSemaphorePermit {
        loop {
            // It is never closed, so this never fails.
            if let Ok(room) = self.room.clone().acquire_owned().await {
                return room;
            }
        }
    }

    /// Lets in who comes from this address, unless there are too many from there.
    pub(super) fn let_in(&self, room: OwnedSemaphorePermit, address: IpAddr) -> Option<Room> {
        let address = address.to_canonical();
        let place = if self.config.trusted_proxies.contains(address) {
            None
        } else {
            Some(self.by_address.take(network(address))?)
        };
        Some(Room {
            _room: room,
            _place: place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitors(change: impl FnOnce(&mut Config)) -> Visitors {
        let mut config = Config::default();
        change(&mut config);
        Visitors::new(Arc::new(config))
    }

    async fn come(visitors: &Visitors, from: &str) -> Option<Room> {
        let room = visitors.wait_for_room().await;
        visitors.let_in(room, from.parse().unwrap())
    }

    #[tokio::test]
    async fn too_many_from_one_address_are_turned_away_and_others_are_not() {
        let visitors = visitors(|config| config.connections.most_per_address = 2);
        let here = [
            come(&visitors, "192.0.2.1").await,
            come(&visitors, "192.0.2.1").await,
        ];
        assert!(here.iter().all(Option::is_some));
        assert!(come(&visitors, "192.0.2.1").await.is_none());
        assert!(come(&visitors, "::ffff:192.0.2.1").await.is_none());
        assert!(come(&visitors, "192.0.2.2").await.is_some());
        drop(here);
        assert!(come(&visitors, "192.0.2.1").await.is_some());
    }

    #[tokio::test]
    async fn a_trusted_proxy_comes_for_many() {
        let visitors = visitors(|config| {
            config.connections.most_per_address = 1;
            config.trusted_proxies = serde_json::from_str(r#"["10.0.0.1"]"#).unwrap();
        });
        let mut inside = Vec::new();
        for _ in 0..20 {
            inside.push(come(&visitors, "10.0.0.1").await.unwrap());
        }
    }

    #[tokio::test]
    async fn when_the_house_is_full_the_next_waits_until_somebody_leaves() {
        let visitors = visitors(|config| config.connections.most = 1);
        let first = come(&visitors, "192.0.2.1").await;
        let mut second = std::pin::pin!(come(&visitors, "192.0.2.2"));
        tokio::select! {
            biased;
            _ = &mut second => panic!("there are two where there is room for one"),
            () = std::future::ready(()) => {}
        }
        drop(first);
        assert!(second.await.is_some());
    }
}
