//! Photos in Amazon S3, or compatible services: a temporary bucket, a bucket or a prefix for each space, and a bucket of
//! previews.

mod buckets;
mod deletion;
mod inventory;
mod multipart;
mod objects;
mod origin;
mod probe;
// A bounded cache of facts that don't change.
pub(crate) mod known;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use tokio::sync::OnceCell;

use super::key::{CLAIM, POSTER, RENDITION};
use super::transfer::Transfer;
use super::{Body, Key, PhotoSource};
use crate::config::{Checksums, Delivery, Photos};
use crate::data_dir::hold::RestoreHold;
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;
use crate::storage::ABANDONED;
use crate::storage::aws::proof::{self, Put, retry_delays};
use crate::storage::aws::{Aws, is_missing};
use crate::storage::s3::known::BoundedSet;
use buckets::{Buckets, ObjectRef, create_own};
use multipart::Sender;
pub use objects::S3Object;
use objects::{Copied, copy, size};
pub(super) use probe::S3Found;

/// How long a redirected link is valid. Our own link is requested for a new one before.
const PRESIGNED: Duration = Duration::from_secs(60 * 60);

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
    /// What is known to be in its final place.
    seen: BoundedSet<Key>,
    sender: Sender,
    /// Whether nothing may be deleted.
    hold: RestoreHold,
}

impl S3Store {
    /// The stores that the settings name. Sends nothing to S3 yet.
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
            seen: BoundedSet::default(),
            sender: Sender::default(),
            hold: RestoreHold::default(),
        }
    }

    /// The same, but nothing is deleted while this holds: no photo, no bucket of a space, and no previews of photos
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

    pub(super) async fn put(&self, key: &Key, body: Body) -> Result<()> {
        let client = self.client().await;
        let media_type = key.media_type(&body);
        let mut body = self.sender.begin(body).await?;
        for wait in retry_delays() {
            let at = self.place_for(key).await?;
            let put = self.sender.put(client, &at, &mut body, media_type).await;
            let put =
                put.with_context(|| format!("{key} can't be put into the bucket {}", at.bucket))?;
            if put == Put::Done {
                if matches!(key, Key::Staged(_)) {
                    self.ready.store(true, Ordering::Relaxed);
                }
                return Ok(());
            }
            self.make_place_again(key).await?;
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket for {key} doesn't exist")
    }

    /// Where something is; `None` if its bucket doesn't exist.
    async fn place_of(&self, key: &Key) -> Result<Option<ObjectRef>> {
        match key {
            Key::Staged(name) => Ok(Some(self.buckets.temporary(name))),
            Key::Original(name) => self.buckets.find(self.client().await, name).await,
            Key::Preview(name, size) => Ok(Some(self.buckets.derived(name, size.as_str()))),
            Key::Poster(name) => Ok(Some(self.buckets.derived(name, POSTER))),
            Key::Rendition(name) => Ok(Some(self.buckets.derived(name, RENDITION))),
            Key::Claim(name) => Ok(Some(self.buckets.derived(name, CLAIM))),
        }
    }

    /// Where something is to be; the bucket of a space is made if it doesn't exist.
    async fn place_for(&self, key: &Key) -> Result<ObjectRef> {
        match key {
            Key::Staged(name) => Ok(self.buckets.temporary(name)),
            Key::Original(name) => {
                let client = self.client().await;
                self.buckets.find_or_create(client, name).await
            }
            Key::Preview(name, size) => Ok(self.buckets.derived(name, size.as_str())),
            Key::Poster(name) => Ok(self.buckets.derived(name, POSTER)),
            Key::Rendition(name) => Ok(self.buckets.derived(name, RENDITION)),
            Key::Claim(name) => Ok(self.buckets.derived(name, CLAIM)),
        }
    }

    /// Makes the bucket for something that was there before, as far as was known.
    async fn make_place_again(&self, key: &Key) -> Result<()> {
        let client = self.client().await;
        match key {
            Key::Staged(_) => {
                let bucket = self.buckets.temp();
                if self.ready.swap(false, Ordering::Relaxed) {
                    tracing::error!(bucket, "bucket is gone; creating it again");
                }
                create_own(client, bucket).await
            }
            Key::Original(name) => self.buckets.make_again(client, name).await,
            // No server has made the bucket yet, or it was deleted.
            Key::Preview(..) | Key::Poster(_) | Key::Rendition(_) | Key::Claim(_) => {
                self.buckets.create_previews(client).await
            }
        }
    }

    pub(super) fn forget_place(&self, key: &Key) {
        if let Key::Original(name) = key {
            self.buckets.forget(name.space());
        }
    }

    /// Makes the bucket of a space, so that it is there before a worker elsewhere looks for it.
    pub(super) async fn make_space(&self, name: &PhotoName) -> Result<()> {
        let client = self.client().await;
        self.buckets.find_or_create(client, name).await?;
        Ok(())
    }

    /// Copies within S3 and looks at the copy. No byte passes through here.
    pub(super) async fn transfer(&self, from: &Key, to: &Key) -> Result<Transfer> {
        let client = self.client().await;
        let Some(source) = self.place_of(from).await? else {
            return Ok(Transfer::NoSource);
        };
        // Before a bucket is made: of what was deleted, a message may come again long after its space is gone.
        let Some(bytes) = size(client, &source).await? else {
            return Ok(Transfer::NoSource);
        };
        for wait in retry_delays() {
            let target = self.place_for(to).await?;
            match copy(client, &source, &target, bytes).await? {
                Copied::Yes => return Ok(Transfer::Copied),
                Copied::NoSource => return Ok(Transfer::NoSource),
                // It was deleted since it was found, or isn't there yet.
                Copied::NoBucket => self.make_place_again(to).await?,
            }
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket for {to} doesn't exist")
    }

    /// Whether something is there, and can be shown. Once it is, it stays so.
    pub(super) async fn exists(&self, key: &Key) -> Result<bool> {
        Ok(self.find(key).await?.is_some())
    }

    async fn find(&self, key: &Key) -> Result<Option<ObjectRef>> {
        let Some(object_ref) = self.place_of(key).await? else {
            return Ok(None);
        };
        if self.seen.contains(key) {
            return Ok(Some(object_ref));
        }
        let found = size(self.client().await, &object_ref).await?;
        if !found.is_some_and(|bytes| key.is_shown(bytes)) {
            return Ok(None);
        }
        // What is staged is on its way elsewhere.
        if !matches!(key, Key::Staged(_)) {
            self.seen.insert(key.clone());
        }
        Ok(Some(object_ref))
    }

    /// A link to an object that S3 itself signs, sent with this `Content-Disposition`.
    pub(super) async fn redirect(
        &self,
        key: &Key,
        disposition: Option<&str>,
    ) -> Result<Option<PhotoSource>> {
        // Pages may show what comes from the bucket of previews only where there are some.
        let is_sent_from_here = matches!(key, Key::Poster(_) | Key::Rendition(_)) && !self.previews;
        if self.delivery != Delivery::Redirect || is_sent_from_here {
            return Ok(None);
        }
        let Some(object_ref) = self.find(key).await? else {
            return Ok(None);
        };
        // The type of a preview stands with the object. With photos, others may have put another.
        let media_type = match key {
            Key::Staged(name) | Key::Original(name) => name.kind().map(MediaKind::media_type),
            Key::Preview(..) | Key::Poster(_) | Key::Rendition(_) | Key::Claim(_) => None,
        };
        let link = self.sign(object_ref, media_type, disposition).await?;
        Ok(Some(link))
    }

    async fn sign(
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

    /// The size of an object, and the object.
    pub(super) async fn open(&self, key: &Key) -> Result<Option<(u64, S3Object)>> {
        let Some(object_ref) = self.place_of(key).await? else {
            return Ok(None);
        };
        let client = self.client().await;
        let Some(bytes) = size(client, &object_ref).await? else {
            return Ok(None);
        };
        let client = client.clone();
        let object = match key {
            Key::Staged(name) => S3Object::arrived(client, self.buckets.clone(), name),
            Key::Original(_)
            | Key::Preview(..)
            | Key::Poster(_)
            | Key::Rendition(_)
            | Key::Claim(_) => S3Object::new(client, object_ref),
        };
        Ok(Some((bytes, object)))
    }

    pub(super) async fn list_temporary(&self, age: Duration) -> Result<Vec<PhotoName>> {
        // Others may be putting photos there, so that even at the start only old ones count as abandoned.
        let age = age.max(ABANDONED);
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
                    // Made now, so that no upload has to do it.
                    self.ready.store(false, Ordering::Relaxed);
                    self.prepare().await?;
                    break;
                }
                page => page.with_context(listing)?,
            };
            proof::is_whole(&page).with_context(listing)?;
            // By the clock of S3, which this page has just stated.
            let since = self.aws.skew().seconds_before(age);
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
