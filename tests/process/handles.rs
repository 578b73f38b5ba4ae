//! A server that can't open any more files: it asks users to retry, keeps what it has, and recovers by itself.

use std::net::TcpStream;
use std::process::Command;
use std::thread;

use crate::support::{Person, Server, command, picture, succeeds, until};

/// Enough for the server itself, and for few connections.
const HANDLES: u32 = 60;

/// The same command, under a limit on the files that it may have open at once.
fn limited(command: &Command, handles: u32) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &format!("ulimit -n {handles}; exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(command.get_current_dir().unwrap());
    limited
}

/// Shares photos, and returns those that were accepted. The others are refused with a sentence.
fn share(ann: &Person, space: &str, seeds: std::ops::Range<u64>) -> Vec<(i64, u64)> {
    let mut taken = Vec::new();
    for seed in seeds {
        match ann.post_form(
            &format!("{space}/shares"),
            "A photo",
            Some(&picture(24, seed)),
        ) {
            Ok(reply) if reply.status == 200 => {
                taken.push((reply.json()["id"].as_i64().unwrap(), seed));
            }
            Ok(reply) => {
                let said = String::from_utf8(reply.bytes).unwrap();
                assert!(
                    reply.status == 503 && said.ends_with("try again in a moment"),
                    "{} {said}",
                    reply.status
                );
            }
            // A connection that couldn't be taken in.
            Err(_) => {}
        }
    }
    taken
}

#[test]
fn a_server_without_file_handles_puts_people_off_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut serve = command(folder, &["serve", "--port", "0"]);
    serve.env("RUST_LOG", "off");
    let server = Server::start_as(limited(&serve, HANDLES));
    let people: Vec<Person> = (0..4)
        .map(|number| server.person(&format!("person-{number}")))
        .collect();
    let spaces: Vec<String> = people.iter().map(|person| person.space("Family")).collect();
    let mut taken: Vec<Vec<(i64, u64)>> = people
        .iter()
        .zip(&spaces)
        .map(|(person, space)| share(person, space, 0..3))
        .collect();
    assert!(taken.iter().all(|taken| taken.len() == 3));

    // Clients that are already connected carry on while strangers take every handle that is left.
    let strangers: Vec<TcpStream> = (0..2 * HANDLES)
        .map(|_| server.connect().unwrap())
        .collect();
    thread::scope(|scope| {
        let working = people
            .iter()
            .zip(&spaces)
            .zip(&mut taken)
            .map(|((person, space), taken)| {
                scope.spawn(move || taken.extend(share(person, space, 10..20)))
            });
        for person in working.collect::<Vec<_>>() {
            person.join().unwrap();
        }
    });
    drop(strangers);

    until("the server to take people in again", || {
        Some(()).filter(|()| {
            server
                .sign_in("person-0", crate::support::PASSWORD)
                .is_some()
        })
    });
    for ((person, space), taken) in people.iter().zip(&spaces).zip(&mut taken) {
        let again = share(person, space, 30..33);
        assert_eq!(again.len(), 3);
        taken.extend(again);
        let shares = person.get(&format!("{space}/shares")).unwrap().json();
        assert_eq!(shares.as_array().unwrap().len(), taken.len());
        for (id, seed) in taken {
            let share = person.get(&format!("/shares/{id}")).unwrap().json();
            assert_eq!(person.fetch(&share["image_url"]).bytes, picture(24, *seed));
        }
    }
    let said = succeeds(folder, &["doctor"], "");
    assert!(said.contains("The database is intact"), "{said}");
}

#[test]
fn a_start_without_file_handles_is_refused_in_a_sentence_and_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut refused = 0;
    for handles in 8..40 {
        let list = command(folder, &["user", "list"]);
        let output = limited(&list, handles).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.success() || complaint.starts_with("shared-spaces: "),
            "{handles}: {complaint}"
        );
        refused += u32::from(!output.status.success());
    }
    assert!(refused > 0, "nothing was ever refused");
    let server = Server::start(folder);
    server.person("ann");
}
