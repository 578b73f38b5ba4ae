//! The formats of samples: each entry is written again field by field, with the settings of its decoder.

use super::boxes::{Part, Seen, children, list, make};
use super::format::Format;
use super::{config, descriptors, sound};
use crate::fields::Fields;
use crate::film::{AudioCodec, Hdr, VideoCodec};
use crate::scrub::Scrub;
use crate::{Refusal, Result};

/// The most formats in a track.
const MAX_FORMATS: u32 = 16;
/// The most bytes of all formats of a track. Settings of decoders have some hundred, and are in memory several times until
/// they are written.
const MAX_BYTES: usize = 256 * 1024;

/// 72 pixels an inch in both directions, which is what MP4 has there; players go by the shape of a pixel.
const RESOLUTION: [u8; 8] = [0, 72, 0, 0, 0, 72, 0, 0];

/// The formats of a track.
pub struct Formats {
    pub video: Option<VideoCodec>,
    pub audio: Option<AudioCodec>,
    /// The profile of H.264.
    pub profile: Option<u8>,
    pub hdr: Option<Hdr>,
    /// Width and height of a picture in pixels.
    pub size: (u32, u32),
    pub scrub: Scrub,
    /// How many bytes a sample has that isn't packed.
    pub frame: Option<u32>,
    /// Each of them, written again.
    all: Vec<Vec<u8>>,
}

impl Formats {
    pub fn count(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// The box again, with those that samples have; `used` says of one, counted from 1, whether any has it.
    pub fn write(&self, used: impl Fn(u32) -> bool) -> Vec<u8> {
        let mut kept: Vec<_> = (1..).zip(&self.all).collect();
        kept.retain(|&(number, _)| used(number));
        if kept.is_empty() {
            kept.extend((1..).zip(self.all.first()));
        }
        let count = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        let mut bytes = [0, count].map(u32::to_be_bytes).concat();
        for (_, format) in kept {
            bytes.extend_from_slice(format);
        }
        make(b"stsd", &bytes)
    }
}

/// Reads the formats of a track; `None` if one of them isn't on the list.
pub fn read(stsd: &Part<'_>, is_video: bool) -> Result<Option<Formats>> {
    if stsd.payload.len() > MAX_BYTES {
        return Err(Refusal::MalformedPart.into());
    }
    let (_, _, mut fields) = stsd.full()?;
    let count = fields.u32()?;
    if count == 0 || count > MAX_FORMATS {
        return Err(Refusal::Counts.into());
    }
    let mut parts = children(fields.0, 0);
    let mut all = Vec::new();
    let mut first: Option<Format> = None;
    for _ in 0..count {
        let entry = parts.next().ok_or(Refusal::Counts)??;
        if matches!(&entry.kind, b"encv" | b"enca" | b"drmi" | b"drms") {
            return Err(Refusal::Encrypted.into());
        }
        let format = match is_video {
            true => video(&entry)?,
            false => sound::read(&entry)?,
        };
        let Some(mut format) = format else {
            return Ok(None);
        };
        all.push(std::mem::take(&mut format.bytes));
        match &first {
            None => first = Some(format),
            // Samples are cleaned by one rule for the whole track.
            Some(first) if first.scrub == format.scrub && first.frame == format.frame => {}
            Some(_) => return Err(Refusal::SeveralFormats.into()),
        }
    }
    Ok(first.map(|first| Formats {
        video: first.video,
        audio: first.audio,
        profile: first.profile,
        hdr: first.hdr,
        size: first.size,
        scrub: first.scrub,
        frame: first.frame,
        all,
    }))
}

fn video(entry: &Part<'_>) -> Result<Option<Format>> {
    let codec = match &entry.kind {
        b"avc1" | b"avc3" | b"dva1" | b"dvav" => VideoCodec::H264,
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => VideoCodec::H265,
        b"av01" => VideoCodec::Av1,
        b"vp08" => VideoCodec::Vp8,
        b"vp09" => VideoCodec::Vp9,
        b"mp4v" => VideoCodec::Mpeg4,
        _ => return Ok(None),
    };
    let mut fields = Fields(entry.payload);
    fields.take(24)?;
    let (width, height) = (fields.u16()?, fields.u16()?);
    // For how many pixels an inch it is meant.
    fields.take(12)?;
    let frames = fields.u16()?;
    // The name of the program that packed it.
    fields.take(32)?;
    let depth = fields.u16()?;
    fields.u16()?;

    let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 1];
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&RESOLUTION);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&frames.to_be_bytes());
    bytes.extend_from_slice(&[0; 32]);
    bytes.extend_from_slice(&depth.to_be_bytes());
    // No table of colours.
    bytes.extend_from_slice(&[0xff; 2]);

    let parts = list(fields.0, 0)?;
    let is_dolby = parts
        .iter()
        .any(|part| matches!(&part.kind, b"dvcC" | b"dvvC" | b"dvwC"));
    let mut scrub = match codec {
        VideoCodec::Av1 => Scrub::Obus,
        VideoCodec::Mpeg4 => Scrub::StartCodes,
        _ => Scrub::Nothing,
    };
    let (mut profile, mut hdr) = (None, None);
    let mut has_settings = matches!(codec, VideoCodec::Vp8);
    let mut seen = Seen::default();
    for part in &parts {
        let settings = match (codec, &part.kind) {
            (VideoCodec::H264, b"avcC") => {
                let (settings, length_size) = config::avc(part.payload)?;
                scrub = Scrub::avc(length_size, is_dolby);
                profile = settings.get(1).copied();
                Some(settings)
            }
            (VideoCodec::H265, b"hvcC") => {
                let (settings, length_size) = config::hevc(part.payload)?;
                scrub = Scrub::hevc(length_size, is_dolby);
                Some(settings)
            }
            (VideoCodec::Av1, b"av1C") => Some(config::av1(part.payload)?),
            (VideoCodec::Vp8 | VideoCodec::Vp9, b"vpcC") => Some(config::vp9(part.payload)?),
            (VideoCodec::Mpeg4, b"esds") => {
                let settings = descriptors::esds(part.payload, true)?;
                if settings.format != descriptors::VISUAL {
                    return Ok(None);
                }
                Some(settings.bytes)
            }
            _ => None,
        };
        if let Some(settings) = settings {
            seen.add(part)?;
            has_settings = true;
            bytes.extend_from_slice(&make(&part.kind, &settings));
        } else if let Some(same) = config::picture(part)? {
            seen.add(part)?;
            hdr = hdr.or(config::hdr(&part.kind, &same));
            bytes.extend_from_slice(&make(&part.kind, &same));
        }
    }
    if !has_settings {
        return Err(Refusal::MissingPart.into());
    }
    Ok(Some(Format {
        video: Some(codec),
        audio: None,
        profile,
        hdr,
        size: (u32::from(width), u32::from(height)),
        scrub,
        frame: None,
        bytes: make(&entry.kind, &bytes),
    }))
}
