//! Former names and values, which are refused with the new ones.

use super::*;

#[test]
fn a_name_from_before_is_refused_with_the_new_one_named() {
    for (before, now) in [
        ("backup.every", "backup.interval"),
        ("backup.to", "backup.destination"),
        ("backup.keep", "backup.retain"),
        ("connections.most", "connections.max_connections"),
        ("connections.most_per_address", "connections.max_per_ip"),
        ("connections.uploads", "connections.max_uploads"),
        (
            "connections.uploads_per_user",
            "connections.max_uploads_per_user",
        ),
        ("rate_limits.account_attempts", "rate_limits.account_burst"),
        ("rate_limits.address_attempts", "rate_limits.address_burst"),
        (
            "rate_limits.registration_attempts",
            "rate_limits.registration_burst",
        ),
    ] {
        assert_eq!(
            refusal_of_file(&format!("[default.app]\n{before} = 3")),
            format!("Rocket.toml, line 2: {before} has no effect: it is now called {now}")
        );
        let variable =
            |prefix: &str, key: &str| format!("{prefix}{}", key.replace('.', "__").to_uppercase());
        let new = variable("SHARED_SPACES_", now);
        for prefix in ["SHARED_SPACES_", "ROCKET_APP__", "ROCKET_"] {
            let old = variable(prefix, before);
            assert_eq!(
                refusal(&old, "3"),
                format!("The environment variable {old} has no effect: it is now called {new}")
            );
        }
        let mistyped = variable("SHAREDSPACES_", before);
        let said = refusal(&mistyped, "3");
        assert!(said.ends_with(&format!("did you mean {new}?")), "{said}");
    }
    assert_eq!(
        refusal_of_file("[default.app.connections]\n\nidle_seconds = 60"),
        "Rocket.toml, line 3: connections.idle_seconds has no effect: it is now called connections.header_timeout, and its \
         value has a unit, such as \"60s\""
    );
    assert_eq!(
        refusal("SHARED_SPACES_SESSIONS__LIFETIME_DAYS", "30"),
        "The environment variable SHARED_SPACES_SESSIONS__LIFETIME_DAYS has no effect: it is now called \
         SHARED_SPACES_SESSIONS__LIFETIME, and its value has a unit, such as 30days"
    );
    assert_eq!(
        refusal("SHARED_SPACES_CONNECTIONS", "{stall_seconds=5}"),
        "The environment variable SHARED_SPACES_CONNECTIONS has no effect: it is now called \
         SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT, and its value has a unit, such as 30s"
    );
}

#[test]
fn a_value_from_before_is_refused_with_the_new_one_named() {
    for (before, now) in [("inside", "embedded"), ("separate", "external")] {
        let said = format!(
            "The setting photos.worker must be embedded or external, not '{before}', which is now called '{now}' (photos.worker is \
             set "
        );
        let of_variable = refusal("SHARED_SPACES_PHOTOS__WORKER", before);
        assert!(of_variable.starts_with(&said), "{of_variable}");
        let of_file = refusal_of_file(&format!("[default.app.photos]\nworker = \"{before}\""));
        assert_eq!(of_file, format!("{said}in Rocket.toml, line 2)"));
    }
    let other = refusal("SHARED_SPACES_PHOTOS__WORKER", "outside");
    assert!(!other.contains("now called"), "{other}");
}
