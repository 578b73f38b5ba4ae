//! Amazon's clients, and those of what speaks like Amazon. Credentials, region and endpoint come by the SDK's own chain:
//! the environment, profiles, the role of the machine.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use tokio::sync::OnceCell;

/// How long the first byte of an answer may take. SQS holds a request for up to 20 seconds when there is nothing to receive.
pub const ANSWER: Duration = Duration::from_secs(30);

/// The configuration of the SDK, found out at the first use; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Aws {
    config: Arc<OnceCell<SdkConfig>>,
}

impl Aws {
    /// What somebody has found out already.
    pub fn with(config: SdkConfig) -> Self {
        Self {
            config: Arc::new(OnceCell::new_with(Some(config))),
        }
    }

    /// What the environment, the profile or the machine says.
    pub async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(load).await
    }
}

async fn load() -> SdkConfig {
    // An attempt is bounded by its connection and its answer's first byte, for which the SDK begins to count when it begins
    // to send.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(ANSWER)
        .operation_timeout(Duration::from_secs(120))
        .build();
    let found = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .timeout_config(timeouts)
        .load()
        .await;
    if found.region().is_some() {
        return found;
    }
    // Where a region means nothing, such as MinIO at home, nobody should have to name one.
    found
        .into_builder()
        .region(Region::from_static("us-east-1"))
        .build()
}
