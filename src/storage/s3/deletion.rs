//! Deleting objects in S3, so that they are gone. Many are deleted by one request where S3 supports that, else one by one;
//! what isn't reported as gone is looked for.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use tokio::task::JoinSet;

use super::S3Store;
use super::buckets::ObjectRef;
use super::objects::size;
use crate::storage::Key;
use crate::storage::aws::{is_missing, is_passing, proof};

/// The most objects that S3 deletes by one request.
const MAX_KEYS: usize = 1000;
/// Objects that are deleted at once where each takes a request of its own.
const AT_ONCE: usize = 8;
/// How the headers begin that self-hosted services don't support or refuse.
const CHECKSUMS: [&str; 3] = ["x-amz-checksum-", "x-amz-sdk-checksum-", "x-amz-trailer"];

/// How objects were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By one request.
    Together,
    /// One by one, because S3 doesn't do many, or hasn't done all of them.
    OneByOne,
    /// The bucket doesn't exist.
    NoBucket,
}

impl S3Store {
    pub(in crate::storage) fn check_deletable(&self) -> Result<()> {
        self.hold.check()
    }

    /// Deletes what a transfer has copied, unless nothing may be deleted.
    pub(in crate::storage) async fn remove_source(&self, key: &Key) -> Result<()> {
        if !self.hold.is_on()
            && let Some(object_ref) = self.place_of(key).await?
        {
            delete(self.client().await, &object_ref).await?;
        }
        Ok(())
    }

    /// Deletes objects that may not be there.
    pub(in crate::storage) async fn remove(&self, keys: &[Key]) -> Result<()> {
        for key in keys {
            self.seen.remove(key);
        }
        let client = self.client().await;
        // Where a bucket isn't there that was found before, there may be another for its space.
        for _ in 0..2 {
            let mut gone = Vec::new();
            for (bucket, (space, keys)) in self.find_all(keys).await? {
                if delete_all(client, &bucket, keys).await? == How::NoBucket {
                    gone.extend(space);
                }
            }
            if gone.is_empty() {
                break;
            }
            for space in gone {
                self.buckets.forget(&space);
            }
        }
        Ok(())
    }

    /// Where objects would be: by their buckets, the keys, and the space whose bucket it is.
    async fn find_all(
        &self,
        keys: &[Key],
    ) -> Result<BTreeMap<String, (Option<String>, Vec<String>)>> {
        let mut found: BTreeMap<String, (Option<String>, Vec<String>)> = BTreeMap::new();
        let mut nowhere = "";
        for key in keys {
            let space = match key {
                Key::Original(name) => Some(name.space()),
                Key::Staged(_)
                | Key::Preview(..)
                | Key::Poster(_)
                | Key::Rendition(_)
                | Key::Claim(_) => None,
            };
            // Where a space has no bucket, it isn't looked for again with each of its photos.
            if space == Some(nowhere) {
                continue;
            }
            match self.place_of(key).await? {
                Some(ObjectRef { bucket, key }) => {
                    let of_space = || (space.map(str::to_owned), Vec::new());
                    found.entry(bucket).or_insert_with(of_space).1.push(key);
                }
                None => nowhere = space.unwrap_or_default(),
            }
        }
        Ok(found)
    }

    /// Deletes the bucket of a space with whatever is left in it, and what is left of its previews.
    pub(in crate::storage) async fn delete_space(&self, space: &str) -> Result<()> {
        self.hold.check()?;
        let client = self.client().await;
        let (previews, prefix) = (self.buckets.previews(), format!("{space}/"));
        // Before objects are listed: one that is completed meanwhile is among them.
        if let Err(error) = self.abort_parts(previews, &prefix, None).await {
            tracing::debug!(bucket = previews, error = %format!("{error:#}"), "could not abort multipart uploads of a deleted space; the cleanup retries in a day");
        }
        empty(client, previews, &prefix).await?;
        let Some(bucket) = self.buckets.bucket_of(client, space).await? else {
            return Ok(());
        };
        self.buckets.forget(space);
        empty(client, &bucket, "").await?;
        ensure!(
            delete_bucket(client, &bucket).await?,
            "The bucket {bucket} can't be deleted: something was put there meanwhile"
        );
        Ok(())
    }

    /// Deletes the bucket of a space if it is empty.
    pub(in crate::storage) async fn delete_bucket_of(&self, space: &str) -> Result<()> {
        self.hold.check()?;
        let client = self.client().await;
        let Some(bucket) = self.buckets.bucket_of(client, space).await? else {
            return Ok(());
        };
        self.buckets.forget(space);
        if !delete_bucket(client, &bucket).await? {
            tracing::warn!(bucket, "kept a bucket that holds more than photos");
        }
        Ok(())
    }
}

/// Deletes an object and checks that it is gone; it may not have been there.
pub async fn delete(client: &Client, object_ref: &ObjectRef) -> Result<()> {
    // A deletion that S3 reports as done and isn't is retried here; one that failed was retried by the SDK.
    if let Ok(()) = try_to_delete(client, object_ref).await {
        return Ok(());
    }
    try_to_delete(client, object_ref).await
}

async fn try_to_delete(client: &Client, object_ref: &ObjectRef) -> Result<()> {
    let ObjectRef { bucket, key } = object_ref;
    let delete = client.delete_object().bucket(bucket).key(key);
    match delete.send().await {
        Err(error) if !is_missing(&error) => {
            return Err(error)
                .with_context(|| format!("The object {key} of {bucket} can't be deleted"));
        }
        _ => {}
    }
    ensure!(
        size(client, object_ref).await?.is_none(),
        "The object {key} of {bucket} can't be deleted: S3 returned success, but it is still there"
    );
    Ok(())
}

/// Deletes objects of a bucket; they and the bucket may not be there.
pub async fn delete_all(
    client: &Client,
    bucket: &str,
    keys: impl IntoIterator<Item = impl Into<String>>,
) -> Result<How> {
    let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
    let mut how = How::Together;
    for some in keys.chunks(MAX_KEYS) {
        match delete_some(client, bucket, some).await? {
            How::Together => {}
            other => how = other,
        }
    }
    Ok(how)
}

async fn delete_some(client: &Client, bucket: &str, keys: &[String]) -> Result<How> {
    let Some(left) = delete_together(client, bucket, keys).await? else {
        return Ok(How::NoBucket);
    };
    if left.is_empty() {
        return Ok(How::Together);
    }
    let mut stays = None;
    for some in left.chunks(AT_ONCE) {
        let (mut under_way, mut refused) = (JoinSet::new(), 0);
        for key in some {
            let (client, object_ref) = (client.clone(), ObjectRef::new(bucket, key));
            under_way.spawn(async move { delete(&client, &object_ref).await });
        }
        while let Some(done) = under_way.join_next().await {
            if let Err(error) = done? {
                refused += 1;
                stays.get_or_insert(error);
            }
        }
        // One that stays doesn't stop the others; if none is deleted, the rest won't be either.
        if refused == some.len() {
            break;
        }
    }
    stays.map_or(Ok(How::OneByOne), Err)
}

/// Deletes objects by one request. Returns those that S3 doesn't report as gone, which may be all; `None` if the
/// bucket doesn't exist.
async fn delete_together(
    client: &Client,
    bucket: &str,
    keys: &[String],
) -> Result<Option<Vec<String>>> {
    let objects = keys
        .iter()
        .map(|key| ObjectIdentifier::builder().key(key).build());
    // Not quietly: an answer that names nothing says nothing.
    let objects = Delete::builder()
        .set_objects(Some(objects.collect::<Result<_, _>>()?))
        .build()?;
    let delete = client.delete_objects().bucket(bucket).delete(objects);
    // The SDK sends a CRC32, which some services refuse while they require a Content-MD5. All of them support that one.
    let sent = delete.customize().mutate_request(|request| {
        let sum = request.body().bytes().map(Md5::digest);
        let headers = request.headers_mut();
        let names = headers.iter().map(|(name, _)| name.to_owned());
        let names: Vec<_> = names
            .filter(|name| CHECKSUMS.iter().any(|start| name.starts_with(start)))
            .collect();
        for name in names {
            headers.remove(name);
        }
        if let Some(sum) = sum {
            headers.insert("content-md5", BASE64_STANDARD.encode(sum));
        }
    });
    match sent.send().await {
        Ok(answer) => {
            for error in answer.errors() {
                tracing::debug!(
                    bucket,
                    key = error.key(),
                    code = error.code(),
                    error = error.message(),
                    "S3 did not delete an object of a batch; deleting it on its own"
                );
            }
            let gone = answer.deleted();
            let is_gone = |key: &String| gone.iter().any(|gone| gone.key() == Some(key.as_str()));
            Ok(Some(
                keys.iter().filter(|key| !is_gone(key)).cloned().collect(),
            ))
        }
        Err(error) if error.code() == Some("NoSuchBucket") => Ok(None),
        Err(error) if is_passing(&error) => {
            Err(error).with_context(|| format!("Nothing in {bucket} can be deleted"))
        }
        Err(error) => {
            tracing::debug!(
                bucket,
                ?error,
                "S3 refused to delete a batch of objects; deleting one at a time"
            );
            Ok(Some(keys.to_vec()))
        }
    }
}

/// Deletes whatever in a bucket has this prefix, a page at a time; the bucket may not be there.
pub async fn empty(client: &Client, bucket: &str, prefix: &str) -> Result<()> {
    let listing = || format!("The bucket {bucket} can't be listed");
    let list = client.list_objects_v2().bucket(bucket);
    let mut pages = list.prefix(prefix).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = match page {
            Err(error) if is_missing(&error) => return Ok(()),
            page => page.with_context(listing)?,
        };
        proof::is_whole(&page).with_context(listing)?;
        let mut keys = page.contents().iter().filter_map(|object| object.key());
        if let Some(first) = keys.next() {
            delete_all(client, bucket, [first].into_iter().chain(keys)).await?;
        }
    }
    Ok(())
}

/// Whether a bucket is empty or doesn't exist.
async fn is_empty(client: &Client, bucket: &str) -> Result<bool> {
    let listing = || format!("The bucket {bucket} can't be listed");
    let list = client.list_objects_v2().bucket(bucket).max_keys(1);
    match list.send().await {
        Err(error) if is_missing(&error) => Ok(true),
        page => {
            let page = page.with_context(listing)?;
            proof::is_whole(&page).with_context(listing)?;
            Ok(page.contents().is_empty())
        }
    }
}

/// Deletes a bucket if it is empty. Returns whether it is gone.
///
/// # Errors
/// S3 can't be reached, or refuses.
pub async fn delete_bucket(client: &Client, bucket: &str) -> Result<bool> {
    // Not every service refuses to delete a bucket that isn't empty.
    if !is_empty(client, bucket).await? {
        return Ok(false);
    }
    match client.delete_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(true),
        Err(error) if error.code() == Some("BucketNotEmpty") => Ok(false),
        Err(error) => Err(error).with_context(|| format!("The bucket {bucket} can't be deleted")),
    }
}
