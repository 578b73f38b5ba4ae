//! A destination that is a prefix in a bucket, in Amazon S3 or compatible services.

use std::io::{self, Cursor, Read};

use anyhow::{Context, Result, ensure};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;

use super::{ArchiveName, ENDING, StoredArchive, sum_of};
use crate::backup::blocking::Blocking;
use crate::config::{Config, Layout};
use crate::storage::aws::{Aws, is_missing, proof};

/// What the address of such a destination begins with.
pub const SCHEME: &str = "s3://";
/// The bytes that are read at once.
const CHUNK: u64 = 8 * 1024 * 1024;
/// How often a piece is requested: a connection may break in the middle of it.
const ATTEMPTS: u32 = 3;

/// A prefix in a bucket; clones share the client.
#[derive(Clone)]
pub struct Bucket {
    pub(super) blocking: Blocking,
    pub(super) client: Client,
    pub(super) name: String,
    /// Ends with a slash, unless it is empty.
    prefix: String,
}

impl Bucket {
    /// The destination with this address, or that of an archive in it, and then the name of that.
    ///
    /// # Errors
    /// It isn't such an address; the bucket doesn't exist, or can't be reached.
    pub fn open(
        address: &str,
        config: &Config,
        blocking: &Blocking,
    ) -> Result<(Self, Option<String>)> {
        let path = address.strip_prefix(SCHEME).unwrap_or(address);
        let (name, path) = path.split_once('/').unwrap_or((path, ""));
        let path = path.trim_end_matches('/');
        ensure!(
            !name.is_empty(),
            "'{address}' doesn't name a bucket: it must be like s3://bucket/prefix"
        );
        let (prefix, file) = match path.rsplit_once('/') {
            _ if !path.ends_with(ENDING) => (path, None),
            Some((prefix, file)) => (prefix, Some(file.to_owned())),
            None => ("", Some(path.to_owned())),
        };
        let photos = &config.photos;
        let client = blocking
            .block_on(async { Ok(Aws::default().s3(photos.path_style, photos.checksums).await) })?;
        let bucket = Self {
            blocking: blocking.clone(),
            client,
            name: name.to_owned(),
            prefix: if prefix.is_empty() {
                String::new()
            } else {
                format!("{prefix}/")
            },
        };
        blocking.block_on(bucket.find())?;
        Ok((bucket, file))
    }

    async fn find(&self) -> Result<()> {
        let name = &self.name;
        // Not by `HEAD`, whose refusal can't say why.
        let look = self.client.list_objects_v2().bucket(name).max_keys(1);
        match look.send().await {
            Err(error) if is_missing(&error) => {
                anyhow::bail!("There is no bucket {name}: create it, or check its name")
            }
            found => found.with_context(|| format!("The bucket {name} can't be reached")),
        }?;
        Ok(())
    }

    /// Refuses the buckets of photos: some are deleted with everything in them.
    pub(super) fn check(&self, config: &Config) -> Result<()> {
        let photos = &config.photos;
        let is_theirs = self.name == photos.temp_bucket
            || self.name == photos.preview_bucket()
            || match photos.layout {
                Layout::Prefix => self.name == photos.bucket,
                Layout::Buckets => self.name.starts_with(&photos.bucket_prefix),
            };
        ensure!(
            !is_theirs,
            "The bucket {} is one of those for photos: choose another for backups",
            self.name
        );
        Ok(())
    }

    pub(super) fn key(&self, file: &str) -> String {
        format!("{}{file}", self.prefix)
    }

    /// The address of a file in this destination.
    pub(super) fn address(&self, file: &str) -> String {
        format!("{SCHEME}{}/{}", self.name, self.key(file))
    }

    pub(super) fn archives(&self) -> Result<Vec<ArchiveName>> {
        let mut names = Vec::new();
        self.list("shared-spaces-", &mut |file, _| {
            names.extend(ArchiveName::parse(file));
            Ok(())
        })?;
        Ok(names)
    }

    pub(super) fn each_photo(
        &self,
        visit: &mut dyn FnMut([u8; 32], u64) -> Result<()>,
    ) -> Result<()> {
        self.list("photos/", &mut |file, bytes| match sum_of(file) {
            Some(sum) => visit(sum, bytes),
            None => Ok(()),
        })
    }

    /// Reports the names and sizes of the files with this prefix.
    fn list(&self, start: &str, visit: &mut dyn FnMut(&str, u64) -> Result<()>) -> Result<()> {
        let listing = || format!("The bucket {} can't be listed", self.name);
        let list = self.client.list_objects_v2().bucket(&self.name);
        let mut pages = list.prefix(self.key(start)).into_paginator().send();
        while let Some(page) = self.blocking.block_on(async { Ok(pages.next().await) })? {
            let page = page.with_context(listing)?;
            proof::is_whole(&page).with_context(listing)?;
            for object in page.contents() {
                let file = object.key().and_then(|key| key.strip_prefix(&self.prefix));
                if let Some(file) = file {
                    let bytes = object.size().and_then(|bytes| bytes.try_into().ok());
                    visit(file, bytes.unwrap_or(0))?;
                }
            }
        }
        Ok(())
    }

    /// Refuses the name of an object that already exists.
    pub(super) fn check_unused(&self, file: &str) -> Result<()> {
        ensure!(
            self.size(file)?.is_none(),
            "The object {} already exists: choose another name",
            self.address(file)
        );
        Ok(())
    }

    pub(super) fn read(&self, file: &str) -> Result<Option<StoredArchive>> {
        let Some(size) = self.size(file)? else {
            return Ok(None);
        };
        Ok(Some(StoredArchive {
            size,
            bytes: Box::new(Object {
                bucket: self.clone(),
                file: file.to_owned(),
                size,
                next: 0,
                piece: Cursor::default(),
            }),
        }))
    }

    fn size(&self, file: &str) -> Result<Option<u64>> {
        let key = self.key(file);
        let size = proof::size(&self.client, (&self.name, &key));
        let size = self.blocking.block_on(size);
        size.with_context(|| format!("{} can't be read", self.address(file)))
    }

    pub(super) fn delete(&self, file: &str) -> Result<()> {
        let delete = self.client.delete_object().bucket(&self.name);
        let deleted = self
            .blocking
            .block_on(async { Ok(delete.key(self.key(file)).send().await) })?;
        match deleted {
            Err(error) if !is_missing(&error) => {
                Err(error).with_context(|| format!("{} can't be deleted", self.address(file)))
            }
            _ => Ok(()),
        }
    }

    /// Aborts abandoned uploads of what is made here, and of nothing else: `archive` is made now, and others may keep theirs below.
    pub(super) fn remove_leftovers(&self, archive: &str) -> Result<()> {
        let (mut key, mut upload) = (None, None);
        loop {
            let list = self
                .client
                .list_multipart_uploads()
                .bucket(&self.name)
                .prefix(&self.prefix)
                .set_key_marker(key)
                .set_upload_id_marker(upload);
            let page = match self.blocking.block_on(async { Ok(list.send().await) })? {
                Ok(page) => page,
                // Not every service supports it, and not all credentials allow it; then a rule of the bucket has to do it.
                Err(error) => {
                    tracing::warn!(bucket = self.name, error = %DisplayErrorContext(&error), "could not list incomplete multipart uploads");
                    return Ok(());
                }
            };
            for found in page.uploads() {
                let file = found.key().and_then(|key| key.strip_prefix(&self.prefix));
                let ours = file.is_some_and(|file| {
                    let is_archive = file == archive || ArchiveName::parse(file).is_some();
                    is_archive || sum_of(file).is_some()
                });
                if ours && let (Some(key), Some(id)) = (found.key(), found.upload_id()) {
                    self.abort(key, id)?;
                }
            }
            if page.is_truncated() != Some(true) {
                return Ok(());
            }
            key = page.next_key_marker().map(str::to_owned);
            upload = page.next_upload_id_marker().map(str::to_owned);
        }
    }

    fn abort(&self, key: &str, upload: &str) -> Result<()> {
        let abort = self
            .client
            .abort_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload);
        match self.blocking.block_on(async { Ok(abort.send().await) })? {
            Err(error) if !is_missing(&error) => Err(error)
                .with_context(|| format!("An upload to the bucket {} can't be aborted", self.name)),
            _ => Ok(()),
        }
    }
}

/// The bytes of an object, a piece at a time, so that a connection that breaks costs no more than a piece.
struct Object {
    bucket: Bucket,
    file: String,
    size: u64,
    next: u64,
    piece: Cursor<Vec<u8>>,
}

impl Object {
    fn fetch(&mut self) -> Result<()> {
        let end = self.size.min(self.next + CHUNK);
        let mut attempt = 1;
        let bytes = loop {
            let piece = self.bucket.blocking.block_on(self.get(end));
            match piece {
                Err(_) if attempt < ATTEMPTS && !self.bucket.blocking.is_cancelled() => {
                    attempt += 1;
                }
                piece => break piece?,
            }
        };
        self.piece = Cursor::new(bytes);
        self.next = end;
        Ok(())
    }

    async fn get(&self, end: u64) -> Result<Vec<u8>> {
        let address = self.bucket.address(&self.file);
        let reading = || format!("{address} can't be read");
        let get = self.bucket.client.get_object().bucket(&self.bucket.name);
        let get = get.key(self.bucket.key(&self.file));
        let get = get.range(format!("bytes={}-{}", self.next, end - 1));
        let found = get.send().await.with_context(reading)?;
        let bytes = found.body.collect().await.with_context(reading)?.to_vec();
        ensure!(
            bytes.len() as u64 == end - self.next,
            "{address} can't be read: got {} bytes instead of {}",
            bytes.len(),
            end - self.next
        );
        Ok(bytes)
    }
}

impl Read for Object {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.piece.read(into)?;
        if count > 0 || self.next == self.size {
            return Ok(count);
        }
        self.fetch().map_err(io::Error::other)?;
        self.piece.read(into)
    }
}
