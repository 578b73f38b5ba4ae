//! A bounded cache of facts that don't change.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are remembered; when there are more, they are looked up again.
const MAX_ITEMS: usize = 100_000;

/// A set that never grows over its bound; clones share it.
#[derive(Clone, Debug)]
pub struct BoundedSet<T>(Arc<Mutex<HashSet<T>>>);

impl<T> Default for BoundedSet<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Eq + Hash> BoundedSet<T> {
    pub fn contains(&self, item: &T) -> bool {
        self.items().contains(item)
    }

    pub fn insert(&self, item: T) {
        let mut items = self.items();
        if items.len() >= MAX_ITEMS {
            items.clear();
        }
        items.insert(item);
    }

    pub fn remove(&self, item: &T) {
        self.items().remove(item);
    }

    fn items(&self) -> MutexGuard<'_, HashSet<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_rather_than_grow_without_end() {
        let remembered = BoundedSet::default();
        (0..MAX_ITEMS).for_each(|item| remembered.insert(item));
        assert!(remembered.contains(&0));
        remembered.insert(MAX_ITEMS);
        assert!(remembered.contains(&MAX_ITEMS) && !remembered.contains(&0));
        remembered.remove(&MAX_ITEMS);
        assert!(!remembered.contains(&MAX_ITEMS));
    }
}
