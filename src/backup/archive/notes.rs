//! What an archive says of itself, as JSON: at its beginning what it is, at its end what is in it.

use serde::{Deserialize, Serialize};

use crate::photos::name::PhotoName;

/// The format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The first member of an archive, `backup.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Head {
    /// What the rest is like. A higher number is from a newer version.
    pub format: u32,
    /// The version of shared-spaces that has made it.
    pub version: String,
    /// The moment of its database, RFC 3339 in UTC.
    pub made_at: String,
    /// The number of the schema of its database.
    pub schema: i32,
    /// Where the photos are.
    pub photos: Whereabouts,
    /// The same for all archives of one installation, and for no other.
    pub installation: String,
}

/// Where the photos of an archive are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Whereabouts {
    /// In it.
    Inside,
    /// In the folder `photos` beside it, which the archives there share.
    Beside,
}

/// The last member of an archive, `outcome.json`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Outcome {
    /// Whether every photo is there that the database names, but for those that were deleted meanwhile.
    pub complete: bool,
    /// How many photos there are.
    pub photos: u64,
    /// How many bytes these photos have together.
    pub bytes: u64,
    /// Photos that were deleted while the backup was made.
    pub deleted: Vec<String>,
    /// Photos that the store didn't have any more as they were stored.
    pub lost: Vec<Lost>,
}

/// A photo that isn't in an archive though it should be.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Lost {
    pub photo: String,
    pub why: String,
}

impl Outcome {
    /// Whether the absence of this photo is accounted for.
    pub fn explains(&self, name: &PhotoName) -> bool {
        let name = name.as_str();
        self.deleted.iter().any(|deleted| deleted == name)
            || self.lost.iter().any(|lost| lost.photo == name)
    }
}
