//! The bounds of what people send.

use anyhow::{Result, ensure};
use picture::MaxPixels;
use serde::{Deserialize, Serialize};

/// The most characters that a setting may allow a login, because all of them are folded.
pub const LONGEST_LOGIN: usize = 256;
/// The most characters that a setting may allow a password: what clients of the original were written for.
pub const LONGEST_PASSWORD: usize = 99_999;

/// The most characters of the name of a space or a user, and of a share's text, that a setting may allow: each is held in memory, and some
/// times over.
const LONGEST_NAME: usize = 1000;
const LONGEST_TEXT: usize = 1_000_000;
/// The same for the bytes of a photo: 1 TiB.
const LARGEST_PHOTO: u64 = 1 << 40;
/// The same for the bytes of a film: what S3 copies by one request, 5 GiB.
const LARGEST_VIDEO: u64 = 5 << 30;
/// The same for a caption, and for the photos of a share: each is a part of its form.
const LONGEST_CAPTION: usize = 10_000;
/// The same for a comment: a page of a list has hundreds.
const LONGEST_COMMENT: usize = 10_000;
const MAX_MEDIA: usize = 100;
/// The same for uploads of a user: each is a file in one folder.
const MAX_WAITING: usize = 10_000;

/// Lengths are in Unicode characters after NFC normalisation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The shortest login.
    pub login_min: usize,
    /// The longest login.
    pub login_max: usize,
    /// The shortest password.
    pub password_min: usize,
    /// The longest password.
    pub password_max: usize,
    /// The shortest name of a space.
    pub space_name_min: usize,
    /// The longest name of a space.
    pub space_name_max: usize,
    /// The longest name of a user.
    pub user_name_max: usize,
    /// The shortest text of a share.
    pub text_min: usize,
    /// The longest text of a share.
    pub text_max: usize,
    /// The largest photo, in bytes as uploaded.
    pub photo_bytes: u64,
    /// The largest photo, in pixels (width times height).
    pub photo_pixels: u64,
    /// The largest JPEG that isn't progressive, in pixels, if that is more: it takes little memory however large it is.
    pub jpeg_pixels: u64,
    /// The largest film, in bytes as uploaded; 0 where no films are taken.
    pub video_bytes: u64,
    /// The most photos and films of a share.
    pub media_per_share: usize,
    /// The longest caption of a photo.
    pub caption_max: usize,
    /// The longest comment.
    pub comment_max: usize,
    /// The most uploads of a user that no share has taken yet.
    pub waiting_uploads: usize,
    /// The most bytes that these are together.
    pub waiting_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            login_min: 2,
            login_max: 32,
            password_min: 8,
            password_max: 1024,
            space_name_min: 1,
            space_name_max: 50,
            user_name_max: 50,
            text_min: 1,
            text_max: 2000,
            photo_bytes: 25 * 1024 * 1024,
            photo_pixels: 64_000_000,
            jpeg_pixels: 256_000_000,
            video_bytes: 500 * 1000 * 1000,
            media_per_share: 20,
            caption_max: 500,
            comment_max: 2000,
            waiting_uploads: 100,
            waiting_bytes: 4 * 1024 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// Those that clients of the original system were written for. It had none for photos.
    pub fn of_the_original() -> Self {
        Self {
            login_min: 3,
            login_max: 15,
            password_min: 3,
            password_max: 99_999,
            space_name_min: 3,
            space_name_max: 15,
            text_min: 3,
            text_max: 200,
            ..Self::default()
        }
    }

    /// The largest photos, in pixels. A JPEG that isn't progressive may have no fewer than others.
    pub fn max_pixels(&self) -> MaxPixels {
        MaxPixels {
            sequential_jpeg: self.jpeg_pixels.max(self.photo_pixels),
            other: self.photo_pixels,
        }
    }

    /// The largest upload, in bytes, of whatever kind it is.
    pub fn upload_bytes(&self) -> u64 {
        self.photo_bytes.max(self.video_bytes)
    }

    pub(super) fn check(&self) -> Result<()> {
        for (name, min, max) in [
            ("login", self.login_min, self.login_max),
            ("password", self.password_min, self.password_max),
            ("space_name", self.space_name_min, self.space_name_max),
            ("text", self.text_min, self.text_max),
        ] {
            ensure!(
                (1..=max).contains(&min),
                "The setting limits.{name}_min must be at least 1 and at most limits.{name}_max; it is {min}, and \
                limits.{name}_max is {max}"
            );
        }
        for (name, max, bound) in [
            ("login", self.login_max, LONGEST_LOGIN),
            ("password", self.password_max, LONGEST_PASSWORD),
            ("space_name", self.space_name_max, LONGEST_NAME),
            ("text", self.text_max, LONGEST_TEXT),
        ] {
            ensure!(
                max <= bound,
                "The setting limits.{name}_max must be at most {bound}"
            );
        }
        ensure!(
            (1..=LARGEST_PHOTO).contains(&self.photo_bytes),
            "The setting limits.photo_bytes must be above 0 and at most {LARGEST_PHOTO}"
        );
        ensure!(
            self.video_bytes <= LARGEST_VIDEO,
            "The setting limits.video_bytes must be at most {LARGEST_VIDEO}, or 0 where no videos are taken"
        );
        for (name, value) in [
            ("photo_pixels", self.photo_pixels),
            ("jpeg_pixels", self.jpeg_pixels),
        ] {
            ensure!(value > 0, "The setting limits.{name} must be above 0");
        }
        ensure!(
            (1..=MAX_MEDIA).contains(&self.media_per_share),
            "The setting limits.media_per_share must be above 0 and at most {MAX_MEDIA}"
        );
        ensure!(
            (1..=MAX_WAITING).contains(&self.waiting_uploads),
            "The setting limits.waiting_uploads must be above 0 and at most {MAX_WAITING}"
        );
        ensure!(
            (1..=LARGEST_PHOTO).contains(&self.waiting_bytes),
            "The setting limits.waiting_bytes must be above 0 and at most {LARGEST_PHOTO}"
        );
        ensure!(
            (1..=LONGEST_NAME).contains(&self.user_name_max),
            "The setting limits.user_name_max must be above 0 and at most {LONGEST_NAME}"
        );
        ensure!(
            (1..=LONGEST_CAPTION).contains(&self.caption_max),
            "The setting limits.caption_max must be above 0 and at most {LONGEST_CAPTION}"
        );
        ensure!(
            (1..=LONGEST_COMMENT).contains(&self.comment_max),
            "The setting limits.comment_max must be above 0 and at most {LONGEST_COMMENT}"
        );
        Ok(())
    }
}
