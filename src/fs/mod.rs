//! What files need beyond the standard library: to survive a power cut, and to be told apart.

// Which file stands at a path.
pub mod identity;
// Folders that survive a power cut.
pub mod durable;
