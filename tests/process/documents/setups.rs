//! Blocks that need something around them: a server, an S3, a proxy.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::blocks::{Block, blocks, root};
use super::commands::Place;
use crate::aws::cloud::Cloud;
use crate::support::{Process, Server, picture, until};

/// The block whose first line begins so.
fn block(begin: &str) -> Block {
    let all = blocks();
    all.into_iter()
        .find(|block| block.text.starts_with(begin))
        .unwrap()
}

#[test]
fn the_first_requests_of_the_readme_end_with_a_photo() {
    let block = block("# Register, and sign in.");
    let place = Place::empty();
    let server = Server::start(place.path());
    symlink(root().join("tests"), place.path().join("tests")).unwrap();
    let lines = block.text.replace("http://localhost:8000", &server.url);
    let printed = place.succeeds(&block.place, &lines);
    assert!(printed.contains("The garden this morning"), "{printed}");
    let seen = fs::read(place.path().join("garden.jpg")).unwrap();
    let (seen, sent) = (
        image::load_from_memory(&seen).unwrap(),
        image::open(root().join("tests/pictures/garden.jpg")).unwrap(),
    );
    assert_eq!((seen.width(), seen.height()), (sent.width(), sent.height()));
}

#[test]
fn the_s3_of_the_readme_gets_photos_by_two_workers() {
    let block = block("export SHARED_SPACES_DATA_DIR=data-with-s3");
    let cloud = Cloud::new();
    let mut place = Place::empty();
    let moto = format!("127.0.0.1:{}", Cloud::moto());
    let text = block.text.replace("127.0.0.1:5005", &moto);
    let programs = text
        .lines()
        .filter(|line| line.starts_with("target/release"));
    let programs: Vec<_> = programs.map(|line| line.trim_end_matches(" &")).collect();
    let exports = text
        .lines()
        .filter(|line| !line.starts_with("target/release"));
    let exports = exports.collect::<Vec<_>>().join("\n");
    let printed = place.succeeds(&block.place, &format!("{exports}\nenv"));
    for line in printed.lines() {
        if let Some((name, value)) = line.split_once('=')
            && (name.starts_with("AWS_") || name.starts_with("SHARED_SPACES_"))
        {
            place.set(name, value);
        }
    }
    place.set("ROCKET_PORT", "0");
    let [workers @ .., server] = &programs[..] else {
        panic!("{text}")
    };
    let start = |line: &str| Process::start(place.shell(&format!("exec {line}")));
    let _workers: Vec<_> = workers.iter().map(|line| start(line)).collect();
    let server = Server::start_as(place.shell(&format!("exec {server}")));
    let ann = server.person("ann");
    let space = ann.space("Family");
    ann.share_photo(&space, &picture(40, 1));
    until("the photo to be in the bucket of its space", || {
        let listed = cloud.wait(cloud.s3.list_buckets().send()).unwrap();
        let mut names = listed.buckets().iter().filter_map(|bucket| bucket.name());
        let bucket = names.find(|name| name.starts_with("space-id-1-"))?;
        let is_sorted = cloud.keys("shared-spaces-temp").is_empty();
        (is_sorted && !cloud.keys(bucket).is_empty()).then_some(())
    });
}

#[test]
fn the_caddyfile_of_the_page_is_one() {
    let block = block("# Caddy: /etc/caddy/Caddyfile");
    let place = Place::empty();
    let file = place.path().join("Caddyfile");
    fs::write(&file, &block.text).unwrap();
    let adapted = Command::new("caddy")
        .args(["adapt", "--adapter", "caddyfile", "--config"])
        .arg(file)
        .env("HOME", place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&adapted.stderr);
    assert!(adapted.status.success(), "{said}");
    let printed = String::from_utf8_lossy(&adapted.stdout);
    assert!(
        printed.contains("spaces.example.org") && printed.contains("127.0.0.1:8000"),
        "{printed}"
    );
}
