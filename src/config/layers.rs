//! Where settings come from: which keys the settings' file has and in which lines, and which variables of the environment.
//!
//! Whoever set something that has no effect believes that it has: that people come by TLS, or that a limit holds. So every
//! key that nobody reads is refused, and so that it can be mended, each sentence about a setting says where it was set.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Value};
use figment::{Profile, Provider};
use toml::de::{DeTable, DeValue};

use super::names::{Names, PREFIX, ROCKET_PREFIX, Section};

/// What the variables of Rocket's prefix say that are no keys: which file, and which tables of it.
const FILE: &str = "config";
const PROFILE: &str = "profile";
/// The file that is read if no other is named.
const DEFAULT_FILE: &str = "Rocket.toml";
/// Tables that are read whatever profile is chosen.
const ALWAYS_READ: [&str; 2] = ["default", "global"];
/// Profiles that Rocket chooses by itself, and which need no table.
const BY_THEMSELVES: [&str; 3] = ["default", "debug", "release"];

/// The file and the environment, key by key.
pub(super) struct Layers {
    file: Option<SettingsFile>,
    variables: Vec<Variable>,
    profile: Profile,
}

struct SettingsFile {
    path: PathBuf,
    keys: Vec<Line>,
}

/// A key of the file, with all that it stands in, the profile first.
struct Line {
    path: Vec<String>,
    number: usize,
    is_table: bool,
}

/// A variable whose name has one of our prefixes.
struct Variable {
    /// As it stands in the environment.
    name: String,
    section: Section,
    path: Vec<String>,
    value: OsString,
}

impl Layers {
    /// Looks at the file, if there is one, and at the environment.
    ///
    /// # Errors
    /// The file can't be read or isn't TOML; a file or a profile is named that isn't there; a variable isn't UTF-8.
    pub(super) fn read() -> Result<Self> {
        let variables = variables();
        for variable in &variables {
            ensure!(
                variable.value.to_str().is_some(),
                "The value of the environment variable {} isn't UTF-8",
                variable.name
            );
        }
        let file = find_file()?.map(SettingsFile::read).transpose()?;
        let profile = Profile::from_env_or("ROCKET_PROFILE", rocket::Config::DEFAULT_PROFILE);
        let layers = Self {
            file,
            variables,
            profile,
        };
        layers.check_profile()?;
        Ok(layers)
    }

    /// Rocket's part of the file and of the environment, for figment. Ours is its table `app`.
    pub(super) fn of_rocket(&self) -> figment::Figment {
        let file = self
            .file
            .as_ref()
            .map(|file| Toml::file_exact(&file.path).nested());
        let figment = match file {
            Some(file) => figment::Figment::from(file),
            None => figment::Figment::new(),
        };
        figment
            .merge(
                Env::prefixed(ROCKET_PREFIX)
                    .ignore(&[PROFILE, FILE])
                    .split("__")
                    .global(),
            )
            .select(self.profile.clone())
    }

    /// Refuses every key that has no effect, all at once.
    ///
    /// # Errors
    /// A sentence for each.
    pub(super) fn check_names(&self, names: &Names) -> Result<()> {
        let mut complaints = Vec::new();
        for variable in &self.variables {
            complaints.extend(variable.complaint(names));
        }
        if let Some(file) = &self.file {
            complaints.extend(file.complaints(names, &self.profile));
        }
        match complaints.as_slice() {
            [] => Ok(()),
            _ => Err(anyhow!(complaints.join(".\n"))),
        }
    }

    fn check_profile(&self) -> Result<()> {
        let Some(chosen) = Env::var("ROCKET_PROFILE") else {
            return Ok(());
        };
        let is_known = BY_THEMSELVES
            .iter()
            .any(|known| self.profile.as_str() == *known);
        let has_table = |file: &SettingsFile| {
            let mut tables = file.keys.iter().filter(|key| key.path.len() == 1);
            tables.any(|table| self.profile == table.path[0].as_str())
        };
        ensure!(
            is_known || self.file.as_ref().is_some_and(has_table),
            "The environment variable ROCKET_PROFILE chooses the profile '{chosen}', and there is no table [{chosen}] in {}",
            self.file
                .as_ref()
                .map_or_else(|| DEFAULT_FILE.to_owned(), SettingsFile::shown)
        );
        Ok(())
    }

    /// A sentence about settings, with where each of those was set that it names.
    pub(super) fn explain(&self, names: &Names, sentence: &str) -> String {
        let mut explained = sentence.trim_end_matches('.').to_owned();
        let mut told: Vec<&str> = Vec::new();
        let mut before = "";
        for word in sentence.split(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c))) {
            let word = word.trim_matches('.');
            // Some settings are called like ordinary words.
            let is_name = before == "setting" || word.contains(['.', '_']);
            before = word;
            if !is_name || told.contains(&word) {
                continue;
            }
            told.push(word);
            if let Some(section) = names.section(word)
                && let Some(origin) = self.origin(section, word)
            {
                // Writing to a string can't fail.
                let _written = write!(explained, " ({word} is set {origin})");
            }
        }
        explained
    }

    /// Where a setting was set, if it was: what goes over the others.
    fn origin(&self, section: Section, key: &str) -> Option<String> {
        let path: Vec<&str> = key.split('.').collect();
        let sets = |variable: &&Variable| {
            let exact = variable
                .path
                .iter()
                .map(String::as_str)
                .eq(path.iter().copied());
            variable.section == section && (exact || variable.is_table_with(&path))
        };
        if let Some(variable) = self.variables.iter().find(sets) {
            return Some(format!("by the environment variable {}", variable.name));
        }
        let file = self.file.as_ref()?;
        let profiles = ["global", self.profile.as_str().as_str(), "default"];
        profiles.into_iter().find_map(|profile| {
            let whole = [profile]
                .into_iter()
                .chain(section.table())
                .chain(path.iter().copied());
            let whole: Vec<&str> = whole.collect();
            let line = file.keys.iter().find(|line| line.is_at(&whole))?;
            Some(format!("in {}, line {}", file.shown(), line.number))
        })
    }
}

impl Variable {
    fn complaint(&self, names: &Names) -> Option<String> {
        if self.section == Section::Rocket
            && matches!(&*self.path, [one] if one == PROFILE || one == FILE)
        {
            return None;
        }
        let mut whole = vec![self.path.clone()];
        if let Some(Value::Dict(_, dict)) = self.parsed() {
            flatten(&dict, &self.path, &mut whole);
        }
        let wrong = whole.iter().find_map(|path| {
            let (section, path) = into_section(self.section, path);
            names.complaint(section, &path, true)
        })?;
        Some(format!(
            "The environment variable {} has no effect: {wrong}",
            self.name
        ))
    }

    fn parsed(&self) -> Option<Value> {
        self.value.to_str()?.parse().ok()
    }

    /// Whether its value is a table in which something is at the end of this path.
    fn is_table_with(&self, path: &[&str]) -> bool {
        let outer = self.path.iter().map(String::as_str);
        let Some(Value::Dict(_, dict)) = self.parsed() else {
            return false;
        };
        let mut inner = Vec::new();
        flatten(&dict, &self.path, &mut inner);
        outer.count() < path.len() && inner.iter().any(|inner| inner.iter().eq(path))
    }
}

/// A key of Rocket's table `app` is ours.
fn into_section(section: Section, path: &[String]) -> (Section, Vec<&str>) {
    match (section, path) {
        (Section::Rocket, [first, rest @ ..]) if first == "app" => {
            (Section::App, rest.iter().map(String::as_str).collect())
        }
        _ => (section, path.iter().map(String::as_str).collect()),
    }
}

/// The paths of everything in a table.
fn flatten(dict: &Dict, above: &[String], paths: &mut Vec<Vec<String>>) {
    for (key, value) in dict {
        let path = [above, std::slice::from_ref(key)].concat();
        if let Value::Dict(_, inner) = value {
            flatten(inner, &path, paths);
        }
        paths.push(path);
    }
}

impl SettingsFile {
    fn read(path: PathBuf) -> Result<Self> {
        let mut file = Self {
            keys: Vec::new(),
            path,
        };
        let text = fs::read_to_string(&file.path)
            .with_context(|| format!("The settings in {} can't be read", file.shown()))?;
        let document = DeTable::parse(&text).map_err(|error| {
            let place = error
                .span()
                .map_or_else(String::new, |span| format!(", line {}", line(&text, &span)));
            anyhow!(
                "{}{place}: this isn't TOML: {}",
                file.shown(),
                error.message()
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

    fn complaints(&self, names: &Names, profile: &Profile) -> Vec<String> {
        let wrong = self.keys.iter().filter_map(|key| {
            let complaint = match key.path.as_slice() {
                [top] => self.complaint_of_top(names, profile, top, key.is_table),
                [top, app] if is_read(top, profile) && app == "app" => (!key.is_table)
                    .then(|| String::from("app isn't a table: it should be [default.app]")),
                [top, rest @ ..] if is_read(top, profile) => {
                    let (section, rest) = into_section(Section::Rocket, rest);
                    let complaint = names.complaint(section, &rest, false);
                    complaint.map(|why| format!("{} has no effect: {why}", rest.join(".")))
                }
                // Another profile's.
                _ => None,
            };
            complaint.map(|complaint| (key.number, complaint))
        });
        let mut wrong: Vec<_> = wrong.collect();
        wrong.sort();
        let shown = self.shown();
        let told = wrong.into_iter();
        told.map(|(number, complaint)| format!("{shown}, line {number}: {complaint}"))
            .collect()
    }

    /// What is wrong with a table that stands by itself, which is a profile, or with what stands outside of all tables.
    fn complaint_of_top(
        &self,
        names: &Names,
        profile: &Profile,
        top: &str,
        is_table: bool,
    ) -> Option<String> {
        if !is_table {
            return Some(format!(
                "{top} isn't a table: settings stand below [default] and [default.app]"
            ));
        }
        if is_read(top, profile) {
            return None;
        }
        if let Some(whole) = names.table(top) {
            return Some(format!(
                "nothing reads the table [{top}]: it belongs into another, as [{whole}]"
            ));
        }
        let profiles = ALWAYS_READ.into_iter().chain(BY_THEMSELVES);
        let meant = super::names::nearest(top, profiles)?;
        (meant != top).then(|| format!("nothing reads the table [{top}]: did you mean [{meant}]?"))
    }

    /// As it is called in sentences: from here, where that is shorter.
    fn shown(&self) -> String {
        let here = env::current_dir().ok();
        let below = here.and_then(|here| Some(self.path.strip_prefix(here).ok()?.to_owned()));
        below.as_deref().unwrap_or(&self.path).display().to_string()
    }
}

impl Line {
    /// The profile is compared as figment does.
    fn is_at(&self, path: &[&str]) -> bool {
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

/// In which line of a text something begins.
fn line(text: &str, span: &Range<usize>) -> usize {
    let before = text.get(..span.start).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// The file: the one that is named, which must be there, or `Rocket.toml` here or in a folder above.
fn find_file() -> Result<Option<PathBuf>> {
    let named = Env::var("ROCKET_CONFIG");
    let found = Toml::file(named.as_deref().unwrap_or(DEFAULT_FILE));
    let source = found.metadata().source;
    let path = source
        .as_ref()
        .and_then(figment::Source::file_path)
        .map(Path::to_owned);
    if let (Some(named), None) = (named, &path) {
        return Err(anyhow!(
            "The environment variable ROCKET_CONFIG names the file {named}, and there is no such file"
        ));
    }
    Ok(path)
}

fn variables() -> Vec<Variable> {
    let ours = env::vars_os().filter_map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let (section, rest) = [(Section::App, PREFIX), (Section::Rocket, ROCKET_PREFIX)]
            .into_iter()
            .find_map(|(section, prefix)| {
                let start = name.get(..prefix.len())?;
                start
                    .eq_ignore_ascii_case(prefix)
                    .then(|| (section, &name[prefix.len()..]))
            })?;
        let path = rest
            .to_ascii_lowercase()
            .split("__")
            .map(str::to_owned)
            .collect();
        Some(Variable {
            section,
            path,
            name,
            value,
        })
    });
    let mut ours: Vec<Variable> = ours.collect();
    ours.sort_by(|a, b| a.name.cmp(&b.name));
    ours
}
