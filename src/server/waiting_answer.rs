//! The memory that a response takes while it waits for its reader.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::fair::{Reservation, Stage};

/// The memory of a request's response, in the request's cache; empty for a response that is small, or read as it is sent.
/// Clones share it.
#[derive(Clone, Default)]
pub struct WaitingAnswer(Arc<Mutex<Option<Arc<Reservation<IpAddr>>>>>);

impl WaitingAnswer {
    /// Keeps the memory until the response is sent or evicted.
    pub fn keep(&self, reservation: Reservation<IpAddr>) {
        reservation.is_at(Stage::Moving);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(reservation));
    }

    /// Counts bytes that were sent from it.
    pub(super) fn add_progress(&self, bytes: usize) {
        if let Some(reservation) = self.reservation() {
            reservation.add_progress(bytes);
        }
    }

    /// Waits until the response is evicted for another.
    pub(super) async fn preempted(&self) {
        match self.reservation() {
            Some(reservation) => reservation.preempted().await,
            None => std::future::pending().await,
        }
    }

    fn reservation(&self) -> Option<Arc<Reservation<IpAddr>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
