//! What exiftool and Pillow say of pictures that were cleaned, and of their previews.

use std::collections::BTreeMap;
use std::fs;

use picture::{Picture, clean, previews};

use crate::pictures::corpus::{
    CORPUS, exiftool, folder_with, pictures, plain, script, taken, told,
};

const PIXELS: u64 = 64_000_000;

/// What exiftool may still find, with its group: the file itself, pixels, which way is up, colours, how an animation moves.
const MAY_STAY: [&str; 14] = [
    "SourceFile",
    "ExifTool:ExifToolVersion",
    "System:",
    "File:",
    "Composite:ImageSize",
    "Composite:Megapixels",
    "IFD0:Orientation",
    "ICC_Profile:",
    "ICC-",
    "JFIF:",
    "Adobe:",
    "PNG:",
    "GIF:",
    "RIFF:",
];
/// What may not, of groups that may.
const MUST_GO: [&str; 14] = [
    "Comment",
    "Thumbnail",
    "Preview",
    "GPS",
    "XMP",
    "IPTC",
    "Digest",
    "Title",
    "Author",
    "Description",
    "Date",
    "Time",
    "Software",
    "Text",
];

fn may_stay(tag: &str) -> bool {
    let is_listed = MAY_STAY
        .iter()
        .any(|listed| match listed.ends_with([':', '-']) {
            true => tag.starts_with(listed),
            false => tag == *listed,
        });
    // The file on the disk has times, and a profile says when it was made and by whom.
    let is_of_no_picture = tag.starts_with("System:") || tag.starts_with("ICC");
    is_listed && (is_of_no_picture || !MUST_GO.iter().any(|word| tag.contains(word)))
}

fn cleaned() -> BTreeMap<&'static str, Picture> {
    let cleaned = pictures().map(|(name, bytes)| {
        let picture = clean(bytes, PIXELS);
        (
            name,
            picture.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}")),
        )
    });
    cleaned.collect()
}

fn bytes<'a>(
    pictures: &'a BTreeMap<&'static str, Picture>,
) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    pictures
        .iter()
        .map(|(name, picture)| (*name, picture.bytes.as_slice()))
}

/// exiftool finds nothing in these files but what may stay.
pub fn tell_nothing<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> usize {
    let found = exiftool(folder_with(files).path());
    for (name, tags) in &found {
        // A profile that was broken stays so, and exiftool warns of it.
        let is_fine =
            |tag: &str| may_stay(tag) || (name.contains(".icc-") && tag == "ExifTool:Warning");
        let more: Vec<_> = tags.iter().filter(|(tag, _)| !is_fine(tag)).collect();
        assert!(more.is_empty(), "{name} still has {more:?}");
    }
    found.len()
}

#[test]
fn exiftool_finds_everything_before_and_nothing_afterwards() {
    let before = exiftool(folder_with(pictures()).path());
    let told = told();
    for (name, shown) in &told {
        let tags = &before[name];
        assert!(
            tags.keys().any(|tag| tag.starts_with(shown.as_str())),
            "{name} has no {shown}: {tags:?}"
        );
        assert!(
            tags.keys().any(|tag| !may_stay(tag)),
            "{name}: nothing would be missed in {tags:?}"
        );
    }
    let after = cleaned();
    for (name, bytes) in bytes(&after) {
        let secret = bytes.windows(6).any(|window| window == b"SECRET");
        assert!(!secret, "{name} still has something secret");
    }
    let looked_at = tell_nothing(bytes(&after));
    assert_eq!(looked_at, pictures().count());
    let tried = format!(
        "{looked_at} pictures of {} kinds, {} of them with metadata",
        plain().count(),
        told.len()
    );
    let security = concat!(env!("CARGO_MANIFEST_DIR"), "/SECURITY.md");
    let security = fs::read_to_string(security).unwrap();
    assert!(security.contains(&tried), "SECURITY.md should say: {tried}");
}

#[test]
fn when_a_photo_was_taken_is_told_of_every_format_that_exiftool_has_dated() {
    let taken = taken();
    for (name, expected) in &taken {
        let picture = clean(&CORPUS[name][..], PIXELS).unwrap();
        let told = picture.taken_at.map(|taken| taken.to_string());
        assert_eq!(told, *expected, "{name}");
        let again = clean(picture.bytes, PIXELS).unwrap();
        assert_eq!(again.taken_at, None, "{name}");
    }
    for format in [
        "baseline.taken.jpg",
        "rgb.taken.png",
        "animated.taken.png",
        "lossy.taken.webp",
        "animated.taken.webp",
    ] {
        assert!(taken.contains_key(format), "{format}");
    }
}

#[test]
fn what_pillow_shows_is_the_same_as_before() {
    let after = cleaned();
    let said = script(
        "compare.py",
        [
            folder_with(pictures()).path(),
            folder_with(bytes(&after)).path(),
        ],
    );
    assert_eq!(said, format!("{} compared\n", after.len()));
}

#[test]
fn what_is_clean_already_stays_as_it_is_byte_for_byte() {
    for (name, picture) in cleaned() {
        let again = clean(&picture.bytes[..], PIXELS).unwrap();
        assert!(again.bytes == picture.bytes, "{name}");
    }
}

#[test]
fn every_kind_of_picture_has_previews_that_tell_nothing_either() {
    let mut files = BTreeMap::new();
    for (name, picture) in cleaned() {
        let made = previews::make(&picture);
        let previews = match made {
            Ok(previews) => previews,
            // What can't be understood of a picture can't be shown smaller.
            Err(_) if name.contains(".icc-packed-") => continue,
            Err(reason) => panic!("{name}: {reason}"),
        };
        assert_eq!(previews.large.is_none(), picture.animated, "{name}");
        files.insert(
            name.rsplit_once('.').unwrap().0.to_owned() + "." + kind(&previews.small),
            previews.small,
        );
    }
    assert!(files.len() > plain().count());
    let files = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    tell_nothing(files);
}

fn kind(bytes: &[u8]) -> &'static str {
    picture::Kind::from_bytes(bytes).unwrap().extension()
}
