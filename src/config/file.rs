//! The settings' file: which keys it has and in which lines, and which of them are unknown.

use std::env;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use figment::Profile;
use toml::de::{DeTable, DeValue};

use super::names::{Names, Section, into_section, nearest};

/// Tables that are read whatever profile is chosen.
const ALWAYS_READ: [&str; 2] = ["default", "global"];
/// Profiles that Rocket chooses on its own, and which need no table.
pub(super) const BY_THEMSELVES: [&str; 3] = ["default", "debug", "release"];

pub(super) struct SettingsFile {
    pub(super) path: PathBuf,
    pub(super) keys: Vec<Line>,
}

/// A key of the file, with all tables around it, the profile first.
pub(super) struct Line {
    pub(super) path: Vec<String>,
    pub(super) number: usize,
    is_table: bool,
}

impl SettingsFile {
    pub(super) fn read(path: PathBuf) -> Result<Self> {
        let mut file = Self {
            keys: Vec::new(),
            path,
        };
        let bytes = fs::read(&file.path)
            .with_context(|| format!("The settings in {} can't be read", file.shown()))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            anyhow!(
                "The settings in {} can't be read: the file must be UTF-8 text",
                file.shown()
            )
        })?;
        let document = DeTable::parse(&text).map_err(|error| {
            let position = error
                .span()
                .map_or_else(String::new, |span| format!(", line {}", line(&text, &span)));
            anyhow!(
                "{}{position}: this isn't TOML: {}{}",
                file.shown(),
                error.message(),
                hint(error.message())
            )
        })?;
        file.collect(&text, document.get_ref(), &[]);
        Ok(file)
    }

    fn collect(&mut self, text: &str, table: &DeTable<'_>, above: &[String]) {
        for (key, value) in table {
            let path = [above, &[key.get_ref().to_string()]].concat();
            let inner = match value.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            };
            self.keys.push(Line {
                path: path.clone(),
                number: line(text, &key.span()),
                is_table: inner.is_some(),
            });
            if let Some(inner) = inner {
                self.collect(text, inner, &path);
            }
        }
    }

    pub(super) fn complaints(&self, names: &Names, profile: &Profile) -> Vec<String> {
        let mut refused: Vec<&[String]> = Vec::new();
        let wrong = self.keys.iter().filter_map(|key| {
            // The keys of an unknown table were reported with it.
            if refused.iter().any(|above| key.path.starts_with(above)) {
                return None;
            }
            let complaint = match key.path.as_slice() {
                [top] => self.complaint_of_top(names, profile, top, key.is_table),
                [top, app] if is_read(top, profile) && app == "app" => (!key.is_table)
                    .then(|| String::from("app is not a table: write it as [default.app]")),
                [top, rest @ ..] if is_read(top, profile) => {
                    let (section, rest) = into_section(Section::Rocket, rest);
                    let complaint = names.complaint(section, &rest, false);
                    complaint.map(|why| format!("{} has no effect: {why}", rest.join(".")))
                }
                // Another profile's.
                _ => None,
            };
            if complaint.is_some() {
                refused.push(&key.path);
            }
            complaint.map(|complaint| (key.number, complaint))
        });
        let mut wrong: Vec<_> = wrong.collect();
        wrong.sort();
        let shown = self.shown();
        let told = wrong.into_iter();
        told.map(|(number, complaint)| format!("{shown}, line {number}: {complaint}"))
            .collect()
    }

    /// What is wrong with a table that stands on its own, which is a profile, or with what stands outside of all
    /// tables.
    fn complaint_of_top(
        &self,
        names: &Names,
        profile: &Profile,
        top: &str,
        is_table: bool,
    ) -> Option<String> {
        if !is_table {
            return Some(format!(
                "{top} is not a table: settings belong in [default] and [default.app]"
            ));
        }
        if is_read(top, profile) {
            return None;
        }
        if let Some(whole) = names.table(top) {
            return Some(format!(
                "nothing reads the table [{top}]: write it as [{whole}]"
            ));
        }
        let profiles = ALWAYS_READ.into_iter().chain(BY_THEMSELVES);
        let meant = nearest(top, profiles)?;
        (meant != top).then(|| format!("nothing reads the table [{top}]: did you mean [{meant}]?"))
    }

    /// As it is called in sentences: from here, where that is shorter.
    pub(super) fn shown(&self) -> String {
        let here = env::current_dir().ok();
        let below = here.and_then(|here| Some(self.path.strip_prefix(here).ok()?.to_owned()));
        below.as_deref().unwrap_or(&self.path).display().to_string()
    }
}

impl Line {
    /// The profile is compared as figment does.
    pub(super) fn is_at(&self, path: &[&str]) -> bool {
        self.path.len() == path.len()
            && Profile::new(&self.path[0]) == Profile::new(path[0])
            && self.path[1..].iter().eq(&path[1..])
    }
}

fn is_read(table: &str, profile: &Profile) -> bool {
    let table = Profile::new(table);
    table == *profile
        || ALWAYS_READ
            .iter()
            .any(|always| table == Profile::new(always))
}

/// What to do about missing quotes, which the parser reports in its own words.
fn hint(message: &str) -> &'static str {
    let kinds = [
        "float", "integer", "number", "date", "time", "string", "literal",
    ];
    if kinds.iter().any(|kind| message.contains(kind)) {
        "; text needs quotes, as in address = \"0.0.0.0\""
    } else {
        ""
    }
}

/// In which line of a text something begins.
fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.get(..span.start).unwrap_or(text);
    before.matches('\n').count() + 1
}
