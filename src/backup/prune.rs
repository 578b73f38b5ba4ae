//! Deletes old archives of a destination, and the photos that none of the others needs.

use anyhow::{Context, Result, ensure};

use super::archive::{read_manifest, read_start};
use crate::backup::blocking::Blocking;
use crate::backup::check::Verification;
use crate::backup::destination::{ArchiveName, Destination};
use crate::backup::hash_map::TempHashMap;

/// What was deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pruned {
    pub archives: u64,
    pub photos: u64,
}

/// Keeps the `retain` newest sound archives (`newest` is proven to be one), all archives that are newer than the
/// oldest of these, and the photos of all that it keeps.
///
/// # Errors
/// One that stays can't be read, and then nothing is deleted: what it needs is unknown. One is of another installation.
/// The destination can't be written to; it was cancelled.
pub fn prune(
    destination: &Destination,
    retain: u32,
    newest: ArchiveName,
    installation: &str,
    verification: &Verification<'_>,
    blocking: &Blocking,
) -> Result<Pruned> {
    let names = destination.all_archives()?;
    check_newest(&names, newest)?;
    for name in &names {
        blocking.check_cancelled()?;
        // One that can't be read isn't attributed to any installation.
        let found = destination.read(&name.to_string())?;
        if let Some(Ok(manifest)) = found.map(read_manifest) {
            ensure!(
                manifest.installation == installation,
                "Nothing was deleted, because the archive {name} is of another installation"
            );
        }
    }
    let oldest = oldest_kept(&names, retain, newest, verification, blocking)?;
    let (old, kept) = names.split_at(names.partition_point(|name| *name < oldest));
    let needed = TempHashMap::new()?;
    for name in kept {
        blocking.check_cancelled()?;
        let nothing = || format!("Nothing was deleted, because the archive {name} can't be read");
        let archive = destination.read(&name.to_string()).with_context(nothing)?;
        let archive = archive.with_context(nothing)?;
        read_start(archive, |sum| Ok(needed.add(&sum, 0)?)).with_context(nothing)?;
    }
    let mut pruned = Pruned::default();
    for name in old {
        destination.delete_archive(name)?;
        pruned.archives += 1;
    }
    destination.each_photo(&mut |sum, _| {
        blocking.check_cancelled()?;
        if needed.find(&sum)?.is_none() {
            destination.delete_photo(&sum)?;
            pruned.photos += 1;
        }
        Ok(())
    })?;
    Ok(pruned)
}

/// Refuses to count archives back from any but the one that was just made: then that one is among those that stay.
fn check_newest(names: &[ArchiveName], newest: ArchiveName) -> Result<()> {
    let last = names.last().copied();
    let last = last.filter(|_| names.contains(&newest)).with_context(|| {
        format!("Nothing was deleted, because the archive {newest}, which was just made, is gone")
    })?;
    ensure!(
        last == newest,
        "Nothing was deleted, because meanwhile the archive {last} has appeared, whose name is later than that of \
        {newest}, which was just made"
    );
    Ok(())
}

/// The oldest archive that stays. All of them stay while fewer than `retain` are sound.
fn oldest_kept(
    names: &[ArchiveName],
    retain: u32,
    newest: ArchiveName,
    verification: &Verification<'_>,
    blocking: &Blocking,
) -> Result<ArchiveName> {
    let first = names.first().copied().unwrap_or(newest);
    if names.len() <= retain as usize {
        return Ok(first);
    }
    let mut sound = 0;
    for name in names.iter().rev().filter(|name| !name.is_damaged()) {
        let is_sound = *name == newest
            || verification
                .verify(&name.to_string(), None)
                .unwrap_or_else(|error| {
                    tracing::error!(archive = %name, error = format!("{error:#}"), "an old archive is not intact");
                    false
                });
        blocking.check_cancelled()?;
        sound += u32::from(is_sound);
        if sound == retain {
            return Ok(*name);
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_counted_back_only_from_the_one_that_was_just_made() {
        let name = |text: &str| {
            ArchiveName::parse(&format!("shared-spaces-{text}T160000Z.tar.zst")).unwrap()
        };
        let (old, made, later) = (name("20251124"), name("20251125"), name("99991231"));
        assert!(check_newest(&[old, made], made).is_ok());
        for names in [&[old, made, later][..], &[old, later], &[old], &[]] {
            let refusal = check_newest(names, made).unwrap_err().to_string();
            assert!(
                refusal.contains("Nothing was deleted") && refusal.contains(&made.to_string()),
                "{refusal}"
            );
        }
    }
}
