//! Where settings come from: which keys the settings' file has and in which lines, and which variables of the environment.
//!
//! An operator who sets something without effect relies on it: that people use TLS, or that a limit applies. So
//! every unknown key is refused, and so that it can be fixed, each sentence about a setting says where it was
//! set.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, ensure};
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, UncasedStr, Value};
use figment::{Profile, Provider};

use super::file::{BY_THEMSELVES, SettingsFile};
use super::names::{
    Names, PREFIX, ROCKET_PREFIX, Section, into_section, is_of_a_service, together,
};

/// The variables with Rocket's prefix that aren't keys: which file, and which tables of it.
const FILE: &str = "config";
const PROFILE: &str = "profile";
/// The file that is read if no other is named.
const DEFAULT_FILE: &str = "Rocket.toml";
/// The file and the environment, key by key.
pub(super) struct Layers {
    file: Option<SettingsFile>,
    variables: Vec<Variable>,
    profile: Profile,
}

/// A variable whose name has one of our prefixes.
struct Variable {
    /// As it is in the environment.
    name: String,
    section: Section,
    path: Vec<String>,
    value: OsString,
}

impl Layers {
    /// Looks at the file, if there is one, and at the environment. `named` is the file of the command line.
    ///
    /// # Errors
    /// The file can't be read or isn't TOML; a file or a profile is named that isn't there; a variable isn't UTF-8.
    pub(super) fn read(named: Option<&Path>) -> Result<Self> {
        let variables = variables();
        for variable in &variables {
            ensure!(
                variable.value.to_str().is_some(),
                "The value of the environment variable {} isn't UTF-8",
                variable.name
            );
        }
        let path = match named {
            Some(named) => Some(named_file(named)?),
            None => find_file()?,
        };
        let file = path.map(SettingsFile::read).transpose()?;
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
            .merge(environment(ROCKET_PREFIX).ignore(&[PROFILE, FILE]))
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
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if let Some(meant) = names.mistyped(&name) {
                complaints.push(format!(
                    "The environment variable {name} has no effect: did you mean {meant}?"
                ));
            }
        }
        if let Some(file) = &self.file {
            complaints.extend(file.complaints(names, &self.profile));
        }
        match complaints.as_slice() {
            [] => Ok(()),
            _ => Err(anyhow!(together(&complaints))),
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
            "The environment variable ROCKET_PROFILE selects the profile '{chosen}', but there is no table [{chosen}] \
            in {}",
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
            // What is in a list is set where the list is.
            let key = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            if let Some(section) = names.section(key)
                && let Some(origin) = self.origin(section, key)
            {
                // Writing to a string can't fail.
                let _written = write!(explained, " ({key} is set {origin})");
            }
        }
        explained
    }

    /// The file, as sentences call it.
    pub(super) fn file(&self) -> Option<String> {
        self.file.as_ref().map(SettingsFile::shown)
    }

    /// Where a setting was set, if it was: what goes over the others.
    pub(super) fn origin(&self, section: Section, key: &str) -> Option<String> {
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
        if matches!(&*self.path, [one] if one.is_empty()) {
            return Some(format!(
                "The environment variable {} has no effect: it ends without the name of a setting",
                self.name
            ));
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

/// The file of the command line, which must be there.
fn named_file(named: &Path) -> Result<PathBuf> {
    ensure!(
        !named.is_dir(),
        "The option --config names {}, which is a folder and not a file",
        named.display()
    );
    ensure!(
        named.exists(),
        "The option --config names the file {}, which doesn't exist",
        named.display()
    );
    Ok(std::path::absolute(named)?)
}

/// The file: the one that the environment names, which must be there, or `Rocket.toml` here or in a folder above.
fn find_file() -> Result<Option<PathBuf>> {
    let named = Env::var("ROCKET_CONFIG");
    if let Some(named) = named.as_deref() {
        ensure!(
            !Path::new(named).is_dir(),
            "The environment variable ROCKET_CONFIG names {named}, which is a folder and not a file"
        );
    } else {
        check_files()?;
    }
    let found = Toml::file(named.as_deref().unwrap_or(DEFAULT_FILE));
    let source = found.metadata().source;
    let path = source
        .as_ref()
        .and_then(figment::Source::file_path)
        .map(Path::to_owned);
    if let (Some(named), None) = (named, &path) {
        return Err(anyhow!(
            "The environment variable ROCKET_CONFIG names the file {named}, which doesn't exist"
        ));
    }
    Ok(path)
}

/// Refuses a path that isn't a file, which would be ignored silently.
fn check_files() -> Result<()> {
    let Ok(here) = env::current_dir() else {
        return Ok(());
    };
    for folder in here.ancestors() {
        let path = folder.join(DEFAULT_FILE);
        if path.is_file() {
            break;
        }
        ensure!(
            fs::symlink_metadata(&path).is_err(),
            "{} should be the settings file, but is a folder, or a link to a file that doesn't exist. Docker creates a \
            folder where the file that it should mount is missing: delete the folder, and name the right file",
            path.display()
        );
    }
    Ok(())
}

/// The environment, for figment.
pub(super) fn environment(prefix: &'static str) -> Env {
    let is_setting = move |key: &UncasedStr| {
        let value = Env::var(&format!("{prefix}{key}")).unwrap_or_default();
        !is_of_a_service(key.as_str(), &value)
    };
    Env::prefixed(prefix)
        .filter(is_setting)
        .split("__")
        .global()
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
        if is_of_a_service(rest, &value.to_string_lossy()) {
            return None;
        }
        let lower = rest.to_ascii_lowercase();
        let mut path: Vec<String> = lower.split("__").map(str::to_owned).collect();
        let is_ours = section == Section::Rocket && path.len() > 1 && path[0] == "app";
        let section = if is_ours {
            path.remove(0);
            Section::App
        } else {
            section
        };
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
