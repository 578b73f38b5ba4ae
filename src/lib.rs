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
// Results of health checks.
pub mod check;
// Every error, with its exact sentence.
pub mod error;
// Runs what could break in a process of its own.
pub mod fence;
// What commands print.
pub mod output;
// QR codes.
pub mod qr;
// Every setting.
pub mod config;
// Many readers, one writer.
pub mod db;
// The rules and their SQL.
pub mod domain;
// Who listens for changes.
pub mod events;
// The data directory, and whether it is the right one.
pub mod data_dir;
// Resource limits.
pub mod limits;
// The log, and the audit log.
pub mod logging;
// Passwords and signed URLs.
pub mod auth;
// Where the bytes of photos are.
pub mod storage;
// Carries the names of new photos to the worker.
pub mod queue;
// From an upload to the staging store.
pub mod uploads;
// ZIPs of the photos of a space.
pub mod downloads;
// Archives: creating, verifying and restoring them.
pub mod backup;
// Background jobs.
pub mod jobs;
// Moves photos from one store to another.
pub mod migrate_photos;
// Verifies that the store has every photo intact.
pub mod verify_photos;
// All of the above, opened once.
pub mod app;
// Connections.
pub mod server;
// Health checks.
pub mod diagnostics;
// HTTP.
pub mod api;
// The command line.
pub mod commands;
