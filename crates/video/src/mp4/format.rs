//! The format of samples, whatever they are.

use crate::film::{AudioCodec, VideoCodec};
use crate::scrub::Scrub;

/// One format.
pub struct Format {
    pub video: Option<VideoCodec>,
    pub audio: Option<AudioCodec>,
    pub size: (u32, u32),
    pub scrub: Scrub,
    pub frame: Option<u32>,
    pub bytes: Vec<u8>,
}
