//! The executable at a terminal, where it prompts. util-linux's `script` plays the terminal.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::support::{PASSWORD, Server, TIMEOUT, command, succeeds, until};

/// A command at a terminal of its own.
struct Terminal {
    script: Child,
    /// What the terminal shows, as it comes.
    chunks: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let typed = command(folder, arguments);
        let words = [typed.get_program()].into_iter().chain(typed.get_args());
        let words = words.map(|word| format!("'{}'", word.to_str().unwrap()));
        let mut script = Command::new("script");
        script
            .args(["--quiet", "--return", "--command"])
            .arg(words.collect::<Vec<_>>().join(" "))
            .arg("/dev/null")
            .current_dir(folder)
            .env("RUST_LOG", "off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut script = script.spawn().unwrap();
        let mut output = script.stdout.take().unwrap();
        let (show, chunks) = channel();
        thread::spawn(move || {
            let mut chunk = [0; 1024];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                // Nothing reads it any more once the test has failed.
                let _shown = show.send(chunk[..count].to_vec());
            }
        });
        Self {
            script,
            chunks,
            shown: String::new(),
        }
    }

    /// Waits until this is asked, and types an answer.
    fn answer(&mut self, question: &str, answer: &str) {
        while !self.shown.contains(question) {
            let chunk = self.chunks.recv_timeout(TIMEOUT).unwrap();
            self.shown += &String::from_utf8(chunk).unwrap();
        }
        // The next question may be the same.
        self.shown.clear();
        let keyboard = self.script.stdin.as_mut().unwrap();
        keyboard
            .write_all(format!("{answer}\n").as_bytes())
            .unwrap();
    }

    /// Waits for its end: whether it succeeded, and what was shown since the last answer.
    fn end(mut self) -> (bool, String) {
        let status = until("the command to end", || self.script.try_wait().unwrap());
        for chunk in &self.chunks {
            self.shown += &String::from_utf8(chunk).unwrap();
        }
        (status.success(), self.shown.clone())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.script.kill();
        let _reaped = self.script.wait();
    }
}

#[test]
fn a_new_password_is_asked_for_twice_and_must_be_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut terminal = Terminal::start(folder.path(), &["user", "add", "ann"]);
    terminal.answer("New password: ", PASSWORD);
    terminal.answer("Confirm password: ", PASSWORD);
    let (done, shown) = terminal.end();
    assert!(done, "{shown}");
    assert!(shown.contains("Created account ann (ID 1)"), "{shown}");
    assert!(server.sign_in("ann", PASSWORD).is_some());

    let mut terminal = Terminal::start(folder.path(), &["user", "reset-password", "ann"]);
    terminal.answer("New password: ", "better horse");
    terminal.answer("Confirm password: ", "bitter horse");
    let (done, shown) = terminal.end();
    assert!(!done, "{shown}");
    assert!(shown.contains("Passwords don't match"), "{shown}");
    assert!(
        server.sign_in("ann", PASSWORD).is_some(),
        "nothing has changed"
    );
}

#[test]
fn an_account_is_removed_only_if_the_one_at_the_terminal_says_yes() {
    let folder = tempfile::tempdir().unwrap();
    let _server = Server::start(folder.path());
    succeeds(folder.path(), &["user", "add", "ann"], PASSWORD);
    let question = "Remove ann with all their shares and photos? This can't be undone. [y/N] ";
    for (answer, removed) in [("", false), ("no", false), ("y", true)] {
        let mut terminal = Terminal::start(folder.path(), &["user", "remove", "ann"]);
        terminal.answer(question, answer);
        let (done, shown) = terminal.end();
        let words = if removed {
            "Removed account ann"
        } else {
            "Nothing was removed"
        };
        assert!(done == removed && shown.contains(words), "{shown}");
        let listed = succeeds(folder.path(), &["user", "list"], "");
        assert_eq!(listed.contains("ann"), !removed, "{listed}");
    }
}
