//! What a PNG loses, what it keeps, and what is no PNG.

use image::ImageFormat;

use super::super::orientation::tests::exif_with_secrets;
use super::super::tests::{
    NO_LIMIT, SECRET, cleaned, encoded, find, is_a_bomb, is_damaged, leaves_only, sample, with,
};
use super::super::{Refusal, clean};
use super::*;

/// Where the header ends.
const BEHIND_HEADER: usize = 33;

fn png() -> Vec<u8> {
    encoded(ImageFormat::Png, 24, 17)
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    super::chunk(*kind, data)
}

/// Writes the checksum of a chunk anew whose kind stands at this place.
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
    leaves_only(&expected, &with(&picture, picture.len() - 12, &exif));
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

#[test]
fn what_a_png_needs_to_look_right_stays() {
    let picture = png();
    let kinds: [(&[u8; 4], usize); 9] = [
        (b"cHRM", 32),
        (b"gAMA", 4),
        (b"sBIT", 3),
        (b"sRGB", 1),
        (b"cICP", 4),
        (b"mDCV", 24),
        (b"cLLI", 8),
        (b"bKGD", 6),
        (b"pHYs", 9),
    ];
    for (kind, length) in kinds {
        let part = chunk(kind, &vec![1; length]);
        let whole = with(&picture, BEHIND_HEADER, &part);
        assert!(cleaned(&whole).bytes == whole, "{kind:?}");
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
        let reason = "a frame of its animation is empty or larger than the picture";
        assert_eq!(
            clean(wrong, NO_LIMIT).unwrap_err(),
            Refusal::Damaged(reason)
        );
    }
}

#[test]
fn only_what_stays_needs_a_right_checksum() {
    let picture = png();
    let mut wrong = picture.clone();
    wrong[30] ^= 1;
    let reason = Refusal::Damaged("a checksum in it is wrong");
    assert_eq!(clean(wrong, NO_LIMIT).unwrap_err(), reason);

    for kind in [b"tEXt", b"eXIf"] {
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
    let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
    is_damaged(&[SIGNATURE, &chunk(b"IHDR", &header), &chunk(b"IEND", b"")].concat());
    is_damaged(&with(&picture, BEHIND_HEADER, b"\xff\xff\xff\xfftEXt"));
    for (kind, length) in [
        (b"PLTE", 4),
        (b"tRNS", 7),
        (b"acTL", 9),
        (b"fcTL", 27),
        (b"fdAT", 3),
    ] {
        let part = chunk(kind, &vec![0; length]);
        is_damaged(&with(&picture, BEHIND_HEADER, &part));
    }
}
