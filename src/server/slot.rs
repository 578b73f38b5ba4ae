//! The progress of a connection, which decides which one is closed when there are too many.

use std::net::IpAddr;
use std::sync::Arc;

use crate::limits::fair::{Reservation, Stage};

/// The slot of one connection among all; clones share it.
#[derive(Clone)]
pub(super) struct ConnectionSlot(Arc<Reservation<IpAddr>>);

impl ConnectionSlot {
    pub(super) fn new(reservation: Reservation<IpAddr>) -> Self {
        Self(Arc::new(reservation))
    }

    /// A request has begun, through a proxy from `client`.
    pub(super) fn begin(&self, client: Option<IpAddr>) {
        if client.is_some() {
            self.0.set_key(client);
        }
        self.0.is_at(Stage::Moving);
    }

    /// All of the request has arrived.
    pub(super) fn has_arrived(&self) {
        self.0.is_at(Stage::Working);
    }

    /// Its response is being sent, as fast as it is read.
    pub(super) fn is_answered(&self) {
        self.0.is_at(Stage::Moving);
    }

    /// The next request may come; through a proxy, from anybody.
    pub(super) fn end(&self, is_proxy: bool) {
        if is_proxy {
            self.0.set_key(None);
        }
        self.0.is_at(Stage::Idle);
    }

    /// It counts no longer among the connections, and can't be closed for another: it sends a stream, which is counted
    /// separately, and closes with it.
    pub(super) fn leave(&self) {
        self.0.release();
    }

    /// Whether no request is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.0.stage() == Stage::Idle
    }

    /// Counts bytes that were received or sent.
    pub(super) fn add_progress(&self, bytes: usize) {
        self.0.add_progress(bytes);
    }

    /// Waits until another connection has taken the slot; returns the key of this one.
    pub(super) async fn preempted(&self) -> Option<IpAddr> {
        self.0.preempted().await;
        self.0.key()
    }
}
