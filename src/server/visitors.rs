//! How many connections there are, in all and from each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::address::network;
use crate::config::Config;

/// Whoever is connected; clones share it.
#[derive(Clone)]
pub(super) struct Visitors {
    config: Arc<Config>,
    room: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection's place, until it is dropped.
pub(super) struct Place {
    visitors: Visitors,
    /// None for a proxy, which has its place for many.
    address: Option<IpAddr>,
    _room: OwnedSemaphorePermit,
}

impl Visitors {
    pub(super) fn new(config: Arc<Config>) -> Self {
        Self {
            room: Arc::new(Semaphore::new(config.connections.most)),
            by_address: Arc::default(),
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

    /// A place in this room, unless too many have come from this address.
    pub(super) fn place(&self, room: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let counted = (!self.config.trusted_proxies.contains(address)).then(|| network(address));
        if let Some(address) = counted {
            let mut by_address = self.lock();
            let count = by_address.entry(address).or_default();
            if *count >= self.config.connections.most_per_address {
                return None;
            }
            *count += 1;
        }
        Some(Place {
            visitors: self.clone(),
            address: counted,
            _room: room,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut by_address = self.visitors.lock();
        if let Some(count) = by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&address);
            }
        }
    }
}
