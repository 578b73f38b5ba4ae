//! Shared Spaces: a private place for a family or a group of friends to share thoughts and photos.
//!
//! A request goes one way: a route in [`api`] has guards find out who asks and what is asked, then calls one
//! function of [`domain`] inside one [`db`] transaction. The right to act is a value that only that transaction can
//! make.
//!
//! A photo is cleaned on arrival, put into the temporary store, written down with its share and queued, all before
//! the answer; then a worker moves it into the store of its space. See [`photos`].

// What counts as one address.
pub mod address;
// How often somebody may try.
pub mod attempts;
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
// Which file stands at a path.
pub mod identity;
// How this process deals with large pieces of memory.
pub mod memory;
// How many threads do what is short.
pub mod threads;
// What the command line can say.
pub mod cli;
// The time of day.
pub mod clock;
// What the command line does.
pub mod commands;
// Every setting.
pub mod config;
// Where log lines go, and how many.
pub mod log;
// What an operator must know, a line of the log each.
pub mod record;
// Many readers, one writer.
pub mod db;
// Folders that survive a power cut.
pub mod durable;
// The data folder, and whether it is the right one.
pub mod folder;
// What a restored data folder leaves alone.
pub mod hold;
// Looks at everything that the program stands on.
pub mod doctor;
// What a look at something has shown.
pub mod finding;
// The rules and their SQL.
pub mod domain;
// What may go wrong, in the words of the one who asked.
pub mod error;
// Argon2id, off the async threads.
pub mod passwords;
// Files that are for nobody else.
pub mod private;
// Links as pictures that a phone can read.
pub mod qr;
// Places of which there are only so many.
pub mod places;
// Room that many share, and who gives way.
pub mod room;
// Connections.
pub mod server;
// How many uploads at once.
pub mod uploads;
// Where the bytes of photos live, and how they get there.
pub mod photos;
// Looks after the database while the server runs.
pub mod upkeep;
// Whether the data folder is still there.
pub mod watch;
// When a process is asked to end.
pub mod shutdown;
