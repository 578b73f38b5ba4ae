//! Takes everything but the film out of a video: MP4, MOV or WebM in, the same film and nothing else out.
//!
//! Each format has a walker that knows the parts of a file and lets through those on its list. An MP4 or MOV is put
//! together again out of what its kept tracks refer to; in a WebM, everything else is overwritten where it is.
#![doc = ""]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

// What can go wrong.
mod error;
// The fields of a part that is in memory.
mod fields;
// What a film is.
mod film;
// A file, read by position.
mod input;
mod mp4;
// Where the clean film goes.
mod output;
// Why a film is refused.
mod refusal;
// What is overwritten within pictures and sound.
mod scrub;
mod webm;

use std::io::{Read, Seek, Write};

pub use error::Error;
pub use film::{AudioCodec, Film, Hdr, Kind, MadeAt, Rotation, VideoCodec};
use input::Input;
use output::Output;
pub use refusal::Refusal;

/// What reading and cleaning return.
pub type Result<T> = std::result::Result<T, Error>;

/// The seconds from 1904, from which MP4s count, to 1970.
const TO_1970: i64 = 2_082_844_800;
/// The beginning of 1991, the year of QuickTime, in seconds since 1970.
const FIRST_FILMS: i64 = 662_688_000;

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What the clean film is; it may have a duration where [`Plan::film`] had none yet.
    pub film: Film,
    /// The length of the clean film in bytes.
    pub length: u64,
    /// How many tracks were left out: positions, time codes, subtitles, chapters, pictures.
    pub tracks_dropped: usize,
}

/// Finds what a file is by its head, without reading its pictures.
///
/// # Errors
/// As [`Plan::new`].
pub fn probe(reader: impl Read + Seek) -> Result<Film> {
    Ok(Plan::new(reader)?.film)
}

/// Writes the clean film of a file.
///
/// What was written before an error is not a clean film, and must be thrown away.
///
/// # Errors
/// As [`Plan::new`] and [`Plan::write`].
pub fn clean(reader: impl Read + Seek, writer: impl Write) -> Result<Summary> {
    Plan::new(reader)?.write(writer)
}

/// A file whose head was read and found fine: what it is, and how long it will be when it is clean.
pub struct Plan<R> {
    input: Input<R>,
    film: Film,
    length: u64,
    how: How,
}

enum How {
    Mp4(Box<mp4::Layout>),
    WebM,
}

impl<R: Read + Seek> Plan<R> {
    /// Reads the head of a file. At most 64 MiB of it are in memory, and 24 bytes for each of at most 2 million chunks.
    ///
    /// # Errors
    /// [`Error::Refused`] for another type than ours; for a film that is encrypted, fragmented, in several files, without
    /// video, or in formats that can't be cleaned; for one that ends too early or contradicts itself.
    /// [`Error::Read`] if the reader fails.
    pub fn new(reader: R) -> Result<Self> {
        let mut input = Input::new(reader)?;
        let mut first = [0; 64];
        let count = usize::try_from(input.length()).unwrap_or(64).min(64);
        input.read(&mut first[..count])?;
        let kind = Kind::from_bytes(&first[..count]).ok_or(Refusal::UnknownType)?;
        input.go_to(0)?;
        let (film, length, how) = match kind {
            Kind::Mp4 | Kind::Mov => {
                let layout = mp4::Layout::read(&mut input, kind)?;
                let film = layout.film.clone();
                (film, layout.length, How::Mp4(Box::new(layout)))
            }
            Kind::WebM => {
                let (film, length) = webm::head(&mut input)?;
                (film, length, How::WebM)
            }
        };
        Ok(Self {
            input,
            film,
            length,
            how,
        })
    }

    /// What the file is.
    pub fn film(&self) -> &Film {
        &self.film
    }

    /// When the film was made, as an MP4 or MOV says; the clean film doesn't. By the clock of the camera where its zone is told
    /// (`com.apple.quicktime.creationdate`, `©day`), and otherwise in UTC. `None` where it says nothing, or a time before
    /// there were such films: that of a clock that was never set.
    pub fn made_at(&self) -> Option<MadeAt> {
        let How::Mp4(layout) = &self.how else {
            return None;
        };
        let is_possible = |made: &MadeAt| made.seconds >= FIRST_FILMS;
        layout.made_there.filter(is_possible).or_else(|| {
            let made = MadeAt {
                seconds: i64::try_from(layout.made).ok()?.checked_sub(TO_1970)?,
                offset_minutes: 0,
            };
            Some(made).filter(is_possible)
        })
    }

    /// The length of the clean film in bytes, exactly.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Writes the clean film. It needs no more memory than the plan has, and a few buffers of at most 1 MiB in total.
    ///
    /// What was written before an error is not a clean film, and must be thrown away.
    ///
    /// # Errors
    /// [`Error::Refused`] if the pictures themselves are malformed, or, in a WebM, what is between them;
    /// [`Error::Read`] and [`Error::Write`] if reader or writer fail.
    pub fn write(mut self, mut writer: impl Write) -> Result<Summary> {
        let mut output = Output::new(&mut writer);
        let (film, tracks_dropped) = match self.how {
            How::Mp4(layout) => {
                layout.write(&mut self.input, &mut output)?;
                (self.film, layout.tracks_dropped)
            }
            How::WebM => webm::write(&mut self.input, &mut output)?,
        };
        let length = output.finish()?;
        Ok(Summary {
            film,
            length,
            tracks_dropped,
        })
    }
}

#[cfg(test)]
mod tests;
