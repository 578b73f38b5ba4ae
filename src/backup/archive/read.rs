//! Reading an archive from its beginning to its end, with every check that needs nothing else.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use tar::{Archive, Entries, Entry, EntryType};
use zstd::stream::read::Decoder;

use super::seal::Sealed;
use super::sums::{Files, Hashing, each_photo};
use super::{DATABASE, FORMAT, HEAD, Head, KEY, OUTCOME, Outcome, PHOTOS, SUMS, Whereabouts};
use crate::db::snapshot::{Photos, Snapshot};
use crate::domain::photos::KnownPhoto;

/// The most that the notes of an archive may have; photos that are lost fill the last of them.
const NOTES: u64 = 256 * 1024 * 1024;
/// The most that a signing key may have.
const KEY_SIZE: u64 = 4096;

/// What is in an archive besides its photos.
#[derive(Debug)]
pub struct Contents {
    pub head: Head,
    pub outcome: Outcome,
    pub snapshot: Snapshot,
    /// Where the database was put.
    pub database: PathBuf,
    /// Where the signing key was put.
    pub key: PathBuf,
}

/// Reads an archive to its end, and puts its database and its key into the folder `into`. `photo` hears of each photo
/// in it, whose bytes are those that the database expects.
///
/// # Errors
/// The archive is damaged, was cut short, or is from a newer version; `into` can't be written to; what `photo` answers.
pub fn read(
    archive: impl Read,
    into: &Path,
    mut photo: impl FnMut(&KnownPhoto, Vec<u8>) -> Result<()>,
) -> Result<Contents> {
    let mut archive = Archive::new(decoder(archive)?);
    let mut entries = archive.entries()?;
    let head = head(&mut entries)?;
    let sums_path = into.join(SUMS);
    write(next(&mut entries, SUMS)?, &sums_path)?;
    let (database, key) = (into.join(DATABASE), into.join(KEY));
    let database_sum = write(next(&mut entries, DATABASE)?, &database)?;
    let key_entry = next(&mut entries, KEY)?;
    ensure!(key_entry.size() <= KEY_SIZE, "Its signing key is too long");
    let key_sum = write(key_entry, &key)?;

    let files = Files {
        database: database_sum,
        key: key_sum,
    };
    let first = BufReader::new(File::open(&sums_path)?);
    let mut lines = std::io::BufRead::lines(first);
    // Before anybody opens a database whose bytes are not known to be right.
    for (sum, path) in [(&files.database, DATABASE), (&files.key, KEY)] {
        let line = lines.next().transpose()?.unwrap_or_default();
        ensure!(
            line == format!("{}  {path}", hex::encode(sum)),
            "Its {path} is not the one that SHA256SUMS has"
        );
    }
    let snapshot = Snapshot::open(&database)?;
    files.compare(&snapshot, BufReader::new(File::open(&sums_path)?))?;
    ensure!(
        snapshot.schema() == head.schema,
        "Its database has schema {}, and {HEAD} says {}",
        snapshot.schema(),
        head.schema
    );

    let mut expected = snapshot.photos();
    let mut absent = Vec::new();
    let (mut photos, mut bytes) = (0, 0);
    let outcome: Outcome = loop {
        let mut entry = entries.next().context("It has no end")??;
        let path = path(&entry)?;
        if path == OUTCOME {
            break notes(entry)?;
        }
        let known = find(&path, &mut expected, &mut absent)?;
        let found = photo_of(&mut entry, &known)?;
        (photos, bytes) = (photos + 1, bytes + known.bytes);
        photo(&known, found)?;
    };
    if head.photos == Whereabouts::Inside {
        absent.extend(expected.collect::<Result<Vec<_>>>()?);
        for known in &absent {
            ensure!(
                outcome.explains(&known.name),
                "The photo {} isn't in it, and it doesn't say why",
                known.name
            );
        }
        ensure!(
            (outcome.photos, outcome.bytes) == (photos, bytes),
            "It says that it has {} photos, and has {photos}",
            outcome.photos
        );
    } else {
        drop(expected);
        ensure!(
            photos == 0,
            "It has photos, though it says that they are beside it"
        );
    }
    ensure!(entries.next().is_none(), "Something follows its end");
    // What follows the last member, and the seal.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    Ok(Contents {
        head,
        outcome,
        snapshot,
        database,
        key,
    })
}

/// Reads what an archive says of itself at its beginning.
///
/// # Errors
/// The archive can't be read that far, or is from a newer version.
pub fn read_head(archive: impl Read) -> Result<Head> {
    head(&mut Archive::new(decoder(archive)?).entries()?)
}

/// Reads the beginning of an archive, and tells `tell` the sums of the photos that its database names.
///
/// # Errors
/// The archive can't be read that far, or is from a newer version; what `tell` answers.
pub fn read_start(archive: impl Read, tell: impl FnMut([u8; 32]) -> Result<()>) -> Result<Head> {
    let mut archive = Archive::new(decoder(archive)?);
    let mut entries = archive.entries()?;
    let head = head(&mut entries)?;
    each_photo(BufReader::new(next(&mut entries, SUMS)?), tell)?;
    Ok(head)
}

fn decoder<R: Read>(archive: R) -> Result<Decoder<'static, BufReader<Sealed<R>>>> {
    Ok(Decoder::new(Sealed::new(archive))?)
}

fn head<R: Read>(entries: &mut Entries<'_, R>) -> Result<Head> {
    let text = bounded(next(entries, HEAD)?)?;
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let any: Any = serde_json::from_slice(&text).with_context(|| format!("Its {HEAD} is none"))?;
    ensure!(
        any.format <= FORMAT,
        "It has format {}, and this version of shared-spaces knows only up to {FORMAT}: use the newer version that made it",
        any.format
    );
    serde_json::from_slice(&text).with_context(|| format!("Its {HEAD} is none"))
}

/// The next member, which must be this.
fn next<'a, R: Read>(entries: &mut Entries<'a, R>, expected: &str) -> Result<Entry<'a, R>> {
    let entry = entries
        .next()
        .with_context(|| format!("It ends where {expected} should be"))??;
    let found = path(&entry)?;
    ensure!(
        found == expected,
        "It has {found:?} where {expected} should be"
    );
    Ok(entry)
}

fn path(entry: &Entry<'_, impl Read>) -> Result<String> {
    let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    ensure!(
        entry.header().entry_type() == EntryType::Regular,
        "Its {path:?} is no file"
    );
    Ok(path)
}

/// The photo at `path`; those that the database has before it are `absent`.
fn find(path: &str, expected: &mut Photos<'_>, absent: &mut Vec<KnownPhoto>) -> Result<KnownPhoto> {
    ensure!(
        path.starts_with(PHOTOS),
        "It has {path:?}, which nothing is for"
    );
    for photo in expected {
        let photo = photo?;
        if super::path_of(&photo.name) == path {
            return Ok(photo);
        }
        absent.push(photo);
    }
    bail!("It has {path:?} where its database has no such photo")
}

fn photo_of(entry: &mut Entry<'_, impl Read>, known: &KnownPhoto) -> Result<Vec<u8>> {
    let name = &known.name;
    ensure!(
        entry.size() == known.bytes,
        "Its photo {name} has {} bytes, and the database says {}",
        entry.size(),
        known.bytes
    );
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    ensure!(
        Sha256::digest(&bytes)[..] == known.sha256,
        "The bytes of its photo {name} have changed"
    );
    Ok(bytes)
}

fn notes<T: serde::de::DeserializeOwned>(entry: Entry<'_, impl Read>) -> Result<T> {
    serde_json::from_slice(&bounded(entry)?).context("Its notes can't be read")
}

fn bounded(mut entry: Entry<'_, impl Read>) -> Result<Vec<u8>> {
    ensure!(entry.size() <= NOTES, "Its notes are too long");
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a member to a file that only this account can read; its sum.
fn write(entry: Entry<'_, impl Read>, path: &Path) -> Result<[u8; 32]> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let writing = || format!("The file {} can't be written", path.display());
    let mut file = options.open(path).with_context(writing)?;
    let mut from = Hashing::new(entry);
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
