//! What becomes of a film whose ffmpeg goes beyond its bounds: it is ended, the film stays as it was, and nothing is left of it.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;
use tempfile::tempdir;

use super::posters::sleeping;
use super::renditions::{SETTING, film, is_settled, medium, program, share};
use crate::support::{Server, command, previews, until};

/// Runs a program in the fence in the place of ffmpeg, as the server does; how it has ended, and what it has written.
fn fenced(job: &str, bounds: [&str; 3], program: &Path) -> (ExitStatus, u64) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("output");
    let [memory, compute, output] = bounds;
    let mut fenced = Command::new(env!("CARGO_BIN_EXE_shared-spaces"));
    fenced.args(["fenced", "--memory", memory, "--compute", compute]);
    fenced.args(["--output", output, job]).arg(program);
    fenced.arg("mov").env_clear();
    fenced.stdin(Stdio::null()).stderr(Stdio::null());
    let status = fenced.stdout(File::create(&path).unwrap()).status();
    (status.unwrap(), fs::metadata(path).unwrap().len())
}

#[test]
fn memory_time_and_output_of_ffmpeg_have_an_end() {
    let folder = tempdir().unwrap();
    let eats = "exec python3 -c 'all = []\nwhile True: all.append(bytes(range(256)) * 65536)'";
    for job in ["poster", "rendition"] {
        let run = |bounds, script: &str| fenced(job, bounds, &program(folder.path(), script));
        let plenty = ["1000000000", "60", "100000000"];
        let (status, length) = run(plenty, "echo film");
        assert!(status.success() && length == 5, "{job}: {status}");
        let (status, _) = run(plenty, eats);
        assert!(!status.success(), "{job}: {status}");
        let (status, length) = run(["1000000000", "60", "100000"], "exec yes");
        assert_eq!(status.signal(), Some(libc::SIGXFSZ), "{job}: {status}");
        assert_eq!(length, 100_000);
        let (status, _) = run(["1000000000", "1", "100000"], "while :; do :; done");
        assert_eq!(status.signal(), Some(libc::SIGXCPU), "{job}: {status}");
    }
}

#[test]
fn a_film_whose_ffmpeg_goes_beyond_its_bounds_stays_as_it_was() {
    let folder = tempdir().unwrap();
    let (programs, data) = (tempdir().unwrap(), folder.path().join("data"));
    let long = format!("85{}", std::process::id());
    let scripts = [
        String::from(
            "exec python3 -c 'all = []\nwhile True: all.append(bytes(range(256)) * 262144)'",
        ),
        String::from("exec yes"),
        format!("sleep {long} & sleep {long} & exit 1"),
        // What it leaves behind could still write to its output.
        format!("sleep {long} & echo no film"),
    ];
    // As if there were a film in the sample alone, so that this counts as an ffmpeg that works.
    let write = |script: &str| {
        let script =
            format!("case \"$*\" in *' mov '*) exec /usr/bin/ffmpeg \"$@\";; esac\n{script}");
        program(programs.path(), &script)
    };
    let log = folder.path().join("log");
    let mut serve = command(folder.path(), &["serve", "--port", "0"]);
    serve.env(SETTING, write("exit 1")).env("RUST_LOG", "warn");
    let server = Server::start_logged(serve, &log);
    let ann = server.person("ann");
    let space = ann.space("Family");
    let sent = film(folder.path(), "a.webm", "64x48", &["-c:v", "libvpx"]);
    for (at, script) in (1..).zip(&scripts) {
        write(script);
        share(&ann, &space, &sent);
        let name = format!("1-{at}.webm");
        until("the film to be given up", || {
            is_settled(&data, &name).then_some(())
        });
        until("its posters to be given up", || {
            let small = format!("{at}.webm.small");
            previews(&data)
                .iter()
                .any(|file| file.ends_with(&small))
                .then_some(())
        });
        assert_eq!(sleeping(&long), 0, "{script}");
        let medium = medium(&ann, at);
        assert_eq!(medium["rendition_url"], Value::Null, "{script}");
        let played = ann.fetch(&medium["url"]);
        assert_eq!(
            (played.status, played.bytes.len()),
            (200, medium_bytes(&data, at))
        );
        let said = fs::read_to_string(&log).unwrap();
        let told = [
            "could make no rendition of a film",
            "is no film that every browser plays",
        ];
        let told = told.iter().map(|words| said.matches(words).count());
        assert_eq!(told.sum::<usize>(), at as usize, "{said}");
    }
    // Neither files that were written half nor claims.
    assert_eq!(fs::read_dir(data.join("photos/temp")).unwrap().count(), 0);
    let left = previews(&data);
    assert!(
        left.iter().all(|file| !file.contains("rendition")),
        "{left:?}"
    );
}

/// The size of a film in its space.
fn medium_bytes(data: &Path, share: u32) -> usize {
    let path = data.join(format!("photos/space-id-1/{share}.webm"));
    usize::try_from(fs::metadata(path).unwrap().len()).unwrap()
}
