//! A response that goes on until its reader leaves or the server stops, such as a stream of events: its body is read by the
//! connection itself, without a task and without a request that would be under way for days.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Bytes};

/// The body of such a response, in the request's cache; empty for others. Clones share it.
#[derive(Clone, Default)]
pub struct StreamOrder(Arc<Mutex<Option<UnsyncBoxBody<Bytes, io::Error>>>>);

impl StreamOrder {
    /// Has the connection send this body, if there is a connection, and not that of the response.
    pub fn place(&self, body: impl Body<Data = Bytes, Error = io::Error> + Send + 'static) {
        *self.lock() = Some(UnsyncBoxBody::new(body));
    }

    /// The body, once.
    pub(super) fn take(&self) -> Option<UnsyncBoxBody<Bytes, io::Error>> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<UnsyncBoxBody<Bytes, io::Error>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
