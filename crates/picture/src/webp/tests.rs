//! What is removed from a WebP, what is kept, and what isn't accepted as a WebP.

use image::ImageFormat;

use super::super::orientation::tests::exif_with_secrets;
use super::super::tests::{
    NO_LIMIT, SECRET, cleaned, contains, decoder, encoded, find, is_a_bomb, is_damaged,
    leaves_only, pixels, sample, with,
};
use super::*;

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    super::chunk(*kind, data)
}

/// Writes the length of the container again.
fn sized(mut webp: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(webp.len() - 8).unwrap();
    webp[4..8].copy_from_slice(&length.to_le_bytes());
    webp
}

/// A picture in an extended file without any features.
fn extended(width: u8, height: u8, more: &[u8]) -> Vec<u8> {
    let simple = encoded(ImageFormat::WebP, width.into(), height.into());
    let header = [0, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0];
    sized([&simple[..12], &chunk(b"VP8X", &header), &simple[12..], more].concat())
}

#[test]
fn a_webp_loses_its_gps_position_and_its_orientation_which_browsers_pass_over() {
    let expected = extended(24, 17, b"");
    for prefix in [b"".as_slice(), b"Exif\0\0"] {
        let exif = [prefix, &exif_with_secrets()].concat();
        leaves_only(&expected, &extended(24, 17, &chunk(b"EXIF", &exif)));
    }
}

#[test]
fn the_length_of_the_container_may_be_wrong_by_two_bytes() {
    for picture in [
        encoded(ImageFormat::WebP, 24, 17),
        cleaned(&sample("spin.webp")).bytes,
    ] {
        let length = u32::from_le_bytes(picture[4..8].try_into().unwrap());
        for wrong in [length - 2, length - 1, length + 1, length + 2] {
            let mut other = picture.clone();
            other[4..8].copy_from_slice(&wrong.to_le_bytes());
            assert!(cleaned(&other).bytes == picture, "{wrong}");
        }
        let refusal = |length: u32| {
            let mut other = picture.clone();
            other[4..8].copy_from_slice(&length.to_le_bytes());
            crate::clean(other, NO_LIMIT).unwrap_err()
        };
        for more in [3, 4, 8, 100_000, u32::MAX - length] {
            let reason = CleanError::Damaged(Reason::EndsEarly);
            assert_eq!(refusal(length + more), reason, "{more}");
        }
        for less in [3, 4, 7] {
            let reason = CleanError::Damaged(Reason::PartLength);
            assert_eq!(refusal(length - less), reason, "{less}");
        }
    }
}

#[test]
fn transparency_that_is_not_packed_has_a_byte_for_each_pixel() {
    let alpha = [&[0][..], &[200; 24 * 17]].concat();
    let still = |alpha: &[u8]| {
        let lossy = cleaned(&sample("cat.webp")).bytes;
        let header = find(&lossy, b"VP8X");
        let (width, height) = (lossy[header + 12], lossy[header + 15]);
        let pixels = (usize::from(width) + 1) * (usize::from(height) + 1);
        let start = find(&lossy, b"VP8 ");
        let end = start
            + 8
            + u32::from_le_bytes(lossy[start + 4..start + 8].try_into().unwrap()) as usize;
        let bytes = [&alpha[..1], &vec![200; pixels], &alpha[1..]].concat();
        let flags = [ALPHA, 0, 0, 0, width, 0, 0, height, 0, 0];
        sized(
            [
                b"RIFF\0\0\0\0WEBP",
                &chunk(b"VP8X", &flags)[..],
                &chunk(b"ALPH", &bytes),
                &lossy[start..end],
            ]
            .concat(),
        )
    };
    let clean = cleaned(&still(&alpha[..1])).bytes;
    assert!(contains(&still(&[&[0], SECRET].concat()), "SECRET"));
    assert!(cleaned(&still(&[&[0], SECRET].concat())).bytes == clean);
    let mut short = still(&alpha[..1]);
    let at = find(&short, b"VP8X");
    short[at + 15] += 1;
    is_damaged(&short);
}

#[test]
fn an_animation_tells_first_how_it_moves() {
    let picture = cleaned(&sample("spin.webp")).bytes;
    let told = find(&picture, b"ANIM");
    let silent = [&picture[..told], &picture[told + 14..]].concat();
    is_damaged(&sized(silent));
}

#[test]
fn whatever_a_webp_says_besides_the_picture_is_dropped() {
    let plain = extended(24, 17, b"");
    for kind in [b"XMP ", b"EXIF", b"seCr", b"VP8X"] {
        let mut before = extended(24, 17, &chunk(kind, SECRET));
        // Flags that promise EXIF and XMP, and reserved bits.
        before[20] = 0x0c;
        before[21..24].fill(0xff);
        let after = cleaned(&before).bytes;
        assert!(after == plain, "{kind:?}");
    }
    let simple = encoded(ImageFormat::WebP, 24, 17);
    let before = sized([&simple[..], &chunk(b"XMP ", SECRET)].concat());
    leaves_only(&simple, &before);
}

#[test]
fn words_behind_what_a_part_of_a_webp_needs_are_dropped() {
    let longer = |picture: &[u8], kind: &[u8]| {
        let at = find(picture, kind);
        let length = u32::from_le_bytes(picture[at + 4..at + 8].try_into().unwrap()) as usize;
        let content = &picture[at + 8..at + 8 + length];
        let kind = picture[at..at + 4].try_into().unwrap();
        for words in [b"S", &SECRET[..6], SECRET] {
            let part = chunk(kind, &[content, words].concat());
            let before = [&picture[..at], &part, &picture[at + 8 + length..]].concat();
            assert!(cleaned(&sized(before)).bytes == picture, "{kind:?}");
        }
    };
    longer(&extended(24, 17, b""), b"VP8X");
    let animation = cleaned(&sample("spin.webp")).bytes;
    longer(&animation, b"VP8X");
    longer(&animation, b"ANIM");
}

#[test]
fn what_follows_the_end_of_a_webp_is_cut_off() {
    for picture in [
        encoded(ImageFormat::WebP, 24, 17),
        extended(24, 17, b""),
        cleaned(&sample("spin.webp")).bytes,
    ] {
        leaves_only(&picture, &[&picture, SECRET].concat());
        let zeros = [&picture[..], &[0; 64]].concat();
        assert!(cleaned(&zeros).bytes == picture);
    }
}

#[test]
fn the_frames_of_an_animation_are_cleaned_too() {
    let picture = cleaned(&sample("spin.webp")).bytes;
    let frame = find(&picture, b"ANMF");
    let length = u32::from_le_bytes(picture[frame + 4..frame + 8].try_into().unwrap());
    let part = chunk(b"seCr", SECRET);
    let mut before = with(&picture, frame + 8 + length as usize, &part);
    let longer = length + u32::try_from(part.len()).unwrap();
    before[frame + 4..frame + 8].copy_from_slice(&longer.to_le_bytes());
    leaves_only(&picture, &sized(before));
}

#[test]
fn the_byte_that_fills_up_an_odd_length_is_zero() {
    let odd = chunk(b"ALPH", &[1, 0, 0]);
    let lossy = cleaned(&sample("cat.webp")).bytes;
    let start = find(&lossy, b"VP8 ");
    let clean = sized(with(&lossy, start, &odd));
    let mut before = clean.clone();
    before[start + odd.len() - 1] = b'!';
    assert!(cleaned(&before).bytes == clean);
    // Forgotten at the very end.
    let mut before = extended(24, 17, &chunk(b"XMP ", b"odd"));
    before.pop();
    assert!(cleaned(&sized(before)).bytes == extended(24, 17, b""));
}

#[test]
fn only_the_first_colour_profile_stays_and_no_broken_one() {
    let profile = decoder(&sample("cat.webp")).icc_profile().unwrap().unwrap();
    let profile = icc::essential(&profile).unwrap();
    let two = [chunk(b"ICCP", &profile), chunk(b"ICCP", SECRET)].concat();
    let mut expected = extended(24, 17, &chunk(b"ICCP", &profile));
    expected[20] = ICC;
    assert!(cleaned(&extended(24, 17, &two)).bytes == expected);
    let broken = extended(24, 17, &chunk(b"ICCP", SECRET));
    assert!(cleaned(&broken).bytes == extended(24, 17, b""));
}

#[test]
fn a_webp_of_a_huge_size_is_refused_by_its_header() {
    let mut bomb = extended(24, 17, b"");
    let side = 49_999_u32.to_le_bytes();
    bomb[24..27].copy_from_slice(&side[..3]);
    bomb[27..30].copy_from_slice(&side[..3]);
    is_a_bomb(&bomb);
    // A simple file has no more than 14 bits for a side.
    let mut simple = encoded(ImageFormat::WebP, 24, 17);
    simple[21..25].fill(0xff);
    let refusal = scan(
        &simple,
        Limit {
            max_pixels: 64_000_000,
        },
    );
    let (width, height) = (1 << 14, 1 << 14);
    assert_eq!(
        refusal.err(),
        Some(CleanError::TooManyPixels {
            width,
            height,
            max: 64_000_000
        })
    );
}

#[test]
fn a_lossy_picture_of_no_size_is_refused() {
    let mut lossy = cleaned(&sample("cat.webp")).bytes;
    let start = find(&lossy, b"\x9d\x01\x2a") + 3;
    lossy[start..start + 4].fill(0);
    is_damaged(&lossy);
    let simple = [&lossy[..12], &lossy[find(&lossy, b"VP8 ")..]].concat();
    is_damaged(&sized(simple));
}

#[test]
fn every_size_in_a_webp_must_agree() {
    let mut smaller = extended(24, 17, b"");
    smaller[24] = 10;
    is_damaged(&smaller);

    let picture = sample("spin.webp");
    let frame = find(&picture, b"ANMF") + 8;
    for (field, value) in [(0, 1), (3, 1), (6, 64), (6, 10), (9, 48), (9, 10)] {
        let mut wrong = picture.clone();
        wrong[frame + field] = value;
        is_damaged(&wrong);
    }
}

#[test]
fn a_still_has_one_picture_and_an_animation_has_frames() {
    let still = extended(24, 17, b"");
    let twice = sized([&still[..], &still[30..]].concat());
    is_damaged(&twice);
    is_damaged(&sized(still[..30].to_vec()));
    let mut flagged = still.clone();
    flagged[20] = ANIMATION;
    is_damaged(&flagged);

    let mut animation = cleaned(&sample("spin.webp")).bytes;
    assert_eq!(pixels(&animation).len(), 4);
    animation[20] &= !ANIMATION;
    is_damaged(&animation);
}

#[test]
fn what_is_malformed_is_no_webp() {
    let picture = extended(24, 17, b"");
    is_damaged(&picture[..picture.len() - 8]);
    is_damaged(&extended(24, 17, b"XMP \xff\xff\xff\xff"));
    is_damaged(&extended(24, 17, b"XMP"));
    is_damaged(&extended(24, 17, &chunk(b"ANIM", &SECRET[..5])));
    is_damaged(&sized(
        [
            &picture[..12],
            &chunk(b"VP8X", &picture[20..29]),
            &picture[30..],
        ]
        .concat(),
    ));
    is_damaged(&sized(
        [b"RIFF\0\0\0\0WEBP", &chunk(b"XMP ", SECRET)[..]].concat(),
    ));
    is_damaged(b"RIFF\x02\0\0\0WEBP");
    let mut unknown = encoded(ImageFormat::WebP, 24, 17);
    unknown[20] = 0;
    is_damaged(&unknown);
}

#[test]
fn transparency_of_its_own_has_only_a_lossy_picture() {
    let alpha = chunk(b"ALPH", &[&[1][..], SECRET].concat());
    is_damaged(&sized(with(&extended(24, 17, b""), 30, &alpha)));

    // In a frame of an animation, and next to all of them.
    let side = [23, 0, 0, 16, 0, 0];
    let simple = encoded(ImageFormat::WebP, 24, 17);
    let moving = |inside: &[u8], beside: &[u8]| {
        let frame = [&[0; 6][..], &side, &[9, 0, 0, 0], inside, &simple[12..]].concat();
        let header = [&[ANIMATION, 0, 0, 0][..], &side].concat();
        sized(
            [
                &simple[..12],
                &chunk(b"VP8X", &header),
                &chunk(b"ANIM", &[0; 6]),
                beside,
                &chunk(b"ANMF", &frame),
            ]
            .concat(),
        )
    };
    let clean = moving(b"", b"");
    assert!(cleaned(&clean).bytes == clean);
    assert!(cleaned(&moving(b"", &alpha)).bytes == clean);
    is_damaged(&moving(&alpha, b""));
}

#[test]
fn a_still_says_nothing_of_how_it_moves() {
    let told = chunk(b"ANIM", b"SECRET");
    let before = sized(with(&extended(24, 17, b""), 30, &told));
    assert!(cleaned(&before).bytes == extended(24, 17, b""));
}

#[test]
fn a_webp_of_very_many_pictures_is_refused() {
    let simple = encoded(ImageFormat::WebP, 1, 1);
    let frame = chunk(
        b"ANMF",
        &[&[0; 12][..], &[9, 0, 0, 0], &simple[12..]].concat(),
    );
    let made_of = |count| {
        let header = chunk(b"VP8X", &[ANIMATION, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let parts = [&simple[..12], &header, &chunk(b"ANIM", &[0; 6])].concat();
        sized([parts, frame.repeat(count)].concat())
    };
    let largest = made_of(MAX_FRAMES);
    assert!(cleaned(&largest).bytes == largest);
    let refusal = super::super::clean(made_of(MAX_FRAMES + 1), u64::MAX).unwrap_err();
    assert_eq!(refusal, TOO_MANY_FRAMES);
}
