//! The bytes of a form for the library that parses it: a chunk each time it needs one.
//!
//! The library reads all that it can get before it looks at what it has, keeps what it has read, and looks through all of
//! it again whenever more has come. So a fast client would fill the memory, and a header that never ends, sent byte by
//! byte, would be searched again for each of its bytes. Therefore it is given full chunks only, none before it has
//! searched those it has, and little while it looks for where the content of a part begins.
//!
//! It also looks twice for the beginning of a form, and reads more bytes in between. If those were all that was left, it
//! takes the form for one that ends before it begins, unless it has to read again for the end.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{BufMut, Bytes, BytesMut};
use rocket::futures::stream::{Stream, poll_fn};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// The maximum size of a chunk, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// The minimum capacity of a chunk, in bytes.
const MIN_CAPACITY: usize = 1024;
/// The maximum bytes before the content of a part: what precedes the form, or the headers of the part.
pub const BEFORE_CONTENT: usize = 16 * 1024;

/// How much the library gets next; clones say it together.
#[derive(Clone)]
pub struct Pace(Arc<PaceState>);

struct PaceState {
    /// How often the library is to look through what it has first.
    withhold: AtomicUsize,
    /// The bytes that it may still get until it has found what it looks for.
    left: AtomicUsize,
}

/// What the body of a form answers where the content of a part doesn't begin soon enough.
#[derive(Debug)]
pub struct NoContent;

impl Display for NoContent {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "more than {} KiB stand before the content of a part",
            BEFORE_CONTENT / 1024
        )
    }
}

impl std::error::Error for NoContent {}

impl Pace {
    /// Says that the library is about to look for the next part.
    pub fn look_for_part(&self) {
        self.begin(BEFORE_CONTENT);
    }

    /// Says that the library is about to look for more of the content of a part.
    pub fn look_for_content(&self) {
        self.begin(usize::MAX);
    }

    fn begin(&self, left: usize) {
        self.0.withhold.store(1, Ordering::Relaxed);
        self.0.left.store(left, Ordering::Relaxed);
    }
}

/// Reads a body in chunks. `size` is how many bytes the body says it has: a short text needs no buffer for a large
/// photo.
pub fn chunks(
    body: impl AsyncRead + Send + Unpin,
    size: Option<usize>,
) -> (impl Stream<Item = io::Result<Bytes>> + Send, Pace) {
    let pace = Pace(Arc::new(PaceState {
        withhold: AtomicUsize::new(1),
        left: AtomicUsize::new(BEFORE_CONTENT),
    }));
    let mut source = Source {
        body,
        capacity: size
            .unwrap_or(MAX_BYTES)
            .saturating_add(1)
            .clamp(MIN_CAPACITY, MAX_BYTES),
        read: BytesMut::new(),
        has_ended: false,
    };
    let given = pace.0.clone();
    let stream = poll_fn(move |context| {
        let withhold = given.withhold.load(Ordering::Relaxed);
        if withhold > 0 {
            given.withhold.store(withhold - 1, Ordering::Relaxed);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let left = given.left.load(Ordering::Relaxed);
        // Also where nothing is left: at the end of the body, the library says better what is missing.
        ready!(source.poll_fill(context, left.max(1)))?;
        if source.read.is_empty() {
            return Poll::Ready(None);
        }
        if left == 0 {
            return Poll::Ready(Some(Err(io::Error::other(NoContent))));
        }
        let chunk = source.read.split_to(source.read.len().min(left)).freeze();
        given.left.store(left - chunk.len(), Ordering::Relaxed);
        // Once to end this look for more, and once to begin the next, before which it looks through what it has.
        given.withhold.store(2, Ordering::Relaxed);
        Poll::Ready(Some(Ok(chunk)))
    });
    (stream, pace)
}

/// A body, and what was read of it and not given out yet.
struct Source<B> {
    body: B,
    capacity: usize,
    read: BytesMut,
    has_ended: bool,
}

impl<B: AsyncRead + Unpin> Source<B> {
    /// Reads until there is a chunk of at most `max` bytes, or nothing more comes.
    fn poll_fill(&mut self, context: &mut Context<'_>, max: usize) -> Poll<io::Result<()>> {
        let max = max.min(self.capacity);
        while self.read.len() < max && !self.has_ended {
            let missing = max - self.read.len();
            self.read.reserve(missing);
            let mut buffer = (&mut self.read).limit(missing);
            let body = Pin::new(&mut self.body);
            self.has_ended = ready!(poll_read_buf(body, context, &mut buffer))? == 0;
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use multer::Multipart;
    use rocket::futures::StreamExt;
    use tokio::io::{AsyncReadExt, ReadBuf};

    use super::*;

    const FORM: &str =
        "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHello\r\n--x--\r\n";

    /// Comes complete at the second poll.
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
        let (stream, pace) = chunks(late(), None);
        let mut form = Multipart::new(stream, "x");
        let text = form.next_field().await.unwrap().unwrap();
        assert_eq!(text.text().await.unwrap(), "Hello");
        pace.look_for_part();
        assert!(form.next_field().await.unwrap().is_none());
    }

    /// When this fails, the library is mended, and chunks are only for the memory.
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
        let (stream, pace) = chunks((&bytes[..]).take(u64::MAX), Some(1));
        let mut stream = Box::pin(stream);
        pace.look_for_content();
        while let Some(chunk) = stream.next().await {
            read.extend_from_slice(&chunk.unwrap());
        }
        assert_eq!(read, bytes);
    }

    /// A byte each time, for ever; counts them.
    struct Drip(Arc<AtomicUsize>);

    impl AsyncRead for Drip {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            buffer.put_slice(b"a");
            Poll::Ready(Ok(()))
        }
    }

    /// How often the library was given something of a form that begins this way and never gets to the content of a part, and
    /// how many bytes were taken of what follows.
    async fn looks(beginning: &'static [u8]) -> (usize, usize) {
        let (taken, given) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let body = beginning.chain(Drip(taken.clone()));
        let (stream, pace) = chunks(body, None);
        let looks = given.clone();
        let counted = stream.inspect(move |_| {
            looks.fetch_add(1, Ordering::Relaxed);
        });
        pace.look_for_part();
        let refused = Multipart::new(counted, "x").next_field().await.unwrap_err();
        let multer::Error::StreamReadFailed(error) = refused else {
            panic!("{refused}");
        };
        assert!(
            error
                .to_string()
                .contains("16 KiB stand before the content"),
            "{error}"
        );
        (given.load(Ordering::Relaxed), taken.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn what_never_comes_to_the_content_of_a_part_is_looked_at_a_few_times_and_given_up() {
        for beginning in [
            &b""[..],
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"",
            b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\nX-A: ",
        ] {
            let (given, taken) = looks(beginning).await;
            assert!(given <= 3, "{given}");
            assert!(taken <= BEFORE_CONTENT + 1, "{taken}");
        }
    }

    #[tokio::test]
    async fn the_library_has_no_more_in_its_hands_than_it_needs() {
        let parts = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n".repeat(2_001);
        let read = Arc::new(AtomicUsize::new(0));
        let (stream, pace) = chunks(parts.as_bytes().chain(Drip(read.clone())), None);
        let mut form = Multipart::new(stream, "x");
        for _ in 0..2_000 {
            pace.look_for_part();
            let mut part = form.next_field().await.unwrap().unwrap();
            pace.look_for_content();
            while part.chunk().await.unwrap().is_some() {
                pace.look_for_content();
            }
        }
        let ahead = read.load(Ordering::Relaxed);
        assert!(ahead <= 2 * MAX_BYTES, "{ahead}");
    }
}
