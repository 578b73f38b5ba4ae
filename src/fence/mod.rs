//! Runs what strangers' files could break in a process of its own: this executable started again as a hidden command, with
//! bounds on its memory, its time and what it writes, that reaches no file and no network. It may die alone.
//!
//! A job has one file to read and one to write, both without names, so that nothing is left behind however it ends.

// What the process does to itself before it looks at anything.
pub mod enter;
// Whether the fence holds on this machine.
pub mod probe;

// A process that is waited for by a thread and ended by others.
mod running;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use running::{EndOnDrop, Running};

/// The name of the hidden command.
pub const COMMAND: &str = "fenced";
/// The exit code of a job that refuses its file.
pub const REFUSED: u8 = 3;
/// The exit code of a job that couldn't enter the fence, or read its file.
pub const NOT_FENCED: u8 = 4;
/// The exit code of a job whose output doesn't fit on the disk.
pub const FULL: u8 = 5;
/// The exit code of a job that runs only where it reaches no files, and that could reach them here.
pub const OPEN: u8 = 6;
/// The exit code of a job whose program can't be started, as shells and dynamic linkers have it.
pub const NO_PROGRAM: u8 = 127;

/// What a job may use.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of memory, besides what the executable itself takes.
    pub memory: u64,
    /// How long it may compute.
    pub compute: Duration,
    /// How long it may take by the clock, also if it does nothing.
    pub clock: Duration,
    /// Bytes that it may write.
    pub output: u64,
}

/// How a job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The output is the result.
    Done,
    /// The output says what is wrong with the file.
    Refused,
    /// Its input made it fail: it ran out of memory, time or output, or hit a fault of the program.
    Died,
    /// Something else ended it, or it didn't get to work in time. It may be tried again.
    Interrupted,
    /// Its output doesn't fit on the disk.
    Full,
    /// It didn't run, because this system can't keep it from files.
    Open,
    /// The program that it is made of can't be started.
    NoProgram,
}

/// Runs a job in the fence. If this is dropped, the job ends.
///
/// # Errors
/// No process can be started.
pub async fn run(
    job: &str,
    arguments: &[String],
    bounds: Bounds,
    input: File,
    output: File,
) -> io::Result<Outcome> {
    let mut command = Command::new(program()?);
    command
        .arg(COMMAND)
        .args(["--memory", &bounds.memory.to_string()])
        .args(["--compute", &bounds.compute.as_secs().max(1).to_string()])
        .args(["--output", &bounds.output.to_string()])
        .arg(job)
        .args(arguments)
        // Nothing of the settings, and no way to have a panic look for its backtrace, which took forever without memory.
        .env_clear()
        .stdin(input)
        .stdout(output)
        .stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.current_dir("/").process_group(0);
    }
    supervise(command, bounds.clock).await
}

/// Runs a process, and ends it with all that it has started, at the latest at this time by the clock, and when this is dropped.
async fn supervise(command: Command, clock: Duration) -> io::Result<Outcome> {
    let running = Arc::new(Running::default());
    let _ends = EndOnDrop(running.clone());
    let started = running.clone();
    let mut waiting = spawn_blocking(move || started.run(command));
    let status = match timeout(clock, &mut waiting).await {
        Ok(status) => status,
        Err(_) => {
            running.end();
            waiting.await
        }
    };
    let status = status.map_err(io::Error::other)??;
    Ok(status.map_or(Outcome::Interrupted, outcome))
}

/// This executable. On Linux it is found as what runs, not by its path, where an upgrade may have put another one.
fn program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

#[cfg(unix)]
fn outcome(status: ExitStatus) -> Outcome {
    use std::os::unix::process::ExitStatusExt;
    /// By what the bounds, and the runtime where memory is missing, end a process; and how a fault of a program does.
    const OWN: [i32; 7] = [
        libc::SIGABRT,
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGILL,
        libc::SIGFPE,
        libc::SIGXCPU,
        libc::SIGXFSZ,
    ];
    match status.signal() {
        Some(signal) if OWN.contains(&signal) => Outcome::Died,
        Some(_) => Outcome::Interrupted,
        None => of_code(status),
    }
}

#[cfg(not(unix))]
fn outcome(status: ExitStatus) -> Outcome {
    of_code(status)
}

fn of_code(status: ExitStatus) -> Outcome {
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(0) => Outcome::Done,
        Some(REFUSED) => Outcome::Refused,
        Some(NOT_FENCED) => Outcome::Interrupted,
        Some(FULL) => Outcome::Full,
        Some(OPEN) => Outcome::Open,
        Some(NO_PROGRAM) => Outcome::NoProgram,
        // Such as 101 of a panic.
        _ => Outcome::Died,
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Read;
    use std::os::unix::process::CommandExt;

    use super::*;

    /// Longer than any test.
    const LONG: &str = "3600";

    /// Runs a script with this deadline. Whatever still runs of it keeps the pipe open, which is read to its end.
    async fn run_script(script: &str, clock: Duration) -> (Outcome, String) {
        let (mut said, output) = io::pipe().unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).process_group(0);
        command.stdin(Stdio::null()).stdout(output);
        let outcome = supervise(command, clock).await.unwrap();
        let read = spawn_blocking(move || {
            let mut text = String::new();
            said.read_to_string(&mut text).unwrap();
            text
        });
        (outcome, read.await.unwrap())
    }

    #[tokio::test]
    async fn what_hangs_is_ended_by_the_clock_with_all_that_it_has_started() {
        let script = format!("sleep {LONG} & sleep {LONG} | sleep {LONG}");
        let (outcome, _) = run_script(&script, Duration::from_millis(50)).await;
        assert_eq!(outcome, Outcome::Interrupted);
    }

    #[tokio::test]
    async fn what_a_process_leaves_behind_ends_with_it() {
        for (code, expected) in [(0, Outcome::Done), (1, Outcome::Died)] {
            let script = format!("sleep {LONG} & echo begun; exit {code}");
            let (outcome, said) = run_script(&script, Duration::from_secs(3600)).await;
            assert_eq!((outcome, said.as_str()), (expected, "begun\n"));
        }
    }

    #[tokio::test]
    async fn what_is_not_wanted_any_more_ends() {
        let (mut said, output) = io::pipe().unwrap();
        let mut command = Command::new("/bin/sh");
        let script = format!("echo begun; sleep {LONG} | sleep {LONG}");
        command.args(["-c", &script]).process_group(0);
        command.stdin(Stdio::null()).stdout(output);
        let supervised = tokio::spawn(supervise(command, Duration::from_secs(3600)));
        let begun = spawn_blocking(move || {
            let mut bytes = [0; 6];
            said.read_exact(&mut bytes).unwrap();
            (bytes, said)
        });
        let (bytes, mut said) = begun.await.unwrap();
        assert_eq!(&bytes, b"begun\n");
        supervised.abort();
        let rest = spawn_blocking(move || said.read_to_end(&mut Vec::new()));
        assert_eq!(rest.await.unwrap().unwrap(), 0);
    }
}
