//! What lies in the stores, whatever the database says: for who finds out what belongs to nothing.

use std::path::PathBuf;

use super::Key;

/// A file or an object that was found.
#[derive(Clone, Debug)]
pub struct StoredItem {
    /// Where an operator finds it: a path, or a bucket and a key.
    pub location: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it has lain there unchanged for as long as was asked for.
    pub is_old: bool,
    /// What it is, by where it lies and what it is called.
    pub content: Content,
}

/// What something in the stores is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A photo, or what was made of one, under a name that this program gives.
    Known(Key),
    /// The same, in a bucket that others may have made.
    Shared(Key),
    /// A file that was being written when its process ended.
    TemporaryFile(PathBuf),
    /// Nothing that this program has made, as far as its name says.
    Unrecognized,
}

impl From<Option<Key>> for Content {
    fn from(key: Option<Key>) -> Self {
        key.map_or(Self::Unrecognized, Self::Known)
    }
}
