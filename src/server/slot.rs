//! The progress of a connection, which decides which one is closed when there are too many. With HTTP/2, several requests
//! are under way on it at once.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::limits::fair::{Reservation, Stage};

/// The slot of one connection among all; clones share it.
#[derive(Clone)]
pub(super) struct ConnectionSlot(Arc<Shared>);

struct Shared {
    reservation: Reservation<IpAddr>,
    requests: Mutex<Requests>,
    /// Whether it sends a stream, and nothing after it.
    ends_with_stream: AtomicBool,
    lost: CancellationToken,
}

/// How many requests are under way, by how far they are.
#[derive(Default)]
struct Requests {
    moving: usize,
    working: usize,
    streams: usize,
    /// Whether no other will come.
    is_over: bool,
}

/// How far a request is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Moving,
    Working,
    /// Its response goes on until its reader leaves.
    Streaming,
    Ended,
}

/// A request on a connection, until it has ended or the last clone is dropped.
#[derive(Clone)]
pub(super) struct RequestSlot(Arc<Request>);

struct Request {
    connection: ConnectionSlot,
    at: Mutex<At>,
    is_proxy: bool,
}

impl ConnectionSlot {
    pub(super) fn new(reservation: Reservation<IpAddr>) -> Self {
        Self(Arc::new(Shared {
            reservation,
            requests: Mutex::default(),
            ends_with_stream: AtomicBool::new(false),
            lost: CancellationToken::new(),
        }))
    }

    /// A request has begun, through a proxy from `client`.
    pub(super) fn begin(&self, client: Option<IpAddr>) -> RequestSlot {
        let request = Request {
            connection: self.clone(),
            at: Mutex::new(At::Ended),
            is_proxy: client.is_some(),
        };
        if client.is_some() {
            let is_only = self.lock().are_none();
            // What a proxy sends for several clients at once counts for none of them.
            let is_same = is_only || self.0.reservation.key() == client;
            self.0.reservation.set_key(client.filter(|_| is_same));
        }
        request.is_at(At::Moving);
        RequestSlot(Arc::new(request))
    }

    /// Whether no request is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.0.reservation.stage() == Stage::Idle
    }

    /// Whether it sends a stream, and closes with it.
    pub(super) fn ends_with_stream(&self) -> bool {
        self.0.ends_with_stream.load(Ordering::Relaxed)
    }

    /// Counts bytes that were received or sent.
    pub(super) fn add_progress(&self, bytes: usize) {
        self.0.reservation.add_progress(bytes);
    }

    /// Waits until another connection has taken the slot; returns the key of this one.
    pub(super) async fn preempted(&self) -> Option<IpAddr> {
        self.0.reservation.preempted().await;
        self.0.reservation.key()
    }

    /// Waits until the connection has to end because its last stream has, and all slots are taken meanwhile.
    pub(super) async fn lost(&self) {
        self.0.lost.cancelled().await;
    }

    /// The connection is closed: when its streams have ended, it needs no slot.
    pub(super) fn close(&self) {
        self.lock().is_over = true;
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        let requests = self.0.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestSlot {
    /// All of the request has arrived.
    pub(super) fn has_arrived(&self) {
        self.0.is_at(At::Working);
    }

    /// Its response is being sent, as fast as it is read.
    pub(super) fn is_answered(&self) {
        self.0.is_at(At::Moving);
    }

    /// It has ended; through a proxy, the next one may be from anybody.
    pub(super) fn end(&self) {
        self.0.is_at(At::Ended);
    }

    /// The connection counts no longer among the connections, and can't be closed for another: it sends a stream, which is
    /// counted separately, and closes with it.
    pub(super) fn leave(&self) {
        let connection = &self.0.connection.0;
        connection.ends_with_stream.store(true, Ordering::Relaxed);
        connection.reservation.release();
    }

    /// Its response is a stream, which is counted separately: while there is any, the connection doesn't count among the
    /// connections, and can't be closed for another. After the last one, it takes a slot again.
    pub(super) fn is_stream(&self) {
        self.0.is_at(At::Streaming);
    }
}

impl Request {
    fn is_at(&self, to: At) {
        let mut requests = self.connection.lock();
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = std::mem::replace(&mut *at, to);
        if from == to {
            return;
        }
        if let Some(count) = requests.those_at(from) {
            *count -= 1;
        }
        if let Some(count) = requests.those_at(to) {
            *count += 1;
        }
        let Shared {
            reservation, lost, ..
        } = &*self.connection.0;
        if self.is_proxy && requests.are_none() {
            reservation.set_key(None);
        }
        reservation.is_at(requests.stage());
        if to == At::Streaming && requests.streams == 1 {
            reservation.release();
        }
        let was_last = from == At::Streaming && requests.streams == 0;
        if was_last && !requests.is_over && reservation.retake().is_err() {
            lost.cancel();
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.is_at(At::Ended);
    }
}

impl Requests {
    fn those_at(&mut self, at: At) -> Option<&mut usize> {
        match at {
            At::Moving => Some(&mut self.moving),
            At::Working => Some(&mut self.working),
            At::Streaming => Some(&mut self.streams),
            At::Ended => None,
        }
    }

    fn are_none(&self) -> bool {
        self.moving + self.working + self.streams == 0
    }

    /// That of the connection: it is as far as the request that is furthest.
    fn stage(&self) -> Stage {
        match self {
            Self { working: 1.., .. } => Stage::Working,
            Self { moving: 1.., .. } => Stage::Moving,
            _ => Stage::Idle,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::limits::fair::FairLimit;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_connection_is_as_far_as_the_request_that_is_furthest_and_idle_after_the_last() {
        let limit = FairLimit::new(9, 9);
        let connection = ConnectionSlot::new(limit.reserve(address(1), 1).unwrap());
        let stage = || connection.0.reservation.stage();
        let (first, second) = (connection.begin(None), connection.begin(None));
        assert_eq!(stage(), Stage::Moving);
        first.has_arrived();
        assert_eq!(stage(), Stage::Working);
        first.is_answered();
        second.has_arrived();
        first.end();
        assert_eq!(stage(), Stage::Working);
        // A body that is read to its end after the response.
        let body = second.clone();
        drop(second);
        assert!(!connection.is_idle());
        drop(body);
        assert!(connection.is_idle());
    }

    #[test]
    fn a_proxy_that_sends_for_several_at_once_counts_for_none_of_them() {
        let limit = FairLimit::new(9, 9);
        let connection = ConnectionSlot::new(limit.reserve(None, 1).unwrap());
        let key = || connection.0.reservation.key();
        let first = connection.begin(address(1));
        let again = connection.begin(address(1));
        assert_eq!(key(), address(1));
        let other = connection.begin(address(2));
        assert_eq!(key(), None);
        drop((first, again, other));
        let other = connection.begin(address(2));
        assert_eq!(key(), address(2));
        other.end();
        assert_eq!(key(), None);
    }

    #[tokio::test]
    async fn while_it_sends_streams_a_connection_has_no_slot_and_after_the_last_it_has_one_or_ends()
    {
        let limit = FairLimit::new(1, 1);
        let connection = ConnectionSlot::new(limit.reserve(address(1), 1).unwrap());
        let (first, second) = (connection.begin(None), connection.begin(None));
        first.is_stream();
        second.is_stream();
        assert_eq!(limit.taken(), 0);
        drop(first);
        assert_eq!(limit.taken(), 0);
        drop(second);
        assert_eq!(limit.taken(), 1);
        let is_lost = async || timeout(Duration::ZERO, connection.lost()).await.is_ok();
        assert!(!is_lost().await);
        let stream = connection.begin(None);
        stream.is_stream();
        let _other = limit.reserve(address(2), 1).unwrap();
        drop(stream);
        assert!(is_lost().await && limit.taken() == 1);
    }

    #[test]
    fn a_connection_that_is_closed_takes_no_slot_from_another() {
        let limit = FairLimit::new(9, 9);
        let connection = ConnectionSlot::new(limit.reserve(address(1), 1).unwrap());
        let stream = connection.begin(None);
        stream.is_stream();
        connection.close();
        drop(stream);
        assert_eq!(limit.taken(), 0);
    }
}
