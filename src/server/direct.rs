//! What of a response bypasses Rocket. Its map of headers hashes each name letter by letter when a header is inserted, and has
//! all of them copied when they are sent: that was an eighth of a short request. Its bodies are read into new buffers, although
//! most are in memory already.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// A header as it is sent.
pub type DirectHeader = (HeaderName, HeaderValue);
/// Headers that replace those of the same names.
pub type DirectHeaders = Direct<Vec<DirectHeader>>;
/// A whole body, in one or several chunks.
pub type DirectBody = Direct<Vec<Bytes>>;

/// A part of the response, in the request's cache, if the response goes to a connection; clones share it.
pub struct Direct<T>(Option<Arc<Mutex<T>>>);

impl<T> Clone for Direct<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Direct<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Default> Direct<T> {
    /// For a response that goes to a connection.
    pub(super) fn expected() -> Self {
        Self(Some(Arc::default()))
    }

    /// Sends this part of the response.
    ///
    /// # Errors
    /// The part, if no connection takes it: then it belongs in Rocket's own response.
    pub fn carry(&self, part: T) -> Result<(), T> {
        let Some(carried) = &self.0 else {
            return Err(part);
        };
        *carried.lock().unwrap_or_else(PoisonError::into_inner) = part;
        Ok(())
    }

    /// The part that was carried, or an empty one.
    pub(super) fn take(&self) -> T {
        let carried = self.0.as_ref();
        carried.map_or_else(T::default, |carried| {
            mem::take(&mut *carried.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

impl DirectHeaders {
    /// Puts them into the head of the response.
    pub(super) fn put_into(&self, head: &mut HeaderMap) {
        for (name, value) in self.take() {
            head.insert(name, value);
        }
    }
}
