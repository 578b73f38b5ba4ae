//! Reads photos from the store for a backup, whatever happens to them meanwhile.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::backup::blocking::Blocking;
use crate::backup::photo_bytes::PhotoBytes;
use crate::backup::snapshot::LiveDatabase;
use crate::check::sentence;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::KnownPhoto;
use crate::storage::PhotoStore;

/// How often a photo is read before it counts as lost: it may be moved while it is read.
const ATTEMPTS: u32 = 3;
/// Photos in a row that can't be read, after which it is the store that can't.
const MAX_FAILURES: u32 = 10;

/// What became of a photo.
#[derive(Debug)]
pub enum Fetched {
    /// These are its bytes, as they were stored.
    Whole(PhotoBytes),
    /// It was deleted meanwhile.
    Deleted,
    /// A share has it, and the store hasn't, or not as it was stored.
    Lost(String),
}

/// Whether the store has a photo that needn't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InStore {
    /// It does, as far as its length shows; or it was deleted meanwhile; or the store can't be reached.
    Present,
    /// A share has it, and the store hasn't, or has something of another length.
    Lost,
}

/// Reads photos; clones read from the same store.
#[derive(Clone)]
pub struct Fetcher {
    store: PhotoStore,
    original: Arc<Mutex<LiveDatabase>>,
    blocking: Blocking,
    /// Where large photos that aren't files are put.
    folder: PathBuf,
    failures: Arc<AtomicU32>,
    /// Whether the store couldn't be reached to see if it has a photo.
    is_silent: Arc<AtomicBool>,
}

impl Fetcher {
    /// Reads the photos of `original` from `store`. Large ones are put into `folder`, without a name.
    pub fn new(
        store: PhotoStore,
        original: LiveDatabase,
        blocking: Blocking,
        folder: &Path,
    ) -> Self {
        Self {
            store,
            original: Arc::new(Mutex::new(original)),
            blocking,
            folder: folder.to_owned(),
            failures: Arc::default(),
            is_silent: Arc::default(),
        }
    }

    /// Reads a photo.
    ///
    /// # Errors
    /// The store can't be read at all, or the database can't; it was cancelled.
    pub fn fetch(&self, photo: &KnownPhoto) -> Result<Fetched> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            self.blocking.check_cancelled()?;
            match self.read(photo)? {
                Ok(Some(Some(bytes))) => {
                    self.failures.store(0, Ordering::Relaxed);
                    return Ok(Fetched::Whole(bytes));
                }
                Ok(Some(None)) => last = None,
                Ok(None) => {
                    last = Some("it is missing from the store".to_owned());
                }
                Err(error) => {
                    self.blocking.check_cancelled()?;
                    last = Some(sentence(&error));
                    if self.failures.fetch_add(1, Ordering::Relaxed) >= MAX_FAILURES * ATTEMPTS {
                        bail!("Photos can't be read: {}", sentence(&error));
                    }
                }
            }
            // Its row goes before its bytes.
            if !self.is_known(&photo.name)? {
                return Ok(Fetched::Deleted);
            }
        }
        let damaged = "its bytes are not those that were stored: the file is damaged";
        Ok(Fetched::Lost(last.unwrap_or_else(|| damaged.to_owned())))
    }

    /// Checks whether the store has a photo, without reading it. An unreachable store isn't tried again, with one line in
    /// the log: the backup doesn't depend on it.
    ///
    /// # Errors
    /// The database can't be read; it was cancelled.
    pub fn check_stored(&self, photo: &KnownPhoto) -> Result<InStore> {
        for attempt in 1..=ATTEMPTS {
            self.blocking.check_cancelled()?;
            if self.is_silent.load(Ordering::Relaxed) {
                break;
            }
            match self.blocking.block_on(self.store.open(&photo.name)) {
                Ok(Some(stored)) if stored.bytes == photo.bytes => break,
                Ok(_) => {}
                Err(error) => {
                    self.blocking.check_cancelled()?;
                    if !self.is_silent.swap(true, Ordering::Relaxed) {
                        tracing::warn!(
                            photo = %photo.name,
                            error = format!("{error:#}"),
                            "could not ask the photo store for photos that the backup destination has"
                        );
                    }
                    break;
                }
            }
            // Its row goes before its bytes.
            if !self.is_known(&photo.name)? {
                break;
            }
            if attempt == ATTEMPTS {
                return Ok(InStore::Lost);
            }
        }
        Ok(InStore::Present)
    }

    /// How many photos a backup looks for that it needn't read: where each look is a request, not all.
    pub fn max_checks(&self) -> u64 {
        match self.store {
            PhotoStore::Local(_) => u64::MAX,
            PhotoStore::S3(_) => 10_000,
        }
    }

    /// The bytes of a photo: `None` if it is nowhere, and `Some(None)` if they have changed.
    ///
    /// # Errors
    /// There is no space for it next to the database. An unreadable store isn't an error of the whole.
    fn read(&self, photo: &KnownPhoto) -> Result<Result<Option<Option<PhotoBytes>>>> {
        let found = self.blocking.block_on(async {
            let Some(stored) = self.store.open(&photo.name).await? else {
                return Ok(None);
            };
            if stored.bytes != photo.bytes || stored.bytes == 0 {
                return Ok(Some(Opened::Empty(stored.bytes)));
            }
            Ok(Some(match stored.into_file().await {
                Ok(file) => Opened::File(file),
                Err(stored) => Opened::Stream(stored.read(0, photo.bytes).await?),
            }))
        });
        let found = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Ok(None)),
            Err(error) => return Ok(Err(error)),
        };
        let taken = match found {
            // An empty object has no range that could be requested.
            Opened::Empty(0) if photo.bytes == 0 => {
                PhotoBytes::take(io::empty(), photo, &self.folder)?
            }
            Opened::Empty(_) => Ok(None),
            Opened::File(file) => PhotoBytes::of_file(file, photo),
            Opened::Stream(reader) => {
                let blocking = self.blocking.clone();
                PhotoBytes::take(BlockingReader { blocking, reader }, photo, &self.folder)?
            }
        };
        Ok(taken.map(Some).map_err(anyhow::Error::from))
    }

    fn is_known(&self, name: &PhotoName) -> Result<bool> {
        let original = self.original.lock().unwrap_or_else(PoisonError::into_inner);
        original.has_photo(name)
    }
}

/// A photo that was found.
enum Opened {
    /// It has this many bytes, and there is nothing to be read.
    Empty(u64),
    File(File),
    Stream(Pin<Box<dyn AsyncRead + Send>>),
}

/// Reads an async reader.
struct BlockingReader {
    blocking: Blocking,
    reader: Pin<Box<dyn AsyncRead + Send>>,
}

impl Read for BlockingReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self
            .blocking
            .block_on(async { Ok(self.reader.read(into).await?) });
        read.map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::db::Db;
    use crate::storage::LocalStore;

    const ROWS: &str = "insert into users (id, login, login_key, password_hash, created_at) values (1, 'ann', 'ann', '', 0);
        insert into spaces (id, name, name_key, created_at) values (1, 'Family', 'family', 0);
        insert into shares (id, space_id, user_id, text, created_at) values (1, 1, 1, '', 0);
        insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
        values (1, 1, 1, 0, '1-1.jpg', 1, 1, 5, zeroblob(32), 0)";

    fn photo(name: &str, bytes: &[u8]) -> KnownPhoto {
        KnownPhoto {
            id: 1,
            name: name.parse().unwrap(),
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
        }
    }

    /// A store without photos, below the folder `photos`, and a database in which a share has the photo 1-1.jpg.
    fn fetcher(folder: &Path) -> Fetcher {
        let path = folder.join("test.db");
        drop(Db::open(&path).unwrap());
        let fill = rusqlite::Connection::open(&path).unwrap();
        fill.execute_batch(ROWS).unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(&folder.join("photos")).unwrap());
        let original = LiveDatabase::open(&path).unwrap();
        let blocking = Blocking::new(CancellationToken::new());
        Fetcher::new(store, original, blocking, folder)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_photo_is_found_wherever_it_is_and_its_absence_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let fetcher = fetcher(folder.path());
        let fetch = |photo: KnownPhoto| {
            let fetcher = fetcher.clone();
            tokio::task::spawn_blocking(move || fetcher.fetch(&photo))
        };
        let found = fetch(photo("1-1.jpg", b"hello")).await.unwrap().unwrap();
        assert!(matches!(found, Fetched::Lost(why) if why == "it is missing from the store"));
        let found = fetch(photo("1-2.jpg", b"hello")).await.unwrap().unwrap();
        assert!(matches!(found, Fetched::Deleted));
        std::fs::write(folder.path().join("photos/temp/1-1.jpg"), b"hello").unwrap();
        let found = fetch(photo("1-1.jpg", b"hello")).await.unwrap().unwrap();
        assert!(matches!(found, Fetched::Whole(PhotoBytes::Memory(bytes)) if bytes == b"hello"));
        let found = fetch(photo("1-1.jpg", b"other")).await.unwrap().unwrap();
        assert!(matches!(found, Fetched::Lost(why) if why.contains("damaged")));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_of_which_nothing_can_be_read_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let fetcher = fetcher(folder.path());
        // A folder where the file of the photo should be can't be read.
        std::fs::create_dir_all(folder.path().join("photos/space-id-1/1.jpg")).unwrap();
        let fetching = tokio::task::spawn_blocking(move || {
            (0..100)
                .map(|_| fetcher.fetch(&photo("1-1.jpg", b"hello")))
                .take_while(Result::is_ok)
                .count()
        });
        assert_eq!(fetching.await.unwrap(), MAX_FAILURES as usize);
    }
}
