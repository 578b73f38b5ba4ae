//! A destination that is a folder of this machine.

use std::fs::{self, DirEntry, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::NamedTempFile;

use super::{ArchiveName, StoredArchive, sum_of};
use crate::fs::atomic::{Existing, persist, temp_file};
use crate::fs::durable::create_dir_all_durable;
use crate::fs::missing::{optional, remove_if_exists};

/// The prefix of files that are still being written. Each is locked by its writer.
const PART: &str = ".shared-spaces-part-";

/// A folder with archives, and with the photos that they share.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at this path.
    ///
    /// # Errors
    /// It isn't there. It isn't made either: a disk that isn't mounted looks the same.
    pub fn open(path: &Path) -> Result<Self> {
        ensure!(
            path.is_dir(),
            "There is no folder {}: create it, or if it is on a disk of its own, mount that",
            path.display()
        );
        Ok(Self {
            root: path.to_owned(),
        })
    }

    pub(super) fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    pub(super) fn archives(&self) -> Result<Vec<ArchiveName>> {
        let mut names = Vec::new();
        for entry in list(&self.root)? {
            let entry = entry?;
            let name = entry.file_name().to_str().and_then(ArchiveName::parse);
            if let Some(name) = name
                && plain_size(&entry.path())?.is_some()
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    pub(super) fn each_photo(
        &self,
        visit: &mut dyn FnMut([u8; 32], u64) -> Result<()>,
    ) -> Result<()> {
        let photos = self.path("photos");
        if !photos.is_dir() {
            return Ok(());
        }
        for part in list(&photos)? {
            let part = part?;
            if !part.file_type()?.is_dir() {
                continue;
            }
            for file in list(&part.path())? {
                let file = file?;
                let names = [part.file_name(), file.file_name()];
                let key = format!("photos/{}/{}", names[0].display(), names[1].display());
                if let Some(sum) = sum_of(&key)
                    && let Some(bytes) = plain_size(&file.path())?
                {
                    visit(sum, bytes)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn create(&self, key: &str, new: bool) -> Result<FolderFile> {
        let path = self.path(key);
        let writing = || format!("The file {} can't be written", path.display());
        if new && path.exists() {
            bail!(
                "The file {} already exists: choose another name",
                path.display()
            );
        }
        let folder = path.parent().unwrap_or(&self.root);
        create_dir_all_durable(folder).with_context(writing)?;
        let part = temp_file(&self.root, PART).with_context(writing)?;
        part.as_file().lock().with_context(writing)?;
        Ok(FolderFile {
            part: BufWriter::with_capacity(1024 * 1024, part),
            path,
            existing: if new {
                Existing::Keep
            } else {
                Existing::Replace
            },
        })
    }

    pub(super) fn read(&self, key: &str) -> Result<Option<StoredArchive>> {
        let Some(file) = self.open_file(key)? else {
            return Ok(None);
        };
        let path = self.path(key);
        let metadata = file.metadata();
        let size = metadata
            .with_context(|| format!("The file {} can't be read", path.display()))?
            .len();
        Ok(Some(StoredArchive {
            size,
            bytes: Box::new(file),
        }))
    }

    /// Opens a file; `None` if it isn't there.
    pub(super) fn open_file(&self, key: &str) -> Result<Option<File>> {
        let path = self.path(key);
        if plain_size(&path)?.is_none() {
            return Ok(None);
        }
        optional(File::open(&path))
            .with_context(|| format!("The file {} can't be read", path.display()))
    }

    /// Refuses anything there that is neither a plain file nor a link to one.
    pub(super) fn check_plain(&self, key: &str) -> Result<()> {
        let path = self.path(key);
        ensure!(
            !path.exists() || plain_size(&path)?.is_some(),
            "{} can't be an archive, because it isn't a regular file",
            path.display()
        );
        Ok(())
    }

    pub(super) fn delete(&self, key: &str) -> Result<()> {
        let path = self.path(key);
        remove_if_exists(&path)
            .with_context(|| format!("The file {} can't be deleted", path.display()))?;
        Ok(())
    }

    pub(super) fn remove_leftovers(&self) -> Result<()> {
        for entry in list(&self.root)? {
            let entry = entry?;
            let is_part = entry.file_name().to_string_lossy().starts_with(PART);
            // A backup leaves nothing else, and opening anything else may take for ever.
            if is_part && entry.file_type()?.is_file() {
                clear(&entry.path()).with_context(|| {
                    format!(
                        "The leftover of an interrupted backup, {}, can't be deleted",
                        entry.path().display()
                    )
                })?;
            }
        }
        Ok(())
    }
}

/// Deletes a file unless it is being written.
fn clear(part: &Path) -> io::Result<()> {
    // For writing too: otherwise NFS doesn't let it be locked.
    let opened = File::options().read(true).write(true).open(part);
    let Some(file) = optional(opened)? else {
        // Its writer has finished meanwhile.
        return Ok(());
    };
    match file.try_lock() {
        Ok(()) => remove_if_exists(part).map(drop),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The bytes of a plain file, or of the one to which a link leads. A pipe, a socket, a device or a folder is skipped,
/// whatever its name is: opening one may block forever, or have side effects.
fn plain_size(path: &Path) -> Result<Option<u64>> {
    let found = optional(fs::metadata(path))
        .with_context(|| format!("The file {} can't be read", path.display()))?;
    match found {
        Some(found) if found.is_file() => Ok(Some(found.len())),
        Some(_) => {
            tracing::warn!(path = %path.display(), "skipped an entry that is not a regular file");
            Ok(None)
        }
        None => Ok(None),
    }
}

fn list(folder: &Path) -> Result<impl Iterator<Item = Result<DirEntry>>> {
    let reading = format!("The folder {} can't be read", folder.display());
    let entries = fs::read_dir(folder).with_context(|| reading.clone())?;
    Ok(entries.map(move |entry| entry.with_context(|| reading.clone())))
}

/// A file that has another name until it is whole.
#[derive(Debug)]
pub struct FolderFile {
    part: BufWriter<NamedTempFile>,
    path: PathBuf,
    existing: Existing,
}

impl FolderFile {
    pub(super) fn finish(self) -> Result<()> {
        let path = self.path;
        let writing = || format!("The file {} can't be written", path.display());
        let part = self
            .part
            .into_inner()
            .map_err(io::IntoInnerError::into_error);
        let part = part.with_context(writing)?;
        persist(part, &path, self.existing).with_context(writing)
    }
}

impl Write for FolderFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.part.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_has_no_name_before_it_is_whole_and_leaves_nothing_when_it_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let destination = Folder::open(folder.path()).unwrap();
        let mut file = destination.create("a.tar.zst", true).unwrap();
        file.write_all(b"half").unwrap();
        assert!(destination.read("a.tar.zst").unwrap().is_none());
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_a_killed_backup_left_is_deleted_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let destination = Folder::open(folder.path()).unwrap();
        fs::write(folder.path().join(format!("{PART}killed")), b"half").unwrap();
        fs::write(folder.path().join("mine"), b"mine").unwrap();
        let file = destination.create("a.tar.zst", true).unwrap();
        destination.remove_leftovers().unwrap();
        let left = names(folder.path());
        assert!(
            left.len() == 2 && !left.contains(&format!("{PART}killed")),
            "{left:?}"
        );
        file.finish().unwrap();
        assert!(destination.read("a.tar.zst").unwrap().is_some());
    }

    #[test]
    fn an_archive_never_replaces_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let destination = Folder::open(folder.path()).unwrap();
        let file = destination.create("a.tar.zst", true).unwrap();
        fs::write(folder.path().join("a.tar.zst"), b"mine").unwrap();
        assert!(file.finish().is_err());
        assert!(destination.create("a.tar.zst", true).is_err());
        assert_eq!(fs::read(folder.path().join("a.tar.zst")).unwrap(), b"mine");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_an_archive() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let destination = Folder::open(folder.path()).unwrap();
        destination
            .create("a.tar.zst", true)
            .unwrap()
            .finish()
            .unwrap();
        let mode = fs::metadata(folder.path().join("a.tar.zst")).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn only_plain_files_are_archives_photos_and_remains() {
        use std::os::unix::net::UnixListener;
        let home = tempfile::tempdir().unwrap();
        let root = home.path();
        let key = super::super::key_of(&[0x3f; 32]);
        let photos = root.join(&key).parent().unwrap().to_owned();
        fs::create_dir_all(&photos).unwrap();
        let archive = |day: u8| format!("shared-spaces-202511{day}T160000Z.tar.zst");
        let pipe = |path: &Path| {
            rustix::fs::mknodat(
                rustix::fs::CWD,
                path,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
                0,
            )
            .unwrap();
        };
        pipe(&root.join(archive(20)));
        fs::create_dir(root.join(archive(21))).unwrap();
        let _socket = UnixListener::bind(root.join(archive(22))).unwrap();
        std::os::unix::fs::symlink("/dev/zero", root.join(archive(23))).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join(archive(24))).unwrap();
        fs::write(root.join(archive(25)), b"archive").unwrap();
        std::os::unix::fs::symlink(archive(25), root.join(archive(26))).unwrap();
        pipe(&root.join(&key));
        pipe(&root.join(format!("{PART}pipe")));

        let destination = Folder::open(root).unwrap();
        let mut names = destination.archives().unwrap();
        names.sort();
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        assert_eq!(names, [archive(25), archive(26)]);
        for file in (20..25).map(archive).chain([key]) {
            assert!(destination.read(&file).unwrap().is_none(), "{file}");
        }
        destination
            .each_photo(&mut |_, _| bail!("a pipe is no photo"))
            .unwrap();
        destination.remove_leftovers().unwrap();
    }
}
