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
    pub fn keep(&self, room: Reservation<IpAddr>) {
        room.is_at(Stage::Moving);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(room));
    }

    /// Counts bytes that were sent from it.
    pub(super) fn add_progress(&self, bytes: usize) {
        if let Some(room) = self.room() {
            room.add_progress(bytes);
        }
    }

    /// Waits until the response is evicted for another.
    pub(super) async fn preempted(&self) {
        match self.room() {
            Some(room) => room.preempted().await,
            None => std::future::pending().await,
        }
    }

    fn room(&self) -> Option<Arc<Reservation<IpAddr>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
