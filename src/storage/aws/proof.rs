//! Checks what S3 says it has done. A 200 alone proves nothing: something in between may have sent it, or a service that
//! stored half.

use std::iter::successors;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use md5::{Digest, Md5};

use super::{is_missing, upload_timeout};

/// Photos with more bytes are hashed off the async threads.
const SOON_HASHED: usize = 256 * 1024;

/// What became of an object that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there, as a whole.
    Done,
    /// The bucket doesn't exist.
    NoBucket,
}

/// Something that S3 reported as done, but did in part or not at all.
#[derive(Debug, thiserror::Error)]
pub enum Untrue {
    #[error("S3 returned success, but the object is missing")]
    Nothing,
    #[error("S3 returned success, but has only {0} of {1} bytes")]
    Part(u64, u64),
}

/// The waits between looks at a bucket that was made just now and isn't there yet: some seconds together.
pub fn retry_delays() -> impl Iterator<Item = Duration> {
    successors(Some(Duration::from_millis(50)), |wait| Some(*wait * 2)).take(7)
}

/// Puts an object, and makes sure that all of it is there. Its Content-MD5 goes with it, which every service supports, and
/// some require.
///
/// # Errors
/// S3 refuses it, or reports it as stored and it isn't. A part of it is deleted again.
pub async fn put(
    client: &Client,
    (bucket, key): (&str, &str),
    bytes: Bytes,
    media_type: Option<&str>,
) -> Result<Put> {
    let (size, sum) = (bytes.len(), md5_of(bytes.clone()).await?);
    let put = client.put_object().bucket(bucket).key(key);
    let sent = put
        .set_content_type(media_type.map(str::to_owned))
        .content_md5(BASE64_STANDARD.encode(sum))
        .body(ByteStream::from(bytes))
        .customize()
        .config_override(Builder::new().timeout_config(upload_timeout(size)))
        .send()
        .await;
    match sent {
        Ok(answer) if is_sum(answer.e_tag(), &sum) => Ok(Put::Done),
        // For encrypted objects, the tag is something else.
        Ok(_) => {
            confirm(client, (bucket, key), size as u64).await?;
            Ok(Put::Done)
        }
        Err(error) if is_missing(&error) => Ok(Put::NoBucket),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that all of an object is there that was just put. A part of it is deleted again: it could be taken for the
/// whole, and only a cleanup would delete it, much later.
///
/// # Errors
/// It isn't, or S3 doesn't say.
pub async fn confirm(client: &Client, (bucket, key): (&str, &str), bytes: u64) -> Result<()> {
    let there = is_there(client, (bucket, key), bytes).await;
    if let Err(error) = &there
        && let Some(Untrue::Part(..)) = error.downcast_ref()
    {
        let part = client.delete_object().bucket(bucket).key(key);
        if let Err(error) = part.send().await {
            tracing::warn!(
                bucket,
                key,
                error = %DisplayErrorContext(&error),
                "could not delete a partly written object"
            );
        }
    }
    there
}

/// Makes sure that an object of this many bytes is there.
///
/// # Errors
/// It isn't, or S3 doesn't say.
pub async fn is_there(client: &Client, at: (&str, &str), bytes: u64) -> Result<()> {
    match size(client, at).await? {
        Some(there) if there == bytes => Ok(()),
        Some(there) => Err(Untrue::Part(there, bytes).into()),
        None => Err(Untrue::Nothing.into()),
    }
}

/// The size of an object; `None` if it isn't there.
///
/// # Errors
/// S3 doesn't say.
pub async fn size(client: &Client, (bucket, key): (&str, &str)) -> Result<Option<u64>> {
    match client.head_object().bucket(bucket).key(key).send().await {
        Ok(head) => {
            let bytes = head
                .content_length()
                .and_then(|bytes| bytes.try_into().ok());
            // Without a tag, it isn't an object: something else has answered, or nothing.
            let bytes = bytes.filter(|_| head.e_tag().is_some());
            Ok(Some(bytes.context(
                "S3 returned a response that doesn't describe the object",
            )?))
        }
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes sure that what has answered for a bucket is a store: something in between, like a sign-in page, answers
/// everything with 200.
///
/// # Errors
/// It isn't, or the service can't be reached.
pub async fn is_bucket(client: &Client, bucket: &str) -> Result<()> {
    let list = client.list_objects_v2().bucket(bucket).max_keys(1);
    match list.send().await {
        Ok(page) => is_whole(&page),
        // Credentials that may not list are refused by a store.
        Err(error)
            if error
                .raw_response()
                .is_some_and(|raw| raw.status().as_u16() == 403) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
    .with_context(|| format!("The bucket {bucket} can't be listed"))
}

/// Makes sure that a page of a list is one, and complete: what it doesn't name counts as missing.
///
/// # Errors
/// It isn't.
pub fn is_whole(page: &ListObjectsV2Output) -> Result<()> {
    let said = page.is_truncated();
    let goes_on = page
        .next_continuation_token()
        .is_some_and(|next| !next.is_empty());
    let named = page.contents().len() + page.common_prefixes().len();
    let counted = page
        .key_count()
        .and_then(|count| usize::try_from(count).ok());
    ensure!(
        said.is_some()
            && (said == Some(false) || goes_on)
            && counted.is_none_or(|count| count <= named),
        "S3 returned an incomplete list"
    );
    Ok(())
}

/// The MD5 of some bytes. No secret rests on it: it distinguishes a whole from a part.
///
/// # Errors
/// The runtime is ending.
pub async fn md5_of(bytes: Bytes) -> Result<[u8; 16]> {
    if bytes.len() <= SOON_HASHED {
        return Ok(Md5::digest(&bytes).into());
    }
    Ok(tokio::task::spawn_blocking(move || Md5::digest(&bytes).into()).await?)
}

/// Whether a tag is this sum.
pub fn is_sum(tag: Option<&str>, sum: &[u8; 16]) -> bool {
    tag.is_some_and(|tag| {
        tag.trim_matches('"')
            .eq_ignore_ascii_case(&hex::encode(sum))
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::Object;

    use super::*;

    #[test]
    fn a_tag_is_compared_with_and_without_its_quotes_and_never_with_none() {
        let sum: [u8; 16] = Md5::digest(b"photo").into();
        let tag = hex::encode(sum);
        assert!(is_sum(Some(&tag), &sum));
        assert!(is_sum(Some(&format!("\"{}\"", tag.to_uppercase())), &sum));
        for other in [None, Some(""), Some("\"\""), Some("\"d41d8\"")] {
            assert!(!is_sum(other, &sum), "{other:?}");
        }
    }

    #[test]
    fn a_list_that_is_cut_short_or_says_nothing_is_none() {
        let page = || ListObjectsV2Output::builder();
        let object = || Object::builder().key("1-1.png").build();
        for whole in [
            page().is_truncated(false),
            page().is_truncated(false).key_count(1).contents(object()),
            page().is_truncated(true).next_continuation_token("next"),
        ] {
            is_whole(&whole.build()).unwrap();
        }
        for part in [
            page(),
            page().is_truncated(true),
            page().is_truncated(true).next_continuation_token(""),
            page().is_truncated(false).key_count(2).contents(object()),
        ] {
            is_whole(&part.build()).unwrap_err();
        }
    }
}
