//! Writes lines to standard error. Those of requests are gathered for a moment and written together, because a system call for each
//! would take a fifth of what a short request costs; all others are written at once, after those that came before them.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The target of the lines that may wait, by which `RUST_LOG` selects them.
pub const REQUESTS: &str = "shared_spaces::request";
/// How long a line may wait for others.
const PAUSE: Duration = Duration::from_millis(100);
/// With this many bytes they don't wait any longer.
const FULL: usize = 16 * 1024;

/// Lines that wait to be written.
#[derive(Default)]
struct Waiting {
    lines: Mutex<Vec<u8>>,
    has_some: Condvar,
}

static WAITING: Waiting = Waiting {
    lines: Mutex::new(Vec::new()),
    has_some: Condvar::new(),
};

/// Writes what is still waiting, before the process ends.
pub fn flush() {
    // If standard error has no reader any more, there is nobody to tell.
    let _written = WAITING.write(&mut WAITING.lock(), &mut io::stderr());
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, lines: &mut Vec<u8>, to: &mut impl Write) -> io::Result<()> {
        let written = to.write_all(lines);
        lines.clear();
        written
    }

    /// Takes a line: writes it, with those before it, unless it may wait.
    fn add(&self, line: &[u8], may_wait: bool, to: &mut impl Write) -> io::Result<()> {
        let mut lines = self.lock();
        let is_first = lines.is_empty();
        lines.extend_from_slice(line);
        if !may_wait || lines.len() >= FULL {
            return self.write(&mut lines, to);
        }
        if is_first {
            self.has_some.notify_one();
        }
        Ok(())
    }

    /// Writes what has waited for a moment, again and again.
    fn keep_writing(&self) {
        loop {
            let some = self
                .has_some
                .wait_while(self.lock(), |lines| lines.is_empty())
                .unwrap_or_else(PoisonError::into_inner);
            // Unless another line takes them along.
            let waited = self
                .has_some
                .wait_timeout_while(some, PAUSE, |lines| !lines.is_empty());
            let (mut lines, _) = waited.unwrap_or_else(PoisonError::into_inner);
            let _written = self.write(&mut lines, &mut io::stderr());
        }
    }
}

/// Makes the writer of each line.
pub struct Lines;

/// Writes one line.
pub struct LineWriter {
    may_wait: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter { may_wait: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> LineWriter {
        // Whether there is a thread that writes what waits.
        static IS_WRITTEN: OnceLock<bool> = OnceLock::new();
        let is_of_request = line.target() == REQUESTS && *line.level() >= Level::INFO;
        let is_written = || {
            let thread = thread::Builder::new().name("log".into());
            thread.spawn(|| WAITING.keep_writing()).is_ok()
        };
        LineWriter {
            may_wait: is_of_request && *IS_WRITTEN.get_or_init(is_written),
        }
    }
}

impl Write for LineWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        WAITING.add(line, self.may_wait, &mut io::stderr())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_wait_is_written_before_what_may_not_and_before_it_is_too_much() {
        let waiting = Waiting::default();
        let mut written = Vec::new();
        waiting.add(b"a request\n", true, &mut written).unwrap();
        assert_eq!(written, b"");
        waiting.add(b"an error\n", false, &mut written).unwrap();
        assert_eq!(written, b"a request\nan error\n");
        written.clear();
        let line = [b'x'; 1000];
        for _ in 0..16 {
            waiting.add(&line, true, &mut written).unwrap();
        }
        assert_eq!(written.len(), 0);
        waiting.add(&line, true, &mut written).unwrap();
        assert_eq!(written.len(), 17_000);
        waiting.write(&mut waiting.lock(), &mut written).unwrap();
        assert_eq!(written.len(), 17_000, "each line once");
    }

    #[test]
    fn a_line_that_nobody_reads_is_lost_and_not_kept() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let waiting = Waiting::default();
        assert!(waiting.add(b"lost\n", false, &mut Closed).is_err());
        let mut written = Vec::new();
        waiting.add(b"read\n", false, &mut written).unwrap();
        assert_eq!(written, b"read\n");
    }
}
