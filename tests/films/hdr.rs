//! Films in HDR: their renditions and posters have the light of ordinary screens, where a known gray is a gray and white is white.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::output;
use super::renditions::{film, rendition, share};
use crate::support::{Server, until};

/// A film of one colour: of gray as a share of the whole signal, which is written as it is.
fn gray(folder: &Path, name: &str, transfer: &str, signal: f64) -> Vec<u8> {
    // Of ten bits within the range of films.
    let luma = (64.0 + signal * 876.0).round();
    let source = format!(
        "color=black:size=64x48:rate=10:duration=1,format=yuv420p10le,lutyuv=y={luma}:u=512:v=512"
    );
    let path = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", &source]);
    ffmpeg.args([
        "-c:v",
        "libx265",
        "-x265-params",
        "log-level=none",
        "-tag:v",
        "hvc1",
    ]);
    ffmpeg.args(["-color_primaries", "bt2020", "-colorspace", "bt2020nc"]);
    output(
        ffmpeg
            .args([
                "-colorspace",
                "bt2020nc",
                "-color_trc",
                transfer,
                "-color_range",
                "tv",
            ])
            .arg(&path),
    );
    fs::read(path).unwrap()
}

/// How bright the first picture of a file is on a screen, from 0 to 1.
fn brightness(folder: &Path, bytes: &[u8]) -> f64 {
    let path = folder.join("shown");
    fs::write(&path, bytes).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(&path);
    ffmpeg.args(["-frames:v", "1", "-vf", "scale=1:1:flags=area,format=gray"]);
    let raw = ffmpeg.args(["-f", "rawvideo", "-"]).output().unwrap();
    assert_eq!(raw.stdout.len(), 1, "{raw:?}");
    f64::from(raw.stdout[0]) / 255.0
}

#[test]
fn gray_is_gray_and_white_is_white_in_what_is_made_of_hdr() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    // By ITU-R BT.2408, a gray card (18 %) is at 38 % of the signal, and white at 75 % in HLG and at 58 % in PQ.
    let films = [
        ("arib-std-b67", 0.38, 0.36..0.52),
        ("arib-std-b67", 0.75, 0.80..1.0),
        ("smpte2084", 0.38, 0.36..0.52),
        ("smpte2084", 0.58, 0.80..1.0),
        ("smpte2084", 0.0, 0.0..0.03),
    ];
    for (at, (transfer, signal, expected)) in (1..).zip(films) {
        let sent = gray(folder.path(), "hdr.mov", transfer, signal);
        let probed = video::probe(std::io::Cursor::new(&sent)).unwrap();
        assert!(probed.hdr.is_some(), "{transfer}");
        share(&ann, &space, &sent);
        let medium = rendition(&ann, at);
        let played = ann.fetch(&medium["rendition_url"]).bytes;
        let film = video::probe(std::io::Cursor::new(&played)).unwrap();
        assert_eq!(film.hdr, None, "{transfer}");
        let poster = until("the poster", || {
            let medium = super::renditions::medium(&ann, at);
            let is_there = !medium["placeholder"].is_null();
            is_there.then(|| ann.fetch(&medium["previews"]["small"]["url"]).bytes)
        });
        for (what, bytes) in [("rendition", &played), ("poster", &poster)] {
            let shown = brightness(folder.path(), bytes);
            assert!(
                expected.contains(&shown),
                "{what} of {transfer} at {signal}: {shown}"
            );
        }
    }
}

#[test]
fn a_film_of_ordinary_light_keeps_it() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let source = ["-vf", "lutyuv=y=125:u=128:v=128", "-c:v", "libvpx-vp9"];
    let sent = film(folder.path(), "plain.webm", "64x48", &source);
    let before = brightness(folder.path(), &sent);
    share(&ann, &space, &sent);
    let medium = rendition(&ann, 1);
    let after = brightness(folder.path(), &ann.fetch(&medium["rendition_url"]).bytes);
    assert!((before - after).abs() < 0.02, "{before} {after}");
}

#[test]
fn that_a_film_is_hdr_is_read_from_its_head_and_stays_there() {
    let folder = tempdir().unwrap();
    let hdr = |bytes: &[u8]| video::probe(std::io::Cursor::new(bytes)).unwrap().hdr;
    let encoders: [(&str, &[&str]); 3] = [
        (
            "a.mov",
            &[
                "-c:v",
                "libx265",
                "-x265-params",
                "log-level=none",
                "-tag:v",
                "hvc1",
            ],
        ),
        ("a.mp4", &["-c:v", "libx264"]),
        ("a.webm", &["-c:v", "libvpx-vp9"]),
    ];
    let transfers = [
        ("arib-std-b67", Some(video::Hdr::Hlg)),
        ("smpte2084", Some(video::Hdr::Pq)),
        ("bt709", None),
    ];
    for (name, encoder) in encoders {
        for (transfer, expected) in transfers {
            let said = [
                "-pix_fmt",
                "yuv420p10le",
                "-color_primaries",
                "bt2020",
                "-colorspace",
                "bt2020nc",
                "-color_trc",
                transfer,
            ];
            let sent = film(folder.path(), name, "64x48", &[encoder, &said].concat());
            assert_eq!(hdr(&sent), expected, "{name} {transfer}");
            let mut clean = Vec::new();
            video::clean(std::io::Cursor::new(&sent), &mut clean).unwrap();
            assert_eq!(hdr(&clean), expected, "{name} {transfer}");
        }
    }
}
