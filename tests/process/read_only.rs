//! Folders that can't be written to.

use crate::process::disk::Mount;
use crate::support::{Server, fails, files, picture, run, until};

#[test]
fn a_read_only_data_folder_stops_the_start_in_a_sentence_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let disk = Mount::disk(&data, "20m");
    let server = Server::start(folder);
    let ann = server.person("ann");
    let share = ann.share_photo(&ann.space("Family"), &picture(24, 1));
    server.process.kill();
    disk.remount("ro");
    let before = files(&data);
    for arguments in [
        &["serve", "--port", "0"][..],
        &["worker"],
        &["user", "list"],
    ] {
        let complaint = fails(folder, arguments, "");
        assert!(
            complaint.to_lowercase().contains("read-only file system"),
            "{complaint}"
        );
        assert!(complaint.contains(data.to_str().unwrap()), "{complaint}");
    }
    let said = String::from_utf8(run(folder, &["doctor"], "").stdout).unwrap();
    assert!(said.contains("error   The data folder"), "{said}");
    assert_eq!(files(&data), before);
    disk.remount("rw");
    let server = Server::start(folder);
    let share = ann
        .at(&server)
        .get(&format!("/shares/{}", share["id"]))
        .unwrap()
        .json();
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
}

#[test]
fn while_the_folder_of_the_photos_is_read_only_texts_are_shared_and_photos_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, photos) = (folder.path(), folder.path().join("data/photos"));
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let shares = format!("{space}/shares");
    let share = ann.share_photo(&space, &picture(24, 1));
    let are_moved = |expected: &[&str]| {
        until("the photos to be moved", || {
            (crate::support::photos(&folder.join("data")) == expected).then_some(())
        });
    };
    are_moved(&["space-id-1/1.png"]);
    // Nothing may be writing when the folder is locked.
    until("the previews", || {
        (crate::support::previews(&folder.join("data")).len() == 2).then_some(())
    });
    let read_only = Mount::read_only(&photos);
    let refused = ann
        .post_form(&shares, "A photo", Some(&picture(24, 2)))
        .unwrap();
    assert_eq!(refused.status, 503);
    assert_eq!(
        refused.bytes,
        b"Photos can't be stored or shown at the moment, try again in a moment"
    );
    assert_eq!(
        ann.post_form(&shares, "Only words", None).unwrap().status,
        200
    );
    assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    // Its bytes can't be deleted yet; that is seen to later.
    assert_eq!(ann.delete("/shares/1").unwrap().status, 200);
    assert_eq!(ann.fetch(&share["image_url"]).status, 404);
    drop(read_only);
    ann.share_photo(&space, &picture(24, 4));
    are_moved(&["space-id-1/1.png", "space-id-1/4.png"]);
    server.process.terminate();
    assert!(server.process.wait().success());
    let _server = Server::start(folder);
    are_moved(&["space-id-1/4.png"]);
}
