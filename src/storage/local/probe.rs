//! Tries out what the folders have to allow.

use std::fs;

use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::{LocalStore, PART, blocking};
use crate::check::{Check, Found};
use crate::fs::atomic::temp_file;

/// What is found of the folder of photos.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "photo_folder_", serialize_all = "snake_case")]
pub enum FolderFound {
    #[error("Photos can be stored and moved within {folder}")]
    Works { folder: String },
    #[error(
        "Photos can't be stored and moved within {folder}: {error}. The account that runs the server must be \
         allowed to write there, and all folders in it must be on one disk"
    )]
    Unusable { folder: String, error: String },
}

impl Found for FolderFound {
    fn samples() -> Vec<Self> {
        let folder = || String::from("/var/lib/shared-spaces/photos");
        vec![
            Self::Works { folder: folder() },
            Self::Unusable {
                folder: folder(),
                error: String::from("Permission denied (os error 13)"),
            },
        ]
    }
}

impl LocalStore {
    /// Moves a file as a photo is moved.
    pub(in crate::storage) async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        let (temp, root) = (self.temp(), self.home.root().to_owned());
        let moved = blocking(move || {
            let probe = temp_file(&temp, PART)?;
            let to = temp_file(&root, PART)?;
            fs::rename(probe.path(), to.path())
        });
        let folder = self.home.root().display().to_string();
        report(match moved.await {
            Ok(()) => Check::ok(FolderFound::Works { folder }),
            Err(error) => Check::error(FolderFound::Unusable {
                folder,
                error: error.to_string(),
            }),
        });
    }
}
