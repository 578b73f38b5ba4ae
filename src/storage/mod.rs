//! Where the bytes are: the staging store, where every photo arrives, a store for each space, and next to them one for
//! previews, posters and renditions. Unless stated otherwise, a film is a photo too.
//!
//! A backend (`local/`, `s3/`) has a few operations on a [`Key`], which `backend.rs` names, and doesn't decide when they are
//! right. What is done in which order, so that readers, workers and deletions that meet harm nothing, is here, once for all
//! backends: a photo goes from the staging store to its space, a deletion looks in the same order, and what was made of a
//! photo goes last.

mod backend;
mod body;
mod inventory;
mod key;
mod local;
mod open;
mod s3;
mod stored;
mod transfer;
// Amazon's clients.
pub mod aws;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use picture::PreviewSize;

use crate::check::Codes;
use crate::domain::photo_name::PhotoName;
use aws::is_refusal;
pub use body::{Body, Checked};
pub use inventory::{Content, StoredItem};
pub use key::Key;
pub use local::LocalStore;
pub use open::{check_data_dir, open, open_with};
pub use s3::S3Store;
pub use stored::StoredPhoto;
use transfer::Transfer;

/// The age at which an upload counts as abandoned: no request takes longer between its first photo and its share, also where
/// a large film has to go to S3 over a slow line in between.
pub const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

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
    /// From this server.
    Stream(StoredPhoto),
    /// From the store, by a link that is valid for a while.
    Redirect { url: String, expires_in: Duration },
}

/// The ways by which a client can take a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the store itself, where it hands photos out.
    Shortest,
    /// From this server: what a store signs is signed for `GET` alone.
    FromHere,
}

/// Every code that a check of a store can have.
pub fn codes() -> [Codes; 2] {
    [
        Codes::of::<local::FolderFound>(),
        Codes::of::<s3::S3Found>(),
    ]
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

// The backends' own operations are in `backend.rs`.
impl PhotoStore {
    /// Puts a photo into the staging store. When this returns, the bytes survive a power cut.
    ///
    /// # Errors
    /// The store can't be written to; a stream ends early, or can't be read.
    pub async fn put_temporary(&self, name: &PhotoName, body: impl Into<Body>) -> Result<()> {
        self.put(&Key::Staged(name.clone()), body.into()).await
    }

    /// Puts a photo into the store of its space, or a poster where posters are. When this returns, the bytes survive a power cut.
    ///
    /// # Errors
    /// As [`Self::put_temporary`].
    pub async fn put_in_space(&self, name: &PhotoName, body: impl Into<Body>) -> Result<()> {
        self.put(&Key::kept(name), body.into()).await
    }

    /// Moves a photo from the staging store into that of its space. Can be repeated.
    ///
    /// # Errors
    /// A store can't be written to.
    pub async fn move_to_space(&self, name: &PhotoName) -> Result<Moved> {
        let staged = Key::Staged(name.clone());
        let original = Key::Original(name.clone());
        match self.transfer(&staged, &original).await? {
            Transfer::Moved => Ok(Moved::Done),
            Transfer::Copied => {
                // Only now that the copy was seen. What a crash leaves behind is copied again, and deleted then.
                self.remove_source(&staged).await?;
                Ok(Moved::Done)
            }
            Transfer::NoSource => Ok(match self.open_at(&original).await? {
                Some(_) => Moved::Already,
                None => Moved::Missing,
            }),
        }
    }

    /// Whether a photo is in the store of its space.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn is_in_space(&self, name: &PhotoName) -> Result<bool> {
        self.exists(&Key::Original(name.clone())).await
    }

    /// Opens a photo, or by its name the poster of a film, wherever it is at this moment; `None` if it is nowhere.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        // In its space, in staging, and in its space again: it may have been moved between the first two looks.
        let original = Key::kept(name);
        if let Some(found) = self.open_at(&original).await? {
            return Ok(Some(found));
        }
        // A poster is nowhere else.
        if matches!(original, Key::Poster(_)) {
            return Ok(None);
        }
        if let Some(found) = self.open_at(&Key::Staged(name.clone())).await? {
            return Ok(Some(found));
        }
        // Possibly to another place than before.
        self.forget_place(&original);
        self.open_at(&original).await
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
        way: Way,
    ) -> Result<Option<PhotoSource>> {
        let original = Key::Original(name.clone());
        if way == Way::Shortest
            && let Some(there) = self.redirect(&original, disposition).await?
        {
            return Ok(Some(there));
        }
        // A photo that isn't in its space yet may be moved at any moment, so it is sent from here and looked for again.
        Ok(self.open(name).await?.map(PhotoSource::Stream))
    }

    /// Puts a preview of a photo. An empty one means that there is none and that none will come.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
        body: impl Into<Body>,
    ) -> Result<()> {
        let key = Key::Preview(name.clone(), size);
        self.put(&key, body.into()).await
    }

    /// Opens a preview of a photo; `None` if none was put.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
    ) -> Result<Option<StoredPhoto>> {
        self.open_at(&Key::Preview(name.clone(), size)).await
    }

    /// Finds the way by which a preview gets to the client; `None` if there is no preview to show.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn serve_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
        way: Way,
    ) -> Result<Option<PhotoSource>> {
        self.serve_derived(&Key::Preview(name.clone(), size), way)
            .await
    }

    /// The same for anything that was made of a photo.
    async fn serve_derived(&self, key: &Key, way: Way) -> Result<Option<PhotoSource>> {
        if way == Way::Shortest
            && let Some(there) = self.redirect(key, None).await?
        {
            return Ok(Some(there));
        }
        let found = self.open_at(key).await?;
        let shown = found.filter(|found| key.is_shown(found.bytes));
        Ok(shown.map(PhotoSource::Stream))
    }

    /// Puts the poster of a film. When this answers, its bytes survive a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_poster(&self, name: &PhotoName, body: impl Into<Body>) -> Result<()> {
        self.put(&Key::Poster(name.clone()), body.into()).await
    }

    /// Opens the poster of a film; `None` if it has none.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open_poster(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        self.open_at(&Key::Poster(name.clone())).await
    }

    /// Finds the way by which the poster of a film gets to the client; `None` if it has none.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn serve_poster(&self, name: &PhotoName, way: Way) -> Result<Option<PhotoSource>> {
        self.serve_derived(&Key::Poster(name.clone()), way).await
    }

    /// Puts the rendition of a film. An empty one means that there is none and that none will come. When this answers, its bytes survive
    /// a power cut.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_rendition(&self, name: &PhotoName, body: impl Into<Body>) -> Result<()> {
        self.put(&Key::Rendition(name.clone()), body.into()).await
    }

    /// Opens the rendition of a film; `None` if none was put.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open_rendition(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        self.open_at(&Key::Rendition(name.clone())).await
    }

    /// Finds the way by which the rendition of a film gets to the client; `None` if it has none.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn serve_rendition(&self, name: &PhotoName, way: Way) -> Result<Option<PhotoSource>> {
        self.serve_derived(&Key::Rendition(name.clone()), way).await
    }

    /// Deletes the rendition of a film alone; there may be none.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_rendition(&self, name: &PhotoName) -> Result<()> {
        self.remove(&[Key::Rendition(name.clone())]).await
    }

    /// Puts the claim of a worker that makes the rendition of a film.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn put_claim(&self, name: &PhotoName, body: impl Into<Body>) -> Result<()> {
        self.put(&Key::Claim(name.clone()), body.into()).await
    }

    /// Opens the claim of a film; `None` if nobody has claimed it.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn open_claim(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        self.open_at(&Key::Claim(name.clone())).await
    }

    /// Deletes the claim of a film.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_claim(&self, name: &PhotoName) -> Result<()> {
        self.remove(&[Key::Claim(name.clone())]).await
    }

    /// A folder for large files that are on their way into the store: on its own disk where that is one.
    pub fn work_dir(&self) -> PathBuf {
        match self {
            Self::Local(store) => store.temp(),
            Self::S3(_) => std::env::temp_dir(),
        }
    }

    /// Deletes a photo wherever it is, with all that was made of it; it may be nowhere.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete(&self, name: &PhotoName) -> Result<()> {
        self.delete_all(std::slice::from_ref(name)).await
    }

    /// Deletes photos as [`Self::delete`] does, by few requests where the store takes many at once. After an error, any of
    /// them may still be there. A refusal in one place doesn't stop the deletions in the others.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_all(&self, names: &[PhotoName]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        self.check_deletable()?;
        // The staged ones first: a worker that moves one meanwhile has then moved it to where we look next. Previews come
        // last: whoever makes one checks afterwards whether the photo is still there.
        let staged: Vec<_> = names.iter().cloned().map(Key::Staged).collect();
        let staged = self.remove(&staged).await;
        if matches!(&staged, Err(error) if !is_refusal(error)) {
            return staged;
        }
        let originals: Vec<_> = names.iter().cloned().map(Key::Original).collect();
        let originals = self.remove(&originals).await;
        if matches!(&originals, Err(error) if !is_refusal(error)) {
            return originals;
        }
        let derived: Vec<_> = names.iter().flat_map(Key::derived).collect();
        let derived = self.remove(&derived).await;
        staged.and(originals).and(derived)
    }

    /// Deletes staged photos that no share has, with all that came with them. They go last, because by them the rest is found again
    /// where something can't be deleted: nothing else names the poster of a film that was never shared.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_abandoned(&self, names: &[PhotoName]) -> Result<()> {
        self.check_deletable()?;
        let derived: Vec<_> = names.iter().flat_map(Key::derived).collect();
        self.remove(&derived).await?;
        // Also what a worker makes of one meanwhile, although none should know it.
        self.delete_all(names).await
    }

    /// Deletes photos and what was made of photos, each of which belongs to nothing.
    ///
    /// # Errors
    /// The store can't be written to, or nothing may be deleted.
    pub async fn delete_orphans(&self, keys: &[Key]) -> Result<()> {
        self.check_deletable()?;
        self.remove(keys).await
    }

    /// Deletes all that was made of a photo that is gone.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_derived(&self, name: &PhotoName) -> Result<()> {
        self.remove(&Key::derived(name)).await
    }

    /// Deletes the previews of a photo alone; there may be none.
    ///
    /// # Errors
    /// The store can't be written to.
    pub async fn delete_previews(&self, name: &PhotoName) -> Result<()> {
        self.remove(&Key::previews(name)).await
    }
}
