//! The data folder and the database in it.

use std::path::Path;

use anyhow::Result;

use crate::check::{Check, sentence};
use crate::config::{Config, QueueKind, StoreKind};
use crate::data_dir;
use crate::db::Db;
use crate::domain::tombstones::Failing;
use crate::domain::usage::NearQuota;
use crate::output::{bytes, count};

/// After how many attempts a photo that can't be deleted needs the operator.
const MANY: u32 = 5;

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
    let shown = folder.display();
    let database = folder.join(data_dir::DATABASE);
    let needs_none = (config.photos.store, config.photos.queue) == (StoreKind::S3, QueueKind::Sqs);
    if !database.exists() && needs_none {
        report(Check::ok(format!(
            "There is no database in the data folder {shown}: workers need none, and the first start of a server \
            creates it"
        )));
        return data;
    }
    if let Err(error) = data_dir::check(folder, config.expect_data) {
        report(Check::error(&error));
        return data;
    }
    if !folder.exists() {
        report(Check::warning(format!(
            "There is no data folder {shown} yet. If there should be one, set data_dir, or run the command in the \
            right folder; otherwise the first start creates it"
        )));
        return data;
    }
    if let Err(error) = data_dir::try_writing(folder) {
        report(Check::failed(format!(
            "{error:#}. The account that runs the server must be allowed to write there, and there must be free space"
        )));
        return data;
    }
    data.has_folder = true;
    report(Check::ok(format!("The data folder {shown} is writable")));
    if !database.exists() {
        report(Check::ok(
            "There is no database yet; the first start creates it",
        ));
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
                report(Check::error(&error));
            }
        }
        Err(error) => report(Check::failed(format!(
            "{}. Restore a copy of the whole data folder, or ask for help before the file is changed",
            sentence(&error)
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
    let said = format!(
        "Deleted photos that are still in the store: {photos}. The first was due at {}; it was tried {}, about once a \
        minute while the server runs. The last error: {why}",
        since.rfc3339(),
        count(attempts, "time")
    );
    if *attempts < MANY {
        // Whatever was in the way may be gone on its own.
        Check::warning(said)
    } else {
        Check::failed(said)
    }
}

/// What is said of quotas that are nearly used.
fn near_quota(near: &NearQuota) -> impl Iterator<Item = Check> + use<> {
    let server = near.server.map(|usage| {
        Check::warning(format!(
            "Photos and videos take {} of the {} of quotas.server: more are refused when it is full. Raise it, or have some deleted",
            bytes(usage.used),
            bytes(usage.max.unwrap_or(0))
        ))
    });
    let others = [("space", near.spaces), ("user", near.users)];
    let others = others.into_iter().filter(|(_, number)| *number > 0);
    let others = others.map(|(whose, number)| {
        Check::warning(format!(
            "{} used nine tenths of the quota or more: `shared-spaces {whose} quota` shows and changes it",
            match number {
                1 => format!("1 {whose} has"),
                _ => format!("{number} {whose}s have"),
            }
        ))
    });
    server.into_iter().chain(others)
}

/// Whether the photos are where the database says.
fn check_photos(folder: &Path, some: bool) -> Result<()> {
    match data_dir::read(&folder.join(data_dir::MARKER))? {
        Some(id) => data_dir::check_photos(&folder.join(data_dir::PHOTOS), &id, some),
        // The next start makes it.
        None => Ok(()),
    }
}
