//! The names of settings: which there are, which of Rocket's have no effect here, and which one somebody may have meant.

use figment::value::{Dict, Value};

use super::Config;

/// What our variables in the environment begin with.
pub(super) const PREFIX: &str = "SHARED_SPACES_";
/// What those begin with that Rocket's own settings have.
pub(super) const ROCKET_PREFIX: &str = "ROCKET_";

/// How alike a name must be to one that somebody may have meant; 1 is the same.
const ALIKE: f64 = 0.75;

/// Rocket's settings that have an effect.
const OF_ROCKET: [&str; 6] = [
    "address",
    "port",
    "log_level",
    "ident",
    "shutdown",
    "shutdown.grace",
];

/// Rocket's settings that have none, because connections are taken in by a listener of our own, and what does instead what
/// they would.
const WITHOUT_EFFECT: [(&str, &str); 14] = [
    (
        "tls",
        "the server speaks plain HTTP, and a proxy in front of it HTTPS; see docs/deployment.md",
    ),
    (
        "mtls",
        "the server speaks plain HTTP, and a proxy in front of it HTTPS; see docs/deployment.md",
    ),
    (
        "workers",
        "there are as many threads as this machine has cores for",
    ),
    (
        "max_blocking",
        "there are as many threads as this machine has cores for",
    ),
    (
        "keep_alive",
        "set connections.idle_seconds in the table default.app",
    ),
    (
        "limits",
        "set limits.photo_bytes and its neighbours in the table default.app",
    ),
    (
        "temp_dir",
        "what is large lies in the data folder while it comes in: set data_dir in the table default.app",
    ),
    ("ip_header", "set trusted_proxies in the table default.app"),
    (
        "secret_key",
        "there is nothing to sign with it: what signs links is made in the data folder",
    ),
    ("cli_colors", "set the environment variable NO_COLOR"),
    (
        "shutdown.mercy",
        "set shutdown.grace, after which what is still under way is cut off",
    ),
    (
        "shutdown.ctrlc",
        "the server always ends when it is asked to",
    ),
    (
        "shutdown.signals",
        "the server always ends at SIGTERM and SIGINT",
    ),
    (
        "shutdown.force",
        "the server always ends after shutdown.grace",
    ),
];

/// Whose setting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// Ours: `SHARED_SPACES_…`, and the table `app` of a profile.
    App,
    /// Rocket's: `ROCKET_…`, and the table of a profile itself.
    Rocket,
}

impl Section {
    /// The table below that of a profile.
    pub(super) fn table(self) -> Option<&'static str> {
        match self {
            Self::App => Some("app"),
            Self::Rocket => None,
        }
    }

    /// A setting as a variable of the environment.
    fn variable(self, key: &str) -> String {
        let prefix = match self {
            Self::App => PREFIX,
            Self::Rocket => ROCKET_PREFIX,
        };
        prefix.to_owned() + &key.replace('.', "__").to_ascii_uppercase()
    }
}

/// Every setting that there is, as it stands in sentences: `limits.text_max`.
pub(super) struct Names {
    ours: Vec<String>,
    tables: Vec<String>,
}

impl Names {
    pub(super) fn new() -> Self {
        let mut names = Self {
            ours: Vec::new(),
            tables: Vec::new(),
        };
        if let Ok(Value::Dict(_, settings)) = Value::serialize(Config::default()) {
            names.collect(&settings, "");
        }
        names
    }

    fn collect(&mut self, dict: &Dict, above: &str) {
        for (key, value) in dict {
            let name = format!("{above}{key}");
            if let Value::Dict(_, inner) = value {
                self.collect(inner, &format!("{name}."));
                self.tables.push(name.clone());
            }
            self.ours.push(name);
        }
    }

    fn of(&self, section: Section) -> Vec<&str> {
        match section {
            Section::App => self.ours.iter().map(String::as_str).collect(),
            Section::Rocket => OF_ROCKET.to_vec(),
        }
    }

    /// Whose setting this is, if it is one.
    pub(super) fn section(&self, name: &str) -> Option<Section> {
        let sections = [Section::App, Section::Rocket].into_iter();
        sections
            .into_iter()
            .find(|section| self.of(*section).contains(&name))
    }

    /// Where a table belongs that somebody has written as one of its own.
    pub(super) fn table(&self, name: &str) -> Option<String> {
        match name {
            "app" | "shutdown" => Some(format!("default.{name}")),
            _ if self.tables.iter().any(|table| table == name) => {
                Some(format!("default.app.{name}"))
            }
            _ => None,
        }
    }

    /// Why a key has no effect, if it has none, and what to do.
    pub(super) fn complaint(
        &self,
        section: Section,
        path: &[&str],
        is_variable: bool,
    ) -> Option<String> {
        let name = path.join(".");
        if name.is_empty() && section == Section::App || self.of(section).contains(&name.as_str()) {
            return None;
        }
        if section == Section::Rocket {
            let known = WITHOUT_EFFECT.iter().find(|(known, _)| {
                let rest = name.strip_prefix(known);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            if let Some((_, instead)) = known {
                return Some((*instead).to_owned());
            }
        }
        let other = match section {
            Section::App => Section::Rocket,
            Section::Rocket => Section::App,
        };
        let meant = if self.of(other).contains(&name.as_str()) {
            Some((other, name.as_str()))
        } else {
            let own = self.of(section).into_iter();
            nearest(&name, own).map(|meant| (section, meant))
        };
        let did_you_mean = meant.map_or_else(
            || String::from("; docs/configuration.md has all that there are"),
            |(whose, meant)| match (is_variable, whose == section) {
                (true, _) => format!(": did you mean {}?", whose.variable(meant)),
                (false, true) => format!(": did you mean {meant}?"),
                (false, false) => {
                    let table = whose
                        .table()
                        .map_or_else(String::new, |table| format!(".{table}"));
                    format!(" in this table: it belongs into [default{table}]")
                }
            },
        );
        Some(format!("there is no setting {name}{did_you_mean}"))
    }
}

/// A key of Rocket's table `app` is ours.
pub(super) fn into_section(section: Section, path: &[String]) -> (Section, Vec<&str>) {
    match (section, path) {
        (Section::Rocket, [first, rest @ ..]) if first == "app" => {
            (Section::App, rest.iter().map(String::as_str).collect())
        }
        _ => (section, path.iter().map(String::as_str).collect()),
    }
}

/// Which of these somebody may have meant, if one is much like it, or has it at its end.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Whoever forgets one of two underscores means the same.
    let plain = |name: &str| name.to_lowercase().replace(['.', '-'], "_");
    let name = plain(name);
    let likeness = |known: &str| {
        let known = plain(known);
        if known.ends_with(&format!("_{name}")) {
            return 1.0;
        }
        strsim::normalized_damerau_levenshtein(&name, &known)
    };
    let rated = known.map(|known| (likeness(known), known));
    let (best, meant) = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best >= ALIKE).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_known_and_what_is_much_like_one_leads_to_it() {
        let names = Names::new();
        for name in [
            "data_dir",
            "public_url",
            "limits.text_max",
            "photos.queue_url",
            "backup.every",
        ] {
            assert_eq!(names.section(name), Some(Section::App), "{name}");
        }
        let known = || names.ours.iter().map(String::as_str);
        for (name, meant) in [
            ("limits.text_maximum", Some("limits.text_max")),
            ("limits_text_max", Some("limits.text_max")),
            ("text_max", Some("limits.text_max")),
            ("registratoin", Some("registration")),
            ("trusted-proxies", Some("trusted_proxies")),
            ("everything", None),
        ] {
            assert_eq!(nearest(name, known()), meant, "{name}");
        }
    }
}
