//! The body of a request, read up to a limit.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use rocket::data::{Data, ToByteUnit};
use rocket::request::Request;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf, Take};
use tokio::time::timeout;

use crate::api::request::headers;
use crate::app::App;
use crate::server::{BodyReader, RequestBody};

/// A body as it arrives.
pub struct Opened<'d> {
    reader: Take<BodyReader<'d>>,
    /// Whether the client sends nothing until it is asked to, which is done when the body is read (RFC 9110, section 10.1.1).
    is_held_back: bool,
}

/// The body of a request, at most `max` bytes of it: from the network, or from where Rocket has it.
pub fn open<'d>(request: &Request<'_>, data: Data<'d>, max: u64) -> Opened<'d> {
    let body: BodyReader<'d> = match request.local_cache(RequestBody::default).take() {
        Some(arriving) => arriving,
        None => Box::pin(data.open(max.bytes())),
    };
    let expected = headers::first(request, "Expect");
    Opened {
        reader: body.take(max),
        is_held_back: expected.is_some_and(|it| it.eq_ignore_ascii_case("100-continue")),
    }
}

impl Opened<'_> {
    /// Reads at most this many more bytes.
    pub fn set_limit(&mut self, max: u64) {
        self.reader.set_limit(max);
    }

    /// Discards what is left up to the limit, but not for long: most clients only listen when they have sent everything. A client that
    /// waits to be asked for the body is listening already, and isn't asked.
    pub async fn discard(&mut self, app: &App) {
        if self.is_held_back {
            return;
        }
        let rest = async {
            // Usually nothing is left, and reading a byte shows that without the buffer that a copy allocates.
            if self.read(&mut [0]).await? == 0 {
                return Ok(0);
            }
            tokio::io::copy(self, &mut tokio::io::sink()).await
        };
        match timeout(app.config.connections.stall_timeout, rest).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "client closed connection while discarding request body");
            }
            Err(_) => tracing::debug!("gave up discarding request body: too slow"),
        }
    }
}

impl AsyncRead for Opened<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.is_held_back = false;
        Pin::new(&mut self.reader).poll_read(context, buffer)
    }
}
