//! The member `SHA256SUMS` of an archive, as the program `sha256sum` writes and checks it: the database, the signing key,
//! and each photo that the database names, in the order of their ids.

use std::io::{BufRead, Read, Write};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::{DATABASE, KEY, PHOTOS, path_of};
use crate::backup::snapshot::Snapshot;

/// The sums of the two files that every archive has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files {
    pub database: [u8; 32],
    pub key: [u8; 32],
}

impl Files {
    /// All lines, each with its line break.
    fn lines<'a>(&self, snapshot: &'a Snapshot) -> impl Iterator<Item = Result<String>> + 'a {
        let files = [(self.database, DATABASE), (self.key, KEY)];
        let files = files.map(|(sum, path)| Ok(line(&sum, path)));
        let photos = snapshot.photos();
        let photos = photos.map(|photo| photo.map(|it| line(&it.sha256, &path_of(&it.name))));
        files.into_iter().chain(photos)
    }

    /// Writes the sums of these files and of the photos of this snapshot.
    ///
    /// # Errors
    /// The snapshot can't be read, or the sums can't be written.
    pub fn write(&self, snapshot: &Snapshot, out: &mut impl Write) -> Result<()> {
        for line in self.lines(snapshot) {
            out.write_all(line?.as_bytes())?;
        }
        Ok(())
    }

    /// Compares sums that were written with these files and this snapshot.
    ///
    /// # Errors
    /// They are others; something can't be read.
    pub fn compare(&self, snapshot: &Snapshot, checksums: impl BufRead) -> Result<()> {
        let mut found = lines(checksums);
        for expected in self.lines(snapshot) {
            let (expected, line) = (expected?, found.next().transpose()?);
            ensure!(
                line.as_deref() == Some(expected.trim_end()),
                "SHA256SUMS has {:?} where {:?} was expected",
                line.unwrap_or_default(),
                expected.trim_end()
            );
        }
        let more = found.next().transpose()?;
        ensure!(
            more.is_none(),
            "SHA256SUMS has {:?}, which doesn't belong in it",
            more.unwrap_or_default()
        );
        Ok(())
    }
}

fn line(sum: &[u8; 32], path: &str) -> String {
    format!("{}  {path}\n", hex::encode(sum))
}

/// Calls `visit` with the checksum of each photo among `checksums`.
///
/// # Errors
/// They can't be read; a malformed line; what `visit` returns.
pub fn each_photo(
    checksums: impl BufRead,
    mut visit: impl FnMut([u8; 32]) -> Result<()>,
) -> Result<()> {
    for line in lines(checksums) {
        let line = line?;
        let (sum, path) = line
            .split_once("  ")
            .with_context(|| format!("SHA256SUMS has {line:?}, which is not a checksum"))?;
        if path.starts_with(PHOTOS) {
            let mut bytes = [0; 32];
            hex::decode_to_slice(sum, &mut bytes)
                .with_context(|| format!("SHA256SUMS has {line:?}, which is not a checksum"))?;
            visit(bytes)?;
        }
    }
    Ok(())
}

/// The lines of `checksums`, all of them short.
pub fn lines(mut checksums: impl BufRead) -> impl Iterator<Item = Result<String>> {
    std::iter::from_fn(move || {
        let mut line = String::new();
        let mut bounded = (&mut checksums).take(1024);
        match bounded.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line.trim_end_matches('\n').to_owned())),
            Err(error) => Some(Err(error.into())),
        }
    })
}

/// Hashes what passes through it.
#[derive(Debug)]
pub struct Hashing<T> {
    pub inner: T,
    sha256: Sha256,
}

impl<T> Hashing<T> {
    /// Nothing has passed yet.
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
        }
    }

    /// The sum of all that has passed.
    pub fn sum(self) -> [u8; 32] {
        self.sha256.finalize().into()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        self.sha256.update(&into[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_photos_are_told() {
        let text = format!(
            "{a}  shared-spaces.db\n{a}  photos/space-id-1/1.jpg\n{b}  photos/space-id-1/2.jpg\n",
            a = "11".repeat(32),
            b = "22".repeat(32)
        );
        let mut visited = Vec::new();
        let visit = |sum| {
            visited.push(sum);
            Ok(())
        };
        each_photo(text.as_bytes(), visit).unwrap();
        assert_eq!(visited, [[0x11; 32], [0x22; 32]]);
    }

    #[test]
    fn a_line_that_is_no_sum_is_named() {
        for line in ["photos/space-id-1/1.jpg", "11  photos/space-id-1/1.jpg"] {
            let refusal = each_photo(line.as_bytes(), |_| Ok(())).unwrap_err();
            assert!(refusal.to_string().contains(line), "{refusal}");
        }
    }
}
