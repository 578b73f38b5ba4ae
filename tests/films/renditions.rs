//! Renditions of films that not every browser plays: what they are, that nothing is said in them, and what happens where ffmpeg or the
//! server ends in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::tempdir;
use video::{AudioCodec, Film, Kind, VideoCodec};

use super::posters::sleeping;
use super::{CLEAN, exiftool, may_stay, output};
use crate::aws::cloud::Cloud;
use crate::support::{Person, Server, command, previews, until};

pub const SETTING: &str = "SHARED_SPACES_PHOTOS__FFMPEG";

/// A film of a second that ffmpeg makes of a test picture with these arguments.
pub fn film(folder: &Path, name: &str, size: &str, arguments: &[&str]) -> Vec<u8> {
    let path = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i"]);
    ffmpeg.arg(format!("testsrc2=size={size}:rate=10:duration=1"));
    output(ffmpeg.args(arguments).arg(&path));
    fs::read(&path).unwrap()
}

/// Of a phone: HEVC with 10 bits, larger than what every browser plays, lying on its side, with sound.
fn of_a_phone(folder: &Path) -> Vec<u8> {
    let sound = ["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"];
    let picture = [
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none",
    ];
    let depth = ["-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"];
    film(
        folder,
        "phone.mp4",
        "2048x1152",
        &[&sound[..], &picture, &depth].concat(),
    );
    let (lying, turned) = (folder.join("phone.mp4"), folder.join("phone.mov"));
    let mut ffmpeg = Command::new("ffmpeg");
    // The side on which it lies is a matter of its head alone.
    ffmpeg.args(["-v", "error", "-y", "-i"]).arg(&lying);
    ffmpeg.args(["-c", "copy", "-metadata:s:v", "rotate=90", "-tag:v", "hvc1"]);
    output(ffmpeg.arg(&turned));
    fs::read(&turned).unwrap()
}

pub fn share(ann: &Person, space: &str, film: &[u8]) -> Value {
    let sent = ann.post_files(&format!("{space}/shares"), &[("file", film)]);
    sent.unwrap().json()
}

pub fn medium(ann: &Person, share: u32) -> Value {
    ann.get(&format!("/shares/{share}")).unwrap().json()["media"][0].clone()
}

/// Waits for the rendition of a share's film.
pub fn rendition(ann: &Person, share: u32) -> Value {
    until("the rendition", || {
        let medium = medium(ann, share);
        (!medium["rendition_url"].is_null()).then_some(medium)
    })
}

pub fn is_settled(data: &Path, name: &str) -> bool {
    let database = rusqlite::Connection::open(data.join("shared-spaces.db")).unwrap();
    let sql = "select rendition_due_at is null from photos where name = ?";
    database.query_row(sql, [name], |row| row.get(0)).unwrap()
}

fn probe(bytes: &[u8]) -> Film {
    video::probe(std::io::Cursor::new(bytes)).unwrap()
}

/// A program in the place of ffmpeg.
pub fn program(folder: &Path, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("ffmpeg");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// A server with this ffmpeg.
pub fn serve(folder: &Path, ffmpeg: &Path) -> Server {
    Server::start_with(folder, &[(SETTING, ffmpeg.to_str().unwrap())])
}

#[test]
fn a_film_of_a_phone_gets_a_rendition_that_every_browser_plays() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = of_a_phone(folder.path());
    assert_eq!(
        share(&ann, &space, &sent)["media"][0]["rendition_url"],
        Value::Null
    );
    let medium = rendition(&ann, 1);
    let played = ann.fetch(&medium["rendition_url"]);
    assert_eq!(played.status, 200);
    let film = probe(&played.bytes);
    assert_eq!(
        (film.kind, film.video, film.profile, film.audio),
        (
            Kind::Mp4,
            VideoCodec::H264,
            Some(100),
            Some(AudioCodec::Aac)
        )
    );
    // Upright, and no larger than it may be.
    assert_eq!((film.width, film.height), (1080, 1920));
    let end = played.bytes.len();
    let part = ann.fetch_range(&medium["rendition_url"], &format!("bytes=100-{}", end / 2));
    assert_eq!(
        (part.status, &part.bytes[..]),
        (206, &played.bytes[100..=end / 2])
    );
    // The film itself stays what it is, to be kept.
    assert_eq!(
        probe(&ann.fetch(&medium["url"]).bytes).video,
        VideoCodec::H265
    );

    let found = tempdir().unwrap();
    fs::write(found.path().join("rendition.mp4"), &played.bytes).unwrap();
    for (name, tags) in exiftool(found.path()) {
        let left: Vec<_> = tags
            .iter()
            .filter(|(tag, value)| !may_stay(tag, value))
            .collect();
        assert!(left.is_empty(), "{name} has {left:?}");
    }
    for words in [&b"Lavc"[..], b"Lavf", b"x264"] {
        assert!(
            !played
                .bytes
                .windows(words.len())
                .any(|window| window == words)
        );
    }
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args([
        "-v",
        "error",
        "-show_entries",
        "stream=pix_fmt",
        "-of",
        "csv=p=0",
    ]);
    let said = output(ffprobe.arg(found.path().join("rendition.mp4")));
    assert_eq!(said.lines().next(), Some("yuv420p"));
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error", "-i"])
        .arg(found.path().join("rendition.mp4"));
    output(ffmpeg.args(["-f", "null", "-"]));

    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    assert_eq!(previews(&folder.path().join("data")), [""; 0]);
    assert_eq!(ann.fetch(&medium["rendition_url"]).status, 404);
}

#[test]
fn each_film_of_the_corpus_ends_as_one_that_every_browser_plays() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let (clean, films) = &*CLEAN;
    for name in films.keys() {
        share(&ann, &space, &fs::read(clean.path().join(name)).unwrap());
    }
    let data = folder.path().join("data");
    until("every film to be looked at", || {
        let database = rusqlite::Connection::open(data.join("shared-spaces.db")).unwrap();
        let sql = "select count(*) from photos where rendition_due_at is not null";
        let left: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
        (left == 0).then_some(())
    });
    let (mut made, mut wanted) = (0, 0);
    for (at, (name, film)) in films.iter().enumerate() {
        let medium = medium(&ann, u32::try_from(at + 1).unwrap());
        let plays = film.kind != Kind::WebM
            && film.video == VideoCodec::H264
            && film.hdr.is_none()
            && matches!(film.profile, Some(66 | 77 | 100))
            && matches!(film.audio, None | Some(AudioCodec::Aac));
        if plays {
            assert_eq!(medium["rendition_url"], Value::Null, "{name}");
            continue;
        }
        wanted += 1;
        if medium["rendition_url"].is_null() {
            continue;
        }
        made += 1;
        let rendition = probe(&ann.fetch(&medium["rendition_url"]).bytes);
        assert_eq!(rendition.video, VideoCodec::H264, "{name}");
        assert_eq!(rendition.audio.is_some(), film.audio.is_some(), "{name}");
    }
    assert!(wanted > 3 && made * 10 >= wanted * 8, "{made} of {wanted}");
}

#[test]
fn what_ffmpeg_dies_of_is_tried_once_and_what_ends_with_the_server_is_tried_again() {
    let folder = tempdir().unwrap();
    let dead = tempdir().unwrap();
    let ffmpeg = program(dead.path(), "exit 1");
    let server = serve(folder.path(), &ffmpeg);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = film(folder.path(), "a.webm", "64x48", &["-c:v", "libvpx"]);
    share(&ann, &space, &sent);
    let data = folder.path().join("data");
    super::served::wait_until_moved(&data, 1);
    // It can't make anything of the sample either, so nothing is said of the film.
    assert!(!is_settled(&data, "1-1.webm"));
    server.process.kill();

    // It makes the sample, and dies of everything else.
    let sample = "case \"$*\" in *' mov '*) exec /usr/bin/ffmpeg \"$@\";; esac; exit 1";
    let ffmpeg = program(dead.path(), sample);
    let server = serve(folder.path(), &ffmpeg);
    let ann = ann.at(&server);
    // After a kill, the ids that were reserved are left out.
    let id = |share: Value| u32::try_from(share["id"].as_u64().unwrap()).unwrap();
    let second = id(share(&ann, &space, &sent));
    until("the film to be given up", || {
        is_settled(&data, &format!("1-{second}.webm")).then_some(())
    });
    assert_eq!(medium(&ann, second)["rendition_url"], Value::Null);
    assert_eq!(
        previews(&data)
            .iter()
            .filter(|file| file.ends_with(".rendition"))
            .count(),
        0
    );
    server.process.kill();

    // It never ends, until the server does.
    let long = format!("87{}", std::process::id());
    let hangs = format!(
        "case \"$*\" in *mjpeg*) exit 1;; *' mov '*) exec /usr/bin/ffmpeg \"$@\";; esac; echo part; exec sleep {long}"
    );
    let ffmpeg = program(dead.path(), &hangs);
    let server = serve(folder.path(), &ffmpeg);
    let ann = ann.at(&server);
    let third = id(share(&ann, &space, &sent));
    until("ffmpeg to run", || (sleeping(&long) == 1).then_some(()));
    server.process.kill();
    until("ffmpeg to end", || (sleeping(&long) == 0).then_some(()));
    assert!(!is_settled(&data, &format!("1-{third}.webm")));
    assert_eq!(fs::read_dir(data.join("photos/temp")).unwrap().count(), 0);
}

#[test]
fn a_film_that_another_worker_has_is_left_to_it() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = film(folder.path(), "a.webm", "64x48", &["-c:v", "libvpx"]);
    let data = folder.path().join("data");
    let claim = data.join("photos/previews/space-id-1/1.webm.rendition-claim");
    fs::create_dir_all(claim.parent().unwrap()).unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    fs::write(&claim, format!("another {}", now + 290_000)).unwrap();
    share(&ann, &space, &sent);
    super::served::wait_until_moved(&data, 1);
    // The second is made after the first was looked at.
    share(&ann, &space, &sent);
    rendition(&ann, 2);
    assert_eq!(medium(&ann, 1)["rendition_url"], Value::Null);
    assert!(!is_settled(&data, "1-1.webm"));
    let left = previews(&data);
    let claims: Vec<_> = left.iter().filter(|file| file.contains("claim")).collect();
    assert_eq!(claims.len(), 1, "{left:?}");
}

#[test]
fn two_workers_without_a_database_make_one_rendition_in_s3() {
    let cloud = Cloud::new();
    let server = cloud.server(&[]);
    let workers = [cloud.worker(), cloud.worker()];
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = film(cloud.folder(), "a.webm", "64x48", &["-c:v", "libvpx"]);
    let plain = film(
        cloud.folder(),
        "b.mp4",
        "64x48",
        &["-c:v", "libx264", "-pix_fmt", "yuv420p"],
    );
    share(&ann, &space, &plain);
    share(&ann, &space, &sent);
    let medium = rendition(&ann, 2);
    let played = ann.fetch(&medium["rendition_url"]);
    assert_eq!(probe(&played.bytes).video, VideoCodec::H264);
    assert_eq!(ann.delete("/shares/2").unwrap().status, 200);
    let left = cloud.previews();
    assert!(
        left.iter()
            .all(|key| !key.contains("webm") && !key.contains("claim")),
        "{left:?}"
    );
    for worker in workers {
        worker.kill();
    }
}

#[test]
fn what_was_made_of_a_film_is_verified_and_made_again_on_request() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = film(folder.path(), "a.webm", "64x48", &["-c:v", "libvpx"]);
    for share_id in 1..=3 {
        share(&ann, &space, &sent);
        rendition(&ann, share_id);
        until("its poster to be seen", || {
            let medium = medium(&ann, share_id);
            (!medium["placeholder"].is_null()).then_some(())
        });
    }
    let data = folder.path().join("data");
    let file = |name: &str| data.join("photos/previews/space-id-1").join(name);
    let verify = |options: &[&str]| {
        let arguments = [&["photos", "verify"], options].concat();
        let done = crate::support::run(folder.path(), &arguments, "");
        let said = String::from_utf8(done.stdout).unwrap();
        (done.status.code(), said)
    };
    assert_eq!(verify(&["--previews"]).0, Some(0));
    let whole = fs::read(file("1.webm.rendition")).unwrap();
    fs::write(file("1.webm.rendition"), &whole[..100]).unwrap();
    fs::remove_file(file("2.webm.rendition")).unwrap();
    fs::write(file("2.webm.poster"), "").unwrap();
    fs::remove_file(file("3.webm.poster")).unwrap();
    let (code, said) = verify(&["--previews"]);
    assert_eq!(code, Some(1), "{said}");
    let length = format!(
        "is intact, but its rendition has 100 bytes, not {}",
        whole.len()
    );
    for words in [
        length.as_str(),
        "1-2.webm, of share 2 in space 1, is intact, but its rendition is missing",
        "1-2.webm, of share 2 in space 1, is intact, but its poster is empty",
        "1-3.webm, of share 3 in space 1, is intact, but its poster is missing",
        "2 damaged posters, 2 damaged renditions.",
    ] {
        assert!(said.contains(words), "{words:?} isn't in {said}");
    }
    // Only old films are sent to a worker again; these are, once they are that old.
    let database = rusqlite::Connection::open(data.join("shared-spaces.db")).unwrap();
    let age = "update photos set created_at = created_at - 3600000";
    database.execute(age, []).unwrap();
    let (code, said) = verify(&["--repair-previews"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("4 of these made again."), "{said}");
    assert!(fs::read(file("2.webm.poster")).unwrap().len() > 100);
    for share_id in [1, 2] {
        let medium = rendition(&ann, share_id);
        let played = ann.fetch(&medium["rendition_url"]);
        assert_eq!(probe(&played.bytes).video, VideoCodec::H264);
    }
    assert_eq!(verify(&["--previews"]).0, Some(0));
}

#[test]
fn the_doctor_says_what_it_costs_that_there_is_no_ffmpeg() {
    let folder = tempdir().unwrap();
    let doctor = |ffmpeg: &str| {
        let mut doctor = command(folder.path(), &["doctor"]);
        doctor.env(SETTING, ffmpeg);
        String::from_utf8(crate::support::output(doctor, "").stdout).unwrap()
    };
    let off = doctor("off");
    assert!(
        off.contains("films of phones in HEVC play only on some devices, because photos.ffmpeg"),
        "{off}"
    );
    let broken = program(folder.path(), "exit 1");
    let broken = doctor(broken.to_str().unwrap());
    assert!(broken.contains("could make none of a sample"), "{broken}");
}
