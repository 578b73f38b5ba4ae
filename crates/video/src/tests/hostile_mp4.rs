//! MP4s that were made to do harm: each is refused with a sentence, or costs little.

use std::io::{Read, Seek, SeekFrom};

use super::making::{Movie, a_box, find, words};
use super::*;

#[test]
fn a_film_made_by_hand_is_taken_and_put_together_again() {
    let (made, summary) = cleaned(&Movie::default().make());
    assert!(made.ends_with(b"firstsecondthe thi"));
    assert_eq!(summary.film.duration, Some(Duration::from_millis(300)));
    assert_eq!((summary.film.width, summary.film.height), (64, 48));
    assert!(find(&made, b"moov") < find(&made, b"mdat"));
}

#[test]
fn what_no_track_refers_to_is_left_out_of_the_data() {
    let movie = Movie {
        offsets: vec![7, 24],
        data: b"SECRET firstsecondSECRETthe thiSECRET".to_vec(),
        ..Movie::default()
    };
    let (made, _) = cleaned(&movie.make());
    assert!(made.ends_with(b"mdatfirstsecondthe thi"));
    // Chunks may be in any order in the file, and come in that order.
    let movie = Movie {
        offsets: vec![14, 0],
        data: b"the thiSECRET!firstsecond".to_vec(),
        ..Movie::default()
    };
    let (made, _) = cleaned(&movie.make());
    assert!(made.ends_with(b"mdatthe thifirstsecond"));
    let (again, _) = cleaned(&made);
    assert!(again == made);
}

#[test]
fn chunks_that_overlap_or_lie_elsewhere_are_refused() {
    let with = |offsets: Vec<u32>| {
        refused(
            Movie {
                offsets,
                ..Movie::default()
            }
            .make(),
        )
    };
    assert_eq!(with(vec![0, 10]), Refusal::ChunksOverlap);
    assert_eq!(with(vec![0, 0]), Refusal::ChunksOverlap);
    assert_eq!(with(vec![0, 12]), Refusal::EndsEarly);
    assert_eq!(with(vec![0, 4_000_000_000]), Refusal::DataOutside);
    // In front of the data, where the head of the file is.
    assert_eq!(with(vec![u32::MAX - 20, 11]), Refusal::DataOutside);
    // A million chunks on the same bytes would make a terabyte out of a megabyte.
    let bomb = Movie {
        sizes: words(&[0, 1_000_000, 1000]),
        runs: vec![1, 1, 1],
        offsets: vec![0; 1000],
        data: vec![0; 1_000_000],
        ..Movie::default()
    };
    assert_eq!(refused(bomb.make()), Refusal::ChunksOverlap);
}

#[test]
fn tables_that_disagree_are_refused() {
    let with = |sizes: &[u32], runs: &[u32]| {
        let movie = Movie {
            sizes: words(sizes),
            runs: runs.to_vec(),
            ..Movie::default()
        };
        refused(movie.make())
    };
    let runs = [1, 2, 1, 2, 1, 1];
    // Counts of 2^32 that nothing follows.
    assert_eq!(with(&[0, 0, u32::MAX, 5, 6, 7], &runs), Refusal::Counts);
    assert_eq!(with(&[0, 5, u32::MAX], &runs), Refusal::SampleCounts);
    assert_eq!(with(&[0, u32::MAX, 3], &runs), Refusal::EndsEarly);
    assert_eq!(with(&[0, 0, 2, 5, 6], &runs), Refusal::SampleCounts);
    assert_eq!(with(&[0, 0, 4, 5, 6, 7, 8], &runs), Refusal::SampleCounts);
    let sizes = [0, 0, 3, 5, 6, 7];
    for runs in [
        &[][..],
        &[2, 3, 1],
        &[1, 0, 1],
        &[1, 2, 0],
        &[1, 2, 2],
        &[1, u32::MAX, 1],
        &[1, 2, 1, 1, 1, 1],
    ] {
        assert_eq!(with(&sizes, runs), Refusal::SampleCounts, "{runs:?}");
    }
}

#[test]
fn a_count_in_any_table_is_believed_only_as_far_as_its_entries_go() {
    for kind in [b"stts", b"stsc", b"stco", b"stsz"] {
        let mut bytes = Movie::default().make();
        let count = find(&bytes, kind) + if kind == b"stsz" { 16 } else { 12 };
        bytes[count..count + 4].fill(0xff);
        assert_eq!(refused(bytes), Refusal::Counts, "{kind:?}");
    }
    for (kind, payload) in [
        (b"ctts", words(&[0, u32::MAX, 1, 1])),
        (b"stss", words(&[0, u32::MAX])),
    ] {
        let tables = a_box(kind, &payload);
        assert_eq!(
            refused(
                Movie {
                    tables,
                    ..Movie::default()
                }
                .make()
            ),
            Refusal::Counts
        );
    }
}

#[test]
fn entries_for_samples_that_are_not_there_are_dropped() {
    let secret = u32::from_be_bytes(*b"SECR");
    let tables = [
        a_box(b"ctts", &words(&[0, 3, 3, 0, 1, secret, secret, secret])),
        a_box(b"stss", &words(&[0, 3, 1, 3, secret])),
        a_box(b"sdtp", b"\0\0\0\0SECR"),
        a_box(
            b"sgpd",
            &[&words(&[1 << 24])[..], b"roll", &words(&[4, 1]), b"SECR"].concat(),
        ),
        a_box(
            b"sbgp",
            &[&words(&[0])[..], b"roll", &words(&[1, 3, 1])].concat(),
        ),
    ];
    let movie = Movie {
        tables: tables.concat(),
        ..Movie::default()
    };
    let (made, _) = cleaned(&movie.make());
    assert!(!contains(&made, b"SECR"));
    assert!(contains(&made, b"ctts") && contains(&made, b"stss"));
}

#[test]
fn boxes_of_absurd_length_are_refused() {
    let film = Movie::default().make();
    let big = |kind: &[u8; 4], size: u64| [&words(&[1])[..], kind, &size.to_be_bytes()].concat();
    let front = &film[..find(&film, b"mdat")];
    for size in [0, 1, 15] {
        assert_eq!(
            refused([front, &big(b"free", size)].concat()),
            Refusal::MalformedElement
        );
    }
    for size in [1 << 40, 1 << 63, u64::MAX] {
        let refusal = refused([front, &big(b"moov", size)].concat());
        assert!(
            matches!(refusal, Refusal::TooLargeHead | Refusal::MalformedElement),
            "{size}: {refusal:?}"
        );
        let refusal = refused([front, &big(b"free", size), &film[front.len()..]].concat());
        assert!(
            matches!(refusal, Refusal::EndsEarly | Refusal::MalformedElement),
            "{size}: {refusal:?}"
        );
    }
    // Within the head.
    for size in [0_u32, 2, 7, u32::MAX] {
        let more = [&size.to_be_bytes()[..], b"free"].concat();
        let refusal = refused(
            Movie {
                more,
                ..Movie::default()
            }
            .make(),
        );
        assert_eq!(refusal, Refusal::MalformedPart, "{size}");
    }
}

/// A file with only its beginning written: the rest are zeros, any number of them.
struct Sparse {
    start: Vec<u8>,
    length: u64,
    at: u64,
}

impl Read for Sparse {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length - self.at).unwrap_or(usize::MAX);
        let count = bytes.len().min(left);
        for byte in &mut bytes[..count] {
            let at = usize::try_from(self.at).unwrap();
            *byte = self.start.get(at).copied().unwrap_or(0);
            self.at += 1;
        }
        Ok(count)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => i128::from(at),
            SeekFrom::End(by) => i128::from(self.length) + i128::from(by),
            SeekFrom::Current(by) => i128::from(self.at) + i128::from(by),
        };
        self.at = u64::try_from(at).map_err(|_| io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[test]
fn an_endless_head_is_not_read() {
    let start = [
        a_box(b"ftyp", b"isom\0\0\0\0isom"),
        [&words(&[0])[..], b"moov"].concat(),
    ]
    .concat();
    let file = Sparse {
        start,
        length: 1 << 40,
        at: 0,
    };
    let error = clean(file, io::sink()).unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::TooLargeHead));
}

#[test]
fn a_film_of_more_than_four_gigabytes_has_long_offsets() {
    let mut movie = Movie {
        sizes: words(&[0, u32::MAX - 8, 2]),
        runs: vec![1, 1, 1],
        offsets: vec![0, u32::MAX - 8],
        ..Movie::default()
    };
    // Its data comes after its head, and has the length of the file.
    movie.data = Vec::new();
    let made = {
        let mut bytes = Movie {
            offsets: vec![0],
            ..movie
        }
        .make();
        let moov = bytes.split_off(find(&bytes, b"moov"));
        let mut moov = moov;
        let stco = find(&moov, b"stco");
        // 64 bits for two chunks, in place of 32 for one.
        let begin = (bytes.len() - 8 + moov.len() + 12 + 8) as u64;
        let second = begin + u64::from(u32::MAX - 8);
        let long = [
            &words(&[0, 2])[..],
            &begin.to_be_bytes(),
            &second.to_be_bytes(),
        ]
        .concat();
        moov.splice(stco..stco + 20, a_box(b"co64", &long));
        for kind in [b"moov", b"trak", b"mdia", b"minf", b"stbl"] {
            let at = find(&moov, kind);
            let length = u32::from_be_bytes(moov[at..at + 4].try_into().unwrap()) + 12;
            moov[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
        let front = bytes[..bytes.len() - 8].to_vec();
        [front, moov, [&words(&[0])[..], b"mdat"].concat()].concat()
    };
    let length = made.len() as u64 + 2 * u64::from(u32::MAX - 8);
    let plan = Plan::new(Sparse {
        start: made,
        length,
        at: 0,
    })
    .unwrap();
    assert!(plan.length() > 2 * u64::from(u32::MAX - 8));
    // What comes first is all of its head.
    let mut head = Full(600);
    let error = plan.write(&mut head).unwrap_err();
    assert!(matches!(error, Error::Write(_)), "{error}");
}

#[test]
fn what_comes_in_too_many_parts_is_refused() {
    let film = Movie::default().make();
    let free = a_box(b"free", b"").repeat(20_000);
    assert_eq!(refused([&film[..], &free].concat()), Refusal::TooManyParts);
    let fragments = a_box(b"moof", b"").repeat(1_000_000);
    assert_eq!(
        refused([&film[..], &fragments].concat()),
        Refusal::Fragmented
    );
    let more = a_box(b"trak", &film[find(&film, b"trak") + 8..]).repeat(100);
    assert_eq!(
        refused(
            Movie {
                more,
                ..Movie::default()
            }
            .make()
        ),
        Refusal::TooManyTracks
    );
    // They are taken one by one, and not searched for over and over.
    let more = a_box(b"free", b"").repeat(1_000_000);
    let (made, _) = cleaned(
        &Movie {
            more,
            ..Movie::default()
        }
        .make(),
    );
    assert!(made.len() < 1000);
    // A list of more would take far more memory than the head that is allowed.
    let more = vec![0; 9_000_000];
    let many = Movie {
        more,
        ..Movie::default()
    };
    assert_eq!(refused(many.make()), Refusal::TooManyParts);
}

#[test]
fn a_format_has_what_is_kept_once_and_is_short() {
    let with = |format: Vec<u8>| {
        let movie = Movie {
            format,
            ..Movie::default()
        };
        movie.make()
    };
    let shape = a_box(b"pasp", &words(&[1, 1]));
    let film = with(shape.clone());
    assert!(contains(&cleaned(&film).0, b"pasp"));
    assert_eq!(refused(with(shape.repeat(2))), Refusal::Twice);
    let settings = a_box(b"vpcC", &[1; 12]);
    assert_eq!(refused(with(settings)), Refusal::Twice);
    // Of what isn't kept there may be more, but not without end.
    let other = a_box(b"free", &[0; 1000]);
    assert!(!contains(&cleaned(&with(other.repeat(200))).0, b"free"));
    assert_eq!(refused(with(other.repeat(300))), Refusal::MalformedPart);
}

#[test]
fn edits_that_say_no_duration_leave_that_of_the_samples() {
    for (edits, expected) in [
        (vec![0, 1, 0, 0, 1 << 16], 300),
        (vec![0, 0], 300),
        (vec![0, 1, 200, 0, 1 << 16], 200),
        (vec![0, 2, 50, u32::MAX, 1 << 16, 100, 0, 1 << 16], 150),
    ] {
        let movie = Movie {
            track: a_box(b"edts", &a_box(b"elst", &words(&edits))),
            ..Movie::default()
        };
        let film = probe(Cursor::new(movie.make())).unwrap();
        assert_eq!(film.duration, Some(Duration::from_millis(expected)));
    }
}

#[test]
fn what_is_in_boxes_that_are_not_on_the_list_is_not_looked_into() {
    let mut nested = Vec::new();
    for _ in 0..1000 {
        nested = a_box(b"udta", &nested);
    }
    let movie = Movie {
        more: nested.clone(),
        tables: nested,
        ..Movie::default()
    };
    assert!(cleaned(&movie.make()).0 == cleaned(&Movie::default().make()).0);
}

#[test]
fn what_cannot_be_played_by_itself_is_refused() {
    for (kind, refusal) in [
        (b"cmov", Refusal::Compressed),
        (b"mvex", Refusal::Fragmented),
        (b"rmra", Refusal::External),
        (b"pssh", Refusal::Encrypted),
        (b"mvhd", Refusal::Twice),
    ] {
        let more = a_box(kind, &[0; 100]);
        assert_eq!(
            refused(
                Movie {
                    more,
                    ..Movie::default()
                }
                .make()
            ),
            refusal
        );
    }
    for kind in [b"stsz", b"stco", b"stsc", b"stts", b"stsd"] {
        let tables = a_box(kind, &[0; 100]);
        assert_eq!(
            refused(
                Movie {
                    tables,
                    ..Movie::default()
                }
                .make()
            ),
            Refusal::Twice
        );
        let mut bytes = Movie::default().make();
        let at = find(&bytes, kind) + 4;
        bytes[at..at + 4].copy_from_slice(b"free");
        assert_eq!(refused(bytes), Refusal::MissingPart);
    }
    let film = Movie::default().make();
    let moov = &film[find(&film, b"moov")..];
    assert_eq!(refused([&film[..], moov].concat()), Refusal::Twice);
    let mut encrypted = film.clone();
    let at = find(&film, b"vp08") + 4;
    encrypted[at..at + 4].copy_from_slice(b"encv");
    assert_eq!(refused(encrypted), Refusal::Encrypted);
    let empty = Movie {
        sizes: words(&[0, 0, 0]),
        runs: vec![],
        offsets: vec![],
        ..Movie::default()
    };
    assert_eq!(refused(empty.make()), Refusal::NoSamples);
}

#[test]
fn data_in_another_file_is_refused_and_names_of_this_one_are_dropped() {
    let film = sample("avc.mp4");
    let at = find(&film, b"url ");
    let mut elsewhere = film.clone();
    elsewhere[at + 11] = 0;
    assert_eq!(refused(elsewhere), Refusal::External);
}

#[test]
fn units_that_do_not_fit_their_sample_are_refused() {
    let (mut film, _) = cleaned(&sample("avc.mp4"));
    let at = find(&film, b"mdat") + 8;
    film[at..at + 4].fill(0xff);
    assert_eq!(refused(film), Refusal::MalformedPicture);
}

#[test]
fn pictures_of_other_formats_that_are_called_mp4v_are_refused() {
    // JPEGs have comments of their own, as have PNGs.
    for format in [0x6c, 0x6d, 0x61] {
        let mut film = sample("mpeg4.mp4");
        let at = find(&film, b"esds") + 8;
        let decoder = film[at..].iter().position(|&byte| byte == 4).unwrap() + at;
        let number = film[decoder..].iter().position(|&byte| byte == 0x20);
        film[decoder + number.unwrap()] = format;
        assert_eq!(refused(film), Refusal::UnknownVideo, "{format:x}");
    }
}
