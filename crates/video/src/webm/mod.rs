//! WebM: elements in elements (RFC 9559, and the guidelines of the WebM Project). What isn't on the list is overwritten where
//! it is, so that every position in the file stays valid.

// Elements.
mod ebml;
// The elements of a WebM, and which of them stay.
mod ids;
// Lists that are in memory.
mod lists;
// The settings of decoders.
mod private;

use std::io::{Read, Seek, sink};
use std::time::Duration;

use crate::film::{Film, Kind, VideoCodec};
use crate::input::Input;
use crate::output::Output;
use crate::scrub::Scrub;
use crate::{Error, Refusal, Result};
use ebml::Header;
use ids::Rule;
use lists::{Track, Tracks};

/// The longest list that is in memory, in bytes.
const MAX_LIST: u64 = 64 * 1024 * 1024;
/// The longest head of a file, in bytes.
const MAX_EBML: u64 = 4096;
/// The most pictures that one builds on; VP8 and VP9 have three, AV1 has seven.
const MAX_REFERENCES: usize = 16;

/// Reads up to the first picture: what the film is, and how long the clean file will be.
pub fn head<R: Read + Seek>(input: &mut Input<R>) -> Result<(Film, u64)> {
    let mut nowhere = sink();
    let mut output = Output::new(&mut nowhere);
    let mut walk = Walk::begin(input, &mut output)?;
    walk.until(Until::FirstCluster)?;
    let (film, end) = (walk.film()?, walk.end);
    input.go_to(0)?;
    Ok((film, end))
}

/// Writes the clean film: what it is, and how many tracks were left out.
pub fn write<R: Read + Seek>(
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<(Film, usize)> {
    input.go_to(0)?;
    let mut walk = Walk::begin(input, output)?;
    walk.until(Until::End)?;
    match walk.pictures {
        0 => Err(Refusal::NoSamples.into()),
        _ => Ok((walk.film()?, walk.tracks.map_or(0, |tracks| tracks.dropped))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    FirstCluster,
    End,
}

struct Walk<'a, 'b, R> {
    input: &'a mut Input<R>,
    output: &'a mut Output<'b>,
    /// Where the film ends.
    end: u64,
    tracks: Option<Tracks>,
    /// How long a tick is in nanoseconds, and how many the film lasts.
    info: Option<(u64, Option<f64>)>,
    /// When the cluster begins, in ticks.
    cluster: u64,
    /// Whether that cluster has said so.
    has_time: bool,
    /// When the last block ends as far as it is known, in ticks.
    last: u64,
    /// How many blocks of pictures there were.
    pictures: u64,
}

impl<'a, 'b, R: Read + Seek> Walk<'a, 'b, R> {
    /// Passes the head of the file and the header of the segment.
    fn begin(input: &'a mut Input<R>, output: &'a mut Output<'b>) -> Result<Self> {
        let header = Header::read(input)?;
        let size = header.size.ok_or(Refusal::UnknownSize)?;
        if header.id != ids::EBML || size > MAX_EBML {
            return Err(Refusal::UnknownType.into());
        }
        let mut bytes = input.bytes(usize::try_from(size).unwrap_or(0))?;
        lists::ebml(&mut bytes)?;
        output.write(header.bytes())?;
        output.write(&bytes)?;
        let mut walk = Self {
            end: input.length(),
            input,
            output,
            tracks: None,
            info: None,
            cluster: 0,
            has_time: false,
            last: 0,
            pictures: 0,
        };
        loop {
            let header = Header::read(walk.input)?;
            if header.id == ids::SEGMENT {
                if let Some(size) = header.size {
                    walk.end = walk.end_of(size, walk.end)?;
                }
                walk.output.write(header.bytes())?;
                return Ok(walk);
            }
            walk.drop(&header, walk.end)?;
        }
    }

    /// Where something ends that begins here and has to end before `limit`.
    fn end_of(&self, size: u64, limit: u64) -> Result<u64> {
        let end = self.input.position().checked_add(size);
        match end {
            Some(end) if end <= limit => Ok(end),
            _ if limit == self.input.length() => Err(Refusal::EndsEarly.into()),
            _ => Err(Refusal::MalformedPart.into()),
        }
    }

    /// Everything in the segment.
    fn until(&mut self, until: Until) -> Result<()> {
        // Where the current cluster ends, if it states that.
        let mut cluster: Option<Option<u64>> = None;
        let mut clusters = 0_u64;
        loop {
            if cluster.flatten() == Some(self.input.position()) {
                cluster = None;
            }
            if self.input.position() == self.end {
                break;
            }
            let header = Header::read(self.input)?;
            if cluster == Some(None) && ids::ends_cluster(header.id) {
                cluster = None;
            }
            let limit = cluster.flatten().unwrap_or(self.end);
            match (header.id, cluster) {
                (ids::CLUSTER, None) => {
                    clusters += 1;
                    if self.tracks.is_none() {
                        return Err(Refusal::HeadAfterFilm.into());
                    }
                    if until == Until::FirstCluster {
                        return Ok(());
                    }
                    let end = header.size.map(|size| self.end_of(size, limit));
                    cluster = Some(end.transpose()?);
                    self.has_time = false;
                    self.output.write(header.bytes())?;
                }
                (_, Some(_)) => self.in_cluster(&header, limit)?,
                (_, None) => self.in_segment(&header, limit)?,
            }
        }
        match clusters {
            0 => Err(Refusal::NoSamples.into()),
            _ => Ok(()),
        }
    }

    fn in_segment(&mut self, header: &Header, limit: u64) -> Result<()> {
        match header.id {
            ids::EBML | ids::SEGMENT => return Err(Refusal::Twice.into()),
            ids::SEEK_HEAD | ids::CUES | ids::INFO | ids::TRACKS => {}
            _ => return self.drop(header, limit),
        }
        let size = header.size.ok_or(Refusal::UnknownSize)?;
        self.end_of(size, limit)?;
        if size > MAX_LIST {
            return Err(Refusal::TooLargeHead.into());
        }
        let mut bytes = self.input.bytes(usize::try_from(size).unwrap_or(0))?;
        match header.id {
            ids::SEEK_HEAD => lists::seek_head(&mut bytes)?,
            ids::CUES => lists::apply(&mut bytes, ids::cues)?,
            ids::INFO => {
                let info = lists::info(&mut bytes)?;
                if self.info.replace(info).is_some() {
                    return Err(Refusal::Twice.into());
                }
            }
            _ => {
                let tracks = lists::tracks(&mut bytes)?;
                if self.tracks.replace(tracks).is_some() {
                    return Err(Refusal::Twice.into());
                }
            }
        }
        self.output.write(header.bytes())?;
        self.output.write(&bytes)
    }

    fn in_cluster(&mut self, header: &Header, limit: u64) -> Result<()> {
        let size = header.size.ok_or(Refusal::UnknownSize)?;
        let end = self.end_of(size, limit)?;
        match header.id {
            ids::EBML | ids::SEGMENT | ids::CLUSTER => Err(Refusal::MalformedElement.into()),
            ids::ENCRYPTED_BLOCK => Err(Refusal::Encrypted.into()),
            ids::TIMESTAMP if self.has_time => Err(Refusal::Twice.into()),
            ids::TIMESTAMP => {
                self.has_time = true;
                self.cluster = self.number(header)?;
                Ok(())
            }
            ids::SIMPLE_BLOCK => self.block(header, end, 0),
            ids::BLOCK_GROUP => self.group(header, end),
            _ => self.drop(header, limit),
        }
    }

    /// Overwrites an element.
    fn drop(&mut self, header: &Header, limit: u64) -> Result<()> {
        let size = header.size.ok_or(Refusal::UnknownSize)?;
        let end = self.end_of(size, limit)?;
        let total = header.total(size);
        let void = ebml::void(total);
        self.output.write(&void)?;
        self.output.fill(0, total - void.len() as u64)?;
        self.input.go_to(end)
    }

    /// Writes a number as it is.
    fn number(&mut self, header: &Header) -> Result<u64> {
        let size = header.size.filter(|&size| size <= 8);
        let size = size.ok_or(Refusal::MalformedPart)?;
        let bytes = self.input.bytes(usize::try_from(size).unwrap_or(0))?;
        self.output.write(header.bytes())?;
        self.output.write(&bytes)?;
        ebml::unsigned(&bytes)
    }

    /// A block with its additions.
    fn group(&mut self, header: &Header, end: u64) -> Result<()> {
        let start = self.input.position();
        let duration = match self.look_into_group(end)? {
            Some(duration) => duration,
            None => {
                self.input.go_to(start)?;
                return self.drop(header, end);
            }
        };
        self.input.go_to(start)?;
        self.output.write(header.bytes())?;
        let mut seen = Vec::new();
        while self.input.position() < end {
            let header = Header::read(self.input)?;
            let size = header.size.ok_or(Refusal::UnknownSize)?;
            let inner = self.end_of(size, end)?;
            match (header.id, ids::group(header.id)) {
                (ids::BLOCK, _) => self.block(&header, inner, duration)?,
                (_, Rule::Number) => {
                    let max = if header.id == ids::REFERENCE {
                        MAX_REFERENCES
                    } else {
                        1
                    };
                    if seen.iter().filter(|&&id| id == header.id).count() == max {
                        return Err(Refusal::Twice.into());
                    }
                    seen.push(header.id);
                    self.number(&header)?;
                }
                _ => self.drop(&header, end)?,
            }
        }
        match self.input.position() == end {
            true => Ok(()),
            false => Err(Refusal::MalformedPart.into()),
        }
    }

    /// How many ticks the block of a group lasts; `None` if its track isn't kept.
    fn look_into_group(&mut self, end: u64) -> Result<Option<u64>> {
        let (mut duration, mut is_kept) = (0, None);
        while self.input.position() < end {
            let header = Header::read(self.input)?;
            let size = header.size.ok_or(Refusal::UnknownSize)?;
            let inner = self.end_of(size, end)?;
            match header.id {
                ids::BLOCK if is_kept.is_some() => return Err(Refusal::Twice.into()),
                ids::BLOCK => {
                    let number = Header::read_number(self.input)?.0;
                    is_kept = Some(self.track(number).is_some());
                }
                ids::BLOCK_DURATION if size <= 8 => {
                    let bytes = self.input.bytes(usize::try_from(size).unwrap_or(0))?;
                    duration = ebml::unsigned(&bytes)?;
                }
                _ => {}
            }
            self.input.go_to(inner)?;
        }
        Ok(is_kept.filter(|&is_kept| is_kept).map(|_| duration))
    }

    fn track(&self, number: u64) -> Option<&Track> {
        let tracks = self.tracks.as_ref()?;
        tracks.kept.iter().find(|track| track.number == number)
    }

    /// A block: the number of its track, when it is shown, flags, and what is shown.
    fn block(&mut self, header: &Header, end: u64, duration: u64) -> Result<()> {
        let start = self.input.position();
        let (number, mut bytes) = Header::read_number(self.input)?;
        let rest: [u8; 3] = self.input.array()?;
        let position = self.input.position();
        if position > end {
            return Err(Refusal::MalformedPart.into());
        }
        let Some(track) = self.track(number) else {
            self.input.go_to(start)?;
            return self.drop(header, end);
        };
        let (is_picture, is_av1) = match track.video {
            Some((codec, _)) => (true, codec == VideoCodec::Av1),
            None => (false, false),
        };
        // When it is shown may be before the cluster begins.
        let at = self
            .cluster
            .saturating_add_signed(i16::from_be_bytes([rest[0], rest[1]]).into());
        self.last = self.last.max(at.saturating_add(duration));
        self.pictures += u64::from(is_picture);
        let is_laced = rest[2] & 6 != 0;
        if is_av1 && is_laced {
            return Err(Refusal::MalformedPicture.into());
        }
        bytes.extend_from_slice(&rest);
        self.output.write(header.bytes())?;
        self.output.write(&bytes)?;
        let scrub = if is_av1 { Scrub::Obus } else { Scrub::Nothing };
        scrub.sample(end - position, self.input, self.output)
    }

    /// What is known about the film so far.
    fn film(&self) -> Result<Film> {
        let tracks = self.tracks.as_ref().ok_or(Refusal::NoVideo)?;
        let video = tracks.kept.iter().find_map(|track| track.video);
        let (video, shown) = video.ok_or(Error::Refused(Refusal::NoVideo))?;
        let (scale, ticks) = self.info.unwrap_or((1_000_000, None));
        let told = ticks.map(|ticks| ticks * scale as f64 / 1e9);
        let told = told.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let seen = self.last.checked_mul(scale).filter(|&nanos| nanos > 0);
        Ok(Film {
            kind: Kind::WebM,
            duration: told.or(seen.map(Duration::from_nanos)),
            width: shown.width,
            height: shown.height,
            rotation: shown.rotation,
            video,
            profile: None,
            hdr: shown.hdr,
            audio: tracks.kept.iter().find_map(|track| track.audio),
        })
    }
}
