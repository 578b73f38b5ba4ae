//! Where browsers are sent for photos, for the policy of the pages that show them.

use anyhow::{Context, Result};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::presigning::PresigningConfig;

use super::{PRESIGNED, S3Store};
use crate::config::Delivery;

impl S3Store {
    /// Where redirects lead: one address, or `*.` and one for all buckets of spaces. None without redirects.
    pub(in crate::storage) async fn origin(&self) -> Result<Option<String>> {
        if self.delivery == Delivery::Stream {
            return Ok(None);
        }
        // As the SDK makes it for any bucket; the credentials have no part in it, and may be slow to come by.
        let nobody = Credentials::new("nobody", "nothing", None, None, "origin");
        let config = self.client().await.config().to_builder();
        let client = Client::from_conf(config.credentials_provider(nobody).build());
        let bucket = self.buckets.example();
        let get = client.get_object().bucket(&bucket).key("photo");
        let presigned = get
            .presigned(PresigningConfig::expires_in(PRESIGNED)?)
            .await
            .context("The address of S3 can't be found out")?;
        let (scheme, rest) = presigned
            .uri()
            .split_once("://")
            .context("S3 has no address")?;
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        Ok(Some(match host.strip_prefix(&format!("{bucket}.")) {
            // Previews have a bucket of their own.
            Some(host) if self.buckets.are_many() || self.previews => {
                format!("{scheme}://*.{host}")
            }
            _ => format!("{scheme}://{host}"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};

    use super::*;
    use crate::config::{Layout, Photos};
    use crate::storage::aws::Aws;

    async fn origin(endpoint: Option<&str>, change: impl FnOnce(&mut Photos)) -> Option<String> {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"));
        let config = match endpoint {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config,
        };
        let mut settings = Photos::default();
        change(&mut settings);
        let store = S3Store::new(&settings, Aws::with(config.build()));
        store.origin().await.unwrap()
    }

    #[tokio::test]
    async fn on_amazon_each_bucket_has_a_host_of_its_own() {
        let expected = "https://*.s3.eu-central-1.amazonaws.com";
        assert_eq!(origin(None, |_| {}).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn one_bucket_for_all_spaces_is_one_host() {
        let prefix = |photos: &mut Photos| {
            photos.layout = Layout::Prefix;
            photos.previews = false;
        };
        let expected = "https://shared-spaces.s3.eu-central-1.amazonaws.com";
        assert_eq!(origin(None, prefix).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn previews_come_from_another_host_than_photos() {
        let prefix = |photos: &mut Photos| photos.layout = Layout::Prefix;
        let expected = "https://*.s3.eu-central-1.amazonaws.com";
        assert_eq!(origin(None, prefix).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn buckets_in_the_path_leave_the_host_of_the_endpoint_with_its_port() {
        let minio = "http://minio.local:9000";
        assert_eq!(origin(Some(minio), |_| {}).await.unwrap(), minio);
        let path_style = |photos: &mut Photos| photos.path_style = Some(true);
        let expected = "https://s3.eu-central-1.amazonaws.com";
        assert_eq!(origin(None, path_style).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn buckets_in_the_host_of_an_endpoint_are_all_let_in() {
        let host_style = |photos: &mut Photos| photos.path_style = Some(false);
        let found = origin(Some("https://garage.example:3900"), host_style).await;
        assert_eq!(found.unwrap(), "https://*.garage.example:3900");
    }

    #[tokio::test]
    async fn a_bucket_whose_name_cant_be_part_of_a_host_stands_in_the_path() {
        let dots = |photos: &mut Photos| photos.bucket_prefix = String::from("my.spaces.");
        let expected = "https://s3.eu-central-1.amazonaws.com";
        assert_eq!(origin(None, dots).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn where_the_server_passes_photos_on_browsers_are_sent_nowhere() {
        let stream = |photos: &mut Photos| photos.delivery = Delivery::Stream;
        assert_eq!(origin(None, stream).await, None);
    }
}
