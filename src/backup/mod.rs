//! Backups: one moment of the database, and every photo that it names, in an archive that can be verified by itself.
//!
//! An archive at a destination, which is a folder or a prefix in S3, has its photos next to it, shared with the other
//! archives there. An archive that is a file of its own has them inside. All of it runs on one thread, step after step.

// The file format.
pub mod archive;
// How far it has come.
pub mod progress;
// Deleting old archives.
mod prune;
// From an archive to a data folder.
pub mod restore;
// Checking one.
pub mod verify;
// Copies of a database.
pub mod snapshot;
// A set of hashes on the disk.
pub mod hash_map;
// Where a backup works.
pub mod work_dir;
// Calling async code.
pub mod blocking;
// Whether an archive is intact.
pub(crate) mod check;
// The photos of a backup that is made.
pub(crate) mod store_photos;
// The photos that an archive has next to it.
pub(crate) mod shared_photos;
// The bytes of a photo on their way.
pub mod photo_bytes;
// Reading photos from the store.
pub(crate) mod read_photos;
// What a backup has done.
pub mod report;
// Which installation archives belong to.
pub mod installation_id;
// Making one.
pub mod create;
// Where archives are kept.
pub mod destination;
