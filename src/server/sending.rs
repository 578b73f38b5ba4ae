//! How the body of a response gets to its connection: in chunks, each of which waits until the one before it was taken.

use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame};
use rocket::local::asynchronous::LocalResponse;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use crate::server::waiting_answer::WaitingAnswer;

/// Responses up to this size are sent in one chunk, and larger ones in chunks of at most this size: smaller ones cost more in
/// handing them on than in reading them.
pub(super) const CHUNK: usize = 64 * 1024;

/// The way of the chunks.
type Chunks = mpsc::Sender<io::Result<Frame<Bytes>>>;

/// A body that is in memory as a whole.
pub(super) fn full_body(bytes: impl Into<Bytes>) -> UnsyncBoxBody<Bytes, io::Error> {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Sends a body as Rocket reads it.
pub(super) async fn stream_body(
    mut answer: LocalResponse<'_>,
    to: &Chunks,
    waiting: &WaitingAnswer,
) -> io::Result<()> {
    loop {
        let mut bytes = Vec::with_capacity(CHUNK);
        match answer.read_buf(&mut bytes).await {
            Ok(0) => return Ok(()),
            Ok(_) => send(bytes.into(), to, waiting).await?,
            Err(error) => {
                // Half a response must not look like a complete one.
                let broken = Err(io::ErrorKind::UnexpectedEof.into());
                to.send(broken).await.map_err(gone)?;
                return Err(error);
            }
        }
    }
}

/// Sends a body that is in memory as a whole, and frees it as it goes.
pub(super) async fn send_body(
    body: Vec<Bytes>,
    to: &Chunks,
    waiting: &WaitingAnswer,
) -> io::Result<()> {
    for mut bytes in body {
        while !bytes.is_empty() {
            let chunk = bytes.split_to(bytes.len().min(CHUNK));
            send(chunk, to, waiting).await?;
        }
    }
    Ok(())
}

async fn send(chunk: Bytes, to: &Chunks, waiting: &WaitingAnswer) -> io::Result<()> {
    let length = chunk.len();
    to.send(Ok(Frame::data(chunk))).await.map_err(gone)?;
    waiting.add_progress(length);
    Ok(())
}

/// The reader has left.
fn gone<T>(_: mpsc::error::SendError<T>) -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}
