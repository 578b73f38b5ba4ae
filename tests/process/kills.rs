//! Killed in the middle of an upgrade, of moving photos and of deletion, again and again: the next start mends it by itself.
//!
//! `CRASH_ROUNDS` makes it longer, `CRASH_SEED` repeats a run as far as the system's scheduling lets it.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::support::{
    Process, Random, Server, command, files, pause, photos, picture, rounds, setting, succeeds,
    until,
};

const SEPARATE: (&str, &str) = ("SHARED_SPACES_PHOTOS__WORKER", "external");

fn random() -> Random {
    let seed = setting("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("CRASH_SEED={seed}");
    Random::new(seed)
}

/// The rounds of a test that is to interrupt something at least once.
#[derive(Default)]
struct Rounds {
    all: u64,
    cut_short: u64,
}

impl Rounds {
    /// How many there are at most until one has interrupted anything.
    const MOST: u64 = 40;

    fn is_another_due(&self) -> bool {
        if self.all < rounds("CRASH_ROUNDS") {
            return true;
        }
        assert!(
            self.cut_short > 0 || self.all < Self::MOST,
            "nothing was cut short: this test tests nothing"
        );
        self.cut_short == 0
    }

    fn count(&mut self, was_cut_short: bool) {
        self.all += 1;
        self.cut_short += u64::from(was_cut_short);
    }
}

/// A number out of a database file, which is not changed.
fn number(database: &Path, sql: &str) -> i64 {
    let connection =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn is_sound(database: &Path) {
    let faults = "select count(*) from pragma_integrity_check where integrity_check <> 'ok'";
    assert_eq!(number(database, faults), 0);
}

/// A database of the first schema that is large enough for its upgrade to take a while.
fn old_database(at: &Path) -> i64 {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-v1.sql");
    let connection = Connection::open(at).unwrap();
    connection
        .execute_batch("pragma journal_mode = wal")
        .unwrap();
    connection
        .execute_batch(&fs::read_to_string(fixture).unwrap())
        .unwrap();
    connection
        .execute_batch(
            "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20000)
             insert into shares (space_id, user_id, text, created_at) select 1, 1, 'Words ' || n, n from numbers;
             insert into photos (share_id, space_id, position, name, width, height, bytes, sha256, created_at)
             select id, 1, 0, '1-' || id || '.jpg', 1, 1, 1, zeroblob(32), 0 from shares where text like 'Words %';",
        )
        .unwrap();
    number(at, "select count(*) from shares")
}

#[test]
fn an_upgrade_that_is_killed_at_any_moment_is_done_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    let shares = old_database(&old);
    let fresh = || {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::copy(&old, folder.path().join("data/shared-spaces.db")).unwrap();
        folder
    };
    let list = |folder: &Path| {
        let mut list = command(folder, &["user", "list"]);
        list.stdout(Stdio::null()).env("RUST_LOG", "off");
        Process::start(list)
    };
    let whole = fresh();
    let started = Instant::now();
    assert!(list(whole.path()).wait().success());
    let takes = u64::try_from(started.elapsed().as_micros()).unwrap();

    let (mut random, mut rounds) = (random(), Rounds::default());
    let schema = "select max(version) from refinery_schema_history";
    while rounds.is_another_due() {
        let folder = fresh();
        let data = folder.path().join("data");
        let database = data.join("shared-spaces.db");
        // Once, and again while it is being mended.
        for _ in 0..1 + random.below(2) {
            let upgrade = list(folder.path());
            pause(Duration::from_micros(random.below(takes)));
            upgrade.kill();
        }
        rounds.count(number(&database, schema) == 1);
        is_sound(&database);
        succeeds(folder.path(), &["user", "list"], "");
        assert!(number(&database, schema) > 1);
        is_sound(&database);
        assert_eq!(number(&database, "select count(*) from shares"), shares);
        let all = files(&data);
        let copy = all.iter().find(|file| file.contains(".before-v")).unwrap();
        let copy = data.join(copy);
        is_sound(&copy);
        assert_eq!(number(&copy, schema), 1);
        assert_eq!(number(&copy, "select count(*) from shares"), shares);
        assert!(!all.iter().any(|file| file.contains(".part")), "{all:?}");
    }
}

#[test]
fn a_worker_that_is_killed_again_and_again_mislays_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start_with(folder, &[SEPARATE]);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    let (mut random, mut shares) = (random(), Vec::new());
    let start = || {
        let mut worker = command(folder, &["worker"]);
        worker.env("RUST_LOG", "off");
        Process::start(worker)
    };
    let mut worker = start();
    for _ in 0..rounds("CRASH_ROUNDS") {
        for seed in 0..8 {
            shares.push((ann.share_photo(&space, &picture(24, seed)), seed));
        }
        pause(Duration::from_micros(random.below(100_000)));
        worker.kill();
        worker = start();
        for (share, seed) in &shares {
            assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, *seed));
        }
        // What a killed worker had claimed is hidden for a minute, which needn't be waited for here. That it was claimed
        // so often isn't the photo's fault either.
        database
            .execute_batch("update photo_jobs set due_at = 0, attempts = 0, failed_at = null")
            .unwrap();
    }
    until("every photo to be moved", || {
        let mut found = photos(&folder.join("data"));
        // What a killed worker was writing is left to a cleanup at a time when no process can still be writing it.
        found.retain(|file| !file.starts_with("temp/.part-"));
        (found.len() == shares.len() && found.iter().all(|file| file.starts_with("space-id-1/")))
            .then_some(())
    });
}

#[test]
fn a_deletion_that_is_killed_at_any_moment_is_whole_or_not_begun() {
    let mut random = random();
    for round in 0..rounds("CRASH_ROUNDS") {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let mut server = Server::start(folder);
        let ann = server.person("ann");
        let space = ann.space("Family");
        for seed in 0..20 {
            ann.share_photo(&space, &picture(24, seed));
        }
        let data = folder.join("data");
        let deleted = if round % 2 == 0 {
            // A space with all that was shared in it, over the network.
            let deleting = ann.clone();
            let path = space.clone();
            let asked = std::thread::spawn(move || {
                deleting
                    .delete(&path)
                    .is_ok_and(|reply| reply.status == 200)
            });
            pause(Duration::from_micros(random.below(20_000)));
            server.process.kill();
            asked.join().unwrap()
        } else {
            // An account, on the command line.
            server.process.kill();
            let mut remove = command(folder, &["user", "remove", "ann", "--yes"]);
            remove.stdout(Stdio::null()).env("RUST_LOG", "off");
            let remove = Process::start(remove);
            pause(Duration::from_micros(random.below(150_000)));
            remove.kill();
            false
        };
        server = Server::start(folder);
        let database = folder.join("data/shared-spaces.db");
        let left = number(&database, "select count(*) from photos");
        assert!(
            left == 0 || left == 20 && !deleted,
            "{left} photos are left"
        );
        assert_eq!(number(&database, "select count(*) from shares"), left);
        until("the photos to be those of living shares", || {
            (i64::try_from(photos(&data).len()).unwrap() == left).then_some(())
        });
        is_sound(&database);
        server.process.kill();
    }
}

#[test]
fn a_deletion_of_a_large_space_that_is_killed_goes_on_by_itself_and_nobody_sees_what_is_left() {
    const SHARES: i64 = 4000;
    let (mut random, mut rounds) = (random(), Rounds::default());
    while rounds.is_another_due() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let server = Server::start(folder);
        let ann = server.person("ann");
        let space = ann.space("Family");
        let database = folder.join("data/shared-spaces.db");
        let filled = Connection::open(&database).unwrap();
        filled.busy_timeout(Duration::from_secs(10)).unwrap();
        filled
            .execute_batch(&format!(
                "begin immediate;
                 with recursive n(i) as (select 1 union all select i + 1 from n where i < {SHARES})
                 insert into shares (id, space_id, user_id, text, created_at) select 1000 + i, 1, 1, 'Words', 0 from n;
                 insert into photos (id, share_id, space_id, position, name, width, height, bytes, sha256, created_at)
                 select id, id, 1, 0, '1-' || id || '.jpg', 1, 1, 1, zeroblob(32), 0 from shares;
                 commit;"
            ))
            .unwrap();
        let (deleting, path) = (ann.clone(), space.clone());
        let asked = std::thread::spawn(move || deleting.delete(&path).is_ok());
        // From its first transaction on.
        let begun = "select count(*) from spaces where deleted_at is null";
        until("the deletion to begin", || {
            (number(&database, begun) == 0).then_some(())
        });
        pause(Duration::from_micros(random.below(20_000)));
        server.process.kill();
        asked.join().unwrap();
        rounds.count(number(&database, "select count(*) from spaces") == 1);

        let server = Server::start(folder);
        let ann = ann.at(&server);
        assert_eq!(ann.get("/spaces").unwrap().json(), serde_json::json!([]));
        assert_eq!(ann.get(&space).unwrap().status, 404);
        let share = format!("/shares/{}", 1000 + SHARES);
        assert_eq!(ann.get(&share).unwrap().status, 404);
        until("the rest of the space to go", || {
            (number(&database, "select count(*) from spaces") == 0).then_some(())
        });
        assert_eq!(number(&database, "select count(*) from shares"), 0);
        assert_eq!(number(&database, "select count(*) from photos"), 0);
        is_sound(&database);
        server.process.kill();
    }
}
