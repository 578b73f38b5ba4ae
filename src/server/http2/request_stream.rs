//! The body of a request that comes as a stream.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use h2::RecvStream;
use hyper::Request;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::EXPECT;
use tokio::sync::oneshot;

/// A body, whose client may send on as far as it was read.
pub(in crate::server) struct RequestStream {
    stream: RecvStream,
    /// The client waits until somebody wants to read it (RFC 9110, section 10.1.1).
    waited_for: Option<oneshot::Sender<()>>,
}

impl RequestStream {
    /// The request with its body, and what is sent when that is wanted, if the client waits for this.
    pub(super) fn of(
        request: Request<RecvStream>,
    ) -> (Request<Self>, Option<oneshot::Receiver<()>>) {
        let (parts, stream) = request.into_parts();
        let expected = parts.headers.get(EXPECT);
        let is_asked =
            expected.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let (waited_for, is_wanted) = if is_asked && !stream.is_end_stream() {
            let (waited_for, is_wanted) = oneshot::channel();
            (Some(waited_for), Some(is_wanted))
        } else {
            (None, None)
        };
        let body = Self { stream, waited_for };
        (Request::from_parts(parts, body), is_wanted)
    }
}

impl Body for RequestStream {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if let Some(waited_for) = self.waited_for.take() {
            // Nobody listens if the response is being sent already.
            let _heard = waited_for.send(());
        }
        // Trailers aren't used.
        let Some(bytes) = ready!(self.stream.poll_data(context)).transpose()? else {
            return Poll::Ready(None);
        };
        self.stream.flow_control().release_capacity(bytes.len())?;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }
}
