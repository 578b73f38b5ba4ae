//! Where the samples are: chunks of them, each a range of the file, in the order of the file.

use std::io::{Read, Seek};
use std::ops::Range;

use super::track::Track;
use crate::input::Input;
use crate::output::Output;
use crate::scrub::Scrub;
use crate::{Refusal, Result};

/// The most chunks; six hours of picture and sound that alternate with each picture have fewer.
const MAX_CHUNKS: usize = 1 << 21;

/// Consecutive samples of one track.
#[derive(Clone, Copy)]
pub struct Chunk {
    offset: u64,
    /// In bytes.
    pub length: u64,
    /// Its first sample, counted from 0. Chunks of one track have them in their order.
    sample: u32,
    pub track: u8,
}

/// The chunks of all tracks.
///
/// # Errors
/// Tables that disagree; chunks that overlap, which would make much out of little, or that are outside of the data.
pub fn collect(tracks: &[Track], moov: &[u8], mdat: &[Range<u64>]) -> Result<Vec<Chunk>> {
    let count: usize = tracks.iter().map(|track| track.offsets.count).sum();
    if count > MAX_CHUNKS {
        return Err(Refusal::TooManyChunks.into());
    }
    let mut chunks = Vec::with_capacity(count);
    for (at, track) in tracks.iter().enumerate() {
        of_track(
            track,
            u8::try_from(at).unwrap_or(u8::MAX),
            moov,
            &mut chunks,
        )?;
    }
    chunks.sort_unstable_by_key(|chunk| (chunk.offset, chunk.length, chunk.track, chunk.sample));
    let (mut end, mut data) = (0, mdat.iter());
    let mut within = data.next();
    for chunk in chunks.iter().filter(|chunk| chunk.length > 0) {
        if chunk.offset < end {
            return Err(Refusal::ChunksOverlap.into());
        }
        end = chunk
            .offset
            .checked_add(chunk.length)
            .ok_or(Refusal::DataOutside)?;
        while within.is_some_and(|range| range.end <= chunk.offset) {
            within = data.next();
        }
        match within {
            Some(range) if range.start <= chunk.offset && end <= range.end => {}
            // The last box of data is as long as the file.
            Some(range) if range.start <= chunk.offset && data.len() == 0 => {
                return Err(Refusal::EndsEarly.into());
            }
            _ => return Err(Refusal::DataOutside.into()),
        }
    }
    Ok(chunks)
}

fn of_track(track: &Track, number: u8, moov: &[u8], chunks: &mut Vec<Chunk>) -> Result<()> {
    let samples = track.sizes.count();
    let mut sample = 0_u32;
    let mut runs = track.runs.entries(moov).map(|entry| {
        let field = |at: usize| {
            u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]])
        };
        (field(0), field(4), field(8))
    });
    let mut next = runs.next();
    let (mut per_chunk, mut last) = (0, 0);
    for (at, entry) in (1_u32..).zip(track.offsets.entries(moov)) {
        if let Some((first, count, format)) = next
            && first == at
        {
            if count == 0 || format == 0 || format > track.formats {
                return Err(Refusal::SampleCounts.into());
            }
            (per_chunk, last) = (count, first);
            next = runs.next();
        }
        if last == 0 || next.is_some_and(|(first, ..)| first <= at) {
            return Err(Refusal::SampleCounts.into());
        }
        let end = sample
            .checked_add(per_chunk)
            .filter(|&end| end <= samples)
            .ok_or(Refusal::SampleCounts)?;
        let offset = entry
            .iter()
            .fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        let length = track.sizes.sum(moov, sample..end);
        chunks.push(Chunk {
            offset,
            length,
            sample,
            track: number,
        });
        sample = end;
    }
    // Runs of missing chunks were dropped.
    match sample == samples {
        true => Ok(()),
        false => Err(Refusal::SampleCounts.into()),
    }
}

/// Where the chunks of a track will be, in their order, if the first of all is at `data`.
pub fn offsets(chunks: &[Chunk], track: usize, data: u64) -> Vec<u64> {
    let mut at = data;
    let mut found = Vec::new();
    for chunk in chunks {
        if usize::from(chunk.track) == track {
            found.push((chunk.sample, at));
        }
        at += chunk.length;
    }
    found.sort_unstable();
    found.into_iter().map(|(_, offset)| offset).collect()
}

/// Writes the samples of a chunk.
pub fn copy<R: Read + Seek>(
    chunk: &Chunk,
    track: &Track,
    moov: &[u8],
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    input.go_to(chunk.offset)?;
    if track.scrub == Scrub::Nothing {
        return input.copy(chunk.length, output);
    }
    let (mut left, mut sample) = (chunk.length, chunk.sample);
    while left > 0 {
        let size = track.sizes.sum(moov, sample..sample + 1);
        track.scrub.sample(size, input, output)?;
        left -= size;
        sample += 1;
    }
    Ok(())
}
