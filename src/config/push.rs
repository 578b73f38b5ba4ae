//! The settings of push messages.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::public_url::check_origin;

/// Messages to browsers, by their push services.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Push {
    /// Whether there are any.
    pub enabled: bool,
    /// To whom the services can complain, as `mailto:` or `https:`. Without it, the public address is named.
    pub contact: Option<String>,
    /// The origins of services that may be in an own network, speak HTTP, or have another port than 443.
    pub own_services: Vec<String>,
}

impl Push {
    pub(super) fn check(&self) -> Result<()> {
        let contact = self.contact.as_deref();
        ensure!(
            contact.is_none_or(|contact| {
                let rest = contact
                    .strip_prefix("mailto:")
                    .or(contact.strip_prefix("https://"));
                rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
            }),
            "The setting push.contact must be like mailto:ann@example.org or https://example.org, not '{}'",
            contact.unwrap_or_default()
        );
        self.own_services
            .iter()
            .try_for_each(|origin| check_origin("push.own_services", origin))
    }
}

impl Default for Push {
    fn default() -> Self {
        Self {
            enabled: true,
            contact: None,
            own_services: Vec::new(),
        }
    }
}
