//! What a process does that was started into the fence: one job, on what came from a stranger.

use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::fence::enter::{Limits, enter};
use crate::fence::{FULL, NOT_FENCED, REFUSED, probe};

/// What the process may use, and what it is to do.
#[derive(Args, Clone, Copy, Debug)]
pub struct FencedOptions {
    /// Bytes of memory
    #[arg(long)]
    memory: u64,
    /// Seconds of computing
    #[arg(long)]
    compute: u64,
    /// Bytes that it may write
    #[arg(long)]
    output: u64,
    #[command(subcommand)]
    job: Job,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Job {
    /// Make a JPEG of the HEIC on standard input
    Heic {
        /// Width times height
        max_pixels: u64,
    },
    /// Try the fence
    Probe,
}

/// Enters the fence and does the job. There is one thread and no runtime, so that all of the process is inside.
pub fn run(options: &FencedOptions) -> ExitCode {
    let FencedOptions {
        memory,
        compute,
        output,
        job,
    } = *options;
    let limits = Limits {
        memory,
        compute,
        output,
    };
    let Ok(walls) = enter(limits) else {
        return NOT_FENCED.into();
    };
    let done = match job {
        Job::Heic { max_pixels } => heic(max_pixels),
        Job::Probe => probe::look(walls).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FULL.into(),
        _ => NOT_FENCED.into(),
    })
}

fn heic(max_pixels: u64) -> io::Result<ExitCode> {
    let mut file = Vec::new();
    io::stdin().read_to_end(&mut file)?;
    let (bytes, code) = match heif::to_jpeg(&file, max_pixels) {
        Ok(jpeg) => (jpeg, ExitCode::SUCCESS),
        Err(refusal) => (refusal.to_line().into_bytes(), REFUSED.into()),
    };
    let mut output = io::stdout().lock();
    output.write_all(&bytes)?;
    output.flush()?;
    Ok(code)
}
