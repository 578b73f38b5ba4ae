//! Whether the fence in which HEICs are decoded and ffmpeg runs holds on this machine.

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::check::{Cause, Check, Found};
use crate::config::Ffmpeg;
use crate::fence::enter::Walls;
use crate::fence::probe::probe;
use crate::jobs::film_poster::PosterMaker;
use crate::jobs::film_rendition::{RenditionMaker, maps_hdr, works};

/// Where HEICs are decoded.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "heic_", serialize_all = "snake_case")]
pub enum HeicFound {
    #[error(
        "HEIC photos are decoded in a process that reaches no files and no network, within bounds"
    )]
    Fenced,
    #[error(
        "HEIC photos are decoded in a process that can't read or write files, within bounds; from Linux 6.2 on, it \
         couldn't empty any either, and from 6.7 on, it would reach no network"
    )]
    FencedFromFiles,
    #[error(
        "HEIC photos are decoded in a process with bounds, but one that could read files if a photo took it over: \
         use Linux 5.13 or newer with Landlock, or set photos.heic = false"
    )]
    Bounded,
    #[error(
        "HEIC photos are decoded in a process that only a deadline bounds: use Linux, or set photos.heic = false"
    )]
    OnlyDeadline,
    #[error(
        "HEIC photos can't be decoded in a process of their own: {error}. Mend this, or set photos.heic = false"
    )]
    NotDecoded { error: String },
}

/// Whether videos without a picture get one.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "posters_", serialize_all = "snake_case")]
pub enum PostersFound {
    #[error("Videos that come without a picture have none, because photos.ffmpeg = \"off\"")]
    Off,
    #[error("Videos that come without a picture have none, because ffmpeg isn't installed")]
    WithoutFfmpeg,
    #[error(
        "Videos that come without a picture have none, because {program} isn't there: correct photos.ffmpeg"
    )]
    ProgramMissing { program: String },
    #[error("Videos that come without a picture get one by {program}")]
    Made { program: String },
    #[error(
        "Videos that come without a picture have none, because {program} couldn't be kept from other files: use Linux \
         5.13 or newer with Landlock, or set photos.ffmpeg = \"off\""
    )]
    NotFenced { program: String },
    #[error(
        "Videos that come without a picture have none, because {program} can't be run in a process of its own: {error}. \
         Mend this, or set photos.ffmpeg = \"off\""
    )]
    NotRun { program: String, error: String },
}

/// What it means that there are no renditions.
const COST: &str = "Videos that not every browser plays stay as they are: films of phones in HEVC play only on some devices";

/// Whether videos that not every browser plays get a rendition that does.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "renditions_", serialize_all = "snake_case")]
pub enum RenditionsFound {
    #[error("{}, because photos.ffmpeg = \"off\"", COST)]
    Off,
    #[error("{}, because ffmpeg isn't installed", COST)]
    WithoutFfmpeg,
    #[error("Videos that not every browser plays get a rendition that does by {program}")]
    Made { program: String },
    #[error(
        "Videos that not every browser plays get a rendition that does by {program}, but films in HDR look pale there: use an \
         ffmpeg with libzimg"
    )]
    Pale { program: String },
    #[error(
        "{}, because {program} could make none of a sample: it has to be 5.1 or newer, with libx264, where Linux (5.13 or \
         newer, with Landlock) keeps it from other files",
        COST
    )]
    NotMade { program: String },
    #[error("{}, because {program} could make none of a sample: {cause}", COST)]
    NotRun {
        program: String,
        #[serde(flatten)]
        cause: Cause,
    },
}

impl Found for HeicFound {
    fn samples() -> Vec<Self> {
        vec![
            Self::Fenced,
            Self::FencedFromFiles,
            Self::Bounded,
            Self::OnlyDeadline,
            Self::NotDecoded {
                error: String::from("Permission denied (os error 13)"),
            },
        ]
    }
}

fn sample_program() -> String {
    String::from("/usr/bin/ffmpeg")
}

impl Found for PostersFound {
    fn samples() -> Vec<Self> {
        let program = sample_program;
        vec![
            Self::Off,
            Self::WithoutFfmpeg,
            Self::ProgramMissing { program: program() },
            Self::Made { program: program() },
            Self::NotFenced { program: program() },
            Self::NotRun {
                program: program(),
                error: String::from("Permission denied (os error 13)"),
            },
        ]
    }
}

impl Found for RenditionsFound {
    fn samples() -> Vec<Self> {
        let program = sample_program;
        vec![
            Self::Off,
            Self::WithoutFfmpeg,
            Self::Made { program: program() },
            Self::Pale { program: program() },
            Self::NotMade { program: program() },
            Self::NotRun {
                program: program(),
                cause: Cause::sample(),
            },
        ]
    }
}

/// Starts a process in it that tries to get out.
pub async fn run_checks() -> Check {
    match probe().await {
        Ok(Walls::All) => Check::ok(HeicFound::Fenced),
        Ok(Walls::NoNetwork) => Check::ok(HeicFound::FencedFromFiles),
        Ok(Walls::BoundsOnly) => Check::warning(HeicFound::Bounded),
        Ok(Walls::ClockOnly) => Check::warning(HeicFound::OnlyDeadline),
        Err(error) => Check::error(HeicFound::NotDecoded {
            error: error.to_string(),
        }),
    }
}

/// Whether videos that come without a picture get one.
pub async fn posters(setting: &Ffmpeg) -> Check {
    let Some(maker) = PosterMaker::find(setting) else {
        return Check::ok(match setting {
            Ffmpeg::Off => PostersFound::Off,
            _ => PostersFound::WithoutFfmpeg,
        });
    };
    let program = maker.program().display().to_string();
    if !maker.program().is_file() {
        return Check::warning(PostersFound::ProgramMissing { program });
    }
    match probe().await {
        Ok(walls) if walls.keep_from_files() => Check::ok(PostersFound::Made { program }),
        Ok(_) => Check::warning(PostersFound::NotFenced { program }),
        Err(error) => Check::warning(PostersFound::NotRun {
            program,
            error: error.to_string(),
        }),
    }
}

/// Whether videos that not every browser plays get a rendition that does: a small one is made.
pub async fn renditions(setting: &Ffmpeg) -> Check {
    let Some(ffmpeg) = RenditionMaker::program(setting) else {
        return Check::ok(match setting {
            Ffmpeg::Off => RenditionsFound::Off,
            _ => RenditionsFound::WithoutFfmpeg,
        });
    };
    let program = ffmpeg.path().display().to_string();
    match works(&ffmpeg).await {
        Ok(true) => match maps_hdr(&ffmpeg).await {
            Ok(true) => Check::ok(RenditionsFound::Made { program }),
            _ => Check::warning(RenditionsFound::Pale { program }),
        },
        Ok(false) => Check::warning(RenditionsFound::NotMade { program }),
        Err(error) => Check::warning(RenditionsFound::NotRun {
            program,
            cause: error.into(),
        }),
    }
}
