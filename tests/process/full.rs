//! A disk that is full: users are told so, nothing is damaged, and once there is space again the server recovers by itself.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use serde_json::{Value, json};
use shared_spaces::fs::space::available;

use crate::process::disk::{Mount, fill};
use crate::support::{
    PASSWORD, Person, Process, Server, command, fails, photos, picture, succeeds, until,
};

const FULL: &[u8] = b"The server's disk is full, nothing can be saved until there is room again";

const LOW: &[u8] =
    b"The server's disk is nearly full, no photos and videos can be uploaded until there is room again";

/// Has photos leave this many bytes of the disk free.
fn keep_free(folder: &Path, bytes: u64) {
    let settings = format!("[default.app.quotas]\nmin_free_disk = {bytes}\n");
    fs::write(folder.join("Rocket.toml"), settings).unwrap();
}

/// Shares photos until one is refused. Gives those that were taken, with their shares.
fn share_until_full(ann: &Person, space: &str, refusal: &[u8]) -> Vec<(Value, Vec<u8>)> {
    let mut taken = Vec::new();
    for seed in 0..200 {
        let photo = picture(150, seed);
        let reply = ann
            .post_form(&format!("{space}/shares"), "A photo", Some(&photo))
            .unwrap();
        if reply.status != 200 {
            assert_eq!((reply.status, reply.bytes.as_slice()), (507, refusal));
            return taken;
        }
        taken.push((reply.json(), photo));
    }
    panic!("the disk is not full after {} photos", taken.len());
}

fn has_exactly(ann: &Person, space: &str, taken: &[(Value, Vec<u8>)]) {
    let shares = ann
        .get(&format!("{space}/shares?limit=500"))
        .unwrap()
        .json();
    assert_eq!(shares.as_array().unwrap().len(), taken.len());
    for (share, photo) in taken {
        let share = ann.get(&format!("/shares/{}", share["id"])).unwrap().json();
        assert!(
            ann.fetch(&share["image_url"]).bytes == *photo,
            "share {} has another photo",
            share["id"]
        );
    }
}

fn is_sound(folder: &Path) {
    let said = succeeds(folder, &["doctor"], "");
    assert!(said.contains("The database is intact"), "{said}");
}

#[test]
fn a_full_disk_is_told_and_when_there_is_space_everything_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let _disk = Mount::disk(&data, "5m");
    keep_free(folder, 0);
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let shares = format!("{space}/shares");
    let something = data.join("something else");
    fs::write(&something, [b'x'; 1 << 20]).unwrap();
    let mut taken = share_until_full(&ann, &space, FULL);
    assert!(taken.len() > 5);
    let filler = fill(&data);
    let refused = ann
        .post_form(&shares, "A photo", Some(&picture(150, 999)))
        .unwrap();
    assert_eq!((refused.status, refused.bytes.as_slice()), (507, FULL));
    // What fits into the log of the database is still taken.
    let mut words = Vec::new();
    let refused = loop {
        let reply = ann.post_form(&shares, &"words ".repeat(300), None).unwrap();
        if reply.status != 200 {
            break reply;
        }
        words.push(reply.json()["id"].clone());
    };
    assert_eq!((refused.status, refused.bytes.as_slice()), (507, FULL));
    // Reading still works.
    assert_eq!(ann.get("/ready").unwrap().bytes, b"ready");
    let (share, photo) = &taken[0];
    assert!(ann.fetch(&share["image_url"]).bytes == *photo);

    fs::remove_file(filler).unwrap();
    fs::remove_file(something).unwrap();
    for share in words {
        let reply = ann.delete(&format!("/shares/{share}")).unwrap();
        assert_eq!(reply.status, 200);
    }
    taken.push((
        ann.share_photo(&space, &picture(24, 1000)),
        picture(24, 1000),
    ));
    has_exactly(&ann, &space, &taken);
    until("the photos to be moved", || {
        let found = photos(&data);
        (found.len() == taken.len() && found.iter().all(|file| file.starts_with("space-id-1/")))
            .then_some(())
    });
    is_sound(folder);
    server.process.kill();
    let server = Server::start(folder);
    has_exactly(&ann.at(&server), &space, &taken);
}

#[test]
fn a_start_on_a_full_disk_shows_everything_or_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let _disk = Mount::disk(&data, "5m");
    keep_free(folder, 0);
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let taken = vec![(ann.share_photo(&space, &picture(150, 1)), picture(150, 1))];
    // Killed, it has left what the next start needs; that one shows everything and saves nothing.
    server.process.kill();
    let filler = fill(&data);
    let server = Server::start(folder);
    let ann = ann.at(&server);
    has_exactly(&ann, &space, &taken);
    // It has freed space in the WAL.
    fs::remove_file(filler).unwrap();
    let filler = fill(&data);
    let refused = ann
        .post_form(
            &format!("{space}/shares"),
            "A photo",
            Some(&picture(150, 2)),
        )
        .unwrap();
    assert_eq!((refused.status, refused.bytes.as_slice()), (507, FULL));
    fs::remove_file(filler).unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());
    // After a clean stop, the next start needs space.
    let filler = fill(&data);
    let complaint = fails(folder, &["serve", "--port", "0"], "");
    assert!(complaint.contains("No space left on device"), "{complaint}");
    fs::remove_file(filler).unwrap();
    let server = Server::start(folder);
    has_exactly(&ann.at(&server), &space, &taken);
    is_sound(folder);
}

#[test]
fn a_first_start_without_space_can_be_repeated_with_space() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    // From no space at all to a little more each time, so that it fails at every step.
    let disk = Mount::disk(&data, "4k");
    let mut refused = 0;
    for kilobytes in (4..400).step_by(12) {
        disk.remount(&format!("size={kilobytes}k"));
        let log = folder.join("log");
        let mut serve = command(folder, &["serve", "--port", "0"]);
        let file = File::create(&log).unwrap();
        serve.stdout(file.try_clone().unwrap()).stderr(file);
        let mut server = Process::start(serve);
        let is_up = || {
            fs::read_to_string(&log)
                .unwrap()
                .contains("Shared Spaces is up")
        };
        let has_begun = until("the server to begin or to give up", || {
            if server.has_ended() {
                Some(false)
            } else {
                is_up().then_some(true)
            }
        });
        if has_begun {
            break;
        }
        refused += 1;
        let complaint = fs::read_to_string(&log).unwrap().to_lowercase();
        assert!(
            complaint.contains("full") || complaint.contains("no space left"),
            "{complaint}"
        );
    }
    assert!(refused > 3, "refused only {refused} times");
    disk.remount("size=10m");
    let server = Server::start(folder);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    let body = json!({"login": "ann", "password": PASSWORD});
    assert_eq!(ann.post("/login", &body).unwrap().status, 200);
}

/// Fills the disk to the last byte that a share could take.
fn fill_up(ann: &Person, space: &str, data: &Path) -> std::path::PathBuf {
    let filler = fill(data);
    for _ in 0..2000 {
        let reply = ann
            .post_form(&format!("{space}/shares"), &"words ".repeat(300), None)
            .unwrap();
        if reply.status != 200 {
            assert_eq!((reply.status, reply.bytes.as_slice()), (507, FULL));
            return filler;
        }
    }
    panic!("the disk is not full");
}

fn reserved(data: &Path) -> Option<u64> {
    fs::metadata(data.join("reserve"))
        .map(|file| file.len())
        .ok()
}

#[test]
fn on_a_full_disk_everything_can_be_deleted_and_nothing_else_takes_the_room() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let _disk = Mount::disk(&data, "24m");
    keep_free(folder, 0);
    let server = Server::start(folder);
    let ann = server.person("ann");
    let bea = server.person("bea");
    until("the reserve", || {
        (reserved(&data) > Some(8 << 20)).then_some(())
    });
    let space = ann.space("Family");
    for name in ["Large", "Other"] {
        ann.space(name);
    }
    let login = json!({"login": "bea"});
    assert_eq!(
        ann.post(&format!("{space}/members"), &login)
            .unwrap()
            .status,
        200
    );
    let photo = ann.share_photo(&space, &picture(150, 1));
    let mut shares = Vec::new();
    for _ in 0..300 {
        let reply = ann
            .post_form("/spaces/2/shares", &"words ".repeat(300), None)
            .unwrap();
        shares.push(reply.json()["id"].clone());
    }
    let filler = fill_up(&ann, "/spaces/3", &data);
    let deleted = |path: &str| {
        let reply = ann.delete(path).unwrap();
        assert_eq!(
            reply.status,
            200,
            "{path} {}",
            String::from_utf8_lossy(&reply.bytes)
        );
    };
    // Deleting may require signing in first.
    let body = json!({"login": "ann", "password": PASSWORD});
    assert_eq!(ann.post("/login", &body).unwrap().status, 200);
    deleted(&format!("/shares/{}", photo["id"]));
    for share in &shares[..50] {
        deleted(&format!("/shares/{share}"));
    }
    deleted("/spaces/1/members/2");
    deleted("/spaces/2");
    assert_eq!(bea.delete("/logout").unwrap().status, 200);
    succeeds(folder, &["user", "remove", "bea", "--yes"], "");
    // Writes that don't delete get none of the reserve.
    assert_eq!(reserved(&data), Some(0));
    for photo in [None, Some(picture(24, 2))] {
        let refused = ann
            .post_form(&format!("{space}/shares"), "More", photo.as_deref())
            .unwrap();
        assert_eq!((refused.status, refused.bytes.as_slice()), (507, FULL));
    }
    assert_eq!(ann.fetch(&photo["image_url"]).status, 404);
    assert_eq!(ann.get("/ready").unwrap().bytes, b"ready");
    // With space, everything works again immediately, and there is a reserve again.
    fs::remove_file(filler).unwrap();
    ann.share_photo(&space, &picture(24, 3));
    assert!(reserved(&data) > Some(8 << 20));
    is_sound(folder);
    // A server begins on a full disk, and deletes, whether the one before was ended or killed.
    let filler = fill_up(&ann, &space, &data);
    assert!(reserved(&data) > Some(8 << 20));
    server.process.terminate();
    assert!(server.process.wait().success());
    fs::remove_file(filler).unwrap();
    let filler = fill(&data);
    let server = Server::start(folder);
    let ann = ann.at(&server);
    assert_eq!(ann.delete("/spaces/3").unwrap().status, 200);
    server.process.kill();
    let server = Server::start(folder);
    let ann = ann.at(&server);
    assert_eq!(ann.get("/spaces/3").unwrap().status, 404);
    fs::remove_file(filler).unwrap();
    ann.share_photo(&space, &picture(24, 4));
}

#[test]
fn on_a_disk_that_is_nearly_full_texts_go_on_and_deletions_make_room_for_photos() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let _disk = Mount::disk(&data, "24m");
    keep_free(folder, 4 << 20);
    let server = Server::start(folder);
    let ann = server.person("ann");
    let space = ann.space("Family");
    until("the reserve", || {
        (reserved(&data) > Some(8 << 20)).then_some(())
    });
    fs::write(data.join("something else"), vec![b'x'; 4 << 20]).unwrap();
    let taken = share_until_full(&ann, &space, LOW);
    assert!(taken.len() > 5, "{}", taken.len());
    for _ in 0..20 {
        let reply = ann.post_form(&format!("{space}/shares"), "Words", None);
        assert_eq!(reply.unwrap().status, 200);
    }
    // None of it was needed.
    assert!(reserved(&data) > Some(8 << 20));
    let status = succeeds(folder, &["status"], "");
    assert!(
        status.contains("too little for photos and videos"),
        "{status}"
    );
    for (share, _) in &taken {
        let reply = ann.delete(&format!("/shares/{}", share["id"])).unwrap();
        assert_eq!(reply.status, 200);
    }
    ann.share_photo(&space, &picture(150, 1000));
    is_sound(folder);
}

#[test]
fn what_does_not_say_how_long_it_is_leaves_as_much_of_the_disk_free_as_what_does() {
    const FREE: u64 = 16 << 20;
    let folder = tempfile::tempdir().unwrap();
    let (folder, data) = (folder.path(), folder.path().join("data"));
    let _disk = Mount::disk(&data, "64m");
    keep_free(folder, FREE);
    let server = Server::start(folder);
    let ann = server.person("ann");
    until("the reserve", || {
        (reserved(&data) > Some(8 << 20)).then_some(())
    });
    let head = format!(
        "POST /uploads HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nExpect: 100-continue\r\n\
         Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        ann.token()
    );
    let mut connection = server.begin(&head);
    // A film, by its first bytes, so that it may be long.
    let film = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
    let mut block = vec![0; 1 << 20];
    block[..32].copy_from_slice(&film[..32]);
    let mut least = u64::MAX;
    for _ in 0..60 {
        let sent = connection
            .write_all(format!("{:x}\r\n", block.len()).as_bytes())
            .and_then(|()| connection.write_all(&block))
            .and_then(|()| connection.write_all(b"\r\n"));
        if sent.is_err() {
            break;
        }
        least = least.min(available(&data).unwrap());
    }
    let _sent = connection.write_all(b"0\r\n\r\n");
    let mut reply = Vec::new();
    let _closed = connection.read_to_end(&mut reply);
    let reply = String::from_utf8_lossy(&reply);
    assert!(reply.starts_with("HTTP/1.1 507 "), "{reply}");
    // Looked at from time to time, and what is in buffers comes on top.
    assert!(least > FREE / 4, "{least} bytes were free");
}
