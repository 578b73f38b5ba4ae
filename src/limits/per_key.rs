//! Permits: each key may hold a certain number at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A number of permits for each key; clones share them.
#[derive(Clone, Debug)]
pub struct PerKeyLimit<K> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    max: usize,
}

/// A permit, until it is dropped.
#[derive(Debug)]
pub struct Permit<K: Copy + Eq + Hash> {
    limit: PerKeyLimit<K>,
    key: K,
}

impl<K: Copy + Eq + Hash> PerKeyLimit<K> {
    /// At most `max` of them for each key.
    pub fn new(max: usize) -> Self {
        Self {
            taken: Arc::default(),
            max,
        }
    }

    /// One more, unless all of `key` are taken.
    pub fn try_acquire(&self, key: K) -> Option<Permit<K>> {
        let mut taken = self.lock();
        if taken.get(&key).is_some_and(|count| *count >= self.max) {
            return None;
        }
        *taken.entry(key).or_default() += 1;
        Some(Permit {
            limit: self.clone(),
            key,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut taken = self.limit.lock();
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_so_many_and_one_that_is_given_back_can_be_taken_again() {
        let limit = PerKeyLimit::new(2);
        let (first, _second) = (
            limit.try_acquire("ann").unwrap(),
            limit.try_acquire("ann").unwrap(),
        );
        assert!(limit.try_acquire("ann").is_none());
        let _bobs = limit.try_acquire("bob").unwrap();
        drop(first);
        let _third = limit.try_acquire("ann").unwrap();
        assert!(limit.try_acquire("ann").is_none());
    }

    #[test]
    fn who_has_none_is_not_remembered() {
        let limit = PerKeyLimit::new(2);
        drop((limit.try_acquire(1), limit.try_acquire(1)));
        assert!(limit.lock().is_empty());
    }
}
