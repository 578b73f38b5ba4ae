//! People with spaces and photos, and what the server answers of them.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Person, Server, files, picture, until};

/// The small installation that most tests back up: two people, two spaces, three photos, and ids that were used up.
pub struct World {
    pub server: Server,
    pub ann: Person,
    pub bob: Person,
    pub spaces: [String; 2],
}

impl World {
    pub fn start(folder: &Path) -> Self {
        Self::on(Server::start(folder))
    }

    pub fn on(server: Server) -> Self {
        let (ann, bob) = (server.person("ann"), server.person("bob"));
        let spaces = [ann.space("Family"), ann.space("Choir")];
        let added = ann
            .post(&format!("{}/members", spaces[0]), &json!({"login": "bob"}))
            .unwrap();
        assert_eq!(added.status, 200);
        ann.share_photo(&spaces[0], &picture(24, 1));
        bob.share_photo(&spaces[0], &picture(60, 2));
        ann.share_photo(&spaces[1], &picture(24, 3));
        let text = bob.post_form(&format!("{}/shares", spaces[0]), "No photo", None);
        assert_eq!(text.unwrap().status, 200);
        // An id that nothing has any more and nothing may get again.
        ann.share_photo(&spaces[0], &picture(24, 4));
        assert_eq!(ann.delete("/shares/5").unwrap().status, 200);
        Self {
            server,
            ann,
            bob,
            spaces,
        }
    }

    /// What both are answered.
    pub fn answers(&self) -> Vec<Value> {
        self.answers_at(&self.server)
    }

    /// What both are answered by another server.
    pub fn answers_at(&self, server: &Server) -> Vec<Value> {
        let both = [&self.ann, &self.bob];
        let answers = both.map(|person| answers(&person.at(server)));
        answers.concat()
    }

    /// Ends the server and deletes everything that it had on this machine.
    pub fn wipe(self, folder: &Path) -> Gone {
        self.server.process.terminate();
        assert!(self.server.process.wait().success());
        fs::remove_dir_all(folder.join("data")).unwrap();
        Gone {
            ann: self.ann,
            bob: self.bob,
            spaces: self.spaces,
        }
    }

    /// Kills the server, and leaves everything as it was.
    pub fn kill(self) -> Gone {
        self.server.process.kill();
        Gone {
            ann: self.ann,
            bob: self.bob,
            spaces: self.spaces,
        }
    }
}

/// People without a server.
pub struct Gone {
    pub ann: Person,
    pub bob: Person,
    pub spaces: [String; 2],
}

impl Gone {
    pub fn at(self, server: Server) -> World {
        World {
            ann: self.ann.at(&server),
            bob: self.bob.at(&server),
            server,
            spaces: self.spaces,
        }
    }
}

/// A user who keeps sharing in a space of their own, which only they see, while something else is done.
pub struct Meanwhile {
    person: Person,
    space: String,
    shared: Vec<Value>,
}

impl Meanwhile {
    /// Shares photo after photo while `work` is done, and deletes every third, perhaps while it is being read.
    pub fn during(server: &Server, work: impl FnOnce()) -> Self {
        let person = server.person("eve");
        let space = person.space("Meanwhile");
        let done = AtomicBool::new(false);
        let share = || {
            let mut shared: Vec<Value> = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let share = person.share_photo(&space, &picture_at(shared.len()));
                shared.push(share["id"].clone());
                if shared.len().is_multiple_of(3) {
                    let path = format!("/shares/{}", shared[shared.len() - 2]);
                    assert_eq!(person.delete(&path).unwrap().status, 200);
                }
            }
            shared
        };
        let shared = thread::scope(|scope| {
            let sharing = scope.spawn(share);
            work();
            done.store(true, Ordering::Relaxed);
            sharing.join().unwrap()
        });
        assert!(!shared.is_empty());
        Self {
            person,
            space,
            shared,
        }
    }

    /// What came meanwhile is there as it was sent, or not at all.
    pub fn is_as_sent(&self, server: &Server) {
        let person = self.person.at(server);
        let path = format!("{}/shares?limit=500", self.space);
        for share in person.get(&path).unwrap().json().as_array().unwrap() {
            let at = self
                .shared
                .iter()
                .position(|id| *id == share["id"])
                .unwrap();
            if !share["image_url"].is_null() {
                assert_eq!(person.fetch(&share["image_url"]).bytes, picture_at(at));
            }
        }
    }
}

fn picture_at(place: usize) -> Vec<u8> {
    picture(24, 1000 + place as u64)
}

/// Everything that a user can see, with the bytes behind each link in place of the link.
fn answers(person: &Person) -> Vec<Value> {
    let get = |path: &str| {
        let mut answer = person.get(path).unwrap().json();
        if let Some(fields) = answer.as_object_mut() {
            // With previews, which are not in a backup.
            fields.remove("storage");
        }
        answer
    };
    let mut all = vec![get("/me"), get("/spaces")];
    for space in all[1].as_array().unwrap().clone() {
        let path = format!("/spaces/{}", space["space"]["id"]);
        all.push(get(&path));
        all.push(get(&format!("{path}/members")));
        for share in get(&format!("{path}/shares?limit=500")).as_array().unwrap() {
            let mut share = get(&format!("/shares/{}", share["id"]));
            see(person, &mut share);
            all.push(share);
        }
        let mut images = get(&format!("{path}/images?limit=500"));
        see(person, &mut images);
        all.push(images);
    }
    all
}

/// Links are different at each server; what is behind them isn't.
fn see(person: &Person, answer: &mut Value) {
    match answer {
        Value::Array(items) => items.iter_mut().for_each(|item| see(person, item)),
        Value::Object(fields) => {
            // Made by the worker at its own time, and not in a backup.
            fields.remove("placeholder");
            fields.remove("previews");
            // Names the restore that it comes from.
            fields.remove("version");
            fields.values_mut().for_each(|field| see(person, field));
        }
        Value::String(text) if text.starts_with("http") && text.contains("/photos/") => {
            let name = text
                .split(['?', '/'])
                .find(|part| part.contains('-') && part.contains('.'));
            let name = name.unwrap().to_owned();
            let reply = person.fetch(&json!(text));
            assert_eq!(reply.status, 200, "the photo {name}");
            *answer = json!([name, reply.bytes]);
        }
        _ => {}
    }
}

/// Waits until all photos are where they belong.
pub fn wait_until_moved(folder: &Path) {
    until("the photos to be moved", || {
        let photos = files(&folder.join("data/photos"));
        let waiting = photos.iter().any(|file| file.starts_with("temp/"));
        (!waiting).then_some(())
    });
}

/// What must not be left after a backup or a restore, whatever its outcome.
pub fn leaves_nothing(folder: &Path) {
    let left = files(folder);
    let remains = left.iter().find(|file| {
        [".backup/", ".restore/", "-part-"]
            .iter()
            .any(|part| file.contains(part))
    });
    assert_eq!(remains, None, "{left:?}");
}
