//! Memory that several tasks share, reserved before it is taken: a task that finds too little left waits.

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// The unit of counting.
const KIB: u64 = 1024;

/// An amount of memory; clones share it.
#[derive(Clone)]
pub struct MemoryBudget {
    free: Arc<Semaphore>,
    all: u32,
}

/// A part of it, until it is dropped.
pub struct MemoryPermit(OwnedSemaphorePermit);

impl MemoryBudget {
    /// `bytes` in total.
    pub fn new(bytes: u64) -> Self {
        let all = in_kib(bytes);
        Self {
            free: Arc::new(Semaphore::new(all as usize)),
            all,
        }
    }

    /// Takes `bytes` of it, or all for what would need more, as soon as they are free.
    ///
    /// # Errors
    /// Never, as it is never closed.
    pub async fn acquire(&self, bytes: u64) -> Result<MemoryPermit, AcquireError> {
        let count = in_kib(bytes).min(self.all);
        let permit = self.free.clone().acquire_many_owned(count).await?;
        Ok(MemoryPermit(permit))
    }
}

impl MemoryPermit {
    /// Returns all but `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        let spare = self.0.num_permits().saturating_sub(in_kib(bytes) as usize);
        drop(self.0.split(spare));
    }
}

fn in_kib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of it, in KiB.
    fn left(budget: &MemoryBudget) -> usize {
        budget.free.available_permits()
    }

    #[tokio::test]
    async fn what_is_taken_is_missing_until_it_is_given_back() {
        let budget = MemoryBudget::new(100 * KIB);
        let mut first = budget.acquire(60 * KIB).await.unwrap();
        let second = budget.acquire(KIB / 2).await.unwrap();
        assert_eq!(left(&budget), 39);
        first.shrink_to(10 * KIB);
        assert_eq!(left(&budget), 89);
        first.shrink_to(50 * KIB);
        assert_eq!(left(&budget), 89);
        drop((first, second));
        assert_eq!(left(&budget), 100);
    }

    #[tokio::test]
    async fn what_needs_more_than_there_is_gets_all_alone() {
        let budget = MemoryBudget::new(100 * KIB);
        let all = budget.acquire(u64::MAX).await.unwrap();
        assert_eq!(left(&budget), 0);
        drop(all);
        assert_eq!(left(&budget), 100);
    }
}
