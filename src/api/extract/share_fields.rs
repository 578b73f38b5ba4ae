//! The fields of the form of a share, in either encoding.

use crate::api::extract::form_media::FormMedia;
use crate::config::Limits;
use crate::error::{FieldName, Malformed, Result};

/// The most characters of what has few: an id, a date.
const WORD: usize = 64;

/// What a form says.
#[derive(Default)]
pub struct ShareFields {
    pub text: Option<String>,
    pub media: FormMedia,
}

impl ShareFields {
    /// Takes what a field says. Of several texts, the first counts; what isn't ours is passed over.
    ///
    /// # Errors
    /// It is about a photo, and no photo precedes it; another word than `true` and `false`.
    pub fn take(&mut self, name: &str, value: String) -> Result<()> {
        match name {
            "text" => {
                self.text.get_or_insert(value);
            }
            "upload" => self.media.add_upload(&value),
            "media" => self.media.keep(value),
            "caption" => self.media.describe(FieldName::Caption, value)?,
            "taken_at" => self.media.describe(FieldName::TakenAt, value)?,
            "keep_dates" => self.media.keeps_dates = keeps_dates(&value)?,
            _ => {}
        }
        Ok(())
    }
}

/// What a short field is, and the most characters that it has; `None` for all others.
pub fn word(name: &str, limits: &Limits) -> Option<(FieldName, usize)> {
    Some(match name {
        "upload" => (FieldName::Upload, WORD),
        "media" => (FieldName::Media, WORD),
        "caption" => (FieldName::Caption, limits.caption_max),
        "taken_at" => (FieldName::TakenAt, WORD),
        "keep_dates" => (FieldName::KeepDates, WORD),
        _ => return None,
    })
}

fn keeps_dates(value: &str) -> Result<bool> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Malformed::NotOneOf {
            field: FieldName::KeepDates,
            values: &["true", "false"],
        }
        .into()),
    }
}
