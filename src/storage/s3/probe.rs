//! Tries out what the stores need of S3, on objects that aren't photos.

use anyhow::{Context, Result, anyhow, bail, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::{BoxError, ProvideErrorMetadata};
use bytes::Bytes;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use super::buckets::ObjectRef;
use super::deletion::{How, delete_all};
use super::objects::{Copied, copy, size};
use super::{PhotoSource, S3Store};
use crate::check::{Cause, Check, Found};
use crate::config::Delivery;
use crate::storage::aws::proof::{self, Put};
use crate::storage::aws::skew::Off;

const BYTES: &[u8] = b"Shared Spaces can put, read, copy and delete this.";
/// What a browser sends with the address of a picture, more or less.
const BROWSER: [(&str, &str); 3] = [
    ("accept", "image/avif,image/webp,image/*,*/*;q=0.8"),
    ("accept-language", "en"),
    ("user-agent", "Mozilla/5.0"),
];

/// What is found of S3.
#[derive(Debug, thiserror::Error, Serialize, IntoStaticStr, VariantNames)]
#[serde(untagged)]
#[strum(prefix = "s3_", serialize_all = "snake_case")]
pub enum S3Found {
    #[error("{0}")]
    Unusable(Cause),
    #[error("S3 is reachable in the region {region}, and the bucket {bucket} is ours")]
    Reachable { region: String, bucket: String },
    #[error(
        "The clock of this machine is {} minutes ahead of that of S3: set it. Until then, requests and links are signed with \
         the time of S3",
        by_seconds / 60
    )]
    ClockAhead { by_seconds: u64 },
    #[error(
        "The clock of this machine is {} minutes behind that of S3: set it. Until then, requests and links are signed with \
         the time of S3",
        by_seconds / 60
    )]
    ClockBehind { by_seconds: u64 },
    #[error("{0}")]
    SpaceBucketUnusable(Cause),
    #[error("In the bucket {bucket}, objects can be put, read, copied and deleted")]
    ObjectsWork { bucket: String },
    #[error(
        "In the bucket {bucket}, objects can be put, read, copied and deleted{}",
        ONE_EACH
    )]
    ObjectsWorkOneByOne { bucket: String },
    #[error("{0}")]
    ObjectsFail(Cause),
    #[error("In the bucket {bucket}, previews can be put, read and deleted")]
    PreviewsWork { bucket: String },
    #[error(
        "In the bucket {bucket}, previews can be put, read and deleted{}",
        ONE_EACH
    )]
    PreviewsWorkOneByOne { bucket: String },
    #[error("{0}")]
    PreviewsFail(Cause),
    #[error("{0}")]
    LinkNotSigned(Cause),
    #[error(
        "{error}. Requests by the server itself work, so either S3 doesn't accept signed links, or something \
         in between changes them. Set photos.delivery = \"stream\", and the server sends photos itself"
    )]
    LinkFails { error: String },
    #[error("A browser can follow a link signed for S3, to {host}")]
    LinkWorks { host: String },
    #[error(
        "Browsers are sent to {host} for photos, which only this machine can reach. If they are elsewhere, set \
         photos.delivery = \"stream\", or AWS_ENDPOINT_URL to an address that they can reach"
    )]
    LinkOnlyHere { host: String },
}

/// What is worth knowing of the way in which objects are deleted.
const ONE_EACH: &str = ", one request each, because S3 doesn't delete several at once";

impl Found for S3Found {
    fn samples() -> Vec<Self> {
        let bucket = || String::from("shared-spaces-temp");
        let host = || String::from("s3.example.org");
        vec![
            Self::Unusable(Cause::sample()),
            Self::Reachable {
                region: String::from("eu-central-1"),
                bucket: bucket(),
            },
            Self::ClockAhead { by_seconds: 10_800 },
            Self::ClockBehind { by_seconds: 10_800 },
            Self::SpaceBucketUnusable(Cause::sample()),
            Self::ObjectsWork { bucket: bucket() },
            Self::ObjectsWorkOneByOne { bucket: bucket() },
            Self::ObjectsFail(Cause::sample()),
            Self::PreviewsWork { bucket: bucket() },
            Self::PreviewsWorkOneByOne { bucket: bucket() },
            Self::PreviewsFail(Cause::sample()),
            Self::LinkNotSigned(Cause::sample()),
            Self::LinkFails {
                error: String::from("A signed link doesn't work: S3 returned AccessDenied: no"),
            },
            Self::LinkWorks { host: host() },
            Self::LinkOnlyHere { host: host() },
        ]
    }
}

impl S3Store {
    /// Puts, reads, copies, fetches by a signed link and deletes objects of the temporary bucket.
    pub(in crate::storage) async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        let bucket = self.buckets.temp().to_owned();
        let client = self.client().await;
        let region = client
            .config()
            .region()
            .map_or("none", |region| region.as_ref());
        if let Err(error) = self.prepare().await {
            report(Check::error(S3Found::Unusable(error.into())));
            return;
        }
        report(Check::ok(S3Found::Reachable {
            region: region.to_owned(),
            bucket: bucket.clone(),
        }));
        if let Some(off) = self.aws.skew().off() {
            report(Check::warning(match off {
                Off::Behind(by) => S3Found::ClockBehind {
                    by_seconds: by.as_secs(),
                },
                Off::Ahead(by) => S3Found::ClockAhead {
                    by_seconds: by.as_secs(),
                },
            }));
        }
        if let Err(error) = self.buckets.bucket_of(client, "0").await {
            report(Check::error(S3Found::SpaceBucketUnusable(error.into())));
        }
        let key = |which| format!("doctor-{}-{which}", std::process::id());
        let (first, second) = (
            ObjectRef::new(&bucket, key("first")),
            ObjectRef::new(&bucket, key("second")),
        );
        let tried = try_object(client, &first, &second).await;
        if tried.is_ok() && self.delivery == Delivery::Redirect {
            self.check_link(&second, report).await;
        }
        let deleted = try_deletion(client, &[first, second]).await;
        report(match tried.and(deleted) {
            Ok(How::OneByOne) => Check::ok(S3Found::ObjectsWorkOneByOne { bucket }),
            Ok(How::Together | How::NoBucket) => Check::ok(S3Found::ObjectsWork { bucket }),
            Err(error) => Check::error(S3Found::ObjectsFail(error.into())),
        });
        if self.previews {
            self.check_previews(client, report).await;
        }
    }

    /// Puts, reads and deletes an object of the bucket of previews.
    async fn check_previews(&self, client: &Client, report: &mut impl FnMut(Check)) {
        let bucket = self.buckets.previews().to_owned();
        let object_ref = ObjectRef::new(&bucket, format!("doctor-{}", std::process::id()));
        let tried = put_and_read(client, &object_ref).await;
        let deleted = try_deletion(client, &[object_ref]).await;
        report(match tried.and(deleted) {
            Ok(How::OneByOne) => Check::ok(S3Found::PreviewsWorkOneByOne { bucket }),
            Ok(How::Together | How::NoBucket) => Check::ok(S3Found::PreviewsWork { bucket }),
            Err(error) => Check::error(S3Found::PreviewsFail(error.into())),
        });
    }

    /// Fetches an object by such a link as people get for photos.
    async fn check_link(&self, object_ref: &ObjectRef, report: &mut impl FnMut(Check)) {
        let link = self
            .sign(object_ref.clone(), Some("image/jpeg"), None)
            .await;
        let link = match link {
            Ok(PhotoSource::Redirect { url, .. }) => url,
            Ok(PhotoSource::Stream(_)) => return,
            Err(error) => return report(Check::error(S3Found::LinkNotSigned(error.into()))),
        };
        if let Err(error) = self.fetch(&link).await {
            // The key is good: what is signed in other ways has worked just before.
            report(Check::error(S3Found::LinkFails {
                error: format!("{error:#}"),
            }));
            return;
        }
        let host = link.split('/').nth(2).unwrap_or_default();
        report(Check::ok(S3Found::LinkWorks {
            host: host.to_owned(),
        }));
        check_host(host, report);
    }

    /// Fetches a link as a browser does: with nothing that the link doesn't say.
    async fn fetch(&self, link: &str) -> Result<()> {
        let mut stranger = Builder::from(self.aws.config().await).allow_no_auth();
        stranger.set_credentials_provider(None);
        let get = Client::from_conf(stranger.build())
            .get_object()
            .bucket("any")
            .key("any")
            .customize()
            .interceptor(AsABrowser(link.to_owned()));
        let got = match get.send().await {
            Ok(got) => got,
            Err(error) => {
                let said = match (error.code(), error.message()) {
                    (Some(code), Some(message)) => format!("S3 returned {code}: {message}"),
                    _ => format!("{:#}", anyhow!(error)),
                };
                bail!("A signed link doesn't work: {}", said.trim_end_matches('.'));
            }
        };
        let bytes = got.body.collect().await?.into_bytes();
        ensure!(
            bytes == BYTES,
            "A signed link returns other bytes than its object has"
        );
        Ok(())
    }
}

/// Replaces what an ordinary request of the SDK says by what a browser would.
#[derive(Debug)]
struct AsABrowser(String);

impl Intercept for AsABrowser {
    fn name(&self) -> &'static str {
        "AsABrowser"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.set_uri(self.0.as_str())?;
        let headers = request.headers_mut();
        let names: Vec<_> = headers.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            headers.remove(name);
        }
        for (name, value) in BROWSER {
            headers.insert(name, value);
        }
        Ok(())
    }
}

/// A link that works here may work nowhere else.
fn check_host(host: &str, report: &mut impl FnMut(Check)) {
    let here = ["localhost", "127.", "[::1]"];
    if here.iter().any(|start| host.starts_with(start)) {
        report(Check::warning(S3Found::LinkOnlyHere {
            host: host.to_owned(),
        }));
    }
}

async fn try_object(client: &Client, first: &ObjectRef, second: &ObjectRef) -> Result<()> {
    put_and_read(client, first).await?;
    let bytes = BYTES.len() as u64;
    ensure!(
        copy(client, first, second, bytes).await? == Copied::Yes,
        "S3 can't copy an object that was just put"
    );
    Ok(())
}

/// Deletes objects as photos are deleted, and looks whether they are gone.
async fn try_deletion(client: &Client, objects: &[ObjectRef]) -> Result<How> {
    let Some(ObjectRef { bucket, .. }) = objects.first() else {
        return Ok(How::NoBucket);
    };
    let keys = objects.iter().map(|object_ref| object_ref.key.as_str());
    let how = delete_all(client, bucket, keys).await?;
    for object_ref in objects {
        ensure!(
            size(client, object_ref).await?.is_none(),
            "The object {} of {bucket} can't be deleted: S3 returned success, but it is still there",
            object_ref.key
        );
    }
    Ok(how)
}

async fn put_and_read(client: &Client, object_ref: &ObjectRef) -> Result<()> {
    let ObjectRef { bucket, key } = object_ref;
    let putting = || format!("An object can't be put into the bucket {bucket}");
    let put = proof::put(
        client,
        object_ref.as_pair(),
        Bytes::from_static(BYTES),
        None,
    )
    .await;
    ensure!(
        put.with_context(putting)? == Put::Done,
        "The bucket {bucket} no longer exists"
    );
    let get = client.get_object().bucket(bucket).key(key);
    let got = get
        .send()
        .await
        .with_context(|| format!("An object can't be read from the bucket {bucket}"))?;
    let bytes = got.body.collect().await?.into_bytes();
    ensure!(
        bytes == BYTES,
        "S3 returned other bytes than were put: something in between changes them"
    );
    Ok(())
}
