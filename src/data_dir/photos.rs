//! Whether there are photos in a folder, whatever the database says, by their names.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context, Result};

use crate::domain::photo_name::PhotoName;

/// What the folder of a space begins with, before its id.
pub const SPACE_PREFIX: &str = "space-id-";

/// Whether there is a photo in this folder of photos.
///
/// # Errors
/// A folder can't be read.
pub fn has_photos(root: &Path) -> Result<bool> {
    let reading = || format!("The folder {} can't be read", root.display());
    let mut sorted = names_in(root).with_context(reading)?.into_iter();
    if sorted.any(|name| name.starts_with(SPACE_PREFIX)) {
        return Ok(true);
    }
    let mut arrived = names_in(&root.join("temp"))
        .with_context(reading)?
        .into_iter();
    Ok(arrived.any(|name| name.parse::<PhotoName>().is_ok()))
}

/// The names in a folder; none if it isn't there.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}
