//! The output of commands: results on standard output, errors on standard error.
//!
//! A reader that has enough closes the pipe, as `head` does: later output is then dropped, and the command continues and
//! ends as it would have. The macros of the standard library would end it with a panic, in the middle of its work.

use std::fmt::{Arguments, Display};
use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};
use indicatif::HumanBytes;

/// A line on standard output, written as `println!` is; an error is to be passed on.
macro_rules! say {
    ($($words:tt)*) => { $crate::output::line(format_args!($($words)*)) };
}
/// A line on standard error, written as `eprintln!` is.
macro_rules! complain {
    ($($words:tt)*) => { $crate::output::complaint(format_args!($($words)*)) };
}
pub(crate) use {complain, say};

/// A line on standard output.
///
/// # Errors
/// It can't be written, as on a full disk; a closed pipe isn't an error.
pub fn line(words: Arguments<'_>) -> Result<()> {
    written(writeln!(io::stdout().lock(), "{words}"))
}

/// A question on standard output, which is answered in the same line.
///
/// # Errors
/// As [`line()`].
pub fn question(words: Arguments<'_>) -> Result<()> {
    let mut output = io::stdout().lock();
    written(write!(output, "{words}").and_then(|()| output.flush()))
}

fn written(done: io::Result<()>) -> Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("Standard output can't be written to"),
    }
}

/// A line on standard error. If that can't be written either, only the exit code says so.
pub fn complaint(words: Arguments<'_>) {
    let _written = writeln!(io::stderr().lock(), "{}", plain(&words.to_string()));
}

/// A text from somebody else without escape sequences for a terminal, such as colours. Lines stay.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => plain.push(letter),
            _ if letter.is_control() => plain.extend(letter.escape_default()),
            _ => plain.push(letter),
        }
    }
    plain
}

/// A count of something whose plural ends in s: "1 photo", "2 photos".
pub fn count(number: impl Display, one: &str) -> String {
    let number = number.to_string();
    let s = if number == "1" { "" } else { "s" };
    format!("{number} {one}{s}")
}

/// How many shares, comments, photos and videos there are, and how many bytes the last two have together.
pub fn contents(counts: [i64; 4], size: i64) -> String {
    let [shares, comments, photos, films] = counts;
    format!(
        "{}, {}, {}, {}: {}",
        count(shares, "share"),
        count(comments, "comment"),
        count(photos, "photo"),
        count(films, "video"),
        bytes(u64::try_from(size).unwrap_or(0))
    )
}

/// A number of bytes, as people say it: "2.50 MiB".
pub fn bytes(number: u64) -> String {
    HumanBytes(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_counted_otherwise_than_none_and_many() {
        let counted = |number: u64| count(number, "old archive");
        assert_eq!(counted(0), "0 old archives");
        assert_eq!(counted(1), "1 old archive");
        assert_eq!(counted(2), "2 old archives");
        assert_eq!(count(21, "photo"), "21 photos");
    }

    #[test]
    fn nothing_that_somebody_chose_is_an_order_to_a_terminal() {
        assert_eq!(
            plain("Zoë\u{1b}[31m\r\u{9b}2J\u{7}\nb"),
            "Zoë\\u{1b}[31m\\r\\u{9b}2J\\u{7}\nb"
        );
    }

    #[test]
    fn who_has_read_enough_is_no_error_and_a_full_disk_is_one() {
        assert!(written(Err(ErrorKind::BrokenPipe.into())).is_ok());
        let error = written(Err(ErrorKind::StorageFull.into())).unwrap_err();
        assert!(format!("{error:#}").starts_with("Standard output can't be written to"));
    }
}
