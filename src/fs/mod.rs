//! What files need beyond the standard library: to survive a power cut, to be there as a whole or not at all, to be
//! private, and to be distinguished.

// What may not be there, and is then nothing.
pub mod missing;
// Which file stands at a path.
pub mod identity;
// Folders that survive a power cut.
pub mod durable;
// Files that only this account can read.
pub mod private;
// Files that belong to another one.
pub mod suffix;
// How much room there is.
pub mod space;
// Files that have their names when they are whole, and not before.
pub mod atomic;
