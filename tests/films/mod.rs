//! Films of every kind, with words wherever a film can say something, as a script makes them: what exiftool, ffprobe and
//! mediainfo find in them once they are clean, and that picture and sound are the same.

mod bounds;
mod hdr;
mod posters;
mod renditions;
mod served;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use tempfile::TempDir;
use video::{Film, Plan, Rotation};

const SECRET: &[u8] = b"SECRET";

/// Made once for all tests of this binary.
static CORPUS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/films/corpus.py");
    output(Command::new("python3").arg(script).arg(folder.path()));
    folder
});

/// The films that can be cleaned, clean, in a folder, with what they are.
static CLEAN: LazyLock<(TempDir, BTreeMap<String, Film>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let films = names(|name| !name.contains(".refused.")).map(|name| {
        let plan = Plan::new(File::open(CORPUS.path().join(&name)).unwrap());
        let plan = plan.unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = folder.path().join(&name);
        let length = plan.length();
        let summary = plan.write(File::create(&path).unwrap());
        let summary = summary.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            (summary.length, length),
            (length, fs::metadata(&path).unwrap().len())
        );
        (name, summary.film)
    });
    let films = films.collect();
    (folder, films)
});

fn names(wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let files = fs::read_dir(CORPUS.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(move |name| wanted(name))
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}: scripts/needs installs it"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

/// What exiftool finds in the films of a folder, by their names.
fn exiftool(folder: &Path) -> BTreeMap<String, Map<String, Value>> {
    let options = [
        "-quiet",
        "-json",
        "-G1",
        "-a",
        "-U",
        "-ee",
        "-api",
        "largefilesupport=1",
    ];
    let mut command = Command::new("exiftool");
    let said = output(command.args(options).arg(folder));
    let found: Vec<Map<String, Value>> = serde_json::from_str(&said).unwrap();
    let by_name = found.into_iter().map(|tags| {
        let path = PathBuf::from(tags["SourceFile"].as_str().unwrap());
        (path.file_name().unwrap().to_str().unwrap().to_owned(), tags)
    });
    by_name.collect()
}

/// Whether a tag that exiftool finds says nothing but what the film is.
fn may_stay(tag: &str, value: &Value) -> bool {
    let (group, name) = tag.split_once(':').unwrap_or((tag, ""));
    let is_of_the_file = matches!(
        group,
        "SourceFile" | "ExifTool" | "System" | "File" | "Composite"
    );
    let is_of_the_film = matches!(group, "QuickTime" | "Matroska") || group.starts_with("Track");
    let value = value.to_string();
    let value = value.trim_matches('"');
    let is_nothing = value.is_empty() || value.starts_with("0000:00:00") || value == "und";
    let says_something = [
        "Date", "Language", "Title", "App", "Name", "Vendor", "Handler", "UID", "Comment",
        "Author", "GPS", "Make", "Model", "Software", "XMP", "Location", "Thumb", "Tag", "Warning",
        "Keys",
    ];
    // Kinds of handlers, as players need them.
    let is_kind = matches!(name, "HandlerType" | "HandlerClass");
    let says = says_something.iter().any(|word| name.contains(word));
    is_of_the_file || is_of_the_film && (is_nothing || is_kind || !says)
}

#[test]
fn exiftool_finds_much_before_and_nothing_afterwards() {
    let (folder, films) = &*CLEAN;
    let before = exiftool(CORPUS.path());
    let after = exiftool(folder.path());
    assert_eq!(after.len(), films.len());
    for (name, tags) in &after {
        let said = before[name]
            .iter()
            .filter(|(tag, value)| !may_stay(tag, value));
        assert!(said.count() > 0, "{name}: nothing would be missed");
        let left: Vec<_> = tags
            .iter()
            .filter(|(tag, value)| !may_stay(tag, value))
            .collect();
        assert!(left.is_empty(), "{name} still has {left:?}");
    }
}

#[test]
fn no_word_is_left_anywhere() {
    let (folder, films) = &*CLEAN;
    for name in films.keys() {
        let contains = |folder: &Path, words: &[u8]| {
            let bytes = fs::read(folder.join(name)).unwrap();
            bytes.windows(words.len()).any(|window| window == words)
        };
        assert!(
            contains(CORPUS.path(), SECRET),
            "{name}: nothing would be missed"
        );
        for words in [
            SECRET,
            b"52.52",
            b"+52.5",
            b"Lavc",
            b"Lavf",
            b"x264",
            b"x265",
            b"com.apple",
        ] {
            let words_shown = String::from_utf8_lossy(words);
            assert!(
                !contains(folder.path(), words),
                "{name} still has {words_shown}"
            );
        }
    }
}

#[test]
fn ffprobe_finds_only_picture_and_sound_and_no_tags() {
    let (folder, films) = &*CLEAN;
    for (name, film) in films {
        let mut command = Command::new("ffprobe");
        command.args([
            "-v",
            "error",
            "-print_format",
            "json",
            "-show_format",
            "-show_streams",
            "-show_chapters",
        ]);
        let said = output(command.arg(folder.path().join(name)));
        let said: Value = serde_json::from_str(&said).unwrap();
        let streams = said["streams"].as_array().unwrap();
        assert_eq!(
            streams.len(),
            1 + usize::from(film.audio.is_some()),
            "{name}"
        );
        assert_eq!(said["chapters"], Value::Array(Vec::new()), "{name}");
        for part in streams.iter().chain([&said["format"]]) {
            let Some(tags) = part["tags"].as_object() else {
                continue;
            };
            for (tag, value) in tags {
                let value = value.as_str().unwrap().trim_end();
                // The tags of MP4 that players need, and of WebM that mustn't be missing.
                let is_fine = match tag.as_str() {
                    "major_brand" | "minor_version" | "compatible_brands" => true,
                    "DURATION" => false,
                    _ => matches!(value, "" | "und" | "[0][0][0][0]"),
                };
                // Where a WebM has no language, it is English by definition.
                let is_fine =
                    is_fine || (tag == "language" && value == "eng" && name.ends_with("webm"));
                assert!(is_fine, "{name}: {tag}={value}");
            }
        }
        let shown = &streams[0];
        let side = |side: &str| u32::try_from(shown[side].as_u64().unwrap()).unwrap();
        if film.rotation == Rotation::None && !name.contains("anamorphic") {
            assert_eq!(
                (side("width"), side("height")),
                (film.width, film.height),
                "{name}"
            );
        }
    }
}

#[test]
fn mediainfo_finds_nothing_but_the_film() {
    let (folder, films) = &*CLEAN;
    for name in films.keys() {
        let said = output(
            Command::new("mediainfo")
                .arg("--Full")
                .arg(folder.path().join(name)),
        );
        for line in said.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let says = [
                "Encoded",
                "Tagged",
                "Writing",
                "Title",
                "Comment",
                "Recorded",
                "Description",
            ];
            // A track of a WebM must have one: that is its number.
            let is_unique = field.starts_with("Unique ID") && !matches!(value.trim(), "1" | "2");
            let says = is_unique || says.iter().any(|word| field.starts_with(word));
            // The name of the program in Vorbis is made of spaces.
            let says = says && !value.trim().is_empty();
            assert!(!says, "{name}: {line}");
        }
        // The file itself has a name and a time.
        assert!(!said.contains("SECRET"), "{name}: {said}");
    }
}

/// The sums of all pictures and of all sound, decoded.
fn decoded(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "quiet", "-i"]).arg(path);
    command.args([
        "-map",
        "0:v:0",
        "-map",
        "0:a?",
        "-vsync",
        "passthrough",
        "-f",
        "streamhash",
        "-hash",
        "md5",
        "-",
    ]);
    output(&mut command)
}

#[test]
fn picture_and_sound_are_the_same_bit_for_bit() {
    let (folder, films) = &*CLEAN;
    for (name, film) in films {
        let clean = decoded(&folder.path().join(name));
        assert_eq!(
            clean.lines().count(),
            1 + usize::from(film.audio.is_some()),
            "{name}: {clean}"
        );
        // What was filled with words was made of the plain one.
        let plain = CORPUS.path().join(name.replace("filled-", "plain-"));
        assert_eq!(clean, decoded(&plain), "{name}");
    }
}

#[test]
fn how_a_film_is_turned_and_how_wide_its_pixels_are_is_told() {
    let films = &CLEAN.1;
    for (name, rotation, size) in [
        ("plain-avc-aac.mp4", Rotation::None, (64, 48)),
        ("filled-avc-turned.mp4", Rotation::Quarter, (48, 64)),
        ("filled-avc-turned.mov", Rotation::ThreeQuarters, (48, 64)),
        ("filled-avc-upside-down.mp4", Rotation::Half, (64, 48)),
        ("plain-avc-anamorphic.mp4", Rotation::None, (85, 48)),
    ] {
        let film = &films[name];
        assert_eq!(
            (film.rotation, (film.width, film.height)),
            (rotation, size),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_cleaned_is_refused_with_its_reason() {
    let mut count = 0;
    for name in names(|name| name.contains(".refused.")) {
        let expected = name.split('.').nth(1).unwrap();
        let error = video::probe(File::open(CORPUS.path().join(&name)).unwrap()).unwrap_err();
        assert_eq!(error.refusal().unwrap().code(), expected, "{name}");
        count += 1;
    }
    assert!(count > 5, "only {count}");
}
