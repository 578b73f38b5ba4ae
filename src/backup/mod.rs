//! Backups: one moment of the database, and every photo that it names, in an archive that proves itself.
//!
//! An archive at a place, which is a folder or a prefix in S3, has its photos beside it, shared with the other archives
//! there. An archive that is a file of its own has them inside. All of it runs on one thread, step after step.

// The file format.
pub mod archive;
// The photos that an archive has beside it.
mod beside;
// The photos of a backup that is made.
mod bring;
// The way to what is asynchronous.
pub mod bridge;
// A restored data folder beside its original.
pub mod copy;
// Reading photos from the store.
mod fetch;
// Whose archives are whose.
pub mod owner;
// Where archives are kept.
pub mod place;
// How far it has come.
pub mod progress;
// Whether an archive is sound.
mod prove;
// Deleting old archives.
mod prune;
// From an archive to a data folder.
pub mod restore;
// Making one.
pub mod take;
// Checking one.
pub mod verify;
// Where a backup works.
pub mod workplace;
