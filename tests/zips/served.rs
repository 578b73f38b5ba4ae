//! ZIPs as the server sends them, over a real connection: whole, large, and broken off.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::Path;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{everybody_reads, listed, program, run, zeros};
use crate::support::{PASSWORD, Person, Reply, Server, picture, until};

const MIB: u64 = 1024 * 1024;
const ARCHIVE: &str = "/spaces/1/archive";

/// A server with a space of Ann's and Bob's, and a share of Ann's of these many photos, which is there.
struct World {
    folder: TempDir,
    server: Server,
    ann: Person,
    bob: Person,
}

impl World {
    fn new(photos: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let (ann, bob) = (server.person("Ann"), server.person("Bob"));
        ann.space("Family");
        let added = ann.post("/spaces/1/members", &json!({"login": "Bob"}));
        assert_eq!(added.unwrap().status, 200);
        let photos: Vec<_> = (0..photos).map(|seed| picture(8, seed)).collect();
        let photos: Vec<_> = photos.iter().map(Vec::as_slice).collect();
        let shared = ann.post_photos("/spaces/1/shares", "Photos", &photos);
        assert_eq!(shared.unwrap().status, 200);
        let space = folder.path().join("data/photos/space-id-1");
        until("the photos to be moved", || {
            let moved = fs::read_dir(&space).ok()?.count();
            (moved == photos.len()).then_some(())
        });
        Self {
            folder,
            server,
            ann,
            bob,
        }
    }

    fn photo(&self, position: usize) -> std::path::PathBuf {
        let name = match position {
            0 => String::from("1.png"),
            _ => format!("1.{}.png", position + 1),
        };
        self.folder.path().join("data/photos/space-id-1").join(name)
    }

    /// The same with photos of these lengths, in bytes: nothing but zeros, which take no space on the disk.
    fn with_zeros(self, lengths: &[(usize, u64)]) -> Self {
        self.server.process.terminate();
        let folder = self.folder;
        let (ann, bob, at) = (self.ann, self.bob, folder.path().to_owned());
        assert!(self.server.process.wait().success());
        let database = Connection::open(at.join("data/shared-spaces.db")).unwrap();
        for (position, length) in lengths {
            let name: String = database
                .query_row(
                    "select name from photos where position = ?",
                    [i64::try_from(*position).unwrap()],
                    |row| row.get(0),
                )
                .unwrap();
            let path = at.join("data/photos/space-id-1").join(&name["1-".len()..]);
            let file = File::create(path).unwrap();
            file.set_len(*length).unwrap();
            let crc32 = zeros(*length).finalize();
            let length = i64::try_from(*length).unwrap();
            let changed = database.execute(
                "update photos set bytes = ?, crc32 = ? where name = ?",
                (length, crc32, &name),
            );
            assert_eq!(changed.unwrap(), 1);
        }
        drop(database);
        let server = Server::start(folder.path());
        Self {
            ann: ann.at(&server),
            bob: bob.at(&server),
            folder,
            server,
        }
    }

    /// Begins to download where the system takes in little that isn't read, from an address of this machine.
    fn begin(&self, person: &Person, from: u8) -> Download {
        Self::begin_on(self.server.connect_from(from).unwrap(), person)
    }

    /// Begins to download, and reads the head.
    fn begin_on(mut connection: TcpStream, person: &Person) -> Download {
        let request = format!(
            "GET {ARCHIVE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            person.token()
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut connection = BufReader::new(connection);
        let head = head(&mut connection);
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        Download {
            length: length.unwrap().parse().unwrap(),
            connection,
        }
    }
}

fn head(connection: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(io::BufRead::read_line(connection, &mut head).unwrap(), 0);
    }
    head.to_lowercase()
}

/// A ZIP on its way.
struct Download {
    /// As it was said beforehand.
    length: u64,
    connection: BufReader<TcpStream>,
}

impl Download {
    fn skip(&mut self, bytes: u64) {
        let read = io::copy(
            &mut Read::by_ref(&mut self.connection).take(bytes),
            &mut io::sink(),
        );
        assert_eq!(read.unwrap(), bytes);
    }

    /// How many bytes still come. A reset of the connection after them counts like its end.
    fn rest(&mut self) -> u64 {
        let (mut sum, mut chunk) = (0, vec![0; 64 * 1024]);
        while let Ok(read @ 1..) = self.connection.read(&mut chunk) {
            sum += read as u64;
        }
        sum
    }
}

#[test]
fn every_program_reads_what_the_server_sends() {
    let world = World::new(5);
    let whole = world.bob.get(ARCHIVE).unwrap();
    assert_eq!(whole.status, 200);
    let path = world.folder.path().join("photos.zip");
    fs::write(&path, &whole.bytes).unwrap();
    everybody_reads(&path, 5);
    let mut names: Vec<_> = listed(&path).into_keys().collect();
    names.sort();
    assert_eq!(names.len(), 5);
    assert!(names.iter().all(|name| name.contains(" Ann")), "{names:?}");
    let target = world.folder.path().join("unpacked");
    run(program("unzip").arg("-q").arg(&path).arg("-d").arg(&target));
    let unpacked = |name: &String| fs::read(target.join(name)).unwrap();
    let mut unpacked: Vec<_> = names.iter().map(unpacked).collect();
    let mut stored: Vec<_> = (0..5)
        .map(|at| fs::read(world.photo(at)).unwrap())
        .collect();
    unpacked.sort();
    stored.sort();
    assert!(unpacked == stored);
}

/// The most memory that a process has had so far, in bytes.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kib * 1024
}

/// Writes what comes to a file, in which zeros are a hole.
fn save(download: &mut Download, path: &Path) {
    let mut file = File::create(path).unwrap();
    let (mut chunk, zeros) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut sum = 0;
    while let Ok(read @ 1..) = download.connection.read(&mut chunk) {
        sum += read as u64;
        if chunk[..read] == zeros[..read] {
            file.seek(SeekFrom::Current(i64::try_from(read).unwrap()))
                .unwrap();
        } else {
            file.write_all(&chunk[..read]).unwrap();
        }
    }
    assert_eq!(sum, download.length);
}

#[test]
fn more_than_four_gigabytes_are_sent_in_little_memory() {
    let long = (1 << 32) + 12_345;
    let world = World::new(3).with_zeros(&[(1, long)]);
    assert_eq!(world.ann.get("/me").unwrap().status, 200);
    let before = peak(&world.server);
    let connection = world.server.connect().unwrap();
    let mut download = World::begin_on(connection, &world.ann);
    assert!(download.length > long);
    let path = world.folder.path().join("photos.zip");
    save(&mut download, &path);
    let grown = peak(&world.server).saturating_sub(before);
    assert!(grown < 24 * MIB, "{grown} bytes more");
    let said = run(program("7z").arg("l").arg(&path));
    assert!(
        said.contains(&long.to_string()) && said.contains("3 files"),
        "{said}"
    );
    assert_eq!(listed(&path).len(), 3);
}

#[test]
fn who_may_not_have_the_next_photo_any_more_does_not_get_it() {
    let zeros: Vec<_> = (0..10).map(|at| (at, 8 * MIB)).collect();
    let world = World::new(10).with_zeros(&zeros);
    let (server, ann) = (&world.server, &world.ann);
    let done = |reply: Result<Reply, ureq::Error>| assert_eq!(reply.unwrap().status, 200);
    let elsewhere = server.sign_in("Ann", PASSWORD).unwrap();
    let media = ann.get("/shares/1").unwrap().json()["media"].clone();
    let kept: Vec<_> = media.as_array().unwrap()[..6].iter().collect();
    let kept: Vec<_> = kept.iter().map(|one| json!({"id": one["id"]})).collect();
    let ends: [(&str, &Person, &dyn Fn()); 4] = [
        ("removed from the space", &world.bob, &|| {
            done(ann.delete("/spaces/1/members/2"));
        }),
        ("signed out", &elsewhere, &|| {
            done(elsewhere.delete("/logout"));
        }),
        ("the last photos deleted", ann, &|| {
            done(ann.put("/shares/1", &json!({"media": kept})));
        }),
        ("the space deleted", ann, &|| done(ann.delete("/spaces/1"))),
    ];
    for (what, receiver, end) in ends {
        let mut download = world.begin(receiver, 1);
        let length = download.length;
        download.skip(MIB);
        end();
        let sent = MIB + download.rest();
        // No more than the photo that was under way, and what was on its way by then.
        assert!(sent < length - 16 * MIB, "{what}: {sent} of {length}");
    }
}

#[test]
fn two_at_once_and_one_that_is_not_read_hold_little() {
    let zeros: Vec<_> = (0..20).map(|at| (at, 8 * MIB)).collect();
    let world = World::new(20).with_zeros(&zeros);
    assert_eq!(world.ann.get("/me").unwrap().status, 200);
    let before = peak(&world.server);
    let mut stalled = world.begin(&world.ann, 1);
    let mut others = [world.begin(&world.ann, 2), world.begin(&world.bob, 3)];
    for other in &mut others {
        assert_eq!(other.rest(), other.length);
    }
    let grown = peak(&world.server).saturating_sub(before);
    assert!(grown < 24 * MIB, "{grown} bytes more");
    assert_eq!(stalled.rest(), stalled.length);
}
