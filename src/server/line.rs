//! How far a connection has got, which decides who gives way when there are too many.

use std::net::IpAddr;
use std::sync::Arc;

use crate::room::{Holding, Stage};

/// The place of one connection among all; clones share it.
#[derive(Clone)]
pub(super) struct Line(Arc<Holding<IpAddr>>);

impl Line {
    pub(super) fn new(place: Holding<IpAddr>) -> Self {
        Self(Arc::new(place))
    }

    /// A request has come, through a proxy from `visitor`.
    pub(super) fn begin(&self, visitor: Option<IpAddr>) {
        if visitor.is_some() {
            self.0.belongs_to(visitor);
        }
        self.0.is_at(Stage::Moving);
    }

    /// All of the request has come.
    pub(super) fn has_arrived(&self) {
        self.0.is_at(Stage::Working);
    }

    /// Its answer goes out, as fast as it is read.
    pub(super) fn is_answered(&self) {
        self.0.is_at(Stage::Moving);
    }

    /// The next request may come; through a proxy, from anybody.
    pub(super) fn end(&self, is_proxy: bool) {
        if is_proxy {
            self.0.belongs_to(None);
        }
        self.0.is_at(Stage::Idle);
    }

    /// Whether no request is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.0.stage() == Stage::Idle
    }

    /// Counts bytes that have come or gone.
    pub(super) fn moved(&self, bytes: usize) {
        self.0.moved(bytes);
    }

    /// Waits until somebody else has got the place; gives whose it was.
    pub(super) async fn gives_way(&self) -> Option<IpAddr> {
        self.0.gives_way().await;
        self.0.whose()
    }
}
