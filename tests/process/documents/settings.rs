//! Settings as the pages have them.

use std::fs;

use serde_json::Value;

use super::commands::{Place, blocks_by};
use super::proof::Proof;

#[test]
fn variables_are_settings_that_are_in_force_then() {
    for block in blocks_by(|proof| matches!(proof, Proof::Variables)) {
        let place = Place::empty();
        let lines = format!("set -a\n{}\nshared-spaces config", block.text);
        let printed = place.succeeds(&block.place, &lines);
        let names = block.commands();
        let names = names.iter().filter_map(|line| line.split_once('='));
        for (name, _) in names.filter(|(name, _)| !name.starts_with("AWS_")) {
            assert!(printed.contains(name), "{}: {name}: {printed}", block.place);
        }
    }
}

#[test]
fn what_is_to_be_written_into_the_file_of_settings_is_accepted_there() {
    for block in blocks_by(|proof| matches!(proof, Proof::Toml)) {
        let place = Place::empty();
        fs::write(place.path().join("Rocket.toml"), &block.text).unwrap();
        let printed = place.succeeds(&block.place, "shared-spaces config");
        assert!(
            printed.contains("Rocket.toml"),
            "{}: {printed}",
            block.place
        );
    }
}

#[test]
fn policies_are_json() {
    for block in blocks_by(|proof| matches!(proof, Proof::Json)) {
        let policy: Value = serde_json::from_str(&block.text).unwrap();
        assert_eq!(policy["Version"], "2012-10-17", "{}", block.place);
    }
}
