//! What is left of a colour profile.

use super::super::tests::{contains, decoder, sample};
use super::*;

/// A profile of version `version` for `space`, with these tags one after the other.
fn profile(version: u8, space: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0; HEADER];
    out[4..8].copy_from_slice(b"SECR");
    out[8] = version;
    out[12..16].copy_from_slice(b"mntr");
    out[16..20].copy_from_slice(space);
    out[20..24].copy_from_slice(b"XYZ ");
    out[24..36].copy_from_slice(b"SECRETSECRET");
    out[36..40].copy_from_slice(b"acsp");
    out[48..64].copy_from_slice(b"SECRETSECRETSECR");
    out[80..100].copy_from_slice(b"SECRETSECRETSECRETSE");
    out.extend_from_slice(&(tags.len() as u32).to_be_bytes());
    let mut place = out.len() + 12 * tags.len();
    for (name, tag) in tags {
        out.extend_from_slice(*name);
        out.extend_from_slice(
            &[place as u32, tag.len() as u32]
                .map(u32::to_be_bytes)
                .concat(),
        );
        place += tag.len();
    }
    out.extend(tags.iter().flat_map(|(_, tag)| tag.clone()));
    let length = (out.len() as u32).to_be_bytes();
    out[..4].copy_from_slice(&length);
    out
}

fn xyz(value: u8) -> Vec<u8> {
    [b"XYZ SECR".as_slice(), &[value; 12], b"SECRET"].concat()
}

fn gamma() -> Vec<u8> {
    b"curvSECR\0\0\0\x01\x02\x33SECRET".to_vec()
}

/// A profile for grey.
pub fn grey() -> Vec<u8> {
    profile(2, b"GRAY", &[(b"wtpt", xyz(9)), (b"kTRC", gamma())])
}

/// That of a screen: each tag has something after it, and there are some that only describe.
fn screen(version: u8) -> Vec<u8> {
    let spoken = || b"textSECRSECRET".to_vec();
    profile(
        version,
        b"RGB ",
        &[
            (b"desc", spoken()),
            (b"cprt", spoken()),
            (b"rXYZ", xyz(1)),
            (b"gXYZ", xyz(2)),
            (b"bXYZ", xyz(3)),
            (b"rTRC", gamma()),
            (
                b"gTRC",
                b"paraSECR\0\x01SE\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0SECRET".to_vec(),
            ),
            (b"bTRC", gamma()),
            (b"mmod", spoken()),
            (b"vcgt", spoken()),
            (b"meta", spoken()),
            (b"targ", spoken()),
            (b"dmnd", spoken()),
        ],
    )
}

/// A table of colours in each type.
fn tables() -> Vec<Vec<u8>> {
    let matrix = [7; 36];
    let simple = [
        b"mft1SECR\x04\x03\x02S".as_slice(),
        &matrix,
        &[5; 4 * 256 + 16 * 3 + 3 * 256],
        b"SECRET",
    ];
    let wide = [
        b"mft2SECR\x04\x03\x02S".as_slice(),
        &matrix,
        &[0, 2, 0, 2],
        &[5; 2 * (4 * 2 + 16 * 3 + 3 * 2)],
        b"SECRET",
    ];
    let curve = |count: usize| b"curvSECR\0\0\0\x01\x02\x33SE".repeat(count);
    let grid = [
        [2; 4].as_slice(),
        b"SECRETSECRET",
        b"\x02SEC",
        &[6; 2 * 16 * 3],
    ]
    .concat();
    let (b, m, clut, a) = (curve(3), [8; 48].to_vec(), grid, curve(4));
    let mut places = Vec::new();
    let mut at = 32 + 6;
    for part in [b.len(), 48, b.len(), clut.len(), a.len()] {
        places.extend_from_slice(&(at as u32).to_be_bytes());
        at += part;
    }
    let staged = [
        b"mAB SECR\x04\x03SE".as_slice(),
        &places,
        b"SECRET",
        &b,
        &m,
        &b,
        &clut,
        &a,
        b"SECRET",
    ];
    vec![simple.concat(), wide.concat(), staged.concat()]
}

#[test]
fn nothing_is_left_but_what_decides_colours() {
    for version in [2, 4] {
        let before = screen(version);
        let after = essential(&before).unwrap();
        for part in ["SECR", "mmod", "vcgt", "targ", "meta", "dmnd"] {
            assert!(contains(&before, part) && !contains(&after, part), "{part}");
        }
        for value in 1..=3 {
            assert!(after.windows(12).any(|part| part == [value; 12]));
        }
        assert_eq!(essential(&after).as_ref(), Some(&after));
    }
    assert!(!contains(&essential(&grey()).unwrap(), "SEC"));
}

#[test]
fn of_tables_only_the_one_that_decides_is_kept() {
    let [one, other, third] = tables().try_into().unwrap();
    let only = |name| essential(&profile(2, b"CMYK", &[(name, one.clone())])).unwrap();
    let all = [
        (b"A2B2", third.clone()),
        (b"A2B1", other.clone()),
        (b"A2B0", one.clone()),
        (b"B2A0", other.clone()),
        (b"B2A1", third.clone()),
        (b"B2A2", b"mBA SECRET".to_vec()),
    ];
    let all = all.each_ref().map(|(name, tag)| (*name, tag.clone()));
    assert_eq!(
        essential(&profile(2, b"CMYK", &all)).unwrap(),
        only(b"A2B0")
    );
}

#[test]
fn tags_that_decide_nothing_for_these_colours_are_left_out() {
    let table = tables().remove(0);
    let plain = essential(&profile(2, b"CMYK", &[(b"A2B0", table.clone())])).unwrap();
    for (name, tag) in [(b"rXYZ", xyz(1)), (b"gTRC", gamma()), (b"kTRC", gamma())] {
        let more = profile(2, b"CMYK", &[(b"A2B0", table.clone()), (name, tag)]);
        assert_eq!(essential(&more).unwrap(), plain);
    }
}

#[test]
fn a_white_and_a_matrix_of_words_are_left_out() {
    let plain = essential(&profile(4, b"GRAY", &[(b"kTRC", gamma())])).unwrap();
    let words = b"SECRET".repeat(6);
    let white = [b"XYZ \0\0\0\0".as_slice(), &words[..12]].concat();
    let matrix = [b"sf32\0\0\0\0".as_slice(), &words].concat();
    for (name, tag) in [(b"wtpt", white), (b"chad", matrix)] {
        let more = profile(4, b"GRAY", &[(b"kTRC", gamma()), (name, tag)]);
        assert_eq!(essential(&more).unwrap(), plain);
    }
    let white = [b"XYZ \0\0\0\0".as_slice(), D50].concat();
    let real = profile(4, b"GRAY", &[(b"kTRC", gamma()), (b"wtpt", white)]);
    assert!(contains(&essential(&real).unwrap(), "wtpt"));
}

#[test]
fn tables_of_colours_are_kept_to_their_length() {
    for table in tables() {
        let before = profile(2, b"CMYK", &[(b"A2B0", table)]);
        let after = essential(&before).unwrap();
        assert!(!contains(&after, "SEC"));
        assert_eq!(essential(&after).as_ref(), Some(&after));
    }
}

#[test]
fn a_profile_that_is_broken_or_for_other_colours_is_none() {
    let whole = screen(2);
    for end in 0..whole.len() {
        assert_eq!(essential(&whole[..end]), None, "{end}");
    }
    // With something after its length.
    assert_eq!(
        essential(&[whole.clone(), b"SECRET".to_vec()].concat()),
        essential(&whole)
    );
    for table in tables() {
        // Up to the padding of the last curve, and what follows the table.
        for end in 0..table.len() - 8 {
            let cut = profile(2, b"CMYK", &[(b"A2B0", table[..end].to_vec())]);
            assert_eq!(essential(&cut), None, "{end}");
        }
    }
    for space in [b"CMYK", b"Lab ", b"GRAY"] {
        let mut other = whole.clone();
        other[16..20].copy_from_slice(space);
        assert_eq!(essential(&other), None);
    }
    assert_eq!(essential(&vec![0; MAX_BYTES + 1]), None);
}

#[test]
fn what_points_at_the_same_place_many_times_costs_no_memory() {
    let table = tables().swap_remove(0);
    let many = vec![(b"A2B0", table); 90];
    assert_eq!(essential(&profile(2, b"CMYK", &many)), None);
}

#[test]
fn whatever_one_byte_is_changed_to_it_is_a_profile_or_none() {
    let real = decoder(&sample("garden.jpg"))
        .icc_profile()
        .unwrap()
        .unwrap();
    for mut bytes in [
        real,
        screen(4),
        profile(2, b"CMYK", &[(b"A2B0", tables().remove(2))]),
    ] {
        for at in 0..bytes.len() {
            let original = bytes[at];
            for other in [0, 0xff, original ^ 1] {
                bytes[at] = other;
                if let Some(after) = essential(&bytes) {
                    assert_eq!(essential(&after).as_ref(), Some(&after), "{at}");
                }
            }
            bytes[at] = original;
        }
    }
}
