//! The bucket of previews: `<space>/<file>.<size>`. Beside those of the spaces, in which every object is a photo.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use picture::Kind;
use picture::PreviewSize;

use super::deletion::{delete_all, empty};
use super::objects::{S3Object, size};
use super::{PhotoSource, S3Store, StoredPhoto};
use crate::config::Delivery;
use crate::domain::photo_name::PhotoName;
use crate::storage::Source;
use crate::storage::aws::proof::{self, Put, retry_delays};

impl S3Store {
    pub(in crate::storage) async fn put_preview(
        &self,
        name: &PhotoName,
        size: PreviewSize,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let client = self.client().await;
        let object_ref = self.buckets.preview(name, size);
        // It is our own, so that its first bytes can be believed.
        let kind = Kind::from_bytes(&bytes).map(|kind| kind.media_type().to_owned());
        let (kind, bytes) = (kind.as_deref(), Bytes::from(bytes));
        let putting = || {
            let bucket = &object_ref.bucket;
            format!("A preview of the photo {name} can't be put into the bucket {bucket}")
        };
        for wait in retry_delays() {
            let put = proof::put(client, object_ref.as_pair(), bytes.clone(), kind).await;
            if put.with_context(putting)? == Put::Done {
                return Ok(());
            }
            // No server has made the bucket yet, or somebody has deleted it.
            self.buckets.create_previews(client).await?;
            tokio::time::sleep(wait).await;
        }
        bail!("The bucket {} doesn't exist", object_ref.bucket)
    }

    pub(in crate::storage) async fn open_preview(
        &self,
        name: &PhotoName,
        which: PreviewSize,
    ) -> Result<Option<StoredPhoto>> {
        let client = self.client().await;
        let object_ref = self.buckets.preview(name, which);
        let bytes = size(client, &object_ref).await?;
        Ok(bytes.map(|bytes| StoredPhoto {
            bytes,
            source: Source::Object(S3Object::new(client.clone(), object_ref)),
        }))
    }

    pub(in crate::storage) async fn serve_preview(
        &self,
        name: &PhotoName,
        which: PreviewSize,
    ) -> Result<Option<PhotoSource>> {
        let preview = (name.clone(), which);
        let redirected = self.delivery == Delivery::Redirect;
        if !redirected || !self.seen.contains(&preview) {
            let found = self.open_preview(name, which).await?;
            let Some(found) = found.filter(|found| found.bytes > 0) else {
                return Ok(None);
            };
            if !redirected {
                return Ok(Some(PhotoSource::Stream(found)));
            }
            self.seen.insert(preview);
        }
        // Its type stands with the object.
        let object_ref = self.buckets.preview(name, which);
        Ok(Some(self.redirect(object_ref, None, None).await?))
    }

    /// Deletes both previews of each photo.
    pub(in crate::storage) async fn delete_previews(&self, names: &[PhotoName]) -> Result<()> {
        let mut keys = Vec::new();
        for name in names {
            for size in [PreviewSize::Small, PreviewSize::Large] {
                self.seen.remove(&(name.clone(), size));
                keys.push(self.buckets.preview(name, size).key);
            }
        }
        delete_all(self.client().await, self.buckets.previews(), keys).await?;
        Ok(())
    }

    /// Deletes all previews of a space.
    pub(super) async fn delete_previews_of(&self, space: &str) -> Result<()> {
        let prefix = format!("{space}/");
        empty(self.client().await, self.buckets.previews(), &prefix).await
    }
}
