//! The way of a photo into the staging store, before its share is written.

// Memory for photos on their way in.
pub mod buffer_pool;
// From an upload to a photo in the staging store.
pub mod ingest;
