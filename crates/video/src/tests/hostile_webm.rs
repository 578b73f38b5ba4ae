//! WebMs that were made to do harm: each is refused with a sentence, or costs little.

use super::making::{CLUSTER, SEGMENT, TRACKS, cluster, element, webm, webm_head, webm_track};
use super::*;

/// An element whose length isn't known.
fn unknown(id: &[u8], payload: &[u8]) -> Vec<u8> {
    [
        id,
        &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        payload,
    ]
    .concat()
}

#[test]
fn a_film_made_by_hand_stays_as_it_is() {
    let film = webm(&cluster(&[]));
    let (made, summary) = cleaned(&film);
    assert!(made == film);
    assert_eq!((summary.film.width, summary.film.height), (64, 48));
}

#[test]
fn everything_else_is_overwritten_and_nothing_moves() {
    let secrets: [&[u8]; 6] = [
        &[0xec],
        &[0xbf],
        &[0x4f, 0xff],
        &[0x12, 0x54, 0xc3, 0x67],
        &[0x19, 0x41, 0xa4, 0x69],
        &[0x10, 0x43, 0xa7, 0x70],
    ];
    for id in secrets {
        let secret = element(id, b"SECRET of a family");
        let dropped = [&secret[..], &element(&[0xa3], b"\x89\0\0\0SECRET")].concat();
        let group = element(
            &[0xa0],
            &[element(&[0xa1], b"\x81\0\0\0shown"), secret.clone()].concat(),
        );
        let other = element(
            &[0xa0],
            &[
                element(&[0x9b], b"SECRETSE"),
                element(&[0xa1], b"\x89\0\0\0SECRET"),
            ]
            .concat(),
        );
        let inner = [cluster(&[dropped, group, other].concat()), secret.clone()].concat();
        let film = webm(&inner);
        let (made, _) = cleaned(&film);
        assert_eq!(made.len(), film.len());
        assert!(!contains(&made, b"SECRET"), "{id:x?}");
        assert!(contains(&made, b"shown") && contains(&made, b"picture"));
    }
}

#[test]
fn only_the_segment_and_clusters_may_leave_their_length_open() {
    let block = [
        element(&[0xe7], &[0]),
        element(&[0xa3], b"\x81\0\0\x80picture"),
    ]
    .concat();
    let tracks = element(TRACKS, &webm_track(&[]));
    let open = [
        unknown(CLUSTER, &block),
        unknown(CLUSTER, &block),
        element(&[0x12, 0x54, 0xc3, 0x67], b"SECRET"),
    ]
    .concat();
    let film = [
        webm_head(),
        unknown(SEGMENT, &[&tracks[..], &open].concat()),
    ]
    .concat();
    let (made, _) = cleaned(&film);
    assert!(contains(&made, b"picture") && !contains(&made, b"SECRET"));
    for id in [
        TRACKS,
        &[0x15, 0x49, 0xa9, 0x66],
        &[0x12, 0x54, 0xc3, 0x67],
        &[0xec],
    ] {
        assert_eq!(
            refused(webm(&[cluster(&[]), unknown(id, b"")].concat())),
            Refusal::UnknownSize
        );
    }
    for id in [0xa3, 0xa0, 0xe7, 0xec] {
        assert_eq!(
            refused(webm(&cluster(&unknown(&[id], b"")))),
            Refusal::UnknownSize
        );
    }
    let inner = element(TRACKS, &unknown(&[0xae], b""));
    assert_eq!(
        refused([webm_head(), element(SEGMENT, &inner)].concat()),
        Refusal::UnknownSize
    );
}

#[test]
fn long_ids_and_absurd_lengths_are_refused() {
    let with = |inner: &[u8]| refused(webm(&[&cluster(&[])[..], inner].concat()));
    // Ids of eight bytes, and of none.
    assert_eq!(
        with(&[1, 2, 3, 4, 5, 6, 7, 8, 0x80]),
        Refusal::MalformedElement
    );
    assert_eq!(with(&[0, 0x80]), Refusal::MalformedElement);
    assert_eq!(with(&[0xec, 0, 0x80]), Refusal::MalformedElement);
    assert_eq!(
        with(&[0xec, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]),
        Refusal::EndsEarly
    );
    let head = element(
        &[0x1a, 0x45, 0xdf, 0xa3],
        &[
            element(&[0x42, 0x82], b"webm"),
            element(&[0x42, 0xf2], &[8]),
        ]
        .concat(),
    );
    assert_eq!(refused(head), Refusal::MalformedElement);
    let block = element(&[0xa1], b"\x81\0\0\0picture");
    let number = element(&[0xa0], &[block, element(&[0x9b], &[1; 9])].concat());
    assert_eq!(refused(webm(&cluster(&number))), Refusal::MalformedPart);
}

#[test]
fn lists_in_lists_cost_no_depth() {
    let mut nested = Vec::new();
    for _ in 0..1000 {
        nested = element(&[0xa0], &nested);
    }
    let film = webm(&cluster(&nested));
    let (made, _) = cleaned(&film);
    assert_eq!(made.len(), film.len());
    // A list of points within a list of points is not a valid list.
    let mut nested = Vec::new();
    for _ in 0..1000 {
        nested = element(&[0xbb], &nested);
    }
    let cues = element(&[0x1c, 0x53, 0xbb, 0x6b], &nested);
    cleaned(&webm(&[cluster(&[]), cues].concat()));
}

#[test]
fn a_million_small_elements_are_passed_one_by_one() {
    let small = [0xec, 0x80].repeat(1_000_000);
    let film = webm(&[cluster(&small), small.clone()].concat());
    assert!(cleaned(&film).0 == film);
}

#[test]
fn a_track_that_was_compressed_again_is_not_called_encrypted() {
    let with = |encoding: &[u8]| {
        let encodings = element(&[0x6d, 0x80], encoding);
        let tracks = element(TRACKS, &webm_track(&encodings));
        let segment = element(SEGMENT, &[&tracks[..], &cluster(&[])].concat());
        [webm_head(), segment].concat()
    };
    let of = |encoding: &[u8]| refused(with(&element(&[0x62, 0x40], encoding)));
    let kind = |kind: u8| element(&[0x50, 0x33], &[kind]);
    // Beginnings are left out, which is also what is meant where no type is told.
    let stripped = element(&[0x50, 0x34], &element(&[0x42, 0x54], &[3]));
    assert_eq!(of(&[kind(0), stripped.clone()].concat()), Refusal::Packed);
    assert_eq!(of(&stripped), Refusal::Packed);
    let encrypted = element(&[0x50, 0x35], &[]);
    assert_eq!(of(&[kind(1), encrypted].concat()), Refusal::Encrypted);
    // A list of nothing is none.
    let (made, _) = cleaned(&with(&element(&[0xec], b"SECRET")));
    assert!(!contains(&made, b"SECRET") && !contains(&made, &[0x6d, 0x80]));
}

#[test]
fn what_isnt_webm_or_has_no_video_is_refused() {
    let head = element(
        &[0x1a, 0x45, 0xdf, 0xa3],
        &element(&[0x42, 0x82], b"matroska"),
    );
    assert_eq!(refused(head), Refusal::UnknownType);
    assert_eq!(refused(webm(&[])), Refusal::NoSamples);
    assert_eq!(refused(webm(&element(CLUSTER, &[]))), Refusal::NoSamples);
    let of = |tracks: &[u8]| {
        refused(
            [
                webm_head(),
                element(SEGMENT, &[tracks, &cluster(&[])].concat()),
            ]
            .concat(),
        )
    };
    assert_eq!(of(&[]), Refusal::HeadAfterFilm);
    assert_eq!(of(&element(TRACKS, &[])), Refusal::NoVideo);
    let two = [
        element(TRACKS, &webm_track(&[])),
        element(TRACKS, &webm_track(&[])),
    ]
    .concat();
    assert_eq!(of(&two), Refusal::Twice);
    let same = element(TRACKS, &[webm_track(&[]), webm_track(&[])].concat());
    assert_eq!(of(&same), Refusal::Twice);
    let many = element(TRACKS, &webm_track(&[]).repeat(100));
    assert_eq!(of(&many), Refusal::Twice);
    let encrypted = webm(&cluster(&element(&[0xaf], b"")));
    assert_eq!(refused(encrypted), Refusal::Encrypted);
    let twice = element(&[0xa0], &element(&[0xa1], b"\x81\0\0\0one").repeat(2));
    assert_eq!(refused(webm(&cluster(&twice))), Refusal::Twice);
}
