//! One track: whether it is kept, and its boxes, written again.

use super::Movie;
use super::boxes::{Part, by_version, make, one, times};
use super::entries;
use super::groups::groups;
use super::matrix;
use super::parts::Parts;
use super::runs::Used;
use super::tables::{Sizes, Table, timing};
use crate::film::{AudioCodec, Hdr, VideoCodec};
use crate::scrub::Scrub;
use crate::{Refusal, Result};

/// What a track turned out to be.
pub enum Media {
    Kept(Box<Track>),
    /// In a format that isn't on the list.
    UnknownVideo,
    UnknownAudio,
    /// Neither picture nor sound.
    Other,
}

/// A track that is kept.
pub struct Track {
    pub video: Option<VideoCodec>,
    pub audio: Option<AudioCodec>,
    pub profile: Option<u8>,
    pub hdr: Option<Hdr>,
    pub matrix: [u8; 36],
    /// Width and height in pixels, before they are turned.
    pub size: (u32, u32),
    /// In ticks, and how many there are in a second.
    pub duration: Option<(u64, u32)>,
    pub scrub: Scrub,
    pub sizes: Sizes,
    /// How many samples a chunk has.
    pub runs: Table,
    /// Where the chunks are.
    pub offsets: Table,
    /// How many formats its samples have.
    pub formats: u32,
    /// Which of these there will be.
    used: Used,
    boxes: Boxes,
}

/// Its boxes as they will be.
struct Boxes {
    header: Vec<u8>,
    edits: Option<Table>,
    media_header: Vec<u8>,
    handler: Vec<u8>,
    kind_header: Vec<u8>,
    formats: Vec<u8>,
    timing: Parts,
    groups: Parts,
}

/// Reads a track.
pub fn read(trak: &Part<'_>, movie: &Movie, moov: &[u8]) -> Result<Media> {
    let trak = trak.children()?;
    let mdia = one(&trak, b"mdia")?
        .ok_or(Refusal::MissingPart)?
        .children()?;
    let handler = one(&mdia, b"hdlr")?.ok_or(Refusal::MissingPart)?;
    let (_, _, mut fields) = handler.full()?;
    // QuickTime distinguishes handlers of media from those of data; MP4 has zeros there.
    let (class, kind): ([u8; 4], [u8; 4]) = (fields.array()?, fields.array()?);
    let is_video = match &kind {
        b"vide" => true,
        b"soun" => false,
        _ => return Ok(Media::Other),
    };
    let minf = one(&mdia, b"minf")?
        .ok_or(Refusal::MissingPart)?
        .children()?;
    let stbl = one(&minf, b"stbl")?
        .ok_or(Refusal::MissingPart)?
        .children()?;
    let found = one(&stbl, b"stsd")?.ok_or(Refusal::MissingPart)?;
    let Some(formats) = entries::read(found, is_video)? else {
        return Ok(match is_video {
            true => Media::UnknownVideo,
            false => Media::UnknownAudio,
        });
    };
    if let Some(dinf) = one(&minf, b"dinf")? {
        is_in_this_file(dinf)?;
    }
    let mut sizes = Sizes::read(one(&stbl, b"stsz")?, one(&stbl, b"stz2")?)?;
    // QuickTime calls a frame of plain samples one byte long.
    if let (Sizes::Fixed { size, .. }, Some(frame)) = (&mut sizes, formats.frame) {
        *size = frame;
    }
    let mut runs = Table::read(one(&stbl, b"stsc")?.ok_or(Refusal::MissingPart)?, |_| 12)?;
    let offsets = match (one(&stbl, b"stco")?, one(&stbl, b"co64")?) {
        (Some(_), Some(_)) => return Err(Refusal::Twice.into()),
        (Some(part), None) => Table::read(part, |_| 4)?,
        (None, Some(part)) => Table::read(part, |_| 8)?,
        (None, None) => return Err(Refusal::MissingPart.into()),
    };
    // From the first chunk that isn't there on, they could say anything.
    runs.keep_while(moov, |entry| {
        let chunk = u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]]);
        usize::try_from(chunk).is_ok_and(|chunk| (1..=offsets.count).contains(&chunk))
    });
    let used = Used::of(runs.entries(moov));
    let stsd = formats.write(|number| used.has(number));
    let edits = match one(&trak, b"edts")? {
        Some(edts) => one(&edts.children()?, b"elst")?
            .map(|part| Table::read(part, |version| if version == 0 { 12 } else { 20 }))
            .transpose()?,
        None => None,
    };
    let head = one(&trak, b"tkhd")?.ok_or(Refusal::MissingPart)?;
    let head = TrackHeader::read(head, is_video)?;
    let media = MediaHeader::read(one(&mdia, b"mdhd")?.ok_or(Refusal::MissingPart)?)?;
    let groups = groups(&stbl, moov, sizes.count());
    let (timing, lasts) = timing(&stbl, moov, sizes.count())?;
    // Some writers leave the durations of edits at 0: then they say nothing, and all samples are shown.
    let edited = edits.as_ref().map(|edits| edits.sum_of_durations(moov));
    let lasts = match edited {
        Some(ticks) if ticks > 0 => (ticks, movie.timescale),
        _ => (lasts, media.timescale),
    };
    let shown = (head.width >> 16, head.height >> 16);
    let handler = [&[0; 4], &class_of(class)[..], &kind, &[0; 13]].concat();
    Ok(Media::Kept(Box::new(Track {
        video: formats.video,
        audio: formats.audio,
        profile: formats.profile,
        hdr: formats.hdr,
        matrix: head.matrix,
        size: if shown.0 > 0 && shown.1 > 0 {
            shown
        } else {
            formats.size
        },
        duration: Some(lasts),
        scrub: formats.scrub,
        sizes,
        runs,
        offsets,
        formats: formats.count(),
        used,
        boxes: Boxes {
            header: head.bytes,
            edits,
            media_header: media.bytes,
            handler: make(b"hdlr", &handler),
            kind_header: match is_video {
                true => make(b"vmhd", &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
                false => make(b"smhd", &[0; 8]),
            },
            formats: stsd,
            timing,
            groups,
        },
    })))
}

/// The class of a handler in QuickTime, or none.
fn class_of(class: [u8; 4]) -> [u8; 4] {
    match &class {
        b"mhlr" => class,
        _ => [0; 4],
    }
}

/// All references to data are to the file itself.
fn is_in_this_file(dinf: &Part<'_>) -> Result<()> {
    let Some(dref) = one(&dinf.children()?, b"dref")?.copied() else {
        return Ok(());
    };
    let (_, _, mut fields) = dref.full()?;
    let count = usize::try_from(fields.u32()?).unwrap_or(usize::MAX);
    for reference in super::boxes::children(fields.0, 0).take(count) {
        let (_, [_, _, flags], _) = reference?.full()?;
        if flags & 1 == 0 {
            return Err(Refusal::External.into());
        }
    }
    Ok(())
}

struct TrackHeader {
    bytes: Vec<u8>,
    matrix: [u8; 36],
    /// In pixels, with 16 bits of fraction.
    width: u32,
    height: u32,
}

impl TrackHeader {
    fn read(part: &Part<'_>, is_video: bool) -> Result<Self> {
        let (version, flags, mut fields) = part.full()?;
        fields.by_version(version)?;
        fields.by_version(version)?;
        let id = fields.u32()?;
        fields.u32()?;
        let duration = fields.by_version(version)?;
        fields.take(8)?;
        let order: [u8; 6] = fields.array()?;
        fields.take(2)?;
        let matrix = matrix::flat(fields.array()?);
        let (width, height) = (fields.u32()?, fields.u32()?);
        // Sound is shown nowhere.
        let (matrix, width, height) = match is_video {
            true => (matrix, width, height),
            false => (matrix::NONE, 0, 0),
        };
        let mut bytes = vec![version];
        bytes.extend_from_slice(&flags);
        times(&mut bytes, version);
        bytes.extend_from_slice(&id.to_be_bytes());
        bytes.extend_from_slice(&[0; 4]);
        by_version(&mut bytes, version, duration);
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&order);
        bytes.extend_from_slice(&[0; 2]);
        bytes.extend_from_slice(&matrix);
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        Ok(Self {
            bytes: make(b"tkhd", &bytes),
            matrix,
            width,
            height,
        })
    }
}

struct MediaHeader {
    bytes: Vec<u8>,
    /// Ticks a second.
    timescale: u32,
}

impl MediaHeader {
    /// "und", for an undetermined language, as three letters of five bits.
    const NO_LANGUAGE: u16 = 0x55c4;

    fn read(part: &Part<'_>) -> Result<Self> {
        let (version, _, mut fields) = part.full()?;
        fields.by_version(version)?;
        fields.by_version(version)?;
        let timescale = fields.u32()?;
        let duration = fields.by_version(version)?;
        if timescale == 0 {
            return Err(Refusal::MalformedPart.into());
        }
        let mut bytes = vec![version, 0, 0, 0];
        times(&mut bytes, version);
        bytes.extend_from_slice(&timescale.to_be_bytes());
        by_version(&mut bytes, version, duration);
        bytes.extend_from_slice(&Self::NO_LANGUAGE.to_be_bytes());
        bytes.extend_from_slice(&[0; 2]);
        Ok(Self {
            bytes: make(b"mdhd", &bytes),
            timescale,
        })
    }
}

impl Track {
    /// Its boxes, as that of number `number` among those that are kept.
    pub fn parts(&self, number: usize, wide: bool) -> Parts {
        let boxes = &self.boxes;
        let mut stbl = Parts::default();
        stbl.own(boxes.formats.clone());
        stbl.append(boxes.timing.clone());
        self.runs.write_chunks(self.used, &mut stbl);
        self.sizes.write(&mut stbl);
        let count = u32::try_from(self.offsets.count).unwrap_or(u32::MAX);
        stbl.offsets(number, count);
        stbl.append(boxes.groups.clone());

        let mut minf = Parts::default();
        minf.own(boxes.kind_header.clone());
        let here = make(b"url ", &[0, 0, 0, 1]);
        let dref = make(b"dref", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &here].concat());
        minf.own(make(b"dinf", &dref));
        minf.append(stbl.wrap(b"stbl", wide));

        let mut mdia = Parts::default();
        mdia.own(boxes.media_header.clone());
        mdia.own(boxes.handler.clone());
        mdia.append(minf.wrap(b"minf", wide));

        let mut trak = Parts::default();
        trak.own(boxes.header.clone());
        if let Some(edits) = &boxes.edits {
            let mut edts = Parts::default();
            edits.write(b"elst", &mut edts);
            trak.append(edts.wrap(b"edts", wide));
        }
        trak.append(mdia.wrap(b"mdia", wide));
        trak.wrap(b"trak", wide)
    }
}
