//! Photos in Amazon S3, or compatible services: a temporary bucket, a bucket or a prefix for each space, and a bucket of
//! previews.

mod buckets;
mod deletion;
mod objects;
mod origin;
mod previews;
mod probe;
// What has been found out once and stays so.
pub(crate) mod known;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use picture::Kind;
use picture::PreviewSize;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use super::{Moved, PhotoSource, Source, StoredPhoto};
use crate::config::{Checksums, Delivery, Photos};
use crate::data_dir::hold::RestoreHold;
use crate::domain::photo_name::PhotoName;
use crate::storage::ABANDONED;
use crate::storage::aws::proof::{self, Put, retry_delays};
use crate::storage::aws::{Aws, is_missing};
use crate::storage::s3::known::BoundedSet;
use buckets::{Buckets, ObjectRef, create_own};
use deletion::delete;
pub use objects::S3Object;
use objects::{Copied, copy, size};

/// How long a redirected link holds. Our own link is asked for a new one before.
const PRESIGNED: Duration = Duration::from_secs(60 * 60);

/// Photos that are deleted by one request for each bucket: they have two previews, and a request takes a thousand objects.
pub const DELETED_AT_ONCE: usize = 500;

/// The stores in S3; clones share what they have found out.
#[derive(Clone, Debug)]
pub struct S3Store {
    aws: Aws,
    client: Arc<OnceCell<Client>>,
    buckets: Buckets,
    delivery: Delivery,
    path_style: Option<bool>,
    checksums: Checksums,
    /// Whether photos are made small: then their bucket is made at the start.
    previews: bool,
    /// Whether the temporary bucket is there, as far as is known.
    ready: Arc<AtomicBool>,
    moved: BoundedSet<PhotoName>,
    /// Whether nothing may be deleted.
    hold: RestoreHold,
    /// Previews that there are.
    seen: BoundedSet<(PhotoName, PreviewSize)>,
}

impl S3Store {
    /// The stores that the settings name. Nothing is asked of S3 yet.
    pub fn new(settings: &Photos, aws: Aws) -> Self {
        Self {
            aws,
            client: Arc::default(),
            buckets: Buckets::new(settings),
            delivery: settings.delivery,
            path_style: settings.path_style,
            checksums: settings.checksums,
            previews: settings.previews,
            ready: Arc::default(),
            moved: BoundedSet::default(),
            seen: BoundedSet::default(),
            hold: RestoreHold::default(),
        }
    }

    /// The same, in which nothing is deleted as long as this holds: no photo, no bucket of a space, and no previews of photos
    /// that are deleted.
    pub fn held_by(self, hold: RestoreHold) -> Self {
        Self { hold, ..self }
    }

    async fn client(&self) -> &Client {
        let connect = || self.aws.s3(self.path_style, self.checksums);
        self.client.get_or_init(connect).await
    }

    /// Makes the buckets that every installation needs, and waits until they are there.
    pub(super) async fn prepare(&self) -> Result<()> {
        let client = self.client().await;
        self.buckets.create_common(client).await?;
        if self.previews {
            self.buckets.create_previews(client).await?;
        }
        self.ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether photos can be put, as far as is known.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    pub(super) async fn find_existing(&self) -> Result<Option<String>> {
        self.buckets.find_existing(self.client().await).await
    }

    pub(super) async fn put_temporary(&self, name: &PhotoName, bytes: Bytes) -> Result<()> {
        let client = self.client().await;
        let object_ref = self.buckets.temporary(name);
        for wait in retry_delays() {
            if self.put(&object_ref, name, bytes.clone()).await? == Put::Done {
                self.ready.store(true, Ordering::Relaxed);
                return Ok(());
            }
            if self.ready.swap(false, Ordering::Relaxed) {
                tracing::error!(
                    bucket = object_ref.bucket,
                    "bucket is gone; creating it again"
                );
            }
            create_own(client, &object_ref.bucket).await?;
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket {} doesn't exist", object_ref.bucket)
    }

    pub(super) async fn put_in_space(&self, name: &PhotoName, bytes: Vec<u8>) -> Result<()> {
        let (client, bytes) = (self.client().await, Bytes::from(bytes));
        for wait in retry_delays() {
            let object_ref = self.buckets.find_or_create(client, name).await?;
            if self.put(&object_ref, name, bytes.clone()).await? == Put::Done {
                return Ok(());
            }
            self.buckets.make_again(client, name).await?;
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket for the photo {name} doesn't exist")
    }

    async fn put(&self, object_ref: &ObjectRef, name: &PhotoName, bytes: Bytes) -> Result<Put> {
        let kind = name.kind().map(Kind::media_type);
        let put = proof::put(self.client().await, object_ref.as_pair(), bytes, kind).await;
        put.with_context(|| {
            let bucket = &object_ref.bucket;
            format!("The photo {name} can't be put into the bucket {bucket}")
        })
    }

    /// Makes the bucket of a space, so that it is there before somebody else's worker looks for it.
    pub(super) async fn make_space(&self, name: &PhotoName) -> Result<()> {
        let client = self.client().await;
        self.buckets.find_or_create(client, name).await?;
        Ok(())
    }

    /// Copies within S3 and looks at the copy, then deletes the temporary object, unless nothing may be deleted. No byte passes
    /// through here.
    pub(super) async fn move_to_space(&self, name: &PhotoName) -> Result<Moved> {
        let client = self.client().await;
        let from = self.buckets.temporary(name);
        // Before a bucket is made: of what was deleted, a message may come again long after its space is gone.
        let Some(bytes) = size(client, &from).await? else {
            return self.moved_before(name).await;
        };
        for wait in retry_delays() {
            let to = self.buckets.find_or_create(client, name).await?;
            match copy(client, &from, &to, bytes).await? {
                Copied::Yes => {
                    if !self.hold.is_on() {
                        delete(client, &from).await?;
                    }
                    return Ok(Moved::Done);
                }
                Copied::NoSource => return self.moved_before(name).await,
                // It was deleted since it was found, or isn't there yet.
                Copied::NoBucket => self.buckets.make_again(client, name).await?,
            }
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket for the photo {name} doesn't exist")
    }

    /// What became of a photo that isn't in the temporary bucket.
    async fn moved_before(&self, name: &PhotoName) -> Result<Moved> {
        let client = self.client().await;
        let there = match self.buckets.find(client, name).await? {
            Some(to) => size(client, &to).await?,
            None => None,
        };
        Ok(there.map_or(Moved::Missing, |_| Moved::Already))
    }

    pub(super) async fn serve(
        &self,
        name: &PhotoName,
        disposition: Option<&str>,
    ) -> Result<Option<PhotoSource>> {
        if self.delivery == Delivery::Redirect
            && let Some(object_ref) = self.find_in_space(name).await?
        {
            let kind = name.kind().map(Kind::media_type);
            return Ok(Some(self.redirect(object_ref, kind, disposition).await?));
        }
        // What isn't in its space yet may be moved at any moment, so it is sent from here and looked for again.
        Ok(self.open(name).await?.map(PhotoSource::Stream))
    }

    pub(super) async fn is_in_space(&self, name: &PhotoName) -> Result<bool> {
        Ok(self.find_in_space(name).await?.is_some())
    }

    /// The object of a photo, if it is in its space. Once it is, it stays so.
    async fn find_in_space(&self, name: &PhotoName) -> Result<Option<ObjectRef>> {
        let client = self.client().await;
        let Some(object_ref) = self.buckets.find(client, name).await? else {
            return Ok(None);
        };
        if self.moved.contains(name) {
            return Ok(Some(object_ref));
        }
        if size(client, &object_ref).await?.is_none() {
            return Ok(None);
        }
        self.moved.insert(name.clone());
        Ok(Some(object_ref))
    }

    /// A link to an object that S3 itself signs, sent as this media type or as the one that stands with it, and with this
    /// `Content-Disposition`.
    async fn redirect(
        &self,
        object_ref: ObjectRef,
        media_type: Option<&str>,
        disposition: Option<&str>,
    ) -> Result<PhotoSource> {
        let ObjectRef { bucket, key } = object_ref;
        let get = self.client().await.get_object().bucket(bucket).key(&key);
        let get = get.set_response_content_type(media_type.map(str::to_owned));
        let get = get.set_response_content_disposition(disposition.map(str::to_owned));
        let get = get.response_cache_control("private, immutable, max-age=86400");
        let times = PresigningConfig::builder()
            .start_time(self.aws.skew().now())
            .expires_in(PRESIGNED)
            .build()?;
        let presigned = get.presigned(times).await;
        let url = presigned
            .with_context(|| format!("A link to the object {key} can't be signed"))?
            .uri()
            .to_owned();
        Ok(PhotoSource::Redirect {
            url,
            expires_in: PRESIGNED,
        })
    }

    pub(super) async fn open(&self, name: &PhotoName) -> Result<Option<StoredPhoto>> {
        let client = self.client().await;
        // In its space, in staging, and in its space again: it may have been moved between the first two looks.
        for (arrived, again) in [(false, false), (true, false), (false, true)] {
            if again {
                // Into another bucket than before, perhaps.
                self.buckets.forget(name.space());
            }
            let object_ref = if arrived {
                Some(self.buckets.temporary(name))
            } else {
                self.buckets.find(client, name).await?
            };
            let Some(object_ref) = object_ref else {
                continue;
            };
            if let Some(bytes) = size(client, &object_ref).await? {
                let client = client.clone();
                let object = if arrived {
                    S3Object::arrived(client, self.buckets.clone(), name)
                } else {
                    S3Object::new(client, object_ref)
                };
                let source = Source::Object(object);
                return Ok(Some(StoredPhoto { bytes, source }));
            }
        }
        Ok(None)
    }

    pub(super) async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        // Others may be putting photos there, so that even at the start only old ones are nobody's.
        let age = i64::try_from(age.max(ABANDONED).as_secs()).unwrap_or(i64::MAX);
        let since = OffsetDateTime::now_utc()
            .unix_timestamp()
            .saturating_sub(age);
        let bucket = self.buckets.temp();
        let mut pages = self
            .client()
            .await
            .list_objects_v2()
            .bucket(bucket)
            .into_paginator()
            .send();
        let mut names = Vec::new();
        let listing = || format!("The bucket {bucket} can't be listed");
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(error) if is_missing(&error) => {
                    // Nobody should have to put a photo before it is made.
                    self.ready.store(false, Ordering::Relaxed);
                    self.prepare().await?;
                    break;
                }
                page => page.with_context(listing)?,
            };
            proof::is_whole(&page).with_context(listing)?;
            for object in page.contents() {
                if object.last_modified().is_some_and(|at| at.secs() < since)
                    && let Some(Ok(name)) = object.key().map(str::parse)
                {
                    names.push(name);
                }
            }
        }
        Ok(names)
    }
}
