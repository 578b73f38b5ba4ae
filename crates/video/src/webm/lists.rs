//! Lists that are in memory, cleaned in place by the rules for what is in them.

use super::ebml::{Element, Elements, float, overwrite, pick, unsigned};
use super::ids::{self, Rule};
use super::private;
use crate::film::{AudioCodec, Hdr, Rotation, VideoCodec};
use crate::{Refusal, Result};

/// Cleans a list by its rules.
pub fn apply(bytes: &mut [u8], rule: fn(u32) -> Rule) -> Result<()> {
    let mut all = Elements::default();
    // The rules have a few dozen.
    let mut seen = Vec::new();
    while let Some(found) = all.next(bytes)? {
        let length = found.end - found.payload;
        let rule = rule(found.id);
        if !matches!(rule, Rule::Drop | Rule::Each(_)) {
            if seen.contains(&found.id) {
                return Err(Refusal::Twice.into());
            }
            seen.push(found.id);
        }
        match rule {
            Rule::Drop => overwrite(&mut bytes[found.start..found.end]),
            Rule::Number | Rule::Small if length > 8 => return Err(Refusal::MalformedPart.into()),
            Rule::Small if unsigned(&bytes[found.payload..found.end])? > 255 => {
                overwrite(&mut bytes[found.start..found.end]);
            }
            Rule::Number | Rule::Small | Rule::Checked => {}
            Rule::Blank => bytes[found.payload..found.end].fill(0),
            Rule::List(rule) | Rule::Each(rule) => {
                apply(&mut bytes[found.payload..found.end], rule)?;
            }
        }
    }
    Ok(())
}

/// The head of the file, which must be that of a WebM.
pub fn ebml(bytes: &mut [u8]) -> Result<()> {
    let mut is_webm = false;
    let mut all = Elements::default();
    while let Some(found) = all.next(bytes)? {
        let payload = &bytes[found.payload..found.end];
        match found.id {
            ids::DOC_TYPE => is_webm = text(payload) == b"webm",
            ids::MAX_ID_LENGTH if unsigned(payload)? > 4 => {
                return Err(Refusal::MalformedElement.into());
            }
            ids::MAX_SIZE_LENGTH if unsigned(payload)? > 8 => {
                return Err(Refusal::MalformedElement.into());
            }
            _ => {}
        }
    }
    match is_webm {
        true => apply(bytes, ids::ebml),
        false => Err(Refusal::UnknownType.into()),
    }
}

/// Words may end with zeros, and with nothing after these.
fn text(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0);
    &bytes[..end.map_or(0, |at| at + 1)]
}

/// Where the other lists are.
pub fn seek_head(bytes: &mut [u8]) -> Result<()> {
    let mut all = Elements::default();
    while let Some(found) = all.next(bytes)? {
        if found.id != ids::SEEK {
            continue;
        }
        let inner = &bytes[found.payload..found.end];
        let [wanted] = pick(inner, [ids::SEEK_ID])?;
        let wanted = wanted.map(|id| unsigned(&inner[id.payload..id.end]));
        let stays = [
            ids::SEEK_HEAD,
            ids::INFO,
            ids::TRACKS,
            ids::CUES,
            ids::CLUSTER,
        ];
        let is_kept = match wanted.transpose()? {
            Some(id) => stays.iter().any(|&stays| u64::from(stays) == id),
            None => false,
        };
        if !is_kept {
            overwrite(&mut bytes[found.start..found.end]);
        }
    }
    apply(bytes, ids::seek_head)
}

/// How long a tick is in nanoseconds, and how many the film lasts, if that is known.
pub fn info(bytes: &mut [u8]) -> Result<(u64, Option<f64>)> {
    let (mut scale, mut duration) = (1_000_000, None);
    let mut all = Elements::default();
    while let Some(found) = all.next(bytes)? {
        let payload = &bytes[found.payload..found.end];
        match found.id {
            ids::TIMESTAMP_SCALE => scale = unsigned(payload)?,
            ids::DURATION => duration = Some(float(payload)?).filter(|&ticks| ticks > 0.0),
            _ => {}
        }
    }
    if scale == 0 {
        return Err(Refusal::MalformedPart.into());
    }
    apply(bytes, ids::info)?;
    Ok((scale, duration))
}

/// A track that is kept.
pub struct Track {
    pub number: u64,
    pub video: Option<(VideoCodec, Shown)>,
    pub audio: Option<AudioCodec>,
}

/// How a picture is shown.
#[derive(Clone, Copy, Default)]
pub struct Shown {
    pub width: u32,
    pub height: u32,
    pub rotation: Rotation,
    pub hdr: Option<Hdr>,
}

/// The tracks.
#[derive(Default)]
pub struct Tracks {
    pub kept: Vec<Track>,
    pub dropped: usize,
}

/// The most tracks.
const MAX_TRACKS: usize = 64;

/// Cleans the list of tracks, and says which of them are kept.
pub fn tracks(bytes: &mut [u8]) -> Result<Tracks> {
    let mut tracks = Tracks::default();
    let (mut unknown_video, mut unknown_audio) = (false, false);
    let mut all = Elements::default();
    while let Some(found) = all.next(bytes)? {
        if found.id != ids::TRACK {
            overwrite(&mut bytes[found.start..found.end]);
            continue;
        }
        if tracks.kept.len() + tracks.dropped == MAX_TRACKS {
            return Err(Refusal::TooManyTracks.into());
        }
        match track(&mut bytes[found.payload..found.end])? {
            Entry::Kept(track) => {
                if tracks.kept.iter().any(|other| other.number == track.number) {
                    return Err(Refusal::Twice.into());
                }
                tracks.kept.push(track);
                continue;
            }
            Entry::UnknownVideo => unknown_video = true,
            Entry::UnknownAudio => unknown_audio = true,
            Entry::Other => {}
        }
        tracks.dropped += 1;
        overwrite(&mut bytes[found.start..found.end]);
    }
    if !tracks.kept.iter().any(|track| track.video.is_some()) {
        return Err(match unknown_video {
            true => Refusal::UnknownVideo,
            false => Refusal::NoVideo,
        }
        .into());
    }
    // A film with sound isn't silenced without an error.
    if unknown_audio && !tracks.kept.iter().any(|track| track.audio.is_some()) {
        return Err(Refusal::UnknownAudio.into());
    }
    Ok(tracks)
}

enum Entry {
    Kept(Track),
    UnknownVideo,
    UnknownAudio,
    Other,
}

fn track(bytes: &mut [u8]) -> Result<Entry> {
    let [number, kind, encodings, codec, video_part, private, uid] = pick(
        bytes,
        [
            ids::TRACK_NUMBER,
            ids::TRACK_TYPE,
            ids::CONTENT_ENCODINGS,
            ids::CODEC_ID,
            ids::VIDEO,
            ids::CODEC_PRIVATE,
            ids::TRACK_UID,
        ],
    )?;
    let needed = |found: Option<Element>| -> Result<u64> {
        let found = found.ok_or(Refusal::MissingPart)?;
        unsigned(&bytes[found.payload..found.end])
    };
    let (number, kind) = (needed(number)?, needed(kind)?);
    if !matches!(kind, 1 | 2) {
        return Ok(Entry::Other);
    }
    if let Some(found) = encodings {
        is_as_it_is(&bytes[found.payload..found.end])?;
    }
    let codec = codec.ok_or(Refusal::MissingPart)?;
    let codec = text(&bytes[codec.payload..codec.end]);
    let video = match (kind, codec) {
        (1, b"V_VP8") => Some(VideoCodec::Vp8),
        (1, b"V_VP9") => Some(VideoCodec::Vp9),
        (1, b"V_AV1") => Some(VideoCodec::Av1),
        (1, _) => return Ok(Entry::UnknownVideo),
        _ => None,
    };
    let audio = match (kind, codec) {
        (2, b"A_OPUS") => Some(AudioCodec::Opus),
        (2, b"A_VORBIS") => Some(AudioCodec::Vorbis),
        (2, _) => return Ok(Entry::UnknownAudio),
        _ => None,
    };
    let shown = match video_part {
        Some(found) => shown(&bytes[found.payload..found.end])?,
        None if video.is_some() => return Err(Refusal::NoSize.into()),
        None => Shown::default(),
    };
    if video.is_some() && (shown.width == 0 || shown.height == 0) {
        return Err(Refusal::NoSize.into());
    }
    // It distinguishes files; within one, the number is enough.
    if let Some(uid) = uid {
        let length = uid.end - uid.payload;
        let same = number.to_be_bytes();
        let from = same
            .len()
            .checked_sub(length)
            .ok_or(Refusal::MalformedPart)?;
        bytes[uid.payload..uid.end].copy_from_slice(&same[from..]);
    }
    if let Some(found) = private
        && !private::clean(&mut bytes[found.payload..found.end], video, audio)?
    {
        overwrite(&mut bytes[found.start..found.end]);
    }
    apply(bytes, ids::track)?;
    Ok(Entry::Kept(Track {
        number,
        video: video.map(|codec| (codec, shown)),
        audio,
    }))
}

/// Nothing was done to the blocks of a track after they were encoded.
fn is_as_it_is(encodings: &[u8]) -> Result<()> {
    let mut all = Elements::default();
    while let Some(found) = all.next(encodings)? {
        if found.id != ids::CONTENT_ENCODING {
            continue;
        }
        let encoding = &encodings[found.payload..found.end];
        let [kind] = pick(encoding, [ids::CONTENT_ENCODING_TYPE])?;
        // Where it doesn't say, they were compressed: beginnings that all have in common are left out, mostly.
        let kind = kind.map_or(Ok(0), |kind| unsigned(&encoding[kind.payload..kind.end]))?;
        return Err(match kind {
            0 => Refusal::Packed,
            _ => Refusal::Encrypted,
        }
        .into());
    }
    Ok(())
}

fn shown(bytes: &[u8]) -> Result<Shown> {
    let [left, right, top, bottom] = ids::CROPS;
    let found = pick(
        bytes,
        [
            left,
            right,
            top,
            bottom,
            ids::PIXEL_WIDTH,
            ids::PIXEL_HEIGHT,
            ids::DISPLAY_WIDTH,
            ids::DISPLAY_HEIGHT,
            ids::DISPLAY_UNIT,
            ids::PROJECTION,
            ids::COLOUR,
        ],
    )?;
    let [numbers @ .., projection, colour] = &found;
    let mut values = [0; 9];
    for (value, found) in values.iter_mut().zip(numbers) {
        if let Some(found) = found {
            *value = unsigned(&bytes[found.payload..found.end])?;
        }
    }
    let [left, right, top, bottom, across, down, wide, high, unit] = values;
    let across = across.saturating_sub(left).saturating_sub(right);
    let down = down.saturating_sub(top).saturating_sub(bottom);
    // Other units are inches, or a proportion.
    let (width, height) = match unit {
        0 if wide > 0 && high > 0 => (wide, high),
        _ => (across, down),
    };
    let mut rotation = Rotation::None;
    if let Some(found) = projection {
        let inner = &bytes[found.payload..found.end];
        let (mut is_flat, mut roll) = (true, 0.0);
        let mut all = Elements::default();
        while let Some(found) = all.next(inner)? {
            let payload = &inner[found.payload..found.end];
            match found.id {
                ids::PROJECTION_TYPE => is_flat = unsigned(payload)? == 0,
                // Counterclockwise.
                ids::POSE_ROLL => roll = -float(payload)?,
                _ => {}
            }
        }
        let degrees = [0_i32, 90, 180, 270, -90, -180].into_iter();
        let exact = degrees.filter(|&degrees| is_flat && f64::from(degrees) == roll);
        rotation = exact
            .fold(None, |_, degrees| Rotation::from_degrees(degrees))
            .unwrap_or_default();
    }
    let mut hdr = None;
    if let Some(found) = colour {
        let inner = &bytes[found.payload..found.end];
        let mut all = Elements::default();
        while let Some(found) = all.next(inner)? {
            if found.id == ids::TRANSFER {
                hdr = Hdr::from_transfer(unsigned(&inner[found.payload..found.end])?);
            }
        }
    }
    let side = |number: u64| u32::try_from(number).map_err(|_| Refusal::NoSize);
    let (mut width, mut height) = (side(width)?, side(height)?);
    if rotation.swaps_sides() {
        (width, height) = (height, width);
    }
    Ok(Shown {
        width,
        height,
        rotation,
        hdr,
    })
}
