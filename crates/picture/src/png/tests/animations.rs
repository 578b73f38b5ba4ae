//! How many pictures a PNG may have, and what they unpack to.

use super::super::super::{MAX_FRAMES, TOO_MANY_FRAMES};
use super::super::{Chunk, Data, Header, Parts, Reader, TOO_MUCH};
use super::*;

/// An animation of this many frames of one pixel after a picture of its own.
fn animation(frames: usize) -> Vec<u8> {
    let picture = png();
    let (front, back) = picture.split_at(picture.len() - 12);
    let told = [u32::try_from(frames).unwrap().to_be_bytes(), [0; 4]].concat();
    let mut whole = with(front, BEHIND_HEADER, &chunk(b"acTL", &told));
    let data = packed(&[0, 1, 2, 3]);
    for number in (0..).step_by(2).take(frames) {
        let sides = [number, 1, 1, 0, 0].map(u32::to_be_bytes).concat();
        whole.extend(chunk(b"fcTL", &[&sides[..], &[0, 1, 0, 10, 0, 0]].concat()));
        let number = (number + 1).to_be_bytes();
        whole.extend(chunk(b"fdAT", &[&number[..], &data].concat()));
    }
    [&whole, back].concat()
}

#[test]
fn a_png_of_very_many_pictures_is_refused() {
    let few = animation(3);
    assert!(cleaned(&few).bytes == few);
    let refusal = clean(animation(MAX_FRAMES + 1), NO_LIMIT).unwrap_err();
    assert_eq!(refusal, TOO_MANY_FRAMES);
}

#[test]
fn pictures_that_unpack_to_very_much_together_are_refused() {
    let picture = png();
    let limit = Limit { max_pixels: 1000 };
    let header = Header::read(&picture[16..BEHIND_HEADER - 4], limit).unwrap();
    let size = header.size;
    let file = chunk(b"IDAT", &packed(&unpacked(24, 17)));
    let mut parts = Parts::new(header);
    parts.left = 2 * 17 * 73 + 1;
    let mut finish = || {
        let mut reader = Reader::new(&file);
        let mut data = Data::new(&file, size, None);
        data.add(&Chunk::read(&mut reader).unwrap(), &reader);
        parts.finish(data)
    };
    assert!(finish().is_ok() && finish().is_ok());
    assert_eq!(finish(), Err(TOO_MUCH));
}

#[test]
fn what_is_between_the_parts_of_a_frame_goes_and_empty_parts_are_nothing() {
    let picture = png();
    let (front, back) = picture.split_at(picture.len() - 12);
    let told = [1_u32.to_be_bytes(), [0; 4]].concat();
    let sides = [0, 1, 1, 0, 0].map(u32::to_be_bytes).concat();
    let start = [
        with(front, BEHIND_HEADER, &chunk(b"acTL", &told)),
        chunk(b"fcTL", &[&sides[..], &[0, 1, 0, 10, 0, 0]].concat()),
    ]
    .concat();
    let data = packed(&[0, 1, 2, 3]);
    let part = |number: u32, data: &[u8]| chunk(b"fdAT", &[&number.to_be_bytes(), data].concat());
    let (first, last) = data.split_at(4);
    let between = chunk(b"tEXt", SECRET);
    let whole = [&start[..], &part(1, &data), back].concat();
    for parts in [
        [part(1, first), between, part(2, last)].concat(),
        [part(1, first), part(7, last)].concat(),
        [part(2, first), part(3, last)].concat(),
    ] {
        let made = cleaned(&[&start[..], &parts, back].concat());
        assert!(made.bytes == whole);
    }
    let three = [part(1, first), part(2, &[]), part(3, last)].concat();
    let same = [&start[..], &three, back].concat();
    assert!(cleaned(&same).bytes == same);
}
