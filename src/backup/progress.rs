//! How far a backup has come: a bar on a terminal, and lines of the log elsewhere.

use std::cell::Cell;
use std::io::{self, Read};

use anyhow::Result;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Shows how many bytes are done.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    what: Cell<&'static str>,
    /// Tenths that were logged already.
    told: Cell<u64>,
}

impl Progress {
    /// On the terminal, if standard error is one.
    pub fn shown() -> Self {
        Self::on(ProgressBar::new(0))
    }

    /// In the log only, for work that runs unattended.
    pub fn logged() -> Self {
        Self::on(ProgressBar::hidden())
    }

    fn on(bar: ProgressBar) -> Self {
        Self {
            bar,
            what: Cell::new(""),
            told: Cell::new(0),
        }
    }

    /// From now on, `total` bytes are to be done of `what`.
    ///
    /// # Errors
    /// The bar can't be drawn.
    pub fn begin(&self, what: &'static str, total: u64) -> Result<()> {
        self.what.set(what);
        self.bar.set_message(what);
        self.bar.set_style(ProgressStyle::with_template(
            "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left",
        )?);
        self.bar.set_length(total);
        self.bar.reset();
        self.told.set(0);
        Ok(())
    }

    /// This many more are done.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
        let (done, total) = (self.bar.position(), self.bar.length().unwrap_or(0));
        let tenths = done.saturating_mul(10).checked_div(total).unwrap_or(0);
        if self.bar.is_hidden() && tenths > self.told.replace(tenths) {
            tracing::info!(
                "{}: {} of {}",
                self.what.get(),
                HumanBytes(done),
                HumanBytes(total)
            );
        }
    }

    /// Counts what is read.
    pub fn watch<R: Read>(&self, from: R) -> impl Read + use<'_, R> {
        Watched {
            from,
            progress: self,
        }
    }

    /// Everything is done, or nothing more will be.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

struct Watched<'a, R> {
    from: R,
    progress: &'a Progress,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}
