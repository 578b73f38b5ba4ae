//! Any names, lengths and times as a plan of a ZIP: how long it is said to be is how long it is, a range of it is the same part
//! of the whole, its list leads to each file, and no two files have one name where case doesn't count.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use zip::{Entry, Modified, Part, Plan};

/// A file of each line: a few bytes that say how long it is and when it was made, and its name.
fn entry(line: &[u8]) -> Entry {
    let byte = |at: usize| line.get(at).copied().unwrap_or(0);
    let small = u64::from(byte(1));
    Entry {
        name: String::from_utf8_lossy(line.get(4..).unwrap_or_default()).into_owned(),
        length: match byte(0) % 4 {
            0 => small,
            1 => u64::from(u32::MAX) - 128 + small,
            2 => 1 << (small % 64),
            _ => 0,
        },
        crc32: u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)]),
        modified: Modified {
            year: 1850 + 2 * i32::from(byte(2)),
            month: byte(3),
            day: byte(2),
            hour: byte(1),
            minute: byte(3),
            second: byte(2),
        },
    }
}

fn length(part: &Part) -> u64 {
    match part {
        Part::Bytes(bytes) => bytes.len() as u64,
        Part::File { range, .. } => range.end - range.start,
    }
}

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|byte| *byte == b'\n');
    let Ok(plan) = Plan::new(lines.map(entry)) else {
        return;
    };
    let parts: Vec<_> = plan.parts().collect();
    assert_eq!(parts.iter().map(length).sum::<u64>(), plan.length());
    let mut names = HashSet::new();
    for entry in plan.entries() {
        let name = &entry.name;
        assert!(!name.is_empty() && name.len() <= 200, "{name:?}");
        let odd = |letter: char| {
            letter.is_control() || "\\/:*?\"<>|\u{202e}\u{200f}\u{61c}".contains(letter)
        };
        assert!(!name.contains(odd), "{name:?}");
        assert!(
            !name.ends_with(['.', ' ']) && !name.starts_with('.'),
            "{name:?}"
        );
        assert!(names.insert(name.to_lowercase()), "{name:?} twice");
    }
    // The records that stand in front of files are where the list says, if that is a short number.
    let (mut at, mut offsets) = (0, Vec::new());
    for part in &parts {
        if matches!(part, Part::Bytes(bytes) if bytes.starts_with(b"PK\x03\x04")) {
            offsets.push(at);
        }
        at += length(part);
    }
    let listed = parts.iter().filter_map(|part| match part {
        Part::Bytes(bytes) if bytes.starts_with(b"PK\x01\x02") => Some(bytes),
        _ => None,
    });
    let mut count = 0;
    for (record, offset) in listed.zip(&offsets) {
        let told = u32::from_le_bytes(record[42..46].try_into().expect("it is that long"));
        assert_eq!(u64::from(told), (*offset).min(u64::from(u32::MAX)));
        count += 1;
    }
    assert_eq!(
        (count, offsets.len()),
        (plan.entries().len(), plan.entries().len())
    );
    // A range from the middle of something to the middle of something else.
    let (start, end) = (plan.length() / 3, plan.length() - plan.length() / 5);
    assert_eq!(
        plan.range(start..end)
            .map(|part| length(&part))
            .sum::<u64>(),
        end - start
    );
});
