//! What films cost that were made to take memory. They are alone in their process, because it is that one's memory which is
//! measured.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::io::{self, Read, Seek, SeekFrom};

use video::{Plan, Refusal};

const MIB: u64 = 1024 * 1024;
/// The longest list of a WebM, which may be in memory.
const LIST: usize = 64 * MIB as usize;
/// The most memory in bytes that a film may cost: its longest list or its head, and then as much again at most.
const MAX_MEMORY: u64 = 130 * MIB;

/// A file that isn't in memory itself: a beginning, and then the same bytes over and over.
struct Film {
    head: Vec<u8>,
    pattern: &'static [u8],
    length: u64,
    at: u64,
}

impl Read for Film {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(self.at).unwrap();
        let left = usize::try_from(self.length).unwrap() - at;
        let head = self.head.get(at..).unwrap_or_default();
        let count = bytes.len().min(left);
        let (first, rest) = bytes[..count].split_at_mut(count.min(head.len()));
        first.copy_from_slice(&head[..first.len()]);
        let phase = (at + first.len()).saturating_sub(self.head.len()) % self.pattern.len();
        let pattern = self.pattern.iter().cycle().skip(phase);
        rest.iter_mut()
            .zip(pattern)
            .for_each(|(to, from)| *to = *from);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Film {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// The header of an element with eight bytes for its length.
fn header(id: &[u8], length: usize) -> Vec<u8> {
    let length = 1_u64 << 56 | length as u64;
    [id, &length.to_be_bytes()].concat()
}

/// A WebM with lists in lists, the innermost of them full of empty elements.
fn webm(ids: &[&[u8]]) -> Film {
    let mut head = [
        &[0x1a, 0x45, 0xdf, 0xa3, 0x87][..],
        &[0x42, 0x82, 0x84],
        b"webm",
    ]
    .concat();
    let outer = ids[0].len() + 8;
    head.extend(header(&[0x18, 0x53, 0x80, 0x67], outer + LIST));
    let length = (head.len() + outer + LIST) as u64;
    for id in ids {
        let left = usize::try_from(length).unwrap() - (head.len() + id.len() + 8);
        head.extend(header(id, left));
    }
    Film {
        head,
        pattern: &[0xec, 0x80],
        length,
        at: 0,
    }
}

/// The most memory in bytes that this process has had at once.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.unwrap().parse::<u64>().unwrap() * 1024
}

const INFO: &[u8] = &[0x15, 0x49, 0xa9, 0x66];
const SEEK_HEAD: &[u8] = &[0x11, 0x4d, 0x9b, 0x74];
const CUES: &[u8] = &[0x1c, 0x53, 0xbb, 0x6b];
const TRACKS: &[u8] = &[0x16, 0x54, 0xae, 0x6b];
const TRACK: &[u8] = &[0xae];

#[test]
fn a_film_that_is_made_of_millions_of_parts_costs_no_more_than_its_longest_list() {
    for ids in [
        &[INFO][..],
        &[SEEK_HEAD],
        &[CUES],
        &[SEEK_HEAD, &[0x4d, 0xbb]],
        &[TRACKS],
        &[TRACKS, TRACK],
        &[TRACKS, TRACK, &[0xe0]],
    ] {
        let refused = Plan::new(webm(ids)).err().and_then(|error| error.refusal());
        let expected = match ids {
            // The list of its picture isn't looked at before it is known what the track is.
            [_, _, _] => Refusal::MissingPart,
            _ => Refusal::TooManyParts,
        };
        assert_eq!(refused, Some(expected), "{ids:x?}");
        let after = peak();
        assert!(after < MAX_MEMORY, "{ids:x?} costs {} MiB", after / MIB);
    }
}
