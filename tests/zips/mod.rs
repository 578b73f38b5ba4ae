//! ZIPs as they are streamed: what Info-ZIP, 7-Zip, bsdtar and Python find in them, small, of more than 4 GiB, and of more files
//! than short numbers can count.

// As the server sends them.
mod served;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use zip::{Check, Entry, Modified, Part, Plan};

const WHEN: Modified = Modified {
    year: 2019,
    month: 8,
    day: 17,
    hour: 12,
    minute: 34,
    second: 56,
};

/// A file of a test: nothing but zeros where it is long.
enum Content {
    Bytes(Vec<u8>),
    Zeros(u64),
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Zeros(length) => *length,
        }
    }

    fn crc32(&self) -> u32 {
        match self {
            Self::Bytes(bytes) => crc32fast::hash(bytes),
            Self::Zeros(length) => zeros(*length).finalize(),
        }
    }
}

/// The checksum of this many zeros, combined from halves.
fn zeros(length: u64) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    if length < 1024 {
        hasher.update(&vec![0; usize::try_from(length).unwrap()]);
        return hasher;
    }
    hasher = zeros(length / 2);
    let same = hasher.clone();
    hasher.combine(&same);
    hasher.combine(&zeros(length % 2));
    hasher
}

/// A ZIP in a folder of its own; zeros are a hole in it.
fn written(files: &[(&str, Content)]) -> (TempDir, PathBuf, Plan) {
    let entries = files.iter().map(|(name, content)| Entry {
        name: (*name).to_owned(),
        length: content.length(),
        crc32: content.crc32(),
        modified: WHEN,
    });
    let plan = Plan::new(entries).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photos.zip");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    for part in plan.parts() {
        match part {
            Part::Bytes(bytes) => file.write_all(&bytes).unwrap(),
            Part::File { index, range } => match &files[index].1 {
                Content::Bytes(bytes) => {
                    Check::new(&plan.entries()[index]).update(bytes).unwrap();
                    file.write_all(bytes).unwrap();
                }
                Content::Zeros(length) => {
                    assert_eq!(range, 0..*length);
                    file.seek(SeekFrom::Current(i64::try_from(*length).unwrap()))
                        .unwrap();
                }
            },
        }
    }
    file.flush().unwrap();
    assert_eq!(file.get_ref().metadata().unwrap().len(), plan.length());
    (folder, path, plan)
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}: scripts/needs installs it"));
    let complaints = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {complaints}{said}");
    assert!(complaints.is_empty(), "{command:?}: {complaints}");
    said.into_owned()
}

/// In a locale that has the letters of names.
fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Every program reads every file, and compares it with its checksum.
fn everybody_reads(path: &Path, files: usize) {
    let said = run(program("unzip").args(["-tq"]).arg(path));
    assert!(said.starts_with("No errors detected"), "{said}");
    let said = run(program("7z").arg("t").arg(path));
    assert!(
        said.contains("Everything is Ok") && !said.contains("Warning"),
        "{said}"
    );
    let mut command = program("bsdtar");
    let extracted = command
        .arg("-xOf")
        .arg(path)
        .stdout(std::process::Stdio::null());
    run(extracted);
    let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint(len(z.namelist()), z.testzip())";
    let said = run(program("python3").args(["-c", script]).arg(path));
    assert_eq!(said, format!("{files} None\n"));
}

/// The names, lengths and times that Python finds.
fn listed(path: &Path) -> BTreeMap<String, String> {
    let script = "import sys, zipfile\nfor one in zipfile.ZipFile(sys.argv[1]).infolist():\n print(one.filename, one.file_size, one.date_time, sep='\\t')";
    let said = run(program("python3")
        .args(["-X", "utf8", "-c", script])
        .arg(path));
    let lines = said.lines().map(|line| line.split_once('\t').unwrap());
    lines
        .map(|(name, rest)| (name.to_owned(), rest.to_owned()))
        .collect()
}

const NAMES: [&str; 6] = [
    "Grüße vom See.jpg",
    "東京.jpg",
    "🏖 Strand.jpg",
    "IMG_1.jpg",
    "img_1.JPG",
    "../../a:b.mov",
];

#[test]
fn small_zips_are_unpacked_with_their_names_and_times() {
    let files = NAMES.map(|name| (name, Content::Bytes(name.repeat(100).into_bytes())));
    let (folder, path, plan) = written(&files);
    everybody_reads(&path, NAMES.len());
    let listed = listed(&path);
    assert_eq!(listed.len(), NAMES.len());
    for (entry, (_, content)) in plan.entries().iter().zip(&files) {
        let expected = format!("{}\t(2019, 8, 17, 12, 34, 56)", content.length());
        assert_eq!(listed[&entry.name], expected);
    }
    for (unpacker, into) in [("unzip", "-d"), ("bsdtar", "-C"), ("7z", "-o")] {
        let target = folder.path().join(unpacker);
        std::fs::create_dir(&target).unwrap();
        let mut command = program(unpacker);
        match unpacker {
            "unzip" => command.arg("-q").arg(&path).arg(into).arg(&target),
            "bsdtar" => command.arg("-xf").arg(&path).arg(into).arg(&target),
            _ => command
                .arg("x")
                .arg(&path)
                .arg(format!("{into}{}", target.display())),
        };
        run(&mut command);
        for (entry, (_, content)) in plan.entries().iter().zip(&files) {
            let Content::Bytes(bytes) = content else {
                panic!("it is small")
            };
            let unpacked = std::fs::read(target.join(&entry.name));
            assert!(unpacked.unwrap() == *bytes, "{unpacker}: {}", entry.name);
        }
    }
}

#[test]
fn a_film_of_more_than_four_gigabytes_between_two_photos_is_read() {
    let long = Content::Zeros((1 << 32) + 12_345);
    let photo = |word: &str| Content::Bytes(word.repeat(1000).into_bytes());
    let (_folder, path, plan) = written(&[
        ("before.jpg", photo("a")),
        ("film.mov", long),
        ("behind.jpg", photo("b")),
    ]);
    assert!(plan.length() > 1 << 32);
    // Reading all of it takes a while: one program compares it, the others list it.
    let said = run(program("unzip").args(["-tq"]).arg(&path));
    assert!(said.starts_with("No errors detected"), "{said}");
    let said = run(program("7z").arg("l").arg(&path));
    assert!(
        said.contains("4294979641") && said.contains("3 files"),
        "{said}"
    );
    let said = run(program("bsdtar").arg("-tf").arg(&path));
    assert_eq!(said, "before.jpg\nfilm.mov\nbehind.jpg\n");
    assert_eq!(
        listed(&path)["film.mov"].split('\t').next(),
        Some("4294979641")
    );
}

#[test]
fn seventy_thousand_files_of_one_name_are_read() {
    let files: Vec<_> = (0..70_000_u32)
        .map(|number| {
            (
                "IMG_0001.jpg",
                Content::Bytes(number.to_le_bytes().to_vec()),
            )
        })
        .collect();
    let (_folder, path, _) = written(&files);
    everybody_reads(&path, files.len());
    assert_eq!(listed(&path).len(), files.len());
}

#[test]
fn an_empty_zip_is_one() {
    let (_folder, path, plan) = written(&[]);
    assert_eq!(plan.length(), 22);
    assert!(listed(&path).is_empty());
}
