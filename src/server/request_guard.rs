//! What a request holds while it is under way: with HTTP/1 until its response is ready for the connection, which sends one at a
//! time; with HTTP/2 until it is sent, because a connection has many, and their readers may be slow.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::slot::RequestSlot;
use crate::limits::per_key::Permit;

/// A request under way; clones share it.
#[derive(Clone)]
pub(super) struct RequestGuard(Arc<Held>);

struct Held {
    slot: RequestSlot,
    is_http2: bool,
    _permit: Option<Permit<IpAddr>>,
    _in_flight: Option<TaskTrackerToken>,
}

/// The body of a response, with what its request holds.
pub(super) struct AnswerBody {
    body: UnsyncBoxBody<Bytes, io::Error>,
    _held: Option<RequestGuard>,
}

impl RequestGuard {
    pub(super) fn new(
        slot: RequestSlot,
        is_http2: bool,
        permit: Option<Permit<IpAddr>>,
        in_flight: &TaskTrackerToken,
    ) -> Self {
        Self(Arc::new(Held {
            slot,
            is_http2,
            _permit: permit,
            _in_flight: is_http2.then(|| in_flight.clone()),
        }))
    }

    /// A response that is in memory as a whole.
    pub(super) fn complete(&self, body: UnsyncBoxBody<Bytes, io::Error>) -> AnswerBody {
        self.is_sent();
        let _held = self.0.is_http2.then(|| self.clone());
        AnswerBody { body, _held }
    }

    /// A response that is sent as it comes, and for which [`Self::is_sent`] is called at its end.
    pub(super) fn in_chunks(&self, body: UnsyncBoxBody<Bytes, io::Error>) -> AnswerBody {
        self.0.slot.is_answered();
        let _held = self.0.is_http2.then(|| self.clone());
        AnswerBody { body, _held }
    }

    /// A response that goes on until its reader leaves. It counts as a stream, and as nothing else.
    pub(super) fn stream(self, body: UnsyncBoxBody<Bytes, io::Error>) -> AnswerBody {
        let slot = self.0.slot.clone();
        if self.0.is_http2 {
            slot.is_stream();
        } else {
            slot.leave();
        }
        let held = Held {
            slot,
            is_http2: self.0.is_http2,
            _permit: None,
            _in_flight: None,
        };
        AnswerBody {
            body,
            _held: Some(Self(Arc::new(held))),
        }
    }

    /// All of the response is ready for a connection that has one request at a time, before the connection can know this.
    pub(super) fn is_sent(&self) {
        if self.0.is_http2 {
            self.0.slot.is_answered();
        } else {
            self.0.slot.end();
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
