//! What is removed from a PNG, what is kept, and what isn't accepted as a PNG.

use crate::reason::Reason;
use image::ImageFormat;
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::super::orientation::tests::exif_with_secrets;
use super::super::tests::{
    NO_LIMIT, SECRET, cleaned, encoded, find, is_a_bomb, is_damaged, leaves_only, sample, with,
};
use super::super::{CleanError, Limit, clean, icc};

// How many pictures a PNG may have, and what they unpack to.
mod animations;

/// Where the header ends.
const BEHIND_HEADER: usize = 33;

fn png() -> Vec<u8> {
    encoded(ImageFormat::Png, 24, 17)
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    super::chunk_of(*kind, data)
}

/// Writes the checksum of the chunk again whose kind stands at this place.
fn mend(png: &mut [u8], kind: usize) {
    let length = u32::from_be_bytes(png[kind - 4..kind].try_into().unwrap());
    let end = kind + 4 + length as usize;
    let checksum = crc32fast::hash(&png[kind..end]);
    png[end..end + 4].copy_from_slice(&checksum.to_be_bytes());
}

#[test]
fn a_png_loses_its_gps_position_but_keeps_its_orientation() {
    let picture = png();
    let turned = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let expected = with(&picture, BEHIND_HEADER, &chunk(b"eXIf", turned));
    let exif = chunk(b"eXIf", &exif_with_secrets());
    leaves_only(&expected, &with(&picture, BEHIND_HEADER, &exif));
    // Browsers don't read anything after the picture.
    leaves_only(&picture, &with(&picture, picture.len() - 12, &exif));
}

#[test]
fn whatever_a_png_says_besides_the_picture_is_dropped() {
    let picture = png();
    let kinds: [(&[u8; 4], &[u8]); 9] = [
        (b"tEXt", b"Comment\0"),
        (b"zTXt", b"Comment\0\0"),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0"),
        (b"tIME", b"\x07\xea\x06\x15\x09\x1e\0"),
        (b"hIST", b""),
        (b"sPLT", b""),
        (b"seCr", b""),
        (b"pHYs", b"\0\0\0\0\0\0\0\0\0"),
        (b"gAMA", b"\0\0\0\0"),
    ];
    for (kind, start) in kinds {
        let part = chunk(kind, &[start, SECRET].concat());
        for place in [BEHIND_HEADER, picture.len() - 12] {
            let after = cleaned(&with(&picture, place, &part)).bytes;
            assert!(after == picture, "{kind:?}");
        }
    }
}

const GAMMA: [u8; 4] = 45_455_u32.to_be_bytes();
/// The white and the three colours of a usual screen.
fn places() -> Vec<u8> {
    let places = [
        31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000,
    ];
    places.into_iter().flat_map(u32::to_be_bytes).collect()
}

#[test]
fn what_a_png_needs_to_look_right_stays() {
    let bright = chunk(b"cICP", &[9, 16, 0, 1]);
    let light = [1000_u32, 400].map(|light| (10_000 * light).to_be_bytes());
    let screen = [vec![1; 16], light.concat()].concat();
    for parts in [
        vec![chunk(b"gAMA", &GAMMA), chunk(b"cHRM", &places())],
        vec![chunk(b"sRGB", &[0])],
        vec![chunk(b"cICP", &[12, 13, 0, 1])],
        // Which no browser supports, so that the other counts.
        vec![chunk(b"gAMA", &GAMMA), chunk(b"cICP", &[2, 2, 0, 1])],
        vec![
            chunk(b"cLLI", &light.concat()),
            chunk(b"mDCV", &screen),
            bright,
        ],
    ] {
        let whole = with(&png(), BEHIND_HEADER, &parts.concat());
        assert!(cleaned(&whole).bytes == whole, "{parts:?}");
    }
}

#[test]
fn a_gamma_stays_however_dark_or_light_it_makes_a_png() {
    for gamma in [1, 100, 999, 1_000_001, i32::MAX as u32, u32::MAX] {
        let whole = with(&png(), BEHIND_HEADER, &chunk(b"gAMA", &gamma.to_be_bytes()));
        let picture = cleaned(&whole);
        assert!(picture.bytes == whole, "{gamma}");
        // Its previews are made, whatever the numbers come to.
        assert!(crate::previews::make(&picture).is_ok(), "{gamma}");
    }
}

#[test]
fn what_browsers_do_not_heed_in_a_png_is_dropped() {
    let picture = png();
    let only = |kind, content: &[u8]| {
        let whole = with(&picture, BEHIND_HEADER, &chunk(kind, content));
        assert!(cleaned(&whole).bytes == picture, "{kind:?} {content:?}");
    };
    only(b"sBIT", b"SEC");
    only(b"bKGD", b"SECRET");
    only(b"pHYs", b"SECRETSE\x01");
    only(b"gAMA", &[0; 4]);
    only(b"gAMA", SECRET);
    only(b"cHRM", &SECRET.repeat(9)[..32]);
    only(b"sRGB", b"S");
    // Mixed colours, and more than full or not.
    only(b"cICP", &[1, 1, 1, 1]);
    only(b"cICP", &[1, 1, 0, 2]);
    // How bright it is counts only together with numbers of a standard for that.
    only(b"cLLI", &[0; 8]);
    only(b"mDCV", &[0; 24]);
    let beside = |edits: &[u8], dropped: &[u8]| {
        let expected = with(&picture, BEHIND_HEADER, edits);
        for both in [[edits, dropped].concat(), [dropped, edits].concat()] {
            assert!(cleaned(&with(&picture, BEHIND_HEADER, &both)).bytes == expected);
        }
    };
    let plain = [chunk(b"gAMA", &GAMMA), chunk(b"cHRM", &places())].concat();
    beside(&chunk(b"sRGB", &[0]), &plain);
    beside(&chunk(b"cICP", &[12, 13, 0, 1]), &plain);
    let bright = chunk(b"cICP", &[9, 16, 0, 1]);
    beside(&bright, &chunk(b"cLLI", b"SECRETSE"));
    beside(&bright, &chunk(b"mDCV", &SECRET.repeat(9)[..24]));
    let profile = cleaned(&sample("lake.png")).bytes;
    let told = with(&profile, BEHIND_HEADER, &plain);
    assert!(cleaned(&told).bytes == profile);
    // A gamma is ignored next to impossible colours.
    for gamma in [1, 45_455, 100_000_u32] {
        let gamma = chunk(b"gAMA", &gamma.to_be_bytes());
        beside(
            b"",
            &[gamma, chunk(b"cHRM", &SECRET.repeat(9)[..32])].concat(),
        );
        let mut places = places();
        places[8..12].copy_from_slice(&100_001_u32.to_be_bytes());
        let chunks = chunk(b"cHRM", &places);
        beside(b"", &[&chunks[..], &chunk(b"gAMA", &GAMMA)].concat());
    }
    // Behind the palette, browsers pass over them.
    let colours = chunk(b"PLTE", &[7; 12]);
    let expected = with_palette(std::slice::from_ref(&colours));
    assert!(cleaned(&with_palette(&[colours, plain])).bytes == expected);
}

#[test]
fn a_row_that_is_filtered_in_no_known_way_is_refused() {
    let mut rows = unpacked(24, 17);
    rows[73 * 16] = 4;
    let picture = made_of(&[&packed(&rows)]);
    assert!(cleaned(&picture).bytes == picture);
    for row in [0, 9, 16] {
        for filter in [5, b'S', 0xff] {
            let mut wrong = unpacked(24, 17);
            wrong[73 * row] = filter;
            is_damaged(&made_of(&[&packed(&wrong)]));
        }
    }
}

#[test]
fn what_follows_the_end_of_a_png_is_cut_off() {
    let picture = png();
    leaves_only(&picture, &[&picture, SECRET].concat());
    leaves_only(&picture, &[&picture, SECRET, &picture].concat());
    let end = picture.len() - 12;
    let spoken = [&picture[..end], &chunk(b"IEND", SECRET)].concat();
    assert!(cleaned(&spoken).bytes == picture);
}

#[test]
fn a_colour_profile_loses_its_name_and_a_broken_one_is_left_out() {
    let clean = cleaned(&sample("lake.png")).bytes;
    let at = find(&clean, b"iCCP") + 4;
    let length = u32::from_be_bytes(clean[at - 8..at - 4].try_into().unwrap()) as usize;
    let packed = &clean[at + find(&clean[at..], b"\0")..at + length];
    let named = chunk(b"iCCP", &[b"SECRET", packed].concat());
    let after = cleaned(&with(&png(), BEHIND_HEADER, &named)).bytes;
    let expected = chunk(b"iCCP", &[b"icc", packed].concat());
    assert!(after == with(&png(), BEHIND_HEADER, &expected));
    let twice = [&named[..], &chunk(b"iCCP", b"SECRET\0\0")].concat();
    assert!(cleaned(&with(&png(), BEHIND_HEADER, &twice)).bytes == after);
    let bomb = compress_to_vec_zlib(&vec![0; icc::MAX_BYTES + 1], 9);
    for broken in [
        SECRET,
        b"icc\0\0SECRET",
        &[b"icc\0\0", bomb.as_slice()].concat(),
    ] {
        let part = chunk(b"iCCP", broken);
        assert!(cleaned(&with(&png(), BEHIND_HEADER, &part)).bytes == png());
    }
    let mut damaged = named;
    *damaged.last_mut().unwrap() ^= 1;
    assert!(cleaned(&with(&png(), BEHIND_HEADER, &damaged)).bytes == png());
}

#[test]
fn a_png_of_a_huge_size_is_refused_by_its_header() {
    let mut bomb = png();
    let side = 50_000_u32.to_be_bytes();
    bomb[16..24].copy_from_slice(&[side, side].concat());
    mend(&mut bomb, 12);
    is_a_bomb(&bomb);
    bomb[16..20].fill(0);
    mend(&mut bomb, 12);
    is_damaged(&bomb);
}

#[test]
fn a_frame_outside_the_picture_is_refused() {
    let picture = sample("spin.png");
    let frame = find(&picture, b"fcTL");
    for (field, value) in [
        (8, 65_u32),
        (12, 49),
        (16, 1),
        (20, 1),
        (16, u32::MAX),
        (8, 0),
    ] {
        let mut wrong = picture.clone();
        wrong[frame + field..frame + field + 4].copy_from_slice(&value.to_be_bytes());
        mend(&mut wrong, frame);
        let reason = Reason::FrameBounds;
        assert_eq!(
            clean(wrong, NO_LIMIT).unwrap_err(),
            CleanError::Damaged(reason)
        );
    }
}

#[test]
fn only_what_stays_needs_a_right_checksum() {
    let picture = png();
    let reason = CleanError::Damaged(Reason::WrongChecksum);
    let is_refused = |mut wrong: Vec<u8>, at: usize| {
        wrong[at] ^= 1;
        assert_eq!(clean(wrong, NO_LIMIT).unwrap_err(), reason);
    };
    is_refused(picture.clone(), 30);
    let colours = with_palette(&[chunk(b"PLTE", &[7; 12])]);
    let palette = find(&colours, b"PLTE");
    is_refused(colours, palette + 16);

    for kind in [b"tEXt", b"eXIf", b"iCCP", b"gAMA"] {
        let mut part = chunk(kind, &exif_with_secrets());
        *part.last_mut().unwrap() ^= 1;
        assert!(cleaned(&with(&picture, BEHIND_HEADER, &part)).bytes == picture);
    }
}

#[test]
fn what_is_malformed_is_no_png() {
    let picture = png();
    is_damaged(&with(&picture, BEHIND_HEADER, &chunk(b"CRIT", b"")));
    is_damaged(&with(&picture, BEHIND_HEADER, &picture[8..BEHIND_HEADER]));
    is_damaged(&with(&picture, 8, &chunk(b"gAMA", &[0; 4])));
    is_damaged(&[&picture[..BEHIND_HEADER], &chunk(b"IEND", b"")].concat());
    is_damaged(&with(&picture, BEHIND_HEADER, b"\xff\xff\xff\xfftEXt"));
    for (kind, length) in [(b"acTL", 9), (b"fcTL", 27)] {
        let part = chunk(kind, &vec![0; length]);
        is_damaged(&with(&picture, BEHIND_HEADER, &part));
    }
}

fn unpacked(width: usize, height: usize) -> Vec<u8> {
    let row = |y: usize| [vec![0], (0..3 * width).map(|x| (x * y) as u8).collect()].concat();
    (0..height).flat_map(row).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// A PNG of 24 x 17 pixels, with these as its chunks of data.
fn made_of(parts: &[&[u8]]) -> Vec<u8> {
    let data: Vec<u8> = parts.iter().flat_map(|part| chunk(b"IDAT", part)).collect();
    [&png()[..BEHIND_HEADER], &data, &chunk(b"IEND", b"")].concat()
}

#[test]
fn what_stands_behind_the_packed_pixels_is_cut_off() {
    let data = packed(&unpacked(24, 17));
    let picture = made_of(&[&data]);
    assert!(cleaned(&picture).bytes == picture);
    let longer = [&data, SECRET].concat();
    let (front, back) = data.split_at(data.len() - 2);
    let late = [back, SECRET].concat();
    for parts in [
        &[&longer[..]][..],
        &[&data, SECRET],
        &[&data, &[], SECRET],
        &[front, &late],
    ] {
        leaves_only(&picture, &made_of(parts));
    }
}

#[test]
fn pixels_that_say_more_than_the_picture_has_are_packed_again() {
    let pixels = unpacked(24, 17);
    let picture = made_of(&[&packed(&pixels)]);
    let talkative = packed(&[&pixels[..], &SECRET.repeat(9)].concat());
    let after = cleaned(&made_of(&[&talkative])).bytes;
    assert!(super::super::tests::pixels(&after) == super::super::tests::pixels(&picture));
    let at = find(&after, b"IDAT") + 4;
    let length = u32::from_be_bytes(after[at - 8..at - 4].try_into().unwrap()) as usize;
    let mut unpacked = Vec::new();
    let mut decoder = flate2::read::ZlibDecoder::new(&after[at..at + length]);
    std::io::Read::read_to_end(&mut decoder, &mut unpacked).unwrap();
    assert_eq!(unpacked, pixels);
    assert!(cleaned(&after).bytes == after);
}

#[test]
fn pixels_that_are_all_there_get_their_end_and_their_checksum() {
    let data = packed(&unpacked(24, 17));
    let picture = made_of(&[&data]);
    let end = data.len() - 4;
    for wrong in [
        &data[..end],
        &data[..end + 2],
        &[&data[..end], b"abcd"].concat(),
    ] {
        assert!(cleaned(&made_of(&[wrong])).bytes == picture);
    }
    let short = packed(&unpacked(24, 16));
    is_damaged(&made_of(&[&short]));
    is_damaged(&made_of(&[&data[..data.len() / 2]]));
    is_damaged(&made_of(&[b"\x78\x9dSECRET"]));
    // Data that something else interrupts is over.
    let interrupted = with(
        &made_of(&[&data[..40], &data[40..]]),
        BEHIND_HEADER + 52,
        &chunk(b"tEXt", SECRET),
    );
    is_damaged(&interrupted);
}

#[test]
fn a_wrong_checksum_of_picture_data_is_mended_where_the_pixels_have_a_right_one() {
    let data = packed(&unpacked(24, 17));
    let (first, rest) = data.split_at(40);
    let picture = made_of(&[first, rest]);
    let spoilt = |part: &[u8]| {
        let mut spoilt = chunk(b"IDAT", part);
        *spoilt.last_mut().unwrap() ^= 1;
        spoilt
    };
    let of = |chunks: &[u8]| {
        let end = picture.len() - 12;
        [&picture[..BEHIND_HEADER], chunks, &picture[end..]].concat()
    };
    let whole = made_of(&[&data]);
    for chunks in [
        [spoilt(first), chunk(b"IDAT", rest)].concat(),
        [chunk(b"IDAT", first), spoilt(rest)].concat(),
        [spoilt(first), spoilt(rest)].concat(),
        spoilt(&data),
        spoilt(&[&data[..], SECRET].concat()),
    ] {
        let after = cleaned(&of(&chunks)).bytes;
        assert!(after == whole);
    }
    // With the other one wrong too, or missing, nothing says that these are the pixels.
    let mut other = data.clone();
    *other.last_mut().unwrap() ^= 1;
    let reason = CleanError::Damaged(Reason::WrongChecksum);
    for part in [&other[..], &data[..data.len() - 4]] {
        assert_eq!(clean(of(&spoilt(part)), NO_LIMIT).unwrap_err(), reason);
    }
    let picture = cleaned(&sample("spin.png")).bytes;
    for kind in [b"IDAT", b"fdAT"] {
        let at = find(&picture, kind);
        let length = u32::from_be_bytes(picture[at - 4..at].try_into().unwrap()) as usize;
        let mut wrong = picture.clone();
        wrong[at + 4 + length] ^= 1;
        assert!(cleaned(&wrong).bytes == picture, "{kind:?}");
    }
}

#[test]
fn a_png_whose_end_is_missing_gets_one() {
    for picture in [png(), sample("lake.png"), sample("spin.png")] {
        let picture = cleaned(&picture).bytes;
        let open = &picture[..picture.len() - 12];
        assert!(cleaned(open).bytes == picture);
        for behind in [&[0, 0][..], SECRET, &picture] {
            assert!(cleaned(&[open, behind].concat()).bytes == picture);
        }
    }
}

#[test]
fn headers_that_no_png_can_have_are_refused() {
    for (at, values) in [
        (24, &[0, 1, 3, 4, 32][..]),
        (25, &[1, 3, 5, 7]),
        (26, &[1]),
        (27, &[1]),
        (28, &[2]),
    ] {
        for &value in values {
            let mut wrong = png();
            wrong[at] = value;
            mend(&mut wrong, 12);
            let refusal = clean(wrong, NO_LIMIT).unwrap_err();
            assert!(
                matches!(refusal, CleanError::NotShown(_)),
                "{at} {value}: {refusal:?}"
            );
        }
    }
}

/// A PNG of 24 x 17 pixels that are the numbers of colours, with these chunks before them.
fn with_palette(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut header = png()[..BEHIND_HEADER].to_vec();
    (header[24], header[25]) = (2, 3);
    mend(&mut header, 12);
    let data = chunk(b"IDAT", &packed(&[0; 17 * 7]));
    [&header, &parts.concat()[..], &data, &chunk(b"IEND", b"")].concat()
}

#[test]
fn a_palette_has_the_colours_that_pixels_can_mean() {
    let colours = |count: usize| chunk(b"PLTE", &SECRET.repeat(60)[..count]);
    let picture = with_palette(&[colours(12)]);
    assert!(cleaned(&picture).bytes == picture);
    for length in [13, 15, 300] {
        assert!(cleaned(&with_palette(&[colours(length)])).bytes == picture);
    }
    let clear = with_palette(&[colours(12), chunk(b"tRNS", &[9; 4])]);
    assert!(cleaned(&clear).bytes == clear);
    let longer = with_palette(&[
        colours(12),
        chunk(b"tRNS", &[9; 200]),
        chunk(b"tRNS", SECRET),
    ]);
    assert!(cleaned(&longer).bytes == clear);
    is_damaged(&with_palette(&[colours(12), colours(12)]));
    is_damaged(&with_palette(&[colours(0)]));
    let none = clean(with_palette(&[]), NO_LIMIT).unwrap_err();
    assert_eq!(none, CleanError::NotShown(Reason::NoPalette));
    // Pixels that are colours need none.
    assert!(cleaned(&with(&png(), BEHIND_HEADER, &colours(12))).bytes == png());
}

#[test]
fn of_several_parts_of_a_kind_the_first_one_counts() {
    let first = chunk(b"gAMA", &[0, 0, 0xb1, 0x8f]);
    let picture = with(&png(), BEHIND_HEADER, &first);
    let twice = with(
        &picture,
        BEHIND_HEADER + first.len(),
        &chunk(b"gAMA", b"SECR"),
    );
    assert!(cleaned(&twice).bytes == picture);
}

#[test]
fn the_parts_of_an_animation_are_numbered_and_counted() {
    let picture = cleaned(&sample("spin.png")).bytes;
    let mut wrong = picture.clone();
    let told = find(&picture, b"acTL");
    wrong[told + 7] = 9;
    mend(&mut wrong, told);
    for kind in [b"fcTL", b"fdAT"] {
        let at = wrong.windows(4).rposition(|window| window == kind).unwrap();
        wrong[at + 4] = 7;
        mend(&mut wrong, at);
    }
    assert!(cleaned(&wrong).bytes == picture);
    let last = wrong.len() - 12;
    is_damaged(&wrong[..last]);
    // Words after the pixels of a frame.
    let frame = find(&picture, b"fdAT");
    let length = u32::from_be_bytes(picture[frame - 4..frame].try_into().unwrap()) as usize;
    let talkative = chunk(
        b"fdAT",
        &[&picture[frame + 4..frame + 4 + length], SECRET].concat(),
    );
    let before = [
        &picture[..frame - 4],
        &talkative,
        &picture[frame + 8 + length..],
    ]
    .concat();
    leaves_only(&picture, &before);
}

/// A grey PNG of 25 x 17 pixels with these rows.
fn grey(depth: u8, interlacing: u8, rows: &[u8]) -> Vec<u8> {
    let mut header = png()[..BEHIND_HEADER].to_vec();
    header[19] = 25;
    (header[24], header[25], header[28]) = (depth, 0, interlacing);
    mend(&mut header, 12);
    let data = chunk(b"IDAT", &packed(rows));
    [&header[..], &data, &chunk(b"IEND", b"")].concat()
}

#[test]
fn the_bits_at_the_end_of_a_row_that_are_no_pixel_say_nothing() {
    // Columns and rows of each pass.
    let passes: [&[(usize, usize)]; 2] = [
        &[(25, 17)],
        &[(4, 3), (3, 3), (7, 2), (6, 5), (13, 4), (12, 9), (25, 8)],
    ];
    for depth in [1, 2, 4] {
        for (interlacing, passes) in (0..).zip(passes) {
            let rows = |filter: u8, spare: u8| {
                let mut rows = Vec::new();
                for &(columns, count) in passes {
                    let used = columns * usize::from(depth) % 8;
                    let mut row = vec![0xb4; (columns * usize::from(depth)).div_ceil(8)];
                    if let (Some(last), 1..) = (row.last_mut(), used) {
                        *last = *last & !(0xff >> used) | spare & (0xff >> used);
                    }
                    // As it is, or as what it is more than the row above; rows that are written again are as they are.
                    let filter = if used > 0 && spare == 0 { 0 } else { filter };
                    for at in 0..count {
                        let is_same = filter == 2 && at > 0;
                        rows.push(filter);
                        rows.extend(row.iter().map(|&byte| if is_same { 0 } else { byte }));
                    }
                }
                rows
            };
            let clean = grey(depth, interlacing, &rows(0, 0));
            let same = cleaned(&clean).bytes;
            assert!(same == clean);
            for filter in [0, 2] {
                let before = grey(depth, interlacing, &rows(filter, 0xff));
                let after = cleaned(&before).bytes;
                assert!(after != before && cleaned(&after).bytes == after);
                let data = find(&after, b"IDAT") + 4;
                let unpacked = miniz_oxide::inflate::decompress_to_vec_zlib(&after[data..]);
                assert!(
                    unpacked.unwrap() == rows(filter, 0),
                    "{depth} {interlacing}"
                );
                let [shown, other] =
                    [&before, &after].map(|png| image::load_from_memory(png).unwrap().into_rgb8());
                assert!(shown == other);
            }
        }
    }
}
