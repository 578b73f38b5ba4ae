//! The formats of sound.

use super::boxes::{Part, Seen, children, make};
use super::descriptors::esds;
use super::format::Format;
use crate::fields::Fields;
use crate::film::AudioCodec;
use crate::scrub::Scrub;
use crate::{Refusal, Result};

/// Reads a format; `None` if it isn't on the list.
pub fn read(entry: &Part<'_>) -> Result<Option<Format>> {
    let codec = match &entry.kind {
        b"mp4a" => AudioCodec::Aac,
        b"Opus" => AudioCodec::Opus,
        b"fLaC" => AudioCodec::Flac,
        b"alac" => AudioCodec::Alac,
        b"samr" | b"sawb" => AudioCodec::Amr,
        b"sowt" | b"twos" | b"lpcm" | b"ipcm" | b"fpcm" | b"in24" | b"in32" | b"fl32" | b"fl64"
        | b"raw " | b"ulaw" | b"alaw" => AudioCodec::Pcm,
        _ => return Ok(None),
    };
    let mut fields = Fields(entry.payload);
    fields.take(8)?;
    let version = fields.u16()?;
    fields.take(6)?;
    let (channels, bits) = (fields.u16()?, fields.u16()?);
    // Of the numbers of QuickTime for how it is packed, those below 0 say that the size of packets varies.
    let packing: i16 = fields.array().map(i16::from_be_bytes)?.clamp(-2, 0);
    fields.take(2)?;
    let rate: [u8; 4] = fields.array()?;
    let (more, frame) = match version {
        0 => (0, u32::from(channels) * width(&entry.kind, bits)),
        // Samples per packet, bytes per packet, bytes per frame, bytes per sample.
        1 => (16, Fields(fields.0.get(8..).unwrap_or_default()).u32()?),
        2 => (36, Fields(fields.0.get(28..).unwrap_or_default()).u32()?),
        _ => return Err(Refusal::MalformedPart.into()),
    };
    let more = described(version, fields.take(more)?);

    let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 1];
    bytes.extend_from_slice(&version.to_be_bytes());
    bytes.extend_from_slice(&[0; 6]);
    bytes.extend_from_slice(&channels.to_be_bytes());
    bytes.extend_from_slice(&bits.to_be_bytes());
    bytes.extend_from_slice(&packing.to_be_bytes());
    bytes.extend_from_slice(&[0; 2]);
    bytes.extend_from_slice(&rate);
    bytes.extend_from_slice(&more);

    let (mut settings, mut seen) = (Settings::default(), Seen::default());
    for part in children(fields.0, 0) {
        let part = part?;
        if &part.kind == b"wave" {
            seen.add(&part)?;
            bytes.extend_from_slice(&wave(&part, codec, &mut settings)?);
        } else if let Some(same) = settings.read(&part, codec)? {
            bytes.extend_from_slice(&make(&part.kind, &same));
        } else if let Some(same) = layout(&part)? {
            seen.add(&part)?;
            bytes.extend_from_slice(&same);
        }
    }
    let needs_settings = !matches!(codec, AudioCodec::Pcm | AudioCodec::Amr);
    if needs_settings && !settings.are_there {
        return Err(Refusal::MissingPart.into());
    }
    Ok(Some(Format {
        profile: None,
        hdr: None,
        video: None,
        audio: Some(codec),
        size: (0, 0),
        scrub: if settings.is_aac {
            Scrub::Aac
        } else {
            Scrub::Nothing
        },
        frame: Some(frame).filter(|&frame| codec == AudioCodec::Pcm && frame > 0),
        bytes: make(&entry.kind, &bytes),
    }))
}

/// How many bytes a sample of one channel has. For packed ones and those whose format says it, the field `bits` has 16 by
/// convention.
fn width(kind: &[u8; 4], bits: u16) -> u32 {
    match kind {
        b"ulaw" | b"alaw" => 1,
        b"in24" => 3,
        b"in32" | b"fl32" => 4,
        b"fl64" => 8,
        _ => bits.div_ceil(8).into(),
    }
}

/// What later versions of an entry have in it: numbers of samples and bytes, without those that no sound can have.
fn described(version: u16, more: &[u8]) -> Vec<u8> {
    let mut more = more.to_vec();
    if version == 1 {
        // The third, how long a frame is, has a use here.
        for number in [0, 4, 12] {
            if more[number..number + 2] != [0; 2] {
                more[number..number + 4].fill(0);
            }
        }
    } else if version == 2 {
        // The length of such an entry, and a number that is always the same.
        more[..4].copy_from_slice(&[0, 0, 0, 72]);
        more[16..20].copy_from_slice(&[0x7f, 0, 0, 0]);
    }
    more
}

/// QuickTime's box around the settings.
fn wave(part: &Part<'_>, codec: AudioCodec, settings: &mut Settings) -> Result<Vec<u8>> {
    let (mut bytes, mut seen) = (Vec::new(), Seen::default());
    for part in children(part.payload, part.start) {
        let part = part?;
        // Which byte of a sample is first is said by `enda`.
        let length = match &part.kind {
            b"frma" => Some(4),
            b"enda" => Some(2),
            _ => None,
        };
        match length {
            Some(length) => {
                seen.add(&part)?;
                let same = Fields(part.payload).take(length)?;
                bytes.extend_from_slice(&make(&part.kind, same));
            }
            None => {
                if let Some(same) = settings.read(&part, codec)? {
                    bytes.extend_from_slice(&make(&part.kind, &same));
                }
            }
        }
    }
    // Such a list ends with a box of no kind.
    bytes.extend_from_slice(&make(&[0; 4], &[]));
    Ok(make(b"wave", &bytes))
}

/// What was found of the settings of a decoder.
#[derive(Default)]
struct Settings {
    are_there: bool,
    is_aac: bool,
}

impl Settings {
    /// The settings written again; `None` if this is something else.
    fn read(&mut self, part: &Part<'_>, codec: AudioCodec) -> Result<Option<Vec<u8>>> {
        let mut fields = Fields(part.payload);
        let bytes = match (codec, &part.kind) {
            (AudioCodec::Aac, b"esds") => {
                let settings = esds(part.payload, false)?;
                self.is_aac = settings.is_aac;
                settings.bytes
            }
            (AudioCodec::Opus, b"dOps") => {
                let head: [u8; 11] = fields.array()?;
                // Of more than two channels it says which is where.
                let mapping = match head[10] {
                    0 => 0,
                    _ => 2 + usize::from(head[1]),
                };
                [&head[..], fields.take(mapping)?].concat()
            }
            (AudioCodec::Flac, b"dfLa") => {
                fields.u32()?;
                let [kind, a, b, length] = fields.array()?;
                if (kind & 0x7f, a, b, length) != (0, 0, 0, 34) {
                    return Err(Refusal::MalformedPart.into());
                }
                // It is the last: what follows are words and pictures.
                [&[0, 0, 0, 0, 0x80, 0, 0, 34], fields.take(34)?].concat()
            }
            (AudioCodec::Alac, b"alac") => {
                fields.u32()?;
                [&[0; 4], fields.take(24)?].concat()
            }
            (AudioCodec::Amr, b"damr") => {
                // Without its maker and the version of that one's encoder.
                fields.take(5)?;
                [&[0; 5], fields.take(4)?].concat()
            }
            (AudioCodec::Pcm, b"pcmC") => fields.take(6)?.to_vec(),
            _ => return Ok(None),
        };
        if std::mem::replace(&mut self.are_there, true) {
            return Err(Refusal::Twice.into());
        }
        Ok(Some(bytes))
    }
}

/// Which channel is where, and how many bits there are in a second; `None` if this is something else.
fn layout(part: &Part<'_>) -> Result<Option<Vec<u8>>> {
    let mut fields = Fields(part.payload);
    let bytes = match &part.kind {
        b"btrt" => fields.take(12)?.to_vec(),
        b"chan" => {
            fields.u32()?;
            let (layout, which, count) = (fields.u32()?, fields.u32()?, fields.u32()?);
            let count = usize::try_from(count).ok().filter(|&count| count <= 64);
            let described = fields.take(count.ok_or(Refusal::Counts)? * 20)?;
            // Channels are described where the layout has no number, and bits say which there are where it has this one.
            let described = if layout == 0 { described } else { &[] };
            let which = if layout == 1 << 16 { which } else { 0 };
            let count = u32::try_from(described.len() / 20).unwrap_or(0);
            let mut bytes = [0, layout, which, count].map(u32::to_be_bytes).concat();
            for channel in described.chunks_exact(20) {
                // What it is, and flags; where it is only if a flag says that this is told.
                bytes.extend_from_slice(&channel[..8]);
                match channel[7] & 3 {
                    0 => bytes.extend_from_slice(&[0; 12]),
                    _ => bytes.extend_from_slice(&channel[8..]),
                }
            }
            bytes
        }
        _ => return Ok(None),
    };
    Ok(Some(make(&part.kind, &bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of two channels, as QuickTime has it, with these boxes in it.
    fn format(kind: &[u8; 4], bits: u16, boxes: &[u8]) -> Result<Option<Format>> {
        let payload = [
            &[0; 7][..],
            &[1],
            &[0; 8],
            &[0, 2],
            &bits.to_be_bytes(),
            &[0; 8],
            boxes,
        ]
        .concat();
        read(&Part {
            kind: *kind,
            payload: &payload,
            start: 0,
        })
    }

    #[test]
    fn a_sample_is_as_wide_as_its_format_says() {
        for (kind, bits, expected) in [
            (b"ulaw", 16, 2),
            (b"alaw", 16, 2),
            (b"in24", 16, 6),
            (b"in32", 16, 8),
            (b"fl32", 16, 8),
            (b"fl64", 16, 16),
            (b"raw ", 8, 2),
            (b"sowt", 16, 4),
            (b"twos", 24, 6),
        ] {
            let found = format(kind, bits, &[]).unwrap().unwrap();
            assert_eq!(found.frame, Some(expected), "{kind:?}");
        }
    }

    #[test]
    fn what_follows_the_settings_of_aac_is_emptied_and_mp3_has_none() {
        let of = |number: u8| {
            let settings = b"\x12\x10SECRET";
            let decoder = [&[number][..], &[0; 12], &[5, 8], settings].concat();
            let esds = [&[0; 4][..], &[4, 23], &decoder].concat();
            format(b"mp4a", 16, &make(b"esds", &esds))
                .unwrap()
                .unwrap()
                .bytes
        };
        let contains =
            |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        assert!(contains(&of(0x40), b"\x12\x10\0\0\0\0\0\0"));
        assert!(!contains(&of(0x6b), b"\x12\x10") && !contains(&of(0x6b), b"SECRET"));
    }

    #[test]
    fn numbers_that_no_sound_can_have_are_dropped() {
        let numbers = [&[0, 0, 4, 0][..], b"SECR", &[0, 0, 0, 4], b"SECR"].concat();
        let sane = [0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0];
        assert_eq!(described(1, &numbers), sane);
        assert_eq!(described(1, &sane), sane);
        let numbers = [&b"SECR"[..], &[7; 12], b"SECR", &[7; 16]].concat();
        let sane = [&[0, 0, 0, 72][..], &[7; 12], &[0x7f, 0, 0, 0], &[7; 16]].concat();
        assert_eq!(described(2, &numbers), sane);
        assert!(described(0, &[]).is_empty());
    }

    #[test]
    fn channels_are_described_where_their_layout_has_no_number() {
        let of = |fields: [u32; 4], channels: &[u8]| {
            let fields = [fields.map(u32::to_be_bytes).as_flattened(), channels].concat();
            let found = format(b"in24", 16, &make(b"chan", &fields))
                .unwrap()
                .unwrap();
            let at = found.bytes.windows(4).position(|kind| kind == b"chan");
            found.bytes[at.unwrap() + 4..].to_vec()
        };
        let fields = |fields: [u32; 4]| fields.map(u32::to_be_bytes).concat();
        let (kind, words) = ([0, 0, 0, 1, 0, 0, 0, 0], b"SECRETSECRET");
        let channel = [&kind[..], words].concat();
        assert_eq!(
            of([9, 101 << 16 | 2, 9, 1], &channel),
            fields([0, 101 << 16 | 2, 0, 0])
        );
        assert_eq!(of([9, 1 << 16, 3, 0], &[]), fields([0, 1 << 16, 3, 0]));
        let told = [&fields([0, 0, 0, 1])[..], &kind, &[0; 12]].concat();
        assert_eq!(of([9, 0, 9, 1], &channel), told);
        let placed = [&[0, 0, 0, 100, 0, 0, 0, 1][..], words].concat();
        let told = [&fields([0, 0, 0, 1])[..], &placed].concat();
        assert_eq!(of([9, 0, 9, 1], &placed), told);
    }

    #[test]
    fn what_is_kept_of_a_format_is_there_once() {
        let layout = make(b"chan", &[0; 16]);
        let rate = make(b"btrt", &[0; 12]);
        let order = make(b"enda", &[0, 1]);
        let wave = make(b"wave", &[&order[..], &make(b"frma", b"in24")].concat());
        let entry = [&layout[..], &rate, &wave].concat();
        let found = format(b"in24", 16, &entry).unwrap().unwrap();
        assert!(found.bytes.len() <= 36 + entry.len() + 8);
        let settings = make(b"pcmC", &[0; 6]);
        let both = [&settings[..], &make(b"wave", &settings)].concat();
        for twice in [
            layout.repeat(2),
            rate.repeat(2),
            wave.repeat(2),
            settings.repeat(2),
            both,
            make(b"wave", &order.repeat(2)),
            // Each would get an end.
            make(b"wave", &[]).repeat(2),
        ] {
            let refused = format(b"in24", 16, &twice).err();
            let refused = refused.and_then(|error| error.refusal());
            assert_eq!(refused, Some(Refusal::Twice), "{twice:?}");
        }
    }
}
