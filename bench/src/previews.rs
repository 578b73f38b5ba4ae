//! Ours, not a floor: how long both previews of a photo take, and how large they are.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use picture::{clean, previews};
use serde_json::json;

/// Reports the fastest of the runs: other load on the machine only makes the others slower.
const TIMES: u32 = 10;

/// Makes them some times on one core, and prints how long that took.
///
/// # Errors
/// The file can't be read, or isn't a photo.
pub fn run(file: &Path) -> Result<()> {
    let bytes = fs::read(file)?;
    let size = bytes.len();
    let picture = clean(bytes, u64::MAX).map_err(|refusal| anyhow!("{refusal:?}"))?;
    let (mut quickest, mut made) = timed(|| previews::make(&picture))?;
    for _ in 1..TIMES {
        let (took, again) = timed(|| previews::make(&picture))?;
        if took < quickest {
            (quickest, made) = (took, again);
        }
    }
    let (placeholder, hash) = timed(|| previews::placeholder(&made.small))?;
    println!(
        "{}",
        json!({
            "ms": milliseconds(quickest),
            "width": picture.width,
            "height": picture.height,
            "bytes": size,
            "small bytes": made.small.len(),
            "large bytes": made.large.map(|large| large.len()),
            "placeholder bytes": hash.hash.len(),
            "placeholder ms": milliseconds(placeholder),
        })
    );
    Ok(())
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(Duration, T), E> {
    let started = Instant::now();
    let made = work()?;
    Ok((started.elapsed(), made))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
