//! What every decoder returns.

use image::DynamicImage;

/// Pixels of eight bits as stored, before the orientation is applied.
pub struct Decoded {
    pub image: DynamicImage,
    /// An ICC profile.
    pub profile: Option<Vec<u8>>,
}
