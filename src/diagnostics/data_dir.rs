//! The data folder and the database in it.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::database::DatabaseFound;
use crate::check::{Cause, Check, Found};
use crate::config::{Config, QueueKind, StoreKind};
use crate::data_dir;
use crate::db::Db;
use crate::domain::tombstones::Failing;
use crate::domain::usage::NearQuota;
use crate::output::{bytes, count};

/// After how many attempts a photo that can't be deleted needs the operator.
const MANY: u32 = 5;

/// What is found of the data folder, and of what is in its database.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(serialize_all = "snake_case")]
pub enum DataFound {
    #[error(
        "There is no database in the data folder {folder}: workers need none, and the first start of a server \
         creates it"
    )]
    NoDatabaseNeeded { folder: String },
    #[error("{0}")]
    DataFolderRefused(Cause),
    #[error(
        "There is no data folder {folder} yet. If there should be one, set data_dir, or run the command in the \
         right folder; otherwise the first start creates it"
    )]
    NoDataFolder { folder: String },
    #[error(
        "{error}. The account that runs the server must be allowed to write there, and there must be free space"
    )]
    DataFolderNotWritable { error: String },
    #[error("The data folder {folder} is writable")]
    DataFolderWritable { folder: String },
    #[error("There is no database yet; the first start creates it")]
    NoDatabaseYet,
    #[error("{0}")]
    PhotoFolderRefused(Cause),
    #[error(
        "Deleted photos that are still in the store: {photos}. The first was due at {due_at}; it was tried {}, about once a \
         minute while the server runs. The last error: {error}",
        count(.attempts, "time")
    )]
    PhotosNotDeleted {
        photos: i64,
        due_at: String,
        attempts: u32,
        error: String,
    },
    #[error(
        "Photos and videos take {} of the {} of quotas.server: more are refused when it is full. Raise it, or have some deleted",
        bytes(*.used_bytes),
        bytes(*.max_bytes)
    )]
    ServerNearQuota { used_bytes: u64, max_bytes: u64 },
    #[error("{}", near(*.spaces, "space"))]
    SpacesNearQuota { spaces: i64 },
    #[error("{}", near(*.users, "user"))]
    UsersNearQuota { users: i64 },
}

fn near(number: i64, whose: &str) -> String {
    let has = match number {
        1 => format!("1 {whose} has"),
        _ => format!("{number} {whose}s have"),
    };
    format!(
        "{has} used nine tenths of the quota or more: `shared-spaces {whose} quota` shows and changes it"
    )
}

impl Found for DataFound {
    fn samples() -> Vec<Self> {
        let folder = || String::from("/var/lib/shared-spaces");
        vec![
            Self::NoDatabaseNeeded { folder: folder() },
            Self::DataFolderRefused(Cause::sample()),
            Self::NoDataFolder { folder: folder() },
            Self::DataFolderNotWritable {
                error: String::from("The folder can't be written to: Permission denied"),
            },
            Self::DataFolderWritable { folder: folder() },
            Self::NoDatabaseYet,
            Self::PhotoFolderRefused(Cause::sample()),
            Self::PhotosNotDeleted {
                photos: 3,
                due_at: String::from("2026-05-17T09:30:00Z"),
                attempts: 7,
                error: String::from("Permission denied (os error 13)"),
            },
            Self::ServerNearQuota {
                used_bytes: 9_400_000_000,
                max_bytes: 10_000_000_000,
            },
            Self::SpacesNearQuota { spaces: 1 },
            Self::UsersNearQuota { users: 2 },
        ]
    }
}

/// What was found of what others stand on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Data {
    /// There is a data folder, and it can be written to.
    pub has_folder: bool,
    /// There is a sound database in it, of this version.
    pub has_current_database: bool,
}

/// Looks at the data folder and at the database.
pub fn run_checks(config: &Config, report: &mut impl FnMut(Check)) -> Data {
    let mut data = Data::default();
    let folder = &config.data_dir;
    let shown = || folder.display().to_string();
    let database = folder.join(data_dir::DATABASE);
    let needs_none = (config.photos.store, config.photos.queue) == (StoreKind::S3, QueueKind::Sqs);
    if !database.exists() && needs_none {
        report(Check::ok(DataFound::NoDatabaseNeeded { folder: shown() }));
        return data;
    }
    if let Err(error) = data_dir::check(folder, config.expect_data) {
        report(Check::error(DataFound::DataFolderRefused(error.into())));
        return data;
    }
    if !folder.exists() {
        report(Check::warning(DataFound::NoDataFolder { folder: shown() }));
        return data;
    }
    if let Err(error) = data_dir::try_writing(folder) {
        report(Check::error(DataFound::DataFolderNotWritable {
            error: format!("{error:#}"),
        }));
        return data;
    }
    data.has_folder = true;
    report(Check::ok(DataFound::DataFolderWritable { folder: shown() }));
    if !database.exists() {
        report(Check::ok(DataFound::NoDatabaseYet));
        return data;
    }
    match Db::inspect(&database, &config.quotas) {
        Ok(condition) => {
            data.has_current_database = condition.is_current();
            report(condition.check());
            condition.logins().into_iter().for_each(&mut *report);
            if let Some(failing) = condition.failing() {
                report(undeleted(failing));
            }
            near_quota(condition.near_quota()).for_each(&mut *report);
            if config.photos.store == StoreKind::Local
                && let Err(error) = check_photos(folder, condition.has_photos())
            {
                data.has_folder = false;
                data.has_current_database = false;
                report(Check::error(DataFound::PhotoFolderRefused(error.into())));
            }
        }
        Err(error) => report(Check::error(DatabaseFound::DatabaseUnreadable(
            error.into(),
        ))),
    }
    data
}

/// What is said of photos whose bytes don't go.
fn undeleted(failing: &Failing) -> Check {
    let Failing {
        photos,
        since,
        attempts,
        why,
    } = failing;
    let found = DataFound::PhotosNotDeleted {
        photos: *photos,
        due_at: since.rfc3339(),
        attempts: *attempts,
        error: why.clone(),
    };
    if *attempts < MANY {
        // Whatever was in the way may be gone on its own.
        Check::warning(found)
    } else {
        Check::error(found)
    }
}

/// What is said of quotas that are nearly used.
fn near_quota(near: &NearQuota) -> impl Iterator<Item = Check> + use<> {
    let server = near.server.map(|usage| DataFound::ServerNearQuota {
        used_bytes: usage.used,
        max_bytes: usage.max.unwrap_or(0),
    });
    let (spaces, users) = (near.spaces, near.users);
    let spaces = (spaces > 0).then_some(DataFound::SpacesNearQuota { spaces });
    let users = (users > 0).then_some(DataFound::UsersNearQuota { users });
    let all = server.into_iter().chain(spaces).chain(users);
    all.map(Check::warning)
}

/// Whether the photos are where the database says.
fn check_photos(folder: &Path, some: bool) -> Result<()> {
    match data_dir::read(&folder.join(data_dir::MARKER))? {
        Some(id) => data_dir::check_photos(&folder.join(data_dir::PHOTOS), &id, some),
        // The next start makes it.
        None => Ok(()),
    }
}
