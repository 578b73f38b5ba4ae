//! The manifest of an archive, as JSON: at its beginning what it is, at its end what is in it.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::photo_name::PhotoName;

/// The format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;
/// The most characters of a reason why a photo is lost; others' archives could have any.
const REASON: usize = 500;

/// The first member of an archive, `backup.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Manifest {
    /// What the rest is like. A higher number is from a newer version.
    pub format: u32,
    /// The version of shared-spaces that has made it.
    #[serde(deserialize_with = "printable")]
    pub version: String,
    /// The moment of its database, RFC 3339 in UTC.
    #[serde(deserialize_with = "printable")]
    pub made_at: String,
    /// The number of the schema of its database.
    pub schema: i32,
    /// Where the photos are.
    pub photos: PhotoLocation,
    /// The same for all archives of one installation, and for no other.
    #[serde(deserialize_with = "printable")]
    pub installation: String,
    /// What was wrong with its database when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// Where the photos of an archive are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PhotoLocation {
    /// In it.
    #[serde(rename = "inside")]
    Embedded,
    /// In the folder `photos` next to it, which the archives there share.
    #[serde(rename = "beside")]
    External,
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
    pub deleted: Vec<Named>,
    /// Photos that the store didn't have any more as they were stored.
    pub lost: Vec<Lost>,
    /// How many photos the store had lost that the destination already had.
    #[serde(default, skip_serializing_if = "is_none")]
    pub not_in_store: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A photo that isn't in an archive though it should be.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Lost {
    pub photo: Named,
    #[serde(deserialize_with = "reason")]
    pub why: String,
}

/// The name of a photo, checked because anybody may have written it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named(pub PhotoName);

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map(Self)
            .map_err(|_| de::Error::custom("a photo has a name that no photo has"))
    }
}

impl Outcome {
    /// The photos whose absence is accounted for.
    pub fn absent(&self) -> HashSet<&PhotoName> {
        let lost = self.lost.iter().map(|lost| &lost.photo.0);
        let deleted = self.deleted.iter().map(|deleted| &deleted.0);
        deleted.chain(lost).collect()
    }
}

/// A word that is shown on a terminal: short, and without escape sequences.
fn printable<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(de::Error::custom(
        "a version, a time and an installation ID are each a short word",
    ))
}

/// A sentence that is shown on a terminal.
fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let plain = text.chars().filter(|character| !character.is_control());
    Ok(plain.take(REASON).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"format": 1, "version": "0.1.0", "made_at": "2026-11-24T23:50:52Z", "schema": 4,
        "photos": "inside", "installation": "0123456789abcdef"}"#;

    #[test]
    fn what_is_shown_on_a_terminal_is_only_words() {
        serde_json::from_str::<Manifest>(MANIFEST).unwrap();
        for version in [r"0.1.0\u001b[31m", "a version", &"1".repeat(65)] {
            let other = MANIFEST.replace("0.1.0", version);
            assert!(
                serde_json::from_str::<Manifest>(&other).is_err(),
                "{version}"
            );
        }
        let lost = r#"{"photo": "1-1.jpg", "why": "gone\u001b]0;\n"}"#;
        let lost: Lost = serde_json::from_str(lost).unwrap();
        assert_eq!(lost.why, "gone]0;");
        let lost = r#"{"photo": "\u001b", "why": ""}"#;
        assert!(serde_json::from_str::<Lost>(lost).is_err());
    }
}
