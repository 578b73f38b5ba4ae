//! MP4 and QuickTime: boxes in boxes (ISO 14496-12, and Apple's QuickTime File Format). The clean film is written from
//! scratch: its head first, then the chunks that kept tracks refer to, in the order in which they are in the file.

// Boxes that are in memory.
mod boxes;
// Where the samples are.
mod chunks;
// The decoders' settings.
mod config;
// The descriptors of MPEG-4.
mod descriptors;
// Formats of samples.
mod entries;
// One of them.
mod format;
// How samples are grouped.
mod groups;
// When it was made, by the clock of the camera.
mod made;
// How a film is turned and mirrored.
mod matrix;
// The new head.
mod parts;
// Tables of runs of samples.
mod runs;
// Sample entries of sound.
mod sound;
// The tables of a track.
mod tables;
// The boxes at the top of a file.
mod top;
// One track.
mod track;

use std::io::{Read, Seek};
use std::time::Duration;

use crate::film::{Film, Kind, MadeAt};
use crate::input::Input;
use crate::output::Output;
use crate::{Refusal, Result};
use boxes::{Part, list, one};
use chunks::Chunk;
use parts::Parts;
use track::{Media, Track};

/// The most tracks that are looked at.
const MAX_TRACKS: usize = 64;

/// A clean film, ready to be written.
pub struct Layout {
    pub film: Film,
    /// In bytes.
    pub length: u64,
    pub tracks_dropped: usize,
    /// When it was made, in seconds since 1904, as the head says; 0 if it doesn't.
    pub made: u64,
    /// The same by the clock of the camera, where its zone is told.
    pub made_there: Option<MadeAt>,
    /// The head as it was read, from which the new one takes its tables.
    moov: Vec<u8>,
    tracks: Vec<Track>,
    /// In the order of the file.
    chunks: Vec<Chunk>,
    /// Everything in front of the samples.
    head: Parts,
    /// Where the samples will begin.
    data: u64,
    wide: bool,
}

impl Layout {
    /// Reads the head of a file.
    pub fn read<R: Read + Seek>(input: &mut Input<R>, kind: Kind) -> Result<Self> {
        let top = top::scan(input)?;
        input.go_to(top.moov.start)?;
        let length = usize::try_from(top.moov.end - top.moov.start);
        let moov = input.bytes(length.map_err(|_| Refusal::TooLargeHead)?)?;

        let all = list(&moov, 0)?;
        let head = Movie::read(&all)?;
        let (mut tracks, mut dropped, mut unknown) = (Vec::new(), 0, Unknown::default());
        let found = all.iter().filter(|part| &part.kind == b"trak");
        for (at, part) in found.enumerate() {
            if at == MAX_TRACKS {
                return Err(Refusal::TooManyTracks.into());
            }
            match track::read(part, &head, &moov)? {
                Media::Kept(track) => tracks.push(*track),
                Media::UnknownVideo => unknown.video += 1,
                Media::UnknownAudio => unknown.audio += 1,
                Media::Other => dropped += 1,
            }
        }
        let film = film(kind, &head, &tracks, unknown)?;
        dropped += unknown.video + unknown.audio;

        let chunks = chunks::collect(&tracks, &moov, &top.mdat)?;
        let samples: u64 = chunks.iter().map(|chunk| chunk.length).sum();
        if samples == 0 {
            return Err(Refusal::NoSamples.into());
        }
        let mut layout = Self {
            film,
            length: 0,
            tracks_dropped: dropped,
            made: head.made,
            made_there: made::read(&all),
            tracks,
            chunks,
            head: Parts::default(),
            data: 0,
            wide: false,
            moov,
        };
        layout.arrange(&head, samples, false);
        if layout.length > u64::from(u32::MAX) {
            layout.arrange(&head, samples, true);
        }
        Ok(layout)
    }

    /// Puts the head together, and with it finds out where the samples will be.
    fn arrange(&mut self, movie: &Movie, samples: u64, wide: bool) {
        let mut moov = Parts::default();
        moov.own(movie.header.clone());
        for (at, track) in self.tracks.iter().enumerate() {
            moov.append(track.parts(at, wide));
        }
        let mut head = Parts::default();
        head.own(brands(self.film.kind));
        head.append(moov.wrap(b"moov", wide));
        // A long header where the length doesn't fit a short one.
        let mdat = match u32::try_from(samples + 8) {
            Ok(length) => [&length.to_be_bytes()[..], b"mdat"].concat(),
            Err(_) => [&[0, 0, 0, 1][..], b"mdat", &(samples + 16).to_be_bytes()].concat(),
        };
        head.own(mdat);
        self.wide = wide;
        self.data = head.length(wide);
        self.length = self.data + samples;
        self.head = head;
    }

    /// Writes the film.
    pub fn write<R: Read + Seek>(
        &self,
        input: &mut Input<R>,
        output: &mut Output<'_>,
    ) -> Result<()> {
        let offsets = |track| chunks::offsets(&self.chunks, track, self.data);
        self.head.write(&self.moov, offsets, self.wide, output)?;
        for chunk in &self.chunks {
            if chunk.length > 0 {
                let track = &self.tracks[usize::from(chunk.track)];
                chunks::copy(chunk, track, &self.moov, input, output)?;
            }
        }
        Ok(())
    }
}

/// How many tracks of each kind there are that can't be cleaned.
#[derive(Clone, Copy, Default)]
struct Unknown {
    video: usize,
    audio: usize,
}

/// What concerns all tracks.
pub struct Movie {
    /// Written again, without times.
    header: Vec<u8>,
    /// In seconds since 1904.
    made: u64,
    /// Ticks a second.
    timescale: u32,
    matrix: [u8; 36],
}

impl Movie {
    fn read(all: &[Part<'_>]) -> Result<Self> {
        for part in all {
            match &part.kind {
                b"cmov" => return Err(Refusal::Compressed.into()),
                b"mvex" => return Err(Refusal::Fragmented.into()),
                // Of MPEG-21 and PlayReady, and of a reference movie.
                b"rmra" => return Err(Refusal::External.into()),
                b"pssh" => return Err(Refusal::Encrypted.into()),
                _ => {}
            }
        }
        let part = one(all, b"mvhd")?.ok_or(Refusal::MissingPart)?;
        let (version, flags, mut fields) = part.full()?;
        let made = fields.by_version(version)?;
        fields.by_version(version)?;
        let timescale = fields.u32()?;
        let duration = fields.by_version(version)?;
        let (rate, volume) = (fields.u32()?, fields.u16()?);
        fields.take(10)?;
        let matrix = matrix::flat(fields.array()?);
        fields.take(24)?;
        let next_track = fields.u32()?;
        if timescale == 0 {
            return Err(Refusal::MalformedPart.into());
        }
        let mut header = vec![version];
        header.extend_from_slice(&flags);
        boxes::times(&mut header, version);
        header.extend_from_slice(&timescale.to_be_bytes());
        boxes::by_version(&mut header, version, duration);
        header.extend_from_slice(&rate.to_be_bytes());
        header.extend_from_slice(&volume.to_be_bytes());
        header.extend_from_slice(&[0; 10]);
        header.extend_from_slice(&matrix);
        header.extend_from_slice(&[0; 24]);
        header.extend_from_slice(&next_track.to_be_bytes());
        Ok(Self {
            header: boxes::make(b"mvhd", &header),
            made,
            timescale,
            matrix,
        })
    }
}

fn film(kind: Kind, movie: &Movie, tracks: &[Track], unknown: Unknown) -> Result<Film> {
    let video = tracks.iter().find_map(|track| Some((track, track.video?)));
    let Some((track, codec)) = video else {
        return Err(match unknown.video {
            0 => Refusal::NoVideo,
            _ => Refusal::UnknownVideo,
        }
        .into());
    };
    let audio = tracks.iter().find_map(|track| track.audio);
    // A film that had sound isn't made silent without a word.
    if audio.is_none() && unknown.audio > 0 {
        return Err(Refusal::UnknownAudio.into());
    }
    if track.sizes.count() == 0 {
        return Err(Refusal::NoSamples.into());
    }
    let rotation = matrix::rotation(&movie.matrix, &track.matrix);
    let (mut width, mut height) = track.size;
    if rotation.swaps_sides() {
        (width, height) = (height, width);
    }
    if width == 0 || height == 0 {
        return Err(Refusal::NoSize.into());
    }
    Ok(Film {
        kind,
        duration: track.duration.and_then(seconds),
        width,
        height,
        rotation,
        video: codec,
        profile: track.profile,
        hdr: track.hdr,
        audio,
    })
}

/// Ticks, by how many there are in a second.
fn seconds((ticks, timescale): (u64, u32)) -> Option<Duration> {
    let nanos = u128::from(ticks) * 1_000_000_000 / u128::from(timescale.max(1));
    (ticks > 0)
        .then(|| u64::try_from(nanos).ok().map(Duration::from_nanos))
        .flatten()
}

/// The brands of a film. Its own may name the maker of the camera, and players need none of them.
fn brands(kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Mov => boxes::make(b"ftyp", b"qt  \0\0\0\0qt  "),
        Kind::Mp4 | Kind::WebM => boxes::make(b"ftyp", b"isom\0\0\x02\0isomiso2mp41mp42"),
    }
}
