//! Former names of settings and values, which are refused with the new one: an operator who updates reads what to write
//! instead.

/// Our former settings, as sentences name them, and what they are called now.
const SETTINGS: [(&str, &str); 13] = [
    ("backup.every", "backup.interval"),
    ("backup.to", "backup.destination"),
    ("backup.keep", "backup.retain"),
    ("connections.most", "connections.max_connections"),
    ("connections.most_per_address", "connections.max_per_ip"),
    ("connections.idle_seconds", "connections.header_timeout"),
    ("connections.stall_seconds", "connections.stall_timeout"),
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
    ("sessions.lifetime_days", "sessions.lifetime"),
];

/// Of which what was a number is now a text, and what that looks like.
const WITH_A_UNIT: [(&str, &str); 3] = [
    ("connections.header_timeout", "60s"),
    ("connections.stall_timeout", "30s"),
    ("sessions.lifetime", "30days"),
];

/// Former values of a setting, and what they are called now.
const VALUES: [(&str, &str, &str); 2] = [
    ("photos.worker", "inside", "embedded"),
    ("photos.worker", "separate", "external"),
];

/// What a setting of ours is called now that had this name.
pub(super) fn renamed(name: &str) -> Option<&'static str> {
    let mut settings = SETTINGS.into_iter();
    settings.find_map(|(before, now)| (before == name).then_some(now))
}

/// An example of a value, where a setting's is written in another way than before.
pub(super) fn example(name: &str) -> Option<&'static str> {
    let mut settings = WITH_A_UNIT.into_iter();
    settings.find_map(|(setting, example)| (setting == name).then_some(example))
}

/// What a value of a setting is called now that was written so.
pub(super) fn renamed_value(name: &str, value: &str) -> Option<&'static str> {
    let mut values = VALUES.into_iter();
    values.find_map(|(setting, before, now)| (setting == name && before == value).then_some(now))
}

/// The former names.
pub(super) fn former() -> [&'static str; SETTINGS.len()] {
    SETTINGS.map(|(before, _)| before)
}
