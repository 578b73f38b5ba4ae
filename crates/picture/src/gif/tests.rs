//! What is removed from a GIF, what is kept, and what isn't accepted as a GIF.

use image::ImageFormat;

use super::super::tests::{
    SECRET, cleaned, contains, encoded, find, is_a_bomb, is_damaged, leaves_only, pixels, sample,
    with,
};
use super::*;

/// A sub-block, without an end.
fn block(data: &[u8]) -> Vec<u8> {
    [&[u8::try_from(data.len()).unwrap()], data].concat()
}

fn extension(label: u8, blocks: &[&[u8]]) -> Vec<u8> {
    let blocks: Vec<u8> = blocks.iter().flat_map(|data| block(data)).collect();
    [&[EXTENSION, label], &blocks[..], &[0]].concat()
}

fn gif() -> Vec<u8> {
    cleaned(&sample("wave.gif")).bytes
}

/// Where the first picture's control begins, and where the trailer stands.
fn places(gif: &[u8]) -> [usize; 2] {
    [find(gif, &[EXTENSION, GRAPHIC_CONTROL, 4]), gif.len() - 1]
}

#[test]
fn whatever_a_gif_says_besides_the_picture_is_dropped() {
    let picture = gif();
    let parts = [
        extension(0xfe, &[SECRET, SECRET]),
        extension(APPLICATION, &[b"XMP DataXMP", SECRET]),
        extension(APPLICATION, &[b"SECRET APPL", SECRET]),
        extension(APPLICATION, &[b"NETSCAPE2.0", b"\x02SECRET"]),
        extension(APPLICATION, &[SECRET]),
    ];
    for part in parts {
        for place in places(&picture) {
            leaves_only(&picture, &with(&picture, place, &part));
        }
    }
    // Not every decoder accepts an unknown extension.
    for part in [extension(0x77, &[SECRET]), extension(0, &[SECRET])] {
        for place in places(&picture) {
            assert!(cleaned(&with(&picture, place, &part)).bytes == picture);
        }
    }
}

#[test]
fn a_text_over_the_picture_goes_with_its_control() {
    let picture = gif();
    let control = extension(GRAPHIC_CONTROL, &[&[0, 7, 0, 0]]);
    let text = extension(PLAIN_TEXT, &[&[0; 12], SECRET]);
    for place in places(&picture) {
        let before = with(&picture, place, &[control.clone(), text.clone()].concat());
        assert!(cleaned(&before).bytes == picture);
    }
}

#[test]
fn a_control_keeps_its_four_bytes() {
    let picture = gif();
    let [control, _] = places(&picture);
    let before = with(&picture, control + 7, &block(SECRET));
    assert!(cleaned(&before).bytes == picture);
}

#[test]
fn an_animation_keeps_its_frames_and_how_often_it_repeats() {
    let picture = gif();
    assert_eq!(pixels(&picture).len(), 4);
    let count = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";
    let at = find(&picture, count);
    // After it, some writers put the size of a buffer.
    let talkative = with(&picture, at + count.len() - 1, &block(SECRET));
    assert!(cleaned(&talkative).bytes == picture);

    let without = [&picture[..at], &picture[at + count.len()..]].concat();
    assert!(cleaned(&without).bytes == without);
    let twice = extension(APPLICATION, &[b"ANIMEXTS1.0", &[1, 2, 0]]);
    let twice = with(&without, at, &twice);
    assert!(cleaned(&twice).bytes == twice);
    // Of several, the first one counts.
    let more = with(&picture, at + count.len(), count);
    assert!(cleaned(&more).bytes == picture);
}

#[test]
fn a_colour_profile_goes() {
    let picture = gif();
    let [place, _] = places(&picture);
    let part = extension(APPLICATION, &[b"ICCRGBG1012", &[1; 200], SECRET]);
    leaves_only(&picture, &with(&picture, place, &part));
}

#[test]
fn what_follows_the_trailer_of_a_gif_is_cut_off() {
    let picture = gif();
    leaves_only(&picture, &[&picture, SECRET].concat());
    // A script that starts with the signature of a GIF, and has no picture in it.
    is_damaged(b"GIF89a/*SECRET*/=1;alert(1)");
    let zeros = with(&picture, picture.len() - 1, &[0; 9]);
    assert!(cleaned(&zeros).bytes == picture);
}

#[test]
fn a_gif_of_a_huge_size_is_refused_by_its_header() {
    let mut bomb = gif();
    bomb[6..10].copy_from_slice(&[0x50, 0xc3, 0x50, 0xc3]);
    is_a_bomb(&bomb);
}

#[test]
fn a_frame_that_makes_the_screen_too_large_is_refused() {
    let limit = Limit {
        max_pixels: 64_000_000,
    };
    let picture = encoded(ImageFormat::Gif, 24, 17);
    let frame = find(&picture, b"\x2c\0\0\0\0\x18\0\x11\0") + 1;
    let (wide, high) = (60_000_u16.to_le_bytes(), 60_000_u16.to_le_bytes());
    // Neither the screen nor the frame is too large, but what holds both is.
    let mut both = picture.clone();
    both[6..8].copy_from_slice(&wide);
    assert!(scan(&both, limit).is_ok());
    both[frame + 6..frame + 8].copy_from_slice(&high);
    assert!(matches!(
        scan(&both, limit),
        Err(CleanError::TooManyPixels { .. })
    ));
    // So is one that stands far away.
    let mut far = picture.clone();
    far[frame..frame + 4].fill(0xff);
    assert!(matches!(
        scan(&far, limit),
        Err(CleanError::TooManyPixels { .. })
    ));
    let mut empty = picture;
    empty[frame + 4..frame + 6].fill(0);
    is_damaged(&empty);
}

#[test]
fn what_is_malformed_is_no_gif() {
    let picture = gif();
    is_damaged(&with(&picture, places(&picture)[0], SECRET));
    is_damaged(b"GIF89a\x01\0\x01\0\0\0\0\x3b");
    assert!(!contains(&picture, "SECRET"));
}

/// Where the data of the first picture begins, after the size of its first codes, and where its sub-blocks end.
fn data(gif: &[u8]) -> (usize, usize) {
    let frame = find(gif, &[0, IMAGE, 0, 0, 0, 0]) + 1;
    let packed = gif[frame + 9];
    let colours = if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 7) + 1)
    };
    let start = frame + 10 + colours + 1;
    let mut end = start;
    while gif[end] != 0 {
        end += 1 + usize::from(gif[end]);
    }
    (start, end)
}

/// One picture.
fn still() -> Vec<u8> {
    cleaned(&encoded(ImageFormat::Gif, 24, 17)).bytes
}

#[test]
fn what_stands_behind_the_pixels_of_a_gif_is_cut_off() {
    for picture in [still(), gif()] {
        let (start, end) = data(&picture);
        let words = [&block(SECRET)[..], &block(SECRET)].concat();
        leaves_only(&picture, &with(&picture, end, &words));
        // In the same sub-block.
        let last = {
            let mut at = start;
            while at + 1 + usize::from(picture[at]) < end {
                at += 1 + usize::from(picture[at]);
            }
            at
        };
        let capacity = 255 - usize::from(picture[last]);
        let more = &SECRET[..SECRET.len().min(capacity)];
        let mut longer = with(&picture, end, more);
        longer[last] += u8::try_from(more.len()).unwrap();
        assert!(cleaned(&longer).bytes == picture);
    }
}

#[test]
fn a_gif_whose_end_is_missing_gets_one() {
    for picture in [still(), gif()] {
        let end = picture.len() - 1;
        assert!(cleaned(&picture[..end]).bytes == picture);
        assert!(cleaned(&picture[..end - 1]).bytes == picture);
        for behind in [SECRET, b"\0\0\0", &[0x21, 0xfe, 200, 1]] {
            assert!(cleaned(&[&picture[..end], behind].concat()).bytes == picture);
        }
        is_damaged(&picture[..data(&picture).1 - 3]);
    }
}

#[test]
fn a_screen_that_is_smaller_than_the_first_picture_makes_room_for_it() {
    let picture = still();
    let mut small = picture.clone();
    for sides in [[10, 0, 10, 0], [0, 0, 0, 0], [24, 0, 3, 0]] {
        small[6..10].copy_from_slice(&sides);
        let after = cleaned(&small);
        assert_eq!((after.width, after.height), (24, 17));
        assert!(after.bytes == picture);
    }
    // One that doesn't begin at the corner.
    let frame = find(&picture, &[0, IMAGE, 0, 0, 0, 0]) + 1;
    let mut moved = picture.clone();
    (moved[frame + 1], moved[frame + 3]) = (5, 6);
    let after = cleaned(&moved);
    assert_eq!((after.width, after.height), (29, 23));
    assert_eq!(after.bytes[6..10], [29, 0, 23, 0]);
    // Later ones find room, or not.
    let second = [&picture[..picture.len() - 1], &moved[frame..]].concat();
    let after = cleaned(&second);
    assert_eq!((after.width, after.height), (24, 17));
}

#[test]
fn a_gif_that_no_browser_shows_is_refused() {
    let picture = still();
    let (start, _) = data(&picture);
    for size in [0, 9, 12] {
        let mut wrong = picture.clone();
        wrong[start - 1] = size;
        let refusal = super::super::clean(wrong, u64::MAX).unwrap_err();
        assert!(matches!(refusal, CleanError::NotShown(_)), "{refusal:?}");
    }
}

#[test]
fn a_gif_of_very_many_pictures_is_refused() {
    let frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let made_of = |count| {
        let screen = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0";
        [&screen[..], &frame.repeat(count), &[TRAILER]].concat()
    };
    let max = made_of(MAX_FRAMES);
    assert!(cleaned(&max).bytes == max);
    let refusal = super::super::clean(made_of(MAX_FRAMES + 1), u64::MAX).unwrap_err();
    assert_eq!(refusal, TOO_MANY_FRAMES);
}
