//! A command that is held at a pipe in the place of a photo, so that a test knows where it is.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use libc::O_NONBLOCK;

use super::{Process, until};

/// The command, what it says and where it is held.
pub struct Held {
    process: Process,
    pipe: PathBuf,
    output: PathBuf,
    complaint: PathBuf,
}

impl Held {
    /// Starts a command that comes to a photo and doesn't get past it. Its output is kept in `folder`.
    pub fn at(photo: &Path, folder: &Path, mut command: Command) -> Self {
        fs::remove_file(photo).unwrap();
        let made = Command::new("mkfifo").arg(photo).status().unwrap();
        assert!(made.success());
        let [output, complaint] = ["held.out", "held.err"].map(|name| folder.join(name));
        command.stdout(File::create(&output).unwrap());
        command.stderr(File::create(&complaint).unwrap());
        Self {
            process: Process::start(command),
            pipe: photo.to_owned(),
            output,
            complaint,
        }
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// Asks it to stop as `ask` does, and lets it continue once it has noticed; returns its exit code and its standard error.
    pub fn stop(mut self, ask: fn(&Process)) -> (Option<i32>, String) {
        ask(&self.process);
        let complaint = || fs::read_to_string(&self.complaint).unwrap();
        until("the command to hear that it is to end", || {
            complaint().contains("stopping").then_some(())
        });
        assert!(!self.process.has_ended());
        let ended = until("the command to end", || {
            let mut options = OpenOptions::new();
            let _opened = options
                .write(true)
                .custom_flags(O_NONBLOCK)
                .open(&self.pipe);
            self.process.ended()
        });
        fs::remove_file(&self.pipe).unwrap();
        (ended.code(), complaint())
    }
}
