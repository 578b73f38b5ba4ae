//! What a ZIP is made of, and how long it is. `tests/zips` of the server has other programs unpack some.

use super::*;

fn entry(name: &str, length: u64) -> Entry {
    Entry {
        name: name.to_owned(),
        length,
        crc32: 0,
        modified: Modified::FIRST,
    }
}

/// How long all parts are together.
fn sum(parts: impl Iterator<Item = Part>) -> u64 {
    parts.map(|part| part.length()).sum()
}

/// How often a record of this signature is in the parts that aren't files.
fn count(plan: &Plan, signature: &[u8; 4]) -> usize {
    let parts = plan.parts().filter_map(|part| match part {
        Part::Bytes(bytes) => Some(
            bytes
                .windows(4)
                .filter(|window| window == signature)
                .count(),
        ),
        Part::File { .. } => None,
    });
    parts.sum()
}

const LONG_END: &[u8; 4] = b"PK\x06\x06";

#[test]
fn the_length_is_that_of_all_parts() {
    let big = u64::from(u32::MAX);
    for lengths in [
        &[][..],
        &[0],
        &[1, 2, 3],
        &[big - 1],
        &[big],
        &[big + 1, 5, 7],
        &[1 << 40, 1 << 41, 3],
    ] {
        let entries = lengths.iter().map(|&length| entry("photo.jpg", length));
        let plan = Plan::new(entries).unwrap();
        assert_eq!(plan.length(), sum(plan.parts()), "{lengths:?}");
        let files = plan
            .parts()
            .filter(|part| matches!(part, Part::File { .. }));
        assert_eq!(sum(files), lengths.iter().sum::<u64>());
    }
}

#[test]
fn long_numbers_are_there_only_where_short_ones_do_not_do() {
    let big = u64::from(u32::MAX);
    let plan =
        |lengths: &[u64]| Plan::new(lengths.iter().map(|&length| entry("a", length))).unwrap();
    assert_eq!(count(&plan(&[1, 2, 3]), LONG_END), 0);
    // The file fits, its place too, and the list begins behind what fits.
    assert_eq!(count(&plan(&[big - 1]), LONG_END), 1);
    assert_eq!(count(&plan(&[big - 1000]), LONG_END), 0);
    assert_eq!(local(&entry("a", big - 1)).len(), 31);
    assert_eq!(local(&entry("a", big)).len(), 31 + 20);
    let of = |length: u64, offset: u64| central(&entry("a", length), offset).len() - 47;
    assert_eq!(
        [of(1, 1), of(1, big), of(big, 1), of(big, big)],
        [0, 12, 20, 28]
    );
    assert_eq!(
        count(
            &Plan::new((0..65_534).map(|_| entry("a", 1))).unwrap(),
            LONG_END
        ),
        0
    );
    assert_eq!(
        count(
            &Plan::new((0..65_535).map(|_| entry("a", 1))).unwrap(),
            LONG_END
        ),
        1
    );
}

#[test]
fn a_range_is_the_same_part_of_the_whole() {
    let plan = Plan::new([entry("a.jpg", 10), entry("b.jpg", 0), entry("c.jpg", 25)]).unwrap();
    let bytes = |parts: &mut dyn Iterator<Item = Part>| -> Vec<u8> {
        let all = parts.flat_map(|part| match part {
            Part::Bytes(bytes) => bytes,
            Part::File { index, range } => range
                .map(|at| u8::try_from(at).unwrap() + index as u8 * 100)
                .collect(),
        });
        all.collect()
    };
    let whole = bytes(&mut plan.parts());
    assert_eq!(whole.len() as u64, plan.length());
    for start in 0..=whole.len() {
        for end in (start..=whole.len()).step_by(13) {
            let part = bytes(&mut plan.range(start as u64..end as u64));
            assert!(part == whole[start..end], "{start}..{end}");
        }
    }
    assert_eq!(plan.range(plan.length()..u64::MAX).count(), 0);
}

#[test]
fn what_no_file_can_hold_is_refused() {
    assert_eq!(Plan::new([entry("a", u64::MAX)]).unwrap_err(), TooLarge);
    assert_eq!(
        Plan::new([entry("a", 1 << 61), entry("b", 1 << 61)]).unwrap_err(),
        TooLarge
    );
}

#[test]
fn a_file_that_changed_is_noticed_before_its_last_bytes_are_sent() {
    let planned = Entry {
        crc32: crc32fast::hash(b"a photo"),
        ..entry("a.jpg", 7)
    };
    let mut check = Check::new(&planned);
    assert_eq!(check.update(b"a "), Ok(()));
    assert_eq!(check.finish(), Err(Mismatch::Short));
    assert_eq!(check.update(b"photo"), Ok(()));
    assert_eq!((check.finish(), check.read()), (Ok(()), 7));
    assert_eq!(check.update(b"s"), Err(Mismatch::Long));
    let mut check = Check::new(&planned);
    assert_eq!(check.update(b"a phot"), Ok(()));
    assert_eq!(check.update(b"a"), Err(Mismatch::Checksum));
    assert_eq!(Check::new(&entry("empty", 0)).finish(), Ok(()));
}

#[test]
fn a_checksum_that_becomes_known_later_is_in_the_header_and_in_the_list() {
    let mut plan = Plan::new([entry("a.jpg", 7), entry("b.jpg", 5)]).unwrap();
    let length = plan.length();
    plan.set_crc32(1, 0x1234_5678);
    plan.set_crc32(2, 1);
    let known = Entry {
        crc32: 0x1234_5678,
        ..entry("b.jpg", 5)
    };
    assert_eq!(plan.part(2), Some(Part::Bytes(local(&known))));
    let offset = local(&entry("a.jpg", 7)).len() as u64 + 7;
    assert_eq!(plan.part(5), Some(Part::Bytes(central(&known, offset))));
    assert_eq!((plan.part(7), plan.length()), (None, length));
    assert_eq!(sum(plan.parts()), length);
}
