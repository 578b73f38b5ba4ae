//! Whether the fence holds on this machine: a process enters it and tries what it shouldn't be able to do.

use std::fs::{self, File};
use std::hint;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::enter::Walls;
use super::{Bounds, Outcome};

/// The job that only tries the fence.
pub const JOB: &str = "probe";
const MEMORY: u64 = 64 * 1024 * 1024;
const BOUNDS: Bounds = Bounds {
    memory: MEMORY,
    compute: Duration::from_secs(5),
    clock: Duration::from_secs(20),
    output: 1024,
};

/// Starts a process in the fence, and reports what keeps it in.
///
/// # Errors
/// The process can't be started or fenced, or it found a way out that the kernel should have closed.
pub async fn probe() -> io::Result<Walls> {
    let (input, mut output) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let outcome = super::run(JOB, &[], BOUNDS, input, output.try_clone()?).await?;
    if outcome != Outcome::Done {
        return Err(io::Error::other(format!(
            "a process in the fence has ended with {outcome:?}"
        )));
    }
    let mut said = String::new();
    output.rewind()?;
    output.read_to_string(&mut said)?;
    let walls = Walls::ALL.into_iter().find(|walls| walls.word() == said);
    walls.ok_or_else(|| io::Error::other(format!("a process in the fence has found {said}")))
}

/// What the process in the fence does: it tries to get out, and says what keeps it in.
///
/// # Errors
/// It can't say so.
pub fn check_walls(walls: Walls) -> io::Result<()> {
    let said = way_out(walls).unwrap_or_else(|| walls.word());
    io::stdout().write_all(said.as_bytes())
}

fn way_out(walls: Walls) -> Option<&'static str> {
    if walls == Walls::ClockOnly {
        return None;
    }
    let much = usize::try_from(2 * MEMORY).unwrap_or(usize::MAX);
    let mut memory = Vec::<u8>::new();
    let is_given = memory.try_reserve_exact(much).is_ok();
    // Otherwise optimized builds, which see that nothing uses it, ask for none and take it as given.
    hint::black_box(&mut memory);
    if cfg!(target_os = "linux") && is_given {
        return Some("more memory than it may have");
    }
    if walls == Walls::BoundsOnly {
        return None;
    }
    if fs::read_dir("/").is_ok() || File::open("/etc/passwd").is_ok() {
        return Some("files that it may not read");
    }
    if walls == Walls::All {
        let reached = TcpStream::connect((Ipv4Addr::LOCALHOST, 1));
        if !reached.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
            return Some("the network, which it may not reach");
        }
    }
    None
}
