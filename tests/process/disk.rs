//! Disks of a test's own, which can be filled, and switched to read-only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Something mounted, until this is dropped.
pub struct Mount {
    at: PathBuf,
}

impl Mount {
    /// A disk of this size at a folder, which is made.
    pub fn disk(at: &Path, size: &str) -> Self {
        fs::create_dir_all(at).unwrap();
        let options = format!("size={size}");
        mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], at);
        Self { at: at.to_owned() }
    }

    /// The folder itself again, read-only.
    pub fn read_only(at: &Path) -> Self {
        mount(&["--bind", at.to_str().unwrap()], at);
        let mounted = Self { at: at.to_owned() };
        mounted.remount("ro,bind");
        mounted
    }

    /// Changes a disk: `ro`, `rw` or `size=…`.
    pub fn remount(&self, options: &str) {
        // With its device named, mount adds no options of its own: in a namespace it would take those of the owner outside.
        mount(&["-o", &format!("remount,{options}"), "tmpfs"], &self.at);
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: a test that has failed may still have files open here.
        let _unmounted = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

fn mount(arguments: &[&str], at: &Path) {
    let mounted = Command::new("mount")
        .args(arguments)
        .arg(at)
        .output()
        .unwrap();
    assert!(
        mounted.status.success(),
        "This test needs a disk of its own, and nothing can be mounted here: {}Run it as root, or all tests by scripts/test, \
         which uses a namespace.",
        String::from_utf8_lossy(&mounted.stderr)
    );
}

/// Fills a disk to its last byte, until the file that is returned is deleted.
pub fn fill(disk: &Path) -> PathBuf {
    use std::io::Write;
    let path = disk.join("what fills the disk");
    let mut file = fs::File::create(&path).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
    path
}
