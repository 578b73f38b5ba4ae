//! The way of a photo into the staging store, before its share is written.

// Pictures of users and spaces.
pub mod avatar;
// Memory for photos on their way in.
pub mod buffer_pool;
// HEICs become JPEGs.
pub mod convert;
// Films, cleaned on the disk.
pub mod film;
// From an upload to a photo in the staging store.
pub mod ingest;
// The files of uploads that wait for their share.
pub mod folder;
// One writer at a time.
pub mod locks;
// The pictures that films are shown by.
pub mod posters;
// From what has come to a clean medium in a file.
pub mod prepare;
// A photo as it arrived.
pub mod received;
// All photos of one share.
pub mod several;
// Which shares photos are on their way to.
pub mod under_way;
