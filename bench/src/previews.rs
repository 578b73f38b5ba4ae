//! How long the previews of photos take, on one core, and how large they are:
//!
//! ```sh
//! cargo run --release --example previews -- photo.jpg
//! ```

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use shared_spaces::photos::picture::{clean, previews};

/// The quickest of so many times is told: what else the machine does makes others slower.
const TIMES: u32 = 10;

fn main() -> anyhow::Result<()> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).with_context(|| path.clone())?;
        let picture = clean(&bytes, u64::MAX).map_err(|refusal| anyhow!("{path}: {refusal:?}"))?;
        let mut quickest = Duration::MAX;
        let mut made = None;
        for _ in 0..TIMES {
            let started = Instant::now();
            made = Some(previews::make(&picture)?);
            quickest = quickest.min(started.elapsed());
        }
        let Some(made) = made else { continue };
        let started = Instant::now();
        let placeholder = previews::placeholder(&made.small)?;
        println!(
            "{path}: {} x {}, {} KiB: {} ms; small {} KiB, large {} KiB; placeholder {} bytes in {:.1} ms",
            picture.width,
            picture.height,
            bytes.len() / 1024,
            quickest.as_millis(),
            made.small.len() / 1024,
            made.large.map_or(0, |large| large.len() / 1024),
            placeholder.hash.len(),
            started.elapsed().as_secs_f64() * 1000.0,
        );
    }
    Ok(())
}
