//! The bytes of a connection: they are counted, waited for a little at the end, and where the library refuses a
//! request by itself, its error is written like all of ours.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::refusals::Refusals;
use super::traffic::Traffic;
use crate::server::slot::ConnectionSlot;

/// How long what comes after a response is read and discarded: otherwise, a client that is still sending would see its
/// connection break instead of the response.
const LINGER: Duration = Duration::from_secs(10);

/// A connection, below the HTTP layer.
pub(super) struct MeteredStream<S> {
    stream: S,
    line: ConnectionSlot,
    traffic: Traffic,
    refusals: Refusals,
    /// What is written instead of an error of the library, as far as it hasn't been sent.
    instead: Vec<u8>,
    /// Until when the other side is waited for, once our side is shut.
    until: Option<Pin<Box<Sleep>>>,
}

impl<S> MeteredStream<S> {
    pub(super) fn new(
        stream: S,
        line: ConnectionSlot,
        traffic: Traffic,
        refusals: Refusals,
    ) -> Self {
        Self {
            stream,
            line,
            traffic,
            refusals,
            instead: Vec::new(),
            until: None,
        }
    }

    fn received(&self, bytes: usize) {
        self.line.add_progress(bytes);
        self.traffic.add_received(bytes);
    }

    /// What came of writing.
    fn sent(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.traffic.set_blocked(written.is_pending());
        if let Poll::Ready(Ok(bytes)) = written {
            self.line.add_progress(bytes);
            self.traffic.add_sent(bytes);
        }
        written
    }

    /// Takes bytes that end in an error response of the library, the last that it writes.
    fn takes_over(&mut self, bytes: &[u8]) -> bool {
        match self.refusals.instead_of(bytes) {
            Some(instead) if self.line.is_idle() => {
                self.instead = instead;
                true
            }
            _ => false,
        }
    }
}

impl<S: AsyncWrite + Unpin> MeteredStream<S> {
    /// Writes what replaces an error.
    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.instead.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> MeteredStream<S> {
    /// Checks whether the reader of a stream has disconnected. hyper notices that only when it writes, because a client that has
    /// closed its sending side may still expect a response. A stream is the last response on its connection, so anything that
    /// still arrives is discarded.
    fn poll_disconnect(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let mut scratch = [0; 512];
        let mut scratch = ReadBuf::new(&mut scratch);
        match Pin::new(&mut self.stream).poll_read(context, &mut scratch)? {
            Poll::Pending => Ok(()),
            Poll::Ready(()) if scratch.filled().is_empty() => {
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Poll::Ready(()) => {
                context.waker().wake_by_ref();
                Ok(())
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MeteredStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.received(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for MeteredStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        if self.takes_over(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(context))?;
        // Such a response has a head only, which is written alone or after what was waiting before it.
        if let [bytes] = slices
            && self.takes_over(bytes)
        {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.traffic.set_blocked(flushed.is_pending());
        if self.line.ends_with_stream() {
            self.poll_disconnect(context)?;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(context))?;
        let Self { stream, until, .. } = &mut *self;
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
