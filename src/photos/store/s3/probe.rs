//! Tries out what the stores need of S3, on an object that is no photo.

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;

use super::buckets::Place;
use super::objects::{Copied, copy, delete};
use super::{PRESIGNED, S3Store};
use crate::config::Delivery;
use crate::finding::Finding;

const BYTES: &[u8] = b"Shared Spaces can put, read, copy and delete this.";

impl S3Store {
    /// Puts, reads, copies, fetches by a signed link and deletes an object of the temporary bucket.
    pub(in crate::photos::store) async fn examine(&self, tell: &mut impl FnMut(Finding)) {
        let bucket = self.buckets.temp().to_owned();
        let client = self.client().await;
        let region = client
            .config()
            .region()
            .map_or("none", |region| region.as_ref());
        if let Err(error) = self.prepare().await {
            tell(Finding::error(&error));
            return;
        }
        tell(Finding::good(format!(
            "S3 can be reached in the region {region}, and the bucket {bucket} is ours"
        )));
        if let Err(error) = self.buckets.bucket_of(client, "0").await {
            tell(Finding::error(&error));
        }
        let place = |key| Place {
            bucket: bucket.clone(),
            key: format!("doctor-{}-{key}", std::process::id()),
        };
        let (first, second) = (place("first"), place("second"));
        let tried = self.try_object(client, &first, &second).await;
        for place in [&first, &second] {
            if let Err(error) = delete(client, place).await {
                tell(Finding::error(&error));
                return;
            }
        }
        match tried {
            Ok(link) => {
                tell(Finding::good(format!(
                    "In the bucket {bucket}, an object can be put, read, copied, fetched by a signed link and deleted"
                )));
                self.judge_link(&link, tell);
            }
            Err(error) => tell(Finding::error(&error)),
        }
        if self.previews {
            self.examine_previews(client, tell).await;
        }
    }

    /// Puts, reads and deletes an object of the bucket of previews.
    async fn examine_previews(&self, client: &Client, tell: &mut impl FnMut(Finding)) {
        let bucket = self.buckets.previews();
        let place = Place {
            bucket: bucket.to_owned(),
            key: format!("doctor-{}", std::process::id()),
        };
        let tried = put_and_read(client, &place).await;
        let deleted = delete(client, &place).await;
        tell(match tried.and(deleted) {
            Ok(()) => Finding::good(format!(
                "In the bucket {bucket}, previews can be put, read and deleted"
            )),
            Err(error) => Finding::error(&error),
        });
    }

    /// Gives the signed link by which the object was fetched.
    async fn try_object(&self, client: &Client, first: &Place, second: &Place) -> Result<String> {
        put_and_read(client, first).await?;
        ensure!(
            copy(client, first, second).await? == Copied::Yes,
            "S3 can't copy an object that was put just before"
        );
        let presigned = client
            .get_object()
            .bucket(&second.bucket)
            .key(&second.key)
            .presigned(PresigningConfig::expires_in(PRESIGNED)?)
            .await
            .context("A link can't be signed")?;
        let link = presigned.uri().to_owned();
        let bytes = self
            .fetch(&link)
            .await
            .context("A signed link doesn't work")?;
        ensure!(
            bytes == BYTES,
            "A signed link gives other bytes than those of its object"
        );
        Ok(link)
    }

    /// Fetches a link as a browser does, with nothing but the link.
    async fn fetch(&self, link: &str) -> Result<Vec<u8>> {
        let mut stranger = Builder::from(self.aws.config().await).allow_no_auth();
        stranger.set_credentials_provider(None);
        let link = link.to_owned();
        let get = Client::from_conf(stranger.build())
            .get_object()
            .bucket("any")
            .key("any")
            .customize()
            .mutate_request(move |request| {
                // The link says it all; what an ordinary request would say is replaced.
                if request.set_uri(link.as_str()).is_err() {
                    tracing::error!("a signed link is no address");
                }
            });
        let got = get.send().await?;
        Ok(got.body.collect().await?.into_bytes().to_vec())
    }

    /// A link that works here may work nowhere else.
    fn judge_link(&self, link: &str, tell: &mut impl FnMut(Finding)) {
        let host = link.split('/').nth(2).unwrap_or_default();
        let here = ["localhost", "127.", "[::1]"];
        if self.delivery == Delivery::Redirect && here.iter().any(|start| host.starts_with(start)) {
            tell(Finding::doubtful(format!(
                "Browsers are sent to {host} for photos, which only this machine can reach. If they are elsewhere, set \
                 photos.delivery = \"stream\", or AWS_ENDPOINT_URL to an address that they can reach"
            )));
        }
    }
}

async fn put_and_read(client: &Client, place: &Place) -> Result<()> {
    let Place { bucket, key } = place;
    let put = client.put_object().bucket(bucket).key(key);
    put.body(ByteStream::from_static(BYTES))
        .send()
        .await
        .with_context(|| format!("An object can't be put into the bucket {bucket}"))?;
    let get = client.get_object().bucket(bucket).key(key);
    let got = get
        .send()
        .await
        .with_context(|| format!("An object can't be read from the bucket {bucket}"))?;
    let bytes = got.body.collect().await?.into_bytes();
    ensure!(
        bytes == BYTES,
        "S3 gives other bytes than it was given: something stands between that changes them"
    );
    Ok(())
}
