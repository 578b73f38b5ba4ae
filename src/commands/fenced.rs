//! What a process does that was started into the fence: one job, on what came from a stranger.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::fence::enter::{Limits, Reach, enter};
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
    Poster(Ffmpeg),
    /// Make a film of the film on standard input that every browser plays
    Rendition(Ffmpeg),
    /// Try the fence
    Probe,
}

/// What ffmpeg works on.
#[derive(Args, Clone, Debug)]
struct Ffmpeg {
    /// Where ffmpeg is
    program: PathBuf,
    /// The demuxer
    format: String,
    /// The light of an HDR film
    light: Option<Light>,
}

/// How a film states light that ordinary screens don't have.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Light {
    Pq,
    Hlg,
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
    let (readable, own_files) = match task {
        Task::Poster(ffmpeg) => (what_programs_read(&ffmpeg.program), false),
        Task::Rendition(ffmpeg) => (what_programs_read(&ffmpeg.program), true),
        Task::Heic { .. } | Task::Probe => (Vec::new(), false),
    };
    let is_a_program = !readable.is_empty();
    let reach = Reach {
        readable,
        own_files,
    };
    let Ok(walls) = enter(limits, &reach) else {
        return NOT_FENCED.into();
    };
    // A decoder of ours may run with bounds alone. The many of ffmpeg must reach nothing, whatever a film makes of them.
    if is_a_program && !walls.keep_from_files() {
        return OPEN.into();
    }
    let done = match task {
        Task::Heic { max_pixels } => heic(*max_pixels),
        Task::Poster(ffmpeg) => poster(ffmpeg),
        Task::Rendition(ffmpeg) => rendition(ffmpeg),
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

/// The end of a chain of filters: the light of an HDR film is made that of ordinary screens, as ITU-R BT.2408 has it for both. Its white
/// (203 nits) becomes nearly white, and what shines brighter is compressed. The colours are those of the matrix and the range that are
/// named.
#[cfg(unix)]
fn ordinary_light(light: Option<Light>, matrix: &str, range: &str) -> String {
    let transfer = match light {
        None => return String::new(),
        Some(Light::Pq) => "smpte2084",
        Some(Light::Hlg) => "arib-std-b67",
    };
    format!(
        "zscale=tin={transfer}:pin=bt2020:min=bt2020nc:t=linear:p=bt2020:m=bt2020nc:npl=140,format=gbrpf32le,zscale=p=bt709,\
        tonemap=mobius:desat=0,zscale=t=bt709:m={matrix}:r={range},"
    )
}

/// Becomes ffmpeg, which reads from standard input and nothing else, in the format that we have detected.
#[cfg(unix)]
fn poster(wanted: &Ffmpeg) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    // The most usual picture among the first, so that a film that begins black has one too.
    const FILTER: &str = "scale=iw*sar:ih,setsar=1,scale='min(1920,iw)':'min(1920,ih)':force_original_aspect_ratio=decrease,\
        thumbnail=n=24,";
    let light = ordinary_light(wanted.light, "170m", "full");
    let mut ffmpeg = std::process::Command::new(&wanted.program);
    ffmpeg.env_clear();
    ffmpeg.args(["-v", "quiet", "-nostdin", "-protocol_whitelist", "pipe"]);
    ffmpeg.args(["-threads", "1", "-f", &wanted.format, "-i", "pipe:0"]);
    ffmpeg.args(["-map", "0:v:0", "-map_metadata", "-1"]);
    ffmpeg.args(["-vf", &format!("{FILTER}{light}format=yuvj420p")]);
    ffmpeg.args(["-frames:v", "1", "-threads", "1", "-fflags", "+bitexact"]);
    ffmpeg.args(["-flags:v", "+bitexact", "-c:v", "mjpeg", "-q:v", "3"]);
    ffmpeg.args(["-f", "mjpeg", "pipe:1"]);
    // It returns only where it fails: that is of the program, and not of the film.
    let _why = ffmpeg.exec();
    Ok(NO_PROGRAM.into())
}

/// Becomes ffmpeg, which makes a film of a film. It may jump about in both: in many films, sound lies far from its picture, and the
/// head of an MP4 is written last.
#[cfg(unix)]
fn rendition(wanted: &Ffmpeg) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    // At most 60 pictures in a second, and at most 1920 by 1080 pixels, square ones, with a place for two of each colour.
    const FILTER: &str = "select='isnan(prev_selected_t)+gte(t-prev_selected_t,0.0155)',\
        scale='min(iw*sar,7680)':ih,setsar=1,\
        scale='max(2,min(iw,if(gte(iw,ih),1920,1080)))':'max(2,min(ih,if(gte(iw,ih),1080,1920)))'\
        :force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1,";
    let light = ordinary_light(wanted.light, "bt709", "tv");
    // Photos and pages come first.
    let _as_it_is = rustix::process::nice(10);
    let mut ffmpeg = std::process::Command::new(&wanted.program);
    ffmpeg.env_clear();
    ffmpeg.args(["-v", "quiet", "-nostdin", "-y", "-filter_threads", "1"]);
    ffmpeg.args(["-protocol_whitelist", "file", "-threads", "1"]);
    ffmpeg.args(["-f", &wanted.format]);
    ffmpeg.args(["-i", "file:/proc/self/fd/0"]);
    ffmpeg.args(["-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn"]);
    ffmpeg.args(["-map_metadata", "-1", "-map_chapters", "-1"]);
    ffmpeg.args(["-vf", &format!("{FILTER}{light}format=yuv420p")]);
    ffmpeg.args([
        "-fps_mode",
        "vfr",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "23",
    ]);
    ffmpeg.args(["-profile:v", "high", "-maxrate", "6M", "-bufsize", "12M"]);
    ffmpeg.args(["-g", "120", "-threads", "1"]);
    ffmpeg.args(["-c:a", "aac", "-b:a", "128k", "-ac", "2"]);
    ffmpeg.args(["-fflags", "+bitexact", "-flags", "+bitexact", "-f", "mp4"]);
    ffmpeg.arg("file:/proc/self/fd/1");
    let _why = ffmpeg.exec();
    Ok(NO_PROGRAM.into())
}

#[cfg(not(unix))]
fn rendition(_: &Ffmpeg) -> io::Result<ExitCode> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn poster(_: &Ffmpeg) -> io::Result<ExitCode> {
    Err(ErrorKind::Unsupported.into())
}
