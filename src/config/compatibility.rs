//! For whom the answers are as they were elsewhere.

use serde::{Deserialize, Serialize};

/// Which clients are served as they were written for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compatibility {
    /// Those of the original system: its limits are the defaults, each share needs a text, and the times of shares are in
    /// UTC without saying so, to the second.
    pub original_clients: bool,
}
