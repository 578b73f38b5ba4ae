//! Shared Spaces: a private place for a family or a group of friends to share thoughts and photos.
//!
//! A request goes one way: a route in [`api`] has guards find out who asks and what is asked, then calls one
//! function of [`domain`] inside one [`db`] transaction. The right to act is a value that only that transaction can
//! make.
//!
//! A photo is cleaned on arrival, put into the temporary store, written down with its share and queued, all before
//! the answer; then a worker moves it into the store of its space. See [`photos`].

// HTTP.
pub mod api;
// What commands print.
pub mod say;
// All of the above, built once.
pub mod app;
// Archives of everything, made beside a running server, and what comes back from them.
pub mod backup;
// The embedded web page.
pub mod assets;
// What the command line can say.
pub mod cli;
// The time of day.
pub mod clock;
// What the command line does.
pub mod commands;
// Every setting.
pub mod config;
// Many readers, one writer.
pub mod db;
// Looks at everything that the program stands on.
pub mod doctor;
// The rules and their SQL.
pub mod domain;
// What may go wrong, in the words of the one who asked.
pub mod error;
// Links as pictures that a phone can read.
pub mod qr;
// Connections.
pub mod server;
// The data folder, and whether it is the right one.
pub mod data_dir;
// Where log lines go, and how many.
pub mod logging;
// What a look at something has shown.
pub mod check;
// Looks whether the store has every photo as it was stored.
pub mod verify_photos;
// Takes photos from one store to the other.
pub mod migrate_photos;
// The way of a new photo's name to the worker.
pub mod queue;
// The temporary store and the stores of the spaces.
pub mod storage;
// Bytes in, a clean picture or a refusal out.
pub mod picture;
// TODO.
pub mod auth;
// TODO.
pub mod limits;
// TODO.
pub mod process;
// TODO.
pub mod fs;
// TODO.
pub mod jobs;
// TODO.
pub mod uploads;
