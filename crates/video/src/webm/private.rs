//! The settings of decoders, as WebM has them: cleaned in place.

use crate::film::{AudioCodec, VideoCodec};
use crate::scrub::obu;
use crate::{Refusal, Result};

/// The first packet of Vorbis, in bytes.
const VORBIS: usize = 30;

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
        (Some(VideoCodec::Vp9), _) => Ok(is_vp9(bytes)),
        (_, Some(AudioCodec::Opus)) => opus(bytes).map(|()| true),
        (_, Some(AudioCodec::Vorbis)) => vorbis(bytes).map(|()| true),
        _ => Ok(false),
    }
}

/// VP9: profile, level, depth and how colours are subsampled, each with its id, the length of one byte, and once.
fn is_vp9(bytes: &[u8]) -> bool {
    let (numbers, rest) = bytes.as_chunks::<3>();
    let ids = numbers.iter().map(|&[id, ..]| id);
    rest.is_empty()
        && numbers
            .iter()
            .all(|&[id, length, _]| matches!(id, 1..=4) && length == 1)
        && ids.is_sorted_by(|before, id| before < id)
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
    let is_first = bytes
        .get(at..start)
        .is_some_and(|packet| packet.starts_with(b"\x01vorbis"));
    if first != VORBIS || !is_first {
        return Err(Refusal::MalformedPart.into());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_vp9_are_four_numbers_or_none() {
        let is_kept = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            clean(&mut bytes, Some(VideoCodec::Vp9), None).unwrap()
        };
        assert!(is_kept(&[1, 1, 0, 2, 1, 10, 3, 1, 8, 4, 1, 1]));
        assert!(is_kept(&[1, 1, 2]) && is_kept(&[]));
        for words in [
            &b"SECRETSECRET"[..],
            b"SEC",
            &[1, 1, 0, 0],
            &[1, 1, 0, 1, 1, 0],
            &[1, 2, 3],
        ] {
            assert!(!is_kept(words), "{words:?}");
        }
    }

    #[test]
    fn the_first_packet_of_vorbis_is_as_long_as_it_is() {
        let of = |more: &[u8]| {
            let first = [&b"\x01vorbis"[..], &[0; 23], more].concat();
            let length = u8::try_from(first.len()).unwrap();
            let second = b"\x03vorbis\x06\0\0\0SECRET\0\0\0\0\x01";
            let lengths = [2, length, u8::try_from(second.len()).unwrap()];
            let mut bytes = [&lengths[..], &first, second, b"\x05vorbis"].concat();
            clean(&mut bytes, None, Some(AudioCodec::Vorbis)).map(|_| bytes)
        };
        let made = of(b"").unwrap();
        assert!(!made.windows(6).any(|bytes| bytes == b"SECRET"));
        let refused = of(b"SECRET").unwrap_err().refusal();
        assert_eq!(refused, Some(Refusal::MalformedPart));
    }
}
