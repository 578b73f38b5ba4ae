//! How much photos and videos take, and how much they may.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::usage::Usage;

/// How much space photos and videos take: the files themselves with their posters, previews and versions for all browsers.
#[derive(Serialize, JsonSchema)]
pub struct Storage {
    #[schemars(extend("example" = 734_003_200))]
    used_bytes: u64,
    /// The quota; null if there is none. Previews and renditions, which are made later, can exceed it.
    #[schemars(extend("example" = 10_000_000_000_u64))]
    max_bytes: Option<u64>,
}

impl From<Usage> for Storage {
    fn from(usage: Usage) -> Self {
        Self {
            used_bytes: usage.used,
            max_bytes: usage.max,
        }
    }
}
