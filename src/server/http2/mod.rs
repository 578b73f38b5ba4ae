//! One connection of HTTP/2 (RFC 9113): each request is a stream of it, and many are under way at once.
//!
//! hyper's server has no limit for a stream whose client doesn't read, none for a connection without requests, and doesn't
//! tell when a response is sent. So the library that hyper uses for HTTP/2 is used here without it.

// The body of a request.
mod request_stream;
// One request and its response.
mod stream;
#[cfg(test)]
mod tests;

use std::future::{pending, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use h2::server::{Builder, Connection, SendResponse};
use h2::{Ping, PingPong, Reason, RecvStream};
use hyper::body::{Body, Bytes};
use hyper::{Method, Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;

use super::http1::MAX_HEAD;
use super::refusals::Refusals;
use super::traffic::Traffic;
use crate::config::Connections;
use crate::server::metered_stream::MeteredStream;
use crate::server::slot::ConnectionSlot;
pub(super) use request_stream::RequestStream;

/// Streams at once on a connection. Browsers open about as many for a page of pictures.
const MAX_STREAMS: u32 = 64;
/// The most bytes of a body that may wait here until they are read: with less, a line of 20 Mbit/s and 100 ms wouldn't be used.
const STREAM_WINDOW: u32 = 256 * 1024;
/// The same, of all bodies of a connection.
const CONNECTION_WINDOW: u32 = 2 * STREAM_WINDOW;
/// The most bytes of a response that wait for the connection, besides one or two chunks of it.
const MAX_UNSENT: usize = 64 * 1024;
/// The most requests that a connection may cancel before they are handled, and the most malformed ones.
const MAX_WITHDRAWN: usize = 20;
const MAX_MALFORMED: usize = 256;
/// How long, and for how many streams that the server has reset, late frames of the client are ignored. After that, each of them
/// counts as malformed.
const LATE_FRAMES: Duration = Duration::from_secs(10);
const MAX_ENDED_EARLY: usize = 64;
/// The time for a client to take note that the connection is about to close.
const GOODBYE: Duration = Duration::from_secs(10);
/// After how many stall timeouts without a sign of life a client has vanished: on a slow line, the question waits behind what was
/// sent before.
const SIGN_OF_LIFE: u32 = 4;
/// The bytes that are such a sign if they can be sent: more than an event stream sends to nobody.
const MIN_SENT: u64 = 16 * 1024;

/// Serves one connection to its end, or once `closing` is cancelled until nothing is under way on it.
pub(super) async fn serve<S, F, B>(
    stream: S,
    answer: impl Fn(Request<RequestStream>) -> F,
    closing: &CancellationToken,
    limits: &Connections,
    slot: ConnectionSlot,
) where
    S: AsyncRead + AsyncWrite,
    F: Future<Output = io::Result<Response<B>>> + Send + 'static,
    B: Body<Data = Bytes, Error = io::Error> + Send + Unpin + 'static,
{
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(limits.stall_timeout));
    let traffic = Traffic::default();
    // What the library says by itself is no text.
    let refusals = Refusals::default();
    let stream = MeteredStream::new(Box::pin(stream), slot.clone(), traffic.clone(), refusals);
    let greeting = timeout(limits.header_timeout, settings().handshake(stream));
    let ended = match closing.run_until_cancelled(greeting).await {
        Some(Ok(Ok(connection))) => {
            Streams::new(limits, slot, traffic)
                .serve(connection, answer, closing)
                .await
        }
        Some(Ok(Err(error))) => Err(error),
        Some(Err(_)) | None => Ok(()),
    };
    // Clients that leave, stall or send nonsense aren't a fault of the server.
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}

/// What the library does by itself. It refuses a head that is too large with the status 431 and nothing else.
fn settings() -> Builder {
    let mut settings = Builder::new();
    settings
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD as u32)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(MAX_UNSENT)
        .max_pending_accept_reset_streams(MAX_WITHDRAWN)
        .max_local_error_reset_streams(Some(MAX_MALFORMED))
        .max_concurrent_reset_streams(MAX_ENDED_EARLY)
        .reset_stream_duration(LATE_FRAMES);
    settings
}

/// The streams of a connection. They end with it.
struct Streams<'c, B> {
    limits: &'c Connections,
    slot: ConnectionSlot,
    traffic: Traffic,
    /// Each returns the body of its response, which holds what the request has taken.
    running: JoinSet<Option<B>>,
    /// Those of responses that are complete for the library, until it has sent them.
    unsent: Vec<B>,
    /// Since when the connection is about to close.
    ending: Option<Instant>,
    /// Runs while there is no stream.
    idle: Pin<Box<Sleep>>,
}

impl<'c, B> Streams<'c, B>
where
    B: Body<Data = Bytes, Error = io::Error> + Send + Unpin + 'static,
{
    fn new(limits: &'c Connections, slot: ConnectionSlot, traffic: Traffic) -> Self {
        Self {
            limits,
            slot,
            traffic,
            running: JoinSet::new(),
            unsent: Vec::new(),
            ending: None,
            idle: Box::pin(sleep(limits.header_timeout)),
        }
    }

    async fn serve<S, F>(
        mut self,
        mut connection: Connection<S, Bytes>,
        answer: impl Fn(Request<RequestStream>) -> F,
        closing: &CancellationToken,
    ) -> Result<(), h2::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        F: Future<Output = io::Result<Response<B>>> + Send + 'static,
    {
        let (traffic, slot) = (self.traffic.clone(), self.slot.clone());
        // Before what the streams hold is dropped.
        let _over = CloseOnDrop(&slot);
        let mut vanished = pin!(vanished(
            connection.ping_pong(),
            &traffic,
            self.limits.stall_timeout
        ));
        loop {
            let is_ending = self.ending.is_some();
            tokio::select! {
                // What comes in is last, so that a client that always sends more holds up nothing.
                biased;
                () = closing.cancelled(), if !is_ending => self.end(&mut connection),
                () = slot.lost(), if !is_ending => self.end(&mut connection),
                () = &mut vanished => return Ok(()),
                Some(ended) = self.running.join_next() => {
                    // One that has panicked has said so.
                    self.unsent.extend(ended.ok().flatten());
                    self.wait_for_requests();
                }
                () = &mut self.idle, if self.running.is_empty() => {
                    if !self.unsent.is_empty() {
                        self.wait_for_requests();
                    } else if is_ending {
                        return Ok(());
                    } else {
                        self.end(&mut connection);
                    }
                }
                accepted = accept(&mut connection, &mut self.unsent, &traffic) => {
                    match accepted.transpose()? {
                        Some((request, respond)) => self.begin(request, respond, &answer),
                        None => return Ok(()),
                    }
                }
            }
        }
    }

    fn begin<F>(
        &mut self,
        request: Request<RecvStream>,
        mut respond: SendResponse<Bytes>,
        answer: impl Fn(Request<RequestStream>) -> F,
    ) where
        F: Future<Output = io::Result<Response<B>>> + Send + 'static,
    {
        if self.ending.is_some_and(|since| since.elapsed() > GOODBYE) {
            respond.send_reset(Reason::REFUSED_STREAM);
            return;
        }
        let is_head = request.method() == Method::HEAD;
        let (request, is_read) = RequestStream::of(request);
        let stall = self.limits.stall_timeout;
        let answered = stream::serve(answer(request), is_read, respond, is_head, stall);
        self.running.spawn(answered);
    }

    /// No more streams are to come, and those that are there end by themselves.
    fn end<S>(&mut self, connection: &mut Connection<S, Bytes>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        connection.graceful_shutdown();
        self.ending = Some(Instant::now());
        self.wait_for_requests();
    }

    /// How long a connection without streams stays, from now on.
    fn wait_for_requests(&mut self) {
        let longest = match self.ending {
            Some(_) => GOODBYE,
            None => self.limits.header_timeout,
        };
        self.idle.as_mut().reset(Instant::now() + longest);
    }
}

/// The next request. Meanwhile, what was ready before is sent, and then dropped.
async fn accept<S, B>(
    connection: &mut Connection<S, Bytes>,
    unsent: &mut Vec<B>,
    traffic: &Traffic,
) -> Option<Result<(Request<RecvStream>, SendResponse<Bytes>), h2::Error>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut accepted = pin!(connection.accept());
    poll_fn(|context| {
        let accepted = accepted.as_mut().poll(context);
        if !traffic.is_blocked() {
            unsent.clear();
        }
        accepted
    })
    .await
}

/// Waits until the client has shown no sign of life for too long.
async fn vanished(pings: Option<PingPong>, traffic: &Traffic, stall: Duration) {
    let Some(mut pings) = pings else {
        return pending().await;
    };
    loop {
        let received = traffic.received();
        sleep(stall).await;
        if traffic.received() != received {
            continue;
        }
        let mut pong = pin!(pings.ping(Ping::opaque()));
        loop {
            let (received, sent) = (traffic.received(), traffic.sent());
            if timeout(stall * SIGN_OF_LIFE, &mut pong).await.is_ok() {
                break;
            }
            if traffic.received() == received && traffic.sent() - sent < MIN_SENT {
                return;
            }
        }
    }
}

/// Closes the slot of a connection that is over.
struct CloseOnDrop<'c>(&'c ConnectionSlot);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
