//! What a mail server may say in all, on one connection: it is read into memory line by line, and a line may have no end.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The most bytes: with long certificates, a connection has some ten thousand.
const MAX_BYTES: usize = 32 * 1024;
/// The most line ends, which encrypted bytes have now and then: all lines of a reply are read again with each further one, without a
/// pause in which anything else could run.
const MAX_LINES: usize = 500;

/// A connection that ends when the server says too much.
#[derive(Debug)]
pub struct Replies {
    stream: TcpStream,
    bytes_left: usize,
    lines_left: usize,
}

impl Replies {
    /// Of this connection.
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            bytes_left: MAX_BYTES,
            lines_left: MAX_LINES,
        }
    }
}

impl AsyncRead for Replies {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if self.bytes_left == 0 || self.lines_left == 0 {
            return Poll::Ready(Err(Error::other("it says too much")));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = &buffer.filled()[before..];
        let lines = read.iter().filter(|byte| **byte == b'\n').count();
        self.bytes_left = self.bytes_left.saturating_sub(read.len());
        self.lines_left = self.lines_left.saturating_sub(lines);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replies {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Replies {
    fn peer_addr(&self) -> Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

/// The same, encrypted from the first byte on.
#[derive(Debug)]
pub struct EncryptedReplies(pub TlsStream<Replies>);

impl AsyncRead for EncryptedReplies {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for EncryptedReplies {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for EncryptedReplies {
    fn peer_addr(&self) -> Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}
