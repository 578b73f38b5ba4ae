//! All objects in the buckets, page by page.

use std::time::Duration;

use anyhow::{Context, Result};
use aws_sdk_s3::Client;

use super::S3Store;
use super::buckets::{Buckets, list};
use crate::storage::Key;
use crate::storage::aws::{is_missing, proof};
use crate::storage::inventory::{Content, StoredItem};

/// What a bucket is for.
pub(in crate::storage) enum Use {
    /// Photos arrive here.
    Staging,
    /// The photos of a space are here, by the digits of its id.
    Space(String),
    /// The same, in a bucket that others have made, such as the original system.
    Taken(String),
    /// The photos of all spaces are here, below a prefix.
    Spaces,
    /// What was made of photos is here.
    Derived,
    /// It is called like the bucket of a space, and isn't the one in which its photos are.
    Foreign,
}

impl Buckets {
    /// The buckets that are called like those of spaces, with the digits of the spaces' ids.
    ///
    /// # Errors
    /// The buckets can't be listed.
    pub async fn of_spaces(&self, client: &Client) -> Result<Vec<(String, String)>> {
        let ours = list(client, self.prefix()).await?.into_iter();
        let ours = ours.filter(|bucket| self.is_of_space(bucket));
        let with_space = ours.filter_map(|bucket| {
            let (space, _) = bucket.strip_prefix(self.prefix())?.split_once('-')?;
            let space = space.to_owned();
            Some((bucket, space))
        });
        Ok(with_space.collect())
    }

    /// Whether this is the key of a photo in one of our buckets, or of what was made of one, and not of anything else.
    pub fn is_ours(&self, bucket: &str, key: &str) -> bool {
        if bucket == self.previews() {
            let parts = key.split_once('/');
            return parts.is_some_and(|(space, file)| Key::read_derived(space, file).is_some());
        }
        self.is_photo(bucket, key)
    }
}

impl S3Store {
    /// The buckets that there may be, and what is in them.
    pub(in crate::storage) async fn inventory(&self) -> Result<Vec<(String, Use)>> {
        let client = self.client().await;
        let buckets = &self.buckets;
        let mut all = vec![
            (buckets.temp().to_owned(), Use::Staging),
            (buckets.previews().to_owned(), Use::Derived),
        ];
        if !buckets.are_many() {
            all.push((buckets.example(), Use::Spaces));
            return Ok(all);
        }
        for (bucket, space) in buckets.of_spaces(client).await? {
            // Another installation in the same account may have one for a space with the same id.
            let is_used = buckets.bucket_of(client, &space).await? == Some(bucket.clone());
            let what = match (is_used, buckets.is_made_here(&bucket)) {
                (true, true) => Use::Space(space),
                (true, false) => Use::Taken(space),
                (false, _) => Use::Foreign,
            };
            all.push((bucket, what));
        }
        Ok(all)
    }

    /// Hands on what is in a bucket, a page at a time.
    pub(in crate::storage) async fn list_bucket(
        &self,
        (bucket, what): &(String, Use),
        age: Duration,
        visit: &mut impl AsyncFnMut(Vec<StoredItem>) -> Result<()>,
    ) -> Result<()> {
        if matches!(what, Use::Foreign) {
            // It may have any number of objects, and none is ours.
            let whole = StoredItem {
                location: format!("s3://{bucket}"),
                bytes: 0,
                is_old: true,
                content: Content::Unrecognized,
            };
            return visit(vec![whole]).await;
        }
        let list = self.client().await.list_objects_v2().bucket(bucket);
        // What else is in that bucket is not for us to know.
        let prefix = matches!(what, Use::Spaces).then(|| self.buckets.prefix().to_owned());
        let mut pages = list.set_prefix(prefix).into_paginator().send();
        let listing = || format!("The bucket {bucket} can't be listed");
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(error) if is_missing(&error) => return Ok(()),
                page => page.with_context(listing)?,
            };
            proof::is_whole(&page).with_context(listing)?;
            // By the clock of S3, which this page has just stated.
            let since = self.aws.skew().seconds_before(age);
            let items = page.contents().iter().filter_map(|object| {
                let key = object.key()?;
                Some(StoredItem {
                    location: format!("s3://{bucket}/{key}"),
                    bytes: object.size().and_then(|size| u64::try_from(size).ok())?,
                    is_old: object.last_modified().is_some_and(|at| at.secs() < since),
                    content: self.content(what, key),
                })
            });
            visit(items.collect()).await?;
        }
        Ok(())
    }

    fn content(&self, what: &Use, key: &str) -> Content {
        let key = match what {
            Use::Staging => Key::read_staged(key),
            Use::Space(space) => Key::read_original(space, key),
            Use::Spaces => {
                let rest = key.strip_prefix(self.buckets.prefix());
                let parts = rest.and_then(|rest| rest.split_once('/'));
                parts.and_then(|(space, file)| Key::read_original(space, file))
            }
            Use::Derived => {
                let parts = key.split_once('/');
                parts.and_then(|(space, file)| Key::read_derived(space, file))
            }
            Use::Taken(space) => {
                let key = Key::read_original(space, key);
                return key.map_or(Content::Unrecognized, Content::Shared);
            }
            Use::Foreign => None,
        };
        key.into()
    }
}
