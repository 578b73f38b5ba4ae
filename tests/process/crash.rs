//! The server is killed at random moments while people upload, edit and delete, and started again. What was
//! acknowledged is there, byte for byte; what wasn't is there wholly or not at all.
//!
//! `CRASH_ROUNDS` makes it longer, `CRASH_SEED` repeats a run as far as the system's scheduling lets it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Person, Random, Server, files, picture, until};

const PEOPLE: u64 = 3;
const ROUNDS: u64 = 12;

/// A share as it should be.
#[derive(Clone, Debug, PartialEq)]
struct Version {
    text: String,
    photo: Option<Vec<u8>>,
}

/// What one person knows of their shares. `None` is a share that is deleted.
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
                self.shares
                    .insert(reply.json()["id"].as_i64().unwrap(), vec![Some(version)]);
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

    /// Writes down what the answer, or its absence, says of a share.
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
            .filter(|share| share["user"] == me)
        {
            let id = share["id"].as_i64().unwrap();
            let found = seen(&self.person, share);
            match self.shares.get(&id) {
                Some(states) => {
                    assert_eq!(states[0], Some(found), "share {id} is another in the list");
                }
                None => {
                    assert!(
                        self.unanswered.contains(&found),
                        "share {id} is one that nobody has sent"
                    );
                    self.shares.insert(id, vec![Some(found)]);
                }
            }
        }
    }
}

/// A share as the server shows it, with the bytes behind its link.
fn seen(person: &Person, share: &Value) -> Version {
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
    let (_never, silence) = channel::<()>();
    let _timed_out = silence.recv_timeout(Duration::from_micros(random.below(5000)));
    server.process.kill();
}

fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().unwrap().parse().unwrap())
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
    let author = |person: Person| Author {
        person,
        random: Random::new(seed ^ 77),
        shares: BTreeMap::new(),
        unanswered: Vec::new(),
    };
    let mut authors: Vec<Author> = people.into_iter().map(author).collect();
    for (number, author) in authors.iter_mut().enumerate() {
        author.random = Random::new(random.next() ^ number as u64);
    }

    for _ in 0..setting("CRASH_ROUNDS").unwrap_or(ROUNDS) {
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
    }
    check_files(folder, server, &authors, &spaces);
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
    until("every photo to be sorted", || {
        (count("select count(*) from photo_jobs") == 0).then_some(())
    });

    let photos = authors
        .iter()
        .zip(spaces)
        .flat_map(|(author, space)| list(&author.person, space));
    let expected: BTreeSet<String> = photos
        .filter_map(|share| Some(path_of_photo(share["image_url"].as_str()?)))
        .collect();
    assert!(
        expected.len() > 10,
        "only {} photos: this test tests nothing",
        expected.len()
    );
    server.process.kill();
    // What the last run left behind is deleted before the server is up.
    drop(Server::start(folder));
    let found: BTreeSet<String> = files(&folder.join("data/photos")).into_iter().collect();
    assert_eq!(found, expected);
    assert_eq!(count("select count(*) from tombstones"), 0);
    assert_eq!(
        count("select count(*) from pragma_integrity_check where integrity_check <> 'ok'"),
        0
    );
    assert_eq!(count("select count(*) from pragma_foreign_key_check"), 0);
}

/// Where a sorted photo lies: `…/photos/1-34.jpg?…` is `space-id-1/34.jpg`.
fn path_of_photo(url: &str) -> String {
    let name = url.split(['/', '?']).nth(4).unwrap();
    let (space, file) = name.split_once('-').unwrap();
    format!("space-id-{space}/{file}")
}
