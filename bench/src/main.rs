//! The floors: the least that the same work takes with the same parts, without anything of Shared Spaces; and its
//! previews by themselves.
//!
//! `bench/run` starts them. Each prints one line of JSON, but for `serve`, which answers until it is ended.

#![warn(missing_docs)]

mod commits;
mod fill;
mod grouped;
mod picture;
mod previews;
mod serve;
mod sorting;
mod syncs;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// What is done.
#[derive(Parser)]
enum Floor {
    /// Sends the files of a folder over HTTP, from memory or as files, and throws away what it is sent.
    Serve {
        /// What is sent: `/bytes/<name>` from memory, `/files/<name>` by Rocket's `NamedFile`. What comes to `/nothing`
        /// is read and thrown away.
        folder: PathBuf,
        /// Where to listen, on this machine alone.
        port: u16,
    },
    /// Inserts one share after the other, each with a commit of its own.
    Commits {
        /// A database with the schema of Shared Spaces, a user 1 and a space 1.
        database: PathBuf,
        /// For how long.
        seconds: f64,
    },
    /// Parses the form of a share over HTTP at `/texts` and inserts its row, with one commit for all that wait.
    Grouped {
        /// A database with the schema of Shared Spaces, a user 1 and a space 1.
        database: PathBuf,
        /// Where to listen, on this machine alone.
        port: u16,
    },
    /// Makes a database with the schema of Shared Spaces, a user 1 and a space 1.
    Empty {
        /// The file that is made.
        database: PathBuf,
        /// The folder with the migrations.
        migrations: PathBuf,
    },
    /// Fills the database of a server that isn't running and has two users.
    Fill {
        /// The database.
        database: PathBuf,
        /// How many spaces, of which five are of the user 1, and all of the user 2.
        spaces: u32,
        /// How many shares in all.
        shares: u32,
        /// Without photos; otherwise each share has the row of one.
        #[arg(long)]
        texts: bool,
    },
    /// Writes the same file again and again, and syncs each.
    Syncs {
        /// What is written.
        file: PathBuf,
        /// Where to; nothing is left there.
        folder: PathBuf,
        /// How many at once.
        at_once: usize,
        /// For how long.
        seconds: f64,
    },
    /// Sorts what is in a queue, by the calls of the SDK alone.
    Sorting {
        /// The queue.
        queue: String,
        /// Where the photos are.
        from: String,
        /// Where they go.
        to: String,
        /// How many there are.
        photos: usize,
    },
    /// Writes a JPEG of noise, which is as large as a photo with that many pixels.
    Picture {
        /// The file that is written.
        file: PathBuf,
        /// In pixels.
        width: u16,
        /// In pixels.
        height: u16,
    },
    /// Makes our previews of a photo.
    Previews {
        /// The photo.
        file: PathBuf,
    },
}

#[rocket::main]
async fn main() -> Result<()> {
    match Floor::parse() {
        Floor::Serve { folder, port } => serve::run(&folder, port).await,
        Floor::Commits { database, seconds } => commits::run(&database, seconds),
        Floor::Grouped { database, port } => grouped::run(&database, port).await,
        Floor::Empty {
            database,
            migrations,
        } => fill::empty(&database, &migrations),
        Floor::Fill {
            database,
            spaces,
            shares,
            texts,
        } => fill::run(&database, spaces, shares, !texts),
        Floor::Syncs {
            file,
            folder,
            at_once,
            seconds,
        } => syncs::run(&file, &folder, at_once, seconds),
        Floor::Sorting {
            queue,
            from,
            to,
            photos,
        } => sorting::run(&queue, &from, &to, photos).await,
        Floor::Picture {
            file,
            width,
            height,
        } => picture::write(&file, width, height),
        Floor::Previews { file } => previews::run(&file),
    }
}
