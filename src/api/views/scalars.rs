//! Ids and times as clients read them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::settings::FromSettings;
use crate::clock::{self, Timestamp};
use crate::domain::{ids, taken_at};

/// The id of a user, a space, a share or another resource.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct Id(i64);

impl<T: ids::Id> From<T> for Id {
    fn from(id: T) -> Self {
        Self(id.number())
    }
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "format": "int64", "minimum": 1, "maximum": i64::MAX, "example": 1})
    }
}

/// The name of a photo, as in the path of its URL.
pub struct PhotoName;

impl JsonSchema for PhotoName {
    fn schema_name() -> Cow<'static, str> {
        "PhotoName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "example": "1-34.jpg",
            "pattern": r"^[1-9][0-9]{0,17}-[1-9][0-9]{0,17}(\.[1-9][0-9]{0,17})?\.(jpg|png|webp|gif)$"})
    }
}

/// A moment, as [`Timestamp::rfc3339`].
#[derive(Clone, Copy, Debug)]
pub struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.write(&mut [0; clock::LENGTH]))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "example": "2026-05-17T09:30:00.250Z"})
    }
}

/// Whether the time of a share says its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// As [`Timestamp::rfc3339`].
    Said,
    /// UTC to the second, without `Z`: clients of the original system expect it, and reckon with it that no zone was said.
    Unsaid,
}

/// When something was shared.
#[derive(Clone, Copy, Debug)]
pub struct SharedAt {
    /// When.
    pub moment: Timestamp,
    /// In which form.
    pub zone: Zone,
}

impl Serialize for SharedAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; clock::LENGTH];
        let whole = self.moment.write(&mut text);
        serializer.serialize_str(match self.zone {
            Zone::Said => whole,
            Zone::Unsaid => whole.get(..clock::TO_THE_SECOND).unwrap_or(whole),
        })
    }
}

impl JsonSchema for SharedAt {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SharedAt".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "x-from-settings": FromSettings::SharedAt})
    }
}

/// What a date and a time look like where they are sent; that the calendar has the day is checked as well.
pub const DATE_AND_TIME: &str = concat!(
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?",
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
);

/// When a photo was taken, as a clock on the wall showed it there.
#[derive(Clone, Copy, Debug)]
pub struct TakenAt(taken_at::TakenAt);

impl From<taken_at::TakenAt> for TakenAt {
    fn from(taken_at: taken_at::TakenAt) -> Self {
        Self(taken_at)
    }
}

impl Serialize for TakenAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl JsonSchema for TakenAt {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TakenAt".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "example": "2019-07-14T15:30:00",
            "description": "As a clock showed it where the photo was taken; with a zone only where somebody has said it."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_whose_zone_is_unsaid_is_the_same_to_the_second() {
        let moment = Timestamp(1_764_000_000_999);
        let shared_at = |zone| serde_json::to_value(SharedAt { moment, zone }).unwrap();
        assert_eq!(shared_at(Zone::Said), "2025-11-24T16:00:00.999Z");
        assert_eq!(shared_at(Zone::Unsaid), "2025-11-24T16:00:00");
    }
}
