//! Commands as the pages have them, in a shell that finds the program under its name.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use shared_spaces::fs::missing::remove_if_exists;
use tempfile::TempDir;

use super::blocks::{Block, blocks};
use super::proof::Proof;
use crate::aws::cloud::Cloud;
use crate::support::{PASSWORD, Process, Server, output, picture};

/// What a setup begins with that is only looked at after the block.
const AFTER: &str = "AFTER ";
/// The end of a line that starts a worker.
const WORKER: &str = " worker";

/// A folder in which commands are run as on the machine of a user.
pub struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Place {
    /// Without any data.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let executable = env!("CARGO_BIN_EXE_shared-spaces");
        for path in ["bin", "target/release", "srv", "mnt/disk"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["bin", "target/release"] {
            let path = folder.path().join(path).join("shared-spaces");
            symlink(executable, path).unwrap();
        }
        let mut place = Self {
            folder,
            variables: Vec::new(),
        };
        place.set("SHARED_SPACES_DATA_DIR", place.data().to_str().unwrap());
        place
    }

    /// Where a server was once.
    fn new() -> Self {
        let place = Self::empty();
        place.serve(|_| ());
        place
    }

    /// With Ann, Bob, a space in which both are admins, and a photo in it.
    fn furnished() -> Self {
        let place = Self::empty();
        place.serve(|server| {
            let (ann, _bob) = (server.person("ann"), server.person("bob"));
            let space = ann.space("Family");
            ann.share_photo(&space, &picture(40, 1));
            let added = ann.post(&format!("{space}/members"), &json!({"login": "bob"}));
            assert_eq!(added.unwrap().status, 200);
            let admin = ann.put(&format!("{space}/members/2"), &json!({"is-admin": true}));
            assert_eq!(admin.unwrap().status, 200);
        });
        place
    }

    fn serve(&self, meanwhile: impl FnOnce(&Server)) {
        let server = self.server();
        meanwhile(&server);
        server.process.terminate();
        assert!(server.process.wait().success());
    }

    /// The same data in another folder.
    fn copy(&self) -> Self {
        let other = Self::empty();
        let copied = Command::new("cp")
            .arg("-a")
            .arg(self.data())
            .arg(other.data())
            .status();
        assert!(copied.unwrap().success());
        // As if it had always been there: a copy next to its original leaves S3 to that.
        remove_if_exists(&other.data().join("place.id")).unwrap();
        other
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("a-data-folder")
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Lets commands reach an S3, in buckets of this test.
    pub fn reach(&mut self, cloud: &Cloud) {
        for (name, value) in cloud.settings() {
            if name.starts_with("AWS_") || name.ends_with("__BUCKET_PREFIX") {
                self.set(&name, &value);
            }
        }
    }

    /// A shell with these lines. Paths of a whole machine are those of this folder.
    pub fn shell(&self, lines: &str) -> Command {
        let folder = self.path().display();
        let mut lines = lines.replace("--port 8001", "--port 0");
        for path in ["/mnt/disk/", "/srv/", "/tmp/drill"] {
            lines = lines.replace(path, &format!("{folder}{path}"));
        }
        let mut command = Command::new("sh");
        command.args(["-euc", &lines]).current_dir(self.path());
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::split_paths(&path);
        let ours = std::iter::once(self.path().join("bin"));
        let path = std::env::join_paths(ours.chain(path));
        command.env("PATH", path.unwrap());
        command.env("RUST_LOG", "off");
        for (name, _) in std::env::vars() {
            if name.starts_with("SHARED_SPACES_") || name.starts_with("ROCKET_") {
                command.env_remove(name);
            }
        }
        command.envs(self.variables.iter().cloned());
        command
    }

    /// Runs lines that end by themselves; a password is typed where one is asked for.
    pub fn run(&self, lines: &str) -> Output {
        output(self.shell(lines), PASSWORD)
    }

    #[track_caller]
    pub fn succeeds(&self, place: &str, lines: &str) -> String {
        let output = self.run(lines);
        let said = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{place}: {lines}\n{printed}{said}");
        printed.into_owned()
    }

    /// A server with these data.
    fn server(&self) -> Server {
        Server::start_as(self.shell("exec shared-spaces serve --port 0"))
    }

    /// Starts what runs until it is asked to end, and asks.
    fn runs_on(&self, place: &str, line: &str) {
        let mut command = self.shell(&format!("exec {line}"));
        let process = if line.ends_with(WORKER) {
            command.env("RUST_LOG", "info");
            Process::start_and_wait_for(command, "worker started")
        } else {
            Server::start_as(command).process
        };
        process.terminate();
        assert!(process.wait().success(), "{place}: {line}");
    }
}

/// Whether a line starts a server or a worker.
fn runs_on(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_ours = words
        .next()
        .is_some_and(|first| first.ends_with("shared-spaces"));
    let is_served = words.next().is_none() || line.contains(" serve ");
    is_ours && (is_served || line.ends_with(WORKER))
}

/// What a line needs besides the data, as the page says before it.
fn prepare(place: &mut Place, line: &str) -> Option<Server> {
    if line.contains("verify spaces") || line.contains("restore") {
        place.succeeds("a backup", "shared-spaces backup spaces.tar.zst");
    }
    if line.contains("restore") {
        let restored = place.path().join("restored");
        place.set("SHARED_SPACES_DATA_DIR", restored.to_str().unwrap());
    }
    line.contains("health").then(|| {
        let server = place.server();
        let (_, port) = server.url.rsplit_once(':').unwrap();
        place.set("ROCKET_PORT", port);
        server
    })
}

/// The blocks that are proved in this way.
pub fn blocks_by(is: fn(&Proof) -> bool) -> Vec<Block> {
    let found: Vec<_> = blocks()
        .into_iter()
        .filter(|block| is(block.proof()))
        .collect();
    assert!(!found.is_empty());
    found
}

#[test]
fn every_command_of_a_list_does_what_it_says_alone() {
    let (furnished, new) = (Place::furnished(), Place::new());
    let cloud = Cloud::new();
    for block in blocks_by(|proof| matches!(proof, Proof::Each)) {
        for mut line in block.commands() {
            if line.contains(" remove ") {
                // On a terminal, it asks.
                line += " --yes";
            }
            if runs_on(&line) {
                furnished.copy().runs_on(&block.place, &line);
                continue;
            }
            let is_first = line.contains("user add");
            let mut place = if is_first { &new } else { &furnished }.copy();
            if line.contains("s3") {
                place.reach(&cloud);
            }
            let _server = prepare(&mut place, &line);
            place.succeeds(&block.place, &line);
        }
    }
}

#[test]
fn commands_that_follow_each_other_do_so() {
    let furnished = Place::furnished();
    let cloud = Cloud::new();
    cloud.make_bucket("my-backups");
    for block in blocks_by(|proof| matches!(proof, Proof::Together(_))) {
        let Proof::Together(setup) = block.proof() else {
            unreachable!()
        };
        let mut place = furnished.copy();
        place.reach(&cloud);
        let (after, before): (Vec<&str>, Vec<&str>) =
            setup.iter().partition(|line| line.starts_with(AFTER));
        // One shell has them all, so that one knows of the other's folder, up to a server.
        let mut lines = before.join("\n") + "\n";
        let text = block.text.replace("<N>", "7");
        let commands = block.commands();
        let servers: Vec<_> = commands.iter().filter(|line| runs_on(line)).collect();
        let is_kept = |line: &&str| !servers.iter().any(|server| line.starts_with(&***server));
        lines += &text.lines().filter(is_kept).collect::<Vec<_>>().join("\n");
        for line in after {
            lines += &format!("\n{}", line.trim_start_matches(AFTER));
        }
        place.succeeds(&block.place, &lines.replace("<N>", "7"));
        for server in servers {
            place.runs_on(&block.place, server);
        }
    }
}

#[test]
fn what_only_a_reader_can_run_is_at_least_understood_by_a_shell() {
    for block in blocks_by(|proof| matches!(proof, Proof::Needs(_))) {
        let Proof::Needs(what) = block.proof() else {
            unreachable!()
        };
        assert_eq!(block.language, "sh", "{} needs {what}", block.place);
        let read = Command::new("sh").args(["-nc", &block.text]).output();
        let said = String::from_utf8(read.unwrap().stderr).unwrap();
        assert_eq!(said, "", "{}", block.place);
    }
}
