//! Response headers that bypass Rocket. Its map hashes each name letter by letter when a header is inserted, and has all
//! of them copied when they are sent: that was an eighth of a short request.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// A header as it is sent.
pub type DirectHeader = (HeaderName, HeaderValue);

/// In the request's cache, if the response goes to a connection; clones share it.
#[derive(Clone, Default)]
pub struct DirectHeaders(Option<Arc<Mutex<Vec<DirectHeader>>>>);

impl DirectHeaders {
    /// For a response that goes to a connection.
    pub(super) fn expected() -> Self {
        Self(Some(Arc::default()))
    }

    /// Sets these headers in the response, replacing those of the same names.
    ///
    /// # Errors
    /// The headers, if no connection takes them: then they belong in Rocket's own.
    pub fn carry(&self, headers: Vec<DirectHeader>) -> Result<(), Vec<DirectHeader>> {
        let Some(carried) = &self.0 else {
            return Err(headers);
        };
        *carried.lock().unwrap_or_else(PoisonError::into_inner) = headers;
        Ok(())
    }

    /// Puts them into the head of the response.
    pub(super) fn put_into(&self, head: &mut HeaderMap) {
        let Some(carried) = &self.0 else { return };
        let headers = std::mem::take(&mut *carried.lock().unwrap_or_else(PoisonError::into_inner));
        for (name, value) in headers {
            head.insert(name, value);
        }
    }
}
