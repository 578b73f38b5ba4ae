//! Counted attempts, in bounded memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::error::{Error, Overload};

/// The capacity of a tally in keys, at about 40 bytes each.
const MAX_KEYS: usize = 50_000;

/// Lets each key through as often as its quota says; clones share what they have counted.
#[derive(Clone)]
pub(super) struct Limiter {
    limiter: Arc<RateLimiter<u64, Store, Clock, NoOpMiddleware<Duration>>>,
    store: Store,
    one: Nanos,
}

/// The addresses from which accounts have signed in: the latest ones, and as many of those before.
#[derive(Default)]
pub(super) struct KnownAddresses(Mutex<[HashSet<u64>; 2]>);

/// For each key, the moment at which all its attempts will have come back; clones share it.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<HashMap<u64, Nanos>>>);

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

impl Limiter {
    pub(super) fn new(quota: Quota, clock: Clock) -> Self {
        let store = Store::default();
        Self {
            limiter: Arc::new(RateLimiter::new(quota, store.clone(), clock)),
            store,
            one: quota.replenish_interval().into(),
        }
    }

    /// Takes an attempt.
    ///
    /// # Errors
    /// [`Overload::TooManyAttempts`], with the time until the next comes back.
    pub(super) fn take(&self, key: u64) -> Result<(), Error> {
        if self.store.len() >= MAX_KEYS {
            self.limiter.retain_recent();
            self.store.make_room();
        }
        self.limiter.check_key(&key).map_err(|not_until| {
            let now = self.limiter.clock().elapsed();
            Overload::TooManyAttempts {
                wait: not_until.wait_time_from(now),
            }
            .into()
        })
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.store.len()
    }

    /// Undoes [`Limiter::take`].
    pub(super) fn give_back(&self, key: u64) {
        if let Some(moment) = self.store.lock().get_mut(&key) {
            *moment = moment.saturating_sub(self.one);
        }
    }
}

impl KnownAddresses {
    pub(super) fn contains(&self, address: u64) -> bool {
        self.lock()
            .iter()
            .any(|addresses| addresses.contains(&address))
    }

    pub(super) fn insert(&self, address: u64) {
        let [latest, before] = &mut *self.lock();
        latest.insert(address);
        if latest.len() >= MAX_KEYS / 2 {
            *before = std::mem::take(latest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, [HashSet<u64>; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the keys that would have all attempts back soonest, if hardly any could be forgotten without a loss.
    fn make_room(&self) {
        let mut store = self.lock();
        if store.len() > MAX_KEYS / 2 {
            let mut moments: Vec<_> = store.values().copied().collect();
            let (_, middle, _) = moments.select_nth_unstable(store.len() / 2);
            store.retain(|_, moment| *moment > *middle);
        }
    }
}

impl StateStore for Store {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut store = self.lock();
        let (outcome, moment) = decide(store.get(key).copied())?;
        store.insert(*key, moment);
        Ok(outcome)
    }
}

impl ShrinkableKeyedStateStore<u64> for Store {
    fn retain_recent(&self, drop_below: Nanos) {
        self.lock().retain(|_, moment| *moment > drop_below);
    }

    fn len(&self) -> usize {
        self.lock().len()
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}
