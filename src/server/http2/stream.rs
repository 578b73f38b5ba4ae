//! One stream of a connection: a request, and its response as fast as its client reads it.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use hyper::{Response, StatusCode};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The most bytes that are handed on at once: streams of a connection take turns.
const CHUNK: usize = 16 * 1024;

/// Why a response isn't sent to its end.
enum GivenUp {
    /// The client has withdrawn the request, or the connection has ended.
    Left,
    /// The client doesn't read.
    Stalled,
    /// The response has broken off.
    Broken,
    Library(h2::Error),
}

/// Sends the response when it is there. Returns its body, as far as there is one.
pub(super) async fn serve<F, B>(
    answer: F,
    is_wanted: Option<oneshot::Receiver<()>>,
    mut respond: SendResponse<Bytes>,
    is_head: bool,
    stall: Duration,
) -> Option<B>
where
    F: Future<Output = io::Result<Response<B>>>,
    B: Body<Data = Bytes, Error = io::Error> + Unpin,
{
    let response = response(answer, is_wanted, &mut respond).await?;
    let (head, mut body) = response.into_parts();
    let is_empty = is_head
        || body.is_end_stream()
        || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&head.status);
    let sent = match respond.send_response(Response::from_parts(head, ()), is_empty) {
        Ok(_) if is_empty => Ok(()),
        Ok(mut stream) => send(&mut body, &mut stream, stall).await,
        Err(error) => Err(GivenUp::Library(error)),
    };
    match sent {
        Ok(()) => {}
        Err(GivenUp::Left) => tracing::debug!("stream ended early"),
        Err(GivenUp::Stalled) => {
            tracing::debug!("stream ended, because its client doesn't read");
            respond.send_reset(Reason::CANCEL);
        }
        Err(GivenUp::Broken) => respond.send_reset(Reason::INTERNAL_ERROR),
        Err(GivenUp::Library(error)) => tracing::debug!(%error, "stream ended early"),
    }
    Some(body)
}

/// Waits for the response, and has the client send the body when that is wanted.
async fn response<F, B>(
    answer: F,
    mut is_wanted: Option<oneshot::Receiver<()>>,
    respond: &mut SendResponse<Bytes>,
) -> Option<Response<B>>
where
    F: Future<Output = io::Result<Response<B>>>,
{
    let mut answer = pin!(answer);
    loop {
        let wanted = async {
            match &mut is_wanted {
                Some(wanted) => wanted.await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answered = &mut answer => match answered {
                Ok(response) => return Some(response),
                Err(error) => {
                    tracing::debug!(%error, "request given up");
                    respond.send_reset(Reason::INTERNAL_ERROR);
                    return None;
                }
            },
            is_asked = wanted => {
                is_wanted = None;
                let mut go_on = Response::new(());
                *go_on.status_mut() = StatusCode::CONTINUE;
                if is_asked && let Err(error) = respond.send_informational(go_on) {
                    tracing::debug!(%error, "stream ended early");
                }
            }
            // What the request has begun is completed, though nobody waits for its response.
            _ = poll_fn(|context| respond.poll_reset(context)) => return None,
        }
    }
}

async fn send<B>(
    body: &mut B,
    stream: &mut SendStream<Bytes>,
    stall: Duration,
) -> Result<(), GivenUp>
where
    B: Body<Data = Bytes, Error = io::Error> + Unpin,
{
    loop {
        let frame = tokio::select! {
            biased;
            _ = poll_fn(|context| stream.poll_reset(context)) => return Err(GivenUp::Left),
            frame = body.frame() => frame,
        };
        let Some(frame) = frame else {
            return stream
                .send_data(Bytes::new(), true)
                .map_err(GivenUp::Library);
        };
        // Anything but data is a trailer, and there are none.
        let Ok(mut bytes) = frame.map_err(|_| GivenUp::Broken)?.into_data() else {
            continue;
        };
        while !bytes.is_empty() {
            stream.reserve_capacity(bytes.len().min(CHUNK));
            let free = timeout(stall, poll_fn(|context| poll_capacity(stream, context)));
            let free = free.await.map_err(|_| GivenUp::Stalled)??;
            let chunk = bytes.split_to(free.min(bytes.len()));
            let is_last = bytes.is_empty() && body.is_end_stream();
            stream.send_data(chunk, is_last).map_err(GivenUp::Library)?;
            if is_last {
                return Ok(());
            }
        }
    }
}

/// How many bytes the client and the connection take, once it is any.
fn poll_capacity(
    stream: &mut SendStream<Bytes>,
    context: &mut Context<'_>,
) -> Poll<Result<usize, GivenUp>> {
    loop {
        if stream.poll_reset(context).is_ready() {
            return Poll::Ready(Err(GivenUp::Left));
        }
        match (stream.capacity(), stream.poll_capacity(context)) {
            (free @ 1.., _) => return Poll::Ready(Ok(free)),
            (0, Poll::Ready(Some(Ok(_)))) => {}
            (0, Poll::Ready(Some(Err(error)))) => return Poll::Ready(Err(GivenUp::Library(error))),
            (0, Poll::Ready(None)) => return Poll::Ready(Err(GivenUp::Left)),
            (0, Poll::Pending) => return Poll::Pending,
        }
    }
}
