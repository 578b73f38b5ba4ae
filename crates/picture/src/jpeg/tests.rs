//! What is removed from a JPEG, what is kept, and what isn't accepted as a JPEG.

use crate::reason::Reason;
use image::{ExtendedColorType, ImageEncoder, ImageFormat};

use super::super::orientation::tests::exif_with_secrets;
use super::super::tests::{
    NO_LIMIT, SECRET, cleaned, encoded, find, is_a_bomb, is_damaged, leaves_only, sample, with,
};
use super::super::{CleanError, clean};
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

/// The place after the segment that begins with these bytes.
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
    let exif = segment(APP1, &[EXIF, &[0], &exif_with_secrets()].concat());
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
    let reason = CleanError::Damaged(Reason::SeveralFrames);
    assert_eq!(clean(twice, NO_LIMIT).unwrap_err(), reason);

    // Browsers ignore the number of lines when it comes again, whatever it is.
    for lines in [[0, 17], [0xff, 0xff]] {
        let again = with(&picture, picture.len() - 2, &segment(DNL, &lines));
        assert!(cleaned(&again).bytes == picture);
    }
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
    assert!(cleaned(&with(&picture, 2, &segment(DAC, b"SECRETS"))).bytes == picture);
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
    is_damaged(&picture[..scan_end - 1]);
    is_damaged(&with(&picture, frame, b"SECRET\xff\x3c"));
    is_damaged(&with(&picture, frame, b"\xff\xfe\0\x01"));
    is_damaged(&with(&picture, frame, b"\xff\xfe\xff\xff"));
    is_damaged(&with(&picture, frame, b"\xff\xd8"));
    is_damaged(b"\xff\xd8\xff\xd9");
}

#[test]
fn broken_exif_costs_the_orientation_and_not_the_picture() {
    let picture = jpeg();
    let broken = segment(APP1, b"Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\xff\xff");
    assert!(cleaned(&with(&picture, 2, &broken)).bytes == picture);
}

/// Cleaning makes of the first what the second is.
fn becomes(before: &[u8], after: &[u8]) {
    assert!(cleaned(before).bytes == after);
}

/// With a marker after every fourth unit.
fn with_restarts() -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_restart_interval(4);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
    let pixels: Vec<u8> = (0..80 * 60 * 3).map(|at| (at * at / 7) as u8).collect();
    encoder
        .encode(&pixels, 80, 60, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    file
}

/// Where the markers of restarts are.
fn restarts(jpeg: &[u8]) -> Vec<usize> {
    let scan = find(jpeg, &[0xff, SOS]);
    (scan..jpeg.len() - 1)
        .filter(|&at| jpeg[at] == 0xff && matches!(jpeg[at + 1], 0xd0..=0xd7))
        .collect()
}

#[test]
fn what_stands_behind_the_last_unit_of_a_scan_is_cut_off() {
    for picture in [
        jpeg(),
        with_restarts(),
        cleaned(&sample("garden.jpg")).bytes,
        cleaned(&sample("cmyk.jpg")).bytes,
        cleaned(&sample("progressive.jpg")).bytes,
    ] {
        let end = picture.len() - 2;
        for words in [SECRET, b"\xff\0SECRET\xff\0", b"SECRET\xff\xff\xff\0SECRET"] {
            becomes(&with(&picture, end, words), &picture);
        }
    }
}

#[test]
fn between_scans_and_before_restarts_nothing_hides() {
    let picture = cleaned(&sample("progressive.jpg")).bytes;
    let starts: Vec<usize> = (1000..picture.len() - 4)
        .filter(|&at| matches!(picture[at..], [0xff, SOS, 0, 8 | 10 | 12, ..]))
        .collect();
    assert!(starts.len() > 4);
    for start in starts {
        becomes(&with(&picture, start, SECRET), &picture);
    }
    let picture = cleaned(&with_restarts()).bytes;
    let places = restarts(&picture);
    assert_eq!(places.len(), 4);
    for &place in &places {
        becomes(&with(&picture, place, SECRET), &picture);
        becomes(&with(&picture, place, b"\xff\xff\xff"), &picture);
    }
    let everywhere = places
        .iter()
        .rev()
        .fold(picture.clone(), |jpeg, &place| with(&jpeg, place, SECRET));
    becomes(&everywhere, &picture);
}

#[test]
fn bytes_that_only_fill_are_left_out_of_a_scan() {
    let picture = cleaned(&sample("garden.jpg")).bytes;
    let data = behind(&picture, &[0xff, SOS]);
    let at = data + find(&picture[data..], b"\xff\0");
    let filled = with(&picture, at, &[0xff; 30]);
    becomes(&filled, &picture);
}

#[test]
fn a_jpeg_whose_end_is_missing_gets_one() {
    for picture in [
        jpeg(),
        with_restarts(),
        cleaned(&sample("progressive.jpg")).bytes,
    ] {
        let open = &picture[..picture.len() - 2];
        becomes(open, &picture);
        // A camera's own block, which has a whole JPEG in it.
        let trailer = [b"\0\0SECRET", &picture[..], b"SEFT"].concat();
        for behind in [&[0; 500][..], SECRET, &[0xff; 9], &trailer] {
            becomes(&[open, behind].concat(), &picture);
        }
        is_damaged(&open[..open.len() - 1]);
    }
    // A progressive picture whose finer scans are missing isn't whole.
    let picture = cleaned(&sample("progressive.jpg")).bytes;
    let last = picture.windows(2).rposition(|pair| pair == [0xff, SOS]);
    is_damaged(&picture[..last.unwrap()]);
}

#[test]
fn what_stands_between_two_parts_of_a_jpeg_is_passed_over() {
    let picture = jpeg();
    for marker in [DQT, DHT, 0xc0, SOS] {
        let place = find(&picture, &[0xff, marker]);
        for stray in [
            &[0, 0][..],
            SECRET,
            b"\xff\0SECRET",
            b"\xff\xd0",
            b"\xff\x01",
        ] {
            becomes(&with(&picture, place, stray), &picture);
        }
    }
}

#[test]
fn wrong_numbers_of_restarts_are_mended_where_nothing_is_missing() {
    let picture = cleaned(&with_restarts()).bytes;
    let places = restarts(&picture);
    for number in 0..8 {
        let mut wrong = picture.clone();
        for &place in &places {
            wrong[place + 1] = 0xd0 + number;
        }
        becomes(&wrong, &picture);
    }
    let mut swapped = picture.clone();
    swapped.swap(places[1] + 1, places[2] + 1);
    becomes(&swapped, &picture);
}

#[test]
fn where_an_interval_is_missing_the_numbers_tell_which_as_in_browsers() {
    let picture = cleaned(&with_restarts()).bytes;
    let places = restarts(&picture);
    let without = |from: usize, to: usize| [&picture[..from], &picture[to..]].concat();
    // A marker is lost: what follows it is more than the interval before it needs, and decoders skip it. With
    // another number, the next would be taken for the lost one, and all that follows lie in the wrong place.
    for (index, &place) in places.iter().enumerate() {
        let marker_lost = without(place, place + 2);
        let next = places.get(index + 1).copied();
        let interval_lost = without(place, next.unwrap_or(picture.len() - 2));
        becomes(&marker_lost, &interval_lost);
        becomes(&interval_lost, &interval_lost);
        becomes(&with(&interval_lost, place, SECRET), &interval_lost);
    }
    let [first, second, third, _] = *places else {
        panic!("{places:?}");
    };
    // Two in a row.
    becomes(&without(first, third), &without(first, third));
    // One that is there twice has nothing after the first, and the second is superfluous.
    let twice = with(&picture, second, &picture[second..second + 2]);
    becomes(&twice, &without(second + 2, third));
    // An interval that is too short, or empty.
    for end in [second + 2, second + 9] {
        becomes(&without(end, third), &without(end, third));
    }
    // An interval that comes again hides nothing.
    let again = with(&picture, third, &picture[first..third]);
    becomes(&again, &picture);
    // Numbers are no words: those far from what they should be are mended, and not counted by.
    let mut marker_lost = without(first, first + 2);
    let place = restarts(&marker_lost)[2];
    marker_lost[place + 1] = 0xd7;
    becomes(&marker_lost, &without(first, second));
}

#[test]
fn a_progressive_picture_whose_restarts_are_damaged_stays_as_it_is_shown() {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder.set_restart_interval(4);
    encoder.set_progressive(true);
    let pixels: Vec<u8> = (0..80 * 60 * 3).map(|at| (at * at / 7) as u8).collect();
    encoder
        .encode(&pixels, 80, 60, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let picture = cleaned(&file).bytes;
    let places = restarts(&picture);
    assert!(places.len() > 40);
    for (index, &place) in places.iter().enumerate() {
        let next = picture[place + 2..].windows(2);
        let next = next
            .into_iter()
            .position(|pair| pair[0] == 0xff && pair[1] != 0)
            .unwrap();
        let lost = [&picture[..place], &picture[place + 2 + next..]].concat();
        becomes(&lost, &lost);
        // The interval of a lost marker is skipped.
        let marker_lost = [&picture[..place], &picture[place + 2..]].concat();
        assert!(cleaned(&marker_lost).bytes == lost, "{index}");
        let mut wrong = picture.clone();
        wrong[place + 1] ^= 1;
        becomes(&wrong, &picture);
    }
}

#[test]
fn a_frame_of_motion_jpeg_gets_the_tables_that_it_leaves_out() {
    let picture = jpeg();
    let mut bare = picture.clone();
    while let Some(at) = bare.windows(2).position(|pair| pair == [0xff, DHT]) {
        let end = at + 2 + usize::from(u16::from_be_bytes([bare[at + 2], bare[at + 3]]));
        bare.drain(at..end);
    }
    let after = cleaned(&bare).bytes;
    assert!(super::super::tests::pixels(&after) == super::super::tests::pixels(&picture));
    becomes(&after, &after);
    // In another kind of picture, which ones would be undefined.
    let frame = find(&bare, SOF);
    bare[frame + 1] = 0xc2;
    is_damaged(&bare);
}

#[test]
fn a_table_that_no_scan_uses_is_left_out() {
    let picture = jpeg();
    let scan = find(&picture, &[0xff, SOS]);
    let steps = segment(DQT, &[&[3], &SECRET.repeat(5)[..64]].concat());
    let codes = segment(
        DHT,
        &[b"\x13\0\0\0\0\0\0\0\x0f\0\0\0\0\0\0\0\0", SECRET].concat(),
    );
    for part in [&steps, &codes] {
        becomes(&with(&picture, scan, part), &picture);
        becomes(&with(&picture, 2, part), &picture);
    }
    // Nor one that another replaces.
    let earlier = segment(DQT, &[&[0], &SECRET.repeat(5)[..64]].concat());
    becomes(&with(&picture, 2, &earlier), &picture);
    let together = find(&picture, &[0xff, DQT]);
    let end = behind(&picture, &[0xff, DQT]);
    let both = segment(DQT, &[&steps[4..], &picture[together + 4..end]].concat());
    becomes(
        &[&picture[..together], &both, &picture[end..]].concat(),
        &picture,
    );
}

#[test]
fn kinds_of_jpeg_that_browsers_do_not_show_are_refused() {
    let picture = jpeg();
    let frame = find(&picture, SOF);
    let is_not_shown = |at: usize, value: u8| {
        let mut other = picture.clone();
        other[frame + at] = value;
        let refusal = clean(other, NO_LIMIT).unwrap_err();
        assert!(matches!(refusal, CleanError::NotShown(_)), "{refusal:?}");
    };
    for marker in [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf] {
        is_not_shown(1, marker);
    }
    is_not_shown(4, 12);
    is_not_shown(4, 16);
    let mut long = picture.clone();
    long[frame + 5..frame + 7].fill(0xff);
    let refusal = clean(long, NO_LIMIT).unwrap_err();
    assert!(matches!(refusal, CleanError::NotShown(_)), "{refusal:?}");
    // Steps that don't exist, and components that are in no unit.
    for (at, value) in [(11, 0x01), (11, 0x51), (12, 3)] {
        let mut other = picture.clone();
        other[frame + at] = value;
        is_damaged(&other);
    }
}

#[test]
fn the_first_block_of_exif_before_the_picture_is_believed() {
    let picture = jpeg();
    let orientation = |value: u8| {
        let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
        tiff[18] = value;
        segment(APP1, &[EXIF, &[0], &tiff].concat())
    };
    let turned = |blocks: &[Vec<u8>]| {
        let found = cleaned(&with(&picture, 2, &blocks.concat())).orientation;
        found.map_or(1, |orientation| orientation.tiff()[18])
    };
    assert_eq!(turned(&[orientation(6), orientation(3)]), 6);
    assert_eq!(turned(&[orientation(1), orientation(6)]), 1);
    assert_eq!(
        turned(&[segment(APP1, &[EXIF, &[0]].concat()), orientation(6)]),
        1
    );
    // The byte after its name has no meaning, and a segment without that byte isn't a block of EXIF.
    let mut filled = orientation(6);
    filled[9] = 0xff;
    assert_eq!(turned(&[filled]), 6);
    assert_eq!(turned(&[segment(APP1, EXIF), orientation(6)]), 6);
    let picture = cleaned(&sample("progressive.jpg")).bytes;
    let second = picture.windows(2).rposition(|pair| pair == [0xff, SOS]);
    becomes(&with(&picture, second.unwrap(), &orientation(8)), &picture);
}

#[test]
fn a_jpeg_in_thousands_of_parts_is_refused() {
    // One block, each of whose coefficients comes alone and bit by bit.
    let one_code = |class: u8| segment(DHT, &[&[class, 1][..], &[0; 16]].concat());
    let scan = |from: u8, bits: u8| {
        let scan = segment(SOS, &[1, 1, 0, from, from, bits]);
        [&scan[..], &[0x7f]].concat()
    };
    let mut bomb = [
        &[0xff, 0xd8][..],
        &segment(DQT, &[&[0][..], &[1; 64]].concat()),
        &segment(0xc2, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        &one_code(0),
        &one_code(0x10),
        &scan(0, 0),
    ]
    .concat();
    for coefficient in 1..64 {
        bomb.extend(scan(coefficient, 13));
        for after in (0..13).rev() {
            bomb.extend(scan(coefficient, (after + 1) << 4 | after));
        }
    }
    bomb.extend([0xff, EOI]);
    let reason = CleanError::Damaged(Reason::TooManyParts);
    assert_eq!(clean(bomb, NO_LIMIT).unwrap_err(), reason);
}

#[test]
fn a_scan_that_breaks_off_is_taken_where_the_file_says_that_it_is_over() {
    let picture = jpeg();
    let short = [&picture[..picture.len() - 30], &[0xff, EOI]].concat();
    becomes(&short, &short);
    is_damaged(&short[..short.len() - 2]);
}

/// Where the scans of a picture begin, and where the last one ends.
fn scans(jpeg: &[u8]) -> Vec<usize> {
    let mut starts: Vec<usize> = (2..jpeg.len() - 4)
        .filter(|&at| matches!(jpeg[at..], [0xff, SOS, 0, 8 | 10 | 12, ..]))
        .collect();
    starts.push(jpeg.len() - 2);
    starts
}

#[test]
fn what_comes_twice_in_a_progressive_jpeg_is_refused() {
    let picture = cleaned(&sample("progressive.jpg")).bytes;
    let places = scans(&picture);
    let reason = CleanError::Damaged(Reason::PartOrder);
    // Behind the last scan the picture is over, and nothing is read.
    for scan in places[..places.len() - 1].windows(2) {
        let part = &picture[scan[0]..scan[1]];
        // What follows a scan may be tables of the next one, so that it ends with its data.
        let again = with(&picture, scan[1], part);
        assert_eq!(clean(again, NO_LIMIT).unwrap_err(), reason);
    }
}

#[test]
fn a_colour_that_comes_twice_is_refused() {
    // One unit of three colours, each in a scan of its own.
    let one_code = |class: u8| segment(DHT, &[&[class, 1][..], &[0; 16]].concat());
    let scan = |id: u8| [&segment(SOS, &[1, id, 0, 0, 63, 0])[..], &[0x3f]].concat();
    let made_of = |ids: &[u8]| {
        [
            &[0xff, 0xd8][..],
            &segment(DQT, &[&[0][..], &[1; 64]].concat()),
            &segment(
                0xc0,
                &[8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0],
            ),
            &one_code(0),
            &one_code(0x10),
            &ids.iter().flat_map(|&id| scan(id)).collect::<Vec<u8>>(),
            &[0xff, EOI],
        ]
        .concat()
    };
    let picture = made_of(&[1, 2, 3]);
    becomes(&picture, &picture);
    let reason = CleanError::Damaged(Reason::PartOrder);
    for ids in [&[1, 1, 2, 3][..], &[1, 2, 1, 3]] {
        assert_eq!(clean(made_of(ids), NO_LIMIT).unwrap_err(), reason);
    }
}
