//! Deletes old archives of a place, and the photos that none of the others needs.

use anyhow::{Context, Result};

use super::archive::read_start;
use super::bridge::Bridge;
use super::place::Place;
use crate::db::scratch::Scratch;

/// What was deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pruned {
    pub archives: u64,
    pub photos: u64,
}

/// Leaves the `keep` newest archives and the photos of these.
///
/// # Errors
/// One of these archives can't be read, and then nothing is deleted: nobody knows what it needs. The place can't be
/// written to; it is time to stop.
pub fn prune(place: &Place, keep: u32, bridge: &Bridge) -> Result<Pruned> {
    let names = place.archives()?;
    let (old, kept) = names.split_at(names.len().saturating_sub(keep as usize));
    let needed = Scratch::new()?;
    for name in kept {
        bridge.go_on()?;
        let nothing = || format!("Nothing was deleted, because the archive {name} can't be read");
        let archive = place.read(&name.to_string()).with_context(nothing)?;
        let archive = archive.with_context(nothing)?;
        read_start(archive.bytes, |sum| Ok(needed.add(&sum, 0)?)).with_context(nothing)?;
    }
    let mut pruned = Pruned::default();
    for name in old {
        place.delete_archive(name)?;
        pruned.archives += 1;
    }
    place.each_photo(&mut |sum, _| {
        bridge.go_on()?;
        if needed.find(&sum)?.is_none() {
            place.delete_photo(&sum)?;
            pruned.photos += 1;
        }
        Ok(())
    })?;
    Ok(pruned)
}
