//! The settings of how many attempts are allowed.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// How many wrong passwords, and how many new accounts. Each `burst` is possible at once, and `per_hour` come back within
/// an hour, evenly.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimits {
    /// Whether anything is limited at all.
    pub enabled: bool,
    /// Wrong passwords from one address.
    pub address_burst: u32,
    pub address_per_hour: u32,
    /// Wrong passwords for one account from one address.
    pub account_burst: u32,
    pub account_per_hour: u32,
    /// New accounts from one address, and as often mails for a forgotten password.
    pub registration_burst: u32,
    pub registration_per_hour: u32,
}

impl RateLimits {
    pub(super) fn check(&self) -> Result<()> {
        for (name, value) in [
            ("address_burst", self.address_burst),
            ("address_per_hour", self.address_per_hour),
            ("account_burst", self.account_burst),
            ("account_per_hour", self.account_per_hour),
            ("registration_burst", self.registration_burst),
            ("registration_per_hour", self.registration_per_hour),
        ] {
            ensure!(
                value > 0,
                "The setting rate_limits.{name} must be above 0; without limits, set rate_limits.enabled = false"
            );
        }
        Ok(())
    }
}

impl Default for RateLimits {
    /// Ten people at one address who mistype now and then never notice.
    fn default() -> Self {
        Self {
            enabled: true,
            address_burst: 60,
            address_per_hour: 120,
            account_burst: 15,
            account_per_hour: 30,
            registration_burst: 30,
            registration_per_hour: 30,
        }
    }
}
