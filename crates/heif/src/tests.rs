//! Tests of shapes, by files that are put together box by box, and of JPEGs, by HEICs that the decoder's own encoder makes.

use std::io::Cursor;

use heifer::{EncodeOptions, encode_rgb8};

use crate::{Format, Reason, Refusal, Shape, inspect, to_jpeg};

const PIXELS: u64 = 64_000_000;

fn part(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let size = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&size[..], kind, &content].concat()
}

/// An item: its kind, its bytes, and the numbers of its properties.
type Item<'a> = (&'a [u8; 4], &'a [u8], &'a [u8]);
/// A reference of a kind from an item to others.
type Reference<'a> = (&'a [u8; 4], u16, &'a [u16]);

/// A file with these items, counted from 1. The last one is shown.
fn file(items: &[Item<'_>], properties: &[Vec<u8>], references: &[Reference<'_>]) -> Vec<u8> {
    let count = u16::try_from(items.len()).unwrap();
    let be = u16::to_be_bytes;
    let (mut infos, mut places, mut linked, mut data) = (vec![], vec![], vec![], vec![]);
    for (number, (kind, bytes, numbers)) in (1_u16..).zip(items) {
        infos.extend(part(
            b"infe",
            &[&[2, 0, 0, 0], &be(number), &[0, 0], *kind, b"\0"],
        ));
        let start = u32::try_from(data.len()).unwrap().to_be_bytes();
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        // In `idat`.
        let place = [&be(number)[..], &be(1), &be(0), &be(1), &start, &length];
        places.extend(place.concat());
        data.extend_from_slice(bytes);
        linked.extend(be(number));
        linked.push(u8::try_from(numbers.len()).unwrap());
        linked.extend_from_slice(numbers);
    }
    let mut refers = vec![];
    for (kind, from, to) in references {
        let to_count = u16::try_from(to.len()).unwrap();
        let to: Vec<u8> = to.iter().flat_map(|id| id.to_be_bytes()).collect();
        refers.extend(part(kind, &[&be(*from), &be(to_count), &to]));
    }
    let meta = [
        part(b"hdlr", &[&[0; 8], b"pict", &[0; 13]]),
        part(b"pitm", &[&[0; 4], &be(count)]),
        part(b"iinf", &[&[0; 4], &be(count), &infos]),
        part(b"iref", &[&[0; 4], &refers]),
        part(
            b"iprp",
            &[
                &part(b"ipco", &[&properties.concat()]),
                &part(
                    b"ipma",
                    &[&[0; 4], &u32::from(count).to_be_bytes(), &linked],
                ),
            ],
        ),
        part(b"iloc", &[&[1, 0, 0, 0, 0x44, 0], &be(count), &places]),
        part(b"idat", &[&data]),
    ];
    [
        part(b"ftyp", &[b"heic\0\0\0\0mif1heic"]),
        part(b"meta", &[&[0; 4], &meta.concat()]),
    ]
    .concat()
}

fn size(width: u32, height: u32) -> Vec<u8> {
    part(
        b"ispe",
        &[&[0; 4], &width.to_be_bytes(), &height.to_be_bytes()],
    )
}

/// The properties 1 to 5: a decoder's, a size of 64 x 48, a turn, a crop, an alpha.
fn usual() -> Vec<Vec<u8>> {
    vec![
        part(b"hvcC", &[&[1; 23]]),
        size(64, 48),
        part(b"irot", &[&[1]]),
        part(b"clap", &[&[0; 32]]),
        part(b"auxC", &[&[0; 4], b"urn:mpeg:hevc:2015:auxid:1\0"]),
    ]
}

fn shape(file: &[u8]) -> Result<Shape, Refusal> {
    inspect(&mut Cursor::new(file), PIXELS).unwrap()
}

#[track_caller]
fn is_damaged(file: &[u8], reason: Reason) {
    assert_eq!(shape(file), Err(Refusal::Damaged(reason)));
}

fn grid(rows: u8, columns: u8, width: u16, height: u16) -> Vec<u8> {
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&[0, 0, rows - 1, columns - 1][..], &sides].concat()
}

#[test]
fn a_picture_in_one_piece_and_one_in_tiles_are_told_by_their_sizes() {
    let one = shape(&file(&[(b"hvc1", b"data", &[1, 2, 3, 4])], &usual(), &[])).unwrap();
    assert_eq!((one.width, one.height, one.decoded), (64, 48, 64 * 48));
    let canvas = grid(1, 2, 100, 40);
    let items: [Item<'_>; 3] = [
        (b"hvc1", b"one", &[1, 2]),
        (b"hvc1", b"two", &[1, 2]),
        (b"grid", &canvas, &[3]),
    ];
    let tiled = shape(&file(&items, &usual(), &[(b"dimg", 3, &[1, 2])])).unwrap();
    assert_eq!((tiled.pixels(), tiled.decoded), (4000, 2 * 64 * 48));
    assert_eq!(tiled.largest, 64 * 48);
}

#[test]
fn what_is_named_twice_or_turned_twice_is_refused() {
    let canvas = grid(1, 2, 100, 40);
    let items: [Item<'_>; 2] = [(b"hvc1", b"one", &[1, 2]), (b"grid", &canvas, &[])];
    is_damaged(
        &file(&items, &usual(), &[(b"dimg", 2, &[1, 1])]),
        Reason::Tiles,
    );
    let twice = file(&[(b"hvc1", b"data", &[1, 2, 3, 3])], &usual(), &[]);
    is_damaged(&twice, Reason::Transforms);
    // One property after another does the same.
    let mut properties = usual();
    properties.push(part(b"irot", &[&[2]]));
    let twice = file(&[(b"hvc1", b"data", &[1, 2, 3, 6])], &properties, &[]);
    is_damaged(&twice, Reason::Transforms);
    let of_tile: [Item<'_>; 3] = [
        (b"hvc1", b"one", &[1, 2]),
        (b"hvc1", b"two", &[1, 2, 3]),
        (b"grid", &canvas, &[]),
    ];
    is_damaged(
        &file(&of_tile, &usual(), &[(b"dimg", 3, &[1, 2])]),
        Reason::Tiles,
    );
}

#[test]
fn a_grid_of_more_tiles_than_phones_make_is_refused_before_they_are_looked_at() {
    for (last_row, last_column, count) in [(254, 254, 65_025_u16), (255, 255, u16::MAX)] {
        let canvas = [0, 0, last_row, last_column, 0x0f, 0, 0x0f, 0];
        let items: [Item<'_>; 2] = [(b"hvc1", b"one", &[1, 2]), (b"grid", &canvas, &[])];
        let tiles: Vec<u16> = (1..=count).collect();
        is_damaged(
            &file(&items, &usual(), &[(b"dimg", 2, &tiles)]),
            Reason::TooManyParts,
        );
    }
}

#[test]
fn alpha_is_one_picture_as_large_as_the_other() {
    let mut properties = usual();
    properties.push(size(640, 480));
    let with = |alpha: &[u8], references: &[Reference<'_>]| {
        let items: [Item<'_>; 2] = [(b"hvc1", b"alpha", alpha), (b"hvc1", b"data", &[1, 2])];
        shape(&file(&items, &properties, references))
    };
    let both = with(&[1, 2, 5], &[(b"auxl", 1, &[2])]).unwrap();
    assert_eq!(both.decoded, 2 * 64 * 48);
    // That of something else isn't looked at.
    assert_eq!(
        with(&[1, 6], &[(b"auxl", 1, &[2])]).unwrap().decoded,
        64 * 48
    );
    let larger = with(&[1, 6, 5], &[(b"auxl", 1, &[2])]);
    assert_eq!(larger, Err(Refusal::Damaged(Reason::CodedSize)));
    let of_itself = with(&[1, 2, 5], &[(b"auxl", 1, &[2]), (b"auxl", 2, &[1])]);
    assert_eq!(of_itself, Err(Refusal::Unsupported(Format::Unknown)));
}

#[test]
fn what_comes_twice_that_should_come_once_is_refused() {
    let whole = file(&[(b"hvc1", b"data", &[1, 2])], &usual(), &[]);
    let meta = whole.windows(4).position(|bytes| bytes == b"meta").unwrap() - 4;
    let again = [&whole[..], &whole[meta..]].concat();
    is_damaged(&again, Reason::Parts);
    for kind in [b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp"] {
        let at = whole.windows(4).position(|bytes| bytes == kind).unwrap() - 4;
        let length = u32::from_be_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
        let mut again = whole.clone();
        again.extend_from_within(at..at + length);
        let size = u32::try_from(again.len() - meta).unwrap().to_be_bytes();
        again[meta..meta + 4].copy_from_slice(&size);
        is_damaged(&again, Reason::Parts);
    }
}

#[test]
fn the_film_of_a_motion_photo_is_known() {
    let whole = file(&[(b"hvc1", b"one", &[1, 2])], &usual(), &[]);
    assert!(!shape(&whole).unwrap().has_film);
    let moving = [&whole[..], b"\0\0\0\x0cmpvdfilm"].concat();
    assert!(shape(&moving).unwrap().has_film);
}

#[test]
fn a_film_behind_a_picture_is_a_file_of_its_own() {
    let whole = file(&[(b"hvc1", b"one", &[1, 2])], &usual(), &[]);
    let still = shape(&whole).unwrap();
    let film = [
        part(b"ftyp", &[b"mp42\0\0\0\0isommp42"]),
        part(b"moov", &[b"head"]),
        // What comes twice in a picture may come in a film as well.
        part(b"meta", &[&[0; 4]]),
        part(b"free", &[]).repeat(200_000),
        part(b"mdat", &[b"film"]),
    ]
    .concat();
    let moving = shape(&[&whole[..], &film].concat()).unwrap();
    assert!(moving.has_film && !still.has_film);
    assert_eq!(moving.end, whole.len() as u64);
    // One that was cut off is left behind all the same.
    assert!(shape(&[&whole[..], &film[..30]].concat()).unwrap().has_film);
    assert_eq!((moving.width, moving.height), (still.width, still.height));
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused_and_one_that_was_changed_anywhere_never_panics() {
    let canvas = grid(1, 2, 100, 40);
    let items: [Item<'_>; 3] = [
        (b"hvc1", b"one", &[1, 2]),
        (b"hvc1", b"two", &[1, 2]),
        (b"grid", &canvas, &[3]),
    ];
    let whole = file(&items, &usual(), &[(b"dimg", 3, &[1, 2])]);
    assert!(shape(&whole).is_ok());
    for end in 0..whole.len() {
        assert!(shape(&whole[..end]).is_err(), "{end}");
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            if let Ok(shape) = shape(&changed) {
                assert!(shape.pixels() <= PIXELS && shape.decoded <= 4 * PIXELS);
            }
        }
    }
}

#[test]
fn refusals_come_back_from_another_process_as_they_were() {
    let pixels = Refusal::TooManyPixels {
        width: 70_000,
        height: 1,
    };
    let damaged = Reason::ALL.iter().map(|reason| Refusal::Damaged(*reason));
    let others = Format::ALL
        .iter()
        .map(|format| Refusal::Unsupported(*format));
    for refusal in damaged.chain(others).chain([pixels]) {
        assert_eq!(Refusal::from_line(&refusal.to_line()), Some(refusal));
    }
    for line in [
        "",
        "damaged",
        "damaged by",
        "pixels 1",
        "pixels 1 2 3",
        "JFIF",
    ] {
        assert_eq!(Refusal::from_line(line), None, "{line}");
    }
}

#[test]
fn a_heic_becomes_a_jpeg_of_its_size() {
    let (width, height) = (70_u32, 33_u32);
    let pixels: Vec<u8> = (0..width * height)
        .flat_map(|at| [(at % 251) as u8, (at % width * 3) as u8, 90])
        .collect();
    let heic = encode_rgb8(width, height, &pixels, &EncodeOptions::default()).unwrap();
    let jpeg = to_jpeg(&heic, PIXELS).unwrap();
    let frame = jpeg
        .windows(2)
        .position(|bytes| bytes == b"\xff\xc0")
        .unwrap();
    assert_eq!(&jpeg[frame + 5..frame + 9], &[0, 33, 0, 70]);
    let few = to_jpeg(&heic, 2000);
    assert!(matches!(few, Err(Refusal::TooManyPixels { width: 70, .. })));
}
