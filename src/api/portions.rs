//! The bytes of a form for the library that takes it apart: a portion each time it looks.
//!
//! The library looks twice for how a form begins, and asks for more bytes in between. Where those were all that was left,
//! it takes the form for one that ends before it begins. It also keeps all that it gets, so that who sends quickly would
//! fill the memory.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use rocket::futures::stream::{Stream, StreamExt, poll_fn};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// The most bytes of a portion.
const MOST: usize = 64 * 1024;
/// The least room for a portion.
const LEAST: usize = 1024;

/// Reads a body so that whoever asks again at once for what comes after a portion is told to come back. `size` is how many
/// bytes the body says it has: a short text needs no room for a large photo.
pub fn portions(
    body: impl AsyncRead + Send + Unpin,
    size: Option<usize>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let mut body = ReaderStream::with_capacity(body, size.unwrap_or(MOST).clamp(LEAST, MOST));
    let mut has_given = false;
    poll_fn(move |context| {
        if std::mem::take(&mut has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let portion = pin!(body.next()).poll(context);
        has_given = matches!(portion, Poll::Ready(Some(_)));
        portion
    })
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::Context;

    use multer::Multipart;
    use tokio::io::{AsyncReadExt, ReadBuf};

    use super::*;

    const FORM: &str =
        "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHello\r\n--x--\r\n";

    /// Comes when it is asked for the second time, whole.
    struct Late {
        asked: bool,
        left: &'static [u8],
    }

    impl AsyncRead for Late {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if !std::mem::replace(&mut self.asked, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Pin::new(&mut self.left).poll_read(context, buffer)
        }
    }

    fn late() -> Late {
        Late {
            asked: false,
            left: FORM.as_bytes(),
        }
    }

    #[tokio::test]
    async fn a_form_that_comes_whole_between_two_looks_is_whole() {
        let mut form = Multipart::new(portions(late(), None), "x");
        let text = form.next_field().await.unwrap().unwrap();
        assert_eq!(text.text().await.unwrap(), "Hello");
        assert!(form.next_field().await.unwrap().is_none());
    }

    /// When this fails, the library is mended, and a portion each time is only for the memory.
    #[tokio::test]
    async fn the_library_takes_such_a_form_for_one_that_breaks_off() {
        let mut form = Multipart::with_reader(late(), "x");
        assert!(matches!(
            form.next_field().await,
            Err(multer::Error::IncompleteStream)
        ));
    }

    #[tokio::test]
    async fn all_bytes_come_in_their_order() {
        let bytes: Vec<u8> = (0..1_000_003_u32)
            .map(|number| number.to_le_bytes()[0])
            .collect();
        let mut read = Vec::new();
        let mut portions = Box::pin(portions((&bytes[..]).take(u64::MAX), Some(1)));
        while let Some(portion) = portions.next().await {
            read.extend_from_slice(&portion.unwrap());
        }
        assert_eq!(read, bytes);
    }
}
