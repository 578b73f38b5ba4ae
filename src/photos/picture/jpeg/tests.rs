//! What a JPEG loses, what it keeps, and what is no JPEG.

use image::{ExtendedColorType, ImageEncoder, ImageFormat};

use super::super::orientation::tests::exif_with_secrets;
use super::super::tests::{
    NO_LIMIT, SECRET, cleaned, encoded, find, is_a_bomb, is_damaged, leaves_only, sample, with,
};
use super::super::{Refusal, clean};
use super::*;

const SOF: &[u8] = b"\xff\xc0";

fn jpeg() -> Vec<u8> {
    encoded(ImageFormat::Jpeg, 24, 17)
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    push_segment(&mut out, marker, content);
    out
}

/// The place behind the segment that begins with these bytes.
fn behind(jpeg: &[u8], start: &[u8]) -> usize {
    let at = find(jpeg, start);
    at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]))
}

#[test]
fn a_jpeg_loses_its_gps_position_but_keeps_its_orientation() {
    let picture = jpeg();
    let jfif_end = behind(&picture, b"\xff\xe0");
    let turned = segment(
        APP1,
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
    );
    let expected = with(&picture, jfif_end, &turned);
    let exif = segment(APP1, &[EXIF, &exif_with_secrets()].concat());
    leaves_only(&expected, &with(&picture, jfif_end, &exif));
    leaves_only(&expected, &with(&picture, 2, &exif));
}

#[test]
fn whatever_a_jpeg_says_besides_the_picture_is_dropped() {
    let picture = jpeg();
    let kinds: [(u8, &[u8]); 9] = [
        (COM, b""),
        (APP0, b"JFXX\0\x13\x01\x01"),
        (APP1, b"http://ns.adobe.com/xap/1.0/\0"),
        (
            APP1,
            b"http://ns.adobe.com/xmp/extension/\x000123456789abcdef0123456789abcdef\0\0\0\x0f\0\0\0\0",
        ),
        (APP2, b"MPF\0"),
        (APP2, b"FPXR\0"),
        (0xe7, b""),
        (0xed, b"Photoshop 3.0\08BIM"),
        (APP15, b""),
    ];
    for (marker, start) in kinds {
        let part = segment(marker, &[start, SECRET].concat());
        for place in [2, find(&picture, SOF)] {
            leaves_only(&picture, &with(&picture, place, &part));
        }
    }
}

#[test]
fn between_the_scans_of_a_progressive_jpeg_nothing_is_left_either() {
    let picture = cleaned(&sample("progressive.jpg")).bytes;
    let starts: Vec<usize> = (0..picture.len() - 4)
        .filter(|&at| matches!(picture[at..], [0xff, SOS, 0, 8 | 10 | 12, ..]))
        .collect();
    assert!(starts.len() > 4);
    for start in starts {
        for (marker, prefix) in [(COM, ""), (APP1, "Exif\0\0"), (0xed, "8BIM")] {
            let part = segment(marker, &[prefix.as_bytes(), SECRET].concat());
            leaves_only(&picture, &with(&picture, start, &part));
        }
    }
}

#[test]
fn what_follows_the_end_of_a_jpeg_is_cut_off() {
    let picture = jpeg();
    let video = b"\0\0\0\x18ftypmp42SECRET".as_slice();
    let second = [b"SECRET", picture.as_slice()].concat();
    for trailer in [SECRET, b"PK\x03\x04SECRET", video, &second] {
        leaves_only(&picture, &[&picture, trailer].concat());
    }
    assert!(cleaned(&[&picture[..], &[0; 512]].concat()).bytes == picture);
}

#[test]
fn a_jfif_segment_loses_its_thumbnail() {
    let picture = jpeg();
    let end = behind(&picture, b"\xff\xe0");
    let mut jfif = picture[2..end].to_vec();
    jfif[3] = 16 + 6;
    jfif[16..].copy_from_slice(&[2, 1]);
    jfif.extend_from_slice(b"SECRET");
    leaves_only(&picture, &[&picture[..2], &jfif, &picture[end..]].concat());
}

#[test]
fn an_adobe_segment_keeps_its_twelve_bytes() {
    let before = cleaned(&sample("cmyk.jpg")).bytes;
    let at = find(&before, ADOBE) - 4;
    let long = segment(APP14, &[&before[at + 4..at + 16], SECRET].concat());
    leaves_only(
        &before,
        &[&before[..at], &long, &before[at + 16..]].concat(),
    );
    // Some decoders pass over a shorter one, some refuse it.
    let short = with(&jpeg(), 2, &segment(APP14, b"AdobeSECRET"));
    assert!(cleaned(&short).bytes == jpeg());
}

#[test]
fn fill_bytes_before_a_marker_are_no_damage() {
    let picture = jpeg();
    let filled = with(&picture, find(&picture, SOF), &[0xff; 3]);
    assert!(cleaned(&filled).bytes == picture);
    let filled = with(&picture, picture.len() - 2, &[0xff; 3]);
    assert!(cleaned(&filled).bytes == picture);
}

#[test]
fn restarts_and_stuffed_bytes_belong_to_the_scan() {
    let data = b"a\xff\0b\xff\xd0c\xff\xff\xff\xd7d\xff\xff\0e";
    let bytes = [data.as_slice(), &[0xff, 0xff, EOI]].concat();
    let mut reader = Reader::new(&bytes);
    assert_eq!(scan(&mut reader), Ok(data.as_slice()));
    assert_eq!(next_marker(&mut reader), Ok(EOI));
    for endless in [b"ab\xff\xff\xff".as_slice(), b"a\xff\0b", b"a\xff"] {
        assert_eq!(scan(&mut Reader::new(endless)), Err(ENDS));
    }
}

#[test]
fn a_jpeg_of_one_colour_stays_as_it_is() {
    let mut picture = Vec::new();
    image::codecs::jpeg::JpegEncoder::new(&mut picture)
        .write_image(&[90; 64], 8, 8, ExtendedColorType::L8)
        .unwrap();
    assert!(cleaned(&picture).bytes == picture);
}

#[test]
fn a_jpeg_of_a_huge_size_is_refused_by_its_header() {
    let mut bomb = jpeg();
    let frame = find(&bomb, SOF);
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    is_a_bomb(&bomb);
    bomb[frame + 5..frame + 7].fill(0);
    is_damaged(&bomb);
}

#[test]
fn a_jpeg_with_a_second_size_is_refused() {
    let picture = jpeg();
    let frame = find(&picture, SOF);
    let end = behind(&picture, SOF);
    let twice = with(&picture, frame, &picture[frame..end]);
    let reason = Refusal::Damaged("it has more than one frame");
    assert_eq!(clean(twice, NO_LIMIT).unwrap_err(), reason);

    let before_end = picture.len() - 2;
    let same = with(&picture, before_end, &segment(DNL, &[0, 17]));
    assert!(cleaned(&same).bytes == same);
    is_damaged(&with(&picture, before_end, &segment(DNL, &[0xff, 0xff])));
    is_damaged(&with(&picture, frame, &segment(DNL, &[0, 17])));
}

#[test]
fn nothing_hides_behind_the_tables_of_a_jpeg() {
    let picture = jpeg();
    for marker in [DHT, DQT, 0xc0, SOS] {
        let at = find(&picture, &[0xff, marker]);
        let end = behind(&picture, &[0xff, marker]);
        let long = segment(marker, &[&picture[at + 4..end], SECRET].concat());
        is_damaged(&[&picture[..at], &long, &picture[end..]].concat());
    }
    is_damaged(&with(&picture, 2, &segment(DRI, b"\0\0SECRET")));
    is_damaged(&with(&picture, 2, &segment(DAC, b"SECRETS")));
    let fine = with(&picture, 2, &segment(DRI, &[0, 0]));
    assert!(cleaned(&fine).bytes.len() == fine.len());
}

#[test]
fn what_is_malformed_is_no_jpeg() {
    let picture = jpeg();
    let (frame, scan) = (find(&picture, SOF), find(&picture, &[0xff, SOS]));
    let (frame_end, scan_end) = (behind(&picture, SOF), picture.len() - 2);
    is_damaged(&[&picture[..frame], &picture[frame_end..]].concat());
    is_damaged(&[&picture[..scan], &picture[scan_end..]].concat());
    is_damaged(&picture[..scan_end]);
    is_damaged(&with(&picture, frame, b"SECRET"));
    is_damaged(&with(&picture, frame, b"\xff\xfe\0\x01"));
    is_damaged(&with(&picture, frame, b"\xff\xfe\xff\xff"));
    is_damaged(&with(&picture, frame, b"\xff\xd0"));
    is_damaged(b"\xff\xd8\xff\xd9");
}

#[test]
fn broken_exif_costs_the_orientation_and_not_the_picture() {
    let picture = jpeg();
    let broken = segment(APP1, b"Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\xff\xff");
    assert!(cleaned(&with(&picture, 2, &broken)).bytes == picture);
}
