//! Headers of an answer on their way past Rocket. Its map hashes each name letter by letter when a header is put in, and has all
//! of them copied when they go out: of a short request that was an eighth.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// A header as it is sent.
pub type DirectHeader = (HeaderName, HeaderValue);

/// In the request's cache, where the answer goes to a connection; clones share it.
#[derive(Clone, Default)]
pub struct DirectHeaders(Option<Arc<Mutex<Vec<DirectHeader>>>>);

impl DirectHeaders {
    /// For an answer that goes to a connection.
    pub(super) fn expected() -> Self {
        Self(Some(Arc::default()))
    }

    /// Has the answer carry these, instead of what it has by the same names.
    ///
    /// # Errors
    /// The headers, where no connection takes them: they belong into Rocket's own then.
    pub fn carry(&self, headers: Vec<DirectHeader>) -> Result<(), Vec<DirectHeader>> {
        let Some(carried) = &self.0 else {
            return Err(headers);
        };
        *carried.lock().unwrap_or_else(PoisonError::into_inner) = headers;
        Ok(())
    }

    /// Puts them into the head of the answer.
    pub(super) fn put_into(&self, head: &mut HeaderMap) {
        let Some(carried) = &self.0 else { return };
        let headers = std::mem::take(&mut *carried.lock().unwrap_or_else(PoisonError::into_inner));
        for (name, value) in headers {
            head.insert(name, value);
        }
    }
}
