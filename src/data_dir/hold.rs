//! What a restored data folder doesn't touch until the operator says that it replaces its original: it may be a copy
//! for inspection, with the settings of the original, which continues to use the same buckets and the same queue.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::data_dir;
use crate::data_dir::restored;

/// How often it is looked whether it has taken over.
const LOOK: Duration = Duration::from_secs(5);

/// Whether what is outside of the data folder is to be left alone; clones share what they have found out. By default it
/// isn't.
#[derive(Clone, Debug, Default)]
pub struct RestoreHold(Option<Arc<Held>>);

#[derive(Debug)]
struct Held {
    data: PathBuf,
    is_over: AtomicBool,
}

impl RestoreHold {
    /// That of this data folder, as it is now. One that can't be read is taken for a restored one.
    pub fn of(data: &Path) -> Self {
        if matches!(restored::restored_from(data), Ok(None)) {
            return Self(None);
        }
        Self(Some(Arc::new(Held {
            data: data.to_owned(),
            is_over: AtomicBool::new(false),
        })))
    }

    /// Whether it holds: the folder was restored and hasn't taken over since. Once it has, it never holds again.
    pub fn is_on(&self) -> bool {
        let Some(held) = &self.0 else { return false };
        if held.is_over.load(Ordering::Relaxed) {
            return false;
        }
        // That nothing is there says nothing.
        let is_over = data_dir::is_initialized(&held.data)
            && matches!(restored::restored_from(&held.data), Ok(None))
            && data_dir::is_initialized(&held.data);
        if is_over && !held.is_over.swap(true, Ordering::Relaxed) {
            tracing::info!("data folder has taken over from its original");
        }
        !is_over
    }

    /// Refuses changes to others' buckets and queues while it holds.
    ///
    /// # Errors
    /// It holds, with what to do about it.
    pub fn check(&self) -> Result<()> {
        if self.is_on() {
            bail!(
                "This data folder was restored, and until it replaces its original nothing is deleted in S3 and \
                nothing is taken from SQS: run `shared-spaces backup --take-over`"
            );
        }
        Ok(())
    }

    /// Waits until it doesn't hold.
    pub async fn over(&self) {
        while self.is_on() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn it_holds_until_the_folder_takes_over_and_never_again() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join(data_dir::DATABASE), "a database").unwrap();
        assert!(!RestoreHold::of(&data).is_on());
        restored::mark(&data, "a.tar.zst").unwrap();
        let hold = RestoreHold::of(&data);
        assert!(hold.is_on() && hold.check().is_err());
        // A folder that is away has said nothing.
        fs::rename(&data, folder.path().join("away")).unwrap();
        assert!(hold.is_on());
        fs::rename(folder.path().join("away"), &data).unwrap();
        assert!(hold.is_on());
        restored::take_over(&data).unwrap();
        assert!(!hold.is_on() && hold.check().is_ok());
        restored::mark(&data, "a.tar.zst").unwrap();
        assert!(!hold.clone().is_on());
    }
}
