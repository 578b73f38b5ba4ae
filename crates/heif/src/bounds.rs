//! How much of anything a file may have, and what is said of more.

use crate::error::{Reason, Refusal};

/// The most boxes at the top of a file, items, properties, and of whatever else is counted. A photo of 200 megapixels has
/// about 800 items.
pub const MAX_COUNT: usize = 4096;
/// Something is where it shouldn't be, or there twice.
pub const PARTS: Refusal = Refusal::Damaged(Reason::Parts);
/// There is more than [`MAX_COUNT`] of something, or of another bound.
pub const TOO_MANY: Refusal = Refusal::Damaged(Reason::TooManyParts);
