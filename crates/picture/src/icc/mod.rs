//! Colour profiles, written again with what decides colours and nothing else (ICC.1:2022). A profile of a screen has its
//! serial number, its model, when it was measured and by what; those of programs have names, descriptions and notices.
//!
//! Tags are on a list, and each is read by its type and written to its length: nothing is after or between them. A
//! malformed profile is left out, and the photo is shown as sRGB.

use crate::reason::Reason;
use std::collections::BTreeMap;

use super::reader::Reader;
use super::{CleanError, Result};

/// The largest profile in bytes. Those with tables for inks have about two million.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most tags: those on the list, and as many again of others.
const MAX_TAGS: u32 = 100;
const HEADER: usize = 128;
/// The illuminant of the colours between two devices: the white of daylight, D50.
const D50: &[u8] = b"\0\0\xf6\xd6\0\x01\0\0\0\0\xd3\x2d";
/// A date that says nothing.
const DATE: &[u8] = b"\x07\xd0\0\x01\0\x01\0\0\0\0\0\0";

const MALFORMED: CleanError = CleanError::Damaged(Reason::MalformedProfile);

/// The profile with what decides colours; `None` where it is malformed, too large, or for colours that no photo has.
pub fn essential(profile: &[u8]) -> Option<Vec<u8>> {
    if profile.len() > MAX_BYTES {
        return None;
    }
    read(profile).ok().flatten()
}

fn read(profile: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut reader = Reader::new(profile);
    let header: [u8; HEADER] = reader.array()?;
    let size = usize::try_from(u32::from_be_bytes([
        header[0], header[1], header[2], header[3],
    ]))
    .unwrap_or(usize::MAX);
    let profile = profile.get(..size).ok_or(MALFORMED)?;
    let version = header[8];
    let class = &header[12..16];
    let is_device =
        [b"mntr", b"scnr", b"prtr", b"spac"].contains(&class.try_into().unwrap_or(&[0; 4]));
    let connects = matches!(&header[20..24], b"XYZ " | b"Lab ");
    if &header[36..40] != b"acsp" || !matches!(version, 2 | 4) || !is_device || !connects {
        return Err(MALFORMED);
    }
    let mut table = Reader::new(profile);
    table.take(HEADER)?;
    let mut tags = tags(profile, &mut table)?;
    let has = |needed: &[&[u8; 4]]| needed.iter().all(|tag| tags.contains_key(*tag));
    let lights = has(&[b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"]);
    let is_whole = match &header[16..20] {
        b"RGB " => lights || has(&[b"A2B0"]),
        b"GRAY" => has(&[b"kTRC"]) || has(&[b"A2B0"]),
        b"CMYK" => has(&[b"A2B0"]),
        _ => false,
    };
    let table = match tags.contains_key(b"A2B0") {
        true => b"A2B0",
        false => b"A2B1",
    };
    let colours = &header[16..20];
    tags.retain(|name, _| match name {
        // Of several tables, viewers take the first one.
        b"A2B0" | b"A2B1" => name == table,
        b"rXYZ" | b"gXYZ" | b"bXYZ" | b"rTRC" | b"gTRC" | b"bTRC" => colours == b"RGB " && lights,
        b"kTRC" => colours == b"GRAY",
        _ => true,
    });
    Ok(is_whole.then(|| written(&header, tags)))
}

/// The tags that decide colours, each as it is written. Those at the same place are written once.
fn tags(profile: &[u8], table: &mut Reader<'_>) -> Result<BTreeMap<[u8; 4], Vec<u8>>> {
    let count = table.be32()?;
    if count > MAX_TAGS {
        return Err(MALFORMED);
    }
    let mut tags = BTreeMap::new();
    let mut bytes = 0;
    for _ in 0..count {
        let name: [u8; 4] = table.array()?;
        let (start, length) = (position(table)?, position(table)?);
        let write: fn(&mut Reader<'_>) -> Result<Vec<u8>> = match &name {
            b"rXYZ" | b"gXYZ" | b"bXYZ" => |tag| fixed(tag, b"XYZ ", 12),
            b"wtpt" => |tag| small(tag, b"XYZ ", 12),
            b"chad" => |tag| small(tag, b"sf32", 36),
            b"cicp" => |tag| fixed(tag, b"cicp", 4),
            b"rTRC" | b"gTRC" | b"bTRC" | b"kTRC" => curve,
            // Those in the other direction are for printing, and viewers don't use the third.
            b"A2B0" | b"A2B1" => table_of_colours,
            _ => continue,
        };
        let end = start.checked_add(length).ok_or(MALFORMED)?;
        let tag = profile.get(start..end).ok_or(MALFORMED)?;
        let tag = write(&mut Reader::new(tag))?;
        if tag.is_empty() {
            continue;
        }
        // Tags may lie over each other, as the three curves of a screen do; but not to make much of little.
        bytes += tag.len();
        if bytes > 2 * MAX_BYTES || tags.insert(name, tag).is_some() {
            return Err(MALFORMED);
        }
    }
    Ok(tags)
}

fn position(reader: &mut Reader<'_>) -> Result<usize> {
    usize::try_from(reader.be32()?).map_err(|_| MALFORMED)
}

/// The beginning of a tag with this type.
fn begin(tag: &mut Reader<'_>, kind: &[u8; 4]) -> Result<Vec<u8>> {
    if &tag.array::<4>()? != kind {
        return Err(MALFORMED);
    }
    tag.take(4)?;
    Ok([&kind[..], &[0; 4]].concat())
}

/// A tag of this type with this many bytes in it.
fn fixed(tag: &mut Reader<'_>, kind: &[u8; 4], length: usize) -> Result<Vec<u8>> {
    let mut out = begin(tag, kind)?;
    out.extend_from_slice(tag.take(length)?);
    Ok(out)
}

/// Numbers that can be those of a white or of a matrix from one to another, of at most four; empty where one isn't.
fn small(tag: &mut Reader<'_>, kind: &[u8; 4], length: usize) -> Result<Vec<u8>> {
    /// In parts of 65,536.
    const MAX: u32 = 4 << 16;
    let out = fixed(tag, kind, length)?;
    let (numbers, _) = out[8..].as_chunks();
    let are_small = numbers
        .iter()
        .all(|&number| i32::from_be_bytes(number).unsigned_abs() <= MAX);
    Ok(if are_small { out } else { Vec::new() })
}

/// A curve: as points, or as the parameters of a function.
fn curve(tag: &mut Reader<'_>) -> Result<Vec<u8>> {
    let kind = tag.clone().array::<4>()?;
    let mut out = begin(tag, &kind)?;
    match &kind {
        b"curv" => {
            let count = tag.be32()?;
            out.extend_from_slice(&count.to_be_bytes());
            let length = usize::try_from(count)
                .ok()
                .and_then(|count| count.checked_mul(2));
            out.extend_from_slice(tag.take(length.ok_or(MALFORMED)?)?);
        }
        b"para" => {
            let function = tag.be16()?;
            tag.take(2)?;
            let numbers = *[1, 3, 4, 5, 7]
                .get(usize::from(function))
                .ok_or(MALFORMED)?;
            out.extend_from_slice(&function.to_be_bytes());
            out.extend_from_slice(&[0; 2]);
            out.extend_from_slice(tag.take(4 * numbers)?);
        }
        _ => return Err(MALFORMED),
    }
    Ok(out)
}

/// A table from colours to colours, in one of its four types.
fn table_of_colours(tag: &mut Reader<'_>) -> Result<Vec<u8>> {
    let kind = tag.clone().array::<4>()?;
    match &kind {
        b"mft1" | b"mft2" => simple_table(tag, &kind),
        b"mAB " | b"mBA " => staged_table(tag, &kind),
        _ => Err(MALFORMED),
    }
}

/// The points of a grid in `sides`, each a colour of this many channels.
fn points(sides: &[u8], channels: usize) -> Result<usize> {
    let points = sides.iter().try_fold(channels, |all, &side| {
        all.checked_mul(usize::from(side))
            .filter(|points| (1..=MAX_BYTES).contains(points))
    });
    points.ok_or(MALFORMED)
}

fn channels(tag: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(usize, usize)> {
    let [from, to] = tag.array()?;
    if !(1..=15).contains(&from) || !(1..=15).contains(&to) {
        return Err(MALFORMED);
    }
    out.extend_from_slice(&[from, to]);
    Ok((from.into(), to.into()))
}

/// A matrix, curves, a grid and curves, with eight or sixteen bits each.
fn simple_table(tag: &mut Reader<'_>, kind: &[u8; 4]) -> Result<Vec<u8>> {
    let mut out = begin(tag, kind)?;
    let (from, to) = channels(tag, &mut out)?;
    let [side, _] = tag.array()?;
    out.extend_from_slice(&[side, 0]);
    out.extend_from_slice(tag.take(36)?);
    let (bytes, first, last) = match kind {
        b"mft1" => (1, 256, 256),
        _ => {
            let (first, last) = (tag.be16()?, tag.be16()?);
            out.extend_from_slice(&[first.to_be_bytes(), last.to_be_bytes()].concat());
            (2, first.into(), last.into())
        }
    };
    let grid = points(&[side; 15][..from], to)?;
    out.extend_from_slice(tag.take(bytes * (from * first + grid + to * last))?);
    Ok(out)
}

/// Curves, a matrix and a grid, each where the table says, or not there.
fn staged_table(tag: &mut Reader<'_>, kind: &[u8; 4]) -> Result<Vec<u8>> {
    let whole = tag.clone();
    let mut out = begin(tag, kind)?;
    let (from, to) = channels(tag, &mut out)?;
    tag.take(2)?;
    out.extend_from_slice(&[0; 2]);
    // The curves next to what all profiles share have as many channels as it, and those next to the device as many as that.
    let (shared, device) = match kind {
        b"mAB " => (to, from),
        _ => (from, to),
    };
    let mut places = [0_usize; 5];
    for place in &mut places {
        *place = position(tag)?;
    }
    let mut stages = Vec::new();
    let mut starts = Vec::new();
    for (stage, place) in places.into_iter().enumerate() {
        if place == 0 {
            starts.extend_from_slice(&[0; 4]);
            continue;
        }
        let mut part = whole.clone();
        part.take(place)?;
        let made = match stage {
            0 | 2 => curves(&mut part, shared)?,
            1 => part.take(48)?.to_vec(),
            3 => grid(&mut part, from, to)?,
            _ => curves(&mut part, device)?,
        };
        let start = u32::try_from(32 + stages.len()).map_err(|_| MALFORMED)?;
        starts.extend_from_slice(&start.to_be_bytes());
        stages.extend(made);
    }
    out.extend(starts);
    out.extend(stages);
    Ok(out)
}

/// Curves one after the other, each filled up to four bytes.
fn curves(part: &mut Reader<'_>, count: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for at in 0..count {
        let one = curve(part)?;
        let padding = one.len().next_multiple_of(4) - one.len();
        out.extend(one);
        out.resize(out.len() + padding, 0);
        if at + 1 < count {
            part.take(padding)?;
        }
    }
    Ok(out)
}

/// A grid with sides of its own.
fn grid(part: &mut Reader<'_>, from: usize, to: usize) -> Result<Vec<u8>> {
    let sides: [u8; 16] = part.array()?;
    let [bytes, ..] = part.array::<4>()?;
    if !matches!(bytes, 1 | 2) {
        return Err(MALFORMED);
    }
    let mut out = vec![0; 16];
    out[..from].copy_from_slice(&sides[..from]);
    out.extend_from_slice(&[bytes, 0, 0, 0]);
    out.extend_from_slice(part.take(usize::from(bytes) * points(&sides[..from], to)?)?);
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(out)
}

/// A whole profile: a header that says what is needed to read it, and the tags.
fn written(header: &[u8; HEADER], mut tags: BTreeMap<[u8; 4], Vec<u8>>) -> Vec<u8> {
    // Readers want a name and a notice to be there.
    let (name, notice) = match header[8] {
        2 => (described(), [&b"text\0\0\0\0"[..], b"none\0"].concat()),
        _ => (text("icc"), text("none")),
    };
    tags.insert(*b"desc", name);
    tags.insert(*b"cprt", notice);
    let mut out = vec![0; HEADER];
    // Version, kind, colours, and the space between devices.
    out[8..10].copy_from_slice(&header[8..10]);
    out[12..24].copy_from_slice(&header[12..24]);
    out[24..36].copy_from_slice(DATE);
    out[36..40].copy_from_slice(b"acsp");
    // How colours are brought in that another device doesn't have.
    out[67] = header[67] & 3;
    out[68..80].copy_from_slice(D50);
    let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&number(tags.len()));
    let mut data: Vec<u8> = Vec::new();
    let start = HEADER + 4 + 12 * tags.len();
    let mut places: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (name, tag) in &tags {
        let place = *places.entry(tag).or_insert_with(|| {
            let place = start + data.len();
            data.extend_from_slice(tag);
            data.resize(data.len().next_multiple_of(4), 0);
            place
        });
        out.extend_from_slice(name);
        out.extend_from_slice(&number(place));
        out.extend_from_slice(&number(tag.len()));
    }
    out.extend(data);
    let length = number(out.len());
    out[..4].copy_from_slice(&length);
    out
}

/// A text of version 4, in English.
fn text(words: &str) -> Vec<u8> {
    let words: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let length = u32::try_from(words.len()).unwrap_or(0).to_be_bytes();
    let head = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS";
    [&head[..], &length, &28_u32.to_be_bytes(), &words].concat()
}

/// A name of version 2: in ASCII, and empty in two other ways.
fn described() -> Vec<u8> {
    [&b"desc\0\0\0\0\0\0\0\x04icc\0"[..], &[0; 78]].concat()
}

#[cfg(test)]
pub mod tests;
