//! Shared Spaces: a private place for a family or a group of friends to share thoughts and photos.
//!
//! A request goes one way: a route in [`api`] has guards that authenticate and parse it, then calls one function of
//! [`domain`] inside one [`db`] transaction. Permission to act is a value that only that transaction can make. A photo
//! is cleaned on arrival, put into the staging store, inserted with its share and queued, all before the response; then
//! a job moves it to the store of its space.
//!
//! The modules below are in the order of the layers: each uses only those above it.

// The process: its threads, its memory, its shutdown.
pub mod process;
// Atomic and durable files.
pub mod fs;
// The time of day.
pub mod clock;
// What a health check finds, and how bad it is.
pub mod check;
// Every refusal of a request, with its exact sentence.
pub mod error;
// Runs decoders and ffmpeg, which a stranger's file could break, in a separate process.
pub mod fence;
// What commands print.
pub mod output;
// QR codes.
pub mod qr;
// Every setting.
pub mod config;
// What is counted for monitoring.
pub mod metrics;
// Many readers, one writer.
pub mod db;
// The rules and their SQL.
pub mod domain;
// Who listens for changes.
pub mod events;
// The data folder, and whether it is the right one.
pub mod data_dir;
// Resource limits: login attempts, uploads, connections, event streams, memory, and how they are shared fairly.
pub mod limits;
// The log, and the audit log.
pub mod logging;
// Hashes of passwords, and signed URLs.
pub mod auth;
// Certificates for HTTPS.
pub mod tls;
// Messages to browsers.
pub mod push;
// Mail to users.
pub mod mail;
// Where the bytes of photos are: folders, or S3.
pub mod storage;
// Carries the names of new photos to the worker.
pub mod queue;
// From the bytes of an upload, in memory or in a file, to a clean photo in the staging store.
pub mod uploads;
// ZIPs of the photos of a space, as they are sent.
pub mod downloads;
// Archives: creating, verifying and restoring them, and how far that has come.
pub mod backup;
// Background jobs: sorting photos, previews, cleanup, notices, mail, push messages, scheduled backups.
pub mod jobs;
// Moves photos from one store to another.
pub mod migrate_photos;
// Verifies that the store has every photo intact.
pub mod verify_photos;
// Deletes what lies in the store and belongs to nothing.
pub mod orphans;
// All of the above, opened once.
pub mod app;
// Connections: how many, how slow, and what is logged of their requests.
pub mod server;
// The checks of `shared-spaces doctor`.
pub mod diagnostics;
// HTTP: routes, what requests contain, every JSON shape, and their description in OpenAPI.
pub mod api;
// The command line.
pub mod commands;
