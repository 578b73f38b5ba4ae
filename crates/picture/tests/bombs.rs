//! What it costs to clean photos that were made to take memory. They are alone in their process, because it is that one's memory
//! which is measured.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;

const MIB: usize = 1024 * 1024;
/// What is filled up with parts.
const FILLED: usize = 25 * MIB;
/// The most memory in bytes that one may cost: itself, what comes out, and what the process has anyway.
const MAX_MEMORY: usize = 2 * FILLED + 10 * MIB;

fn sample(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pictures");
    std::fs::read(folder.join(name)).unwrap()
}

/// A file with these parts in front of what begins at `at`, over and over.
fn filled(file: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    let mut made = Vec::with_capacity(FILLED + file.len());
    made.extend_from_slice(&file[..at]);
    while made.len() + part.len() <= FILLED {
        made.extend_from_slice(part);
    }
    made.extend_from_slice(&file[at..]);
    made
}

/// A chunk of a PNG.
fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let named = [kind, data].concat();
    let sum = crc32fast::hash(&named).to_be_bytes();
    [&length[..], &named, &sum].concat()
}

fn find(file: &[u8], what: &[u8]) -> usize {
    file.windows(what.len())
        .position(|part| part == what)
        .unwrap()
}

/// The most memory in bytes that this process has had at once.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn a_photo_that_is_made_of_millions_of_parts_costs_no_more_than_twice_its_bytes() {
    let jpeg = sample("garden.jpg");
    let gif = sample("wave.gif");
    let still = sample("lake.png");
    let animation = sample("spin.png");
    let behind = |file: &[u8], kind: &[u8]| {
        let at = find(file, kind) - 4;
        let length = u32::from_be_bytes(*file[at..].first_chunk().unwrap());
        at + 12 + usize::try_from(length).unwrap()
    };
    let profile = b"\xff\xe2\0\x10ICC_PROFILE\0\x01\x01";
    let repeats = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0";
    let scattered = [chunk(b"fdAT", b"\0\0\0\x09a"), chunk(b"tEXt", b"")].concat();
    let gif_at = 13 + (3 << ((gif[10] & 7) + 1));
    let (in_still, in_animation) = (behind(&still, b"IDAT"), behind(&animation, b"fdAT"));
    for (name, file, at, part) in [
        ("intervals", &jpeg, 2, &[0xff, 0xdd, 0, 4, 0, 0][..]),
        ("profiles", &jpeg, 2, profile),
        ("repeats", &gif, gif_at, repeats),
        ("empty", &still, in_still, &chunk(b"IDAT", b"")),
        ("small", &still, in_still, &chunk(b"IDAT", b"a")),
        ("frame", &animation, in_animation, &scattered),
    ] {
        let file = filled(file, at, part);
        let cleaned = picture::clean(file, u64::MAX);
        assert!(cleaned.is_ok(), "{name}: {:?}", cleaned.err());
        drop(cleaned);
        let after = peak();
        assert!(after < MAX_MEMORY, "{name} costs {} MiB", after / MIB);
    }
}
