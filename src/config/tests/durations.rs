//! How durations are written, and their bounds.

use super::*;

#[test]
fn every_duration_is_written_with_its_unit_and_has_bounds_that_are_told() {
    let config = load(|jail| {
        jail.create_file(
            "Rocket.toml",
            "[default.app]\nconnections.header_timeout = \"90s\"\nsessions.lifetime = \"100years\"\nbackup.destination = \"a\"",
        )?;
        jail.set_env("SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT", "1min 30s");
        jail.set_env("SHARED_SPACES_BACKUP__INTERVAL", "1day 12h");
        Ok(())
    })
    .unwrap();
    let seconds = |duration: Duration| duration.as_secs();
    assert_eq!(seconds(config.connections.header_timeout), 90);
    assert_eq!(seconds(config.connections.stall_timeout), 90);
    assert_eq!(seconds(config.sessions.lifetime), 100 * 31_557_600);
    assert_eq!(config.backup.interval.map(seconds), Some(36 * 60 * 60));
    for (key, min, max, outside) in [
        ("backup.interval", "1s", "10years", "10years 1s"),
        ("connections.header_timeout", "1s", "1day", "25h"),
        ("connections.stall_timeout", "1s", "1day", "25h"),
        ("sessions.lifetime", "1day", "100years", "23h"),
    ] {
        let variable = format!("SHARED_SPACES_{}", key.replace('.', "__").to_uppercase());
        for value in [outside, "0s", "999ms"] {
            let said = refusal(&variable, value);
            let wanted = format!("The setting {key} must be from {min} to {max}, not ");
            assert!(said.starts_with(&wanted), "{said}");
        }
        for value in ["60", "daily", "-1h", "", "1000000000000years", "true"] {
            let said = refusal(&variable, value);
            let wanted = format!(
                "The setting {key} must be a time with its unit, such as 60s, 24h or 7days, not "
            );
            assert!(said.starts_with(&wanted), "{value}: {said}");
        }
    }
}
