//! How a connection comes to speak TLS, and what one hears that doesn't try.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::tls::certificates::HTTP_2;
use crate::tls::challenges::ACME_TLS;

/// The time for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The first byte of every handshake (RFC 8446, section 5.1).
const HANDSHAKE_RECORD: u8 = 22;
/// How many bytes of a request without TLS are read and discarded, so that its client sees the response.
const MAX_DISCARDED: u64 = 64 * 1024;

/// Whether the other side wants HTTP/2 (RFC 9113, section 3.2). It is spoken inside TLS alone.
pub(super) fn has_chosen_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP_2)
}

/// Accepts TLS.
#[derive(Clone)]
pub(super) struct Handshake {
    acceptor: TlsAcceptor,
    /// The response to a client that speaks HTTP.
    refusal: Arc<[u8]>,
}

impl Handshake {
    pub(super) fn new(acceptor: TlsAcceptor, refusal: Vec<u8>) -> Self {
        let refusal = refusal.into();
        Self { acceptor, refusal }
    }

    /// The connection inside TLS; `None` if there is none in time.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        match timeout(HANDSHAKE, self.shake_hands(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                tracing::debug!(%error, "TLS handshake failed");
                None
            }
            Err(_) => None,
        }
    }

    async fn shake_hands(&self, mut stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Ok(None);
        }
        if first == [HANDSHAKE_RECORD] {
            let mut stream = self.acceptor.accept(stream).await?;
            if stream.get_ref().1.alpn_protocol() == Some(ACME_TLS) {
                // An authority has seen the certificate of its challenge, and nothing is spoken on top (RFC 8737, section 3).
                stream.shutdown().await?;
                return Ok(None);
            }
            return Ok(Some(stream));
        }
        stream.write_all(&self.refusal).await?;
        stream.shutdown().await?;
        let mut rest = stream.take(MAX_DISCARDED);
        copy(&mut rest, &mut sink()).await?;
        Ok(None)
    }
}
