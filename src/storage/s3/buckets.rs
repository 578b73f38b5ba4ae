//! Which bucket belongs to which space. A space's bucket is its prefix and five digits, found by the prefix or else made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use sha2::{Digest, Sha256};

use crate::config::{Layout, Photos};
use crate::domain::photo_name::PhotoName;
use crate::storage::aws::{is_missing, proof};

/// How many names are tried before an operator has to look at it.
const ATTEMPTS: u32 = 50;

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    pub bucket: String,
    pub key: String,
}

impl ObjectRef {
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
        }
    }

    /// Its bucket and its key.
    pub fn as_pair(&self) -> (&str, &str) {
        (&self.bucket, &self.key)
    }
}

/// The names of buckets, and what has been found out about them; clones share it.
#[derive(Clone, Debug)]
pub struct Buckets {
    temp: String,
    previews: String,
    prefix: String,
    /// The one bucket of all spaces, where the layout is such.
    shared: Option<String>,
    /// The buckets of spaces, by the digits of their ids.
    known: Arc<Mutex<HashMap<String, String>>>,
}

impl Buckets {
    /// The names in the settings.
    pub fn new(settings: &Photos) -> Self {
        Self {
            temp: settings.temp_bucket.clone(),
            previews: settings.preview_bucket(),
            prefix: settings.bucket_prefix.clone(),
            shared: (settings.layout == Layout::Prefix).then(|| settings.bucket.clone()),
            known: Arc::default(),
        }
    }

    /// The bucket in which photos arrive.
    pub fn temp(&self) -> &str {
        &self.temp
    }

    /// The name of a bucket in which sorted photos may be.
    pub fn example(&self) -> String {
        let shared = self.shared.clone();
        shared.unwrap_or_else(|| format!("{}1-00000", self.prefix))
    }

    /// Whether each space has a bucket.
    pub fn are_many(&self) -> bool {
        self.shared.is_none()
    }

    /// The bucket of all previews. Not those of the spaces: whatever is in them is taken for a photo.
    pub fn previews(&self) -> &str {
        &self.previews
    }

    /// Where something is that was made of a photo or belongs to a film; `form` says what.
    pub fn derived(&self, name: &PhotoName, form: &str) -> ObjectRef {
        ObjectRef {
            bucket: self.previews.clone(),
            key: format!("{}/{}.{form}", name.space(), name.file()),
        }
    }

    /// Where a photo arrives.
    pub fn temporary(&self, name: &PhotoName) -> ObjectRef {
        ObjectRef {
            bucket: self.temp.clone(),
            key: name.as_str().to_owned(),
        }
    }

    /// Where a photo that is in its space is, if there is a bucket for its space.
    ///
    /// # Errors
    /// The buckets can't be listed.
    pub async fn find(&self, client: &Client, name: &PhotoName) -> Result<Option<ObjectRef>> {
        if let Some(shared) = &self.shared {
            let key = format!("{}{}/{}", self.prefix, name.space(), name.file());
            return Ok(Some(ObjectRef {
                bucket: shared.clone(),
                key,
            }));
        }
        let bucket = self.bucket_of(client, name.space()).await?;
        Ok(bucket.map(|bucket| ObjectRef {
            bucket,
            key: name.file().to_owned(),
        }))
    }

    /// Where a photo is moved to; its bucket is made if it doesn't exist.
    ///
    /// # Errors
    /// The buckets can't be listed, or none can be made.
    pub async fn find_or_create(&self, client: &Client, name: &PhotoName) -> Result<ObjectRef> {
        if let Some(object_ref) = self.find(client, name).await? {
            return Ok(object_ref);
        }
        let bucket = self.create(client, name.space()).await?;
        self.remember(name.space(), &bucket);
        Ok(ObjectRef {
            bucket,
            key: name.file().to_owned(),
        })
    }

    /// Makes the bucket of a photo again, which was taken to be there.
    ///
    /// # Errors
    /// It can't be made.
    pub async fn make_again(&self, client: &Client, name: &PhotoName) -> Result<()> {
        self.forget(name.space());
        match &self.shared {
            Some(shared) => create_own(client, shared).await,
            None => self.find_or_create(client, name).await.map(drop),
        }
    }

    /// The buckets in which photos are, and what was made of them, as far as they are there.
    ///
    /// # Errors
    /// The buckets can't be listed.
    pub async fn all(&self, client: &Client) -> Result<Vec<String>> {
        let mut all = vec![self.temp.clone(), self.previews.clone()];
        match &self.shared {
            Some(shared) => all.push(shared.clone()),
            None => {
                let ours = list(client, &self.prefix).await?;
                all.extend(ours.into_iter().filter(|bucket| self.is_of_space(bucket)));
            }
        }
        Ok(all)
    }

    /// Whether this is the key of a photo in one of these buckets, and not of anything else.
    pub fn is_photo(&self, bucket: &str, key: &str) -> bool {
        let name = if bucket == self.temp {
            key.parse()
        } else if self.shared.as_deref() == Some(bucket) {
            let rest = key.strip_prefix(&self.prefix).unwrap_or_default();
            rest.replacen('/', "-", 1).parse()
        } else {
            format!("1-{key}").parse()
        };
        name.is_ok_and(|_: PhotoName| true)
    }

    pub(super) fn is_of_space(&self, bucket: &str) -> bool {
        let rest = bucket.strip_prefix(&self.prefix);
        rest.and_then(|rest| rest.split_once('-'))
            .is_some_and(|(space, ending)| {
                !space.is_empty()
                    && space.bytes().all(|byte| byte.is_ascii_digit())
                    && is_five_digits(ending)
            })
    }

    /// The bucket of a space, if there is one of its own.
    ///
    /// # Errors
    /// The buckets can't be listed.
    pub async fn bucket_of(&self, client: &Client, space: &str) -> Result<Option<String>> {
        if self.shared.is_some() {
            return Ok(None);
        }
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(space)
            .cloned();
        if known.is_some() {
            return Ok(known);
        }
        // With the last dash: the prefix of space 1 must not find the bucket of space 12.
        let prefix = format!("{}{space}-", self.prefix);
        let ours = list(client, &prefix).await?;
        let found = ours
            .into_iter()
            .filter(|name| name.strip_prefix(&prefix).is_some_and(is_five_digits))
            .min();
        if let Some(bucket) = &found {
            self.remember(space, bucket);
        }
        Ok(found)
    }

    /// A bucket that was made for a space under these settings, or the common one if there are spaces in it. The digits
    /// differ in a bucket that others have made.
    ///
    /// # Errors
    /// The buckets can't be listed.
    pub async fn find_existing(&self, client: &Client) -> Result<Option<String>> {
        let Some(shared) = &self.shared else {
            let ours = list(client, &self.prefix).await?;
            return Ok(ours.into_iter().find(|bucket| self.is_made_here(bucket)));
        };
        let first = client
            .list_objects_v2()
            .bucket(shared)
            .prefix(&self.prefix)
            .max_keys(1);
        match first.send().await {
            Err(error) if is_missing(&error) => Ok(None),
            found => {
                let listing = || format!("The bucket {shared} can't be listed");
                let found = found.with_context(listing)?;
                proof::is_whole(&found).with_context(listing)?;
                Ok((!found.contents().is_empty()).then(|| shared.clone()))
            }
        }
    }

    /// What the buckets of spaces begin with, or the keys of their photos.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether a bucket of a space has the digits that it gets from this installation.
    pub fn is_made_here(&self, bucket: &str) -> bool {
        let rest = bucket.strip_prefix(&self.prefix);
        let Some((space, ending)) = rest.and_then(|rest| rest.split_once('-')) else {
            return false;
        };
        (0..ATTEMPTS).any(|attempt| self.ending(space, attempt) == ending)
    }

    /// The five digits of a space's bucket.
    fn ending(&self, space: &str, attempt: u32) -> String {
        format!("{:05}", digits(&self.temp, space, attempt))
    }

    /// Forgets a bucket that isn't there any more.
    pub fn forget(&self, space: &str) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(space);
    }

    fn remember(&self, space: &str, bucket: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(space.to_owned(), bucket.to_owned());
    }

    /// Makes the bucket of a space. The digits follow from what every worker has, so that two at once ask for the
    /// same name, and the second finds that the bucket is ours already.
    async fn create(&self, client: &Client, space: &str) -> Result<String> {
        for attempt in 0..ATTEMPTS {
            let bucket = format!("{}{space}-{}", self.prefix, self.ending(space, attempt));
            if create(client, &bucket).await? {
                return Ok(bucket);
            }
            tracing::warn!(
                bucket,
                "bucket name is taken by another account; trying another"
            );
        }
        bail!("No bucket can be created for space {space}: {ATTEMPTS} names are taken");
    }

    /// Makes the buckets that every installation needs.
    ///
    /// # Errors
    /// A bucket can't be made, or belongs to somebody else.
    pub async fn create_common(&self, client: &Client) -> Result<()> {
        for bucket in [Some(&self.temp), self.shared.as_ref()]
            .into_iter()
            .flatten()
        {
            create_own(client, bucket).await?;
        }
        Ok(())
    }

    /// Makes the bucket of previews.
    ///
    /// # Errors
    /// It can't be made, or belongs to somebody else.
    pub async fn create_previews(&self, client: &Client) -> Result<()> {
        create_own(client, &self.previews).await
    }
}

/// Creates a bucket that the settings name, if it isn't there, and waits until it is.
pub async fn create_own(client: &Client, bucket: &str) -> Result<()> {
    if client.head_bucket().bucket(bucket).send().await.is_ok() {
        return proof::is_bucket(client, bucket).await;
    }
    if !create(client, bucket).await? {
        bail!("The bucket {bucket} belongs to somebody else: choose another name in the settings");
    }
    // Some services take their time to make a bucket.
    for wait in proof::retry_delays() {
        match client.head_bucket().bucket(bucket).send().await {
            Err(error) if is_missing(&error) => tokio::time::sleep(wait).await,
            // Credentials that may not look are no reason not to put something.
            _ => return Ok(()),
        }
    }
    bail!("The bucket {bucket} was created, but isn't visible yet")
}

/// Five digits for a space; others for each attempt, and for each installation, which its temporary bucket
/// distinguishes.
fn digits(temp: &str, space: &str, attempt: u32) -> u32 {
    let hash = Sha256::digest(format!("{temp}\n{space}\n{attempt}"));
    hash.iter().fold(0, |number, byte| {
        (number * 256 + u32::from(*byte)) % 100_000
    })
}

fn is_five_digits(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The names of our own buckets with this prefix.
pub(super) async fn list(client: &Client, prefix: &str) -> Result<Vec<String>> {
    let mut pages = client.list_buckets().prefix(prefix).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.context("The buckets can't be listed")?;
        // A space without a bucket has no photos, so an answer without a list isn't trusted to mean that.
        ensure!(
            page.buckets.is_some(),
            "The buckets can't be listed: S3 returned something else"
        );
        // Not every service respects the prefix, so it is checked here too.
        let names = page.buckets().iter().filter_map(|bucket| bucket.name());
        let ours = names.filter(|name| name.starts_with(prefix));
        found.extend(ours.map(str::to_owned));
    }
    Ok(found)
}

/// Makes a bucket. Returns whether it is ours.
async fn create(client: &Client, bucket: &str) -> Result<bool> {
    let region = client
        .config()
        .region()
        .map(|region| region.as_ref().to_owned());
    // The first region of Amazon's is requested by naming none, as are others that aren't locations.
    let elsewhere = region.filter(|region| !matches!(region.as_str(), "us-east-1" | "auto" | ""));
    let constraint = elsewhere.map(|region| {
        let region = BucketLocationConstraint::from(region.as_str());
        CreateBucketConfiguration::builder()
            .location_constraint(region)
            .build()
    });
    let made = client
        .create_bucket()
        .bucket(bucket)
        .set_create_bucket_configuration(constraint)
        .send()
        .await;
    match made {
        Ok(_) => Ok(true),
        Err(error) => match error.code() {
            Some("BucketAlreadyOwnedByYou") => Ok(true),
            // Some services return this for our own buckets, too.
            Some("BucketAlreadyExists") => Ok(list(client, bucket)
                .await?
                .iter()
                .any(|name| name == bucket)),
            _ => Err(error).with_context(|| format!("The bucket {bucket} can't be created")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worker_derives_the_same_digits_and_each_attempt_others() {
        assert_eq!(
            digits("shared-spaces-temp", "1", 0),
            digits("shared-spaces-temp", "1", 0)
        );
        let all = [("a", "1", 0), ("a", "1", 1), ("a", "12", 0), ("b", "1", 0)]
            .map(|(t, s, n)| digits(t, s, n));
        assert!(all.iter().all(|digits| *digits < 100_000));
        assert!((1..4).all(|at| !all[..at].contains(&all[at])), "{all:?}");
    }

    #[test]
    fn only_photos_of_ours_are_given_up() {
        let buckets = |layout| {
            Buckets::new(&Photos {
                layout,
                ..Photos::default()
            })
        };
        let (own, shared) = (buckets(Layout::Buckets), buckets(Layout::Prefix));
        assert!(own.is_photo("shared-spaces-temp", "1-34.jpg"));
        assert!(!own.is_photo("shared-spaces-temp", "backup/a.tar.zst"));
        assert!(own.is_photo("space-id-1-00042", "34.jpg"));
        assert!(!own.is_photo("space-id-1-00042", "of/others"));
        assert!(shared.is_photo("shared-spaces", "space-id-1/34.jpg"));
        assert!(!shared.is_photo("shared-spaces", "others/34.jpg"));
        assert!(own.is_of_space("space-id-1-00042"));
        for other in [
            "space-id-1-0004",
            "space-id-x-00042",
            "space-id--00042",
            "mine",
        ] {
            assert!(!own.is_of_space(other), "{other}");
        }
    }

    #[test]
    fn only_five_digits_are_a_buckets_ending() {
        assert!(is_five_digits("00042"));
        for text in ["0042", "000042", "0004a", "2-12345", ""] {
            assert!(!is_five_digits(text), "{text}");
        }
    }
}
