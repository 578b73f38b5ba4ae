//! An object that is being written: in one piece if it is small, and in parts otherwise. It appears at the end.

use std::io::{self, Write};
use std::mem;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::backup::destination::s3::Bucket;
use crate::storage::aws::proof::{self, Put, Untrue};
use crate::storage::aws::upload_timeout;

/// The size of the first parts. S3 allows 10,000 of them, so later ones are larger.
const PART: usize = 8 * 1024 * 1024;
/// The parts after which they grow.
const GROWTH: usize = 1000;
/// How long aborting an upload may take.
const ABORT_TIMEOUT: Duration = Duration::from_secs(5);

/// An object on its way.
pub struct Upload {
    bucket: Bucket,
    key: String,
    bytes: Vec<u8>,
    /// S3's id of the upload, once there is more than one part.
    id: Option<String>,
    parts: Vec<CompletedPart>,
    /// The bytes of all parts.
    size: u64,
    /// The part that is sent while the next is filled.
    under_way: Option<JoinHandle<Result<CompletedPart>>>,
}

impl Upload {
    /// Nothing is sent yet.
    pub(super) fn new(bucket: Bucket, file: &str) -> Self {
        Self {
            key: bucket.key(file),
            bucket,
            bytes: Vec::new(),
            id: None,
            parts: Vec::new(),
            size: 0,
            under_way: None,
        }
    }

    pub(super) fn finish(mut self) -> Result<()> {
        let bytes = mem::take(&mut self.bytes);
        let Some(id) = self.id.clone() else {
            return self.put(bytes);
        };
        self.send(&id, bytes)?;
        self.settle()?;
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(mem::take(&mut self.parts)))
            .build();
        let complete = self
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(id)
            .multipart_upload(parts);
        let done = self
            .bucket
            .blocking
            .block_on(async { Ok(complete.send().await) });
        done?.with_context(|| self.writing())?;
        self.id = None;
        let there = proof::is_there(&self.bucket.client, self.object_ref(), self.size);
        let there = self.bucket.blocking.block_on(there);
        self.settled(there)
    }

    /// An object that is there only in part must not be found.
    fn settled(&self, there: Result<()>) -> Result<()> {
        if let Err(error) = &there
            && let Some(Untrue::Part(..)) = error.downcast_ref()
        {
            let (bucket, key) = self.object_ref();
            let delete = self.bucket.client.delete_object().bucket(bucket).key(key);
            if let Err(error) = self.bucket.blocking.block_on_uncancellable(delete.send()) {
                tracing::warn!(bucket, key, error = %DisplayErrorContext(&error), "could not delete a partly written object");
            }
        }
        there.with_context(|| self.writing())
    }

    fn object_ref(&self) -> (&str, &str) {
        (&self.bucket.name, &self.key)
    }

    /// Small objects are sent as a whole.
    fn put(&self, bytes: Vec<u8>) -> Result<()> {
        let put = async {
            let put = proof::put(&self.bucket.client, self.object_ref(), bytes.into(), None);
            match put.await? {
                Put::Done => Ok(()),
                Put::NoBucket => bail!("The bucket no longer exists"),
            }
        };
        let there = self.bucket.blocking.block_on(put);
        self.settled(there)
    }

    fn next_part(&mut self) -> Result<()> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => self.begin()?,
        };
        let bytes = mem::take(&mut self.bytes);
        self.send(&id, bytes)
    }

    fn begin(&mut self) -> Result<String> {
        let begin = self
            .bucket
            .client
            .create_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.key);
        let begun = self
            .bucket
            .blocking
            .block_on(async { Ok(begin.send().await) })?;
        let begun = begun.with_context(|| self.writing())?;
        let id = begun
            .upload_id()
            .context("S3 returned no ID for an upload")?;
        self.id = Some(id.to_owned());
        Ok(id.to_owned())
    }

    /// Sends a part, once the one before has arrived.
    fn send(&mut self, id: &str, bytes: Vec<u8>) -> Result<()> {
        self.settle()?;
        let number = i32::try_from(self.parts.len() + 1)?;
        let (size, bytes) = (bytes.len(), Bytes::from(bytes));
        self.size += size as u64;
        let sum = self
            .bucket
            .blocking
            .block_on(proof::md5_of(bytes.clone()))?;
        let send = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.key)
            .upload_id(id)
            .part_number(number)
            .content_md5(BASE64_STANDARD.encode(sum))
            .body(ByteStream::from(bytes))
            .customize()
            .config_override(Builder::new().timeout_config(upload_timeout(size)));
        let writing = self.writing();
        self.under_way = Some(self.bucket.blocking.begin(async move {
            let sent = send.send().await.context(writing)?;
            let part = CompletedPart::builder().part_number(number);
            Ok(part.set_e_tag(sent.e_tag).build())
        }));
        Ok(())
    }

    /// Waits for the part that is under way.
    fn settle(&mut self) -> Result<()> {
        if let Some(part) = self.under_way.take() {
            let part = self.bucket.blocking.block_on(async { part.await? })?;
            self.parts.push(part);
        }
        Ok(())
    }

    fn writing(&self) -> String {
        format!(
            "The object {} can't be written to the bucket {}",
            self.key, self.bucket.name
        )
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = PART * (1 + self.parts.len() / GROWTH);
        if self.bytes.len() >= size {
            self.next_part().map_err(io::Error::other)?;
        }
        let count = bytes.len().min(size - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    /// An unfinished upload is aborted, so that its parts cost nothing. If that fails, the next backup aborts it.
    fn drop(&mut self) {
        if let Some(part) = self.under_way.take() {
            part.abort();
        }
        if let Some(id) = &self.id {
            let abort = self
                .bucket
                .client
                .abort_multipart_upload()
                .bucket(&self.bucket.name)
                .key(&self.key)
                .upload_id(id);
            let aborting = tokio::time::timeout(ABORT_TIMEOUT, abort.send());
            if !matches!(
                self.bucket.blocking.block_on_uncancellable(aborting),
                Ok(Ok(_))
            ) {
                tracing::warn!(
                    bucket = self.bucket.name,
                    key = self.key,
                    "could not abort a multipart upload; the next backup retries"
                );
            }
        }
    }
}
