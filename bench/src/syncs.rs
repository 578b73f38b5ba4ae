//! The floor of photos that arrive: writing the same bytes to the same disk, and syncing them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use serde_json::json;

/// Writes files for the given number of seconds, some at once, and prints the rate per second.
///
/// # Errors
/// A file can't be read or written.
pub fn run(file: &Path, folder: &Path, at_once: usize, seconds: f64) -> Result<()> {
    let bytes = fs::read(file)?;
    let (started, time) = (Instant::now(), Duration::from_secs_f64(seconds));
    let write = |writer: usize| -> Result<usize> {
        let mut count = 0;
        while started.elapsed() < time {
            let path = folder.join(format!("{writer}-{count}"));
            let mut file = File::create_new(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            count += 1;
        }
        Ok(count)
    };
    let written = thread::scope(|scope| {
        let writers: Vec<_> = (0..at_once)
            .map(|writer| scope.spawn(move || write(writer)))
            .collect();
        let joined = writers
            .into_iter()
            .map(|writer| writer.join().map_err(|_| anyhow!("a writer panicked"))?);
        joined.sum::<Result<usize>>()
    })?;
    let per_second = written as f64 / started.elapsed().as_secs_f64();
    for entry in fs::read_dir(folder)? {
        fs::remove_file(entry?.path())?;
    }
    println!("{}", json!({ "per_second": per_second, "count": written }));
    Ok(())
}
