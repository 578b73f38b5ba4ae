//! A budget of memory that many share. When it is used up, the holder of the most is evicted for one that holds less,
//! and a slow one for any.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// The age from which a holder may count as slow.
const JUDGED_AFTER: Duration = Duration::from_secs(10);
/// A holder that moves fewer bytes than this in a second is slow.
const SLOW: u64 = 16 * 1024;

/// A limit of a certain size, in any unit; clones share it.
pub struct FairLimit<K>(Arc<Holders<K>>);

struct Holders<K> {
    size: u64,
    max_per_key: u64,
    held: Mutex<Vec<Arc<Held<K>>>>,
    freed: Notify,
}

/// A part of the budget, until it is dropped.
pub struct Reservation<K> {
    shared: Arc<Holders<K>>,
    held: Arc<Held<K>>,
}

struct Held<K> {
    size: u64,
    state: Mutex<State<K>>,
    gives_way: Notify,
}

#[derive(Clone, Copy)]
struct State<K> {
    key: Option<K>,
    stage: Stage,
    /// Since when it is at this stage, and how many bytes have moved meanwhile.
    since: Instant,
    moved: u64,
}

/// The progress of a holder. Of several, the one with the least progress is evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// No request has come yet.
    Idle,
    /// Bytes are being transferred, as fast as the other side sends or reads them.
    Moving,
    /// Everything has arrived, and the server is at work.
    Working,
    /// It is never evicted.
    Settled,
}

/// Why nothing could be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The key holds as much as each may.
    Own,
    /// All of it is held by keys that hold no more than this one would, and none of them is slow. `has_some` says whether
    /// this one holds some of it already.
    All { has_some: bool },
}

impl<K> Clone for FairLimit<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Copy + Eq + Hash> FairLimit<K> {
    /// A limit of this `size`. Each key may hold at most `max_per_key` of it.
    pub fn new(size: u64, max_per_key: u64) -> Self {
        Self(Arc::new(Holders {
            size,
            max_per_key,
            held: Mutex::default(),
            freed: Notify::new(),
        }))
    }

    /// How much of it is taken.
    pub fn taken(&self) -> u64 {
        self.0.lock().iter().map(|held| held.size).sum()
    }

    /// Takes a part of it. If too little is left, others are evicted: those that hold most of it, while they keep at least
    /// what the newcomer gets, and those that are slow. Without a key, the newcomer counts as one that holds nothing else.
    ///
    /// # Errors
    /// There is too little left, and no holder can be evicted.
    pub fn reserve(&self, key: Option<K>, size: u64) -> Result<Reservation<K>, Refused> {
        let new = Arc::new(Held {
            // A request larger than the budget gets all of it.
            size: size.min(self.0.size),
            state: Mutex::new(State {
                key,
                stage: Stage::Idle,
                since: Instant::now(),
                moved: 0,
            }),
            gives_way: Notify::new(),
        });
        self.0.admit(&new)?;
        Ok(Reservation {
            shared: self.0.clone(),
            held: new,
        })
    }

    /// Waits until some of it has become free.
    pub async fn freed(&self) {
        self.0.freed.notified().await;
    }
}

/// The holders to evict so that `missing` becomes free for a key that then has `own`; empty if that isn't enough.
fn choose_victims<K: Copy + Eq + Hash>(
    held: &[Arc<Held<K>>],
    own: u64,
    missing: u64,
) -> Option<Vec<Arc<Held<K>>>> {
    let mut of_each: HashMap<K, u64> = HashMap::new();
    let mut candidates = Vec::new();
    for other in held {
        let state = other.state();
        if let Some(key) = state.key {
            *of_each.entry(key).or_default() += other.size;
        }
        if state.stage != Stage::Settled {
            candidates.push((other, state));
        }
    }
    let (mut leave, mut free) = (Vec::new(), 0);
    while free < missing {
        let in_all = |other: &Held<K>, state: &State<K>| {
            let all = state.key.and_then(|key| of_each.get(&key));
            all.copied().unwrap_or(other.size)
        };
        let may_leave = candidates.iter().enumerate().filter(|(_, (other, state))| {
            in_all(other, state) - other.size >= own || state.is_slow()
        });
        let (index, _) = may_leave.max_by(|(_, (a, of_a)), (_, (b, of_b))| {
            let by_size = in_all(a, of_a).cmp(&in_all(b, of_b));
            by_size
                .then(of_b.stage.cmp(&of_a.stage))
                .then(of_b.pace().cmp(&of_a.pace()))
                .then(of_b.since.cmp(&of_a.since))
        })?;
        let (leaving, state) = candidates.swap_remove(index);
        if let Some(all) = state.key.and_then(|key| of_each.get_mut(&key)) {
            *all -= leaving.size;
        }
        free += leaving.size;
        leave.push(leaving.clone());
    }
    Some(leave)
}

impl<K: Copy + Eq + Hash> Holders<K> {
    fn admit(&self, new: &Arc<Held<K>>) -> Result<(), Refused> {
        let (key, size) = (new.state().key, new.size);
        let mut held = self.lock();
        let of_same = held
            .iter()
            .filter(|other| key.is_some() && other.state().key == key);
        let own: u64 = of_same.map(|other| other.size).sum();
        if own + size > self.max_per_key {
            return Err(Refused::Own);
        }
        let used: u64 = held.iter().map(|other| other.size).sum();
        let missing = (used + size).saturating_sub(self.size);
        if missing > 0 {
            let leave = choose_victims(&held, own + size, missing)
                .ok_or(Refused::All { has_some: own > 0 })?;
            held.retain(|other| !leave.iter().any(|leaving| Arc::ptr_eq(leaving, other)));
            leave
                .iter()
                .for_each(|leaving| leaving.gives_way.notify_one());
        }
        held.push(new.clone());
        Ok(())
    }
}

impl<K> Holders<K> {
    fn remove(&self, leaving: &Arc<Held<K>>) {
        let mut held = self.lock();
        held.retain(|other| !Arc::ptr_eq(other, leaving));
        drop(held);
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Held<K>>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy> Held<K> {
    fn state(&self) -> State<K> {
        *self.lock()
    }
}

impl<K> Held<K> {
    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> State<K> {
    /// Bytes in a second.
    fn pace(&self) -> u64 {
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.saturating_mul(1000) / millis.max(1)
    }

    fn is_slow(&self) -> bool {
        self.stage <= Stage::Moving && self.since.elapsed() >= JUDGED_AFTER && self.pace() < SLOW
    }
}

impl<K: Copy> Reservation<K> {
    /// Its key, if that is known.
    pub fn key(&self) -> Option<K> {
        self.held.state().key
    }

    /// Sets its key from now on.
    pub fn set_key(&self, key: Option<K>) {
        self.held.lock().key = key;
    }

    /// Its stage.
    pub fn stage(&self) -> Stage {
        self.held.state().stage
    }

    /// Sets its stage. If that changes, the bytes and the time are counted from here.
    pub fn is_at(&self, stage: Stage) {
        let mut state = self.held.lock();
        if state.stage != stage {
            (state.stage, state.since, state.moved) = (stage, Instant::now(), 0);
        }
    }

    /// Counts bytes that were received or sent.
    pub fn add_progress(&self, bytes: usize) {
        self.held.lock().moved += bytes as u64;
    }

    /// Returns its part before it is dropped; from then on, it is never evicted.
    pub fn release(&self) {
        self.shared.remove(&self.held);
    }

    /// Takes its part again after it has returned it, as a newcomer would.
    ///
    /// # Errors
    /// As in [`FairLimit::reserve`].
    pub fn retake(&self) -> Result<(), Refused>
    where
        K: Eq + Hash,
    {
        self.shared.admit(&self.held)
    }

    /// Waits until it is evicted: its part already belongs to another.
    pub async fn preempted(&self) {
        self.held.gives_way.notified().await;
    }
}

impl<K> Drop for Reservation<K> {
    fn drop(&mut self) {
        self.shared.remove(&self.held);
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, timeout};

    use super::*;

    async fn has_given_way(holding: &Reservation<u32>) -> bool {
        timeout(Duration::ZERO, holding.preempted()).await.is_ok()
    }

    async fn how_many_gave_way(holdings: &[Reservation<u32>]) -> usize {
        let mut gone = 0;
        for holding in holdings {
            gone += usize::from(has_given_way(holding).await);
        }
        gone
    }

    #[tokio::test(start_paused = true)]
    async fn who_holds_most_gives_way_until_all_have_the_same() {
        let limit = FairLimit::new(100, 50);
        let held: Vec<_> = (0..100)
            .map(|n| limit.reserve(Some(n / 50), 1).unwrap())
            .collect();
        assert_eq!(limit.reserve(Some(0), 1).err(), Some(Refused::Own));
        let others: Vec<_> = (0..33)
            .map(|_| limit.reserve(Some(7), 1).unwrap())
            .collect();
        assert_eq!(how_many_gave_way(&held).await, 33);
        assert_eq!(how_many_gave_way(&others).await, 0);
        let has_some = true;
        assert_eq!(
            limit.reserve(Some(7), 1).err(),
            Some(Refused::All { has_some })
        );
        assert!(limit.reserve(Some(8), 1).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn of_one_holder_that_which_has_got_least_far_goes_first_and_what_is_settled_stays() {
        let limit = FairLimit::new(6, 6);
        let held: Vec<_> = (0..6).map(|_| limit.reserve(Some(1), 1).unwrap()).collect();
        held[0].is_at(Stage::Settled);
        held[1].is_at(Stage::Working);
        held[2].is_at(Stage::Moving);
        held[3].is_at(Stage::Moving);
        held[2].add_progress(1000);
        held[3].add_progress(100);
        advance(Duration::from_secs(1)).await;
        held[4].is_at(Stage::Moving);
        held[4].is_at(Stage::Idle);
        // The order in which they are evicted: longest idle, idle, slower, faster, at work.
        let mut others = Vec::new();
        for (other, leaves) in [5, 4, 3, 2, 1].into_iter().enumerate() {
            others.push(limit.reserve(Some(10 + other as u32), 1).unwrap());
            assert!(has_given_way(&held[leaves]).await, "{leaves}");
        }
        assert!(!has_given_way(&held[0]).await);
        let has_some = false;
        assert_eq!(
            limit.reserve(Some(20), 1).err(),
            Some(Refused::All { has_some })
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_large_has_several_give_way_or_none() {
        let limit = FairLimit::new(100, 100);
        let small: Vec<_> = (0..80)
            .map(|_| limit.reserve(Some(1), 1).unwrap())
            .collect();
        let one = limit.reserve(Some(2), 20).unwrap();
        assert!(limit.reserve(Some(3), 41).is_err());
        assert_eq!(how_many_gave_way(&small).await, 0);
        let _large = limit.reserve(Some(3), 40).unwrap();
        assert_eq!(how_many_gave_way(&small).await, 40);
        assert!(!has_given_way(&one).await);
        // A request larger than the budget needs all of it.
        assert!(limit.reserve(Some(4), 1000).is_err());
        drop((small, one, _large));
        let all = limit.reserve(Some(4), 1000).unwrap();
        assert!(limit.reserve(Some(5), 1).is_err());
        drop(all);
        assert!(limit.reserve(Some(5), 1).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_isnt_known_counts_for_themselves_until_they_are() {
        let limit = FairLimit::new(4, 4);
        let held: Vec<_> = (0..4).map(|_| limit.reserve(None, 1).unwrap()).collect();
        assert!(limit.reserve(None, 1).is_err());
        held[0].set_key(Some(1));
        held[1].set_key(Some(1));
        advance(Duration::from_secs(1)).await;
        let _new = limit.reserve(None, 1).unwrap();
        assert_eq!(how_many_gave_way(&held[..2]).await, 1);
        // And a slow one is evicted for any.
        advance(JUDGED_AFTER).await;
        let _new = limit.reserve(Some(9), 1).unwrap();
        assert_eq!(how_many_gave_way(&held).await, 1);
    }
}
