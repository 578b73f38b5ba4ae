//! Python with packages, in virtual environments below `target`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python of the virtual environment `name` that has these packages; made at the first use.
pub fn python(name: &str, packages: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    // Other test processes may be making it at this moment.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let (python, made) = (folder.join("venv/bin/python"), folder.join("made"));
    if fs::read_to_string(&made).ok().as_deref() != Some(packages) {
        let run =
            |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?}");
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder.join("venv")));
        run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            packages,
        ]));
        fs::write(made, packages).unwrap();
    }
    python
}
