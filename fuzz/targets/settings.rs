//! Any text as a file of settings: what is taken makes sense, and what is refused is refused in words.

#![no_main]

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use libfuzzer_sys::fuzz_target;
use shared_spaces::config::Config;

fuzz_target!(|text: &str| {
    match Config::read(&Figment::from(Toml::string(text).nested())) {
        Err(sentences) => assert!(sentences.iter().any(|sentence| !sentence.is_empty())),
        Ok(config) => {
            // The same again by what it has become.
            let written = Figment::from(Serialized::default("app", &config));
            let again = Config::read(&written).expect("what is taken is taken again");
            assert_eq!(format!("{again:?}"), format!("{config:?}"));
        }
    }
});
