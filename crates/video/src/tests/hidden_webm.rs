//! Words in a WebM where players don't look: none of them are left.

use super::making::{SEGMENT, TRACKS, cluster, element, webm, webm_head, webm_track};
use super::*;

#[test]
fn a_number_that_is_there_again_could_say_anything_and_is_refused() {
    // One is read by some players, and the other by none.
    let twice = |id: &[u8]| element(id, b"SECRETSE").repeat(2);
    let track = |more: &[u8]| {
        let tracks = element(TRACKS, &webm_track(more));
        let segment = element(SEGMENT, &[&tracks[..], &cluster(&[])].concat());
        [webm_head(), segment].concat()
    };
    let behind = |id: &[u8], list: &[u8]| webm(&[cluster(&[]), element(id, list)].concat());
    let group = |more: &[u8]| {
        let block = element(&[0xa1], b"\x81\0\0\0picture");
        cluster(&element(&[0xa0], &[&block[..], more].concat()))
    };
    let sound = element(&[0xe1], &element(&[0x9f], b"SECRETSE"));
    for film in [
        track(&twice(&[0x88])),
        track(&sound.repeat(2)),
        track(&element(&[0xe1], &twice(&[0x9f]))),
        behind(&[0x15, 0x49, 0xa9, 0x66], &twice(&[0x44, 0x89])),
        behind(
            &[0x1c, 0x53, 0xbb, 0x6b],
            &element(&[0xbb], &twice(&[0xb3])),
        ),
        // It has one already.
        webm(&cluster(&element(&[0xe7], b"SECRETSE"))),
        webm(&group(&twice(&[0x9b]))),
        webm(&group(&element(&[0xfb], b"SECRETSE").repeat(17))),
    ] {
        assert_eq!(refused(film), Refusal::Twice);
    }
    // Lists of many, each with its own.
    let one = element(&[0xb3], &[1]);
    let point = element(
        &[0xbb],
        &[&one[..], &element(&[0xb7], &[]).repeat(2)].concat(),
    );
    let cues = behind(&[0x1c, 0x53, 0xbb, 0x6b], &point.repeat(3));
    let clusters = webm(&cluster(&[]).repeat(3));
    let references = webm(&group(&element(&[0xfb], &[1]).repeat(3)));
    for film in [cues, clusters, references] {
        assert!(cleaned(&film).0 == film);
    }
}

#[test]
fn numbers_of_few_values_are_dropped_where_they_have_another() {
    let film = |number: &[u8]| {
        let track = [
            element(&[0x88], number),
            element(&[0xe1], &element(&[0x9f], number)),
        ];
        let tracks = element(TRACKS, &webm_track(&track.concat()));
        // How long the cluster before it is, and where this one is: players find out.
        let places = [element(&[0xab], b"SECRETSE"), element(&[0xa7], b"SECRETSE")];
        let head = [
            element(&[0x42, 0x82], b"webm"),
            element(&[0x42, 0x87], number),
        ];
        [
            element(&[0x1a, 0x45, 0xdf, 0xa3], &head.concat()),
            element(SEGMENT, &[tracks, cluster(&places.concat())].concat()),
        ]
        .concat()
    };
    let secret = film(b"SECRETSE");
    let (made, _) = cleaned(&secret);
    assert!(made.len() == secret.len() && !contains(&made, b"SECR"));
    for id in [&[0x88, 1][..], &[0x9f, 1], &[0x42, 0x87]] {
        assert!(contains(&secret, id) && !contains(&made, id));
    }
    // One of them in as many bytes.
    let few = film(&[0, 0, 0, 0, 0, 0, 0, 255]);
    assert!(contains(
        &cleaned(&few).0,
        &[0x9f, 1, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 255]
    ));
}
