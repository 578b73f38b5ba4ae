//! All files in the folder of photos, folder by folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{LocalStore, PART, PREVIEWS, blocking};
use crate::data_dir::{MARKER, SPACE_PREFIX};
use crate::domain::ids::number;
use crate::fs::missing::{optional, remove_if_exists};
use crate::storage::Key;
use crate::storage::inventory::{Content, StoredItem};

/// A folder of files.
pub(in crate::storage) enum Folder {
    /// That of the photos, with the others in it.
    Root,
    /// The staging store.
    Staging,
    /// The photos of a space, by the digits of its id.
    Space(String),
    /// The folder of the folders of previews.
    Previews,
    /// What was made of the photos of a space.
    Derived(String),
}

impl LocalStore {
    /// The folders that are there.
    pub(in crate::storage) async fn folders(&self) -> Result<Vec<Folder>> {
        let (home, previews) = (self.home.clone(), self.home.root().join(PREVIEWS));
        let folders = blocking(move || {
            home.check()?;
            let mut folders = vec![Folder::Root, Folder::Staging, Folder::Previews];
            folders.extend(spaces_in(home.root())?.into_iter().map(Folder::Space));
            folders.extend(spaces_in(&previews)?.into_iter().map(Folder::Derived));
            Ok(folders)
        });
        folders.await.with_context(|| self.unreadable())
    }

    /// The files in a folder, without those in the folders below it.
    pub(in crate::storage) async fn list_folder(
        &self,
        folder: Folder,
        age: Duration,
    ) -> Result<Vec<StoredItem>> {
        let store = self.clone();
        let listed = blocking(move || {
            store.home.check()?;
            store.read_folder(&folder, age)
        });
        listed.await.with_context(|| self.unreadable())
    }

    fn read_folder(&self, folder: &Folder, age: Duration) -> io::Result<Vec<StoredItem>> {
        let root = self.home.root();
        let path = match folder {
            Folder::Root => root.to_owned(),
            Folder::Staging => self.temp(),
            Folder::Space(space) => root.join(format!("{SPACE_PREFIX}{space}")),
            Folder::Previews => root.join(PREVIEWS),
            Folder::Derived(space) => self.previews(space),
        };
        let mut items = Vec::new();
        // It may have gone with its last photo.
        let Some(entries) = optional(fs::read_dir(&path))? else {
            return Ok(items);
        };
        for entry in entries {
            let entry = entry?;
            let Some(metadata) = optional(entry.metadata())? else {
                continue;
            };
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            if metadata.is_dir() && folder.has_folder(name) {
                continue;
            }
            let content = if !metadata.is_file() {
                Content::Unrecognized
            } else if name.starts_with(PART) {
                Content::TemporaryFile(entry.path())
            } else {
                match folder {
                    Folder::Root if name == MARKER => continue,
                    Folder::Root | Folder::Previews => Content::Unrecognized,
                    Folder::Staging => Key::read_staged(name).into(),
                    Folder::Space(space) => Key::read_original(space, name).into(),
                    Folder::Derived(space) => Key::read_derived(space, name).into(),
                }
            };
            items.push(StoredItem {
                location: entry.path().display().to_string(),
                bytes: metadata.len(),
                // A time in the future, after the clock was set back, counts as just now.
                is_old: metadata.modified()?.elapsed().unwrap_or_default() >= age,
                content,
            });
        }
        Ok(items)
    }

    /// Deletes a file that was being written. Whether it was still there.
    pub(in crate::storage) async fn remove_temporary_file(&self, path: PathBuf) -> Result<bool> {
        let home = self.home.clone();
        let shown = path.display().to_string();
        blocking(move || {
            home.check()?;
            remove_if_exists(&path)
        })
        .await
        .with_context(|| format!("The file {shown} can't be deleted"))
    }

    fn unreadable(&self) -> String {
        format!("The folder {} can't be read", self.home.root().display())
    }
}

impl Folder {
    /// Whether a folder of this name belongs in it, and is listed on its own.
    fn has_folder(&self, name: &str) -> bool {
        let is_space = || space_of(name).is_some();
        match self {
            Self::Root => matches!(name, "temp" | PREVIEWS) || is_space(),
            Self::Previews => is_space(),
            Self::Staging | Self::Space(_) | Self::Derived(_) => false,
        }
    }
}

/// The digits of the id of the space whose folder has this name.
fn space_of(name: &str) -> Option<&str> {
    let space = name.strip_prefix(SPACE_PREFIX)?;
    (number(space).is_some() && !space.starts_with('0')).then_some(space)
}

/// The spaces that have a folder in this one.
fn spaces_in(folder: &Path) -> io::Result<Vec<String>> {
    let Some(entries) = optional(fs::read_dir(folder))? else {
        return Ok(Vec::new());
    };
    let mut spaces = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(space) = name.to_str().and_then(space_of)
            && optional(entry.file_type())?.is_some_and(|kind| kind.is_dir())
        {
            spaces.push(space.to_owned());
        }
    }
    Ok(spaces)
}
