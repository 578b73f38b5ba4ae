//! What is in the data folder is for the account that runs the server, and for no other on the machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::support::{Server, command, files, output, picture, previews, until};

/// The same command where new files are open to everybody.
fn loosely(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg("umask 0; exec \"$0\" \"$@\"")
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn serve(folder: &Path) -> Server {
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env("RUST_LOG", "error");
    Server::start_as(loosely(&serve))
}

fn run(folder: &Path, arguments: &[&str]) {
    let output = output(loosely(&command(folder, arguments)), "correct horse\n");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
}

fn rights(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// What others may do something with, below a folder and itself.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut open = Vec::new();
    let mut paths = vec![folder.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        if rights(&path) & 0o077 != 0 {
            open.push(format!("{:o} {}", rights(&path), path.display()));
        }
    }
    open
}

#[test]
fn whatever_is_made_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = folder.join("data");
    let server = serve(folder);
    let ann = server.person("ann");
    ann.share_photo(&ann.space("Family"), &picture(24, 1));
    until("the previews", || {
        (previews(&data).len() == 2).then_some(())
    });
    run(folder, &["user", "add", "bob"]);
    run(folder, &["keys", "rotate"]);
    run(folder, &["backup", "archive.tar.zst"]);
    let made = files(&data);
    for name in [
        "backup.id",
        "serve.lock",
        "shared-spaces.db",
        "shared-spaces.db-shm",
        "shared-spaces.db-wal",
        "signing.key",
    ] {
        assert!(made.iter().any(|file| file == name), "{name} in {made:?}");
    }
    assert_eq!(open_to_others(&data), [""; 0]);
    assert_eq!(rights(&folder.join("archive.tar.zst")), 0o600);
    server.process.terminate();
    assert!(server.process.wait().success());
    assert_eq!(open_to_others(&data), [""; 0]);

    let restored = folder.join("restored");
    fs::create_dir(&restored).unwrap();
    let archive = folder.join("archive.tar.zst");
    run(&restored, &["restore", archive.to_str().unwrap()]);
    assert_eq!(open_to_others(&restored.join("data")), [""; 0]);
}

#[test]
fn what_an_earlier_version_left_open_is_closed_and_the_folder_stays_as_its_owner_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let (database, key) = (data.join("shared-spaces.db"), data.join("signing.key"));
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-v1.sql");
    let old = Connection::open(&database).unwrap();
    old.execute_batch(&fs::read_to_string(fixture).unwrap())
        .unwrap();
    drop(old);
    fs::write(&key, [7; 32]).unwrap();
    let note = data.join("note.txt");
    fs::write(&note, "not ours").unwrap();
    for path in [&database, &key, &note] {
        fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
    }

    let _server = serve(folder);
    let made = files(&data);
    let copies = made.iter().filter(|file| file.contains(".before-v"));
    assert_eq!(copies.count(), 1, "{made:?}");
    let mut open = open_to_others(&data);
    open.sort();
    let expected = [
        format!("644 {}", note.display()),
        format!("755 {}", data.display()),
    ];
    assert_eq!(open, expected);
}
