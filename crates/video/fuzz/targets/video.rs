//! Any bytes as a film: what is accepted comes out clean, at the length that was stated, and cleaning it again changes nothing.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::{Corpus, fuzz_target};
use video::{Kind, Plan};

/// What is said outside of the film.
const MARK: &[u8] = b"SECRET of a stranger, 52.520008 13.404954";

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(plan) = Plan::new(Cursor::new(bytes)) else {
        return Corpus::Keep;
    };
    let (film, length) = (plan.film().clone(), plan.length());
    let mut clean = Vec::new();
    let Ok(summary) = plan.write(&mut clean) else {
        return Corpus::Keep;
    };
    assert_eq!((summary.length, clean.len() as u64), (length, length));
    assert_eq!(Kind::from_bytes(&clean), Some(film.kind));
    assert!(film.width > 0 && film.height > 0);
    // What we write ourselves is short: some boxes for each of 64 tracks, and some bytes for each of 16 formats in these.
    assert!(clean.len() <= bytes.len() + 64 * 1024);
    let mut again = Vec::new();
    let second =
        video::clean(Cursor::new(&clean), &mut again).expect("what is clean can be cleaned");
    assert!(again == clean);
    assert_eq!(second.film, summary.film);
    assert_eq!(second.tracks_dropped, 0);
    // Words after a film are gone.
    let marked = [bytes, MARK].concat();
    let mut without = Vec::new();
    if video::clean(Cursor::new(marked), &mut without).is_ok() {
        assert!(!without.windows(MARK.len()).any(|part| part == MARK) || contains(bytes));
    }
    Corpus::Keep
});

fn contains(bytes: &[u8]) -> bool {
    bytes.windows(MARK.len()).any(|part| part == MARK)
}
