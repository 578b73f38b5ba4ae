//! Films at a real server: what is stored of them, how they play, and that they come back from wherever they were kept.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;

use super::{CLEAN, CORPUS, SECRET, output};
use crate::aws::cloud::Cloud;
use crate::backup::memory::{MIB, peak_memory};
use crate::support::{Person, Server, files, photos, picture, previews, succeeds, until};

/// Photos in S3 instead of on the disk.
const TO_S3: [&str; 4] = ["photos", "move", "--to", "s3"];
const LOCAL: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "local"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];
const S3: [(&str, &str); 2] = [
    ("SHARED_SPACES_PHOTOS__STORE", "s3"),
    ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
];

fn share(person: &Person, space: &str, film: &[u8], poster: &[u8]) -> Value {
    let sent = person.post_files(
        &format!("{space}/shares"),
        &[("file", film), ("poster", poster)],
    );
    let reply = sent.unwrap();
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.bytes)
    );
    reply.json()
}

/// Waits until everything is where it belongs, with its previews.
pub fn wait_until_moved(data: &Path, count: usize) {
    until("the films to be moved and their previews made", || {
        let moved = photos(data);
        let are_moved = moved.len() == count && moved.iter().all(|file| file.starts_with("space"));
        let small = previews(data)
            .iter()
            .filter(|file| file.ends_with(".small"))
            .count();
        (are_moved && small == count).then_some(())
    });
}

/// A film of some 25 MiB: more than is sent to S3 in one piece, and more than is ever in memory.
fn large(folder: &Path) -> Vec<u8> {
    let path = folder.join("large.mp4");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-f", "lavfi", "-i"]);
    ffmpeg.arg("nullsrc=s=640x360:d=3,geq=random(1)*255:128:128");
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0"]);
    output(ffmpeg.arg(&path));
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.len() as u64 > 20 * MIB, "{}", bytes.len());
    bytes
}

#[test]
fn what_is_stored_of_each_film_is_what_the_tools_found_nothing_in() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let (clean, films) = &*CLEAN;
    let mut shares = Vec::new();
    for name in films.keys() {
        let film = fs::read(CORPUS.path().join(name)).unwrap();
        shares.push((name, share(&ann, &space, &film, &picture(24, 1))));
    }
    let data = folder.path().join("data");
    wait_until_moved(&data, films.len());
    for (name, share) in shares {
        let medium = &share["media"][0];
        let expected = fs::read(clean.path().join(name)).unwrap();
        assert_eq!(ann.fetch(&medium["url"]).bytes, expected, "{name}");
        let film = &films[name];
        assert_eq!(
            (medium["width"].as_u64(), medium["height"].as_u64()),
            (Some(film.width.into()), Some(film.height.into())),
            "{name}"
        );
        let long = film.duration.map(|long| long.as_millis());
        let told = medium["duration_seconds"].as_f64();
        let told = told.map(|seconds| (seconds * 1000.0).round() as u128);
        assert_eq!(told, long, "{name}");
    }
    server.process.terminate();
    assert!(server.process.wait().success());
    for file in files(&data) {
        let bytes = fs::read(data.join(&file)).unwrap();
        let is_told = bytes.windows(SECRET.len()).any(|window| window == SECRET);
        assert!(!is_told, "{file} still has a word of a film");
    }
}

#[test]
fn a_film_and_its_poster_come_back_from_a_backup_and_are_missed_if_they_are_gone() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let film = fs::read(CLEAN.0.path().join(CLEAN.1.keys().next().unwrap())).unwrap();
    let poster = picture(60, 7);
    let shared = share(&ann, &space, &film, &poster);
    let data = folder.join("data");
    wait_until_moved(&data, 1);
    let shown = ann.fetch(&shared["image_url"]).bytes;
    for to in ["place", "place/one.tar.zst"] {
        fs::create_dir_all(folder.join("place")).unwrap();
        succeeds(folder, &["backup", to], "");
    }
    let said = succeeds(folder, &["photos", "verify"], "");
    assert!(said.contains("2"), "{said}");
    server.process.terminate();
    assert!(server.process.wait().success());
    let posters = |data: &Path| {
        let mut found = previews(data);
        found.retain(|file| file.ends_with(".poster"));
        found
    };
    let [lost] = &posters(&data)[..] else {
        panic!("there is one poster")
    };
    for archive in ["place", "place/one.tar.zst"] {
        let other = tempdir().unwrap();
        let archive = folder.join(archive);
        succeeds(other.path(), &["restore", archive.to_str().unwrap()], "");
        let server = Server::start(other.path());
        let ann = ann.at(&server);
        let share = ann.get("/shares/1").unwrap().json();
        assert_eq!(ann.fetch(&share["image_url"]).bytes, shown);
        assert_eq!(ann.fetch(&share["media"][0]["url"]).bytes, film);
        wait_until_moved(&other.path().join("data"), 1);
    }
    fs::remove_file(data.join("photos/previews").join(lost)).unwrap();
    let verify = crate::support::run(folder, &["photos", "verify"], "");
    assert!(!verify.status.success());
    let said = String::from_utf8_lossy(&verify.stdout).into_owned();
    assert!(said.contains(".poster"), "{said}");
}

#[test]
fn a_large_film_plays_in_parts_from_s3_and_little_of_it_is_in_memory() {
    let cloud = Cloud::new();
    let film = large(cloud.folder());
    let poster = picture(60, 7);
    let server = cloud.server(&[]);
    let worker = cloud.worker();
    let ann = server.person("ann");
    let space = ann.space("Family");
    ann.share_photo(&space, &picture(24, 1));
    until("the first photo", || {
        (cloud.previews().len() == 2).then_some(())
    });
    let before = peak_memory(server.process.id()).unwrap();
    let shared = share(&ann, &space, &film, &poster);
    let medium = &shared["media"][0];
    let whole = ann.fetch(&medium["url"]).bytes;
    let plays = || {
        let end = whole.len();
        for (range, expected) in [
            ("bytes=0-1".to_owned(), &whole[..2]),
            (
                format!("bytes={}-{}", end / 2, end / 2 + 99),
                &whole[end / 2..end / 2 + 100],
            ),
            ("bytes=-10".to_owned(), &whole[end - 10..]),
        ] {
            let part = ann.fetch_range(&medium["url"], &range);
            assert_eq!((part.status, &part.bytes[..]), (206, expected), "{range}");
        }
    };
    plays();
    until("the film and its previews", || {
        (cloud.previews().len() >= 5).then_some(())
    });
    plays();
    assert_eq!(ann.fetch(&medium["url"]).bytes, whole);
    assert!(ann.fetch(&shared["image_url"]).status == 200);
    // Two parts on their way to S3, and what cleaning has.
    let more = peak_memory(server.process.id())
        .unwrap()
        .saturating_sub(before);
    assert!(more < 64 * MIB, "{} MiB more", more / MIB);
    assert_eq!(ann.delete("/shares/2").unwrap().status, 200);
    assert_eq!(cloud.previews().len(), 2);
    worker.kill();
}

#[test]
fn a_film_goes_to_s3_with_its_poster() {
    let cloud = Cloud::new();
    let film = fs::read(CLEAN.0.path().join(CLEAN.1.keys().next().unwrap())).unwrap();
    let server = cloud.server(&LOCAL);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let shared = share(&ann, &space, &film, &picture(60, 7));
    let shown = ann.fetch(&shared["image_url"]).bytes;
    wait_until_moved(&cloud.folder().join("data"), 1);
    server.process.terminate();
    assert!(server.process.wait().success());
    let said = cloud.succeeds(&TO_S3, &S3);
    assert!(said.starts_with("Copied to S3: 2."), "{said}");
    assert_eq!(files(&cloud.folder().join("data/photos")), [""; 0]);
    let server = cloud.server(&S3);
    let ann = ann.at(&server);
    let share = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&share["image_url"]).bytes, shown);
    assert_eq!(ann.fetch(&share["media"][0]["url"]).bytes, film);
}

#[test]
fn a_film_without_a_poster_gets_one_where_ffmpeg_is_and_none_where_it_is_not() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let (clean, films) = &*CLEAN;
    for name in films.keys() {
        let film = fs::read(clean.path().join(name)).unwrap();
        let sent = ann.post_files(&format!("{space}/shares"), &[("file", &film)]);
        let share = sent.unwrap().json();
        assert_eq!(share["image_url"], Value::Null);
    }
    let data = folder.path().join("data");
    wait_until_moved(&data, films.len());
    let listed = ann.get(&format!("{space}/images")).unwrap().json();
    let mut shown = 0;
    for row in listed.as_array().unwrap() {
        if row["image_url"].is_null() {
            continue;
        }
        let poster = ann.fetch(&row["image_url"]).bytes;
        let medium = &row["media"];
        let image = image::load_from_memory(&poster).unwrap();
        let [wide, high] = ["width", "height"].map(|side| medium[side].as_u64().unwrap());
        let proportion =
            f64::from(image.width()) * high as f64 / (f64::from(image.height()) * wide as f64);
        assert!((0.8..1.25).contains(&proportion), "{medium}: {proportion}");
        assert!(!poster.windows(4).any(|window| window == b"Lavc"));
        shown += 1;
    }
    assert!(shown * 10 >= films.len() * 8, "{shown} of {}", films.len());
    server.process.terminate();
    assert!(server.process.wait().success());

    let folder = tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("PATH", "/nowhere")]);
    let ann = server.person("bob");
    let space = ann.space("Family");
    let film = fs::read(clean.path().join(films.keys().next().unwrap())).unwrap();
    ann.post_files(&format!("{space}/shares"), &[("file", &film)])
        .unwrap();
    wait_until_moved(&folder.path().join("data"), 1);
    let share = ann.get("/shares/1").unwrap().json();
    assert_eq!(share["image_url"], Value::Null);
}
