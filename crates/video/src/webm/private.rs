//! The settings of decoders, as WebM has them: cleaned in place.

use crate::film::{AudioCodec, VideoCodec};
use crate::scrub::obu;
use crate::{Refusal, Result};

/// The longest settings of VP9, in bytes: four numbers of one byte, each with its id and its length.
const MAX_VP9: usize = 12;

/// Cleans the settings of a format; `false` if it has none and they must be dropped.
pub fn clean(
    bytes: &mut [u8],
    video: Option<VideoCodec>,
    audio: Option<AudioCodec>,
) -> Result<bool> {
    match (video, audio) {
        (Some(VideoCodec::Av1), _) => match bytes.get_mut(4..) {
            Some(obus) => obu::in_memory(obus).map(|()| true),
            None => Err(Refusal::MalformedPart.into()),
        },
        (Some(VideoCodec::Vp9), _) => Ok(bytes.len() <= MAX_VP9),
        (_, Some(AudioCodec::Opus)) => opus(bytes).map(|()| true),
        (_, Some(AudioCodec::Vorbis)) => vorbis(bytes).map(|()| true),
        _ => Ok(false),
    }
}

/// Opus (RFC 7845): a head of fixed length, and with more than two channels which is where.
fn opus(bytes: &mut [u8]) -> Result<()> {
    let length = match bytes.get(..19) {
        Some(head) if head.starts_with(b"OpusHead") => match head[18] {
            0 => 19,
            _ => 21 + usize::from(head[9]),
        },
        _ => return Err(Refusal::MalformedPart.into()),
    };
    match bytes.get_mut(length..) {
        Some(rest) => {
            rest.fill(0);
            Ok(())
        }
        None => Err(Refusal::MalformedPart.into()),
    }
}

/// Vorbis: three packets. The second has the name of the program and words about the film.
fn vorbis(bytes: &mut [u8]) -> Result<()> {
    const COMMENT: &[u8] = b"\x03vorbis";
    let mut at = 1;
    let mut length = || {
        let mut length = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            length += usize::from(byte);
            if byte < 255 {
                break;
            }
        }
        length
    };
    let (first, second) = (length(), length());
    let start = at + first;
    let Some(comment) = bytes.get_mut(start..start + second) else {
        return Err(Refusal::MalformedPart.into());
    };
    // The name of the program takes the length of everything, and is made of spaces.
    let name = comment.len().checked_sub(COMMENT.len() + 9);
    match name.and_then(|name| u32::try_from(name).ok()) {
        Some(name) if comment.starts_with(COMMENT) => {
            let rest = &mut comment[COMMENT.len()..];
            rest.fill(b' ');
            rest[..4].copy_from_slice(&name.to_le_bytes());
            let end = rest.len();
            rest[end - 5..].copy_from_slice(&[0, 0, 0, 0, 1]);
        }
        _ => return Err(Refusal::MalformedPart.into()),
    }
    match bytes.first() {
        Some(2) => Ok(()),
        _ => Err(Refusal::MalformedPart.into()),
    }
}
