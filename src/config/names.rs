//! The names of settings: all of ours, those of Rocket that have no effect here, and which one was probably meant.

use figment::value::{Dict, Value};

use super::Config;
use super::renamed::{example, former, renamed};

/// What our variables in the environment begin with.
pub(super) const PREFIX: &str = "SHARED_SPACES_";
/// What those begin with that Rocket's own settings have.
pub(super) const ROCKET_PREFIX: &str = "ROCKET_";

/// How similar a name must be to one that may have been meant; 1 is the same.
const ALIKE: f64 = 0.75;
/// The same for what our variables begin with: names of others begin in all ways.
const ALIKE_START: f64 = 0.85;

/// Rocket's settings that have an effect.
pub(super) const KEYS_OF_ROCKET: [&str; 5] =
    ["address", "port", "log_level", "ident", "shutdown.grace"];
/// Their tables.
pub(super) const TABLES_OF_ROCKET: [&str; 1] = ["shutdown"];

/// Rocket's settings without effect, because connections are accepted by a listener of our own, and what takes
/// their place.
const WITHOUT_EFFECT: [(&str, &str); 14] = [
    (
        "tls",
        "set tls.certificate and tls.key, or tls.acme.enabled, in the table default.app; see docs/deployment.md",
    ),
    (
        "mtls",
        "the server asks clients for no certificates: a proxy in front of it can; see docs/deployment.md",
    ),
    (
        "workers",
        "the number of threads follows from the cores of this machine",
    ),
    (
        "max_blocking",
        "the number of threads follows from the cores of this machine",
    ),
    (
        "keep_alive",
        "set connections.header_timeout in the table default.app",
    ),
    (
        "limits",
        "set limits.photo_bytes and the other limits in the table default.app",
    ),
    (
        "temp_dir",
        "large uploads are buffered in the data folder: set data_dir in the table default.app",
    ),
    ("ip_header", "set trusted_proxies in the table default.app"),
    (
        "secret_key",
        "nothing is signed with it: the key that signs links is in the data folder",
    ),
    ("cli_colors", "set the environment variable NO_COLOR"),
    (
        "shutdown.mercy",
        "set shutdown.grace, after which open requests are aborted",
    ),
    ("shutdown.ctrlc", "the server always stops when asked to"),
    (
        "shutdown.signals",
        "the server always stops at SIGTERM and SIGINT",
    ),
    (
        "shutdown.force",
        "the server always stops after shutdown.grace",
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

/// Every setting, as sentences name it: `limits.text_max`.
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
            Section::Rocket => [&KEYS_OF_ROCKET[..], &TABLES_OF_ROCKET[..]].concat(),
        }
    }

    /// Our tables.
    pub(super) fn tables(&self) -> Vec<&str> {
        self.tables.iter().map(String::as_str).collect()
    }

    /// Our settings that aren't tables.
    pub(super) fn keys(&self) -> Vec<&str> {
        let all = self.ours.iter().filter(|name| !self.tables.contains(name));
        all.map(String::as_str).collect()
    }

    /// The variable of ours that was meant by one with a mistyped prefix, if this is similar to one.
    pub(super) fn mistyped(&self, variable: &str) -> Option<String> {
        let variable = variable.to_ascii_uppercase();
        if variable.starts_with(PREFIX) {
            return None;
        }
        let names = [&self.keys()[..], &former()].concat();
        let meant = names.into_iter().find(|key| {
            let end = Section::App.variable(key)[PREFIX.len() - 1..].to_owned();
            let start = variable.strip_suffix(&end).unwrap_or_default();
            let wanted = PREFIX.trim_end_matches('_');
            start != wanted && strsim::normalized_damerau_levenshtein(start, wanted) >= ALIKE_START
        })?;
        Some(Section::App.variable(renamed(meant).unwrap_or(meant)))
    }

    /// Which section this setting is in, if it is one.
    pub(super) fn section(&self, name: &str) -> Option<Section> {
        let sections = [Section::App, Section::Rocket].into_iter();
        sections
            .into_iter()
            .find(|section| self.of(*section).contains(&name))
    }

    /// Where a table belongs that was written at the top level.
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
        if path.iter().any(|key| key.contains('.')) {
            return Some(format!(
                "a table and its key can't share quotes: write {name} without any"
            ));
        }
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
        if let Some(now) = renamed(&name) {
            return Some(became(now, is_variable));
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
            || String::from("; docs/configuration.md lists them all"),
            |(whose, meant)| match (is_variable, whose == section) {
                (true, _) => format!(": did you mean {}?", whose.variable(meant)),
                (false, true) => format!(": did you mean {meant}?"),
                (false, false) => {
                    let table = whose
                        .table()
                        .map_or_else(String::new, |table| format!(".{table}"));
                    format!(" in this table: it belongs in [default{table}]")
                }
            },
        );
        Some(format!("there is no setting {name}{did_you_mean}"))
    }
}

/// Says what a setting is called now that was given by its former name.
fn became(now: &str, is_variable: bool) -> String {
    let name = if is_variable {
        Section::App.variable(now)
    } else {
        now.to_owned()
    };
    let unit = example(now).map_or_else(String::new, |example| {
        let example = if is_variable {
            example.to_owned()
        } else {
            format!("\"{example}\"")
        };
        format!(", and its value has a unit, such as {example}")
    });
    format!("it is now called {name}{unit}")
}

/// Sentences, a line each.
pub(super) fn together(sentences: &[String]) -> String {
    let mut together = String::new();
    for sentence in sentences {
        if !together.is_empty() {
            together += if together.ends_with('?') { "\n" } else { ".\n" };
        }
        together += sentence;
    }
    together
}

/// Whether Kubernetes or Docker has made this variable for a service whose name is the prefix of our variables, by what follows
/// that: it wasn't set by an operator, and isn't a setting.
pub(super) fn is_of_a_service(rest: &str, value: &str) -> bool {
    let rest = format!("_{}", rest.to_ascii_uppercase());
    // As _PORT_8000_TCP, and the same with _PROTO, _PORT or _ADDR after it.
    let names_a_port = rest.split_once("_PORT_").is_some_and(|(_, port)| {
        let kind = port.trim_start_matches(|c: char| c.is_ascii_digit());
        ["_TCP", "_UDP", "_SCTP"]
            .iter()
            .any(|known| kind.starts_with(known))
    });
    rest.ends_with("_SERVICE_HOST")
        || rest.ends_with("_SERVICE_PORT")
        || rest.contains("_SERVICE_PORT_")
        || rest.ends_with("_PORT") && value.contains("://")
        || names_a_port
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

/// Which of these may have been meant, if one is similar, or ends with it.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A missing underscore of two means the same.
    let plain = |name: &str| name.to_lowercase().replace(['.', '-'], "_");
    let name = plain(name);
    let likeness = |known: &str| {
        let known = plain(known);
        if known == name {
            return 2.0;
        }
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
            "backup.interval",
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
            ("LIMITS", Some("limits")),
            ("everything", None),
        ] {
            assert_eq!(nearest(name, known()), meant, "{name}");
        }
        for (variable, meant) in [
            ("SHAREDSPACES_DATA_DIR", Some("SHARED_SPACES_DATA_DIR")),
            (
                "SHARED_SPACE_LIMITS__TEXT_MAX",
                Some("SHARED_SPACES_LIMITS__TEXT_MAX"),
            ),
            ("SHARED_SPACES_DATA_DIR", None),
            ("DATA_DIR", None),
            ("MY_DATA_DIR", None),
        ] {
            assert_eq!(names.mistyped(variable).as_deref(), meant, "{variable}");
        }
    }

    #[test]
    fn what_a_cluster_says_of_a_service_of_our_name_is_no_setting() {
        for (rest, value) in [
            ("SERVICE_HOST", "10.0.0.1"),
            ("SERVICE_PORT", "8000"),
            ("SERVICE_PORT_HTTP", "8000"),
            ("PORT", "tcp://10.0.0.1:8000"),
            ("PORT_8000_TCP", "tcp://10.0.0.1:8000"),
            ("PORT_8000_TCP_PROTO", "tcp"),
            ("PORT_8000_TCP_PORT", "8000"),
            ("PORT_8000_TCP_ADDR", "10.0.0.1"),
            ("WEB_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ] {
            assert!(is_of_a_service(rest, value), "{rest}");
        }
        for (rest, value) in [("PORT", "8000"), ("DATA_DIR", "/srv"), ("PORT_8000", "x")] {
            assert!(!is_of_a_service(rest, value), "{rest}");
        }
    }
}
