//! How much memory a process takes, and processes that may take only a part of it.

use std::fs;
use std::process::Command;

pub const MIB: u64 = 1024 * 1024;

/// The most memory in bytes that a process has had at once.
pub fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.unwrap().parse::<u64>().unwrap() * 1024
}

/// The same command for a process that gets no more memory for its data than this.
pub fn limited(command: &Command, bytes: u64) -> Command {
    let limit = format!("ulimit -d {} && exec \"$0\" \"$@\"", bytes / 1024);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &limit])
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}
