//! One connection: its requests one after the other, as long as they come in time.

use std::error::Error;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_io_timeout::TimeoutWriter;

use crate::config::Connections;

/// The largest head of a request, in bytes. That it has at most a hundred headers is the library's own limit.
const MOST_HEAD: usize = 32 * 1024;
/// The most bytes of an answer that wait in the connection for a slow reader, beside one or two pieces of it.
const MOST_WAITING: usize = 64 * 1024;
/// How long what comes after an answer is read and thrown away: a client that is still sending would else see its
/// connection break instead of the answer.
const LINGER: Duration = Duration::from_secs(10);

/// Serves one connection to its end, or after `closing` until nothing is under way on it.
pub(super) async fn serve<S, F, B>(
    stream: S,
    answer: impl Fn(Request<Incoming>) -> F,
    closing: impl Future<Output = ()>,
    limits: &Connections,
) where
    S: AsyncRead + AsyncWrite,
    F: Future<Output = Result<Response<B>, io::Error>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(limits.stall()));
    let stream = TokioIo::new(Lingering::new(Box::pin(stream)));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle())
            .max_header_size(MOST_HEAD)
            .max_buf_size(MOST_WAITING)
            // Who has sent everything may say so and still wants the answer.
            .half_close(true)
            .serve_connection(stream, service_fn(answer))
    );
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = closing => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Clients that leave, stall or talk nonsense are no fault of the server.
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}

/// A connection that waits a little for the other side when it is shut down.
struct Lingering<S> {
    stream: S,
    /// Until when is waited, once our side is shut.
    until: Option<Pin<Box<Sleep>>>,
}

impl<S> Lingering<S> {
    fn new(stream: S) -> Self {
        Self {
            stream,
            until: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, until } = &mut *self;
        let until = match until {
            Some(until) => until,
            none => {
                ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
                none.insert(Box::pin(sleep(LINGER)))
            }
        };
        while until.as_mut().poll(context).is_pending() {
            let mut scratch = [0; 4096];
            let mut scratch = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut *stream).poll_read(context, &mut scratch)) {
                Ok(()) if !scratch.filled().is_empty() => {}
                // The other side is done too.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
