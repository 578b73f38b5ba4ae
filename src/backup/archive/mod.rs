//! Archives: a tar file inside Zstandard, with a checksum frame at its end. Unpacked by any other program, it is a data folder.
//!
//! The members are, in this order: `backup.json`, what it is; `SHA256SUMS`; `shared-spaces.db`; `signing.key`; the photos,
//! unless they are next to it; `outcome.json`, what is in it.

// How much there may be in one.
mod bounds;
// Reading one, with every check.
mod read;
// The sums of what is in it.
pub mod sha256sums;
// The manifest of an archive.
pub(crate) mod manifest;
// The end, which shows whether it is complete.
pub(crate) mod checksum_frame;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};
use zstd::stream::write::Encoder;

use crate::backup::archive::checksum_frame::ChecksumWriter;
pub use crate::backup::archive::manifest::{FORMAT, Lost, Manifest, Named, Outcome, PhotoLocation};
use crate::backup::photo_bytes::PhotoBytes;
use crate::backup::snapshot::Snapshot;
use crate::clock::Timestamp;
pub use crate::data_dir::{DATABASE, KEY};
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::KnownPhoto;
use bounds::Counted;
pub use read::{Contents, read, read_manifest, read_start};

const MANIFEST: &str = "backup.json";
const CHECKSUMS: &str = "SHA256SUMS";
const OUTCOME: &str = "outcome.json";
/// The folder of photos.
const PHOTOS: &str = "photos/";
/// The most bytes that the outcome may have, which is in memory as a whole: some hundred thousand photos that are lost.
const OUTCOME_SIZE: u64 = 16 * 1024 * 1024;

/// The bytes of an archive, and how many they are: what may be in it depends on that.
pub struct Packed<R> {
    pub size: u64,
    pub bytes: R,
}

/// The path of a photo in an archive, which is that of one in its space in a data folder; of a poster likewise.
pub fn path_of(name: &PhotoName) -> String {
    if let Some(film) = name.film_of_poster() {
        return format!(
            "{PHOTOS}previews/space-id-{}/{}.poster",
            film.space(),
            film.file()
        );
    }
    format!("{PHOTOS}space-id-{}/{}", name.space(), name.file())
}

/// Writes an archive.
pub struct ArchiveWriter<W: Write> {
    tar: Builder<Counted<Encoder<'static, ChecksumWriter<Counted<W>>>>>,
    /// The modification time of members, in seconds since 1970.
    time: u64,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive with all that comes before its photos. `folder` is where the sums are collected.
    ///
    /// # Errors
    /// Something can't be read, or the archive can't be written.
    pub fn begin(out: W, prelude: &Prelude<'_>, folder: &Path) -> Result<Self> {
        let out = ChecksumWriter::new(Counted::new(out));
        let mut encoder = Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
        encoder.include_checksum(true)?;
        let mut archive = Self {
            tar: Builder::new(Counted::new(encoder)),
            time: prelude.time.seconds().try_into().unwrap_or(0),
        };
        archive.add(MANIFEST, &serde_json::to_vec_pretty(prelude.manifest)?)?;

        let mut checksums = std::io::BufWriter::new(tempfile::tempfile_in(folder)?);
        let files = sha256sums::Files {
            database: prelude.database_sum()?,
            key: prelude.key_sum(),
        };
        files.write(prelude.snapshot, &mut checksums)?;
        let mut checksums = checksums
            .into_inner()
            .context("The checksums can't be written")?;
        checksums.seek(SeekFrom::Start(0))?;
        archive.add_file(CHECKSUMS, checksums)?;
        archive.add_file(DATABASE, File::open(prelude.database)?)?;
        archive.add(KEY, prelude.key)?;
        Ok(archive)
    }

    /// Adds a photo.
    ///
    /// # Errors
    /// The archive can't be written, or the bytes can't be read.
    pub fn add_photo(&mut self, photo: &KnownPhoto, bytes: &mut PhotoBytes) -> Result<()> {
        self.add_from(&path_of(&photo.name), photo.bytes, bytes.reader()?)
    }

    /// Ends the archive with its checksum frame. Returns what it was written to, with the number of bytes.
    ///
    /// # Errors
    /// The archive can't be written; too many photos are lost to name them all.
    pub fn end(mut self, outcome: &Outcome) -> Result<(W, u64)> {
        let outcome = serde_json::to_vec_pretty(outcome)?;
        ensure!(
            outcome.len() as u64 <= OUTCOME_SIZE,
            "More photos are lost than an archive can name: check that the settings name the right store"
        );
        self.add(OUTCOME, &outcome)?;
        let unpacked = self.tar.into_inner()?;
        let mut packed = unpacked.inner.finish()?;
        let ballast = bounds::ballast(packed.get_ref().count, unpacked.count);
        bounds::write_ballast(&mut packed, ballast)?;
        let done = packed.finish()?;
        Ok((done.inner, done.count))
    }

    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.add_from(path, bytes.len() as u64, bytes)
    }

    fn add_file(&mut self, path: &str, file: File) -> Result<()> {
        let bytes = file.metadata()?.len();
        self.add_from(path, bytes, BufReader::new(file).take(bytes))
    }

    fn add_from(&mut self, path: &str, bytes: u64, from: impl Read) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.time);
        let mut from = Counting { from, count: 0 };
        self.tar.append_data(&mut header, path, &mut from)?;
        ensure!(
            from.count == bytes,
            "{path} had {bytes} bytes, and {} could be read",
            from.count
        );
        Ok(())
    }
}

/// What comes before the photos.
pub struct Prelude<'a> {
    pub manifest: &'a Manifest,
    /// The moment of the snapshot.
    pub time: Timestamp,
    pub snapshot: &'a Snapshot,
    /// The path of that snapshot.
    pub database: &'a Path,
    pub key: &'a [u8],
}

impl Prelude<'_> {
    fn database_sum(&self) -> Result<[u8; 32]> {
        let mut hashing = sha256sums::Hashing::new(File::open(self.database)?);
        std::io::copy(&mut hashing, &mut std::io::sink())?;
        Ok(hashing.sum())
    }

    fn key_sum(&self) -> [u8; 32] {
        Sha256::digest(self.key).into()
    }
}

struct Counting<R> {
    from: R,
    count: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(into)?;
        self.count += count as u64;
        Ok(count)
    }
}
