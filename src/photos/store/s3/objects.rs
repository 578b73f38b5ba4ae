//! Objects in S3: reading, copying, deleting and measuring one.

use anyhow::{Context, Result, bail};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use tokio::io::AsyncRead;

use super::buckets::{Buckets, Place};
use crate::photos::aws::is_missing;
use crate::photos::name::PhotoName;

/// An object that can be read.
#[derive(Clone, Debug)]
pub struct S3Object {
    client: Client,
    place: Place,
    /// Where else to look: a photo in the temporary bucket may be moved before it is read.
    moves: Option<(Buckets, PhotoName)>,
}

impl S3Object {
    /// The object at this place, where it stays.
    pub fn new(client: Client, place: Place) -> Self {
        Self {
            client,
            place,
            moves: None,
        }
    }

    /// The photo in the temporary bucket, from which it is moved to that of its space.
    pub fn arrived(client: Client, buckets: Buckets, name: &PhotoName) -> Self {
        Self {
            client,
            place: buckets.temporary(name),
            moves: Some((buckets, name.clone())),
        }
    }

    /// The bytes from `start`, `length` of them.
    ///
    /// # Errors
    /// The object isn't there any more, or S3 can't be reached.
    pub async fn read(
        &self,
        start: u64,
        length: u64,
    ) -> Result<impl AsyncRead + Send + Unpin + use<>> {
        let end = start + length.saturating_sub(1);
        let range = format!("bytes={start}-{end}");
        let mut place = self.place.clone();
        let mut got = self.get(&place, &range).await;
        if let (Some((buckets, name)), Err(error)) = (&self.moves, &got)
            && is_missing(error)
            && let Some(sorted) = buckets.find(&self.client, name).await?
        {
            place = sorted;
            got = self.get(&place, &range).await;
        }
        let Place { bucket, key } = place;
        let object = got.with_context(|| format!("The object {key} of {bucket} can't be read"))?;
        Ok(object.body.into_async_read())
    }

    async fn get(
        &self,
        place: &Place,
        range: &str,
    ) -> Result<GetObjectOutput, SdkError<GetObjectError>> {
        let get = self.client.get_object().bucket(&place.bucket);
        get.key(&place.key).range(range).send().await
    }
}

/// What became of a copy within S3.
#[derive(PartialEq, Eq)]
pub enum Copied {
    Yes,
    NoSource,
    NoBucket,
}

/// Copies an object without a byte passing through here.
pub async fn copy(client: &Client, from: &Place, to: &Place) -> Result<Copied> {
    let copy = client.copy_object().bucket(&to.bucket).key(&to.key);
    // Names are letters, digits and a few signs that need no escape.
    let copied = copy
        .copy_source(format!("{}/{}", from.bucket, from.key))
        .send()
        .await;
    match copied {
        Ok(_) => Ok(Copied::Yes),
        Err(error) => match error.code() {
            Some("NoSuchKey") => Ok(Copied::NoSource),
            Some("NoSuchBucket") => Ok(Copied::NoBucket),
            // Some services say only this.
            _ if is_missing(&error) => Ok(Copied::NoSource),
            _ => Err(error).with_context(|| {
                format!("The object {} can't be copied to {}", from.key, to.bucket)
            }),
        },
    }
}

/// Deletes an object; it may not be there.
pub async fn delete(client: &Client, place: &Place) -> Result<()> {
    match client
        .delete_object()
        .bucket(&place.bucket)
        .key(&place.key)
        .send()
        .await
    {
        Err(error) if !is_missing(&error) => Err(error).with_context(|| {
            format!(
                "The object {} of {} can't be deleted",
                place.key, place.bucket
            )
        }),
        _ => Ok(()),
    }
}

/// Deletes objects of a bucket by one request, a thousand at the most; they and the bucket may not be there.
pub async fn delete_all(
    client: &Client,
    bucket: &str,
    keys: impl IntoIterator<Item = impl Into<String>>,
) -> Result<()> {
    let keys = keys.into_iter();
    let objects = keys.map(|key| ObjectIdentifier::builder().key(key).build());
    let objects = Delete::builder()
        .set_objects(Some(objects.collect::<Result<_, _>>()?))
        .quiet(true)
        .build()?;
    let delete = client.delete_objects().bucket(bucket).delete(objects);
    match delete.send().await {
        Ok(deleted) => match deleted.errors() {
            [] => Ok(()),
            [first, ..] => bail!(
                "The object {} of {bucket} can't be deleted: {}",
                first.key().unwrap_or_default(),
                first.message().unwrap_or_default()
            ),
        },
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) => Err(error).with_context(|| format!("Nothing in {bucket} can be deleted")),
    }
}

/// Deletes whatever in a bucket begins so, a page at a time; the bucket may not be there.
pub async fn empty(client: &Client, bucket: &str, prefix: &str) -> Result<()> {
    let list = client.list_objects_v2().bucket(bucket);
    let mut pages = list.prefix(prefix).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = match page {
            Err(error) if is_missing(&error) => return Ok(()),
            page => page.with_context(|| format!("The bucket {bucket} can't be listed"))?,
        };
        let mut keys = page.contents().iter().filter_map(|object| object.key());
        if let Some(first) = keys.next() {
            delete_all(client, bucket, [first].into_iter().chain(keys)).await?;
        }
    }
    Ok(())
}

/// The size of an object; `None` if it isn't there.
pub async fn size(client: &Client, place: &Place) -> Result<Option<u64>> {
    match client
        .head_object()
        .bucket(&place.bucket)
        .key(&place.key)
        .send()
        .await
    {
        Ok(head) => Ok(Some(
            head.content_length()
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or(0),
        )),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error).with_context(|| {
            format!(
                "The object {} of {} can't be found",
                place.key, place.bucket
            )
        }),
    }
}
