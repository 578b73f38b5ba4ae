//! `shared-spaces config`: shows the settings that are in force, and where each was set.

use anyhow::Result;
use serde_json::{Value, json};

use crate::commands::cli::{ListOptions, Options};
use crate::config::{InForce, Settings, Sources};
use crate::output::{plain, say};

/// The column in which it stands where a setting was set, if the value leaves room.
const COLUMN: usize = 48;

/// Prints all settings, as a file of settings would have them.
///
/// # Errors
/// Standard output can't be written to.
pub fn run(
    settings: &Settings,
    sources: &Sources,
    options: &Options,
    list: ListOptions,
) -> Result<()> {
    let mut all = sources.list(settings)?;
    for setting in &mut all {
        let option = match setting.name.as_str() {
            "data_dir" if options.data_dir.is_some() => "--data-dir",
            "expect_data" if options.init => "--init",
            _ => continue,
        };
        setting.source = Some(format!("by the option {option}"));
    }
    let file = sources.file();
    if list.json {
        let shown = json!({"file": file, "settings": all});
        return say!("{}", serde_json::to_string_pretty(&shown)?);
    }
    match file {
        Some(file) => say!("# The settings in force; the file is {}", plain(&file))?,
        None => say!("# The settings in force; there is no file")?,
    }
    let mut table = "";
    for setting in &all {
        if table != setting.table {
            table = setting.table;
            say!("\n[{table}]")?;
        }
        say!("{}", line(setting))?;
    }
    Ok(())
}

fn line(setting: &InForce) -> String {
    let InForce {
        name,
        value,
        source,
        ..
    } = setting;
    let source = plain(source.as_deref().unwrap_or("default"));
    match value {
        Value::Null => format!("# {name} is not set"),
        // JSON is TOML, as far as settings go.
        value => {
            let setting = format!("{name} = {value}");
            format!("{setting:COLUMN$} # {source}")
        }
    }
}
