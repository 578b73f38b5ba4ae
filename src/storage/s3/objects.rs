//! Objects in S3: reading, copying and measuring one.

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use tokio::io::AsyncRead;

use super::buckets::{Buckets, ObjectRef};
use crate::domain::photo_name::PhotoName;
use crate::storage::aws::{self, is_missing, proof};

/// An object that can be read.
#[derive(Clone, Debug)]
pub struct S3Object {
    client: Client,
    object_ref: ObjectRef,
    /// Where else to look: a photo in the temporary bucket may be moved before it is read.
    moves: Option<(Buckets, PhotoName)>,
}

impl S3Object {
    /// The object at this place, where it stays.
    pub fn new(client: Client, object_ref: ObjectRef) -> Self {
        Self {
            client,
            object_ref,
            moves: None,
        }
    }

    /// The photo in the temporary bucket, from which it is moved to that of its space.
    pub fn arrived(client: Client, buckets: Buckets, name: &PhotoName) -> Self {
        Self {
            client,
            object_ref: buckets.temporary(name),
            moves: Some((buckets, name.clone())),
        }
    }

    /// The bytes from `start`, `length` of them and at least one.
    ///
    /// # Errors
    /// The object isn't there any more, S3 can't be reached, or it sends something else.
    pub async fn read(
        &self,
        start: u64,
        length: u64,
    ) -> Result<impl AsyncRead + Send + Unpin + use<>> {
        let end = start + length.saturating_sub(1);
        let range = format!("bytes={start}-{end}");
        let mut object_ref = self.object_ref.clone();
        let mut got = self.get(&object_ref, &range).await;
        if let (Some((buckets, name)), Err(error)) = (&self.moves, &got)
            && is_missing(error)
            && let Some(sorted) = buckets.find(&self.client, name).await?
        {
            object_ref = sorted;
            got = self.get(&object_ref, &range).await;
        }
        let ObjectRef { bucket, key } = object_ref;
        let object = got.with_context(|| format!("The object {key} of {bucket} can't be read"))?;
        ensure!(
            is_answer_to(&object, start, length),
            "The object {key} of {bucket} can't be read: S3 returned other bytes than were requested"
        );
        Ok(object.body.into_async_read())
    }

    async fn get(
        &self,
        object_ref: &ObjectRef,
        range: &str,
    ) -> Result<GetObjectOutput, SdkError<GetObjectError>> {
        let get = self.client.get_object().bucket(&object_ref.bucket);
        get.key(&object_ref.key).range(range).send().await
    }
}

/// Whether these are the bytes from `start`, `length` of them. A service without ranges sends the whole object.
fn is_answer_to(object: &GetObjectOutput, start: u64, length: u64) -> bool {
    let as_long = object
        .content_length()
        .is_some_and(|bytes| u64::try_from(bytes) == Ok(length));
    let from_there = object.content_range().map_or(start == 0, |range| {
        range.starts_with(&format!("bytes {start}-"))
    });
    as_long && from_there
}

/// What became of a copy within S3.
#[derive(Debug, PartialEq, Eq)]
pub enum Copied {
    Yes,
    NoSource,
    NoBucket,
}

/// Copies an object of this many bytes, at most 5 GiB with S3, inside the service, and makes sure that all of it is there.
pub async fn copy(client: &Client, from: &ObjectRef, to: &ObjectRef, bytes: u64) -> Result<Copied> {
    let copying = || format!("The object {} can't be copied to {}", from.key, to.bucket);
    let copy = client.copy_object().bucket(&to.bucket).key(&to.key);
    // Names are letters, digits and a few signs that need no escape.
    let copied = copy
        .copy_source(format!("{}/{}", from.bucket, from.key))
        .customize()
        .config_override(Builder::new().timeout_config(aws::timeout_within(bytes)))
        .send()
        .await;
    match copied {
        Ok(_) => {
            proof::is_there(client, to.as_pair(), bytes)
                .await
                .with_context(copying)?;
            Ok(Copied::Yes)
        }
        Err(error) => match error.code() {
            Some("NoSuchKey") => Ok(Copied::NoSource),
            Some("NoSuchBucket") => Ok(Copied::NoBucket),
            // Some services return only this.
            _ if is_missing(&error) => Ok(Copied::NoSource),
            _ => Err(error).with_context(copying),
        },
    }
}

/// The size of an object; `None` if it isn't there.
pub async fn size(client: &Client, object_ref: &ObjectRef) -> Result<Option<u64>> {
    let size = proof::size(client, object_ref.as_pair()).await;
    size.with_context(|| {
        format!(
            "The object {} of {} can't be found",
            object_ref.key, object_ref.bucket
        )
    })
}
