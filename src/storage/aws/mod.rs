//! The AWS clients, which also serve compatible services. Credentials, region and endpoint come by the SDK's own chain:
//! the environment, profiles, the role of the machine.

// Checks of what S3 says it has done.
pub mod proof;
// Its clock compared with ours.
pub mod skew;

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::create_bucket::CreateBucketError;
use aws_sdk_s3::operation::delete_object::DeleteObjectError;
use aws_sdk_s3::operation::delete_objects::DeleteObjectsError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::operation::list_buckets::ListBucketsError;
use tokio::sync::OnceCell;

use self::skew::Skew;
use crate::config::Checksums;

/// How long the first byte of an answer may take. SQS holds a request for up to 20 seconds when there is nothing to receive.
pub const ANSWER: Duration = Duration::from_secs(30);
/// For each of this many bytes that are put, S3 has as long to answer as for any other request: an uplink at home may be slow.
const CHUNK: usize = 2 * 1024 * 1024;

/// How much faster S3 is internally than a connection to it may be.
const FASTER_WITHIN: u64 = 8;

/// The configuration of the SDK, loaded at the first use; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Aws {
    config: Arc<OnceCell<SdkConfig>>,
    skew: Skew,
}

impl Aws {
    /// The configuration that was loaded already.
    pub fn with(config: SdkConfig) -> Self {
        Self {
            config: Arc::new(OnceCell::new_with(Some(config))),
            skew: Skew::default(),
        }
    }

    /// What the environment, the profile or the machine says.
    pub async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(load).await
    }

    /// What is known of S3's clock.
    pub fn skew(&self) -> &Skew {
        &self.skew
    }

    /// A client of S3, as the settings `photos.path_style` and `photos.checksums` say.
    pub async fn s3(&self, path_style: Option<bool>, checksums: Checksums) -> Client {
        let config = self.config().await;
        // Amazon has a name for each bucket in its DNS; services at home mostly don't.
        let elsewhere =
            config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let mut builder = Builder::from(config)
            .force_path_style(path_style.unwrap_or(elsewhere))
            .interceptor(self.skew.clone());
        if checksums == Checksums::WhenRequired {
            builder = builder
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        }
        Client::from_conf(builder.build())
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
    // Where a region means nothing, such as MinIO at home, it shouldn't have to be set.
    found
        .into_builder()
        .region(Region::from_static("us-east-1"))
        .build()
}

/// How long S3 may take to answer that it has this many bytes. The time for them to get there counts as well.
pub fn upload_timeout(bytes: usize) -> TimeoutConfig {
    // Few different times, because the SDK keeps connections apart by them.
    let pieces = bytes.div_ceil(CHUNK).next_power_of_two();
    TimeoutConfig::builder()
        .read_timeout(ANSWER * u32::try_from(pieces).unwrap_or(u32::MAX))
        // Each attempt has its bound, and their number has one too.
        .disable_operation_timeout()
        .build()
}

/// How long S3 may take to confirm that it has assembled or copied this many bytes that it has already.
pub fn timeout_within(bytes: u64) -> TimeoutConfig {
    upload_timeout(usize::try_from(bytes / FASTER_WITHIN).unwrap_or(usize::MAX))
}

/// Whether S3 says that the object or bucket doesn't exist.
pub fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    matches!(
        error.code(),
        Some("NoSuchKey" | "NoSuchBucket" | "NotFound")
    ) || status == Some(404)
}

/// Whether the outcome is open: there was no answer, or one after which a retry may succeed.
pub fn is_passing<E>(error: &SdkError<E>) -> bool {
    match error.raw_response() {
        None => true,
        Some(response) => {
            let status = response.status().as_u16();
            matches!(status, 429 | 500 | 502..=504)
        }
    }
}

/// Whether an immediate retry, or something similar, would be useless: S3 has answered, and decided.
pub fn is_refusal(error: &anyhow::Error) -> bool {
    fn passes<E: std::error::Error + Send + Sync + 'static>(error: &anyhow::Error) -> bool {
        error.downcast_ref::<SdkError<E>>().is_some_and(is_passing)
    }
    !(passes::<ListBucketsError>(error)
        || passes::<CreateBucketError>(error)
        || passes::<DeleteObjectsError>(error)
        || passes::<DeleteObjectError>(error)
        || passes::<HeadObjectError>(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_may_take_its_time_on_a_slow_line_and_a_small_one_no_longer_than_any_request() {
        let seconds = |mib: usize| {
            upload_timeout(mib * 1024 * 1024)
                .read_timeout()
                .unwrap()
                .as_secs()
        };
        assert_eq!([0, 1, 2, 3, 25].map(seconds), [30, 30, 30, 60, 480]);
        // A megabit each second is enough.
        assert!((1..100).all(|mib| seconds(mib) * 1_000_000 > mib as u64 * 1024 * 1024 * 8));
        assert_eq!(upload_timeout(1).operation_timeout(), None);
    }
}
