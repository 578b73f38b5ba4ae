//! The format of samples, whatever they are.

use crate::film::{AudioCodec, Hdr, VideoCodec};
use crate::scrub::Scrub;

/// One format.
pub struct Format {
    pub video: Option<VideoCodec>,
    pub audio: Option<AudioCodec>,
    /// The profile of H.264.
    pub profile: Option<u8>,
    pub hdr: Option<Hdr>,
    pub size: (u32, u32),
    pub scrub: Scrub,
    pub frame: Option<u32>,
    pub bytes: Vec<u8>,
}
