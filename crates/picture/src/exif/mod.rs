//! What is read out of EXIF before it goes.

mod taken;

use super::orientation::Orientation;
pub use taken::TakenAt;

/// The prefix of the block in a JPEG, and in other files whose programs add it there too.
pub const PREFIX: &[u8] = b"Exif\0";

/// What is read out of the EXIF of a file.
///
/// Of several blocks, the first one decides which way is up, as in browsers, and the first one with a date when it was.
#[derive(Default)]
pub struct Exif {
    orientation: Option<Option<Orientation>>,
    taken_at: Option<TakenAt>,
}

impl Exif {
    /// Reads a block that browsers use.
    pub fn take(&mut self, block: &[u8]) {
        self.orientation
            .get_or_insert_with(|| Orientation::read(block));
        self.take_date(block);
    }

    /// Reads a block whose orientation browsers ignore.
    pub fn take_date(&mut self, block: &[u8]) {
        self.taken_at = self.taken_at.or_else(|| TakenAt::from_exif(block));
    }

    pub fn orientation(&self) -> Option<Orientation> {
        self.orientation.flatten()
    }

    pub fn taken_at(&self) -> Option<TakenAt> {
        self.taken_at
    }
}
