//! Whether the fence in which HEICs are decoded and ffmpeg runs holds on this machine.

use crate::check::{Check, sentence};
use crate::config::Ffmpeg;
use crate::fence::enter::Walls;
use crate::fence::probe::probe;
use crate::jobs::film_poster::PosterMaker;
use crate::jobs::film_rendition::{RenditionMaker, maps_hdr, works};

const OFF: &str = "or set photos.heic = false";

/// Starts a process in it that tries to get out.
pub async fn run_checks() -> Check {
    match probe().await {
        Ok(Walls::All) => Check::ok(
            "HEIC photos are decoded in a process that reaches no files and no network, within bounds",
        ),
        Ok(Walls::NoNetwork) => Check::ok(
            "HEIC photos are decoded in a process that reaches no files, within bounds; from Linux 6.7 on, it would \
            reach no network either",
        ),
        Ok(Walls::BoundsOnly) => Check::warning(format!(
            "HEIC photos are decoded in a process with bounds, but one that could read files if a photo took it over: \
            use Linux 5.13 or newer with Landlock, {OFF}"
        )),
        Ok(Walls::ClockOnly) => Check::warning(format!(
            "HEIC photos are decoded in a process that only a deadline bounds: use Linux, {OFF}"
        )),
        Err(error) => Check::failed(format!(
            "HEIC photos can't be decoded in a process of their own: {error}. Mend this, {OFF}"
        )),
    }
}

/// Whether videos that come without a picture get one.
pub async fn posters(setting: &Ffmpeg) -> Check {
    let Some(maker) = PosterMaker::find(setting) else {
        return Check::ok(match setting {
            Ffmpeg::Off => {
                "Videos that come without a picture have none, because photos.ffmpeg = \"off\""
            }
            _ => "Videos that come without a picture have none, because ffmpeg isn't installed",
        });
    };
    let program = maker.program().display();
    if !maker.program().is_file() {
        return Check::warning(format!(
            "Videos that come without a picture have none, because {program} isn't there: correct photos.ffmpeg"
        ));
    }
    match probe().await {
        Ok(walls) if walls.keep_from_files() => Check::ok(format!(
            "Videos that come without a picture get one by {program}"
        )),
        Ok(_) => Check::warning(format!(
            "Videos that come without a picture have none, because {program} couldn't be kept from other files: use Linux \
            5.13 or newer with Landlock, or set photos.ffmpeg = \"off\""
        )),
        Err(error) => Check::warning(format!(
            "Videos that come without a picture have none, because {program} can't be run in a process of its own: {error}. \
            Mend this, or set photos.ffmpeg = \"off\""
        )),
    }
}

/// Whether videos that not every browser plays get a rendition that does: a small one is made.
pub async fn renditions(setting: &Ffmpeg) -> Check {
    const COST: &str = "Videos that not every browser plays stay as they are: films of phones in HEVC play only on some devices";
    let Some(ffmpeg) = RenditionMaker::program(setting) else {
        return Check::ok(match setting {
            Ffmpeg::Off => format!("{COST}, because photos.ffmpeg = \"off\""),
            _ => format!("{COST}, because ffmpeg isn't installed"),
        });
    };
    let program = ffmpeg.path().display();
    match works(&ffmpeg).await {
        Ok(true) => {
            let does = format!(
                "Videos that not every browser plays get a rendition that does by {program}"
            );
            match maps_hdr(&ffmpeg).await {
                Ok(true) => Check::ok(does),
                _ => Check::warning(format!(
                    "{does}, but films in HDR look pale there: use an ffmpeg with libzimg"
                )),
            }
        }
        Ok(false) => Check::warning(format!(
            "{COST}, because {program} could make none of a sample: it has to be 5.1 or newer, with libx264, where Linux (5.13 or \
            newer, with Landlock) keeps it from other files"
        )),
        Err(error) => Check::warning(format!(
            "{COST}, because {program} could make none of a sample: {}",
            sentence(&error)
        )),
    }
}
