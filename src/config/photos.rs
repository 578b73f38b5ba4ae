//! The settings of photos: where they live, and who moves them to their spaces.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use rocket::http::uri::Absolute;
use serde::{Deserialize, Serialize};

/// With less memory, in bytes, no photo of a phone could be decoded; and as much as none needs.
const MIN_HEIC_MEMORY: u64 = 128 * 1024 * 1024;
const MAX_HEIC_MEMORY: u64 = 1 << 40;

/// Where photos live and who moves them to their spaces.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Photos {
    /// Where the bytes are kept.
    pub store: StoreKind,
    /// Through what a new photo's name reaches the worker.
    pub queue: QueueKind,
    /// The queue in SQS.
    pub queue_url: Option<String>,
    /// The bucket in which photos arrive.
    pub temp_bucket: String,
    /// Whether photos are made small for pages.
    pub previews: bool,
    /// The bucket of previews; by default, it is called like that in which photos arrive.
    pub preview_bucket: Option<String>,
    /// What the names of the buckets of spaces begin with.
    pub bucket_prefix: String,
    /// Whether each space has a bucket.
    pub layout: Layout,
    /// The one bucket of all spaces, where the layout is such.
    pub bucket: String,
    /// How photos in S3 get to the client.
    pub delivery: Delivery,
    /// Whether buckets are in the path of S3's addresses and not in the host; by default, they do where an
    /// endpoint is set.
    pub path_style: Option<bool>,
    /// When requests to S3 carry checksums beyond those of the connection.
    pub checksums: Checksums,
    /// Where the worker runs; by default, embedded with the local queue and external with SQS.
    pub worker: Option<WorkerMode>,
    /// Whether HEICs are taken, and become JPEGs. HEVC, in which they are coded, is patented in some countries.
    pub heic: bool,
    /// Bytes of memory that decoding HEICs may take at once.
    pub heic_memory: u64,
    /// By what films get a picture that came without one, and a rendition if not every browser plays them: `auto`, `off`, or where ffmpeg is.
    pub ffmpeg: Ffmpeg,
    /// How often a photo is tried before it is set aside as failed.
    pub max_attempts: u32,
}

impl Photos {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(
            self.max_attempts > 0,
            "The setting photos.max_attempts must be above 0"
        );
        ensure!(
            (MIN_HEIC_MEMORY..=MAX_HEIC_MEMORY).contains(&self.heic_memory),
            "The setting photos.heic_memory must be from {MIN_HEIC_MEMORY} to {MAX_HEIC_MEMORY} bytes"
        );
        if self.queue == QueueKind::Sqs {
            ensure!(
                self.store == StoreKind::S3,
                "The setting photos.queue = \"sqs\" needs photos.store = \"s3\": workers elsewhere can't reach the \
                 photos on this machine's disk"
            );
            ensure!(
                self.queue_url.as_ref().is_some_and(|url| !url.is_empty()),
                "The setting photos.queue = \"sqs\" needs photos.queue_url, the address of the queue"
            );
        }
        if let Some(url) = self.queue_url.as_ref().filter(|url| !url.is_empty()) {
            ensure!(
                is_address(url),
                "The setting photos.queue_url must be the address of the queue, such as \
                https://sqs.eu-central-1.amazonaws.com/123456789012/photos, not '{url}'"
            );
        }
        self.check_buckets()
    }

    /// S3 would refuse some names only when the first photo comes.
    fn check_buckets(&self) -> Result<()> {
        let previews = self.preview_bucket();
        for (name, bucket, min) in [
            ("temp_bucket", &self.temp_bucket, 3),
            ("preview_bucket", &previews, 3),
            ("bucket", &self.bucket, 3),
            ("bucket_prefix", &self.bucket_prefix, 1),
        ] {
            ensure!(
                bucket.len() >= min && bucket.chars().all(is_of_a_bucket),
                "The setting photos.{name} must be {min} or more letters, digits, dots and dashes, as names of \
                buckets are, not '{bucket}'"
            );
        }
        // What is swept from one would be what is kept in the other.
        ensure!(
            !self.previews || self.temp_bucket != previews,
            "The settings photos.temp_bucket and photos.preview_bucket must name different buckets, not both \
            '{previews}'"
        );
        ensure!(
            self.layout == Layout::Buckets || self.bucket != self.temp_bucket,
            "The settings photos.bucket and photos.temp_bucket must name different buckets, not both '{}'",
            self.bucket
        );
        ensure!(
            self.layout == Layout::Buckets || !self.previews || self.bucket != previews,
            "The settings photos.bucket and photos.preview_bucket must name different buckets, not both '{previews}'"
        );
        Ok(())
    }

    /// The names by which photos are found in S3, in one line: with others, they are somewhere else.
    pub fn names(&self) -> String {
        let Self {
            bucket_prefix,
            layout,
            bucket,
            ..
        } = self;
        format!("{layout:?} {bucket_prefix} {bucket}")
    }

    /// The bucket of previews: the setting, or `shared-spaces-previews` next to `shared-spaces-temp`. It follows from
    /// a name that is ours, because the names of buckets are shared by the whole world.
    pub fn preview_bucket(&self) -> String {
        self.preview_bucket.clone().unwrap_or_else(|| {
            let stem = &self.temp_bucket;
            format!("{}-previews", stem.strip_suffix("-temp").unwrap_or(stem))
        })
    }

    /// Where the worker runs.
    pub fn worker(&self) -> WorkerMode {
        self.worker.unwrap_or(match self.queue {
            QueueKind::Local => WorkerMode::Embedded,
            QueueKind::Sqs => WorkerMode::External,
        })
    }
}

fn is_of_a_bucket(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".-_".contains(letter)
}

fn is_address(url: &str) -> bool {
    Absolute::parse(url)
        .is_ok_and(|uri| super::is_of_the_web(&uri) && uri.path().as_str().len() > 1)
}

/// Where the bytes of photos are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// Folders below `data_dir`.
    Local,
    /// Amazon S3, or what speaks like it.
    S3,
}

impl StoreKind {
    /// There are two.
    pub fn other(self) -> Self {
        match self {
            Self::Local => Self::S3,
            Self::S3 => Self::Local,
        }
    }
}

impl fmt::Display for StoreKind {
    /// As the setting is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::S3 => "s3",
        })
    }
}

/// Through what a new photo's name reaches the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueKind {
    /// A table of the database.
    Local,
    /// Amazon SQS.
    Sqs,
}

/// Where in S3 the photos of a space are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// In a bucket of its own.
    Buckets,
    /// In one bucket with those of all spaces, below a prefix of its own.
    Prefix,
}

/// How photos in S3 get to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// Straight from S3, by a link that it signs.
    Redirect,
    /// Through the server.
    Stream,
}

/// When requests to S3 carry checksums beyond those of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksums {
    /// Where S3 requires them. Some services refuse the others.
    WhenRequired,
    /// Wherever the SDK supports them.
    WhenSupported,
}

/// By what films get a picture that came without one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Ffmpeg {
    /// By the ffmpeg in `PATH`, if there is one.
    Auto,
    /// By none.
    Off,
    /// By this program.
    At(PathBuf),
}

impl TryFrom<String> for Ffmpeg {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            path if PathBuf::from(path).is_absolute() => Ok(Self::At(path.into())),
            other => Err(format!(
                "'{other}' is neither \"auto\" nor \"off\" nor the whole path of ffmpeg"
            )),
        }
    }
}

impl From<Ffmpeg> for String {
    fn from(ffmpeg: Ffmpeg) -> Self {
        match ffmpeg {
            Ffmpeg::Auto => Self::from("auto"),
            Ffmpeg::Off => Self::from("off"),
            Ffmpeg::At(path) => path.to_string_lossy().into_owned(),
        }
    }
}

/// Where the worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkerMode {
    /// Inside the server.
    Embedded,
    /// In processes of its own, `shared-spaces worker`.
    External,
}

impl Default for Photos {
    fn default() -> Self {
        Self {
            store: StoreKind::Local,
            queue: QueueKind::Local,
            queue_url: None,
            temp_bucket: String::from("shared-spaces-temp"),
            previews: true,
            preview_bucket: None,
            bucket_prefix: String::from("space-id-"),
            layout: Layout::Buckets,
            bucket: String::from("shared-spaces"),
            delivery: Delivery::Redirect,
            path_style: None,
            checksums: Checksums::WhenRequired,
            worker: None,
            heic: true,
            heic_memory: 1024 * 1024 * 1024,
            ffmpeg: Ffmpeg::Auto,
            max_attempts: 5,
        }
    }
}
