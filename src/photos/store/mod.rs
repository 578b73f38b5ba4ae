//! Where the bytes are: the temporary store, where every photo arrives, and a store for each space.

mod local;

use std::time::Duration;

use anyhow::Result;

use super::name::PhotoName;
pub use local::LocalStore;

/// The stores of photos. An enum, because the kinds are few and known.
#[derive(Clone, Debug)]
pub enum PhotoStore {
    /// Folders on this machine's disk.
    Local(LocalStore),
}

/// A photo that can be read.
#[derive(Debug)]
pub struct StoredPhoto {
    /// At its beginning.
    pub file: tokio::fs::File,
    /// Its size.
    pub bytes: u64,
}

/// What became of a photo that was to be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    /// It was moved.
    Now,
    /// It was there already: an earlier attempt got that far.
    Before,
}

impl PhotoStore {
    /// Puts a photo into the temporary store. When this answers, the bytes survive a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_temporary(&self, name: &PhotoName, bytes: Vec<u8>) -> Result<()> {
        match self {
            Self::Local(store) => store.put_temporary(name, bytes).await,
        }
    }

    /// Moves a photo from the temporary store into that of its space. Can be repeated.
    ///
    /// # Errors
    /// The photo is in neither store, or they can't be written to.
    pub async fn sort(&self, name: &PhotoName) -> Result<Sorted> {
        match self {
            Self::Local(store) => store.sort(name).await,
        }
    }

    /// Opens a photo, wherever it is at this moment; `None` if it is nowhere.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        match self {
            Self::Local(store) => store.open(name).await,
        }
    }

    /// Deletes a photo wherever it is; it may be nowhere.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete(&self, name: &PhotoName) -> Result<()> {
        match self {
            Self::Local(store) => store.delete(name).await,
        }
    }

    /// The photos that have lain in the temporary store for longer than `age`.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        match self {
            Self::Local(store) => store.list_temporary(age).await,
        }
    }
}
