//! One connection of HTTP/1: its requests one after the other, while they come in time.

use std::error::Error;
use std::io;
use std::pin::pin;

use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;

use super::refusals::Refusals;
use super::traffic::Traffic;
use crate::config::Connections;
use crate::server::metered_stream::MeteredStream;
use crate::server::slot::ConnectionSlot;

/// The largest head of a request, in bytes. The limit of a hundred headers is the library's own.
pub(super) const MAX_HEAD: usize = 32 * 1024;
/// The most bytes of a response that wait in the connection for a slow reader, besides one or two chunks of it.
const MAX_UNSENT: usize = 64 * 1024;

/// Serves one connection to its end, or once `closing` is cancelled until nothing is under way on it.
pub(super) async fn serve<S, F, B>(
    stream: S,
    answer: impl Fn(Request<Incoming>) -> F,
    closing: &CancellationToken,
    limits: &Connections,
    line: ConnectionSlot,
    refusals: Refusals,
) where
    S: AsyncRead + AsyncWrite,
    F: Future<Output = Result<Response<B>, io::Error>>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(limits.stall_timeout));
    let stream = TokioIo::new(MeteredStream::new(
        Box::pin(stream),
        line,
        Traffic::default(),
        refusals,
    ));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_UNSENT)
            // A client that has sent everything may close its side and still expects the response.
            .half_close(true)
            .serve_connection(stream, service_fn(answer))
    );
    let ended = match closing.run_until_cancelled(connection.as_mut()).await {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // Clients that leave, stall or send nonsense aren't a fault of the server.
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}
