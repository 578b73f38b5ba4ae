//! Everything at once that strangers and users can make a server hold, with the limits that it has by
//! itself: how much memory that takes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use rusqlite::Connection;
use tokio::net::TcpSocket;
use tokio::runtime;

use crate::pictures::corpus::CORPUS;
use crate::pictures::memory::{MIB, peak};
use crate::support::{PASSWORD, Person, Server, picture, previews, succeeds, until};

const MAX_MEMORY: u64 = 700 * MIB;
/// The limits by default: of a photo, of all uploads and those of one person, of a JSON body, of all connections and those
/// of one address.
const PHOTO: usize = 25 * 1024 * 1024;
const UPLOADS: usize = 32;
const UPLOADS_OF_ONE: usize = 8;
const JSON: usize = 1024 * 1024;
const CONNECTIONS: usize = 512;
const OF_AN_ADDRESS: usize = 128;
/// What may wait in memory of a photo; more goes by the disk.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// Of the uploads, as many are as large as a photo may be, and the others as what waits in memory.
const LARGE: usize = 12;
/// Requests for lists whose responses are never read.
const LISTS: usize = 120;
/// Left free for those who work meanwhile.
const FREE: usize = 16;
const BOUNDARY: &str = "a-boundary-that-no-photo-has";
/// Of each format the worst.
const BOMBS: [&str; 10] = [
    "progressive.bomb.jpg",
    "cmyk.bomb.jpg",
    "colourful.bomb.jpg",
    "interlaced.bomb.png",
    "deep.bomb.png",
    "still.bomb.gif",
    "moves.bomb.webp",
    "lossless.bomb.webp",
    "codes.bomb.webp",
    "codes-without-end.bomb.webp",
];

/// A connection from an address of this machine. Each address may have a limited number.
fn connect(server: &Server, number: usize) -> TcpStream {
    let (_, port) = server.url.rsplit_once(':').unwrap();
    let to = format!("127.0.0.1:{port}").parse().unwrap();
    // The first address is left to those who work meanwhile.
    let address = 2 + number / (OF_AN_ADDRESS - 1);
    let from = format!("127.0.0.{address}:0").parse().unwrap();
    let runtime = runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let connection = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(from).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    });
    connection.set_nonblocking(false).unwrap();
    connection
}

/// A form with a photo, padded after its end to this length.
fn form(photo: &[u8], bytes: usize) -> Vec<u8> {
    let mut form = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nA photo\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo\"\r\n\r\n"
    )
    .into_bytes();
    let start = form.len();
    form.extend_from_slice(photo);
    form.resize(start + bytes, 0);
    form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// Sends a photo up to its last bytes, waits, and sends the rest; returns the status.
fn upload(
    mut connection: TcpStream,
    ann: &Person,
    space: &str,
    form: &[u8],
    wait: impl FnOnce(),
) -> String {
    let head = format!(
        "POST {space}/shares HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        ann.token(),
        form.len()
    );
    let (beginning, last) = form.split_at(form.len() - 20);
    let sent = connection
        .write_all(head.as_bytes())
        .and_then(|()| connection.write_all(beginning));
    wait();
    // A server that has refused it already may have ended the connection; then there is an answer, or none.
    let _sent = sent.and_then(|()| connection.write_all(last));
    let mut reply = String::new();
    let _read = connection.read_to_string(&mut reply);
    reply.get(9..12).unwrap_or("503").to_owned()
}

/// Sends all of a body except its last byte, until either side closes the connection.
fn slow_body(mut connection: TcpStream) {
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {JSON}\r\n\r\n"
    );
    // The server may have had enough.
    let _sent = connection
        .write_all(head.as_bytes())
        .and_then(|()| connection.write_all(&vec![b' '; JSON - 1]));
}

/// As many shares of the longest text as an answer has: four megabytes.
fn fill(folder: &Path) {
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    let text = "\u{1f33b}".repeat(2000);
    // With numbers that the server would never send.
    let filled = database.execute(
        "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 500)
         insert into shares (id, space_id, user_id, text, created_at) select 1000000 + n, 1, 1, ?, n from numbers",
        [text],
    );
    assert_eq!(filled.unwrap(), 500);
}

#[test]
fn everything_at_once_stays_within_the_memory_of_a_small_machine() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let people = ["ann", "bob", "cem", "dee"].map(|login| server.person(login));
    let spaces = people.each_ref().map(|person| person.space("Family"));
    fill(folder.path());
    let list = format!("{}/shares?limit=500", spaces[0]);
    let bytes = people[0].get(&list).unwrap().bytes.len();
    assert!(bytes > 4_000_000, "{bytes}");
    let quiet = peak(server.process.id());

    let mut number = 0;
    let mut next = || {
        number += 1;
        connect(&server, number)
    };
    let photo = picture(200, 1);
    let bombs = BOMBS.map(|name| CORPUS[name].as_slice());
    let forms = [PHOTO, IN_MEMORY].map(|bytes| (form(&photo, bytes), bytes));
    let all = Barrier::new(UPLOADS);
    let statuses = thread::scope(|scope| {
        // Lists that are never read, and bodies that never end.
        let mut held = Vec::new();
        for _ in 0..LISTS {
            let mut connection = next();
            let ask = format!(
                "GET {list} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                people[0].token()
            );
            connection.write_all(ask.as_bytes()).unwrap();
            held.push(connection);
        }
        // The first byte of each, or that there is none: what follows delays no other.
        for connection in &mut held {
            let _begun = connection.read(&mut [0]);
        }
        for _ in 0..CONNECTIONS - UPLOADS - LISTS - FREE {
            let connection = next();
            held.push(connection.try_clone().unwrap());
            scope.spawn(move || slow_body(connection));
        }
        // The worst photos, and others as large as may be, all at the same moment.
        let mut uploads = Vec::new();
        for at in 0..UPLOADS {
            let connection = next();
            let owner = at / UPLOADS_OF_ONE;
            let (person, space) = (&people[owner], &spaces[owner]);
            let (forms, all, bomb, server) = (&forms, &all, bombs.get(at), &server);
            uploads.push(scope.spawn(move || {
                let (form_of_photo, bytes) = &forms[usize::from(at >= LARGE)];
                let own = bomb.map(|bomb| form(bomb, *bytes));
                let form = own.as_ref().unwrap_or(form_of_photo);
                let together = || {
                    all.wait();
                };
                let mut status = upload(connection, person, space, form, together);
                // On a slow machine, some are asked to try again in a moment.
                for _ in 0..20 {
                    if status != "503" {
                        break;
                    }
                    status = upload(server.connect().unwrap(), person, space, form, || {});
                }
                status
            }));
        }
        // Passwords, and a backup at the same time.
        let signing_in: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.sign_in("ann", PASSWORD).is_some()))
            .collect();
        let archive = folder.path().join("backup.tar.zst");
        let archive = archive.to_str().unwrap();
        succeeds(folder.path(), &["backup", archive], "");
        succeeds(folder.path(), &["verify", archive], "");
        let statuses: Vec<_> = uploads.into_iter().map(|one| one.join().unwrap()).collect();
        let data = folder.path().join("data");
        // Those of the first two people, who have sent the worst.
        let made = || {
            let is_theirs = |path: &&String| {
                path.ends_with(".small")
                    && (path.starts_with("space-id-1/") || path.starts_with("space-id-2/"))
            };
            previews(&data).iter().filter(is_theirs).count()
        };
        for count in 1..=2 * UPLOADS_OF_ONE {
            until("the next of the previews", || {
                (made() >= count).then_some(())
            });
        }
        for one in signing_in {
            one.join().unwrap();
        }
        for connection in held {
            // It may have ended before.
            let _ended = connection.shutdown(Shutdown::Both);
        }
        statuses
    });
    let max = peak(server.process.id());
    println!("{} MiB, and {} MiB before", max / MIB, quiet / MIB);
    assert_eq!(statuses, ["200"; UPLOADS]);
    assert!(max < MAX_MEMORY, "{} MiB", max / MIB);
    // It was really work, and after it the server works.
    assert!(max > 256 * MIB, "{} MiB", max / MIB);
    people[0].share_photo(&spaces[0], &photo);
}
