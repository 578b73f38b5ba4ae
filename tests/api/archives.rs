//! ZIPs of photos: of a space, and of a selection.

use std::time::Duration;

use rocket::http::{ContentType, Header};
use serde_json::{Value, json};
use shared_spaces::domain::ids::{Id, PhotoId, SessionId, UserId};
use shared_spaces::domain::photos::ArchivedPhoto;
use shared_spaces::domain::users::User;
use shared_spaces::downloads::{ContentsPlanner, Receiver, Right, Source, ZipStream};
use shared_spaces::error::{Error, NotFound};

use crate::support::{Form, Person, Reply, TestApp, path_of, pictures};

const PATH: &str = "/spaces/1/archive";
const SHARES: &str = "/spaces/1/shares";
const UNREADABLE: &str = "Photos can't be stored or shown at the moment, try again in a moment";

/// A file of a ZIP, read by the list at its end.
#[derive(Debug)]
pub struct File {
    pub name: String,
    crc32: u32,
    pub bytes: Vec<u8>,
    /// As DOS has it.
    when: (u16, u16),
}

/// The files of a ZIP that has no long numbers, each as its own header has it too.
fn files(zip: &[u8]) -> Vec<File> {
    let u16_at = |at: usize| u16::from_le_bytes([zip[at], zip[at + 1]]);
    let u32_at = |at: usize| u32::from_le_bytes(zip[at..at + 4].try_into().unwrap());
    let place = |at: usize| usize::try_from(u32_at(at)).unwrap();
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let (count, mut at) = (u16_at(end + 10), place(end + 16));
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let length = usize::from(u16_at(at + 28));
        let name = String::from_utf8(zip[at + 46..at + 46 + length].to_vec()).unwrap();
        let header = place(at + 42);
        assert_eq!(&zip[header..header + 4], b"PK\x03\x04");
        // Version, flags, method, time, date, checksum, sizes and the length of the name are the same in both.
        assert_eq!(zip[header + 4..header + 28], zip[at + 6..at + 30]);
        let start = header + 30 + length;
        assert_eq!(zip[header + 30..start], zip[at + 46..at + 46 + length]);
        let bytes = zip[start..start + place(at + 24)].to_vec();
        let crc32 = u32_at(at + 16);
        assert_eq!(crc32, crc32fast::hash(&bytes), "{name}");
        files.push(File {
            name,
            crc32,
            bytes,
            when: (u16_at(at + 12), u16_at(at + 14)),
        });
        at += 46 + length;
    }
    assert_eq!(at, end);
    files
}

pub fn names(files: &[File]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

/// Time and date as DOS has them.
fn dos(year: u16, month: u16, day: u16, hour: u16, minute: u16, second: u16) -> (u16, u16) {
    (
        (hour << 11) | (minute << 5) | (second / 2),
        ((year - 1980) << 9) | (month << 5) | day,
    )
}

/// A ZIP that came whole, with what says how to keep it.
pub fn zip(reply: &Reply) -> Vec<File> {
    assert_eq!(reply.status, 200, "{:?}", reply.text());
    assert_eq!(reply.header("Content-Type"), Some("application/zip"));
    let length = reply.header("Content-Length").unwrap();
    assert_eq!(length, reply.bytes.len().to_string());
    assert_eq!(reply.header("X-Accel-Buffering"), Some("no"));
    files(&reply.bytes)
}

fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("Ann");
    ann.space("Family: at the lake");
    ann
}

/// Shares photos, each with when it was taken, and returns their ids.
fn share(person: &Person<'_>, photos: &[(u32, &str)]) -> Vec<i64> {
    let form = photos.iter().fold(Form::default(), |form, (seed, taken)| {
        let form = form.file(&pictures::png(*seed));
        form.part("taken_at", None, taken.as_bytes())
    });
    let share = person.post_form(SHARES, form).is_ok();
    let media = share["media"].as_array().unwrap().iter();
    media.map(|medium| medium["id"].as_i64().unwrap()).collect()
}

fn select(person: &Person<'_>, ids: &[i64]) -> Reply {
    person.post(PATH, json!({"media": ids}))
}

/// Changes the database behind the server's back.
fn sql(app: &TestApp, statement: &'static str) {
    let done = app.app.db.write(move |conn| {
        conn.execute_batch(statement)?;
        Ok(())
    });
    app.wait(done).unwrap();
}

#[test]
fn a_space_is_taken_home_in_the_order_of_its_days_under_names_that_say_when_and_by_whom() {
    let app = TestApp::new();
    let ann = ann(&app);
    let bob = app.person("bob");
    ann.invite(1, "bob");
    share(
        &bob,
        &[(1, "2021-05-01T08:00:00+02:00"), (2, "2019-07-14T15:30:05")],
    );
    share(&ann, &[(3, "2019-07-14T15:30:05"), (4, "none")]);
    share(&ann, &[(5, "2019-07-14T15:30:05")]);
    app.move_photos();
    let reply = ann.get(PATH);
    let files = zip(&reply);
    let [first, second, third, fourth, last] = &files[..] else {
        panic!("{:?}", names(&files))
    };
    assert_eq!(
        names(&files)[..4],
        [
            "2019-07-14 15.30.05 bob.png",
            "2019-07-14 15.30.05 Ann.png",
            "2019-07-14 15.30.05 Ann (2).png",
            "2021-05-01 08.00.00 bob.png",
        ]
    );
    assert_eq!(first.when, dos(2019, 7, 14, 15, 30, 5));
    assert_eq!(fourth.when, dos(2021, 5, 1, 8, 0, 0));
    // That of the share, where the time when it was taken is unknown.
    let today = app.app.now().rfc3339();
    assert!(last.name.starts_with(&today[..4]) && last.name.ends_with(" Ann.png"));
    for (file, seed) in [(first, 2), (second, 3), (third, 5), (fourth, 1), (last, 4)] {
        assert!(file.bytes == pictures::png(seed), "{}", file.name);
    }
    let disposition = reply.header("Content-Disposition").unwrap();
    let expected = format!(
        "attachment; filename*=UTF-8''Family%5F%20at%20the%20lake%20{}%2Ezip",
        today[..10].replace('-', "%2D")
    );
    assert_eq!(disposition, expected);
}

#[test]
fn what_was_chosen_is_taken_home_each_photo_once() {
    let app = TestApp::new();
    let ann = ann(&app);
    let ids = share(
        &ann,
        &[
            (1, "2021-01-01T00:00:00"),
            (2, "2020-01-01T00:00:00"),
            (3, "none"),
        ],
    );
    let expected = ["2020-01-01 00.00.00 Ann.png", "2021-01-01 00.00.00 Ann.png"];
    let files = zip(&select(&ann, &[ids[0], ids[1], ids[0]]));
    assert_eq!(names(&files), expected);
    // As a page has its browser do it.
    let form = format!("media={}&media={}&other=1", ids[1], ids[0]);
    let request = app.client().post(PATH).header(ContentType::Form);
    let files = zip(&ann.by_cookie().send(request.body(form)));
    assert_eq!(names(&files), expected);
    app.move_photos();
}

#[test]
fn a_choice_that_makes_no_sense_is_refused_with_a_sentence() {
    let app = TestApp::new();
    let ann = ann(&app);
    let id = share(&ann, &[(1, "none")])[0];
    ann.post("/spaces", json!({"name": "Other"})).is_ok();
    let of_other = ann.post_form("/spaces/2/shares", Form::default().file(&pictures::png(2)));
    let of_other = of_other.is_ok()["media"][0]["id"].as_i64().unwrap();
    app.move_photos();
    let before = app.snapshot();
    let missing = |id: &str| format!("This space has no photo with ID '{id}'");
    for (body, status, sentence) in [
        (json!({}), 400, "Invalid payload: 'media'".to_owned()),
        (
            json!({"media": null}),
            400,
            "Media must be provided".to_owned(),
        ),
        (
            json!({"media": {"id": id}}),
            400,
            "Media must be a list".to_owned(),
        ),
        (
            json!({"media": []}),
            400,
            "Media cannot be empty".to_owned(),
        ),
        (
            json!({"media": [id, [id]]}),
            400,
            "Each entry of media must be the id of a photo".to_owned(),
        ),
        (
            json!({"media": [id.to_string()]}),
            400,
            "Each entry of media must be the id of a photo".to_owned(),
        ),
        (
            json!({"media": [id, of_other]}),
            404,
            missing(&of_other.to_string()),
        ),
        (json!({"media": [-1]}), 404, missing("-1")),
        (json!({"media": [1.5]}), 404, missing("1.5")),
        (json!({"media": [9000.0]}), 404, missing("9000")),
        (
            json!({"media": [u64::MAX]}),
            404,
            missing("18446744073709551615"),
        ),
        (
            json!({"media": vec![id; 10_001]}),
            400,
            "A ZIP has at most 10000 photos".to_owned(),
        ),
    ] {
        ann.post(PATH, body).is(status, &sentence);
    }
    for (form, status, sentence) in [
        ("", 400, "Invalid payload: 'media'"),
        ("medium=1", 400, "Invalid payload: 'media'"),
        (
            "media=",
            400,
            "Each entry of media must be the id of a photo",
        ),
        ("media=%ff", 400, "Media must be UTF-8"),
        ("media=9", 404, "This space has no photo with ID '9'"),
    ] {
        let request = app.client().post(PATH).header(ContentType::Form);
        ann.send(request.body(form)).is(status, sentence);
    }
    assert_eq!(zip(&select(&ann, &vec![id; 10_000])).len(), 1);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn only_members_take_a_space_home_and_by_no_other_sites_page() {
    let app = TestApp::new();
    let ann = ann(&app);
    let bob = app.person("bob");
    let id = share(&ann, &[(1, "none")])[0];
    app.move_photos();
    for reply in [bob.get(PATH), select(&bob, &[id])] {
        reply.is(403, "Can't access this space - not a member");
    }
    ann.get("/spaces/9/archive")
        .is(404, "Space with ID '9' doesn't exist");
    let request = app.client().post(PATH).header(ContentType::Form);
    let request = request
        .header(app.cookie(ann.token()))
        .header(Header::new("Sec-Fetch-Site", "cross-site"));
    app.anonymous()
        .send(request.body(format!("media={id}")))
        .is(403, "Requests with the cookie must come from this site");
    // A link in a page of ours leads a browser there.
    assert_eq!(zip(&ann.by_cookie().get(PATH)).len(), 1);
}

#[test]
fn how_large_it_will_be_is_said_without_sending_it() {
    let app = TestApp::new();
    let ann = ann(&app);
    assert_eq!(zip(&ann.get(PATH)).len(), 0);
    share(&ann, &[(1, "none"), (2, "none")]);
    app.move_photos();
    let length = ann.get(PATH).bytes.len().to_string();
    let head = ann.send(app.client().head(PATH));
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("Content-Length"), Some(length.as_str()));
}

#[test]
fn photos_that_have_not_been_moved_yet_come_too() {
    let app = TestApp::new().leaving_jobs();
    let ann = ann(&app);
    share(&ann, &[(1, "none"), (2, "none")]);
    assert_eq!(zip(&ann.get(PATH)).len(), 2);
}

/// The checksums that are recorded, in the order of the photos' ids.
fn recorded(app: &TestApp) -> Vec<Option<u32>> {
    let read = app.app.db.read(|conn| {
        let mut list = conn.prepare("select crc32 from photos order by id")?;
        let rows = list.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    });
    app.wait(read).unwrap()
}

#[test]
fn the_checksums_of_photos_from_before_are_computed_once_and_only_of_what_was_stored() {
    let app = TestApp::new();
    let ann = ann(&app);
    share(&ann, &[(1, "2020-01-01T00:00"), (2, "2021-01-01T00:00")]);
    app.move_photos();
    let known = recorded(&app);
    let expected = [1, 2].map(|seed| Some(crc32fast::hash(&pictures::png(seed))));
    assert_eq!(known, expected);
    sql(&app, "update photos set crc32 = null");
    let files = zip(&ann.get(PATH));
    assert_eq!(recorded(&app), expected);
    let found: Vec<_> = files.iter().map(|file| Some(file.crc32)).collect();
    assert_eq!(found, expected);
    // Of a file that isn't what was stored, nothing is recorded, and nothing is sent.
    sql(&app, "update photos set crc32 = null");
    let path = app.path("photos/space-id-1/1.png");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    ann.get(PATH).is(503, UNREADABLE);
    assert_eq!(recorded(&app)[0], None);
}

#[test]
fn what_is_gone_or_is_not_as_it_was_breaks_the_zip_off() {
    let app = TestApp::new();
    let ann = ann(&app);
    share(
        &ann,
        &[
            (1, "2020-01-01T00:00"),
            (2, "2021-01-01T00:00"),
            (3, "2022-01-01T00:00"),
        ],
    );
    app.move_photos();
    let whole = ann.get(PATH).bytes;
    let second = app.path("photos/space-id-1/1.2.png");
    let bytes = std::fs::read(&second).unwrap();
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    let longer = [&bytes[..], b"x"].concat();
    let damages = [
        None,
        Some(&changed[..]),
        Some(&bytes[1..]),
        Some(&longer[..]),
    ];
    for damage in damages {
        match damage {
            None => std::fs::remove_file(&second).unwrap(),
            Some(damage) => std::fs::write(&second, damage).unwrap(),
        }
        let reply = ann.get(PATH);
        let length = reply.header("Content-Length").unwrap();
        assert_eq!(length, whole.len().to_string());
        // Broken off: what had come until then is looked at where there is a connection, in `tests/zips`.
        assert!(reply.bytes.is_empty());
    }
    std::fs::write(&second, &bytes).unwrap();
    assert_eq!(ann.get(PATH).bytes, whole);
}

#[test]
fn a_zip_that_would_break_off_at_once_is_refused() {
    let app = TestApp::new();
    let ann = ann(&app);
    share(&ann, &[(1, "none"), (2, "none")]);
    app.move_photos();
    std::fs::write(app.path("photos/space-id-1/1.png"), "short").unwrap();
    ann.get(PATH).is(503, UNREADABLE);
}

#[test]
fn a_zip_whose_photo_is_deleted_before_it_begins_is_refused() {
    let app = TestApp::new();
    let _ann = ann(&app);
    let mut planner = ContentsPlanner::default();
    let photo = ArchivedPhoto {
        id: PhotoId::from_number(7),
        name: "1-34.png".parse().unwrap(),
        bytes: 10,
        crc32: None,
        taken_at: None,
        shared_at: app.app.now(),
        user: User {
            id: UserId::from_number(1),
            login: String::from("ann"),
            name: String::from("ann"),
            avatar: None,
        },
    };
    planner.add(&photo).unwrap();
    let source = Source {
        db: app.app.db.clone(),
        photos: app.app.photos.clone(),
        clock: app.app.clock.clone(),
    };
    let session = app.app.db.read(|conn| {
        let id = conn.query_row("select id from sessions", [], |row| row.get(0))?;
        Ok(SessionId::from_number(id))
    });
    let receiver = Receiver {
        right: Right::Own,
        session: app.wait(session).unwrap(),
        lifetime: Duration::from_secs(60),
    };
    let mut zip = ZipStream::new(source, receiver, planner.finish());
    let begun = app.wait(zip.begin());
    assert!(matches!(begun, Err(Error::NotFound(NotFound::Photo))));
}

#[test]
fn names_of_any_letters_are_ones_that_every_system_takes() {
    let app = TestApp::new();
    let ann = ann(&app);
    let same = "2020-01-01T00:00";
    share(&ann, &[(1, same), (2, same), (3, "1826-01-01T00:00")]);
    app.move_photos();
    for (login, expected) in [
        ("../../etc", "2020-01-01 00.00.00 .._.._etc.png"),
        ("a\u{202e}gpj", "2020-01-01 00.00.00 a_gpj.png"),
        (
            "\u{61c}👨\u{200d}👩 CON",
            "2020-01-01 00.00.00 _👨_👩 CON.png",
        ),
        ("שלום", "2020-01-01 00.00.00 שלום.png"),
    ] {
        let renamed = app.app.db.write(move |conn| {
            conn.execute("update users set login = ? where id = 1", [login])?;
            Ok(())
        });
        app.wait(renamed).unwrap();
        let files = zip(&ann.get(PATH));
        assert_eq!(
            files[0].name,
            "1826-01-01 00.00.00".to_owned() + &expected[19..]
        );
        assert_eq!(files[0].when, dos(1980, 1, 1, 0, 0, 0));
        assert_eq!(files[1].name, expected);
        assert_eq!(files[2].name, expected.replace(".png", " (2).png"));
    }
}

#[test]
fn more_photos_than_a_zip_has_are_refused_and_as_many_are_planned() {
    let app = TestApp::new();
    let ann = ann(&app);
    // The first, which is opened before the ZIP begins.
    share(&ann, &[(1, "none")]);
    app.move_photos();
    let add = |count: u32| {
        let done = app.app.db.write(move |conn| {
            conn.execute(
                "with recursive n (i) as (select 1 union all select i + 1 from n where i < ?)
                 insert into photos (space_id, share_id, position, id, name, width, height, bytes, sha256, created_at, crc32)
                 select 1, 1, (select count(*) from photos) + i, 1000 + (select count(*) from photos) + i,
                     '1-1.' || ((select count(*) from photos) + i) || '.png', 1, 1, 0, x'', 1 << 42, 0 from n",
                [count],
            )?;
            Ok(())
        });
        app.wait(done).unwrap();
    };
    add(99_999);
    let head = ann.send(app.client().head(PATH));
    assert_eq!(head.status, 200);
    // A header and an entry each, of names with numbers, and the end with long numbers.
    let length: u64 = head.header("Content-Length").unwrap().parse().unwrap();
    assert!(length > 100_000 * (30 + 46 + 2 * 28), "{length}");
    add(1);
    ann.get(PATH).is(400, "A ZIP has at most 100000 photos");
}

#[test]
fn a_link_to_each_file_is_what_the_zip_has() {
    let app = TestApp::new();
    let ann = ann(&app);
    share(&ann, &[(1, "none")]);
    app.move_photos();
    let rows = ann.get("/spaces/1/images").is_ok();
    let Value::Array(rows) = rows else { panic!() };
    let bytes = app.anonymous().get(&path_of(&rows[0]["image_url"])).bytes;
    assert!(zip(&ann.get(PATH))[0].bytes == bytes);
}
