//! Words in an MP4 where players don't look: none of them are left.

use super::making::{Movie, a_box, find, words};
use super::*;

#[test]
fn runs_of_no_samples_are_dropped_and_the_last_one_ends_with_the_samples() {
    let secret = u32::from_be_bytes(*b"SECR");
    let with = |runs: &[u32]| {
        let count = u32::try_from(runs.len() / 2).unwrap();
        let tables = a_box(b"ctts", &[words(&[0, count]), words(runs)].concat());
        let mut bytes = Movie {
            tables,
            ..Movie::default()
        }
        .make();
        let at = find(&bytes, b"stts") + 16;
        bytes[at..at + 8].copy_from_slice(&words(&[u32::MAX, 100]));
        cleaned(&bytes)
    };
    let (made, summary) = with(&[0, secret, 1, 7, 0, secret, secret, 9]);
    assert!(!contains(&made, b"SECR"));
    assert!(contains(
        &made,
        &a_box(b"ctts", &words(&[0, 2, 1, 7, 2, 9]))
    ));
    assert!(contains(&made, &a_box(b"stts", &words(&[0, 1, 3, 100]))));
    assert_eq!(summary.film.duration, Some(Duration::from_millis(300)));
    assert!(cleaned(&made).0 == made);
}

#[test]
fn runs_of_chunks_that_are_not_there_are_dropped() {
    let secret = u32::from_be_bytes(*b"SECR");
    let as_it_was = cleaned(&Movie::default().make()).0;
    for behind in [
        vec![3, 1, 1],
        vec![secret; 3],
        vec![9, 1, 1, secret, 0, secret, 2, secret, secret],
    ] {
        let runs = [&[1, 2, 1, 2, 1, 1][..], &behind].concat();
        let movie = Movie {
            runs,
            ..Movie::default()
        };
        assert!(cleaned(&movie.make()).0 == as_it_was, "{behind:?}");
    }
}

#[test]
fn groups_and_their_descriptions_are_kept_as_far_as_samples_have_them() {
    let with = |descriptions: &[[u8; 2]], map: &[u32]| {
        let count = |entries: usize| u32::try_from(entries).unwrap();
        let described = [
            &words(&[1 << 24])[..],
            b"roll",
            &words(&[2, count(descriptions.len())]),
            descriptions.as_flattened(),
        ];
        let mapped = [
            &words(&[0])[..],
            b"roll",
            &words(&[count(map.len() / 2)]),
            &words(map),
        ];
        let tables = [
            a_box(b"sgpd", &described.concat()),
            a_box(b"sbgp", &mapped.concat()),
        ];
        let movie = Movie {
            tables: tables.concat(),
            ..Movie::default()
        };
        cleaned(&movie.make()).0
    };
    let secret = u32::from_be_bytes(*b"SECR");
    let sane = with(&[*b"AA", *b"BB"], &[1, 1, 1, 0, 1, 2]);
    assert!(contains(&sane, b"AABB") && contains(&sane, &words(&[1, 0, 1, 2])));
    let behind = with(
        &[*b"AA", *b"BB", *b"SE", *b"CR"],
        &[1, 1, 0, secret, 1, 0, 9, 2, secret, secret],
    );
    assert!(behind == sane);
    let between = with(&[*b"SE", *b"CR", *b"AA"], &[3, 3]);
    assert!(contains(&between, b"\0\0\0\0AA") && !contains(&between, b"SECR"));
    for none in [
        with(&[*b"SE", *b"CR"], &[3, 0]),
        with(&[*b"SE", *b"CR"], &[]),
        with(&[*b"AA"], &[3, secret]),
    ] {
        assert!(none == cleaned(&Movie::default().make()).0);
    }
}

#[test]
fn fields_of_a_format_that_are_reserved_are_emptied() {
    let dolby = [&[1, 0, 16, 0x25, 0x10][..], b"SECRETSECRETSECRETS"].concat();
    let light = [&b"SECR"[..], &[7; 24]].concat();
    let levels = [&b"SECR"[..], &[7; 4]].concat();
    let format = [
        a_box(b"dvcC", &dolby),
        a_box(b"SmDm", &light),
        a_box(b"CoLL", &levels),
    ];
    let movie = Movie {
        format: format.concat(),
        ..Movie::default()
    };
    let mut film = movie.make();
    // How many pixels an inch it has.
    let at = find(&film, b"vp08") + 8 + 28;
    film[at..at + 8].copy_from_slice(b"SECRETSE");
    let (made, _) = cleaned(&film);
    assert!(!contains(&made, b"SECR"));
    assert!(contains(&made, &[0, 64, 0, 48, 0, 72, 0, 0, 0, 72, 0, 0]));
    for kept in [
        a_box(b"dvcC", &[&[1, 0, 16, 0x25, 0x10][..], &[0; 19]].concat()),
        a_box(b"SmDm", &[&[0; 4][..], &[7; 24]].concat()),
        a_box(b"CoLL", &[&[0; 4][..], &[7; 4]].concat()),
    ] {
        assert!(contains(&made, &kept));
    }
}

#[test]
fn formats_that_no_sample_has_are_dropped() {
    // As many as there are letters, each with its own.
    let with = |letters: &[u8], runs: &[u32]| {
        let movie = Movie {
            format: a_box(b"btrt", &[letters[0]; 12]),
            runs: runs.to_vec(),
            ..Movie::default()
        };
        let mut film = movie.make();
        let at = find(&film, b"vp08");
        let end = find(&film, b"stts");
        let format = film[at..end].to_vec();
        let more: Vec<u8> = letters[1..]
            .iter()
            .flat_map(|&letter| {
                let start = format.len() - 12;
                [&format[..start], &[letter; 12]].concat()
            })
            .collect();
        film.splice(end..end, more.iter().copied());
        for kind in [b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"] {
            let at = find(&film, kind);
            let length = u32::from_be_bytes(film[at..at + 4].try_into().unwrap());
            let length = length + u32::try_from(more.len()).unwrap();
            film[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        let count = find(&film, b"stsd") + 12;
        film[count..count + 4].copy_from_slice(&words(&[u32::try_from(letters.len()).unwrap()]));
        cleaned(&film).0
    };
    let one = with(b"a", &[1, 2, 1, 2, 1, 1]);
    assert!(with(b"aSS", &[1, 2, 1, 2, 1, 1, 9, 1, 3]) == one);
    let two = with(b"ab", &[1, 2, 2, 2, 1, 1]);
    assert!(contains(&two, b"aaaa") && contains(&two, b"bbbb"));
    assert!(cleaned(&two).0 == two);
    // Those that are left have other numbers.
    assert!(with(b"SSa", &[1, 2, 3, 2, 1, 3]) == one);
    let runs = [1, 2, 4, 2, 1, 2];
    assert!(with(b"SbSaS", &runs) == with(b"ba", &[1, 2, 2, 2, 1, 1]));
}

#[test]
fn sound_has_no_place_on_the_screen() {
    let mut film = sample("avc.mp4");
    let sound = film.windows(4).rposition(|kind| kind == b"tkhd").unwrap();
    // Its matrix, width and height.
    film[sound + 44..sound + 88].copy_from_slice(&b"SECRET of a family "[..].repeat(3)[..44]);
    // How it is packed.
    let format = find(&film, b"mp4a") + 8;
    film[format + 20..format + 24].copy_from_slice(b"SECR");
    let (made, _) = cleaned(&film);
    assert!(made == cleaned(&sample("avc.mp4")).0);
}

#[test]
fn a_summary_of_delays_is_kept_where_it_is_about_them() {
    let with = |version: u32, summary: &[u8]| {
        let tables = [
            a_box(
                b"ctts",
                &words(&[0, 3, 1, 0, 1, 200, 1, 0_u32.wrapping_sub(100)]),
            ),
            a_box(b"cslg", &[&words(&[version << 24])[..], summary].concat()),
        ];
        let movie = Movie {
            tables: tables.concat(),
            ..Movie::default()
        };
        contains(&cleaned(&movie.make()).0, b"cslg")
    };
    let long = |numbers: [i64; 5]| numbers.map(i64::to_be_bytes).concat();
    let short = |numbers: [i32; 5]| numbers.map(i32::to_be_bytes).concat();
    assert!(with(0, &short([100, -100, 200, 0, 400])));
    assert!(with(1, &long([100, -100, 200, -100, 400])));
    for summary in [
        short([201, -100, 200, 0, 400]),
        short([100, -101, 200, 0, 400]),
        short([100, -100, 201, 0, 400]),
        short([100, -100, 200, 701, 400]),
        short([100, -100, 200, 0, -701]),
        b"SECRET of a family, ".to_vec(),
    ] {
        assert!(!with(0, &summary), "{summary:x?}");
    }
    assert!(!with(1, &b"SECRET of a family, "[..].repeat(2)));
}
