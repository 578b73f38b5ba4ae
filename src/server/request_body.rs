//! The bytes of a request's body as they arrive, which must not take for ever.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use rocket::futures::stream::{self, Stream};
use tokio::io::AsyncRead;
use tokio::time::{Instant, timeout};
use tokio_util::io::StreamReader;

use crate::server::slot::RequestSlot;

/// The bytes that have to arrive within the stall timeout, unless the body ends: half a kibibyte a second with the
/// default.
const MIN_BYTES: usize = 16 * 1024;

/// The bytes that have to arrive per second, on average and after the stall timeout: a photo of 3 MB may take 25
/// minutes.
const MIN_BYTES_PER_SECOND: u64 = 2 * 1024;

/// The bytes of a body. An error of the kind [`io::ErrorKind::TimedOut`] says that they arrived too slowly.
pub type BodyReader<'r> = Pin<Box<dyn AsyncRead + Send + 'r>>;

/// The body of a request, in the request's cache, until it is taken.
#[derive(Default)]
pub struct RequestBody(Mutex<Option<BodyReader<'static>>>);

/// Whether a body has been read to its end.
pub(super) struct Progress(Arc<AtomicBool>);

impl RequestBody {
    /// The body of this request, which may pause for at most `stall`.
    pub(super) fn new<B>(body: B, stall: Duration, slot: RequestSlot) -> (Self, Progress)
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let done = Arc::new(AtomicBool::new(body.is_end_stream()));
        if body.is_end_stream() {
            slot.has_arrived();
        }
        let stall_timeout = StallTimeout {
            body,
            stall,
            left: stall,
            received: 0,
            waited: Duration::ZERO,
            total: 0,
            done: done.clone(),
            slot,
        };
        let reader = StreamReader::new(Box::pin(stall_timeout.pieces()));
        (Self(Mutex::new(Some(Box::pin(reader)))), Progress(done))
    }

    /// Takes the body, which works once; requests that don't come over the network have it elsewhere.
    pub fn take(&self) -> Option<BodyReader<'static>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Progress {
    pub(super) fn is_done(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body, with how much longer to wait for how many bytes of it.
struct StallTimeout<B> {
    body: B,
    stall: Duration,
    left: Duration,
    received: usize,
    /// How long it has waited in total, and for how many bytes.
    waited: Duration,
    total: u64,
    done: Arc<AtomicBool>,
    slot: RequestSlot,
}

impl<B> StallTimeout<B>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        stream::unfold(Some(self), async |stall_timeout| {
            let mut stall_timeout = stall_timeout?;
            match stall_timeout.next().await.transpose()? {
                Ok(bytes) => Some((Ok(bytes), Some(stall_timeout))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// Only waiting for the client counts, and not processing the bytes in between.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let since = Instant::now();
            let in_all =
                self.stall + Duration::from_millis(self.total * 1000 / MIN_BYTES_PER_SECOND);
            let left = self.left.min(in_all.saturating_sub(self.waited));
            let frame = timeout(left, self.body.frame()).await;
            let frame = frame.map_err(|_| io::ErrorKind::TimedOut)?;
            if frame.is_none() || self.body.is_end_stream() {
                self.done.store(true, Ordering::Relaxed);
                self.slot.has_arrived();
            }
            let Some(frame) = frame.transpose().map_err(io::Error::other)? else {
                return Ok(None);
            };
            self.left = self.left.saturating_sub(since.elapsed());
            self.waited += since.elapsed();
            // Anything but data is a trailer, and trailers aren't used.
            if let Ok(bytes) = frame.into_data() {
                self.received += bytes.len();
                self.total += bytes.len() as u64;
                if self.received >= MIN_BYTES {
                    (self.left, self.received) = (self.stall, 0);
                }
                return Ok(Some(bytes));
            }
        }
    }
}
