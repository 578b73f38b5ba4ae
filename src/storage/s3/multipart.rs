//! Objects on their way to S3: small ones as a whole, large ones in parts, with few parts in memory at once. An object
//! appears when all of it is there; if it doesn't come that far, no part is left.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use md5::{Digest, Md5};
use tokio::io::AsyncReadExt;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::S3Store;
use super::buckets::ObjectRef;
use crate::storage::aws::proof::{self, Put, md5_of};
use crate::storage::aws::{is_missing, is_passing, timeout_within, upload_timeout};
use crate::storage::body::{Body, Stream};

/// What is larger goes in parts of this size, all but the last: some services want them equal. S3 takes 10,000 parts, and
/// no part but the last may be smaller than 5 MiB.
const PART: u64 = 16 * 1024 * 1024;
/// Parts that are in memory at once, of all objects of a store.
const AT_ONCE: usize = 2;
/// How long it may take to say that an upload is given up.
const ABORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends objects; clones share the bound on parts in memory.
#[derive(Clone, Debug)]
pub struct Sender(Arc<Semaphore>);

impl Default for Sender {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Something that is to be sent.
pub enum Outgoing {
    /// As a whole.
    Whole(Part),
    /// In parts.
    Parts(Stream),
}

/// Bytes that are in memory, and the permit for that.
pub struct Part {
    bytes: Bytes,
    /// `None` where they were there before.
    _permit: Option<OwnedSemaphorePermit>,
}

/// What S3 has said of a part, and its MD5.
type Sent = (CompletedPart, [u8; 16]);

impl Sender {
    /// Reads what is small enough to be sent as a whole.
    ///
    /// # Errors
    /// A stream can't be read, or has another length than it says.
    pub async fn begin(&self, body: Body) -> Result<Outgoing> {
        Ok(match body {
            Body::Stream(mut stream) if stream.length <= PART => {
                let length = stream.length;
                let part = self.fill(&mut stream, length).await?;
                ended(&mut stream).await?;
                Outgoing::Whole(part)
            }
            Body::Stream(stream) => Outgoing::Parts(stream),
            Body::Bytes(bytes) if bytes.len() as u64 <= PART => Outgoing::Whole(Part {
                bytes,
                _permit: None,
            }),
            Body::Linked(file) => {
                return Err(anyhow!("{} was not opened", file.path.display()));
            }
            Body::Bytes(bytes) => Outgoing::Parts(Stream {
                length: bytes.len() as u64,
                reader: Box::pin(std::io::Cursor::new(bytes)),
            }),
        })
    }

    /// Puts an object, and makes sure that all of it is there. If the bucket doesn't exist, nothing of the object has been read.
    ///
    /// # Errors
    /// S3 doesn't take it, or says that it has and hasn't; a stream can't be read, or has another length than it says.
    /// Nothing is left of it.
    pub async fn put(
        &self,
        client: &Client,
        at: &ObjectRef,
        body: &mut Outgoing,
        media_type: Option<&str>,
    ) -> Result<Put> {
        let stream = match body {
            Outgoing::Whole(part) => {
                return proof::put(client, at.as_pair(), part.bytes.clone(), media_type).await;
            }
            Outgoing::Parts(stream) => stream,
        };
        let create = client.create_multipart_upload();
        let create = create.bucket(&at.bucket).key(&at.key);
        let created = create
            .set_content_type(media_type.map(str::to_owned))
            .send();
        let created = match created.await {
            Err(error) if is_missing(&error) => return Ok(Put::NoBucket),
            created => created?,
        };
        let id = created
            .upload_id()
            .context("S3 returned no ID for an upload")?;
        let mut upload = Upload {
            client: client.clone(),
            at: at.clone(),
            id: Some(id.to_owned()),
        };
        match self.send_parts(&mut upload, stream).await {
            Ok(()) => Ok(Put::Done),
            Err(error) => {
                upload.abort().await;
                Err(error)
            }
        }
    }

    async fn send_parts(&self, upload: &mut Upload, stream: &mut Stream) -> Result<()> {
        let length = stream.length;
        let count = i32::try_from(length.div_ceil(PART))?;
        let mut under_way = JoinSet::new();
        let mut sent: Vec<Sent> = Vec::new();
        for number in 1..=count {
            while let Some(done) = under_way.try_join_next() {
                sent.push(done??);
            }
            let is_last = number == count;
            let size = match is_last {
                true => length - PART * (u64::try_from(count)? - 1),
                false => PART,
            };
            let part = self.fill(stream, size).await?;
            if is_last {
                ended(stream).await?;
            }
            under_way.spawn(upload.send(number, part));
        }
        while let Some(done) = under_way.join_next().await {
            sent.push(done??);
        }
        sent.sort_by_key(|(part, _)| part.part_number());
        upload.complete(sent, length).await
    }

    /// Reads the next part, once there is memory for it.
    async fn fill(&self, stream: &mut Stream, size: u64) -> Result<Part> {
        let permit = self.0.clone().acquire_owned().await?;
        let mut bytes = Vec::with_capacity(usize::try_from(size)?);
        (&mut stream.reader)
            .take(size)
            .read_to_end(&mut bytes)
            .await?;
        ensure!(
            bytes.len() as u64 == size,
            "the bytes ended before the {} that were said",
            stream.length
        );
        Ok(Part {
            bytes: bytes.into(),
            _permit: Some(permit),
        })
    }
}

/// Makes sure that a stream has no more bytes than it said.
async fn ended(stream: &mut Stream) -> Result<()> {
    let more = stream.reader.read(&mut [0]).await?;
    ensure!(
        more == 0,
        "more bytes came than the {} that were said",
        stream.length
    );
    Ok(())
}

/// An upload in parts, which leaves nothing behind unless it is completed.
struct Upload {
    client: Client,
    at: ObjectRef,
    /// What S3 calls it, until it is over.
    id: Option<String>,
}

impl Upload {
    fn id(&self) -> String {
        self.id.clone().unwrap_or_default()
    }

    /// Sends a part, which is in memory until then.
    fn send(&self, number: i32, part: Part) -> impl Future<Output = Result<Sent>> + Send + 'static {
        let (client, at, id) = (self.client.clone(), self.at.clone(), self.id());
        async move {
            // All of it, so that the permit is held until the part is gone.
            let part = part;
            let (size, sum) = (part.bytes.len(), md5_of(part.bytes.clone()).await?);
            let upload = client.upload_part().bucket(at.bucket).key(at.key);
            let sent = upload
                .upload_id(id)
                .part_number(number)
                .content_md5(BASE64_STANDARD.encode(sum))
                .body(ByteStream::from(part.bytes.clone()))
                .customize()
                .config_override(Builder::new().timeout_config(upload_timeout(size)))
                .send()
                .await?;
            let completed = CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag)
                // With `photos.checksums = "when_supported"`, S3 requires them again.
                .set_checksum_crc32(sent.checksum_crc32)
                .set_checksum_crc64_nvme(sent.checksum_crc64_nvme);
            Ok((completed.build(), sum))
        }
    }

    /// Has S3 put the parts together, and makes sure that all of it is there, whatever it has answered: it says 200 before
    /// it is done, and an answer may get lost.
    async fn complete(&mut self, sent: Vec<Sent>, length: u64) -> Result<()> {
        let sums: Vec<_> = sent.iter().map(|(_, sum)| *sum).collect();
        let parts = sent.into_iter().map(|(part, _)| part);
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect()));
        let (bucket, key) = (self.at.bucket.as_str(), self.at.key.as_str());
        let complete = self.client.complete_multipart_upload();
        let completed = complete
            .bucket(bucket)
            .key(key)
            .upload_id(self.id())
            .multipart_upload(parts.build())
            .customize()
            .config_override(Builder::new().timeout_config(timeout_within(length)))
            .send()
            .await;
        if let Err(error) = completed {
            // What has this tag has these parts and no others, so that it is done.
            if !self.has_tag(&tag_of(&sums)).await {
                return Err(error.into());
            }
        }
        proof::confirm(&self.client, (bucket, key), length).await?;
        // Nothing is left to be aborted.
        self.id = None;
        Ok(())
    }

    async fn has_tag(&self, expected: &str) -> bool {
        let head = self.client.head_object().bucket(&self.at.bucket);
        let head = head.key(&self.at.key).send().await;
        head.is_ok_and(|head| {
            head.e_tag()
                .is_some_and(|tag| tag.trim_matches('"') == expected)
        })
    }

    async fn abort(mut self) {
        if let Some(id) = self.id.take() {
            let (client, at) = (self.client.clone(), self.at.clone());
            abort_in_time(&client, &at, &id).await;
        }
    }
}

impl Drop for Upload {
    /// Nothing waits for it any more, and its parts shouldn't cost anything.
    fn drop(&mut self) {
        if let Some(id) = self.id.take()
            && let Ok(runtime) = Handle::try_current()
        {
            let (client, at) = (self.client.clone(), self.at.clone());
            runtime.spawn(async move { abort_in_time(&client, &at, &id).await });
        }
    }
}

/// The tag that S3 computes for an object of parts with these MD5s, unless it encrypts it.
fn tag_of(sums: &[[u8; 16]]) -> String {
    let all = Md5::digest(sums.concat());
    format!("{}-{}", hex::encode(all), sums.len())
}

/// Gives an upload up. If that can't be said, the cleanup says it later.
async fn abort_in_time(client: &Client, at: &ObjectRef, id: &str) {
    let aborted = timeout(ABORT_TIMEOUT, abort(client, at, id)).await;
    let error = match aborted {
        Ok(Ok(())) => return,
        Ok(Err(error)) => format!("{error:#}"),
        Err(_) => String::from("S3 doesn't answer"),
    };
    let ObjectRef { bucket, key } = at;
    tracing::warn!(
        bucket,
        key,
        error,
        "could not abort a multipart upload; the cleanup retries in a day"
    );
}

/// Aborts an upload in parts, which may be over.
async fn abort(client: &Client, at: &ObjectRef, id: &str) -> Result<()> {
    let abort = client.abort_multipart_upload().bucket(&at.bucket);
    match abort.key(&at.key).upload_id(id).send().await {
        Err(error) if error.code() != Some("NoSuchUpload") && !is_missing(&error) => Err(error)
            .with_context(|| format!("An upload to the bucket {} can't be aborted", at.bucket)),
        _ => Ok(()),
    }
}

impl S3Store {
    /// Aborts the uploads in parts, of photos and of what was made of them, that were begun at least `age` ago. How many they were.
    pub(in crate::storage) async fn abort_stale_parts(&self, age: Duration) -> Result<usize> {
        self.hold.check()?;
        let mut aborted = 0;
        for bucket in self.buckets.all(self.client().await).await? {
            aborted += self.abort_parts(&bucket, "", Some(age)).await?;
        }
        Ok(aborted)
    }

    /// Aborts the uploads in parts to keys that begin so, if they were begun at least `age` ago.
    pub(super) async fn abort_parts(
        &self,
        bucket: &str,
        prefix: &str,
        age: Option<Duration>,
    ) -> Result<usize> {
        let found = self.list_parts(bucket, age).await?;
        let found = found.iter().filter(|(key, _)| key.starts_with(prefix));
        let mut aborted = 0;
        for (key, id) in found {
            abort(self.client().await, &ObjectRef::new(bucket, key), id).await?;
            aborted += 1;
        }
        Ok(aborted)
    }

    /// The keys and ids of uploads in parts of a bucket. Where S3 can't list them, or may not, a rule of the bucket has to see
    /// to them.
    async fn list_parts(
        &self,
        bucket: &str,
        age: Option<Duration>,
    ) -> Result<Vec<(String, String)>> {
        let (mut found, mut key, mut id) = (Vec::new(), None, None);
        loop {
            let list = self.client().await.list_multipart_uploads().bucket(bucket);
            let list = list.set_key_marker(key).set_upload_id_marker(id);
            let page = match list.send().await {
                Ok(page) => page,
                Err(error) if is_passing(&error) => {
                    return Err(error)
                        .with_context(|| format!("The uploads to {bucket} can't be listed"));
                }
                Err(error) => {
                    tracing::debug!(bucket, error = %DisplayErrorContext(&error), "could not list multipart uploads");
                    return Ok(found);
                }
            };
            let since = age.map(|age| self.aws.skew().seconds_before(age));
            for upload in page.uploads() {
                let begun = upload.initiated();
                let is_old = |since| begun.is_some_and(|at| at.secs() <= since);
                if since.is_none_or(is_old)
                    && let (Some(key), Some(id)) = (upload.key(), upload.upload_id())
                    && self.buckets.is_ours(bucket, key)
                {
                    found.push((key.to_owned(), id.to_owned()));
                }
            }
            (key, id) = (
                page.next_key_marker().map(str::to_owned),
                page.next_upload_id_marker().map(str::to_owned),
            );
            // Without a marker, the same page would come again.
            if page.is_truncated() != Some(true) || key.is_none() {
                return Ok(found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_object_in_parts_is_that_of_their_sums() {
        // As Amazon's documentation has it: the MD5 of the binary MD5s, and how many they are.
        let sums = [b"one", b"two"].map(|part| Md5::digest(part).into());
        assert_eq!(tag_of(&sums), "1397b7ee3222e3980d0d20f23a871b02-2");
    }

    #[test]
    fn no_object_that_may_be_copied_at_once_has_too_many_parts() {
        const COPIED: u64 = 5 * 1024 * 1024 * 1024;
        assert!(COPIED.div_ceil(PART) < 10_000);
    }
}
