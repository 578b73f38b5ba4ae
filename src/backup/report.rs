//! What a backup has done.

use std::fmt;
use std::time::Duration;

use indicatif::HumanBytes;

use super::archive::Outcome;
use super::prune::Pruned;
use crate::backup::destination::ArchiveRef;
use crate::domain::photo_name::PhotoName;
use crate::output::count;

/// What was backed up.
pub struct BackupReport {
    pub archive: ArchiveRef,
    pub outcome: Outcome,
    /// What is wrong with the database, if anything is. The archive is marked then.
    pub damage: Option<String>,
    /// Photos that an earlier backup had copied to the destination.
    pub reused: u64,
    /// The first of the photos that the destination has and the store has lost.
    pub not_in_store: Vec<PhotoName>,
    pub pruned: Pruned,
    pub took: Duration,
}

impl fmt::Display for BackupReport {
    /// One sentence, for the command or for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { photos, bytes, .. } = self.outcome;
        let (new, reused) = (photos - self.reused, self.reused);
        let took = humantime::format_duration(Duration::from_millis(
            self.took.as_millis().try_into().unwrap_or(u64::MAX),
        ));
        let damaged = self.damage.as_ref().map_or("", |_| "damaged ");
        write!(
            f,
            "Backed up the {damaged}database and {} ({}), {new} of them new and {reused} there already, to {} in {took}",
            count(photos, "photo"),
            HumanBytes(bytes),
            self.archive
        )?;
        let Pruned { archives, photos } = self.pruned;
        if archives > 0 || photos > 0 {
            let (archives, photos) = (count(archives, "old archive"), count(photos, "photo"));
            write!(f, "; deleted {archives} and {photos}")?;
        }
        Ok(())
    }
}
