//! Texts, types, places and directories as cameras, odd programs and strangers write them: which of them are a date.

use image::ImageFormat;

use super::*;
use crate::tests::{cleaned, contains, encoded, find, sample, with};
use crate::tiff::{CAMERA, LONG};

/// An entry of a directory: its tag, its type, how many values, and their bytes.
type Told<'a> = (u16, u16, u32, &'a [u8]);

/// A block of EXIF with one directory, and one that it names for the camera's data.
fn block(is_little: bool, first: &[Told<'_>], camera: &[Told<'_>]) -> Vec<u8> {
    let short = |number: u16| match is_little {
        true => number.to_le_bytes(),
        false => number.to_be_bytes(),
    };
    let long = |number: usize| match is_little {
        true => u32::try_from(number).unwrap().to_le_bytes(),
        false => u32::try_from(number).unwrap().to_be_bytes(),
    };
    let place = 8 + 2 + 12 * (first.len() + 1) + 4;
    let end = place + 2 + 12 * camera.len() + 4;
    let mut values = Vec::new();
    let mut directory = |entries: &[Told<'_>], more: &[u8]| {
        let count = u16::try_from(entries.len() + more.len() / 12).unwrap();
        let mut bytes = [&short(count)[..], more].concat();
        for &(tag, kind, count, value) in entries {
            bytes.extend([&short(tag)[..], &short(kind), &long(count as usize)].concat());
            let mut inline = [0; 4];
            match inline.get_mut(..value.len()) {
                Some(inline) => inline.copy_from_slice(value),
                None => {
                    inline = long(end + values.len());
                    values.extend_from_slice(value);
                }
            }
            bytes.extend(inline);
        }
        bytes.extend([0; 4]);
        bytes
    };
    let named = [&short(CAMERA)[..], &short(LONG), &long(1), &long(place)].concat();
    let first = directory(first, &named);
    let camera = directory(camera, &[]);
    let start: &[u8] = if is_little { b"II" } else { b"MM" };
    [start, &short(42), &long(8), &first, &camera, &values].concat()
}

/// An entry with a text and the zero after it.
fn text(tag: u16, text: &'static str) -> Told<'static> {
    (tag, 2, u32::try_from(text.len()).unwrap(), text.as_bytes())
}

/// What is read where cameras record this.
fn read(camera: &[Told<'_>]) -> Option<String> {
    let read = |is_little| TakenAt::from_exif(&block(is_little, &[], camera));
    let told = read(true);
    assert_eq!(read(false), told, "the order of bytes makes a difference");
    told.map(|taken| taken.to_string())
}

const NOON: &str = "2019:07:05 12:00:00\0";

#[test]
fn the_moment_of_the_shot_is_read_with_its_offset_and_its_fraction() {
    let all = [
        text(0x9003, "2019:07:05 14:03:22\0"),
        text(0x9011, "+02:00\0"),
        text(0x9291, "12\0"),
    ];
    assert_eq!(read(&all).unwrap(), "2019-07-05T14:03:22.120+02:00");
    assert_eq!(read(&all[..1]).unwrap(), "2019-07-05T14:03:22");
    let taken = TakenAt::from_exif(&block(true, &[], &all)).unwrap();
    assert_eq!((taken.year(), taken.month(), taken.day()), (2019, 7, 5));
    assert_eq!(taken.time(), (14, 3, 22));
    assert_eq!(
        (taken.millisecond(), taken.offset_minutes()),
        (120, Some(120))
    );
    // In any order, as none is guaranteed.
    let backwards = [all[2], all[1], all[0]];
    assert_eq!(
        TakenAt::from_exif(&block(true, &[], &backwards)),
        Some(taken)
    );
}

#[test]
fn where_the_moment_of_the_shot_is_missing_that_of_digitising_counts_and_no_other() {
    let digitised = [
        text(0x9004, NOON),
        text(0x9012, "-03:30\0"),
        text(0x9292, "5\0"),
        // Those of other moments don't belong to it.
        text(0x9010, "+09:00\0"),
        text(0x9011, "+08:00\0"),
    ];
    assert_eq!(read(&digitised).unwrap(), "2019-07-05T12:00:00.500-03:30");
    let unset = text(0x9003, "0000:00:00 00:00:00\0");
    let both = [&[unset][..], &digitised].concat();
    assert_eq!(read(&both), read(&digitised));
    // The date of the last change, and of the satellites.
    assert_eq!(
        read(&[text(0x0132, NOON), text(0x001d, "2019:07:05\0")]),
        None
    );
    let changed = block(true, &[text(0x0132, NOON)], &[]);
    assert_eq!(TakenAt::from_exif(&changed), None);
}

#[test]
fn a_date_in_the_first_directory_counts_where_the_other_has_none() {
    let earlier = text(0x9003, "2001:01:01 00:00:00\0");
    let told = |camera: &[Told<'_>]| TakenAt::from_exif(&block(true, &[earlier], camera)).unwrap();
    assert_eq!(told(&[]).year(), 2001);
    assert_eq!(told(&[text(0x9003, NOON)]).year(), 2019);
}

#[test]
fn odd_writers_are_understood_and_what_is_no_date_is_none() {
    for (written, understood) in [
        ("2019:07:05 14:03:22", Some("2019-07-05T14:03:22")),
        ("2019:07:05 14:03:22\0SECRET", Some("2019-07-05T14:03:22")),
        ("2019:07:05 14:03:22  ", Some("2019-07-05T14:03:22")),
        ("2019-07-05 14:03:22\0", Some("2019-07-05T14:03:22")),
        ("2019/07/05 14:03:22\0", Some("2019-07-05T14:03:22")),
        ("2019.07.05 14:03:22\0", Some("2019-07-05T14:03:22")),
        ("2019: 7: 5  9: 3: 2\0", Some("2019-07-05T09:03:02")),
        ("2019:7:5 9:3:2\0", Some("2019-07-05T09:03:02")),
        ("2019-07-05T14:03:22Z\0", Some("2019-07-05T14:03:22+00:00")),
        ("2019:07:05 14:03:22.5\0", Some("2019-07-05T14:03:22.500")),
        (
            "2019-07-05T14:03:22.123456+05:45\0",
            Some("2019-07-05T14:03:22.123+05:45"),
        ),
        ("2020:02:29 23:59:59\0", Some("2020-02-29T23:59:59")),
        ("2000:02:29 00:00:00\0", Some("2000-02-29T00:00:00")),
        ("1826:06:01 12:00:00\0", Some("1826-06-01T12:00:00")),
        // What cameras without a clock write.
        ("0000:00:00 00:00:00\0", None),
        ("    :  :     :  :  \0", None),
        ("                   \0", None),
        ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", None),
        ("----:--:-- --:--:--\0", None),
        ("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", None),
        ("", None),
        // What no calendar and no clock shows.
        ("2019:02:29 12:00:00\0", None),
        ("1900:02:29 12:00:00\0", None),
        ("2019:13:05 12:00:00\0", None),
        ("2019:00:05 12:00:00\0", None),
        ("2019:06:31 12:00:00\0", None),
        ("2019:06:00 12:00:00\0", None),
        ("2019:07:05 24:00:00\0", None),
        ("2019:07:05 12:60:00\0", None),
        ("2019:07:05 12:00:60\0", None),
        ("1825:12:31 12:00:00\0", None),
        ("0019:07:05 12:00:00\0", None),
        // Where half of it would be a guess.
        ("2019:07:05\0", None),
        ("2019:07:05   :  :  \0", None),
        ("2019:07:05 14:03\0", None),
        ("2019:07:05 02:03:22 PM\0", None),
        ("05:07:2019 14:03:22\0", None),
        ("12019:07:05 14:03:22\0", None),
        ("2019:07:05 14:03:221\0", None),
        ("2019:07:05 14:03:22+15:00\0", None),
        ("2019:07:05 -4:03:22\0", None),
    ] {
        assert_eq!(
            read(&[text(0x9003, written)]).as_deref(),
            understood,
            "{written:?}"
        );
    }
}

#[test]
fn an_offset_or_a_fraction_that_is_none_leaves_the_date_without() {
    let told = |tag, value| {
        let told = read(&[text(0x9003, NOON), text(tag, value)]).unwrap();
        told.strip_prefix("2019-07-05T12:00:00").unwrap().to_owned()
    };
    for (offset, understood) in [
        ("+02:00\0", "+02:00"),
        ("-0930", "-09:30"),
        ("Z\0", "+00:00"),
        ("+14:00\0", "+14:00"),
        ("-12:00 \0", "-12:00"),
        ("+00:00\0", "+00:00"),
        ("-00:30\0", "-00:30"),
        ("+14:01\0", ""),
        ("+02:60\0", ""),
        ("   :  \0", ""),
        ("02:00\0", ""),
        ("+2\0", ""),
        ("+99:99\0", ""),
        ("CEST\0", ""),
    ] {
        assert_eq!(told(0x9011, offset), understood, "{offset:?}");
    }
    for (fraction, understood) in [
        ("5\0", ".500"),
        ("050\0", ".050"),
        ("123456789012\0", ".123"),
        ("99  \0", ".990"),
        ("000\0", ""),
        ("   \0", ""),
        ("-1\0", ""),
        ("ab\0", ""),
    ] {
        assert_eq!(told(0x9291, fraction), understood, "{fraction:?}");
    }
}

#[test]
fn other_types_than_texts_and_places_outside_are_no_date() {
    let date = NOON.as_bytes();
    for kind in 0..=255 {
        let is_text = [1, 2, 7, 129].contains(&kind);
        assert_eq!(
            read(&[(0x9003, kind, 20, date)]).is_some(),
            is_text,
            "{kind}"
        );
    }
    // It extends beyond the end, or is as long as a block can be.
    assert_eq!(read(&[(0x9003, 2, 21, date)]), None);
    assert_eq!(read(&[(0x9003, 2, u32::MAX, date)]), None);
    let padded = [date, &[b' '; 70_000]].concat();
    assert!(read(&[(0x9003, 2, 70_020, &padded)]).is_some());
    assert_eq!(read(&[(0x9003, 2, 10, date)]), None);
    assert_eq!(read(&[(0x9003, 2, 0, date)]), None);
    let whole = block(true, &[], &[(0x9003, 2, 20, date)]);
    for end in 0..whole.len() - 1 {
        assert_eq!(TakenAt::from_exif(&whole[..end]), None, "cut off at {end}");
    }
    assert!(TakenAt::from_exif(&whole).is_some());
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = TakenAt::from_exif(&changed);
        }
    }
}

#[test]
fn directories_that_name_each_other_and_overlap_cost_no_time() {
    // In two megabytes, two directories of 65,535 entries: each entry names a directory, or a text of 4 GB.
    for tag in [CAMERA, 0x9003, 0x9291] {
        let mut tiff = b"II*\0\x08\0\0\0\xff\xff".to_vec();
        for at in 0..130_000_u32 {
            tiff.extend(tag.to_le_bytes());
            tiff.extend(if tag == CAMERA { 4_u16 } else { 2 }.to_le_bytes());
            tiff.extend(if tag == CAMERA { 1 } else { u32::MAX }.to_le_bytes());
            tiff.extend((8 + 12 * at).to_le_bytes());
        }
        tiff.resize(2_000_000, b'1');
        assert_eq!(TakenAt::from_exif(&tiff), None);
    }
    // One that names itself, and is its own first one.
    let mut tiff = block(true, &[], &[]);
    let at = find(&tiff, &CAMERA.to_le_bytes());
    tiff[at + 8..at + 12].copy_from_slice(&8_u32.to_le_bytes());
    assert_eq!(TakenAt::from_exif(&tiff), None);
}

/// The samples of each format with a date in them where it belongs.
fn dated(date: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let tiff = block(true, &[], &[(0x9003, 2, 20, date)]);
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    let app1 = [b"\xff\xe1", &length[..], b"Exif\0\0", &tiff].concat();
    let jpeg = encoded(ImageFormat::Jpeg, 20, 15);
    let png = encoded(ImageFormat::Png, 20, 15);
    let told = [b"eXIf", &tiff[..]].concat();
    let checksum = crc32fast::hash(&told).to_be_bytes();
    let length = u32::try_from(tiff.len()).unwrap().to_be_bytes();
    let exif = [&length[..], &told, &checksum].concat();
    let behind = png.len() - 12;
    let mut webp = cleaned(&sample("cat.webp")).bytes;
    webp.extend(b"EXIF");
    webp.extend(u32::try_from(tiff.len()).unwrap().to_le_bytes());
    webp.extend(&tiff);
    let length = u32::try_from(webp.len() - 8).unwrap();
    webp[4..8].copy_from_slice(&length.to_le_bytes());
    [
        ("JPEG", with(&jpeg, 2, &app1)),
        ("PNG", with(&png, 33, &exif)),
        ("PNG, behind the picture", with(&png, behind, &exif)),
        ("WebP", webp),
    ]
}

#[test]
fn each_format_tells_its_date_and_keeps_nothing_of_it() {
    for (name, file) in dated(NOON.as_bytes()) {
        let picture = cleaned(&file);
        let taken = picture.taken_at.map(|taken| taken.to_string());
        assert_eq!(taken.as_deref(), Some("2019-07-05T12:00:00"), "{name}");
        assert!(!contains(&picture.bytes, "2019"), "{name}");
        assert_eq!(cleaned(&picture.bytes).taken_at, None, "{name}");
    }
    for (name, file) in dated(b"0000:00:00 00:00:00\0") {
        assert_eq!(cleaned(&file).taken_at, None, "{name}");
    }
}

#[test]
fn the_first_block_with_a_date_counts() {
    let [(_, one), ..] = dated(NOON.as_bytes());
    let [(_, other), ..] = dated(b"2001:01:01 00:00:00\0");
    let [(_, none), ..] = dated(b"0000:00:00 00:00:00\0");
    let app1 =
        |file: &[u8]| file[2..4 + usize::from(file[5]) + 256 * usize::from(file[4])].to_vec();
    let year = |blocks: [&[u8]; 2]| {
        let file = with(&one, 2, &blocks.map(app1).concat());
        cleaned(&file).taken_at.unwrap().year()
    };
    assert_eq!(year([&other, &one]), 2001);
    assert_eq!(year([&none, &other]), 2001);
    assert_eq!(year([&none, &none]), 2019);
}

#[test]
fn what_programs_put_before_the_block_is_passed_over() {
    let tiff = block(false, &[], &[text(0x9003, NOON)]);
    let plain = TakenAt::from_exif(&tiff);
    assert!(plain.is_some());
    for before in [&b"Exif\0\0"[..], b"Exif\0\xff"] {
        assert_eq!(TakenAt::from_exif(&[before, &tiff].concat()), plain);
    }
    assert_eq!(TakenAt::from_exif(b"Exif\0"), None);
    assert_eq!(TakenAt::from_exif(b""), None);
}

#[test]
fn the_earlier_of_two_photos_is_the_lesser() {
    let taken = |camera: &[Told<'_>]| TakenAt::from_exif(&block(true, &[], camera)).unwrap();
    let noon = taken(&[text(0x9003, NOON)]);
    let later = taken(&[text(0x9003, NOON), text(0x9291, "5\0")]);
    let next_day = taken(&[text(0x9003, "2019:07:06 00:00:00\0")]);
    assert!(noon < later && later < next_day);
}
