//! The settings of decoders, and boxes that say how pictures are shown: kept as far as they are understood.

use super::boxes::Part;
use crate::fields::Fields;
use crate::film::Hdr;
use crate::scrub::nal::{Family, sei};
use crate::scrub::obu;
use crate::{Refusal, Result};

/// Types of NAL units.
const AVC_SPS: u8 = 7;
const AVC_PPS: u8 = 8;
const AVC_SPS_EXTENSION: u8 = 13;
const HEVC_PARAMETERS: [u8; 3] = [32, 33, 34];
const HEVC_SEI: [u8; 2] = [39, 40];

/// The settings of AVC, and how long the lengths of its NAL units are.
pub fn avc(payload: &[u8]) -> Result<(Vec<u8>, u8)> {
    let mut fields = Fields(payload);
    let [version, profile, compatible, level, lengths] = fields.array()?;
    let mut bytes = vec![version, profile, compatible, level, lengths];
    // Three bits are reserved.
    let count = fields.u8()? & 31;
    bytes.push(0xe0 | count);
    for _ in 0..count {
        bytes.extend_from_slice(unit(&mut fields, &[AVC_SPS])?);
    }
    let count = fields.u8()?;
    bytes.push(count);
    for _ in 0..count {
        bytes.extend_from_slice(unit(&mut fields, &[AVC_PPS])?);
    }
    // Some writers leave this out.
    if !matches!(profile, 66 | 77 | 88) && fields.0.len() >= 4 {
        let [chroma, luma_depth, chroma_depth, count] = fields.array()?;
        let mut more = vec![0xfc | chroma, 0xf8 | luma_depth, 0xf8 | chroma_depth, count];
        let mut read = || -> Result<()> {
            for _ in 0..count {
                more.extend_from_slice(unit(&mut fields, &[AVC_SPS_EXTENSION])?);
            }
            Ok(())
        };
        if read().is_ok() {
            bytes.extend_from_slice(&more);
        }
    }
    Ok((bytes, (lengths & 3) + 1))
}

/// A NAL unit of AVC with its length in front of it.
fn unit<'a>(fields: &mut Fields<'a>, types: &[u8]) -> Result<&'a [u8]> {
    let whole = fields.0;
    let length = fields.u16()?;
    let unit = fields.take(usize::from(length))?;
    match unit.first() {
        Some(byte) if types.contains(&(byte & 31)) => Ok(&whole[..unit.len() + 2]),
        _ => Err(Refusal::MalformedPart.into()),
    }
}

/// The settings of HEVC, and how long the lengths of its NAL units are.
pub fn hevc(payload: &[u8]) -> Result<(Vec<u8>, u8)> {
    let mut fields = Fields(payload);
    let head: [u8; 22] = fields.array()?;
    let arrays = fields.u8()?;
    let (mut bytes, mut count) = (Vec::new(), 0);
    for _ in 0..arrays {
        let (kind, units) = (fields.u8()?, fields.u16()?);
        let is_sei = HEVC_SEI.contains(&(kind & 63));
        let is_kept = is_sei || HEVC_PARAMETERS.contains(&(kind & 63));
        if is_kept {
            count += 1;
            // One bit is reserved.
            bytes.push(kind & 0xbf);
            bytes.extend_from_slice(&units.to_be_bytes());
        }
        for _ in 0..units {
            let length = fields.u16()?;
            let unit = fields.take(usize::from(length))?;
            match unit.first() {
                Some(byte) if byte >> 1 & 63 == kind & 63 => {}
                _ => return Err(Refusal::MalformedPart.into()),
            }
            if is_kept {
                let mut unit = unit.to_vec();
                if is_sei {
                    sei(&mut unit, Family::Hevc);
                }
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(&unit);
            }
        }
    }
    let lengths = (head[21] & 3) + 1;
    Ok(([&head[..], &[count], &bytes].concat(), lengths))
}

/// The settings of AV1.
pub fn av1(payload: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = payload.to_vec();
    if bytes.len() < 4 || bytes.len() > 64 * 1024 {
        return Err(Refusal::MalformedPart.into());
    }
    obu::in_memory(&mut bytes[4..])?;
    Ok(bytes)
}

/// The settings of VP8 and VP9, which have none for the decoder itself.
pub fn vp9(payload: &[u8]) -> Result<Vec<u8>> {
    let mut fields = Fields(payload);
    let mut bytes = fields.take(10)?.to_vec();
    bytes[1..4].fill(0);
    bytes.extend_from_slice(&[0; 2]);
    Ok(bytes)
}

/// What a box of [`picture`] says about light: after its type, `colr` has the numbers of primaries and of transfer.
pub fn hdr(kind: &[u8; 4], payload: &[u8]) -> Option<Hdr> {
    match (kind, payload) {
        (b"colr", [_, _, _, _, _, _, high, low, ..]) => {
            Hdr::from_transfer(u16::from_be_bytes([*high, *low]).into())
        }
        _ => None,
    }
}

/// A box that says how pictures are shown, cut to the length that it needs and without what is reserved in it; `None` if it isn't
/// on the list.
pub fn picture(part: &Part<'_>) -> Result<Option<Vec<u8>>> {
    // How long it is, and what of it is reserved.
    let (length, reserved) = match (&part.kind, part.payload) {
        (b"colr", [b'n', b'c', b'l', b'x', ..]) => (11, 0..0),
        (b"colr", [b'n', b'c', b'l', b'c', ..]) => (10, 0..0),
        (b"pasp", _) => (8, 0..0),
        (b"clap", _) => (32, 0..0),
        (b"mdcv", _) => (24, 0..0),
        // Only the first have a meaning yet.
        (b"dvcC" | b"dvvC" | b"dvwC", _) => (24, 5..24),
        (b"clli", _) => (4, 0..0),
        // Version and flags.
        (b"SmDm", _) => (28, 0..4),
        (b"CoLL", _) => (8, 0..4),
        (b"fiel", _) => (2, 0..0),
        (b"btrt", _) => (12, 0..0),
        _ => return Ok(None),
    };
    let kept = part.payload.get(..length).ok_or(Refusal::MalformedPart)?;
    let mut kept = kept.to_vec();
    kept[reserved].fill(0);
    Ok(Some(kept))
}
