//! What cleaning takes away, what it leaves alone, and what it refuses.
//!
//! The samples are the first inputs of the fuzzer: films of a third of a second as ffmpeg makes them, with SECRET in what they
//! and their encoders say. `tests/films` of the server has other programs look at many more.

mod hidden_mp4;
mod hidden_webm;
mod hostile_mp4;
mod hostile_webm;
mod making;

use std::io::{self, Cursor, Write};
use std::time::Duration;

use super::*;

pub const SAMPLES: [&str; 10] = [
    "av1.mp4",
    "av1.webm",
    "avc.mov",
    "avc.mp4",
    "hevc.mov",
    "live.webm",
    "mpeg4.mp4",
    "vp8.webm",
    "vp9.mp4",
    "vp9.webm",
];

pub fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/video/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

pub fn cleaned(bytes: &[u8]) -> (Vec<u8>, Summary) {
    let mut made = Vec::new();
    let summary = clean(Cursor::new(bytes), &mut made).unwrap();
    (made, summary)
}

/// Why a film is refused, and that nothing is written of one that is refused by its head.
pub fn refused(bytes: impl AsRef<[u8]>) -> Refusal {
    let error = clean(Cursor::new(bytes.as_ref()), io::sink()).unwrap_err();
    error.refusal().unwrap()
}

pub fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn a_film_is_of_the_time_by_the_clock_of_its_camera_where_its_zone_is_told() {
    let day = |text: &[u8]| {
        let text = [&[0, 24, 0, 0], text].concat();
        making::a_box(b"udta", &making::a_box(b"\xa9day", &text))
    };
    let made_at = |more: Vec<u8>| {
        let film = making::Movie {
            more,
            ..making::Movie::default()
        };
        let film = film.make();
        assert!(!contains(&cleaned(&film).0, b"2024-07"));
        Plan::new(Cursor::new(film)).unwrap().made_at()
    };
    let there = MadeAt {
        seconds: 1_720_215_000,
        offset_minutes: 120,
    };
    assert_eq!(made_at(day(b"2024-07-05T23:30:00+0200")), Some(there));
    // From before there were films, or without a zone: what the head says counts, which is nothing here.
    assert_eq!(made_at(day(b"1904-01-01T00:00:00+0200")), None);
    assert_eq!(made_at(day(b"2024-07-05T23:30:00     ")), None);
    let sample = Plan::new(Cursor::new(sample("avc.mp4"))).unwrap();
    assert_eq!(sample.made_at().map(|made| made.offset_minutes), Some(0));
}

#[test]
fn nothing_is_left_of_what_was_said() {
    for name in SAMPLES {
        let bytes = sample(name);
        assert!(contains(&bytes, b"SECRET"), "{name}");
        let (made, _) = cleaned(&bytes);
        assert!(!contains(&made, b"SECRET"), "{name}");
        assert!(!contains(&made, b"Lav"), "{name}");
    }
}

#[test]
fn a_film_is_what_its_head_says() {
    use AudioCodec::*;
    use VideoCodec::*;
    for (name, kind, video, audio) in [
        ("av1.mp4", Kind::Mp4, Av1, Opus),
        ("av1.webm", Kind::WebM, Av1, Opus),
        ("avc.mov", Kind::Mov, H264, Pcm),
        ("avc.mp4", Kind::Mp4, H264, Aac),
        ("hevc.mov", Kind::Mov, H265, Alac),
        ("mpeg4.mp4", Kind::Mp4, Mpeg4, Aac),
        ("vp8.webm", Kind::WebM, Vp8, Vorbis),
        ("vp9.mp4", Kind::Mp4, Vp9, Opus),
        ("vp9.webm", Kind::WebM, Vp9, Opus),
    ] {
        let film = probe(Cursor::new(sample(name))).unwrap();
        assert_eq!(
            (film.kind, film.video, film.audio),
            (kind, video, Some(audio)),
            "{name}"
        );
        assert_eq!(
            (film.width, film.height, film.rotation),
            (32, 32, Rotation::None),
            "{name}"
        );
        let duration = film.duration.unwrap();
        assert!(
            duration.abs_diff(Duration::from_millis(300)) < Duration::from_millis(20),
            "{name}: {duration:?}"
        );
    }
}

#[test]
fn a_live_recording_tells_how_long_it_was_once_it_is_clean() {
    let plan = Plan::new(Cursor::new(sample("live.webm"))).unwrap();
    assert_eq!(plan.film().duration, None);
    let film = plan.write(io::sink()).unwrap().film;
    let duration = film.duration.unwrap();
    assert!((100..400).contains(&duration.as_millis()), "{duration:?}");
}

#[test]
fn the_length_is_known_beforehand_and_what_is_clean_stays_as_it_is() {
    for name in SAMPLES {
        let bytes = sample(name);
        let plan = Plan::new(Cursor::new(&bytes)).unwrap();
        let length = plan.length();
        let (made, summary) = cleaned(&bytes);
        assert_eq!(
            (length, length),
            (made.len() as u64, summary.length),
            "{name}"
        );
        let (again, summary) = cleaned(&made);
        assert!(again == made, "{name}");
        assert_eq!(summary.tracks_dropped, 0, "{name}");
    }
}

#[test]
fn a_track_of_time_codes_is_left_out() {
    assert_eq!(cleaned(&sample("avc.mov")).1.tracks_dropped, 1);
    assert_eq!(cleaned(&sample("avc.mp4")).1.tracks_dropped, 0);
}

#[test]
fn a_film_that_breaks_off_anywhere_is_refused() {
    for name in SAMPLES {
        let bytes = sample(name);
        // Some end with what is dropped anyway.
        let film = probe(Cursor::new(&bytes)).unwrap();
        for end in (0..bytes.len()).step_by(bytes.len() / 300 + 1) {
            let mut made = Vec::new();
            match clean(Cursor::new(&bytes[..end]), &mut made) {
                Ok(summary) => assert_eq!(summary.film.video, film.video, "{name} {end}"),
                Err(error) => assert!(error.refusal().is_some(), "{name} {end}: {error}"),
            }
        }
    }
    // The head of an MP4 counts on all of its data.
    let (whole, _) = cleaned(&sample("avc.mp4"));
    assert_eq!(refused(&whole[..whole.len() - 1]), Refusal::EndsEarly);
}

#[test]
fn what_is_behind_a_film_is_left_behind() {
    for name in SAMPLES.into_iter().filter(|name| *name != "live.webm") {
        let bytes = sample(name);
        for trailer in [
            &b"SEFT SECRET"[..],
            b"\xff\xff\xff\xffjunkSECRET of a maker",
            &[0; 100],
        ] {
            let (made, _) = cleaned(&[&bytes[..], trailer].concat());
            assert!(made == cleaned(&bytes).0, "{name}");
        }
    }
}

#[test]
fn a_byte_that_changed_is_taken_or_refused() {
    for name in SAMPLES {
        let bytes = sample(name);
        let step = bytes.len() / 700 + 1;
        for at in (0..bytes.len()).step_by(step) {
            let mut bytes = bytes.clone();
            bytes[at] ^= [0xff, 0x80, 0x01][at % 3];
            if let Err(error) = clean(Cursor::new(bytes), io::sink()) {
                assert!(error.refusal().is_some(), "{name} {at}: {error}");
            }
        }
    }
}

#[test]
fn other_files_are_refused_by_name() {
    for bytes in [
        &b""[..],
        b"GIF89a",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypavif\0\0\0\0mif1avif",
        b"\0\0\0\x18ftypcrx \0\0\0\0crx isom",
        b"RIFF\0\0\0\0AVI LIST",
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"\x47\x40\x11\x10",
    ] {
        assert_eq!(refused(bytes), Refusal::UnknownType);
    }
    assert_eq!(refused(b"\0\0\0\x14ftypisom\0\0\0\0isom"), Refusal::NoFilm);
}

#[test]
fn every_refusal_has_a_sentence_and_a_code_of_its_own() {
    let mut codes: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::ALL.len());
    for refusal in Refusal::ALL {
        let words = Error::from(*refusal).to_string();
        assert!(
            words.starts_with("it") || words.contains("its ") || words.contains("of it"),
            "{words}"
        );
        assert!(!words.ends_with('.'), "{words}");
    }
}

/// A disk that is full after this many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_no_fault_of_the_film() {
    for name in SAMPLES {
        let error = clean(Cursor::new(sample(name)), Full(100)).unwrap_err();
        assert!(matches!(error, Error::Write(_)), "{name}: {error}");
        assert_eq!(error.refusal(), None);
    }
}
