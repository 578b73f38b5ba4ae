//! Renditions of films, in a lane of their own: a film is in its space and its message acknowledged before ffmpeg begins, which may take
//! hours, and the end of the process ends ffmpeg.
//!
//! What waits here is in memory. Films that are forgotten, because the process ended or ffmpeg was interrupted, come again:
//! [`RenditionIndexer`] sends those that stay without a rendition to a worker, a few times.

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::jobs::film_rendition::{Made, RenditionMaker};
use crate::jobs::index_renditions::RenditionIndexer;
use crate::jobs::runner::{Job, Next};
use crate::jobs::waiting_films::WaitingFilms;

/// Makes them, one after another.
pub struct MakeRenditions {
    waiting: WaitingFilms,
    maker: RenditionMaker,
    indexer: Option<RenditionIndexer>,
}

impl MakeRenditions {
    /// Of the films that wait here. What came of them is reported to `indexer`; `None` where there is no database.
    pub fn new(
        waiting: WaitingFilms,
        maker: RenditionMaker,
        indexer: Option<RenditionIndexer>,
    ) -> Self {
        Self {
            waiting,
            maker,
            indexer,
        }
    }

    /// Makes the rendition of the film that has waited for the longest; whether there was one.
    ///
    /// # Errors
    /// As [`RenditionMaker::make`]; or what came of it can't be recorded.
    pub async fn make_one(&self) -> Result<bool> {
        let Some(name) = self.waiting.first() else {
            return Ok(false);
        };
        let made = match &self.indexer {
            // It was sent again because of something else.
            Some(indexer) if !indexer.is_pending(&name).await? => Ok(Made::Unknown),
            _ => self.maker.make(&name).await,
        };
        self.waiting.remove(&name);
        match (made?, &self.indexer) {
            (Made::Unknown, _) | (Made::There(_), None) => {}
            (made, Some(indexer)) => indexer.record(&name, made).await?,
            (Made::None, None) => self.maker.put_none(&name).await?,
        }
        Ok(true)
    }
}

impl Job for MakeRenditions {
    const FAILURE: &'static str = "could not make the rendition of a film; will try again";

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
