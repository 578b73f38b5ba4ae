//! From pixels of HEVC to a JPEG.

use std::io::Cursor;

use heifer::heifer_hevc_dec::nal::{NalUnit, NalUnitType, split_annex_b};
use heifer::heifer_hevc_dec::params::Sps;
use heifer::heifer_isobmff::HeifFile;
use heifer::{Error, Image, Options, decode_rgba8};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::colours;
use crate::date;
use crate::error::{Format, Reason, Refusal, Result};
use crate::shape::{Shape, inspect, is_hdr};

/// Of 100. There is no visible difference from the HEIC, and files are one and a half times as large.
const QUALITY: u8 = 92;
/// How much larger than its picture the coded one may be on a side, in pixels: it comes in blocks of at most 64.
const PADDING: u32 = 64;

/// Makes a JPEG of a HEIC of at most `max_pixels`, as [`inspect`] counts them: cropped and turned as it says, with its colour
/// profile, and with an EXIF that holds when it was taken, if that is known, and nothing else. Transparency is
/// laid on white.
///
/// Takes about 16 bytes of memory per pixel, and may panic or take longer than it should.
///
/// # Errors
/// As [`inspect`]; or its picture can't be decoded.
pub fn to_jpeg(file: &[u8], max_pixels: u64) -> Result<Vec<u8>> {
    let damaged = Refusal::Damaged(Reason::Parts);
    let shape = inspect(&mut Cursor::new(file), max_pixels).map_err(|_| damaged)??;
    let end = usize::try_from(shape.end).map_err(|_| damaged)?;
    let file = file.get(..end).ok_or(damaged)?;
    let container = HeifFile::parse(file).map_err(|_| damaged)?;
    if container.primary_id != shape.primary {
        return Err(damaged);
    }
    let told = check_sizes(&container, &shape)?;
    let profile = colours::profile(&container, shape.colours.or(told));
    let date = date::exif(&container);
    let options = Options {
        max_threads: 1,
        max_pixels: max_coded(&shape),
    };
    let mut image = decode_rgba8(file, &options).map_err(|error| refusal(&error))?;
    if image.has_alpha {
        lay_on_white(&mut image);
    }
    encode(&image, profile.as_deref(), date.as_deref())
}

/// The pixels of the largest picture as it is coded.
fn max_coded(shape: &Shape) -> u64 {
    let padded = shape
        .coded
        .iter()
        .map(|&(_, width, height)| u64::from(width + PADDING) * u64::from(height + PADDING));
    padded.max().unwrap_or(0).max(shape.pixels())
}

/// Checks that each picture is coded in about the size that its item has, which no decoder enforces. Returns the
/// primaries and the transfer of the first that says them.
fn check_sizes(file: &HeifFile<'_>, shape: &Shape) -> Result<Option<(u16, u16)>> {
    let damaged = Refusal::Damaged(Reason::Coded);
    let mut told = None;
    for &(id, width, height) in &shape.coded {
        let stream = file.hevc_bitstream(id).map_err(|_| damaged)?;
        for unit in split_annex_b(&stream) {
            let unit = NalUnit::parse(unit).map_err(|_| damaged)?;
            if unit.header.unit_type != NalUnitType::Sps {
                continue;
            }
            let sps = Sps::parse(&unit.rbsp).map_err(|error| refusal(&Error::Hevc(error)))?;
            let is_near = |coded: u32, side: u32| (side..=side + PADDING).contains(&coded);
            if !is_near(sps.pic_width_in_luma_samples, width)
                || !is_near(sps.pic_height_in_luma_samples, height)
            {
                return Err(Refusal::Damaged(Reason::CodedSize));
            }
            told = told.or(colours::told(&sps));
        }
    }
    // The container takes precedence.
    let transfer = shape.colours.or(told).map(|(_, transfer)| transfer);
    if transfer.is_some_and(is_hdr) {
        return Err(Refusal::Unsupported(Format::Hdr));
    }
    Ok(told)
}

fn refusal(error: &Error) -> Refusal {
    use heifer::heifer_hevc_dec::Error::Unimplemented;
    match error {
        Error::Unsupported(_) | Error::Hevc(Unimplemented(_)) => {
            Refusal::Unsupported(Format::Unknown)
        }
        _ => Refusal::Damaged(Reason::Coded),
    }
}

fn lay_on_white(image: &mut Image<u8>) {
    let white = u32::from(u8::MAX);
    for [red, green, blue, alpha] in image.data.as_chunks_mut().0 {
        let share = u32::from(*alpha);
        for colour in [red, green, blue] {
            let mixed = u32::from(*colour) * share + white * (white - share);
            *colour = u8::try_from((mixed + white / 2) / white).unwrap_or(u8::MAX);
        }
    }
}

fn encode(image: &Image<u8>, profile: Option<&[u8]>, date: Option<&[u8]>) -> Result<Vec<u8>> {
    let side = |length: u32| {
        let length = u16::try_from(length).ok().filter(|length| *length > 0);
        length.ok_or(Refusal::Damaged(Reason::NoSize))
    };
    let (width, height) = (side(image.width)?, side(image.height)?);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    let wrong = |_| Refusal::Damaged(Reason::Coded);
    if let Some(date) = date {
        encoder.add_exif_metadata(date).map_err(wrong)?;
    }
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).map_err(wrong)?;
    }
    encoder
        .encode(&image.data, width, height, ColorType::Rgba)
        .map_err(wrong)?;
    Ok(file)
}
