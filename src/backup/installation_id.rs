//! What distinguishes the archives of one installation from those of others: an ID that is derived from the first
//! signing key. If that key was changed since, or such an archive was restored, the ID is in a file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::backup::destination::Destination;
use crate::data_dir::{KEY, restored};
use crate::fs::atomic::{Existing, write_atomic};
use crate::fs::missing::optional;

/// The file in the data folder.
pub const FILE: &str = "backup.id";

/// The ID of the installation in this data folder. `key` is the signing key and was read before: a key that changes
/// meanwhile has left the file.
///
/// # Errors
/// The file can't be read, or has no such ID.
pub fn installation_id(data: &Path, key: &[u8]) -> Result<String> {
    let path = data.join(FILE);
    let reading = || format!("The file {} can't be used", path.display());
    let Some(text) = optional(fs::read_to_string(&path)).with_context(reading)? else {
        return Ok(derive(key));
    };
    let id = text.trim_end().to_owned();
    ensure!(is_id(&id), reading());
    Ok(id)
}

/// Records the ID, so that it stays when the key is changed.
///
/// # Errors
/// There is no key, or the file can't be written.
pub fn keep(data: &Path) -> Result<()> {
    let key = data.join(KEY);
    let bytes =
        fs::read(&key).with_context(|| format!("The file {} can't be read", key.display()))?;
    write(data, &installation_id(data, &bytes)?)
}

/// Records the ID of an archive that is being restored, unless it follows from the archive's key.
///
/// # Errors
/// The file can't be written.
pub fn restore(data: &Path, id: &str, key: &Path) -> Result<()> {
    if is_id(id) && derive(&fs::read(key)?) != id {
        write(data, id)?;
    }
    Ok(())
}

/// The key is random, and can't be derived from this.
fn derive(key: &[u8]) -> String {
    let sum = Sha256::new_with_prefix("shared-spaces installation\n")
        .chain_update(key)
        .finalize();
    hex::encode(&sum[..8])
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Durably and atomically.
fn write(data: &Path, id: &str) -> Result<()> {
    let line = format!("{id}\n");
    write_atomic(&data.join(FILE), line.as_bytes(), Existing::Replace)
        .with_context(|| format!("The file {FILE} can't be written in {}", data.display()))
}

/// Refuses a destination with archives to a data folder that was restored and hasn't taken over.
///
/// # Errors
/// A sentence that says what to do; something can't be read.
pub fn check_not_a_copy(data: &Path, destination: &Destination) -> Result<()> {
    let Some(from) = restored::restored_from(data)? else {
        return Ok(());
    };
    ensure!(
        destination.all_archives()?.is_empty(),
        "This data folder was restored from {from}, and the archives in {destination} may be those of the original. If it \
        replaces the original, add --take-over; otherwise name another folder or a file"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_follows_from_the_first_key_whatever_comes_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let (data, key) = (folder.path(), folder.path().join(KEY));
        fs::write(&key, [7; 32]).unwrap();
        let id = installation_id(data, &[7; 32]).unwrap();
        for changed in [[8; 32], [9; 32]] {
            keep(data).unwrap();
            fs::write(&key, changed).unwrap();
            assert_eq!(installation_id(data, &changed).unwrap(), id);
        }
        assert_ne!(derive(&[9; 32]), id);
    }

    #[test]
    fn what_is_restored_keeps_the_word_of_its_archive() {
        let folder = tempfile::tempdir().unwrap();
        let (data, key) = (folder.path(), folder.path().join(KEY));
        fs::write(&key, [7; 32]).unwrap();
        restore(data, &derive(&[7; 32]), &key).unwrap();
        assert!(!data.join(FILE).exists());
        restore(data, "0123456789abcdef", &key).unwrap();
        assert_eq!(installation_id(data, &[7; 32]).unwrap(), "0123456789abcdef");
    }

    #[test]
    fn a_file_with_something_else_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "").unwrap();
        let refusal = installation_id(folder.path(), &[7; 32]).unwrap_err();
        assert!(refusal.to_string().contains(FILE));
    }
}
