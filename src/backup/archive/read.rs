//! Reading an archive from its beginning to its end, with every check that needs nothing else.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tar::{Archive, Entries, Entry, EntryType};
use zstd::stream::read::Decoder;

use super::bounds::{self, Bounded, TOO_MUCH};
use super::{
    CHECKSUMS, DATABASE, FORMAT, KEY, MANIFEST, Manifest, OUTCOME, OUTCOME_SIZE, Outcome, PHOTOS,
    Packed, PhotoLocation,
};
use crate::auth::signed_urls::SigningKey;
use crate::backup::archive::checksum_frame::ChecksumReader;
use crate::backup::archive::sha256sums::{self, Files, Hashing};
use crate::backup::snapshot::{Photos, Snapshot};
use crate::domain::photos::KnownPhoto;
use crate::fs::private;
use crate::output::count;

/// The most that the first note of an archive may have.
const MANIFEST_SIZE: u64 = 64 * 1024;
/// The length of the header of a database.
const DATABASE_HEADER: usize = 100;

/// What an archive has besides its photos.
#[derive(Debug)]
pub struct Contents {
    pub manifest: Manifest,
    pub outcome: Outcome,
    pub snapshot: Snapshot,
    /// Where the database was put.
    pub database: PathBuf,
    /// Where the signing key was put.
    pub key: PathBuf,
}

/// Reads an archive to its end, and puts its database and its key into the folder `into`. `photo` is
/// called with each photo in it, of the length that the database has, and returns whether its bytes are the expected ones.
///
/// Even for a hostile archive, what is read and written is bounded by its size, and nothing in its database runs.
///
/// # Errors
/// The archive is damaged, was cut short, or is from a newer version; `into` can't be written to; what `photo` answers.
pub fn read(
    archive: Packed<impl Read>,
    into: &Path,
    photo: impl FnMut(&KnownPhoto, &mut dyn Read) -> Result<bool>,
) -> Result<Contents> {
    read_all(archive, into, photo).map_err(|error| {
        let text = format!("{error:#}");
        // It may quote the archive, whose bytes could be escape sequences.
        if text.contains(char::is_control) {
            anyhow!(text.replace(char::is_control, "?"))
        } else {
            error
        }
    })
}

fn read_all(
    archive: Packed<impl Read>,
    into: &Path,
    mut photo: impl FnMut(&KnownPhoto, &mut dyn Read) -> Result<bool>,
) -> Result<Contents> {
    let max = bounds::max_bytes(archive.size);
    let mut archive = open(archive)?;
    let mut members = Members::of(&mut archive, max)?;
    let manifest = manifest(&mut members)?;
    let checksums_path = into.join(CHECKSUMS);
    write(members.next_as(CHECKSUMS)?, &checksums_path)?;
    let (database, key) = (into.join(DATABASE), into.join(KEY));
    let database_sum = write(whole_database(members.next_as(DATABASE)?)?, &database)?;
    let key_entry = members.next_as(KEY)?;
    let size = key_entry.size();
    ensure!(
        size == SigningKey::BYTES as u64,
        "Its signing key is damaged: it has {size} bytes, not {}",
        SigningKey::BYTES
    );
    let key_sum = write(key_entry, &key)?;

    let files = Files {
        database: database_sum,
        key: key_sum,
    };
    let first = BufReader::new(File::open(&checksums_path)?);
    let mut lines = sha256sums::lines(first);
    // Before a database is opened whose bytes are not known to be right.
    for (sum, path) in [(&files.database, DATABASE), (&files.key, KEY)] {
        let line = lines.next().transpose()?.unwrap_or_default();
        ensure!(
            line == format!("{}  {path}", hex::encode(sum)),
            "Its {path} is not the one that SHA256SUMS has"
        );
    }
    let snapshot = Snapshot::open_foreign(&database, manifest.schema)?;
    files.compare(&snapshot, BufReader::new(File::open(&checksums_path)?))?;
    ensure!(
        snapshot.schema() == manifest.schema,
        "Its database has schema {}, and {MANIFEST} says {}",
        snapshot.schema(),
        manifest.schema
    );

    let mut expected = snapshot.photos();
    // The photos that aren't in it, which may be all that the database has.
    let mut absent = Vec::new();
    let (mut photos, mut bytes) = (0, 0);
    let outcome: Outcome = loop {
        let mut entry = members.next()?.context("It is cut off before its end")?;
        let path = path(&entry);
        if path == OUTCOME {
            break json(entry, OUTCOME_SIZE)?;
        }
        let known = find(&path, &mut expected, &mut absent)?;
        let name = &known.name;
        ensure!(
            entry.size() == known.bytes,
            "Its photo {name} has {} bytes, and the database says {}",
            entry.size(),
            known.bytes
        );
        ensure!(
            photo(&known, &mut entry)?,
            "The bytes of its photo {name} have changed"
        );
        (photos, bytes) = (photos + 1, bytes + known.bytes);
    };
    if manifest.photos == PhotoLocation::Embedded {
        for rest in expected {
            absent.push(position_of(&rest?));
        }
        explain(&snapshot, &absent, &outcome)?;
        ensure!(
            (outcome.photos, outcome.bytes) == (photos, bytes),
            "It says that it has {}, but has {photos}",
            count(outcome.photos, "photo")
        );
    } else {
        drop(expected);
        ensure!(
            photos == 0,
            "It has photos, although it says that they are next to it"
        );
    }
    ensure!(members.next()?.is_none(), "Something follows its end");
    // What follows the last member, and the checksum frame.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    Ok(Contents {
        manifest,
        outcome,
        snapshot,
        database,
        key,
    })
}

/// The position of a photo among all: by its id, with the poster of a film after it.
type Position = (i64, bool);

fn position_of(photo: &KnownPhoto) -> Position {
    (photo.id, photo.name.film_of_poster().is_some())
}

/// Refuses an archive that doesn't say why these photos aren't in it.
fn explain(snapshot: &Snapshot, absent: &[Position], outcome: &Outcome) -> Result<()> {
    if absent.is_empty() {
        return Ok(());
    }
    let explained = outcome.absent();
    for known in snapshot.photos() {
        let known = known?;
        ensure!(
            absent.binary_search(&position_of(&known)).is_err() || explained.contains(&known.name),
            "The photo {} is missing, and it doesn't say why",
            known.name
        );
    }
    Ok(())
}

/// Reads the manifest at the beginning of an archive.
///
/// # Errors
/// The archive can't be read that far, or is from a newer version.
pub fn read_manifest(archive: Packed<impl Read>) -> Result<Manifest> {
    let max = bounds::max_bytes(archive.size);
    manifest(&mut Members::of(&mut open(archive)?, max)?)
}

/// Reads the beginning of an archive, and calls `visit` with the checksums of the photos that its database names.
///
/// # Errors
/// The archive can't be read that far, or is from a newer version; what `visit` returns.
pub fn read_start(
    archive: Packed<impl Read>,
    visit: impl FnMut([u8; 32]) -> Result<()>,
) -> Result<Manifest> {
    let max = bounds::max_bytes(archive.size);
    let mut archive = open(archive)?;
    let mut members = Members::of(&mut archive, max)?;
    let manifest = manifest(&mut members)?;
    sha256sums::each_photo(BufReader::new(members.next_as(CHECKSUMS)?), visit)?;
    Ok(manifest)
}

type Unpacked<R> = Bounded<Decoder<'static, BufReader<ChecksumReader<R>>>>;

fn open<R: Read>(archive: Packed<R>) -> Result<Archive<Unpacked<R>>> {
    let max = bounds::max_bytes(archive.size);
    let mut decoder = Decoder::new(ChecksumReader::new(archive.bytes))?;
    decoder.window_log_max(bounds::WINDOW_LOG)?;
    Ok(Archive::new(Bounded::new(decoder, max)))
}

/// The members of an archive in order, without long names, extensions or holes.
struct Members<'a, R: Read> {
    entries: Entries<'a, R>,
    /// The bytes that members may still have.
    left: u64,
}

impl<'a, R: Read> Members<'a, R> {
    fn of(archive: &'a mut Archive<R>, max: u64) -> Result<Self> {
        Ok(Self {
            entries: archive.entries()?.raw(true),
            left: max,
        })
    }

    fn next(&mut self) -> Result<Option<Entry<'a, R>>> {
        let Some(entry) = self.entries.next().transpose()? else {
            return Ok(None);
        };
        ensure!(
            entry.header().entry_type() == EntryType::Regular,
            "Its {:?} is not a file",
            path(&entry)
        );
        let left = self.left.checked_sub(entry.size());
        self.left = left.with_context(|| format!("In its {:?}, {TOO_MUCH}", path(&entry)))?;
        Ok(Some(entry))
    }

    /// The next member, which must be this.
    fn next_as(&mut self, expected: &str) -> Result<Entry<'a, R>> {
        let entry = self
            .next()?
            .with_context(|| format!("It ends where {expected} was expected"))?;
        let found = path(&entry);
        ensure!(
            found == expected,
            "It has {found:?} where {expected} was expected"
        );
        Ok(entry)
    }
}

fn path(entry: &Entry<'_, impl Read>) -> String {
    String::from_utf8_lossy(&entry.path_bytes()).into_owned()
}

fn manifest<R: Read>(members: &mut Members<'_, R>) -> Result<Manifest> {
    let text = bounded(members.next_as(MANIFEST)?, MANIFEST_SIZE)?;
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let any: Any = serde_json::from_slice(&text)
        .with_context(|| format!("Its {MANIFEST} can't be understood"))?;
    ensure!(
        any.format <= FORMAT,
        "It has format {}, and this version of shared-spaces knows only formats up to {FORMAT}: use the newer version \
        that made it",
        any.format
    );
    serde_json::from_slice(&text).with_context(|| format!("Its {MANIFEST} can't be understood"))
}

/// The bytes of a database, whose header must state their number.
fn whole_database<R: Read>(mut entry: Entry<'_, R>) -> Result<impl Read> {
    let mut start = [0; DATABASE_HEADER];
    let is_whole = entry.size() >= DATABASE_HEADER as u64 && {
        entry.read_exact(&mut start)?;
        let page = match u16::from_be_bytes([start[16], start[17]]) {
            1 => 65_536,
            page => u64::from(page),
        };
        let pages = u32::from_be_bytes([start[28], start[29], start[30], start[31]]);
        start.starts_with(b"SQLite format 3\0") && page * u64::from(pages) == entry.size()
    };
    ensure!(
        is_whole,
        "Its {DATABASE} has {} bytes, and isn't a database of that size",
        entry.size()
    );
    Ok(std::io::Cursor::new(start).chain(entry))
}

/// The photo at `path`; those that the database has before it are `absent`.
fn find(path: &str, expected: &mut Photos<'_>, absent: &mut Vec<Position>) -> Result<KnownPhoto> {
    ensure!(
        path.starts_with(PHOTOS),
        "It has {path:?}, which doesn't belong in an archive"
    );
    for photo in expected {
        let photo = photo?;
        if super::path_of(&photo.name) == path {
            return Ok(photo);
        }
        absent.push(position_of(&photo));
    }
    bail!("It has {path:?}, and its database has no such photo")
}

fn json<T: serde::de::DeserializeOwned>(entry: Entry<'_, impl Read>, max: u64) -> Result<T> {
    serde_json::from_slice(&bounded(entry, max)?).context("Its manifest can't be read")
}

fn bounded(mut entry: Entry<'_, impl Read>, max: u64) -> Result<Vec<u8>> {
    ensure!(entry.size() <= max, "Its manifest is too long");
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a member to a file that only this account can read. Returns its checksum.
fn write(from: impl Read, path: &Path) -> Result<[u8; 32]> {
    let writing = || format!("The file {} can't be written", path.display());
    let mut file = private::open_options()
        .create(true)
        .truncate(true)
        .open(path)
        .with_context(writing)?;
    let mut from = Hashing::new(from);
    // Bounded pieces, so that an error of the archive isn't taken for one of the disk.
    let mut piece = vec![0; 128 * 1024];
    loop {
        let count = from.read(&mut piece)?;
        if count == 0 {
            break;
        }
        file.write_all(&piece[..count]).with_context(writing)?;
    }
    file.sync_all().with_context(writing)?;
    Ok(from.sum())
}
