//! Shared Spaces: a private place for a family or a group of friends to share thoughts and photos.
//!
//! A request goes one way: a route in [`api`] has guards find out who asks and what is asked, then calls one
//! function of [`domain`] inside one [`db`] transaction. The right to act is a value that only that transaction can
//! make. A photo is cleaned on arrival, put into the staging store, written down with its share and queued, all before
//! the answer; then a job moves it into the store of its space.
//!
//! The rooms below stand in the order of the floors: each uses those above it, and none below it.

// The process: its threads, its memory, its end.
pub mod process;
// Files that survive a power cut.
pub mod fs;
// The time of day.
pub mod clock;
// What a health check has found.
pub mod check;
// What may go wrong, in the words of the one who asked.
pub mod error;
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
// The data directory, and whether it is the right one.
pub mod data_dir;
// What anybody may take.
pub mod limits;
// Log lines, and what an operator must know.
pub mod logging;
// Passwords and signed URLs.
pub mod auth;
// Where the bytes of photos are.
pub mod storage;
// The way of a new photo's name to the worker.
pub mod queue;
// From an upload to the staging store.
pub mod uploads;
// Archives of everything, and what comes back from them.
pub mod backup;
// What runs in the background.
pub mod jobs;
// Photos from one store to another.
pub mod migrate_photos;
// Whether the store has every photo as it was stored.
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
