//! Places of which everybody may have a certain number at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A number of places for each; clones share them.
#[derive(Clone, Debug)]
pub struct Places<K> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    each: usize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place<K: Copy + Eq + Hash> {
    places: Places<K>,
    whose: K,
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// `each` of them for each.
    pub fn new(each: usize) -> Self {
        Self {
            taken: Arc::default(),
            each,
        }
    }

    /// One more, unless `whose` are all taken.
    pub fn take(&self, whose: K) -> Option<Place<K>> {
        let mut taken = self.lock();
        if taken.get(&whose).is_some_and(|count| *count >= self.each) {
            return None;
        }
        *taken.entry(whose).or_default() += 1;
        Some(Place {
            places: self.clone(),
            whose,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_so_many_and_one_that_is_given_back_can_be_taken_again() {
        let places = Places::new(2);
        let (first, _second) = (places.take("ann").unwrap(), places.take("ann").unwrap());
        assert!(places.take("ann").is_none());
        let _bobs = places.take("bob").unwrap();
        drop(first);
        let _third = places.take("ann").unwrap();
        assert!(places.take("ann").is_none());
    }

    #[test]
    fn who_has_none_is_not_remembered() {
        let places = Places::new(2);
        drop((places.take(1), places.take(1)));
        assert!(places.lock().is_empty());
    }
}
