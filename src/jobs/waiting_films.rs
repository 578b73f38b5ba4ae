//! Films of which ffmpeg is to make something: in memory, in the order in which they came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::photo_name::PhotoName;

/// Films that wait; clones share them.
#[derive(Clone, Default)]
pub struct WaitingFilms {
    films: Arc<Mutex<VecDeque<PhotoName>>>,
    arrived: Arc<Notify>,
}

impl WaitingFilms {
    /// Adds a film, unless it waits already.
    pub fn add(&self, name: &PhotoName) {
        let mut films = self.lock();
        if !films.contains(name) {
            films.push_back(name.clone());
        }
        drop(films);
        self.arrived.notify_one();
    }

    /// The film that has waited for the longest. It stays until it is [done](Self::remove), so that it isn't added again meanwhile.
    pub fn first(&self) -> Option<PhotoName> {
        self.lock().front().cloned()
    }

    /// Takes a film out that is done, whatever came of it.
    pub fn remove(&self, name: &PhotoName) {
        self.lock().retain(|waiting| waiting != name);
    }

    /// Waits until a film is added.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<PhotoName>> {
        self.films.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
