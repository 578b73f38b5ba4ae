//! Whether a data folder is a copy of another one next to it. A copy has everything, including what distinguishes one
//! installation from another, and its settings: its backups would come among those of the original, and what is deleted in
//! it would be deleted in the original's buckets. So it is treated as one that was restored.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{DATABASE, restored};
use crate::fs::atomic::{Existing, write_atomic};
use crate::fs::identity::Identity;
use crate::fs::missing::optional;

/// The file in the data folder that says where the folder is.
pub const FILE: &str = "place.id";

/// Compares where the data folder is with where it was when this was last called, and records where it is. One that was
/// moved, or comes by another path, is the same; one whose database is another file, while there is still a database at
/// the old path, is a copy, and is marked as [`restored`].
///
/// # Errors
/// Something can't be read or written.
pub fn mark_if_copied(data: &Path) -> Result<()> {
    let is_at = || format!("It can't be found out whether {} is a copy", data.display());
    let path = fs::canonicalize(data).with_context(is_at)?;
    let database = Identity::of(&path.join(DATABASE)).with_context(is_at)?;
    let here = format!("{database}\n{}\n", path.display());
    let known = optional(fs::read_to_string(data.join(FILE))).with_context(is_at)?;
    if known.as_deref() == Some(&here) {
        return Ok(());
    }
    let elsewhere = known
        .as_deref()
        .and_then(|known| known.strip_suffix('\n')?.split_once('\n'));
    if let Some((was, at)) = elsewhere
        && was != database.to_string()
        && at != path.display().to_string()
        && Path::new(at).join(DATABASE).exists()
        && restored::restored_from(data)?.is_none()
    {
        restored::mark(data, &format!("a copy of {at}"))?;
    }
    write_atomic(&data.join(FILE), here.as_bytes(), Existing::Replace).with_context(is_at)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    struct World {
        folder: tempfile::TempDir,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let world = Self { folder };
            fs::create_dir(world.at("data")).unwrap();
            fs::write(world.at("data").join(DATABASE), "a database").unwrap();
            mark_if_copied(&world.at("data")).unwrap();
            world
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn copy(&self, from: &str, to: &str) {
            fs::create_dir_all(self.at(to)).unwrap();
            for entry in fs::read_dir(self.at(from)).unwrap() {
                let path = entry.unwrap().path();
                fs::copy(&path, self.at(to).join(path.file_name().unwrap())).unwrap();
            }
        }

        fn is_copy(&self, name: &str) -> bool {
            mark_if_copied(&self.at(name)).unwrap();
            restored::restored_from(&self.at(name)).unwrap().is_some()
        }
    }

    #[test]
    fn a_copy_beside_its_original_is_told_until_it_takes_over() {
        let world = World::new();
        world.copy("data", "copy");
        assert!(world.is_copy("copy") && world.is_copy("copy"));
        assert!(!world.is_copy("data"));
        restored::take_over(&world.at("copy")).unwrap();
        assert!(!world.is_copy("copy"));
    }

    #[test]
    fn a_copy_is_told_wherever_its_original_is() {
        for name in [" data ", "da\nta", "data\n"] {
            let world = World::new();
            fs::rename(world.at("data"), world.at(name)).unwrap();
            assert!(!world.is_copy(name));
            world.copy(name, "copy");
            assert!(world.is_copy("copy"), "{name:?}");
        }
    }

    #[test]
    fn what_was_moved_or_put_back_in_its_place_is_no_copy() {
        let world = World::new();
        fs::rename(world.at("data"), world.at("moved")).unwrap();
        assert!(!world.is_copy("moved"));
        // To another disk.
        world.copy("moved", "other disk");
        fs::remove_dir_all(world.at("moved")).unwrap();
        assert!(!world.is_copy("other disk"));
        // By hand, from a copy that was made before.
        world.copy("other disk", "kept");
        fs::remove_dir_all(world.at("other disk")).unwrap();
        world.copy("kept", "other disk");
        assert!(!world.is_copy("other disk"));
        // Another path to the same folder.
        std::os::unix::fs::symlink(world.at("other disk"), world.at("link")).unwrap();
        assert!(!world.is_copy("link"));
    }
}
