//! What a process does that was started into the fence: one job, on what came from a stranger.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::fence::enter::{Limits, enter};
use crate::fence::{FULL, NO_PROGRAM, NOT_FENCED, OPEN, REFUSED, probe};

/// What the process may use, and what it is to do.
#[derive(Args, Clone, Debug)]
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
    task: Task,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Make a JPEG of the HEIC on standard input
    Heic {
        /// Width times height
        max_pixels: u64,
    },
    /// Make a JPEG of the film on standard input
    Poster {
        /// Where ffmpeg is
        program: PathBuf,
        /// The demuxer
        format: String,
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
        ref task,
    } = *options;
    let limits = Limits {
        memory,
        compute,
        output,
    };
    let readable = match task {
        Task::Poster { program, .. } => what_programs_read(program),
        Task::Heic { .. } | Task::Probe => Vec::new(),
    };
    let Ok(walls) = enter(limits, &readable) else {
        return NOT_FENCED.into();
    };
    // A decoder of ours may run with bounds alone. The many of ffmpeg must reach nothing, whatever a film makes of them.
    if matches!(task, Task::Poster { .. }) && !walls.keep_from_files() {
        return OPEN.into();
    }
    let done = match task {
        Task::Heic { max_pixels } => heic(*max_pixels),
        Task::Poster { program, format } => poster(program, format),
        Task::Probe => probe::check_walls(walls).map(|()| ExitCode::SUCCESS),
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

/// Where a program finds itself and its libraries.
fn what_programs_read(program: &Path) -> Vec<PathBuf> {
    const LIBRARIES: [&str; 6] = [
        "/usr",
        "/lib",
        "/lib64",
        "/bin",
        "/etc/alternatives",
        "/etc/ld.so.cache",
    ];
    let mut paths: Vec<PathBuf> = LIBRARIES.map(PathBuf::from).into();
    paths.push(program.to_owned());
    paths
}

/// Becomes ffmpeg, which reads from standard input and nothing else, in the format that we have detected.
#[cfg(unix)]
fn poster(program: &Path, format: &str) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    // The most usual picture among the first, so that a film that begins black has one too.
    const FILTER: &str = "scale=iw*sar:ih,setsar=1,scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease,\
        thumbnail=n=24,format=yuvj420p";
    let mut ffmpeg = std::process::Command::new(program);
    ffmpeg.env_clear();
    ffmpeg.args(["-v", "quiet", "-nostdin", "-protocol_whitelist", "pipe"]);
    ffmpeg.args(["-threads", "1", "-f", format, "-i", "pipe:0"]);
    ffmpeg.args(["-map", "0:v:0", "-map_metadata", "-1", "-vf", FILTER]);
    ffmpeg.args(["-frames:v", "1", "-threads", "1", "-fflags", "+bitexact"]);
    ffmpeg.args(["-flags:v", "+bitexact", "-c:v", "mjpeg", "-q:v", "3"]);
    ffmpeg.args(["-f", "mjpeg", "pipe:1"]);
    // It returns only where it fails: that is of the program, and not of the film.
    let _why = ffmpeg.exec();
    Ok(NO_PROGRAM.into())
}

#[cfg(not(unix))]
fn poster(_: &Path, _: &str) -> io::Result<ExitCode> {
    Err(ErrorKind::Unsupported.into())
}
