//! What every backend can do with a [`Key`], and with the whole store: each operation alone, durable when it answers, and to
//! be repeated at any time.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::body::SMALL;
use super::stored::Source;
use super::transfer::Transfer;
use super::{Body, Key, PhotoSource, PhotoStore, StoredItem, StoredPhoto};
use crate::check::Check;
use crate::domain::photo_name::PhotoName;

/// Photos that are best deleted together in S3: they have two previews, films a poster, a rendition and a claim too, and a request takes
/// a thousand objects.
const DELETED_AT_ONCE: usize = 200;

impl PhotoStore {
    /// Makes what the store needs and isn't there yet.
    ///
    /// # Errors
    /// It can't be made.
    pub async fn prepare(&self) -> Result<()> {
        match self {
            Self::Local(_) => Ok(()),
            Self::S3(store) => store.prepare().await,
        }
    }

    /// Checks whether photos can be stored and shown at this moment, as far as that costs nothing. What is missing and may be
    /// made again is made.
    ///
    /// # Errors
    /// They can't, and why.
    pub async fn check(&self) -> Result<()> {
        match self {
            Self::Local(store) => store.check().await,
            Self::S3(_) => Ok(()),
        }
    }

    /// Whether photos can be put, as far as is known: what [`Self::prepare`] makes is there.
    pub fn is_ready(&self) -> bool {
        match self {
            Self::Local(_) => true,
            Self::S3(store) => store.is_ready(),
        }
    }

    /// Makes the store of a photo's space, if it doesn't exist.
    ///
    /// # Errors
    /// It can't be made.
    pub async fn make_space(&self, name: &PhotoName) -> Result<()> {
        match self {
            // A folder comes with its first photo.
            Self::Local(_) => Ok(()),
            Self::S3(store) => store.make_space(name).await,
        }
    }

    /// A bucket in which an installation with the same settings has kept photos of a space, if there is one.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn find_existing(&self) -> Result<Option<String>> {
        match self {
            // Its folder is a part of the data folder, which is looked at on its own.
            Self::Local(_) => Ok(None),
            Self::S3(store) => store.find_existing().await,
        }
    }

    /// Tries out what the store needs, on something that isn't a photo.
    pub async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        match self {
            Self::Local(store) => store.run_checks(report).await,
            Self::S3(store) => store.run_checks(report).await,
        }
    }

    /// Puts all of a body, or nothing of it, in the place of what was there. When this answers, the bytes survive a power
    /// cut.
    ///
    /// # Errors
    /// The store can't be written to; a stream has another length than it says, or can't be read.
    pub(super) async fn put(&self, key: &Key, body: Body) -> Result<()> {
        match self {
            Self::Local(store) => store.put(key, body).await,
            Self::S3(store) => {
                // What is made for pages has its type in its bytes; it isn't larger than a photo.
                let in_memory = match key {
                    Key::Preview(..) | Key::Poster(_) => u64::MAX,
                    Key::Staged(_) | Key::Original(_) | Key::Rendition(_) | Key::Claim(_) => SMALL,
                };
                let body = body.readable(in_memory).await?;
                store.put(key, body).await
            }
        }
    }

    /// Opens what is there; `None` if nothing is.
    ///
    /// # Errors
    /// The store can't be read.
    pub(super) async fn open_at(&self, key: &Key) -> Result<Option<StoredPhoto>> {
        let opened = match self {
            Self::Local(store) => {
                let opened = store.open(key).await?;
                opened.map(|(bytes, file)| (bytes, Source::File(file)))
            }
            Self::S3(store) => {
                let opened = store.open(key).await?;
                opened.map(|(bytes, object)| (bytes, Source::Object(object)))
            }
        };
        Ok(opened.map(|(bytes, source)| StoredPhoto { bytes, source }))
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// The store can't be read.
    pub(super) async fn exists(&self, key: &Key) -> Result<bool> {
        match self {
            Self::Local(store) => store.exists(key).await,
            Self::S3(store) => store.exists(key).await,
        }
    }

    /// A link by which clients get it from the store itself; `None` if they don't, or if there is nothing to be shown.
    ///
    /// # Errors
    /// The store can't be read.
    pub(super) async fn redirect(
        &self,
        key: &Key,
        disposition: Option<&str>,
    ) -> Result<Option<PhotoSource>> {
        match self {
            Self::Local(_) => Ok(None),
            Self::S3(store) => store.redirect(key, disposition).await,
        }
    }

    /// Brings it to another place, where it is whole and durable when this answers. No byte of it passes through here.
    ///
    /// # Errors
    /// The store can't be read or written to.
    pub(super) async fn transfer(&self, from: &Key, to: &Key) -> Result<Transfer> {
        match self {
            Self::Local(store) => store.transfer(from, to).await,
            Self::S3(store) => store.transfer(from, to).await,
        }
    }

    /// Deletes what a transfer has copied, unless nothing may be deleted.
    ///
    /// # Errors
    /// The store can't be written to.
    pub(super) async fn remove_source(&self, key: &Key) -> Result<()> {
        match self {
            Self::Local(store) => store.remove(std::slice::from_ref(key)).await,
            Self::S3(store) => store.remove_source(key).await,
        }
    }

    /// Refuses to delete where nothing may be deleted.
    ///
    /// # Errors
    /// Nothing may, and why.
    pub(super) fn check_deletable(&self) -> Result<()> {
        match self {
            Self::Local(_) => Ok(()),
            Self::S3(store) => store.check_deletable(),
        }
    }

    /// Deletes things of one kind, any of which may not be there.
    ///
    /// # Errors
    /// The store can't be written to.
    pub(super) async fn remove(&self, keys: &[Key]) -> Result<()> {
        match self {
            Self::Local(store) => store.remove(keys).await,
            Self::S3(store) => store.remove(keys).await,
        }
    }

    /// Forgets what is known of where something is, so that it is looked for again.
    pub(super) fn forget_place(&self, key: &Key) {
        match self {
            Self::Local(_) => {}
            Self::S3(store) => store.forget_place(key),
        }
    }

    /// How many photos [`Self::delete_all`] is best given: where it can't do many at once, one that can't be deleted
    /// should hold up no other.
    pub fn delete_batch_size(&self) -> usize {
        match self {
            Self::Local(_) => 1,
            Self::S3(_) => DELETED_AT_ONCE,
        }
    }

    /// The origin to which browsers are sent for photos, as a source in a Content-Security-Policy; `None` if all come
    /// from here.
    ///
    /// # Errors
    /// The settings of the SDK have no address.
    pub async fn origin(&self) -> Result<Option<String>> {
        match self {
            Self::Local(_) => Ok(None),
            Self::S3(store) => store.origin().await,
        }
    }

    /// Makes sure that these photos, which were deleted, don't come back after a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn sync_deletions(&self, names: &[PhotoName]) -> Result<()> {
        match self {
            Self::Local(store) => store.sync_deletions(names).await,
            // What S3 has answered stands.
            Self::S3(_) => Ok(()),
        }
    }

    /// Deletes what is left of the store of a space that is gone. `space` is the digits of its id.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_space(&self, space: &str) -> Result<()> {
        match self {
            Self::Local(store) => store.delete_space(space).await,
            Self::S3(store) => store.delete_space(space).await,
        }
    }

    /// Deletes the store of a space if nothing is in it. `space` is the digits of its id.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_space_if_empty(&self, space: &str) -> Result<()> {
        match self {
            // A folder is deleted with its last photo.
            Self::Local(_) => Ok(()),
            Self::S3(store) => store.delete_bucket_of(space).await,
        }
    }

    /// The photos that have lain in the staging store for longer than `age`.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        match self {
            Self::Local(store) => store.list_temporary(age).await,
            Self::S3(store) => store.list_temporary(age).await,
        }
    }

    /// Hands on all that lies in the store, a part at a time. `age` is how long something has to have lain there to be old.
    ///
    /// # Errors
    /// The store can't be read; what `visit` returns.
    pub async fn list_all(
        &self,
        age: Duration,
        visit: &mut impl AsyncFnMut(Vec<StoredItem>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Local(store) => {
                for folder in store.folders().await? {
                    visit(store.list_folder(folder, age).await?).await?;
                }
            }
            Self::S3(store) => {
                for bucket in store.inventory().await? {
                    store.list_bucket(&bucket, age, visit).await?;
                }
            }
        }
        Ok(())
    }

    /// Deletes a file that was being written when its process ended. Whether it was still there.
    ///
    /// # Errors
    /// It can't be deleted.
    pub async fn delete_temporary_file(&self, path: PathBuf) -> Result<bool> {
        match self {
            Self::Local(store) => store.remove_temporary_file(path).await,
            // What hasn't arrived in S3 as a whole isn't there.
            Self::S3(_) => Ok(false),
        }
    }

    /// Aborts the uploads in parts that were begun at least `age` ago: their process was killed. Returns how many they were.
    ///
    /// # Errors
    /// The store can't be read or written to.
    pub async fn abort_stale_parts(&self, age: Duration) -> Result<usize> {
        match self {
            // Files that are being written are deleted by [`Self::list_temporary`].
            Self::Local(_) => Ok(0),
            Self::S3(store) => store.abort_stale_parts(age).await,
        }
    }
}
