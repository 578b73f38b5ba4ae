//! A restored data folder with the settings of its original: what both share is left to the original until the other takes
//! over.

use std::fs;
use std::path::{Path, PathBuf};

use crate::aws::cloud::Cloud;
use crate::backup::s3::{S3, cloud, wait_until_moved};
use crate::backup::world::World;
use crate::support::{Process, Server, output, picture, until};

/// Restores an archive next to its original, with the same settings.
fn restored(cloud: &Cloud, place: &str, settings: &[(&str, &str)]) -> PathBuf {
    let folder = cloud.folder().join("copy");
    fs::create_dir(&folder).unwrap();
    let said = run(cloud, &folder, &["restore", place], settings, 0);
    assert!(said.contains("deletes nothing in S3"), "{said}");
    folder
}

/// What a command says that ends so.
#[track_caller]
fn run(
    cloud: &Cloud,
    folder: &Path,
    arguments: &[&str],
    settings: &[(&str, &str)],
    code: i32,
) -> String {
    let done = output(cloud.command(folder, arguments, settings), "");
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert_eq!(done.status.code(), Some(code), "{said}");
    said
}

fn serve(cloud: &Cloud, folder: &Path, settings: &[(&str, &str)]) -> Server {
    Server::start_as(cloud.command(folder, &["serve", "--port", "0"], settings))
}

/// All objects of the photos, with their buckets.
fn objects(cloud: &Cloud) -> Vec<(String, String)> {
    let mut buckets = cloud.buckets();
    buckets.extend([cloud.temp.clone(), cloud.preview_bucket()]);
    let keys = |bucket: String| {
        let keys = cloud.keys(&bucket).into_iter();
        keys.map(move |key| (bucket.clone(), key))
            .collect::<Vec<_>>()
    };
    buckets.into_iter().flat_map(keys).collect()
}

#[test]
fn nothing_of_the_original_is_deleted_in_s3_until_the_copy_takes_over() {
    let (cloud, _, place) = cloud();
    let world = World::on(cloud.server(&S3));
    wait_until_moved(&cloud, 2);
    until("the previews", || {
        (cloud.previews().len() == 6).then_some(())
    });
    cloud.succeeds(&["backup", &place], &S3);
    // What the original has of its own.
    world.ann.share_photo(&world.spaces[0], &picture(24, 60));
    wait_until_moved(&cloud, 2);
    until("the previews", || {
        (cloud.previews().len() == 8).then_some(())
    });
    let before = objects(&cloud);

    let folder = restored(&cloud, &place, &S3);
    let server = serve(&cloud, &folder, &S3);
    let (ann, bob) = (world.ann.at(&server), world.bob.at(&server));
    // Everything continues there, and what it deletes is gone for its users.
    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    let photo = picture(24, 61);
    let edited = bob.put_form("/shares/2", "Another", Some(&photo)).unwrap();
    assert_eq!(edited.status, 200);
    assert_eq!(ann.delete(&world.spaces[1]).unwrap().status, 200);
    assert_eq!(ann.get("/shares/1").unwrap().status, 404);
    let share = ann.share_photo(&world.spaces[0], &picture(24, 62));
    let key = format!("{}.png", share["id"]);
    until("the new photo to be moved", || {
        let now = objects(&cloud);
        now.iter()
            .any(|(bucket, found)| bucket.starts_with(&cloud.prefix) && *found == key)
            .then_some(())
    });
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 62));
    let now = objects(&cloud);
    let gone: Vec<_> = before.iter().filter(|it| !now.contains(it)).collect();
    assert!(gone.is_empty(), "{gone:?}");
    let refused = run(
        &cloud,
        &folder,
        &["photos", "move", "--to", "local"],
        &S3,
        1,
    );
    assert!(refused.contains("backup --take-over"), "{refused}");
    let said = run(&cloud, &folder, &["doctor"], &S3, 0);
    assert!(
        said.contains("warning This data folder was restored from ")
            && said.contains("deletes nothing in S3"),
        "{said}"
    );

    // The machine of the original is gone for good.
    fs::write(folder.join("there.tar.zst"), "").unwrap();
    let taken = ["backup", "there.tar.zst", "--take-over"];
    let refused = run(&cloud, &folder, &taken, &S3, 1);
    assert!(refused.contains("already exists"), "{refused}");
    // A backup that fails takes nothing over.
    let said = run(&cloud, &folder, &["doctor"], &S3, 0);
    assert!(said.contains("deletes nothing in S3"), "{said}");
    let take_over = ["backup", "a.tar.zst", "--take-over"];
    run(&cloud, &folder, &take_over, &S3, 0);
    let path = format!("/shares/{}", share["id"]);
    assert_eq!(ann.delete(&path).unwrap().status, 200);
    let left = objects(&cloud);
    // A photo that came to another share later may have the same number.
    let of_share = |part: &str| part.starts_with(&key);
    let is_left = |(_, found): &(String, String)| found.split(['/', '-']).any(of_share);
    assert!(!left.iter().any(is_left), "{left:?}");
    // What was deleted before is deleted by its tombstone.
    let database = folder.join("data/shared-spaces.db");
    let database = rusqlite::Connection::open(database).unwrap();
    let waiting: i64 = database
        .query_row(
            "select count(*) from tombstones where name in ('1-1.png', '1-2.png', '2-3.png')",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(waiting, 3);
    let said = run(&cloud, &folder, &["doctor"], &S3, 0);
    assert!(!said.contains("was restored from"), "{said}");
}

#[test]
fn the_queue_of_the_original_is_left_alone_until_the_copy_takes_over() {
    let cloud = Cloud::with_dead_letters(true);
    let worker = cloud.worker();
    let world = World::on(cloud.server(&[]));
    wait_until_moved(&cloud, 2);
    until("the queue to be empty", || {
        (cloud.messages() == 0).then_some(())
    });
    cloud.succeeds(&["backup", "a.tar.zst"], &[]);
    for process in [worker, world.server.process] {
        process.terminate();
        assert!(process.wait().success());
    }
    // A photo that waits for the worker of the original, which is being started again.
    cloud.send("1-1.png");

    let archive = cloud.folder().join("a.tar.zst");
    let folder = restored(&cloud, archive.to_str().unwrap(), &[]);
    let server = serve(&cloud, &folder, &[]);
    let mut worker = cloud.command(&folder, &["worker"], &[]);
    worker.env("RUST_LOG", "warn");
    let _worker = Process::start_and_wait_for(worker, "backup --take-over");
    let ann = world.ann.at(&server);
    let mut last = serde_json::Value::Null;
    for seed in 70..75 {
        last = ann.share_photo(&world.spaces[0], &picture(24, seed));
    }
    assert_eq!(ann.fetch(&last["image_url"]).bytes, picture(24, 74));
    assert_eq!(cloud.messages(), 1, "the queue was used");
    assert_eq!(cloud.keys(&cloud.temp).len(), 5);
    let refused = run(&cloud, &folder, &["photos", "retry", "--all"], &[], 1);
    assert!(refused.contains("nothing is taken from SQS"), "{refused}");

    run(
        &cloud,
        &folder,
        &["backup", "b.tar.zst", "--take-over"],
        &[],
        0,
    );
    until("the new photos to be moved", || {
        (cloud.keys(&cloud.temp).is_empty() && cloud.messages() == 0).then_some(())
    });
    assert_eq!(ann.fetch(&last["image_url"]).bytes, picture(24, 74));
}
