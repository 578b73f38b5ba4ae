//! Where the bytes are: the staging store, where every photo arrives, a store for each space, and next to them one for
//! previews.

mod local;
mod open;
mod s3;
mod stored;
// Amazon's clients.
pub mod aws;

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use picture::PreviewSize;

use crate::check::Check;
use crate::domain::photo_name::PhotoName;
pub use local::LocalStore;
pub use open::{check_data_dir, open, open_with};
pub use s3::S3Store;
use stored::Source;
pub use stored::StoredPhoto;

/// Uploads that have come to nothing for this long: no request takes longer between its photo and its share.
pub const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// The stores of photos. An enum, because the kinds are few and known.
#[derive(Clone, Debug)]
pub enum PhotoStore {
    /// Folders on this machine's disk.
    Local(LocalStore),
    /// Buckets in Amazon S3, or compatible services.
    S3(S3Store),
}

/// How a photo gets to the client.
#[derive(Debug)]
pub enum PhotoSource {
    /// From here.
    Stream(StoredPhoto),
    /// From there, by a link that holds for a while.
    Redirect { url: String, expires_in: Duration },
}

/// What became of a photo that was to be moved to its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It was moved.
    Done,
    /// It was there already: an earlier attempt got that far.
    Already,
    /// It is in neither store: it was deleted, or never came.
    Missing,
}

// What S3 is asked is put into a box: the library's futures take many KiB, which every request would else carry that may
// come to a photo.
impl PhotoStore {
    /// Makes what the store needs and isn't there yet.
    ///
    /// # Errors
    /// It can't be made.
    pub async fn prepare(&self) -> Result<()> {
        match self {
            Self::Local(_) => Ok(()),
            Self::S3(store) => Box::pin(store.prepare()).await,
        }
    }

    /// Looks whether photos can be stored and shown at this moment, as far as that costs nothing. What is missing and may be
    /// made again, is.
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

    /// Makes the store of a photo's space, if there is none.
    ///
    /// # Errors
    /// It can't be made.
    pub async fn make_space(&self, name: &PhotoName) -> Result<()> {
        match self {
            // A folder comes with its first photo.
            Self::Local(_) => Ok(()),
            Self::S3(store) => Box::pin(store.make_space(name)).await,
        }
    }

    /// A bucket in which an installation with the same settings has kept photos of a space; `None` where there is none.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn find_existing(&self) -> Result<Option<String>> {
        match self {
            // Its folder is a part of the data folder, which is looked at on its own.
            Self::Local(_) => Ok(None),
            Self::S3(store) => Box::pin(store.find_existing()).await,
        }
    }

    /// Tries out what the store needs, on something that is no photo.
    pub async fn run_checks(&self, tell: &mut impl FnMut(Check)) {
        match self {
            Self::Local(store) => store.run_checks(tell).await,
            Self::S3(store) => Box::pin(store.run_checks(tell)).await,
        }
    }

    /// Puts a photo into the staging store. When this answers, the bytes survive a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_temporary(&self, name: &PhotoName, bytes: impl Into<Bytes>) -> Result<()> {
        let bytes = bytes.into();
        match self {
            Self::Local(store) => store.put_temporary(name, bytes).await,
            Self::S3(store) => Box::pin(store.put_temporary(name, bytes)).await,
        }
    }

    /// Puts a photo into the store of its space. When this answers, the bytes survive a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_in_space(&self, name: &PhotoName, bytes: Vec<u8>) -> Result<()> {
        match self {
            Self::Local(store) => store.put_in_space(name, bytes).await,
            Self::S3(store) => Box::pin(store.put_in_space(name, bytes)).await,
        }
    }

    /// Moves a photo from the staging store into that of its space. Can be repeated.
    ///
    /// # Errors
    /// A store can't be written to.
    pub async fn move_to_space(&self, name: &PhotoName) -> Result<Moved> {
        match self {
            Self::Local(store) => store.move_to_space(name).await,
            Self::S3(store) => Box::pin(store.move_to_space(name)).await,
        }
    }

    /// Whether a photo is in the store of its space.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn is_in_space(&self, name: &PhotoName) -> Result<bool> {
        match self {
            Self::Local(store) => store.is_in_space(name).await,
            Self::S3(store) => Box::pin(store.is_in_space(name)).await,
        }
    }

    /// Opens a photo, wherever it is at this moment; `None` if it is nowhere.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        match self {
            Self::Local(store) => store.open(name).await,
            Self::S3(store) => Box::pin(store.open(name)).await,
        }
    }

    /// Finds the way by which a photo gets to the client, wherever it is; `None` if it is nowhere. From there it comes with
    /// this `Content-Disposition`.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn serve(
        &self,
        name: &PhotoName,
        disposition: Option<&str>,
    ) -> Result<Option<PhotoSource>> {
        match self {
            Self::Local(store) => Ok(store.open(name).await?.map(PhotoSource::Stream)),
            Self::S3(store) => Box::pin(store.serve(name, disposition)).await,
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
            Self::S3(store) => Box::pin(store.origin()).await,
        }
    }

    /// Puts a preview of a photo. No bytes at all say that there is none and that none will come.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
        bytes: Vec<u8>,
    ) -> Result<()> {
        match self {
            Self::Local(store) => store.put_preview(name, size, bytes).await,
            Self::S3(store) => Box::pin(store.put_preview(name, size, bytes)).await,
        }
    }

    /// Opens a preview of a photo; `None` if nobody has put one.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
    ) -> Result<Option<StoredPhoto>> {
        match self {
            Self::Local(store) => store.open_preview(name, size).await,
            Self::S3(store) => Box::pin(store.open_preview(name, size)).await,
        }
    }

    /// Finds the way by which a preview gets to the client; `None` if there is none to be shown.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn serve_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
    ) -> Result<Option<PhotoSource>> {
        match self {
            Self::Local(store) => {
                let found = store.open_preview(name, size).await?;
                Ok(found
                    .filter(|found| found.bytes > 0)
                    .map(PhotoSource::Stream))
            }
            Self::S3(store) => Box::pin(store.serve_preview(name, size)).await,
        }
    }

    /// Deletes a photo wherever it is, with its previews; it may be nowhere.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete(&self, name: &PhotoName) -> Result<()> {
        self.delete_all(std::slice::from_ref(name)).await
    }

    /// Deletes photos as [`Self::delete`] does, by few requests where the store takes many at once. After an error, any of
    /// them may still be there.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_all(&self, names: &[PhotoName]) -> Result<()> {
        match self {
            Self::Local(store) => {
                for name in names {
                    store.delete(name).await?;
                }
                Ok(())
            }
            Self::S3(store) => Box::pin(store.delete_all(names)).await,
        }
    }

    /// Deletes the previews of a photo alone; there may be none.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_previews(&self, name: &PhotoName) -> Result<()> {
        match self {
            Self::Local(store) => store.delete_previews(name).await,
            Self::S3(store) => Box::pin(store.delete_previews(std::slice::from_ref(name))).await,
        }
    }

    /// How many photos [`Self::delete_all`] is best given: where it can't do many at once, one that can't be deleted
    /// should hold up no other.
    pub fn delete_batch_size(&self) -> usize {
        match self {
            Self::Local(_) => 1,
            Self::S3(_) => s3::DELETED_AT_ONCE,
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
            Self::S3(store) => Box::pin(store.delete_space(space)).await,
        }
    }

    /// Deletes the store of a space if nothing is in it. `space` is the digits of its id.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_space_if_empty(&self, space: &str) -> Result<()> {
        match self {
            // A folder goes with its last photo.
            Self::Local(_) => Ok(()),
            Self::S3(store) => Box::pin(store.delete_bucket_of(space)).await,
        }
    }

    /// The photos that have lain in the staging store for longer than `age`.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        match self {
            Self::Local(store) => store.list_temporary(age).await,
            Self::S3(store) => Box::pin(store.list_temporary(age)).await,
        }
    }
}
