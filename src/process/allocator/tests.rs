//! Memory that is freed is really returned to the system.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::*;

/// How many of the pages at these addresses are in memory.
fn present(addresses: &[usize]) -> usize {
    const PAGE: usize = 4096;
    let pages = File::open("/proc/self/pagemap").unwrap();
    let is_present = |&&address: &&usize| {
        let mut entry = [0; 8];
        let at = (address / PAGE * entry.len()) as u64;
        pages.read_exact_at(&mut entry, at).unwrap();
        u64::from_ne_bytes(entry) >> 63 == 1
    };
    addresses.iter().filter(is_present).count()
}

#[test]
fn what_lies_below_something_that_stays_is_given_back() {
    let mut pieces = vec![vec![1_u8; 64 * 1024]; 1000];
    // Every hundredth stays, and the last.
    let kept: Vec<_> = pieces
        .iter_mut()
        .rev()
        .step_by(100)
        .map(std::mem::take)
        .collect();
    let middles = pieces.iter().filter(|piece| !piece.is_empty());
    let middles: Vec<_> = middles
        .map(|piece| piece[32 * 1024..].as_ptr().addr())
        .collect();
    drop(pieces);
    assert!(present(&middles) > 700);
    trim();
    assert!(present(&middles) < 100);
    assert!(kept.iter().all(|piece| piece.iter().all(|&byte| byte == 1)));
}
