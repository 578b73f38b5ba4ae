//! Which films need a rendition, and what ffmpeg may use to make one.

use std::time::Duration;

use video::{AudioCodec, Film, Kind, VideoCodec};

use crate::fence::Bounds;

/// With less memory, ffmpeg fails on films of 3840 by 2160 pixels with 10 bits.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// What it may compute however short a film is, for each of its seconds, and at most: a slow machine takes a minute for a second of
/// the largest films of phones.
const COMPUTE: Duration = Duration::from_secs(60);
const COMPUTE_PER_SECOND: u32 = 60;
const MAX_COMPUTE: Duration = Duration::from_secs(6 * 60 * 60);
/// Longer films, and those that don't say, are assumed to last as long.
const MAX_DURATION: Duration = Duration::from_secs(2 * 60 * 60);
/// What it may write however short a film is, and for each of its seconds: more than the bit rate that it is told to keep to.
const OUTPUT: u64 = 16 * 1024 * 1024;
const OUTPUT_PER_SECOND: u64 = 1024 * 1024;
/// A rendition isn't larger than this many times its film; of a small film, than [`OUTPUT`].
const GROWTH: u64 = 4;
/// The longer and the shorter side of the largest film that every browser plays.
const LONG: u32 = 1920;
const SHORT: u32 = 1080;
/// A small film, to find out whether this ffmpeg can make renditions at all.
pub const SAMPLE: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");

/// Whether every browser plays a film as it is.
pub fn plays_everywhere(film: &Film) -> bool {
    let (long, short) = (film.width.max(film.height), film.width.min(film.height));
    film.kind != Kind::WebM
        && film.video == VideoCodec::H264
        // Baseline, Main and High, which have 8 bits and colours at half the resolution.
        && film.profile.is_some_and(|profile| matches!(profile, 66 | 77 | 100))
        // On ordinary screens, it looks pale.
        && film.hdr.is_none()
        && film.audio.is_none_or(|audio| audio == AudioCodec::Aac)
        && long <= LONG
        && short <= SHORT
}

/// What ffmpeg may use for a film of this duration and length.
pub fn bounds(duration: Option<Duration>, length: u64) -> Bounds {
    let duration = duration.unwrap_or(MAX_DURATION).min(MAX_DURATION);
    let compute = (COMPUTE + duration * COMPUTE_PER_SECOND).min(MAX_COMPUTE);
    let seconds = duration.as_secs() + 1;
    Bounds {
        memory: MEMORY,
        compute,
        clock: compute * 2,
        output: OUTPUT + (seconds * OUTPUT_PER_SECOND).min(length.saturating_mul(GROWTH)),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use video::Hdr;

    use super::*;

    fn film() -> Film {
        video::probe(io::Cursor::new(SAMPLE)).unwrap()
    }

    #[test]
    fn only_what_every_browser_plays_needs_no_rendition() {
        assert!(plays_everywhere(&film()));
        assert!(plays_everywhere(&Film {
            kind: Kind::Mov,
            width: 1080,
            height: 1920,
            audio: None,
            ..film()
        }));
        for other in [
            Film {
                video: VideoCodec::H265,
                profile: None,
                ..film()
            },
            Film {
                kind: Kind::WebM,
                video: VideoCodec::Vp9,
                profile: None,
                ..film()
            },
            Film {
                audio: Some(AudioCodec::Pcm),
                ..film()
            },
            // High 10, and colours at full resolution.
            Film {
                profile: Some(110),
                ..film()
            },
            Film {
                profile: Some(244),
                ..film()
            },
            Film {
                hdr: Some(Hdr::Hlg),
                ..film()
            },
            Film {
                width: 1920,
                height: 1440,
                ..film()
            },
            Film {
                width: 2560,
                height: 1080,
                ..film()
            },
        ] {
            assert!(!plays_everywhere(&other), "{other:?}");
        }
    }

    #[test]
    fn what_ffmpeg_may_use_grows_with_the_film_and_has_an_end() {
        let minute = bounds(Some(Duration::from_secs(60)), 200 << 20);
        assert_eq!(minute.compute, Duration::from_secs(61 * 60));
        assert!(minute.output < 80 << 20);
        // A film that says what it isn't.
        let long = bounds(Some(Duration::MAX), 1000);
        assert_eq!((long.compute, long.output), (MAX_COMPUTE, OUTPUT + 4000));
        let unknown = bounds(None, u64::MAX);
        assert_eq!(unknown.output, OUTPUT + 7201 * OUTPUT_PER_SECOND);
    }
}
