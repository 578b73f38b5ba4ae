//! The server is killed at random moments while people upload, edit and delete, and started again. What was
//! acknowledged is there, byte for byte; what wasn't is there completely or not at all.
//!
//! `CRASH_ROUNDS` makes it longer, `CRASH_SEED` repeats a run as far as the system's scheduling lets it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{
    Person, Process, Random, Server, command, pause, photos, picture, previews, rounds, setting,
    until,
};

const PEOPLE: u64 = 3;

/// A share as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    pub text: String,
    pub photo: Option<Vec<u8>>,
}

/// What one person expects of their shares. `None` is a share that is deleted.
struct Author {
    person: Person,
    random: Random,
    /// By id, the states in which a share may be: one, or two after an unanswered request.
    shares: BTreeMap<i64, Vec<Option<Version>>>,
    /// Shares that were sent and never answered.
    unanswered: Vec<Version>,
}

impl Author {
    /// Shares, edits and deletes until the server is gone. Tells of each answer.
    fn work(&mut self, space: &str, answered: &Sender<()>) {
        while self.act(space).is_some() && answered.send(()).is_ok() {}
    }

    /// One request; `None` if no answer came.
    fn act(&mut self, space: &str) -> Option<()> {
        let living: Vec<i64> = self
            .shares
            .iter()
            .filter(|(_, states)| states[0].is_some())
            .map(|(id, _)| *id)
            .collect();
        let chosen =
            (!living.is_empty()).then(|| living[self.random.below(living.len() as u64) as usize]);
        match (self.random.below(10), chosen) {
            (0..=5, _) | (_, None) => self.create(space),
            (6..=7, Some(id)) => self.edit(id),
            (_, Some(id)) => self.delete(id),
        }
    }

    fn create(&mut self, space: &str) -> Option<()> {
        let version = self.version(None);
        match self.person.post_form(
            &format!("{space}/shares"),
            &version.text,
            version.photo.as_deref(),
        ) {
            Ok(reply) => {
                assert_eq!(reply.status, 200, "{reply:?}");
                let id = reply.json()["id"].as_i64().unwrap();
                let before = self.shares.insert(id, vec![Some(version)]);
                assert_eq!(before, None, "the id {id} was given away twice");
                Some(())
            }
            Err(_) => {
                self.unanswered.push(version);
                None
            }
        }
    }

    fn edit(&mut self, id: i64) -> Option<()> {
        let old = self.shares[&id][0].clone().unwrap();
        let version = self.version(old.photo.clone());
        let photo = version
            .photo
            .as_deref()
            .filter(|photo| old.photo.as_deref() != Some(photo));
        let sent = self
            .person
            .put_form(&format!("/shares/{id}"), &version.text, photo);
        self.settle(id, sent.map(|reply| reply.status).ok(), old, Some(version))
    }

    fn delete(&mut self, id: i64) -> Option<()> {
        let old = self.shares[&id][0].clone().unwrap();
        let sent = self.person.delete(&format!("/shares/{id}"));
        self.settle(id, sent.map(|reply| reply.status).ok(), old, None)
    }

    /// Records what the answer, or its absence, says of a share.
    fn settle(
        &mut self,
        id: i64,
        status: Option<u16>,
        old: Version,
        new: Option<Version>,
    ) -> Option<()> {
        match status {
            Some(status) => {
                assert_eq!(status, 200);
                self.shares.insert(id, vec![new]);
                Some(())
            }
            None => {
                self.shares.insert(id, vec![Some(old), new]);
                None
            }
        }
    }

    /// Something new to share: mostly with a new photo, small or large; else with `photo`.
    fn version(&mut self, photo: Option<Vec<u8>>) -> Version {
        let seed = self.random.next();
        let photo = match self.random.below(10) {
            0..=2 => photo,
            3..=7 => Some(picture(24, seed)),
            _ => Some(picture(200, seed)),
        };
        Version {
            text: format!("Something new: {seed}"),
            photo,
        }
    }

    /// Compares what the server has with what it may have, and takes that for known from now on.
    fn check(&mut self, space: &str) {
        for (id, states) in &mut self.shares {
            let reply = self.person.get(&format!("/shares/{id}")).unwrap();
            let found = match reply.status {
                404 => None,
                _ => Some(seen(&self.person, &reply.json())),
            };
            assert!(
                states.contains(&found),
                "share {id} is not as it was acknowledged"
            );
            *states = vec![found];
        }
        let me = self.person.get("/me").unwrap().json();
        for share in list(&self.person, space)
            .iter()
            .filter(|share| share["user"]["id"] == me["id"])
        {
            let id = share["id"].as_i64().unwrap();
            let found = seen(&self.person, share);
            match self.shares.get(&id) {
                Some(states) => {
                    assert_eq!(states[0], Some(found), "share {id} is another in the list");
                }
                None => {
                    let sent = self.unanswered.iter().position(|sent| *sent == found);
                    let sent = sent.unwrap_or_else(|| panic!("share {id} was never sent"));
                    self.unanswered.swap_remove(sent);
                    self.shares.insert(id, vec![Some(found)]);
                }
            }
        }
        // What isn't there now must not come later.
        self.unanswered.clear();
    }
}

/// A share as the server shows it, with the bytes behind its link.
pub fn seen(person: &Person, share: &Value) -> Version {
    let photo = (!share["image_url"].is_null()).then(|| {
        let reply = person.fetch(&share["image_url"]);
        assert_eq!(
            reply.status, 200,
            "share {} has a photo that can't be fetched",
            share["id"]
        );
        reply.bytes
    });
    Version {
        text: share["text"].as_str().unwrap().to_owned(),
        photo,
    }
}

/// All shares of a space; there are fewer than fit on one page of 500 for each author.
fn list(person: &Person, space: &str) -> Vec<Value> {
    let shares = person
        .get(&format!("{space}/shares?limit=500"))
        .unwrap()
        .json();
    let shares = shares.as_array().unwrap().clone();
    assert!(
        shares.len() < 500,
        "more shares than this test can see: fewer rounds, please"
    );
    shares
}

fn kill_at_a_random_moment(server: Server, answers: &Receiver<()>, random: &mut Random) {
    for _ in 0..1 + random.below(40) {
        answers.recv().unwrap();
    }
    // And a little later, so that it isn't always right after an answer.
    pause(Duration::from_micros(random.below(5000)));
    server.process.kill();
}

#[test]
fn whenever_the_server_is_killed_nothing_acknowledged_is_lost_and_nothing_is_half_there() {
    let seed = setting("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut server = Server::start(folder);
    let people: Vec<Person> = (0..PEOPLE)
        .map(|number| server.person(&format!("person-{number}")))
        .collect();
    let spaces: Vec<String> = people.iter().map(|person| person.space("Family")).collect();
    let mut authors: Vec<Author> = people
        .into_iter()
        .map(|person| Author {
            person,
            random: Random::new(random.next()),
            shares: BTreeMap::new(),
            unanswered: Vec::new(),
        })
        .collect();

    for _ in 0..rounds("CRASH_ROUNDS") {
        let (answered, answers) = channel();
        thread::scope(|scope| {
            for (author, space) in authors.iter_mut().zip(&spaces) {
                let answered = answered.clone();
                scope.spawn(move || author.work(space, &answered));
            }
            kill_at_a_random_moment(server, &answers, &mut random);
        });
        server = Server::start(folder);
        for (author, space) in authors.iter_mut().zip(&spaces) {
            author.person = author.person.at(&server);
            author.check(space);
        }
        check_names(folder, &authors, &spaces);
    }
    check_files(folder, server, &authors, &spaces);
}

/// The names of the photos that living shares have.
fn living(authors: &[Author], spaces: &[String]) -> BTreeSet<String> {
    let shares = authors
        .iter()
        .zip(spaces)
        .flat_map(|(author, space)| list(&author.person, space));
    shares
        .filter_map(|share| Some(name_of_photo(share["image_url"].as_str()?)))
        .collect()
}

/// After each start, the bytes of living shares are there, in their space or not yet, and no others.
fn check_names(folder: &Path, authors: &[Author], spaces: &[String]) {
    let expected = living(authors, spaces);
    // Looked at again, because a worker may move a photo from one folder to the other between two looks.
    until("the photos to be those of living shares", || {
        let found = photos(&folder.join("data"));
        let names = found.iter().map(|path| match path.split_once('/') {
            Some(("temp", name)) => name.to_owned(),
            _ => path.replacen("space-id-", "", 1).replacen('/', "-", 1),
        });
        (names.collect::<BTreeSet<_>>() == expected).then_some(())
    });
}

/// At the end, the folders hold the photos of living shares and nothing else.
fn check_files(folder: &Path, server: Server, authors: &[Author], spaces: &[String]) {
    let database = Connection::open(folder.join("data/shared-spaces.db")).unwrap();
    let count = |sql: &str| {
        database
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // A photo whose worker was killed is hidden for a minute; nothing else has to be waited for.
    database
        .execute_batch("update photo_jobs set due_at = 0")
        .unwrap();
    until("every photo to be moved", || {
        (count("select count(*) from photo_jobs") == 0).then_some(())
    });

    let expected: BTreeSet<String> = living(authors, spaces)
        .iter()
        .map(|name| format!("space-id-{}", name.replacen('-', "/", 1)))
        .collect();
    assert!(
        expected.len() > 10,
        "only {} photos: this test tests nothing",
        expected.len()
    );
    server.process.kill();
    // What the last run has left is deleted before the server is up.
    drop(Server::start(folder));
    let found: BTreeSet<String> = photos(&folder.join("data")).into_iter().collect();
    assert_eq!(found, expected);
    let both = |photo: &String| ["large", "small"].map(|size| format!("{photo}.{size}"));
    let expected: BTreeSet<String> = expected.iter().flat_map(both).collect();
    let found: BTreeSet<String> = previews(&folder.join("data")).into_iter().collect();
    assert_eq!(found, expected);
    assert_eq!(
        count("select count(*) from pragma_integrity_check where integrity_check <> 'ok'"),
        0
    );
    assert_eq!(count("select count(*) from pragma_foreign_key_check"), 0);
}

/// `…/photos/1-34.jpg?…` is `1-34.jpg`.
fn name_of_photo(url: &str) -> String {
    let (path, _) = url.split_once('?').unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

#[test]
fn a_first_start_that_is_cut_short_does_not_keep_the_next_from_starting() {
    let seed = setting("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("CRASH_SEED={seed}");
    let mut random = Random::new(seed);
    for _ in 0..rounds("CRASH_ROUNDS") {
        let folder = tempfile::tempdir().unwrap();
        let mut first = command(folder.path(), &["serve", "--port", "0"]);
        first.stdout(Stdio::null()).env("RUST_LOG", "off");
        let first = Process::start(first);
        pause(Duration::from_micros(random.below(30_000)));
        first.kill();
        let server = Server::start(folder.path());
        let ann = server.person("ann");
        let share = ann.share_photo(&ann.space("Family"), &picture(24, 1));
        assert_eq!(ann.fetch(&share["image_url"]).bytes, picture(24, 1));
    }
}

#[test]
fn what_a_killed_process_was_writing_in_the_data_folder_is_deleted_when_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(Server::start(folder.path()));
    let (old, new) = (data.join(".draft-old"), data.join(".draft-new"));
    for draft in [&old, &new] {
        fs::write(draft, "half a key").unwrap();
    }
    let file = fs::File::options().write(true).open(&old).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written - Duration::from_secs(2 * 60 * 60))
        .unwrap();
    drop(Server::start(folder.path()));
    assert!(!old.exists(), "no writer is left");
    assert!(new.exists(), "a process may still be writing it");
}

#[test]
fn the_id_of_a_deleted_share_is_not_used_again_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let id = |share: Value| share["id"].as_i64().unwrap();
    let first = id(ann.share_photo(&space, &picture(24, 1)));
    assert_eq!(ann.delete(&format!("/shares/{first}")).unwrap().status, 200);
    server.process.kill();
    let server = Server::start(folder.path());
    let second = id(ann.at(&server).share_photo(&space, &picture(24, 2)));
    assert!(second > first, "{second} is not above {first}");
}
