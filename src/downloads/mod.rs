//! ZIPs of the photos of a space, sent as they are made: nothing of them is ever stored, and how long one will be is known
//! before its first byte.

// What is in a ZIP, under which names.
mod contents;
// Its bytes, one chunk after the other.
mod sending;

pub use contents::{Contents, ContentsPlanner, MAX_PHOTOS, memory_for};
pub use sending::{Receiver, Source, ZipStream};
