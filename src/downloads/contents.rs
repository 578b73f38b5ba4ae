//! What is in a ZIP, under which names: photos are called after when they were taken and who shared them, so that they are in
//! that order in every folder.

use time::{OffsetDateTime, PrimitiveDateTime};
use zip::{Entry, Modified, Plan, Planner};

use super::made::MadeFile;
use crate::clock::Timestamp;
use crate::domain::ids::PhotoId;
use crate::domain::photos::ArchivedPhoto;
use crate::error::{Error, Result};

/// The most photos of a ZIP.
pub const MAX_PHOTOS: usize = 100_000;

/// The bytes that a photo takes in a plan, with its name in the ZIP, at the usual length of names.
const EACH: u64 = 160;
/// The bytes that a ZIP takes beyond its plan, while it is sent: chunks on their way.
const ALWAYS: u64 = 1024 * 1024;

/// The memory in bytes that a ZIP of this many photos takes from when it is planned until it is sent.
pub fn memory_for(photos: u64) -> u64 {
    ALWAYS.saturating_add(photos.saturating_mul(EACH))
}

/// The photos of a ZIP, and the ZIP as it will be.
pub struct Contents {
    pub(super) plan: Plan,
    /// In the order of the plan.
    pub(super) photos: Vec<PhotoId>,
    /// What comes behind them.
    pub(super) made: Vec<MadeFile>,
}

/// Plans a ZIP photo by photo.
#[derive(Default)]
pub struct ContentsPlanner {
    planner: Planner,
    photos: Vec<PhotoId>,
    made: Vec<MadeFile>,
}

impl ContentsPlanner {
    /// One more photo, after the others.
    ///
    /// # Errors
    /// The ZIP would be larger than any file can be.
    pub fn add(&mut self, photo: &ArchivedPhoto) -> Result<()> {
        let local = match photo.taken_at {
            Some(taken) => taken.local(),
            // The time zone of the reader is unknown.
            None => utc(photo.shared_at.seconds()),
        };
        let entry = Entry {
            name: file_name(local, photo),
            length: photo.bytes,
            crc32: photo.crc32.unwrap_or(0),
            modified: modified(local),
        };
        self.planner.add(entry).map_err(Error::internal)?;
        self.photos.push(photo.id);
        Ok(())
    }

    /// The name in the ZIP of the photo that was added as this one, from 0.
    pub fn name(&self, index: usize) -> &str {
        let entry = self.planner.entries().get(index);
        entry.map_or("", |entry| entry.name.as_str())
    }

    /// A file that was made for the ZIP, after all photos.
    ///
    /// # Errors
    /// The ZIP would be larger than any file can be.
    pub fn add_made(&mut self, name: &str, file: MadeFile, at: Timestamp) -> Result<()> {
        let entry = Entry {
            name: name.to_owned(),
            length: file.length(),
            crc32: file.crc32(),
            modified: modified(utc(at.seconds())),
        };
        self.planner.add(entry).map_err(Error::internal)?;
        self.made.push(file);
        Ok(())
    }

    /// The ZIP of these photos.
    pub fn finish(self) -> Contents {
        Contents {
            plan: self.planner.finish(),
            photos: self.photos,
            made: self.made,
        }
    }
}

impl Contents {
    /// The length of the whole ZIP in bytes, exactly.
    pub fn length(&self) -> u64 {
        self.plan.length()
    }
}

fn utc(seconds: i64) -> PrimitiveDateTime {
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    PrimitiveDateTime::new(moment.date(), moment.time())
}

/// `2019-07-14 15.30.05 Ann.jpg`, with what every system takes as a time.
fn file_name(local: PrimitiveDateTime, photo: &ArchivedPhoto) -> String {
    let (_, extension) = photo.name.file().rsplit_once('.').unwrap_or_default();
    format!(
        "{:04}-{:02}-{:02} {:02}.{:02}.{:02} {}.{extension}",
        local.year(),
        u8::from(local.month()),
        local.day(),
        local.hour(),
        local.minute(),
        local.second(),
        photo.user.login,
    )
}

fn modified(local: PrimitiveDateTime) -> Modified {
    Modified {
        year: local.year(),
        month: local.month().into(),
        day: local.day(),
        hour: local.hour(),
        minute: local.minute(),
        second: local.second(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Id, UserId};
    use crate::domain::taken_at::TakenAt;
    use crate::domain::users::User;

    fn photo(login: &str, taken_at: Option<&str>) -> ArchivedPhoto {
        ArchivedPhoto {
            id: PhotoId::from_number(7),
            name: "1-34.7.jpg".parse().unwrap(),
            bytes: 10,
            crc32: Some(5),
            taken_at: taken_at.map(|text| TakenAt::parse(text).unwrap()),
            shared_at: Timestamp(1_764_000_000_120),
            user: User {
                id: UserId::from_number(1),
                login: login.to_owned(),
                name: login.to_owned(),
                avatar: None,
            },
        }
    }

    #[test]
    fn photos_are_called_after_when_they_were_taken_or_else_shared_and_by_whom() {
        let mut planner = ContentsPlanner::default();
        let photos = [
            photo("Ann", Some("2019-07-14T15:30:05+02:00")),
            photo("Ann", None),
            photo("ann", Some("2019-07-14T15:30:05")),
            photo("a/b\\c\u{202e}🏖", Some("2019-07-14T15:30:05")),
        ];
        for photo in &photos {
            planner.add(photo).unwrap();
        }
        let contents = planner.finish();
        let entries = contents.plan.entries();
        let names: Vec<_> = entries.iter().map(|entry| &entry.name).collect();
        assert_eq!(
            names,
            [
                "2019-07-14 15.30.05 Ann.jpg",
                "2025-11-24 16.00.00 Ann.jpg",
                "2019-07-14 15.30.05 ann (2).jpg",
                "2019-07-14 15.30.05 a_b_c_🏖.jpg",
            ]
        );
        let Modified { hour, second, .. } = entries[0].modified;
        assert_eq!((hour, second), (15, 5));
    }
}
