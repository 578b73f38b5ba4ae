//! Keeps the log from being filled by those who are refused again and again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::limits::subnet::client_subnet;

/// The time in which the same is logged only once for one address.
const PAUSE: Duration = Duration::from_secs(60);
/// The most addresses that are remembered for it.
const REMEMBERED: usize = 4096;

/// Keeps who is refused again and again from filling the log; clones share it.
#[derive(Clone)]
pub struct Seldom {
    clock: Clock,
    told: Arc<Mutex<HashMap<(IpAddr, &'static str), Timestamp>>>,
}

impl Seldom {
    /// Nothing has been logged yet.
    pub fn new(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            told: Arc::default(),
        }
    }

    /// Whether to log this for this address: not if it was logged within the last minute, and not for more addresses than
    /// can be remembered.
    pub fn is_due(&self, address: IpAddr, what: &'static str) -> bool {
        let now = self.clock.now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (client_subnet(address), what);
        let is_recent = |at: &Timestamp| *at <= now && now < at.plus(PAUSE);
        if told.get(&key).is_some_and(is_recent) {
            return false;
        }
        if told.len() >= REMEMBERED {
            told.retain(|_, at| is_recent(at));
        }
        let is_due = told.len() < REMEMBERED;
        if is_due {
            told.insert(key, now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_told_once_a_minute_of_one_address_and_of_so_many_addresses() {
        let seldom = Seldom::new(&Clock::default());
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        assert!(seldom.is_due(address(1), "a") && !seldom.is_due(address(1), "a"));
        assert!(seldom.is_due(address(1), "b") && seldom.is_due(address(2), "a"));
        let told = (0..100_000)
            .filter(|n| seldom.is_due(address(*n + 10), "a"))
            .count();
        assert!(told < REMEMBERED, "{told}");
        assert!(seldom.told.lock().unwrap().len() <= REMEMBERED);
    }
}
