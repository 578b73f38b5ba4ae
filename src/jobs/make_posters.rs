//! Posters of films that came without one, in a lane of their own: a film is in its space and its message acknowledged before ffmpeg
//! begins, which may take minutes, and the end of the process ends ffmpeg.
//!
//! What waits here is in memory. Films that are forgotten, because the process ended or ffmpeg was interrupted, come again: where
//! there are no previews after some minutes, [`PreviewIndexer`] sends the film to a worker.

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::jobs::index_previews::PreviewIndexer;
use crate::jobs::make_previews::Thumbnailer;
use crate::jobs::runner::{Job, Next};
use crate::jobs::waiting_films::WaitingFilms;

/// Makes them, one after another.
pub struct MakePosters {
    waiting: WaitingFilms,
    thumbnailer: Thumbnailer,
    indexer: Option<PreviewIndexer>,
}

impl MakePosters {
    /// Of the films that wait here. What is made is reported to `indexer`.
    pub fn new(
        waiting: WaitingFilms,
        thumbnailer: Thumbnailer,
        indexer: Option<PreviewIndexer>,
    ) -> Self {
        Self {
            waiting,
            thumbnailer,
            indexer,
        }
    }

    /// Makes the poster of the film that has waited for the longest; whether there was one.
    ///
    /// # Errors
    /// The store can't be used, or ffmpeg was interrupted.
    pub async fn make_one(&self) -> Result<bool> {
        let Some(name) = self.waiting.first() else {
            return Ok(false);
        };
        let made = self.thumbnailer.make_poster(&name).await;
        self.waiting.remove(&name);
        if let Some(indexer) = &self.indexer {
            indexer.record_made(&name, made?).await;
        } else {
            made?;
        }
        Ok(true)
    }
}

impl Job for MakePosters {
    const FAILURE: &'static str = "could not make the poster of a film; will try again";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        Ok(if self.make_one().await? {
            Next::Again
        } else {
            Next::Idle
        })
    }

    async fn woken(&self) {
        self.waiting.arrived().await;
    }
}
