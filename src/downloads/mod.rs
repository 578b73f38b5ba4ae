//! ZIPs of the photos of a space, and of what a user has made, sent as they are made: no photo of them is ever stored, and how long one will be is known
//! before its first byte.

// What is in a ZIP, under which names.
mod contents;
// Files that are made for a ZIP.
mod made;
// Its bytes, one chunk after the other.
mod sending;

pub use contents::{Contents, ContentsPlanner, MAX_PHOTOS, memory_for};
pub use made::{FileMaker, MadeFile};
pub use sending::{Receiver, Right, Source, ZipStream};
