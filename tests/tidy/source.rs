//! Files of the tree, and their lines without comments, texts and tests.

use std::fs;
use std::path::Path;

/// A file and its path from the root of the tree.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether it holds tests alone: those next to a module, in one file or in a folder of its own, and those of the whole.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
    }

    /// The lines before the tests, with their numbers.
    pub fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line));
        lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]")
    }

    /// As [`Self::code_lines`], with comments cut off.
    pub fn uncommented_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code_lines()
            .map(|(at, line)| (at, line.split_once("//").map_or(line, |(code, _)| code)))
    }

    /// As [`Self::uncommented_lines`], with the insides of texts taken out.
    pub fn bare_lines(&self) -> impl Iterator<Item = (usize, String)> {
        self.uncommented_lines().map(|(at, line)| {
            (
                at,
                line.split('"').step_by(2).collect::<Vec<_>>().join("\""),
            )
        })
    }

    /// A complaint about a line of this file.
    pub fn complaint(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// The files with this extension below a folder, or in the root of the tree alone for `.`.
pub fn read(folder: &str, extension: &str) -> Vec<File> {
    let mut files = Vec::new();
    collect(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        folder,
        extension,
        &mut files,
    );
    files
}

fn collect(root: &Path, folder: &str, extension: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if folder == "." {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if entry.path().is_dir() {
            // What was installed or built isn't ours.
            let is_ours = !["node_modules", "dist", "target"].contains(&name.as_str());
            if folder != "." && is_ours {
                collect(root, &path, extension, files);
            }
        } else if name.ends_with(&format!(".{extension}")) {
            files.push(File {
                text: fs::read_to_string(entry.path()).unwrap(),
                path,
            });
        }
    }
}
