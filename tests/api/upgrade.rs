//! Databases of every schema that has landed, opened by today's program.

use std::fs;
use std::path::{Path, PathBuf};

use rocket::http::{ContentType, Header};
use rocket::local::blocking::Client;
use rusqlite::Connection;
use serde_json::{Value, json};
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::config::Config;
use shared_spaces::db::Db;
use tempfile::TempDir;

use crate::support::MISCOUNTS;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let fixtures: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    assert!(!fixtures.is_empty());
    fixtures
}

/// A data folder with the database of a fixture.
fn data_folder(fixture: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(folder.path().join("shared-spaces.db")).unwrap();
    database
        .execute_batch(&fs::read_to_string(fixture).unwrap())
        .unwrap();
    folder
}

fn open(folder: &TempDir) -> Client {
    let config = Config {
        data_dir: folder.path().to_owned(),
        ..Config::default()
    };
    Client::untracked(api::rocket(App::open(config).unwrap())).unwrap()
}

fn get(client: &Client, token: &str, path: &str) -> Value {
    let request = client
        .get(path.to_owned())
        .header(Header::new("Authorization", format!("Bearer {token}")));
    let response = request.dispatch();
    assert_eq!(response.status().code, 200, "{path}");
    serde_json::from_str(&response.into_string().unwrap()).unwrap()
}

fn sign_in(client: &Client, login: &str) -> String {
    let body = format!(r#"{{"login": "{login}", "password": "correct horse"}}"#);
    let response = client
        .post("/login")
        .header(ContentType::JSON)
        .body(body)
        .dispatch();
    let reply: Value = serde_json::from_str(&response.into_string().unwrap()).unwrap();
    reply["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn what_people_had_is_still_there() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let client = open(&folder);
        let bob = sign_in(&client, "bob");
        assert_eq!(
            get(&client, &bob, "/spaces")[0]["space"]["name"],
            "Family",
            "{fixture:?}"
        );
        let shares = get(&client, &bob, "/spaces/1/shares");
        let texts: Vec<_> = shares
            .as_array()
            .unwrap()
            .iter()
            .map(|share| share["text"].as_str().unwrap())
            .collect();
        assert_eq!(
            texts,
            [
                "The garden at noon",
                "Grüße, 日本, 👍",
                "Nice weather - let's have a barbecue"
            ]
        );
        assert!(
            shares[0]["image_url"]
                .as_str()
                .unwrap()
                .contains("/photos/1-3.4.jpg?")
        );
        let members = get(&client, &bob, "/spaces/1/members");
        let admins: Vec<_> = members
            .as_array()
            .unwrap()
            .iter()
            .map(|member| &member["is_admin"])
            .collect();
        assert_eq!(admins, [true, false]);
    }
}

#[test]
fn who_has_chosen_no_quiet_hours_keeps_those_that_all_had() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let client = open(&folder);
        let hours = |login| get(&client, &sign_in(&client, login), "/me")["quiet_hours"].clone();
        let usual = json!({"from": "22:00", "until": "07:00"});
        assert_eq!(hours("ann"), usual, "{fixture:?}");
        let own = json!({"from": "13:00", "until": "15:00"});
        assert!([usual, own].contains(&hours("bob")), "{fixture:?}");
    }
}

#[test]
fn what_was_there_before_there_were_marks_is_read_and_has_its_place_among_what_comes() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let client = open(&folder);
        let (ann, bob) = (sign_in(&client, "ann"), sign_in(&client, "bob"));
        let row = |token: &str| get(&client, token, "/spaces")[1].clone();
        let family = get(&client, &bob, "/spaces")[0].clone();
        assert_eq!(family["unread"], 0, "{fixture:?}");
        assert_eq!(family["last_read_share_id"], 3, "{fixture:?}");
        let last = family["last_activity_at"].as_str().unwrap();
        assert!(
            last.starts_with("2026-11-24T12:00:1"),
            "{fixture:?}: {last}"
        );
        let first = get(&client, &ann, "/spaces?order=activity")[0].clone();
        assert_eq!(row(&ann)["space"]["name"], "Family");
        let shared = client
            .post("/spaces/1/shares")
            .header(Header::new("Authorization", format!("Bearer {ann}")))
            .header(ContentType::Form)
            .body("text=Hello")
            .dispatch();
        assert_eq!(shared.status().code, 200);
        assert_eq!(get(&client, &bob, "/spaces")[0]["unread"], 1, "{fixture:?}");
        let now_first = get(&client, &ann, "/spaces?order=activity")[0]["space"]["id"].clone();
        assert_eq!(now_first, 1, "{fixture:?}: {first} was first");
    }
}

#[test]
fn ids_go_on_behind_the_highest_ever_used() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let client = open(&folder);
        let ann = sign_in(&client, "ann");
        let bearer = || Header::new("Authorization", format!("Bearer {ann}"));
        let post = |path: &'static str, kind: ContentType, body: &'static str| {
            let response = client
                .post(path)
                .header(bearer())
                .header(kind)
                .body(body)
                .dispatch();
            let reply: Value = serde_json::from_str(&response.into_string().unwrap()).unwrap();
            reply["id"].as_i64().unwrap()
        };
        assert_eq!(
            post("/spaces", ContentType::JSON, r#"{"name": "Choir"}"#),
            4,
            "{fixture:?}"
        );
        assert_eq!(
            post("/spaces/1/shares", ContentType::Form, "text=Hello"),
            6,
            "{fixture:?}"
        );
    }
}

#[test]
fn a_share_that_is_sent_twice_under_one_key_is_made_once() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let client = open(&folder);
        let ann = sign_in(&client, "ann");
        let send = || {
            let response = client
                .post("/spaces/1/shares")
                .header(Header::new("Authorization", format!("Bearer {ann}")))
                .header(Header::new("Idempotency-Key", "a-key"))
                .header(ContentType::Form)
                .body("text=Hello")
                .dispatch();
            response.into_string().unwrap()
        };
        let first = send();
        assert!(first.contains("\"text\":\"Hello\""), "{fixture:?}: {first}");
        assert_eq!(first, send(), "{fixture:?}");
    }
}

#[test]
fn what_waited_still_waits_and_what_failed_is_still_listed() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        drop(open(&folder));
        let database = Connection::open(folder.path().join("shared-spaces.db")).unwrap();
        let count = |sql: &str| {
            database
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(
            count("select count(*) from photo_jobs where failed_at is null"),
            1,
            "{fixture:?}"
        );
        assert_eq!(
            count("select count(*) from photo_jobs where failed_at is not null"),
            1,
            "{fixture:?}"
        );
        assert_eq!(count("select count(*) from tombstones"), 2, "{fixture:?}");
        assert_eq!(
            count("select count(*) from pragma_foreign_key_check"),
            0,
            "{fixture:?}"
        );
    }
}

#[test]
fn the_previews_of_older_photos_are_looked_for() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        drop(open(&folder));
        let database = Connection::open(folder.path().join("shared-spaces.db")).unwrap();
        let unknown =
            "select count(*) from photos where placeholder is null and previews_due_at is not null";
        let known =
            "select count(*) from photos where placeholder is not null and previews_due_at is null";
        let count = |sql| {
            database
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(count(unknown) + count(known), 2, "{fixture:?}");
        assert!(count(unknown) >= 1, "{fixture:?}");
    }
}

#[test]
fn an_upgrade_that_breaks_off_half_way_can_be_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared-spaces.db");
    // The table in which upgrades are recorded, while the disk is full.
    let disk_full = "create table refinery_schema_history
            (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255));
        create trigger disk_full before insert on refinery_schema_history
            begin select raise(abort, 'the disk is full'); end;";
    let database = Connection::open(&path).unwrap();
    database.execute_batch(disk_full).unwrap();
    let refusal = format!("{:#}", Db::open(&path).err().unwrap());
    assert!(refusal.contains("the disk is full"), "{refusal}");
    database.execute_batch("drop trigger disk_full").unwrap();
    let opened = Db::open(&path);
    assert!(opened.is_ok(), "{:#}", opened.err().unwrap());
}

#[test]
fn a_migration_that_was_edited_after_it_landed_is_noticed() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let path = folder.path().join("shared-spaces.db");
        let edited = "update refinery_schema_history set checksum = '1' where version = 1";
        Connection::open(&path)
            .unwrap()
            .execute_batch(edited)
            .unwrap();
        let refusal = format!("{:#}", Db::open(&path).err().unwrap());
        assert!(refusal.contains("can't be upgraded"), "{refusal}");
    }
}

#[test]
fn a_database_from_a_newer_version_is_refused_and_left_as_it_is() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        let path = folder.path().join("shared-spaces.db");
        let newer = "pragma journal_mode = wal;
            insert into refinery_schema_history values (9999, 'later', '2030-01-01T00:00:00Z', '1')";
        Connection::open(&path)
            .unwrap()
            .execute_batch(newer)
            .unwrap();
        let bytes = fs::read(&path).unwrap();
        let refusal = Db::open(&path).err().unwrap().to_string();
        assert!(
            refusal.contains("has schema 9999") && refusal.contains("newer version"),
            "{refusal}"
        );
        assert!(fs::read(&path).unwrap() == bytes, "the file has changed");
        let copies = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains(".before-"));
        assert_eq!(copies.count(), 0);
    }
}

#[test]
fn what_the_photos_of_every_old_schema_take_is_counted() {
    for fixture in fixtures() {
        let folder = data_folder(&fixture);
        drop(open(&folder));
        let database = Connection::open(folder.path().join("shared-spaces.db")).unwrap();
        let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(number(MISCOUNTS), 0, "{}", fixture.display());
        assert_eq!(
            number("select bytes > 0 from server_usage"),
            number("select exists (select 1 from photos) or exists (select 1 from uploads)"),
            "{}",
            fixture.display()
        );
    }
}
