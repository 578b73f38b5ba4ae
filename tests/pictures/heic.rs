//! HEICs of every kind that phones make, shared at a real server: JPEGs come of them that show what libheif shows. And files that
//! were made to cost much, or to kill: each is refused with an error, and the server keeps running.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;

use picture::Kind;
use serde_json::{Value, json};

use crate::pictures::cleaned::tell_nothing;
use crate::pictures::corpus::{exiftool, folder_with, heif_script, read, script};
use crate::pictures::memory::{MIB, peak};
use crate::support::{Person, Reply, Server, files, picture, previews, run, until};

/// The most memory that a server may take whatever it is sent: nothing is decoded in it but previews.
const MAX_MEMORY: u64 = 300 * MIB;

/// Made once, as the names of files and their bytes.
static HEICS: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    heif_script("heic.py", [folder.path()]);
    read(folder.path())
});

/// Those of this kind, by what is special about them.
fn heics(kind: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> {
    HEICS.iter().filter_map(move |(name, bytes)| {
        let what = name.strip_prefix(kind)?.strip_suffix(".heic")?;
        Some((what, bytes.as_slice()))
    })
}

fn heic(name: &str) -> &'static [u8] {
    &HEICS[name]
}

struct World {
    server: Server,
    ann: Person,
    space: String,
    /// It goes after the server.
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start_with(folder.path(), settings);
        let ann = server.person("ann");
        let space = ann.space("Family");
        Self {
            server,
            ann,
            space,
            folder,
        }
    }

    fn share(&self, photo: &[u8]) -> Reply {
        let shares = format!("{}/shares", self.space);
        self.ann.post_form(&shares, "A photo", Some(photo)).unwrap()
    }

    fn photos(&self) -> Vec<String> {
        files(&self.folder.path().join("data/photos"))
    }

    /// Processes that the server has started and that it hasn't seen the end of.
    fn children(&self) -> Vec<String> {
        let id = self.server.process.id();
        let tasks = fs::read_dir(format!("/proc/{id}/task")).unwrap();
        let of_task = tasks.filter_map(|task| {
            // A thread may have ended.
            fs::read_to_string(task.ok()?.path().join("children")).ok()
        });
        let all: Vec<String> = of_task.collect();
        all.join(" ")
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }
}

#[track_caller]
fn is_refused(reply: &Reply, status: u16, said: &str) {
    let sentence = String::from_utf8_lossy(&reply.bytes);
    assert_eq!((reply.status, &*sentence), (status, said));
}

#[test]
fn every_heic_is_a_jpeg_from_then_on_that_shows_what_libheif_shows_and_tells_nothing() {
    let world = World::new();
    let mut made = BTreeMap::new();
    for (what, heic) in heics("good.") {
        let reply = world.share(heic);
        assert_eq!(reply.status, 200, "{what}: {reply:?}");
        let share = reply.json();
        let url = share["image_url"].as_str().unwrap();
        assert!(url.contains(".jpg"), "{what}: {url}");
        let photo = world.ann.fetch(&share["image_url"]).bytes;
        assert_eq!(Kind::from_bytes(&photo), Some(Kind::Jpeg), "{what}");
        assert!(!photo.windows(6).any(|bytes| bytes == b"SECRET"), "{what}");
        made.insert(format!("good.{what}"), photo);
    }
    assert!(made.len() > 25);
    let jpegs: Vec<(String, &[u8])> = made
        .iter()
        .map(|(name, bytes)| (format!("{name}.jpg"), bytes.as_slice()))
        .collect();
    let jpegs = || jpegs.iter().map(|(name, bytes)| (name.as_str(), *bytes));
    assert_eq!(tell_nothing(jpegs()), made.len());
    let expected = HEICS.iter().filter(|(name, _)| name.ends_with(".png"));
    let expected = expected.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let folder = folder_with(jpegs().chain(expected));
    let said = script("heic_compare.py", [folder.path()]);
    assert_eq!(said, format!("{} compared\n", made.len()));

    let told = exiftool(folder_with(jpegs()).path());
    let with_profile = ["p3", "bt2020", "icc"].map(|what| format!("good.{what}.jpg"));
    for (name, tags) in &told {
        let has_profile = tags.keys().any(|tag| tag.starts_with("ICC_Profile:"));
        assert_eq!(has_profile, with_profile.contains(name), "{name}: {tags:?}");
        assert!(!tags.contains_key("IFD0:Orientation"), "{name}");
    }
    // The red of P3, as Apple has it.
    let red = told["good.p3.jpg"]["ICC_Profile:RedMatrixColumn"].as_str();
    assert!(red.unwrap().starts_with("0.51"), "{red:?}");
    assert_eq!(world.children(), Vec::<String>::new());
}

#[test]
fn every_file_that_is_no_photo_of_a_phone_is_refused_with_a_sentence_and_leaves_nothing_behind() {
    let refused: BTreeMap<String, String> = serde_json::from_slice(heic("refused.json")).unwrap();
    let world = World::new();
    let before = world.photos();
    for (what, bytes) in heics("bad.") {
        let said = &refused[&format!("bad.{what}.heic")];
        let reply = world.share(bytes);
        let sentence = String::from_utf8_lossy(&reply.bytes);
        assert_eq!(&*sentence, said, "{what}");
        assert!(matches!(reply.status, 400 | 413 | 415), "{what}: {reply:?}");
    }
    assert_eq!(world.photos(), before);
    assert_eq!(world.children(), Vec::<String>::new());
    let max = peak(world.server.process.id());
    assert!(max < MAX_MEMORY, "{} MiB", max / MIB);
    let shares = world.ann.get(&format!("{}/shares", world.space)).unwrap();
    assert_eq!(shares.json(), json!([]));
}

#[test]
fn a_heic_takes_the_place_of_a_photo_and_has_previews() {
    let world = World::new();
    let share = world.ann.share_photo(&world.space, &picture(24, 1));
    let path = format!("/shares/{}", share["id"]);
    let reply = world
        .ann
        .put_form(&path, "Another", Some(heic("good.turned-1.heic")));
    assert_eq!(reply.unwrap().status, 200);
    let image = until("its previews", || {
        let share = world.ann.get(&path).unwrap().json();
        (share["image"]["previews"] != Value::Null && !share["image"]["placeholder"].is_null())
            .then(|| share["image"].clone())
    });
    assert_eq!(
        (&image["width"], &image["height"]),
        (&json!(160), &json!(240))
    );
    let data = world.folder.path().join("data");
    until("the previews", || {
        let made = previews(&data);
        made.iter()
            .any(|path| path.contains(".jpg.small"))
            .then_some(())
    });
}

#[test]
fn heics_among_several_photos_of_a_share_are_taken_or_refused_as_all_others_are() {
    let world = World::new();
    let shares = format!("{}/shares", world.space);
    let png = picture(24, 1);
    // With the large one, some of the others come by way of the disk.
    let large = heic("slow.heic");
    let good = [
        heic("good.turned-1.heic"),
        &png,
        large,
        heic("good.plain.heic"),
        heic("good.gray.heic"),
    ];
    let reply = world.ann.post_photos(&shares, "Several", &good).unwrap();
    assert_eq!(reply.status, 200, "{reply:?}");
    let share = reply.json();
    let media = share["media"].as_array().unwrap();
    let kinds: Vec<_> = media
        .iter()
        .map(|medium| Kind::from_bytes(&world.ann.fetch(&medium["url"]).bytes).unwrap())
        .collect();
    let jpeg = Kind::Jpeg;
    assert_eq!(kinds, [jpeg, Kind::Png, jpeg, jpeg, jpeg]);
    assert_eq!(media[0]["height"], 240);
    let max = peak(world.server.process.id());
    assert!(max < MAX_MEMORY, "{} MiB", max / MIB);

    let before = world.photos();
    let bad = [&png, good[0], heic("bad.broken.heic"), good[3]];
    let reply = world.ann.post_photos(&shares, "Several", &bad).unwrap();
    let sentence = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert_eq!(reply.status, 400);
    assert!(sentence.starts_with("Photo 3 is damaged: "), "{sentence}");
    assert_eq!(world.photos(), before);
    assert_eq!(world.children(), Vec::<String>::new());
}

#[test]
fn a_server_may_leave_heics_to_others() {
    let world = World::with(&[("SHARED_SPACES_PHOTOS__HEIC", "false")]);
    let reply = world.share(heic("good.plain.heic"));
    is_refused(
        &reply,
        415,
        "Photo is a HEIC, which this server doesn't take: share it as a JPEG",
    );
    let about = world.server.anybody().get("/server").unwrap().json();
    assert!(!about["photo_types"].to_string().contains("heic"));
}

#[test]
fn a_photo_that_would_take_more_memory_than_there_is_is_refused_by_its_pixels() {
    let world = World::with(&[("SHARED_SPACES_PHOTOS__HEIC_MEMORY", "134217728")]);
    let reply = world.share(heic("slow.heic"));
    let sentence = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert_eq!(reply.status, 413, "{sentence}");
    assert!(sentence.ends_with(" million pixels"), "{sentence}");
    assert_eq!(world.share(heic("good.plain.heic")).status, 200);
}

#[test]
fn a_process_that_is_killed_while_it_decodes_is_for_another_try() {
    let world = World::new();
    let before = world.photos();
    let reply = thread::scope(|scope| {
        let sharing = scope.spawn(|| world.share(heic("slow.heic")));
        let child = until("the process that decodes", || world.children().pop());
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &child])
            .status();
        assert!(killed.unwrap().success());
        sharing.join().unwrap()
    });
    is_refused(&reply, 503, "The server is busy, try again in a moment");
    assert_eq!(world.children(), Vec::<String>::new());
    assert_eq!(world.photos(), before);
    assert_eq!(world.share(heic("slow.heic")).status, 200);
}

#[test]
fn a_server_that_is_killed_takes_the_process_that_decodes_with_it() {
    let world = World::new();
    let child = thread::scope(|scope| {
        let sharing = scope.spawn(|| {
            let shares = format!("{}/shares", world.space);
            world
                .ann
                .post_form(&shares, "A photo", Some(heic("slow.heic")))
        });
        let child = until("the process that decodes", || world.children().pop());
        let id = world.server.process.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &id])
            .status();
        assert!(killed.unwrap().success());
        assert!(sharing.join().unwrap().is_err());
        child
    });
    until("it to end", || {
        (!Path::new("/proc").join(&child).join("exe").exists()).then_some(())
    });
}

/// Runs a job in the fence as the server does, and returns how it has ended.
fn fenced(bounds: [&str; 3], job: &[&str], input: &[u8]) -> (std::process::ExitStatus, Vec<u8>) {
    let folder = folder_with([("input", input)]);
    let [memory, compute, output] = bounds;
    let said = fs::File::create(folder.path().join("output")).unwrap();
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_shared-spaces"))
        .args([
            "fenced",
            "--memory",
            memory,
            "--compute",
            compute,
            "--output",
            output,
        ])
        .args(job)
        .env_clear()
        .stdin(fs::File::open(folder.path().join("input")).unwrap())
        .stdout(said)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    (status, fs::read(folder.path().join("output")).unwrap())
}

#[test]
fn each_bound_of_the_fence_ends_what_goes_beyond_it() {
    use std::os::unix::process::ExitStatusExt;
    let job = ["heic", "64000000"];
    let plenty = ["1000000000", "60", "100000000"];
    let (status, jpeg) = fenced(plenty, &job, heic("slow.heic"));
    assert!(status.success(), "{status}");
    assert_eq!(Kind::from_bytes(&jpeg), Some(Kind::Jpeg));
    let (status, _) = fenced(["20000000", "60", "100000000"], &job, heic("slow.heic"));
    assert_eq!(status.signal(), Some(libc::SIGABRT), "{status}");
    let (status, output) = fenced(["1000000000", "60", "100000"], &job, heic("slow.heic"));
    assert_eq!(status.signal(), Some(libc::SIGXFSZ), "{status}");
    assert!(output.len() <= 100_000);
    let (status, said) = fenced(plenty, &job, heic("bad.broken.heic"));
    assert_eq!(status.code(), Some(3), "{status}");
    assert_eq!(said, b"damaged heic_coded");
    let (status, said) = fenced(["100000000", "5", "1000"], &["probe"], b"");
    assert!(status.success() && said == b"all", "{said:?}");
}

#[test]
fn doctor_says_whether_the_fence_is_whole_and_help_says_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["doctor"], "").stdout;
    let said = String::from_utf8(said).unwrap();
    assert!(
        said.contains("HEIC photos are decoded in a process that reaches no files and no network"),
        "{said}"
    );
    let help = run(folder.path(), &["--help"], "").stdout;
    assert!(!String::from_utf8(help).unwrap().contains("fenced"));
}
