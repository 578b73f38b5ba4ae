//! The pictures that `corpus.py` makes, and other programs that look at pictures.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::python::python;

/// The version of Pillow that the scripts were written with.
const PILLOW: &str = "pillow==13.0.0";
/// That of pillow-heif, which brings libheif and x265.
const PILLOW_HEIF: &str = "pillow-heif==1.8.1";

/// Made once for all tests of this binary, as the names of files and their bytes.
pub static CORPUS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    script("corpus.py", [folder.path()]);
    read(folder.path())
});

/// The files of a folder, as their names and their bytes.
pub fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    });
    files.collect()
}

fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    let files = CORPUS.iter();
    files.map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

/// The pictures of the corpus.
pub fn pictures() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    files().filter(|(name, _)| !name.contains(".bomb.") && !name.ends_with(".json"))
}

/// Small files that cost much.
pub fn bombs() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    files().filter(|(name, _)| name.contains(".bomb."))
}

/// Those of every kind without anything else in them.
pub fn plain() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    pictures().filter(|(name, _)| name.contains(".plain."))
}

/// How exiftool shows what was written into pictures.
pub fn told() -> BTreeMap<String, String> {
    serde_json::from_slice(&CORPUS["told.json"]).unwrap()
}

/// When the photos were taken into which exiftool has written dates, as a text.
pub fn taken() -> BTreeMap<String, Option<String>> {
    serde_json::from_slice(&CORPUS["taken.json"]).unwrap()
}

/// Writes files into a folder of their own.
pub fn folder_with<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What exiftool finds in the pictures of a folder, by their names: all that it supports, including what is packed in them.
pub fn exiftool(folder: &Path) -> BTreeMap<String, Map<String, Value>> {
    let options = ["-quiet", "-json", "-G1", "-a", "-U", "-ee"];
    let found = output(
        Command::new("exiftool").args(options).arg(folder),
        "install exiftool, such as Debian's libimage-exiftool-perl",
    );
    let found: Vec<Map<String, Value>> = serde_json::from_str(&found).unwrap();
    let by_name = found.into_iter().map(|tags| {
        let path = PathBuf::from(tags["SourceFile"].as_str().unwrap());
        let name = path.file_name().and_then(OsStr::to_str).unwrap();
        (name.to_owned(), tags)
    });
    by_name.collect()
}

/// What a script next to this file prints.
pub fn script<'a>(name: &str, folders: impl IntoIterator<Item = &'a Path>) -> String {
    script_of(&python("pillow", PILLOW), name, folders)
}

/// The same for one that writes HEICs.
pub fn heif_script<'a>(name: &str, folders: impl IntoIterator<Item = &'a Path>) -> String {
    script_of(&python("pillow-heif", PILLOW_HEIF), name, folders)
}

fn script_of<'a>(python: &Path, name: &str, folders: impl IntoIterator<Item = &'a Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    output(
        Command::new(python).arg(path.join(name)).args(folders),
        "its Python is made by this test",
    )
}

fn output(command: &mut Command, missing: &str) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}: {missing}"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}
